"""Philox against its published vectors, and the distributions of the draws made from it."""

from __future__ import annotations

import numpy as np
import pytest

from alife.laws.law import per_slot
from alife.laws.maths import i64
from alife.laws.random import below, exponent_step, normal, philox, stochastic_round, uniform, words
from tests.helpers.laws import run_plain, run_rows

# Random123 1.14, tests/kat_vectors: philox4x32 10
VECTORS = [
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 2, (2**32 - 1,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@per_slot
def four_words(i, k, c, o):
    a, b, d, e = philox(k[0], k[1], c[0], c[1], c[2], c[3])
    o[i, 0] = a
    o[i, 1] = b
    o[i, 2] = d
    o[i, 3] = e


@pytest.mark.parametrize(("key", "counter", "expected"), VECTORS)
def test_philox_gives_the_published_vectors(key, counter, expected):
    for run in (run_rows, run_plain):
        out = np.zeros((1, 4), np.uint32)
        run(four_words, 1, k=np.array(key, np.uint32), c=np.array(counter, np.uint32), o=out)
        assert tuple(out[0].tolist()) == expected


@per_slot
def draws(i, o, w, seed, step):
    a, b, c, d = words(seed, 5, step, i64(i), 7)
    w[i] = below(a, i64(10))
    o[i, 0] = uniform(seed, 5, step, i64(i), 0)
    o[i, 1] = normal(seed, 5, step, i64(i), 1)
    o[i, 2] = exponent_step(b, c, 10.0)
    o[i, 3] = 2.25
    w[i] += 100 * stochastic_round(o[i, 3], d)


@pytest.fixture(scope="module")
def sample():
    out, whole = np.zeros((200_000, 4), np.float32), np.zeros(200_000, np.int64)
    run_rows(draws, len(out), o=out, w=whole, seed=np.uint64(2**40 + 3), step=np.int64(2**33))
    return out, whole


def test_uniform_and_normal_have_their_moments(sample):
    out, _ = sample
    sd = 1 / np.sqrt(len(out))
    assert out[:, 0].min() >= 0 and out[:, 0].max() < 1
    assert abs(out[:, 0].mean() - 0.5) < 4 * sd * np.sqrt(1 / 12)
    assert abs(out[:, 1].mean()) < 4 * sd and abs(out[:, 1].var() - 1) < 4 * sd * np.sqrt(2)
    assert abs((out[:, 1] ** 4).mean() - 3) < 4 * sd * np.sqrt(96)
    assert abs(np.corrcoef(out[:, 0], out[:, 1])[0, 1]) < 4 * sd


def test_exponent_steps_are_uniform_on_a_log_scale(sample):
    size = np.log(np.abs(sample[0][:, 2]) / 2)
    assert size.min() > -10.0001 and size.max() <= 0
    assert np.allclose(np.histogram(size, 10, (-10, 0))[0], 20_000, atol=4 * np.sqrt(18_000))
    assert abs((sample[0][:, 2] > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(len(size))


def test_whole_numbers(sample):
    small, rounded = sample[1] % 100, sample[1] // 100
    assert np.allclose(np.bincount(small, minlength=10), 20_000, atol=4 * np.sqrt(18_000))
    assert set(rounded.tolist()) == {2, 3} and abs(rounded.mean() - 2.25) < 4 * np.sqrt(0.1875 / len(rounded))


def test_every_part_of_the_key_and_counter_counts():
    base = (np.uint64(1), 2, np.int64(3), np.int64(4), 5)
    seen = set()
    with np.errstate(all="ignore"):
        for change in range(6):
            key = list(base)
            if change < 5:
                key[change] = type(key[change])(int(key[change]) + (2**35 if change in (0, 2, 3) else 1))
            seen.add(tuple(int(word) for word in words(*key)))
    assert len(seen) == 6
