"""Autoencode: watch a deck being dealt, then name the suits of its cards, the last one first, or in their order.

One card a step is dealt; the lane `watch` is 1. With the last card it turns to 0, and from this step on the agent names
a card a step: that in view first, then the one before it, and so on. With `order: forward` it names the first card
first. While it recites, the symbol in view is that of card 0 and says nothing. The largest of four actions is its
answer. Fitness is POPGym's return: a right answer earns 1 / cards, a wrong one loses as much; 1 if all are right, -0.5
for guesses. The measure is the share of right ones.

Decks, lengths and rewards are those of Autoencode of POPGym (Morad et al., ICLR 2023, arXiv 2303.01859; version 1.0 of
github.com/proroklab/popgym, `popgym/envs/autoencode.py`), observations one-hot, its mode one lane. There easy has 52
cards, medium 104, hard 156. The forward order, other faces and fewer cards are ours; the world `recall` asks for bits.
"""

from __future__ import annotations

from typing import Literal

import pydantic

from alife.parts.answers import begin, choose, score, show
from alife.parts.playing_cards import CardGame, CardScalars, FaceParams, Player, face_of, shuffle
from alife.world import Sensor, f32, i32, per_agent


class Params(FaceParams):
    """The deck and the order."""

    order: Literal["backward", "forward"] = pydantic.Field(
        "backward", description="backward: the last card is named first; forward: the first"
    )


class Constants(CardScalars):
    """Constants. forward: 1 if the first card is named first."""

    forward: int


@per_agent
def deal(a: Player, p: Params, world: Constants) -> None:
    """Deals a card, and from the last one on finds the one that is asked for."""
    now = i32(world.step)
    a.shown = face_of(a.deck[now], world.num_symbols, world.run) if now < p.cards else 0
    a.senses.watch = 1.0 if now < p.cards - 1 else f32(0.0)
    a.expected = -1
    named = now - (p.cards - 1)
    if named >= 0 and named < p.cards:
        place = named if world.forward != 0 else p.cards - 1 - named
        a.expected = face_of(a.deck[place], world.num_symbols, world.run)


class Autoencode(CardGame):
    """Watch a deck, then name its cards."""

    reset = (begin, shuffle)
    observe = (deal, show)
    step = (choose, score)
    columns = (Player,)

    params: Params

    @property
    def lifetime(self) -> int:
        return 2 * self.params.cards - 1

    @property
    def questions(self) -> int:
        return self.params.cards

    @property
    def constants(self) -> dict[str, int]:
        return {**super().constants, "forward": int(self.params.order == "forward")}

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (*super().sensors, Sensor("watch", 0, 1, "", "1 while cards are dealt that are not named yet"))
