"""Laws of parts of minds: memories that count, keys of the nearest vertex, exploration, and the last actions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import hadamard

from alife.brains import make_brain
from alife.brains.memory.ledger import Ledger
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.polytope import nearest_vertex
from alife.brains.shared.exploration import EXPLORATION
from alife.ops.derived import first_of_largest, one_hot
from alife.ops.philox import philox, uniform
from alife.ops.reference import Reference
from alife.ops.sign_patterns import pattern
from alife.ops.vocabulary import Value
from tests.brains.test_minds import ONE, SEEN, genome_of, mind, recalled
from tests.helpers.brain_checks import ACTIONS, OBSERVATIONS, random_observations
from tests.helpers.memory_bank import BITS, WIDTH, Bank, random_key


def test_a_memory_that_adds_counts_what_is_dealt_for_what_is_asked() -> None:
    """Exactly, up to the full scale: written under lane 0 or 1, read under lane 2 or 3, as no hash of both can be."""
    adding = {"keys": "slots", "slots": 2, "rule": "hebb", "full_scale": 8, "gate": "open"}
    brain = mind("tape", memory={**SEEN, **adding})
    weights = {which: np.zeros((2, brain.network.num_inputs), np.float32) for which in ("read", "write")}
    weights["write"][[0, 1], [0, 1]] = weights["read"][[0, 1], [2, 3]] = 1.0
    slots = {f"{which}_slot_weights": rows for which, rows in weights.items()}
    rng, shown = np.random.default_rng(7), np.zeros((40, OBSERVATIONS), np.float32)
    dealt, asked = rng.integers(2, size=40), rng.integers(2, size=40)
    shown[np.arange(40), dealt], shown[np.arange(40), 2 + asked] = 1.0, 1.0
    genes = genome_of(brain, **slots)
    found = recalled(brain, genes, shown)
    counts = np.array([(dealt[:t] == one).sum() for t, one in enumerate(asked)])
    assert counts.max() > 8 and len(set(counts)) > 8
    np.testing.assert_array_equal(found[:, :2].sum(axis=1), np.minimum(counts / 8, 1).astype(np.float32))


def test_the_nearest_vertex_is_that_of_the_rotation_and_of_inputs_that_are_alike() -> None:
    """By the matrix of the rotation; a vertex itself is found, whatever its length, and its opposite is n further."""
    o = Reference(WIDTH, {"state": np.zeros((2 * WIDTH, 1), np.float32)})

    def vertices(z: np.ndarray) -> np.ndarray:
        return nearest_vertex(o, Value(o, z.astype(np.float32)), 5).data[:, 0].astype(int)

    signs = [np.where(pattern(seed, WIDTH), -1.0, 1.0) for seed in (5, 6)]
    rotation = hadamard(WIDTH) * signs[1] @ (hadamard(WIDTH) * signs[0]) / WIDTH
    corners = np.concatenate([rotation, -rotation])  # rows: what is rotated onto each vertex
    rng = np.random.default_rng(1)
    for length in (1e-3, 1.0, 70.0):
        shaken = length * (corners + 0.05 * rng.normal(size=corners.shape))
        np.testing.assert_array_equal(vertices(shaken), np.arange(2 * WIDTH))
    drawn = rng.normal(size=corners.shape)
    turned = drawn @ rotation.T
    at = np.abs(turned * (1 - np.arange(WIDTH) / 1024)).argmax(axis=1)
    np.testing.assert_array_equal(vertices(drawn), at + WIDTH * (turned[np.arange(2 * WIDTH), at] < 0))
    one_lane = np.eye(WIDTH)[np.arange(2 * WIDTH) % WIDTH]  # all magnitudes are equal after one round, many after two
    np.testing.assert_array_equal(vertices(one_lane), vertices(0.3 * one_lane))


@pytest.mark.parametrize("pairs", [4, 16])
def test_counts_of_unrelated_keys_disturb_each_other_by_the_square_root_of_the_bits(pairs: int) -> None:
    """A count under one key is off by sum_b n_b (a.b)/K, of variance sum_b n_b^2 / K: crosstalk of the other keys."""
    rng, bank = np.random.default_rng(2), Bank(2000, rule="hebb")
    keys, times = [random_key(bank, rng) for _ in range(pairs)], rng.integers(1, 6, pairs)
    for key, count in zip(keys, times, strict=True):
        for _ in range(count):
            bank.write(key, np.ones((2000, 1), np.float32))
    off = bank.recall(keys[0])[:, 0] - times[0]
    assert np.std(off) == pytest.approx(math.sqrt((times[1:] ** 2).sum() / BITS), rel=0.06)
    assert abs(off.mean()) < 4 * np.std(off) / math.sqrt(2000)


def test_noise_on_the_actions_is_that_of_salt_and_clock_times_the_square_of_its_gene() -> None:
    brain = mind("explore")
    genes, states = brain.init(6, seed=3), brain.new_states(6, seed=4)
    gene, salt = brain.slots["exploration"].start, states[:, brain.salt_column].astype(np.uint64)
    silent = genes.copy()
    silent[:, gene] = 0.0
    for clock, observed in enumerate(random_observations(6, 3)):
        quiet = brain.step(silent, states.copy(), observed)
        noise = brain.step(genes, states, observed) - quiet
        words = philox([np.zeros((1, 1), int), 0, clock, 0], [salt[:, None], EXPLORATION])
        drawn = np.concatenate([uniform(word) for word in words], axis=1)[:, :ACTIONS]
        expected = math.sqrt(brain.network.width) * genes[:, gene, None] ** 2 * (2 * drawn - 1)
        np.testing.assert_allclose(noise, expected, atol=1e-5)
    assert len(np.unique(drawn)) == drawn.size


@pytest.mark.parametrize("kind", ["values", "largest"])
def test_the_last_actions_are_inputs_of_the_next_step(kind: str) -> None:
    brain = mind("acted", last_actions=kind, history=None)
    genes, states, last = brain.init(4, seed=2), brain.new_states(4), np.zeros((4, ACTIONS), np.float32)
    for observed in random_observations(4, 4):
        x = brain.notes(genes, states, observed)["input"]
        np.testing.assert_allclose(x[:, ONE + 1 : ONE + 1 + ACTIONS] / x[:, ONE, None], last, atol=1e-6)
        actions = brain.step(genes, states, observed)
        last = np.clip(actions, -1, 1) if kind == "values" else np.eye(ACTIONS)[actions.argmax(axis=1)]


def test_of_equal_actions_the_first_is_the_largest() -> None:
    o = Reference(WIDTH, {"state": np.zeros((2, 1), np.float32)})
    rows = np.zeros((2, WIDTH), np.float32)
    rows[1, :4] = -3.0, 2.0, 2.0, 9.0  # lane 3 is none of the three
    values = [o.lane(Value(o, rows), k) for k in range(3)]
    np.testing.assert_array_equal(one_hot(o, first_of_largest(o, values)).data[:, :4], np.eye(4)[[0, 1]])


@pytest.mark.parametrize("keys", ["walk", "tape", "slots", "polytope", "gathered"])
def test_by_the_law_keys_of_rows_do_not_disturb_each_other(keys: str) -> None:
    rows, ledger = hadamard(16).astype(np.float32)[:8], Ledger(MemoryParams(keys=keys, bits=16, values=1))
    for row in rows:
        ledger.write(row, np.full(1, 0.5, np.float32))
    ledger.close((0.5 * rows.sum(axis=0) / 16)[None, None])
    found = ledger.stored()
    assert not found.error.any() and (found.predicted[:-1] > 0).all() == (keys == "gathered")
    assert keys == "gathered" or not found.predicted.any()


def test_what_a_memory_that_adds_should_recall_is_the_sum_of_what_it_got() -> None:
    rows, ledger = hadamard(16).astype(np.float32), Ledger(MemoryParams(keys="slots", rule="hebb", bits=16, values=1))
    held = np.zeros(16, np.float32)
    for row, value in ((0, 0.5), (3, 0.25), (0, 0.5), (0, -0.25)):
        ledger.write(rows[row], np.full(1, value, np.float32))
        held += value * rows[row] / 16
    ledger.close(held[None, None])
    found = ledger.stored()
    assert sorted(found.value) == [0.25, 0.75] and not found.error.any() and not found.predicted.any()


@pytest.mark.parametrize("parts", [{}, {"products": True, "ensemble": 2}])
def test_where_genes_of_memories_are_0_a_mind_acts_as_one_without_memories(parts: dict[str, object]) -> None:
    """Though its tape is written to, whatever the genes are: what it recalls has no gain."""
    base = {"name": "mind", "layers": 1, "projection": 32, **parts}
    with_memories = make_brain(base, OBSERVATIONS, ACTIONS)
    without = make_brain({**base, "memories": []}, OBSERVATIONS, ACTIONS)
    memory, seen = with_memories.memory_genes, random_observations(1, 30, seed=4)
    assert (~memory).sum() == without.num_genes and not without.memory_genes.any()
    genes = with_memories.init(1, seed=5)
    live, silent = genes.copy(), np.where(memory, np.float32(0), genes)
    alone = genes[:, ~memory]
    actions = {}
    for name, brain, own in (
        ("live", with_memories, live),
        ("silent", with_memories, silent),
        ("alone", without, alone),
    ):
        states = brain.new_states(1)
        actions[name] = np.array([brain.step(own, states, row)[0] for row in seen])
    np.testing.assert_allclose(actions["silent"], actions["alone"], rtol=1e-4, atol=1e-5)
    assert np.abs(actions["live"] - actions["alone"]).max() > 1e-2
