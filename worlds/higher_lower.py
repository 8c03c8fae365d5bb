"""Higher or lower: will the next card have a higher rank than the one in view?

A deck is dealt, one card a step; the agent observes its rank. An action above 0 says that the next card is higher, else
that it is lower. Fitness is POPGym's return: a right guess earns 1 / cards, a wrong one loses as much, an equal rank is
neither. No agent is always right. Who says "higher" up to the middle rank gets 0.497 on average; who remembers what has
been dealt knows better; who guesses gets 0. The measure is the share of right guesses.

Decks, lengths and rewards are those of HigherLower of POPGym (Morad et al., ICLR 2023, arXiv 2303.01859; version 1.0 of
github.com/proroklab/popgym, `popgym/envs/higher_lower.py`), observations one-hot, and one action in place of two. There
easy has 52 cards, medium 104, hard 156. Fewer cards are ours.
"""

from __future__ import annotations

from alife.parts.answers import begin, score, show
from alife.parts.playing_cards import CardGame, CardScalars, DeckParams, Player, face_of, shuffle
from alife.world import Actuator, i32, per_agent

HIGHER, LOWER = 0, 1  # answers


class Params(DeckParams):
    """The deck."""


@per_agent
def deal(a: Player, p: DeckParams, world: CardScalars) -> None:
    """Deals the card of this step, and finds out about the next."""
    now = min(i32(world.step), p.cards - 2)
    a.shown = face_of(a.deck[now], world.num_symbols, world.run)
    following = face_of(a.deck[now + 1], world.num_symbols, world.run)
    a.expected = -1
    if following != a.shown:
        a.expected = HIGHER if following > a.shown else i32(LOWER)


@per_agent
def guess(a: Player) -> None:
    """Guesses "higher" if the action is above 0."""
    a.chosen = HIGHER if a.outputs.higher > 0.0 else i32(LOWER)


class HigherLower(CardGame):
    """Guess whether the next card is higher or lower."""

    reset = (begin, shuffle)
    observe = (deal, show)
    step = (guess, score)
    columns = (Player,)

    params: Params

    @property
    def questions(self) -> int:
        return self.params.cards

    @property
    def choices(self) -> int:
        return 2

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (Actuator("higher", -1, 1, "", "above 0: the next card is higher, else lower"),)
