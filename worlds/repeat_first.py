"""Repeat first: name the suit of the first card in every step, whatever is dealt after it.

A deck is dealt, one card a step, and in every step the agent names the suit of the first card. The largest of four
actions is its answer. Fitness is POPGym's return: a right answer earns 1 / (cards - 1), a wrong one loses as much; 1 if
all are right, -0.5 for guesses. The measure is the share of right ones.

Decks, lengths and rewards are those of RepeatFirst of POPGym (Morad et al., ICLR 2023, arXiv 2303.01859; version 1.0 of
github.com/proroklab/popgym, `popgym/envs/repeat_first.py`), observations one-hot. There easy has 52 cards, medium 416,
hard 832. Other faces and fewer cards are ours.
"""

from __future__ import annotations

from alife.parts.answers import begin, choose, score, show
from alife.parts.playing_cards import CardGame, CardScalars, FaceParams, Player, face_of, shuffle
from alife.world import i32, per_agent


class Params(FaceParams):
    """The deck, and what is seen of it."""


@per_agent
def deal(a: Player, p: Params, world: CardScalars) -> None:
    """Deals the card of this step; the first one is asked for."""
    a.shown = face_of(a.deck[min(i32(world.step), p.cards - 1)], world.num_symbols, world.run)
    a.expected = face_of(a.deck[0], world.num_symbols, world.run)


class RepeatFirst(CardGame):
    """Name the first card in every step."""

    reset = (begin, shuffle)
    observe = (deal, show)
    step = (choose, score)
    columns = (Player,)

    params: Params

    @property
    def questions(self) -> int:
        return self.params.cards - 1
