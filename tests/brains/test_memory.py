"""The hashed associative memory against its laws, and a controller written by hand that copies with it."""

from __future__ import annotations

from math import erfc, exp, sqrt

import numpy as np
import pytest

from alife.brains import make_brain
from alife.brains.memory.hashing import Keys
from tests.helpers.memory_bank import BITS, WIDTH, Bank, bits_of, random_key


def test_what_is_written_is_recalled_exactly() -> None:
    rng, bank = np.random.default_rng(0), Bank(100, values=3)
    key, values = bank.key(rng.normal(size=(100, WIDTH))), rng.uniform(-1, 1, (100, 3))
    assert not bank.recall(key).any()
    for _ in range(3):
        bank.write(bank.key(rng.normal(size=(100, WIDTH))), rng.uniform(-1, 1, (100, 3)))
    bank.write(key, values)
    np.testing.assert_allclose(bank.recall(key), values, atol=1e-6)


def test_recall_is_odd_in_the_key_and_blind_to_its_length() -> None:
    rng, bank = np.random.default_rng(1), Bank(50)
    x = rng.normal(size=(50, WIDTH))
    bank.write(bank.key(rng.normal(size=(50, WIDTH))), rng.uniform(-1, 1, (50, 1)))
    np.testing.assert_array_equal(bank.recall(bank.key(-x)), -bank.recall(bank.key(x)))
    np.testing.assert_array_equal(bank.recall(bank.key(4 * x)), bank.recall(bank.key(x)))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_keys_at_an_angle_share_the_predicted_bits(order: int) -> None:
    """E[b.b']/K = (1 - 2 theta/pi)^r for r independent bit sets."""
    rng, bank = np.random.default_rng(2), Bank(6000, order=order)
    x, other = rng.normal(size=(2, 6000, WIDTH))
    across = other - x * np.sum(x * other, axis=1, keepdims=True) / np.sum(x * x, axis=1, keepdims=True)
    across *= np.linalg.norm(x, axis=1, keepdims=True) / np.linalg.norm(across, axis=1, keepdims=True)
    for degrees in (10, 33, 60, 90):
        angle = np.radians(degrees)
        turned = np.cos(angle) * x + np.sin(angle) * across
        shared = np.mean(bits_of(bank.key(x)) * bits_of(bank.key(turned)))
        assert shared == pytest.approx((1 - 2 * degrees / 180) ** order, abs=0.01)


def test_an_even_order_gives_a_key_and_its_negative_the_same_bits() -> None:
    x = np.random.default_rng(3).normal(size=(20, WIDTH))
    for order, sign in ((1, -1), (2, 1), (3, -1)):
        bank = Bank(20, order=order)
        np.testing.assert_array_equal(bits_of(bank.key(-x)), sign * bits_of(bank.key(x)))


@pytest.mark.parametrize("lanes", [6, 8, 16, 32])
def test_few_lanes_still_give_distinct_bit_functions(lanes: int) -> None:
    """At least 0.9 K of the bits are different functions (up to sign) of an input padded with zeros."""
    bank = Bank(4000)
    bits = bits_of(bank.key(np.random.default_rng(4).normal(size=(4000, lanes))))
    alike = np.abs(bits.T @ bits) / len(bits) > 1 - 1e-6
    assert len(np.unique(alike, axis=0)) >= 0.9 * BITS


@pytest.mark.parametrize(("half", "denormal"), [(False, 1e-42), (True, 1e-7)])
def test_a_closed_gate_leaves_the_memory_bit_identical(half: bool, denormal: float) -> None:
    rng, bank = np.random.default_rng(5), Bank(60, storage="float16" if half else "float32")
    values = bank.states.view(np.float16 if half else np.float32)
    values[:] = rng.choice([-0.0, denormal, 0.5], values.shape)
    before, gate = bank.states.copy().view(np.uint32), np.resize([0.0, -1.0, np.nan, 1e-30], (60, 1))
    bank.write(random_key(bank, rng), np.zeros((60, 1)), gate)
    changed = (bank.states.view(np.uint32) != before).any(axis=1)
    np.testing.assert_array_equal(changed, gate[:, 0] > 0)


def test_repeated_sweeps_make_up_to_k_pairs_exact_and_leave_one_minus_k_over_m_beyond() -> None:
    rng = np.random.default_rng(6)
    for pairs, sweeps, left in ((16, 60, 0.0), (256, 60, 1 - BITS / 256)):
        bank = Bank(12)
        keys = [random_key(bank, rng) for _ in range(pairs)]
        targets = rng.normal(size=(pairs, 12, 1))
        for _ in range(sweeps):
            for key, target in zip(keys, targets, strict=True):
                bank.write(key, target)
        errors = np.mean([(bank.recall(k) - t) ** 2 for k, t in zip(keys, targets, strict=True)])
        if pairs <= BITS:
            assert errors < 1e-4
        bits = np.stack([bits_of(k) for k in keys]).astype(np.float64)
        best = [np.linalg.lstsq(bits[:, i], targets[:, i, 0], rcond=None)[1] / pairs for i in range(12)]
        assert np.sum(best) / 12 == pytest.approx(left, abs=0.05) and errors >= np.sum(best) / 12 - 1e-6


def predicted_errors(writes: int) -> list[float]:
    """Mean squared error of each item, oldest first, after one pass of `writes` writes.

    s is the item's second moment of recall and u the squared norm of the memory, by exact expectation over keys.
    """
    d, errors = BITS, []
    for item in range(1, writes + 1):
        s, u = 1.0, 1 - (1 - 1 / d) ** item
        age = writes - item
        for _ in range(age):
            s, u = (1 - 2 / d + 2 / d**2) * s + (1 / d - 2 / d**2) * u + 1 / d, (1 - 1 / d) * u + 1 / d
        errors.append(s - 2 * (1 - 1 / d) ** age + 1)
    return errors


def test_a_single_pass_forgets_by_the_exact_law() -> None:
    rng, bank, writes = np.random.default_rng(7), Bank(4000), 64
    keys, targets = [], rng.normal(size=(writes, 4000, 1))
    for target in targets:
        keys.append(random_key(bank, rng))
        bank.write(keys[-1], target)
    recalled = np.stack([bank.recall(key) for key in keys])
    errors = np.mean((recalled - targets) ** 2, axis=(1, 2))
    np.testing.assert_allclose(errors, predicted_errors(writes), rtol=0.08, atol=1e-6)
    faded = np.mean(recalled * targets, axis=(1, 2))
    np.testing.assert_allclose(faded, (1 - 1 / BITS) ** np.arange(writes - 1, -1, -1), atol=0.08)
    novel = np.mean(bank.recall(random_key(bank, rng)) ** 2)
    assert novel == pytest.approx(1 - (1 - 1 / BITS) ** writes, rel=0.08)


def clock_keys(bank: Bank, length: int) -> list[Keys]:
    """Keys of a clock: k_{t+1} = H D k_t from a start that a delimiter restores; its signs are the key."""
    k, keys = np.random.default_rng(8).normal(size=(bank.o.count, WIDTH)), []
    for t in range(length):
        v = bank.value(k)
        keys.append(bank.key(k))
        k = bank.o.wht(bank.o.flip(v, 1000 + t)).data / np.sqrt(WIDTH)
    return keys


def copy_errors(length: int, write: bool = True, shuffle: bool = False, reset: bool = True) -> tuple[float, float]:
    """Share of wrong bits of a copy controller written by hand: of the whole tape, and of its first item.

    Order 3, so that keys at random angles share as little as the independent keys of the law: 0.4^3 / n, not 0.4 / n.
    """
    rng, bank = np.random.default_rng(9), Bank(3000, order=3)
    if not reset:
        bank.states[:] = rng.normal(size=bank.states.shape) * 3
    keys, tape = clock_keys(bank, length), rng.choice([-1.0, 1.0], (length, 3000, 1))
    for key, bit in zip(keys, tape, strict=True):
        bank.write(key, bit, 1.0 if write else -1.0)
    read = [random_key(bank, rng) for _ in keys] if shuffle else keys
    wrong = np.array([(bank.recall(key) >= 0) != (bit > 0) for key, bit in zip(read, tape, strict=True)])
    return float(wrong.mean()), float(wrong[0].mean())


@pytest.mark.parametrize("length", [6, 13, 32, 64])
def test_a_copy_controller_fails_at_the_predicted_rate(length: int) -> None:
    """The oldest of L items has the bit error Q(e^-T / sqrt(1 - e^-T)), T = L/K."""
    load = length / BITS
    ratio = exp(-load) / sqrt(1 - exp(-load))
    assert copy_errors(length)[1] == pytest.approx(erfc(ratio / sqrt(2)) / 2, abs=0.03)


def test_copying_needs_the_memory_and_its_keys() -> None:
    assert copy_errors(3)[0] < 0.005
    assert copy_errors(3, write=False)[0] == pytest.approx(0.5, abs=0.03)
    assert copy_errors(3, shuffle=True)[0] == pytest.approx(0.5, abs=0.03)
    assert copy_errors(32, reset=False)[0] > copy_errors(32)[0] + 0.1


def test_the_size_of_the_memory_costs_no_genes() -> None:
    brains = [make_brain({"name": "wht", "memory": {"bits": bits, "values": 2}}, 5, 1) for bits in (32, 64, 256)]
    assert len({brain.num_genes for brain in brains}) == 1 and [b.num_states for b in brains] == [64, 128, 512]
