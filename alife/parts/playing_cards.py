"""Playing cards: a deck that is shuffled for each episode, and what counts of a card, as POPGym has them.

Card c of a new deck has the color c mod 2, the suit c mod 4 and the rank c div 4 mod 13; 52 cards are one deck. Deck of
github.com/proroklab/popgym, `popgym/core/deck.py`.
"""

from __future__ import annotations

from typing import Literal

import pydantic

from alife.parts.answers import Answerer, AnswerScalars, Questions
from alife.world import FIRST_WORLD_STREAM, BaseParams, Draws, Field, Vector, below, i32, i64, per_agent

FACES = {"colors": (2, 1), "suits": (4, 1), "ranks": (13, 4)}  # the number of different ones; cards of one in a row
DECK, QUERIES, FIRST_GAME_STREAM = (FIRST_WORLD_STREAM + k for k in range(3))


class DeckParams(BaseParams):
    """The deck."""

    cards: int = pydantic.Field(52, ge=4, le=1664, multiple_of=4, description="cards of the deck; 52 a pack")


class FaceParams(DeckParams):
    """The deck, and what is seen of it."""

    face: Literal["colors", "suits", "ranks"] = pydantic.Field("suits", description="what is seen of a card")


class Player(Answerer):
    """An agent that plays cards. deck: [cards] int32 in the order in which they are dealt."""

    deck: Vector[int]


class CardScalars(AnswerScalars):
    """Constants. run: cards of one face in a row in a new deck."""

    run: int


@per_agent
def shuffle(a: Player, draws: Draws, p: DeckParams) -> None:
    """Shuffles the deck; every order is as likely (Fisher and Yates, inside out)."""
    for k in range(p.cards):
        word, x, y, z = draws.once.words(DECK, k)
        place = i32(below(word, i64(k + 1)))
        a.deck[k] = a.deck[place]
        a.deck[place] = k


def face_of(card: int, faces: int, run: int) -> int:
    """Returns the face of a card, from 0."""
    return (card // run) % faces


class CardGame(Questions):
    """Base of worlds with a deck of cards, of which one face counts."""

    params: DeckParams
    symbol_meaning = "1 if this face of a card is in view"

    @property
    def face(self) -> str:
        """The face that counts, a key of `FACES`."""
        return self.params.face if isinstance(self.params, FaceParams) else "ranks"

    @property
    def lifetime(self) -> int:
        """Steps of an episode: one fewer than there are cards, unless a game says otherwise."""
        return self.params.cards - 1

    @property
    def symbols(self) -> int:
        faces, run = FACES[self.face]
        return min(faces, self.params.cards // run)

    @property
    def most_alike(self) -> int:
        """The number of cards of the face that most have."""
        run = FACES[self.face][1]
        return run * -(-self.params.cards // (run * self.symbols))

    @property
    def constants(self) -> dict[str, int]:
        return {**super().constants, "run": FACES[self.face][1]}

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*super().fields, Field("deck", "int32", (self.params.cards,), meaning="cards, as they are dealt"))
