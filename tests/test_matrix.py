"""Genomes on a card are what they are on the host, and are copied only where somebody asks."""

from __future__ import annotations

import numpy as np
import pytest

from alife import backend
from alife.compile.language import per_row
from alife.evolution import matrix
from alife.evolution.on_card import CardMachine


@per_row("agents", columns="out")
def scale(i, g, out, of, factor, seen):
    """Each gene, times a factor; how often is counted."""
    out[i, g] = of[i, g] * factor
    seen[i, g] += 1


@pytest.fixture
def machine(host_card) -> CardMachine:
    return CardMachine(backend.card())


def values(count: int = 7, genes: int = 5) -> np.ndarray:
    return np.random.default_rng(count).uniform(-1, 1, (count, genes)).astype(np.float32)


def test_a_law_is_the_same_on_both(machine) -> None:
    """Matrices stay; an array of the host that the law changes is changed."""
    given = values()
    seen, ours, theirs = np.zeros((7, 5), np.int32), matrix.HOST.zeros((7, 5)), machine.zeros((7, 5))
    names = {"factor": np.array(3, np.float32), "seen": seen}
    matrix.run_law(scale, {**names, "out": ours, "of": given}, 7)
    matrix.run_law(scale, {**names, "out": theirs, "of": machine.matrix(given)}, 6)
    assert seen.tolist() == [[2] * 5] * 6 + [[1] * 5]
    there = np.asarray(theirs)
    assert np.array_equal(ours[:6], there[:6]) and not there[6].any() and np.array_equal(ours, given * np.float32(3))


def test_what_a_strategy_does_with_rows(machine) -> None:
    a, b, which = values(7), values(4), np.array([3, 3, 0])
    on_card = machine.matrix(a)
    assert np.array_equal(matrix.rows(on_card, which), a[which]) and np.array_equal(matrix.rows(a, which), a[which])
    for ours, theirs in (
        (matrix.taken(a, which), matrix.taken(on_card, which)),
        (matrix.joined(a, b), matrix.joined(on_card, b)),
        (matrix.joined(b, a), matrix.joined(b, on_card)),
        (matrix.chosen(a[:, 0] > 0, a, -a), matrix.chosen(a[:, 0] > 0, on_card, machine.matrix(-a))),
        (matrix.with_guests(a, b[:2]), matrix.with_guests(on_card, b[:2])),
    ):
        assert theirs.shape == ours.shape and theirs.machine is machine
        assert np.array_equal(np.asarray(theirs), ours)
    assert matrix.with_guests(on_card, None) is on_card and matrix.with_guests(on_card, b[:0]) is on_card
