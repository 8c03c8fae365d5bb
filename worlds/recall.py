"""Recall: items that were shown once must be reproduced from memory.

`task: copy`. Items, each a vector of drawn bits, come one a step; then a step with the delimiter alone; then as many
steps with nothing in view, in which the items must be reproduced in their order.
`task: associative`. Each item comes with a cue, a vector of bits of which no two in an episode are equal; then the
delimiter; then as many steps in which one of the cues, drawn each time, is in view alone, and its item must be
reproduced.

The number of items is drawn for each episode, `shortest` to `longest`. The sign of an action is a bit; fitness is the
share of right bits, 0.5 for guesses. Sensors and actuators do not depend on the lengths, so that a genome can be
evaluated at lengths at which it did not evolve: `--set world.shortest=100 --set world.longest=100`.

Copying is the first task of neural Turing machines, with other bits and lengths, and evaluated beyond the lengths of
training: Graves, Wayne, Danihelka, "Neural Turing Machines", arXiv 1410.5401, section 4.1; their associative recall
(4.3) asks for the item after the one shown. Evolved: Greve, Jacobsen, Risi, "Evolving neural Turing machines for
reward-based learning", GECCO 2016.
"""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
import pydantic

from alife.parts.answers import AGENT, IDLE, RIGHT, SHOWN, WRONG
from alife.world import (
    FIRST_WORLD_STREAM,
    Actuator,
    BaseParams,
    Discs,
    Draws,
    EpisodicAgent,
    EpisodicWorld,
    Field,
    Mark,
    Scene,
    Sensor,
    Vector,
    View,
    WorldScalars,
    below,
    column,
    f32,
    i32,
    i64,
    per_agent,
    sensor_group,
    u32,
    words,
)

LENGTH, ITEMS, CUES, ASKING = (FIRST_WORLD_STREAM + k for k in range(4))


class Params(BaseParams):
    """Task and sizes."""

    task: Literal["copy", "associative"] = pydantic.Field(
        "copy", description="copy: reproduce the items in their order; associative: the item of a cue"
    )
    bits: int = pydantic.Field(1, ge=1, le=16, description="bits of an item")
    cue_bits: int = pydantic.Field(8, ge=1, le=16, description="associative: bits of a cue")
    shortest: int = pydantic.Field(1, ge=1, le=10_000, description="fewest items of an episode")
    longest: int = pydantic.Field(10, ge=1, le=10_000, description="most items of an episode")

    @pydantic.model_validator(mode="after")
    def _fit(self) -> Self:
        """Checks that lengths are in order and that there are enough different cues."""
        self.check_order("shortest", "longest")
        if self.task == "associative" and self.longest > 2**self.cue_bits:
            raise ValueError(
                f"expected longest at most {2**self.cue_bits}, as many cues as {self.cue_bits} bits make, "
                f"got {self.longest}; write cue_bits: {(self.longest - 1).bit_length()}"
            )
        return self


class Subject(EpisodicAgent):
    """An agent that is shown items. items, cues, said: [longest] int32, see `Recall.fields`."""

    length: int = column("int32", meaning="items of this episode", title="items")
    at: int = column(
        "int32", meaning="item shown or asked for; -1: none", words={-1: "none"}, reading="place", title="item now"
    )
    right: int = column("int32", meaning="right bits so far", title="right bits")
    scored: int = column("int32", meaning="bits answered so far", title="bits answered")
    items: Vector[int]
    cues: Vector[int]
    said: Vector[int]


class Constants(WorldScalars):
    """Constants. associative: 1 if items are asked for by their cues."""

    associative: int


def scrambled(number: int, bits: int, a: int, b: int, c: int) -> int:
    """Maps a number below 2^bits to another, one to one, in a way that the words a, b, c draw. All uint32."""
    mask = (u32(1) << bits) - 1
    x = ((number + a) * (b | 1)) & mask
    return ((x ^ (x >> (bits // 2 + 1))) * (c | 1)) & mask


@per_agent
def draw_items(a: Subject, draws: Draws, p: Params, world: Constants) -> None:
    """Draws the items and clears the answers."""
    word, x, y, z = draws.once.words(LENGTH, 0)
    a.length = p.shortest + i32(below(word, i64(p.longest - p.shortest + 1)))
    first, second, third, x = draws.once.words(CUES, 0)
    for k in range(p.longest):
        item, x, y, z = words(world.seed, ITEMS, k, a.id, 0)
        a.items[k] = i32(item >> (32 - u32(p.bits)))
        a.cues[k] = i32(scrambled(u32(k), u32(p.cue_bits), first, second, third))
        a.said[k] = -1
    a.right = 0
    a.scored = 0


@per_agent
def turn_over(a: Subject, draws: Draws, world: Constants) -> None:
    """Finds the item of this step: the next one to show, or to reproduce; -1 at the delimiter."""
    now = i32(world.step)
    a.at = now if now < a.length else now - a.length - 1
    if world.associative != 0 and now > a.length:
        word, x, y, z = draws.words(ASKING, 0)
        a.at = i32(below(word, i64(a.length)))


def bit_of(number: int, k: int) -> float:
    """Returns 1 if bit k of a number is set, else -1."""
    return f32(2 * (number >> k & 1) - 1)


@per_agent
def show_cue(a: Subject, p: Params) -> None:
    """Observes the cue of an item that is shown or asked for."""
    for k in range(p.cue_bits):
        a.senses.cue[k] = bit_of(a.cues[a.at], k) if a.at >= 0 else f32(0.0)


@per_agent
def show_item(a: Subject, p: Params, world: Constants) -> None:
    """Observes an item that is shown, and the delimiter."""
    now = i32(world.step)
    for k in range(p.bits):
        a.senses.bit[k] = bit_of(a.items[a.at], k) if now < a.length else f32(0.0)
    a.senses.delimiter = 1.0 if now == a.length else 0.0


@per_agent
def answer(a: Subject, p: Params, world: Constants) -> None:
    """Scores an answer after the delimiter: fitness is the share of right bits so far."""
    now = i32(world.step)
    if now > a.length:
        code = 0
        for k in range(p.bits):
            bit = 1 if a.outputs.say[k] > 0.0 else 0
            code = code | bit << k
            a.right += 1 if bit == (a.items[a.at] >> k & 1) else 0
        a.said[a.at] = code
        a.scored += p.bits
        a.fitness = f32(a.right) / f32(a.scored)
        if now == 2 * a.length:
            a.done = 1


class Recall(EpisodicWorld):
    """Items shown once, to be reproduced in their order or by their cues."""

    reset = (draw_items,)
    step = (answer,)
    columns = (Subject,)

    params: Params

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        self.observe = (turn_over, show_cue, show_item) if self._associative else (turn_over, show_item)

    @property
    def lifetime(self) -> int:
        return 2 * self.params.longest + 1

    @property
    def constants(self) -> dict[str, int]:
        return {"associative": int(self._associative)}

    @property
    def _associative(self) -> bool:
        return self.params.task == "associative"

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        places = range(1, self._cue_lanes + 1), range(1, self.params.bits + 1)
        cues = sensor_group("cue", places[0], -1, 1, "", "a bit of the cue in view; 0: none")
        items = sensor_group("bit", places[1], -1, 1, "", "of the item in view; 0: none")
        return (*cues, *items, Sensor("delimiter", 0, 1, "", "1 in the step before the first answer, else 0"))

    @property
    def _cue_lanes(self) -> int:
        return self.params.cue_bits if self._associative else 0

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return tuple(Actuator(f"say {k + 1}", -1, 1, "", "above 0: set", "say") for k in range(self.params.bits))

    @property
    def fields(self) -> tuple[Field, ...]:
        most = (self.params.longest,)
        return (
            *super().fields,
            Field("items", "int32", most, meaning="bit k is that of lane k"),
            Field("cues", "int32", most, meaning="cue of each item, no two equal"),
            Field("said", "int32", most, meaning="last answer for each item; -1: none yet"),
        )

    @property
    def legend(self) -> tuple[Mark, ...]:
        bits = ((SHOWN, "bit that was shown"), (RIGHT, "right answer"), (WRONG, "wrong answer"))
        return (
            Mark("agent", (AGENT,), "the agent, at the item shown or asked for"),
            *(Mark("thing", (dim(color), color), f"{text}, a circle a bit", "0", "1") for color, text in bits),
            Mark("thing", (IDLE,), "no answer yet"),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns a column for each item: above what was shown, below the answer, blue-green if right and red if wrong.

        Between them is the agent. rows: [N] agents.
        """
        row, bits = int(rows[0]), self.params.bits
        count, at = int(view["length"][row]), int(view["at"][row])
        items, said = view["items"][row, :count], view["said"][row, :count]
        x, k = (axis.ravel() for axis in np.meshgrid(np.arange(count), np.arange(bits), indexing="ij"))
        shown, told = items[x] >> k & 1, np.maximum(said[x], 0) >> k & 1
        color = np.concatenate([_bits(shown, SHOWN), _answers(shown, told, said[x] >= 0), [AGENT]]).astype(np.uint8)
        places = np.stack([np.tile(x, 2), np.concatenate([k, bits + 1 + k])], axis=1)
        places = np.concatenate([places, [[at if at >= 0 else count, bits]]]) + 0.5
        radius, heading = np.full(len(places), 0.4, np.float32), np.zeros(len(places), np.float32)
        row_of = np.array([-1] * (len(places) - 1) + [row])
        x, y = places.astype(np.float32).T
        discs = Discs(x, y, radius, heading, color, row_of)
        facts = {
            "agent": "watches" if at >= 0 and not (said >= 0).any() else "sees the delimiter" if at < 0 else "answers",
            "items": f"{count}",
            "right": f"{int(view['right'][row])} of {int(view['scored'][row])} bits",
        }
        return Scene(self.params.longest + 1, 2 * bits + 1, False, None, discs, text=facts)


def dim(color: tuple[int, int, int]) -> tuple[int, int, int]:
    """Returns the shade of a color that shows a bit that is not set."""
    red, green, blue = (int(0.3 * tone) for tone in color)
    return red, green, blue


def _bits(values: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """[N, 3] uint8: a color for set bits, a dark shade of it for others."""
    return np.where(values[:, None], color, dim(color)).astype(np.uint8)


def _answers(asked: np.ndarray, said: np.ndarray, known: np.ndarray) -> np.ndarray:
    """[N, 3] uint8: right bits are blue-green, wrong ones red, set ones bright; pale: no answer yet."""
    told = np.where((asked == said)[:, None], _bits(said, RIGHT), _bits(said, WRONG))
    return np.where(known[:, None], told, IDLE).astype(np.uint8)
