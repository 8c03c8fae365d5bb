"""Cued action: a cue says which action to take, but only later, when the signal to act comes.

A trial shows a cue in its first step, then nothing for a drawn number of steps, and then the signal (lane `go`). In the
step of the signal the agent is to take the action of the cue; before, none. An agent takes the action whose lane is
largest if this lane is above 0, else none. To act before the signal, or not at it, is wrong and ends the trial. With
`distract: 0.5` a drawn cue flashes (lane `flash`) in half of the steps of waiting, and is to be ignored. An episode has
several trials.

Fitness is the share of right trials less that of wrong ones: 1 if all are right, -1 for an agent that never acts, and
2 / cues - 1 for one that acts at the signal alone and guesses. Measures are the share of right trials and of those in
which it acted too soon.

Delayed response to a cue: Fuster and Alexander, "Neuron activity related to short-term memory", Science 173, 1971; as
one of many tasks for recurrent networks: Yang et al., "Task representations in neural networks trained to perform many
cognitive tasks", Nature Neuroscience 22, 2019. The form and its sizes are ours.
"""

from __future__ import annotations

from typing import Self

import pydantic

from alife.parts.answers import Answerer, AnswerScalars, Questions, begin, choose, score, show
from alife.world import (
    FIRST_WORLD_STREAM,
    BaseParams,
    Draws,
    Measure,
    Sensor,
    below,
    column,
    f32,
    i32,
    i64,
    per_agent,
)

TRIAL, FLASH = (FIRST_WORLD_STREAM + k for k in range(2))
NONE = -1  # of the action taken
OVER = -2  # of the steps that are left


class Params(BaseParams):
    """Cues and delays."""

    cues: int = pydantic.Field(4, ge=2, le=64, description="cues, each with its action")
    shortest: int = pydantic.Field(3, ge=0, le=10_000, description="fewest steps between cue and signal")
    longest: int = pydantic.Field(10, ge=0, le=10_000, description="most steps between cue and signal")
    distract: float = pydantic.Field(0.0, ge=0, le=1, description="probability of a flash in each step of waiting")
    trials: int = pydantic.Field(4, ge=1, le=1000, description="trials of an episode")

    @pydantic.model_validator(mode="after")
    def _fit(self) -> Self:
        """Checks that delays are in order."""
        self.check_order("shortest", "longest")
        return self


class Waiter(Answerer):
    """An agent that waits."""

    cue: int = column("int32", meaning="cue of this trial", reading="place", title="cue of trial")
    left: int = column(
        "int32",
        unit="steps",
        meaning="steps to the signal; -2: the trial is over",
        words={-2: "trial over"},
        title="signal in",
    )
    early: int = column("int32", meaning="trials in which it acted too soon", title="acted too soon")


@per_agent
def rest(a: Waiter) -> None:
    """Begins before the first trial."""
    a.left = OVER
    a.early = 0


@per_agent
def cue(a: Waiter, draws: Draws, p: Params) -> None:
    """Shows a cue, a flash, the signal, or nothing."""
    flash, which, y, z = draws.words(FLASH, 0)
    a.shown = -1
    a.senses.flash = 0.0
    if a.left == OVER:
        delay, which, y, z = draws.words(TRIAL, 0)
        a.left = 1 + p.shortest + i32(below(delay, i64(p.longest - p.shortest + 1)))
        a.cue = i32(below(which, i64(p.cues)))
        a.shown = a.cue
    elif a.left > 0 and draws.uniform(FLASH, 1) < p.distract:
        a.shown = i32(below(which, i64(p.cues)))
        a.senses.flash = 1.0
    a.senses.go = 1.0 if a.left == 0 else f32(0.0)


@per_agent
def act(a: Waiter, world: AnswerScalars) -> None:
    """Takes no action if no lane is above 0; acting too soon is scored as wrong."""
    most = a.outputs.answer[0]
    for k in range(1, world.num_choices):
        most = max(most, a.outputs.answer[k])
    if most <= 0.0:
        a.chosen = NONE
    a.expected = a.cue if a.left == 0 else -1
    if a.left > 0 and a.chosen != NONE:
        a.early += 1
        a.chosen = NONE
        a.expected = a.cue
    a.left -= 1
    if a.expected >= 0:
        a.left = OVER


@per_agent
def end(a: Waiter, p: Params) -> None:
    """Ends after the last trial."""
    if a.asked > 0:
        a.measures.early = f32(a.early) / f32(a.asked)
    if a.asked == p.trials:
        a.done = 1


class CuedAction(Questions):
    """Take the action of a cue when the signal comes."""

    reset = (begin, rest)
    observe = (cue, show)
    step = (choose, act, score, end)
    columns = (Waiter,)
    answer_meaning = "the largest is taken if it is above 0"

    params: Params

    @property
    def symbols(self) -> int:
        return self.params.cues

    @property
    def questions(self) -> int:
        return self.params.trials

    @property
    def lifetime(self) -> int:
        return self.params.trials * (self.params.longest + 2)

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (
            *super().sensors,
            Sensor("flash", 0, 1, "", "1 if the cue in view is to be ignored"),
            Sensor("go", 0, 1, "", "1 at the signal"),
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*super().measures, Measure("early", 0, 1, "", "share of trials in which it acted too soon"))
