"""Count recall: how many cards of the color that is asked for have been dealt so far?

Two decks are dealt, one card of each a step: a card to count, and one whose color is asked for. The agent answers with
the number of cards of this color that were dealt to count so far, with the one in view: the largest of its actions, the
first of which is 0. Only the exact number is right. Fitness is POPGym's return: a right answer earns 1 / (cards - 1), a
wrong one loses as much; 1 if all are right, 2 / answers - 1 for guesses. The measure is the share of right ones.

Decks, lengths and rewards are those of CountRecall of POPGym (Morad et al., ICLR 2023, arXiv 2303.01859; version 1.0 of
github.com/proroklab/popgym, `popgym/envs/count_recall.py`), observations one-hot. There easy has 52 cards and colors,
medium 104 and suits, hard 208 and ranks. Fewer cards are ours.
"""

from __future__ import annotations

from typing import Literal

import pydantic

from alife.parts.answers import begin, choose, score, show
from alife.parts.playing_cards import QUERIES, CardGame, CardScalars, FaceParams, Player, face_of, shuffle
from alife.world import Draws, Field, Sensor, Vector, below, column, f32, i32, i64, per_agent, sensor_group


class Params(FaceParams):
    """The decks, and what is counted."""

    face: Literal["colors", "suits", "ranks"] = pydantic.Field("colors", description="what is counted")


class Counter(Player):
    """An agent that counts. queries: [cards] int32 the deck that asks. counts: [faces] int32 cards dealt of each."""

    query: int = column("int32", meaning="face that is asked for", reading="place", title="face asked for")
    queries: Vector[int]
    counts: Vector[int]


@per_agent
def shuffle_queries(a: Counter, draws: Draws, p: Params, world: CardScalars) -> None:
    """Shuffles the deck that asks, and clears the counts."""
    for k in range(p.cards):
        word, x, y, z = draws.once.words(QUERIES, k)
        place = i32(below(word, i64(k + 1)))
        a.queries[k] = a.queries[place]
        a.queries[place] = k
    for k in range(world.num_symbols):
        a.counts[k] = 0


@per_agent
def deal(a: Counter, p: Params, world: CardScalars) -> None:
    """Deals a card of each deck, counts it, and finds the number that is asked for."""
    now = min(i32(world.step), p.cards - 1)
    a.shown = face_of(a.deck[now], world.num_symbols, world.run)
    a.counts[a.shown] += 1
    a.query = face_of(a.queries[now], world.num_symbols, world.run)
    a.expected = a.counts[a.query]


@per_agent
def show_query(a: Counter, world: CardScalars) -> None:
    """Observes the face that is asked for, a lane for each."""
    for k in range(world.num_symbols):
        a.senses.query[k] = 1.0 if a.query == k else f32(0.0)


class CountRecall(CardGame):
    """Count the cards of each face, and answer for one of them in every step."""

    reset = (begin, shuffle, shuffle_queries)
    observe = (deal, show, show_query)
    step = (choose, score)
    columns = (Counter,)
    answer_meaning = "the largest is the answer; the first of them is 0"

    params: Params

    @property
    def questions(self) -> int:
        return self.params.cards - 1

    @property
    def choices(self) -> int:
        return self.most_alike + 1

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        queries = sensor_group("query", range(1, self.symbols + 1), 0, 1, "", "1 if this face is asked for")
        return (*super().sensors, *queries)

    @property
    def fields(self) -> tuple[Field, ...]:
        return (
            *super().fields,
            Field("queries", "int32", (self.params.cards,), meaning="deck that asks, as it is dealt"),
            Field("counts", "int32", (self.symbols,), meaning="cards dealt of each face"),
        )
