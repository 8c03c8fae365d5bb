"""Rows of weights as whole numbers: N samples of the distribution of |w|, drawn as a particle filter resamples.

Of m weights, A_k = |w_1| + .. + |w_k| and S = A_m. Weight k is hit as often as points of [0, S) fall into
[A_{k-1}, A_k), c_k times, and sign(w_k) c_k S / N stands for w_k. So sums of |w| stay S exactly, a weight of 0 is never
hit, and the mean over draws is w. With T_k = N A_k / S, the number C_k of points below A_k is known without search:

    systematic:   points i + u, one u:              C_k = ceil(T_k - u)            |c_k - N |w_k| / S| < 1
    stratified:   points i + u_i, f = floor(T_k):   C_k = f + [u_f < T_k - f]      |c_k - N |w_k| / S| < 2
    multinomial:  points anywhere:                  C_k counted, N comparisons     no bound

u_i = frac(a + i b) for two draws a, b: any two of them are independent, which is all that the stratified variance
needs. Draws lie in the middle of grid cells, so that whole T_k give the same counts for every draw, and C_m = N.

References: Mordido, Van Keirsbilck, Keller, "Instant quantization of neural networks using Monte Carlo methods"
(arXiv:1905.12253); Douc, Cappe, Moulines, "Comparison of resampling schemes for particle filtering" (ISPA 2005). That
the jitters are independent only in pairs, and what that costs, is our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Row, Scalar, Value

Scheme = Literal["systematic", "stratified", "multinomial"]
LoadRow = Callable[[Row], Value]  # row k: on each lane, weight k of the list of this lane
Counter = Callable[[Value], Value]  # T_k -> C_k
BITS = 21  # of the 24 of a float; the others keep N + u and T_k - u apart from the edges of cells


def absolute_sum(o: Operations, load: LoadRow, count: int) -> Value:
    """S: on each lane, the sum of |w| of its `count` weights."""
    (s,) = o.loop(count, lambda k, c: [c[0] + abs(load(k))], [o.const(0.0)])
    return s


def share(o: Operations, a: Value, s: Value) -> Value:
    """A / S, exactly 1 if they are equal, 0 if S is 0."""
    return a / o.select(0.0, s, 1.0, s)


def sample_offsets(
    o: Operations, draw: Callable[[int], Value], scheme: Scheme, max_samples: int
) -> Callable[[Value], Value]:
    """A function i -> u_i: sample i lies at i + u_i.

    Args:
        o: the operations.
        draw: 0 or 1 -> the first or second uniform number in [0, 1) of each lane.
        scheme: systematic or stratified.
        max_samples: the largest number of samples of a lane.
    """
    cells = float(2 ** (BITS - (max_samples - 1).bit_length()))
    a = (o.floor(draw(0) * cells) + 0.5) * (1 / cells)
    if scheme == "systematic":
        return lambda i: a
    b = o.floor(draw(1) * cells) * (1 / cells)

    def offset(i: Value) -> Value:
        u = a + b * i
        return u - o.floor(u)

    return offset


def make_counter(o: Operations, draw: Callable[[int], Value], scheme: Scheme, max_samples: int) -> Counter:
    """The closed form of C_k of a scheme that has one. Arguments as of `sample_offsets`."""
    u = sample_offsets(o, draw, scheme, max_samples)
    if scheme == "systematic":
        return lambda t: -o.floor(u(t) - t)

    def stratified(t: Value) -> Value:
        f = o.floor(t)
        return o.select(u(f), t - f, f, f + 1.0)

    return stratified


def sample_counts(
    o: Operations,
    load: LoadRow,
    count: int,
    s: Value,
    samples: Scalar,
    counter: Counter,
    store: Callable[[Row, Value], object],
) -> None:
    """Calls store(k, signed counts c_k) for each row k.

    Args:
        o: the operations.
        load: loads row k of the weights.
        count: m, rows.
        s: S of each list, from `absolute_sum`.
        samples: N, which may differ between lanes.
        counter: from `make_counter`.
        store: what is called.
    """

    def sample_row(k: Index, c: list[Value]) -> list[Value]:
        row = load(k)
        a = c[0] + abs(row)
        hits = counter(share(o, a, s) * samples)
        store(k, with_sign(o, row, hits - c[1]))
        return [a, hits]

    o.loop(count, sample_row, [o.const(0.0), o.const(0.0)])


def with_sign(o: Operations, row: Value, count: Value) -> Value:
    """The count with the sign of the weight in `row`."""
    return o.select(row, 0.0, count, -count)
