"""Repeat previous: name the suit of the card that was dealt k - 1 steps ago.

A deck is dealt, one card a step. From step k on the agent names the suit of the card that is k cards back, where 1 is
the card in view. The largest of four actions is its answer. Fitness is POPGym's return: a right answer earns
1 / (cards - k), a wrong one loses as much; 1 if all are right, -0.5 for guesses. The measure is the share of right
answers.

Decks, lengths and rewards are those of RepeatPrevious of POPGym (Morad et al., ICLR 2023, arXiv 2303.01859; version 1.0
of github.com/proroklab/popgym, `popgym/envs/repeat_previous.py`), observations one-hot. There easy is `k: 4` with 52
cards, medium `k: 32` with 104, hard `k: 64` with 156. Other faces and fewer cards are ours.
"""

from __future__ import annotations

from typing import Self

import pydantic

from alife.parts.answers import begin, choose, score, show
from alife.parts.playing_cards import CardGame, CardScalars, FaceParams, Player, face_of, shuffle
from alife.world import i32, per_agent


class Params(FaceParams):
    """The deck and the distance."""

    k: int = pydantic.Field(4, ge=1, le=1024, description="the card that is asked for; 1: that in view")

    @pydantic.model_validator(mode="after")
    def _fit(self) -> Self:
        """Checks that something is asked."""
        if self.k >= self.cards:
            raise ValueError(f"expected k below cards, got {self.k} and {self.cards}; write k: {self.cards - 1}")
        return self


@per_agent
def deal(a: Player, p: Params, world: CardScalars) -> None:
    """Deals the card of this step, and finds the one that is asked for."""
    now = min(i32(world.step), p.cards - 1)
    a.shown = face_of(a.deck[now], world.num_symbols, world.run)
    a.expected = -1
    if now + 1 >= p.k:
        a.expected = face_of(a.deck[now + 1 - p.k], world.num_symbols, world.run)


class RepeatPrevious(CardGame):
    """Name the card that was dealt a number of steps ago."""

    reset = (begin, shuffle)
    observe = (deal, show)
    step = (choose, score)
    columns = (Player,)

    params: Params

    @property
    def questions(self) -> int:
        return self.params.cards - self.params.k
