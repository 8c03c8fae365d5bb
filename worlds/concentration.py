"""Concentration: turn over two of the cards that lie face down; those that match stay up. Find all pairs.

In each step the agent turns over the card whose action is largest. After the second card of a turn both stay up if they
match, else they are in view for one more step and lie face down again. The agent observes each card as bits of its
face, -1 or 1, and 0 while it is face down. An episode ends when all cards are up, or after
L = ceil(2 n - n / (2 n - 1)) steps for n cards.

Fitness is POPGym's return: a pair earns 2 / n; two cards that do not match, or one card twice, lose 2 / L; to choose a
card that is up already ends the turn and loses 1 / L for each card of it. Who knows all cards gets 1. The measure is
the share of cards that are up at the end.

Rules, lengths and rewards are those of Concentration of POPGym (Morad et al., ICLR 2023, arXiv 2303.01859; version 1.0
of github.com/proroklab/popgym, `popgym/envs/concentration.py`), with bits in place of a number for each card. There
easy has 52 cards and colors, medium 104 and colors, hard 52 and ranks; brains for them need a width of 64,
128 and 256, and as many bits of memory. Fewer cards are ours.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pydantic

from alife.parts.answers import AGENT, IDLE, RIGHT, SHOWN, begin, choose, place_column, two_rows
from alife.parts.playing_cards import CardGame, CardScalars, DeckParams, Player, face_of, shuffle
from alife.world import Field, Mark, Measure, Scene, Sensor, Vector, View, column, f32, per_agent, sensor_group

DOWN, UP = 0, 1  # of a card


class Params(DeckParams):
    """The cards on the table."""

    cards: int = pydantic.Field(12, ge=4, le=120, multiple_of=4, description="cards on the table; 52 a pack")
    face: Literal["colors", "ranks"] = pydantic.Field("ranks", description="what has to match")


class Finder(Player):
    """An agent that finds pairs. up: [cards] int32 1 for a card that stays up, 0 for one that is face down."""

    first: int = place_column("place of the first card of this turn", "first card")
    left: int = place_column("card turned over first, still in view", "card in view")
    second: int = place_column("card turned over last", "last card")
    found: int = column("int32", meaning="cards that stay up", title="cards that stay up")
    up: Vector[int]


class Constants(CardScalars):
    """Constants. bits: of a face. limit: steps of an episode."""

    bits: int
    limit: int


@per_agent
def lay_out(a: Finder, p: Params) -> None:
    """Lays all cards face down."""
    a.first = -1
    a.left = -1
    a.second = -1
    a.found = 0
    for k in range(p.cards):
        a.up[k] = DOWN


@per_agent
def look(a: Finder, p: Params, world: Constants) -> None:
    """Observes the cards that are up or were turned over in this turn."""
    for k in range(p.cards):
        seen = a.up[k] == UP or k == a.left or k == a.second
        face = face_of(a.deck[k], world.num_symbols, world.run)
        for bit in range(world.bits):
            a.senses.card[k * world.bits + bit] = f32(2 * (face >> bit & 1) - 1) if seen else f32(0.0)


@per_agent
def turn(a: Finder, p: Params, world: Constants) -> None:
    """Turns over a card, and after two keeps those that match."""
    loss = 1.0 / f32(world.limit)
    a.left = a.first
    a.second = a.chosen
    if a.up[a.chosen] == UP:
        a.fitness -= loss if a.first < 0 else 2.0 * loss
        a.first = -1
    elif a.first < 0:
        a.first = a.chosen
    else:
        one = face_of(a.deck[a.first], world.num_symbols, world.run)
        other = face_of(a.deck[a.chosen], world.num_symbols, world.run)
        if one == other and a.first != a.chosen:
            a.fitness += 2.0 / f32(p.cards)
            a.up[a.first] = UP
            a.up[a.chosen] = UP
            a.found += 2
        else:
            a.fitness -= 2.0 * loss
        a.first = -1
    a.measures.found = f32(a.found) / f32(p.cards)
    if a.found == p.cards:
        a.done = 1


class Concentration(CardGame):
    """Find pairs of cards that lie face down."""

    reset = (begin, shuffle, lay_out)
    observe = (look,)
    step = (choose, turn)
    columns = (Finder,)
    answer_meaning = "the card with the largest is turned over"

    params: Params

    @property
    def face(self) -> str:
        return self.params.face

    @property
    def choices(self) -> int:
        return self.params.cards

    @property
    def questions(self) -> int:
        return self.params.cards // 2

    @property
    def lifetime(self) -> int:
        n = self.params.cards
        return math.ceil(2 * n - n / (2 * n - 1))

    @property
    def bits(self) -> int:
        """The number of bits of a face."""
        return (self.symbols - 1).bit_length()

    @property
    def constants(self) -> dict[str, int]:
        return {**super().constants, "bits": self.bits, "limit": self.lifetime}

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        labels = [f"{k + 1} bit {bit + 1}" for k in range(self.params.cards) for bit in range(self.bits)]
        return sensor_group("card", labels, -1, 1, "", "of its face; 0: face down")

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (Measure("found", 0, 1, "", "share of cards that are up at the end"),)

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*super().fields, Field("up", "int32", (self.params.cards,), meaning="1: the card stays up"))

    @property
    def legend(self) -> tuple[Mark, ...]:
        cards = ((SHOWN, "card in view"), (RIGHT, "card that stays up"), (IDLE, "card face down, or a choice"))
        agent = Mark("agent", (AGENT,), "the agent, at its choice: above the cards, below the choices")
        return (agent, *(Mark("thing", (color,), meaning) for color, meaning in cards))

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns the cards above, yellow in view and blue-green if they stay up, and the choice below; rows: [N]."""
        row, cards = int(rows[0]), self.params.cards
        left, second, chosen = (int(view[name][row]) for name in ("left", "second", "chosen"))
        table, answers = (np.full((cards, 3), IDLE, np.uint8) for _ in range(2))
        table[[place for place in (left, second) if place >= 0]] = SHOWN
        table[view["up"][row] == UP] = RIGHT
        facts = {"pairs": f"{view['found'][row] // 2} of {self.questions}", "return": f"{view['fitness'][row]:+.2f}"}
        return two_rows(table, answers, chosen, row, facts)
