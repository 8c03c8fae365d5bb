"""The error with which a hashed memory recalls what it stored, as theory has it, by the age of the pair.

A memory of K bits stores pairs one after another, w += (v - w b) b / K (rule delta) or w += v b / K (hebb). With keys
of independent random signs and independent values of variance s^2 the expectations are exact. Let q = 1 - 1/K, a the
number of later stores, u = E |w|^2 / s^2 and r = E (w b)^2 / s^2 of the recall of pair l:

    u = 1 - q^l,  r = 1                                           right after it is stored
    r <- (1 - 2/K + 2/K^2) r + (1/K - 2/K^2) u + 1/K,  u <- q u + 1/K      at each later store
    E (w b - v)^2 / s^2 = r - 2 q^a + 1                           delta: q^a is what is left of v
    E (w b - v)^2 / s^2 = (m - 1) / K                             hebb, m pairs in all, whatever their age

Derived from the two rules by taking expectations over the keys; the tests check it against drawn keys. Keys that are
rows of a Hadamard matrix are orthogonal, so up to K distinct ones recall without error.
"""

from __future__ import annotations

import numpy as np


def relative_errors(bits: int, stores: int, rule: str = "delta", youngest: int | None = None) -> np.ndarray:
    """Returns the expected root mean square error of recall over the deviation of values, by age.

    Args:
        bits: K.
        stores: m, at least 1.
        rule: delta or hebb.
        youngest: A, the number of pairs, from the youngest on; None for all m.

    Returns:
        [A] float64, the youngest pair (age 0) first.
    """
    count = stores if youngest is None else min(youngest, stores)
    if rule == "hebb":
        return np.full(count, np.sqrt((stores - 1) / bits))
    q, k = 1 - 1 / bits, float(bits)
    u = 1 - q ** (stores - np.arange(count, dtype=float))  # pair l = m - age
    r = np.ones(count)
    for age in range(1, count):
        older = slice(age, None)
        r[older] = (1 - 2 / k + 2 / k**2) * r[older] + (1 / k - 2 / k**2) * u[older] + 1 / k
        u[older] = q * u[older] + 1 / k
    squares = r - 2 * q ** np.arange(count) + 1
    errors: np.ndarray = np.sqrt(np.maximum(squares, 0.0))
    return errors
