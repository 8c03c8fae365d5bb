"""The polynomials of alife.laws.maths against float64, at their stated errors, and the edges of casts."""

from __future__ import annotations

import numpy as np
import pytest

from alife.laws import maths
from alife.laws.law import per_slot
from alife.laws.maths import (
    atan2,
    bits_float,
    cos,
    exp,
    exp2,
    f32,
    float_bits,
    floor,
    i32,
    i64,
    log,
    normal_quantile,
    power,
    sin,
    sqrt,
    u32,
    u64,
)
from tests.helpers.laws import run_rows


@per_slot
def all_of_one(i, v, o):
    o[i, 0] = exp2(v[i])
    o[i, 1] = exp(v[i])
    o[i, 2] = sin(v[i])
    o[i, 3] = cos(v[i])
    o[i, 4] = log(abs(v[i]))
    o[i, 5] = atan2(v[i], 1.5)
    o[i, 6] = atan2(v[i], -0.5)
    o[i, 7] = power(abs(v[i]), 0.67)
    o[i, 8] = sqrt(abs(v[i]))
    o[i, 9] = floor(v[i])


@pytest.fixture(scope="module")
def sweep():
    v = np.linspace(-80, 80, 200_002).astype(np.float32)
    out = np.zeros((len(v), 10), np.float32)
    run_rows(all_of_one, len(v), v=v, o=out)
    return v.astype(np.float64), out.astype(np.float64)


def test_stated_errors(sweep):
    v, out = sweep
    size = np.abs(v)
    assert np.max(np.abs(out[:, 0] / np.exp2(v) - 1)) < 2e-7
    assert np.max(np.abs(out[:, 1] / np.exp(v) - 1) / (2e-7 + 1e-7 * size)) < 1
    assert np.max(np.abs(out[:, 2] - np.sin(v))) < 3e-7
    assert np.max(np.abs(out[:, 3] - np.cos(v))) < 5e-6
    assert np.max(np.abs(out[:, 4] - np.log(size)) / (2e-7 + 2e-7 * np.abs(np.log(size)))) < 1
    assert np.max(np.abs(out[:, 5] - np.arctan2(v, 1.5))) < 3e-6
    assert np.max(np.abs(out[:, 6] - np.arctan2(v, -0.5))) < 3e-6
    exact = size ** np.float64(np.float32(0.67))
    assert np.max(np.abs(out[:, 7] / exact - 1) / (1e-6 * (1 + np.abs(np.log(exact))))) < 1
    assert np.array_equal(out[:, 8], np.sqrt(size.astype(np.float32)).astype(np.float64))
    assert np.array_equal(out[:, 9], np.floor(v))


def test_normal_quantile_inverts_the_normal_distribution():
    from statistics import NormalDist

    u = np.concatenate([np.geomspace(1e-7, 0.1, 300), np.linspace(0.1, 0.9, 301), 1 - np.geomspace(1e-6, 0.1, 300)])
    u = u.astype(np.float32)
    got = np.array([maths.normal_quantile(value) for value in u], np.float64)
    exact = np.array([NormalDist().inv_cdf(float(value)) for value in u])
    assert np.max(np.abs(got - exact) / (1 + np.abs(exact))) < 1e-6


@per_slot
def all_casts(i, v, a, b, c, d):
    a[i] = i32(v[i])
    b[i] = u32(v[i])
    c[i] = i64(v[i])
    d[i] = u64(v[i])


def test_casts_saturate_and_nan_gives_zero():
    v = np.array([np.nan, np.inf, -np.inf, 3e9, -3e9, 5e9, 1e19, -1e19, 2e19, -0.9, 2.9, -2.9], np.float32)
    out = {name: np.zeros(len(v), kind) for name, kind in zip("abcd", ("i4", "u4", "i8", "u8"), strict=True)}
    run_rows(all_casts, len(v), v=v, **out)
    assert out["a"].tolist()[:6] == [0, 2**31 - 1, -(2**31), 2**31 - 1, -(2**31), 2**31 - 1]
    assert out["b"].tolist()[:6] == [0, 2**32 - 1, 0, 3 * 10**9, 0, 2**32 - 1]
    assert out["c"].tolist()[1:3] == [2**63 - 1, -(2**63)] and out["c"][6] == 2**63 - 1
    assert out["d"].tolist()[1:3] == [2**64 - 1, 0] and out["d"][8] == 2**64 - 1
    assert out["a"].tolist()[-3:] == [0, 2, -2]
    plain = [[cast(value) for value in v] for cast in (maths.i32, maths.u32, maths.i64, maths.u64)]
    assert [list(map(int, row)) for row in plain] == [array.tolist() for array in out.values()]


@per_slot
def through_bits(i, v, w):
    w[i] = bits_float(float_bits(v[i]))


def test_bits_round_trip_keeps_negative_zero_and_denormals():
    v = np.array([-0.0, 1e-45, -1e-40, np.inf], np.float32)
    w = np.ones_like(v)
    run_rows(through_bits, len(v), v=v, w=w)
    assert np.array_equal(v.view(np.uint32), w.view(np.uint32))
    assert f32(1.5) == 1.5 and normal_quantile(np.float32(0.5)) == 0.0
