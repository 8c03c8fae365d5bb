"""Sittings: a window on a run, some random events, and whether the run is still what it would be without a window."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pygame

from alife.config.schema import parse_config
from alife.experiment.evolve import open_run
from alife.experiment.open import open_target
from alife.experiment.replay import Replay, replay_run
from alife.experiment.run import Run
from alife.experiment.savepoints import Start
from alife.viewer.draw import display
from alife.viewer.speed import STEPS, Rates, Speed
from alife.viewer.window import Window
from tests.monkey.events import SCALES, Hand

MEADOW = ("world.side=32", "world.population=150", "run.capacity=400")
FEW = ("run.generations=30", "run.capacity=8", "run.episodes=1")
RESUMED, MOST_STEPS = 0.4, 6  # share of pauses that end after a frame; and one more than the advances between two
FASTEST = 40  # steps of a frame at full speed, so that a sitting can be repeated


@dataclass(frozen=True)
class Kind:
    """A kind of sitting.

    Attributes:
        text: of the configuration, or the name of a genome.
        changes: as of --set.
        steers: True if the keys of tools are pressed, too.
        recorded: True for a run with a folder.
    """

    text: str
    changes: tuple[str, ...] = ()
    steers: bool = False
    recorded: bool = False


KINDS = {
    "meadow": Kind("world: {name: meadow}", MEADOW, steers=True),
    "watched": Kind("world: {name: meadow}", MEADOW),
    "folder": Kind("world: {name: meadow}", (*MEADOW, "run.metrics_every=20"), steers=True, recorded=True),
    "lone": Kind("world: {name: meadow}", ("world.side=16", "world.population=1", "run.capacity=4"), steers=True),
    "swarm": Kind("world: {name: swarm}", steers=True),
    "cartpole": Kind("{world: {name: cartpole}, strategy: {name: ga}}", FEW),
    "tmaze": Kind("{world: {name: tmaze}, strategy: {name: ga}}", FEW),
    "pursuit": Kind("{world: {name: pursuit}, strategy: {name: ga}}", FEW),
    "prey": Kind("genomes/pursuit-prey.safetensors"),
    "external": Kind("world: {name: gymnasium, environment: CartPole-v1}", FEW),
}
if not find_spec("gymnasium"):
    del KINDS["external"]


class SteadySpeed(Speed):
    """A speed that takes a fixed number of steps at full speed, instead of those of a time."""

    def due(self) -> Iterator[None]:
        """Yields once for each step of this frame."""
        if self.place == len(STEPS) - 1:
            yield from [None] * FASTEST
        else:
            yield from super().due()


@dataclass
class Sitting:
    """What became of a sitting.

    Attributes:
        events: number of events that the window handled.
        steps: of the life that was shown last.
        touched: number of interventions that it has.
        broken: what went wrong, "" for nothing.
    """

    events: int = 0
    steps: int = 0
    touched: int = 0
    broken: str = ""


def sit(name: str, seed: int, events: int, folder: Path) -> Sitting:
    """Has a window of a kind handle random events, and looks at the run.

    Args:
        name: of the kind.
        seed: of the events, with the name.
        events: how many at least.
        folder: an empty one, for a run with records.
    """
    kind, found = KINDS[name], Sitting()
    draw = np.random.default_rng([seed, *name.encode()])
    try:
        shown = _opened(kind, folder)
        pygame.display.init()
        size = int(draw.integers(900, 2000)), int(draw.integers(600, 1200))
        window = Window(shown, size, SCALES[draw.integers(len(SCALES))])
        window.session.speed = SteadySpeed()
        with contextlib.chdir(folder):  # where runs are saved
            _handle(window, Hand(window, draw, kind.steers), draw, events, found)
            window.session.end()
            shown = window.session.run
            found.broken = _difference(shown)
            with display.kept():
                shown.close()
            found.broken = found.broken or _difference_of_folder(shown)
    except Exception:
        found.broken = traceback.format_exc()
    return found


def _opened(kind: Kind, folder: Path) -> Run | Replay:
    """Returns what the window shows."""
    if kind.text.startswith("genomes/"):
        shown = open_target(kind.text, None, [])
        assert isinstance(shown, Replay)
        return shown
    run = Run(parse_config(kind.text, "test", kind.changes), folder / "run" if kind.recorded else None)
    return run if run.simulation.unit == "step" else replay_run(run)


def _handle(window: Window, hand: Hand, draw: np.random.Generator, events: int, found: Sitting) -> None:
    """Lets the hand do things, a few between two frames, and the window draw."""
    rates = Rates()
    while found.events < events:
        for _ in range(draw.integers(1, 5)):
            for event in (*hand.events(), *pygame.event.get()):
                window.handle(event)
                found.events += 1
        window.session.closed = False
        if window.session.paused and draw.random() < RESUMED:
            window.session.toggle_pause()
        for _ in range(draw.integers(1, MOST_STEPS)):
            window.session.advance()
        rates.count(window.session.life.steps)
        window.draw(1 / 60, rates)
    life = window.session.run
    found.steps = life.simulation.steps
    found.touched = len(life.interventions.done) if isinstance(life, Run) else 0


def _difference(shown: Run | Replay) -> str:
    """Returns how a run differs from one of the same configuration and interventions without a window, or ""."""
    run = shown.run if isinstance(shown, Replay) else shown
    if run is None:
        return ""
    other = Run(run.config, start=Start(None, [*run.interventions.done]))
    other.step(run.simulation.steps)
    same = other.simulation.state_hash() == run.simulation.state_hash()
    other.release()
    done = len(run.interventions.done)
    return "" if same else f"another state than without a window at step {run.simulation.steps}, {done} interventions"


def _difference_of_folder(shown: Run | Replay) -> str:
    """Returns how the folder of a run that was closed differs from it, or ""."""
    if shown.out is None or not isinstance(shown, Run):
        return ""
    again = open_run(shown.out)
    same = again.simulation.state_hash() == shown.simulation.state_hash()
    return "" if same and again.interventions.done == shown.interventions.done else f"{shown.out} holds another state"
