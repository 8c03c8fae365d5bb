"""Answers: tasks with one right answer a question, of which the largest action is taken, and their score.

The score is that of POPGym: a right answer earns 1 / questions, a wrong one loses as much, so that fitness is 1 if all
are right, and 2 / choices - 1 for guesses. Morad et al., "POPGym: benchmarking partially observable reinforcement
learning", ICLR 2023, arXiv 2303.01859.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from alife.world import (
    Actuator,
    Discs,
    EpisodicAgent,
    EpisodicWorld,
    Mark,
    Measure,
    Scene,
    Sensor,
    View,
    WorldScalars,
    column,
    f32,
    per_agent,
    sensor_group,
)

RIGHT, WRONG, SHOWN, IDLE, AGENT = (20, 140, 130), (200, 70, 50), (240, 200, 80), (206, 198, 178), (112, 132, 150)


def place_column(meaning: str, title: str) -> int:
    """Returns a column of a place among symbols or answers, -1 for none.

    Args:
        meaning: of the place.
        title: in the window.
    """
    found: int = column("int32", meaning=f"{meaning}; -1: none", words={-1: "none"}, reading="place", title=title)
    return found


class Answerer(EpisodicAgent):
    """An agent that is asked."""

    shown: int = place_column("symbol in view", "in view")
    expected: int = column(
        "int32",
        meaning="right answer; -1: nothing is asked",
        words={-1: "nothing asked"},
        reading="place",
        title="right answer",
    )
    chosen: int = place_column("answer of the last step", "its answer")
    right: int = column("int32", meaning="right answers so far", title="right so far")
    asked: int = column("int32", meaning="questions so far", title="questions so far")


class AnswerScalars(WorldScalars):
    """Constants. num_symbols: different ones. num_choices: answers to choose from. num_questions: of an episode."""

    num_symbols: int
    num_choices: int
    num_questions: int


@per_agent
def begin(a: Answerer) -> None:
    """Clears the answers."""
    a.shown = -1
    a.expected = -1
    a.chosen = -1
    a.right = 0
    a.asked = 0


@per_agent
def show(a: Answerer, world: AnswerScalars) -> None:
    """Observes the symbol in view, a lane for each."""
    for k in range(world.num_symbols):
        a.senses.symbol[k] = 1.0 if a.shown == k else f32(0.0)


@per_agent
def choose(a: Answerer, world: AnswerScalars) -> None:
    """Answers with the first of the largest actions."""
    best = a.outputs.answer[0]
    a.chosen = 0
    for k in range(1, world.num_choices):
        if a.outputs.answer[k] > best:
            best = a.outputs.answer[k]
            a.chosen = k


@per_agent
def score(a: Answerer, world: AnswerScalars) -> None:
    """Scores an answer, if one is expected."""
    if a.expected >= 0:
        a.asked += 1
        a.right += 1 if a.chosen == a.expected else 0
        a.fitness = f32(2 * a.right - a.asked) / f32(world.num_questions)
        a.measures.right = f32(a.right) / f32(a.asked)


class Questions(EpisodicWorld):
    """Base of worlds whose agents are asked.

    Attributes:
        symbol_meaning, answer_meaning: of a lane.
    """

    symbol_meaning = "1 if it is in view"
    answer_meaning = "the largest is the answer"

    @property
    @abstractmethod
    def symbols(self) -> int:
        """The number of different symbols that may be in view."""

    @property
    def choices(self) -> int:
        """The number of answers to choose from."""
        return self.symbols

    @property
    @abstractmethod
    def questions(self) -> int:
        """The number of questions of an episode, at most."""

    @property
    def constants(self) -> dict[str, int]:
        return {
            "num_symbols": self.symbols,
            "num_choices": self.choices,
            "num_questions": self.questions,
        }

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return sensor_group("symbol", range(1, self.symbols + 1), 0, 1, "", self.symbol_meaning)

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        labels = range(1, self.choices + 1)
        return tuple(Actuator(f"answer {k}", -1, 1, "", self.answer_meaning, "answer") for k in labels)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (Measure("right", 0, 1, "", "share of right answers"),)

    @property
    def legend(self) -> tuple[Mark, ...]:
        return answer_legend("symbol in view", "symbol or answer")

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns the symbols above and the answers below; rows: [N] agents.

        The symbol in view is yellow; a right answer is blue-green and a wrong one red, where one is expected.
        """
        row = int(rows[0])
        shown, expected, chosen = (int(view[name][row]) for name in ("shown", "expected", "chosen"))
        symbols, answers = (np.full((count, 3), IDLE, np.uint8) for count in (self.symbols, self.choices))
        if shown >= 0:
            symbols[shown] = SHOWN
        if expected >= 0 and chosen >= 0:
            answers[chosen] = RIGHT if chosen == expected else WRONG
        return two_rows(symbols, answers, chosen, row, self.facts(view, row))

    def facts(self, view: View, row: int) -> dict[str, str]:
        """Returns what is printed beside the scene; view: columns [N], row: of the agent."""
        return {"in view": f"{view['shown'][row] + 1}", "right": f"{view['right'][row]} of {view['asked'][row]}"}


def answer_legend(shown: str, idle: str) -> tuple[Mark, ...]:
    """Returns the legend of `two_rows`. shown, idle: words for what is in view, and for the rest."""
    things = ((SHOWN, shown), (RIGHT, "right answer"), (WRONG, "wrong answer"), (IDLE, idle))
    marks = (Mark("thing", (color,), meaning) for color, meaning in things)
    return (Mark("agent", (AGENT,), "the agent, at its answer: above what it sees, below the answers"), *marks)


def two_rows(symbols: np.ndarray, answers: np.ndarray, chosen: int, row: int, facts: dict[str, str]) -> Scene:
    """Returns a scene of things in view above, answers below, and the agent between them at the one it chose.

    Args:
        symbols: [S, 3] uint8 colors.
        answers: [C, 3] uint8 colors.
        chosen: answer; -1: none.
        row: of the agent.
        facts: printed beside it.
    """
    counts = len(symbols), len(answers)
    x = np.concatenate([np.arange(counts[0]), np.arange(counts[1]), [max(chosen, 0)]]) + 0.5
    y = np.repeat([0.5, 2.5, 1.5], [*counts, 1])
    radius, heading = np.full(len(x), 0.4, np.float32), np.full(len(x), np.pi / 2, np.float32)
    color = np.concatenate([symbols, answers, np.array([AGENT], np.uint8)])
    rows = np.array([-1] * (len(x) - 1) + [row])
    discs = Discs(x.astype(np.float32), y.astype(np.float32), radius, heading, color, rows)
    return Scene(max(counts), 3, False, None, discs, text=facts)
