"""One episode as stages, built once by an evaluator and run whole, step by step, or with actions from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alife.backends.program import BrainStage, LockstepLoop, PerAgentLoop, Stage
from alife.laws.law import Law, per_row
from alife.laws.maths import i64
from alife.simulation.columns import EpisodeCounters

HELD_OUT = 2**40  # number of the first episode that no generation meets


@per_row("one")
def pass_time(totals: EpisodeCounters) -> None:
    """Advances the clock by a step."""
    totals.clock += 1


@per_row("one")
def rewind(totals: EpisodeCounters) -> None:
    """Sets the clock back to 0, where a loop of single agents leaves it."""
    totals.clock = i64(0)


@dataclass(frozen=True)
class EpisodeProgram:
    """An episode.

    Attributes:
        before: what opens it: laws of the evaluator, birth stages of the brain, the world's `reset`.
        observe: laws that fill observations.
        think: the brain.
        act: laws that apply actions and count the step.
        after: what closes it: the world's `fitness`, then the sums over episodes.
        steps: of the world's lifetime.
        lockstep: agents meet, so all take a step before any takes the next one.
    """

    before: tuple[Stage, ...]
    observe: tuple[Law, ...]
    think: tuple[BrainStage, ...]
    act: tuple[Law, ...]
    after: tuple[Stage, ...]
    steps: int
    lockstep: bool

    @property
    def step(self) -> tuple[Law | BrainStage, ...]:
        """One step, as part of a loop."""
        return (*self.observe, *self.think, *self.act)

    @property
    def loop(self) -> PerAgentLoop | LockstepLoop:
        """All steps."""
        if self.lockstep:
            return LockstepLoop((*self.step, pass_time), self.steps)
        return PerAgentLoop(self.step, self.steps, until="done")

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The whole episode."""
        return (*self.before, self.loop, *self.after)

    @property
    def single_steps(self) -> tuple[Sequence[Stage], Sequence[Stage], Sequence[Stage]]:
        """The parts of an episode that is run step by step: what opens it, one step with the clock, what closes it."""
        return self.before, (*self.step, pass_time), self.after if self.lockstep else (rewind, *self.after)
