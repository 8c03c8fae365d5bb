"""Life: what a genome does in a recorded life: a film strip, its acts over time, how often and in what order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared import life as lives
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.film_strip import Frame, film_strip, framed
from alife.analysis.report.drawing import COLORS, MUTED, drawing, grid, hide_unused, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.config import params
from alife.experiment.build import make_world
from alife.world import ArenaWorld, SharedWorld, View
from alife.world.base import scene_of

TITLE = "A recorded life"
TEXT = (
    "A life that the genome did not meet while it evolved. An act is a combination of actions, each low, middle or "
    "high in thirds of its range; those beyond the most frequent are gathered as other. The strip shows the act of "
    "each step, the table how often each begins, how long it lasts, and what follows it."
)
LEVELS = ("low", "middle", "high")
OTHER = "other"
LABEL = 48  # characters of the name of an act beside the picture; longer ones would leave it no room
SCENES = 32  # of a life in a shared world, whose scenes are large; the film strip is chosen from them


class Params(params.Params):
    """Length of the recording and number of pictures."""

    steps: int = pydantic.Field(200, ge=1, le=10**5, description="steps to record, of one episode at most")
    frames: int = pydantic.Field(8, ge=0, le=40, description="pictures of the film strip")
    acts: int = pydantic.Field(6, ge=1, le=6, description="acts with a name, the most frequent")


@dataclass(frozen=True)
class Result:
    """A life as acts.

    life: what was recorded, T steps. names: of acts, most frequent first, then `other` if there are more. acts: [T]
    index of the act of each step. frames: the film strip, none for a world without a scene.
    """

    life: lives.Life
    names: tuple[str, ...]
    acts: np.ndarray
    frames: tuple[Frame, ...]


class Life(Instrument[Params]):
    """The first recorded life."""

    order = 25
    definition = (
        "level of an action = third of its range, of the action clipped to [-1, 1]; act = the levels of all actions\n"
        "bout = consecutive steps of one act; followed by = the act that most often begins after its bouts\n"
        "Altmann, Observational study of behavior: sampling methods, 1974"
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the film strip, the strip of acts, the ethogram and the histograms of actions."""
        found = measure(subject, self.params)
        facts: Facts = {"steps": len(found.life)}
        if len(found.life.fitness):
            facts["fitness of the episode"] = float(found.life.fitness[0])
        facts["most frequent act"] = f"{found.names[0]} ({np.mean(found.acts == 0):.0%})"
        pictures = [_strip(found), _histograms(subject, found)]
        if found.frames:
            shown = Picture(
                "The life in pictures; a ring marks the agent, a line where it came from.", film_strip(found.frames)
            )
            pictures.insert(0, shown)
        return Finding(TITLE, TEXT, facts, [ethogram(found)], pictures)


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Records a life and names its acts.

    Args:
        subject: a genome whose world is here.
        params: length; None: the defaults.

    Raises:
        NotApplicable: its world is not here, or its agents meet in arenas.
        ExternalError: code of others fails.
    """
    subject = as_subject(subject)
    params = params or Params()
    if subject.genome is None or subject.config is None:
        raise NotApplicable("it needs a genome whose world is here")
    world = make_world(subject.config)
    if isinstance(world, ArenaWorld):
        raise NotApplicable("its agents meet in arenas; write live to watch them")
    frames: list[Frame] = []
    apart = max(1, params.steps // SCENES) if isinstance(world, SharedWorld) else 1
    path = np.zeros((0, 2))

    def watch(step: int, fields: View, row: int) -> None:
        nonlocal path
        if step % apart:
            return
        frame = framed(step, scene_of(world, fields, _rows(fields)).frozen(), row, path)
        if frame is not None:
            path = frame.path
            frames.append(frame)

    drawn = world.has_scene() and not world.runs_on_host and params.frames
    life = lives.recorded(subject, params.steps, watch=watch if drawn else None)
    names, acts = named_acts(life.actions, subject.actuators, params.acts)
    kept = np.unique(np.linspace(0, len(frames) - 1, params.frames).round().astype(int)) if frames else ()
    return Result(life, names, acts, tuple(frames[at] for at in kept))


def _rows(fields: View) -> np.ndarray:
    if "num_living" in fields:
        return fields["living"][: int(fields["num_living"][0])]
    return np.arange(len(fields["id"]))


def named_acts(actions: np.ndarray, actuators: list[str], most: int) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns names of acts, most frequent first, and the act of each step.

    Args:
        actions: [T, O] raw.
        actuators: names of the actions.
        most: acts with a name; the others are `other`.
    """
    levels = np.clip(np.floor((np.clip(actions, -1, 1) + 1) * 1.5), 0, 2).astype(int)  # [T, O]
    codes = levels @ 3 ** np.arange(levels.shape[1])[::-1]
    kinds, first, counts = np.unique(codes, return_index=True, return_counts=True)
    order = np.lexsort((kinds, -counts))
    names = [
        ", ".join(f"{name} {LEVELS[level]}" for name, level in zip(actuators, levels[first[k]], strict=True))
        for k in order
    ]
    place = np.empty(len(kinds), int)
    place[order] = np.arange(len(kinds))
    acts: np.ndarray = np.minimum(place[np.searchsorted(kinds, codes)], most)
    return (*names[:most], *([OTHER] if len(names) > most else [])), acts


def ethogram(found: Result) -> Table:
    """Returns a table of acts: share of the steps, number of bouts, their mean length, and what follows."""
    starts = np.flatnonzero(np.diff(found.acts, prepend=-1) | (np.diff(found.life.episode, prepend=-1) != 0))
    bouts, lengths = found.acts[starts], np.diff(np.append(starts, len(found.acts)))
    rows: list[tuple[str | float, ...]] = []
    for act, name in enumerate(found.names):
        mine = bouts == act
        after = bouts[1:][mine[:-1]]
        follows = found.names[int(np.bincount(after).argmax())] if len(after) else ""
        rows.append((name, float(np.mean(found.acts == act)), int(mine.sum()), float(lengths[mine].mean()), follows))
    return Table("Ethogram", ("act", "share of steps", "bouts", "mean length, steps", "followed by"), tuple(rows))


def _strip(found: Result) -> Picture:
    starts = np.flatnonzero(np.diff(found.acts, prepend=-1))  # of bouts, each one bar
    lengths = np.diff(np.append(starts, len(found.acts)))
    short = max(map(len, found.names)) <= LABEL
    labels = found.names if short else [f"act {number}" for number in range(1, len(found.names) + 1)]
    caption = "The act of each step." if short else "The act of each step, numbered as the rows of the ethogram."
    with drawing(1, 1, 0.5 + 0.24 * len(found.names)) as (figure, (axis,)):
        for act in range(len(found.names)):
            color = COLORS[act] if found.names[act] != OTHER else MUTED
            mine = found.acts[starts] == act
            bars = list(zip(starts[mine].tolist(), lengths[mine].tolist(), strict=True))
            axis.broken_barh(bars, (act - 0.4, 0.8), color=color, lw=0)
        axis.set_yticks(range(len(found.names)), labels)
        axis.invert_yaxis()
        axis.set(xlabel="step", xlim=(0, len(found.acts)))
        rows = tuple((step, found.names[act]) for step, act in enumerate(found.acts))
        return Picture(caption, svg(figure), Table("Acts", ("step", "act"), rows))


def _histograms(subject: Subject, found: Result) -> Picture:
    names = subject.actuators
    edges = np.linspace(-1, 1, 22)
    counts = [np.histogram(np.clip(found.life.actions[:, lane], -1, 1), edges)[0] for lane in range(len(names))]
    with drawing(*grid(len(names)), 1.5 * grid(len(names))[0]) as (figure, axes):
        for lane, (axis, name) in enumerate(zip(axes, names, strict=False)):
            axis.bar(edges[:-1], counts[lane], width=np.diff(edges), align="edge", color=COLORS[lane % len(COLORS)])
            axis.set(title=name, xlim=(-1, 1))
        hide_unused(axes, len(names))
        middles = (edges[:-1] + edges[1:]) / 2
        rows = tuple((round(float(x), 3), *(int(count[k]) for count in counts)) for k, x in enumerate(middles))
        numbers = Table("Steps by action", ("action", *names), rows)
        return Picture("Steps by the value of each action, clipped to -1 to 1.", svg(figure), numbers)
