"""Mushrooms: the laws that the discrete and the walked world share: what feeds, what is met, what is scored."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    BaseParams,
    Draws,
    EpisodicAgent,
    Vector,
    WorldScalars,
    below,
    column,
    f32,
    i32,
    i64,
    per_agent,
    words,
)

MOST = 8  # colors

SIDES, ORDER, MEETING, PLACES = (FIRST_WORLD_STREAM + k for k in range(4))


class MushroomParams(BaseParams):
    """Mushrooms of a life and its length."""

    colours: int = pydantic.Field(4, ge=1, le=MOST, description="number of colors, k")
    encounters: int = pydantic.Field(12, ge=1, le=1000, description="scored encounters in each half of a life")
    forced: bool = pydantic.Field(True, description="true: each half opens with one unscored bite of every color")
    seen: Literal["one-hot", "rgb", "hue"] = pydantic.Field(
        "one-hot",
        description="observation of a color: a lane each; or red, green, blue; or cosine and sine of its hue",
    )


class Taster(EpisodicAgent):
    """An agent that meets mushrooms. side, order: [k] int32, see `MushroomLife.fields`."""

    met: int = column("int32", meaning="color in view", reading="place", title="color in view")
    ate: int = column("int32", meaning="1 if it was bitten", reading="flag", title="bitten")
    right: int = column("int32", meaning="right decisions so far", title="right so far")
    right_in: Vector[float] = column("float32", (2,), meaning="right decisions in each half; at the end their share")
    scored: int = column("int32", meaning="decisions so far", title="decisions so far")
    now: int = column("int32", meaning="taste or decision, from 0", reading="place", title="taste or decision")
    fresh: int = column("uint8", meaning="1 in the first step of a mushroom", reading="hidden")
    eats: int = column("uint8", meaning="1 if the agent decided to eat", reading="hidden")
    over: int = column("uint8", meaning="1 if it was decided on, or tasted", reading="hidden")
    side: Vector[int]
    order: Vector[int]


class MushroomScalars(WorldScalars):
    """Constants. half_life: tastes and decisions of one half. palette: [k, lanes] observations of each color."""

    half_life: int
    palette: np.ndarray


@per_agent
def sow(a: Taster, draws: Draws, p: MushroomParams) -> None:
    """Draws the colors that feed."""
    for k in range(p.colours):
        word, x, y, z = draws.once.words(SIDES, k)
        a.side[k] = 1 if (word & 1) == 0 else -1
        a.order[k] = k
    a.met = 0
    a.ate = 0
    a.now = 0
    a.fresh = 1
    a.right = 0
    a.right_in[0] = 0.0
    a.right_in[1] = 0.0
    a.scored = 0


@per_agent
def turn_sides(a: Taster, p: MushroomParams, world: MushroomScalars) -> None:
    """Shuffles the order of forced bites at the start of each half; at the second, all colors change sides."""
    if a.fresh != 0 and a.now % world.half_life == 0:
        for k in range(p.colours):
            word, x, y, z = words(world.seed, ORDER, i64(a.now), a.id, k)
            other = k + i32(below(word, i64(p.colours - k)))
            kept = a.order[k]
            a.order[k] = a.order[other]
            a.order[other] = kept
            if a.now > 0:
                a.side[k] = -a.side[k]


def asked(place: int, p: MushroomParams) -> int:
    """Returns 1 if place k in a half, from 0, is a decision, and 0 if it is a taste."""
    return (1 if place >= p.colours else 0) if p.forced != 0 else 1 - place % 2


@per_agent
def meet(a: Taster, p: MushroomParams, world: MushroomScalars) -> None:
    """Brings the next mushroom: of a forced bite, or a drawn one; without forced bites each is shown twice."""
    place = a.now % world.half_life
    if p.forced != 0 and place < p.colours:
        a.met = a.order[place]
        a.ate = 1
    elif a.fresh != 0 and asked(place, p) != 0:
        word, x, y, z = words(world.seed, MEETING, i64(a.now), a.id, 0)
        a.met = i32(below(word, i64(p.colours)))
        a.ate = 0


@per_agent
def see(a: Taster, world: MushroomScalars) -> None:
    """Observes the color in view, its taste (2 feeds, -2 poisons), and 2 while something is tasted."""
    for k in range(world.palette.shape[1]):
        a.senses.colour[k] = world.palette[a.met, k]
    tasted = 2.0 * f32(a.ate)
    a.senses.taste = tasted * f32(a.side[a.met])
    a.senses.bitten = tasted


@per_agent
def decide(a: Taster, p: MushroomParams, world: MushroomScalars) -> None:
    """Scores a decision: fitness is the share of right decisions so far."""
    if a.over != 0:
        if asked(a.now % world.half_life, p) != 0:
            feeds = 1 if a.side[a.met] > 0 else 0
            if a.eats == feeds:
                a.right += 1
                a.right_in[a.now // world.half_life] += 1.0
            a.scored += 1
            a.fitness = f32(a.right) / f32(a.scored)
            a.measures.eaten[a.now // world.half_life] += f32(a.eats)
            a.ate = a.eats
        a.now += 1
    a.fresh = a.over


@per_agent
def share_out(a: Taster, p: MushroomParams) -> None:
    """Turns counts into shares."""
    for half in range(2):
        a.measures.eaten[half] /= f32(p.encounters)
        a.right_in[half] /= f32(p.encounters)
