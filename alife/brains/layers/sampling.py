"""Rows of weights as whole numbers: N samples of the distribution of |w|, as those of a particle filter are drawn.

Of m weights, A_k = |w_1| + .. + |w_k| and S = A_m: weight k is hit as often as points of [0, S) fall on
[A_{k-1}, A_k), c_k times, and sign(w_k) c_k S / N stands for w_k. So sums of |w| stay S exactly, a weight of 0 is never
hit, and the mean over draws is w. With T_k = N A_k / S, how many points lie below A_k is known without search:

    systematic:   points i + u, one u:              C_k = ceil(T_k - u)            |c_k - N |w_k| / S| < 1
    stratified:   points i + u_i, f = floor(T_k):   C_k = f + [u_f < T_k - f]      |c_k - N |w_k| / S| < 2
    multinomial:  points anywhere:                  C_k counted, N comparisons     no bound

u_i = frac(a + i b) for two draws a, b: any two of them are independent, which is all that the stratified variance asks.
Draws lie in the middle of grid cells, so that whole T_k give the same counts for every draw, and C_m = N.

References: Mordido, Van Keirsbilck, Keller, "Instant quantization of neural networks using Monte Carlo methods"
(arXiv:1905.12253); Douc, Cappe, Moulines, "Comparison of resampling schemes for particle filtering" (ISPA 2005). That
the jitters are independent in pairs only, and what that costs, is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Row, Scalar, Value

Scheme = Literal["systematic", "stratified", "multinomial"]
Load = Callable[[Row], Value]  # row k: on each lane, the weight number k of this lane's list
Below = Callable[[Value], Value]  # T_k -> C_k
BITS = 21  # of a float's 24; the others keep N + u and T_k - u apart from the cell's edges


def total(o: Operations, load: Load, count: int) -> Value:
    """S: on each lane, the sum of |w| of its `count` weights."""
    (s,) = o.loop(count, lambda k, c: [c[0] + abs(load(k))], [o.const(0.0)])
    return s


def share(o: Operations, a: Value, s: Value) -> Value:
    """A / S, exactly 1 where they are equal, 0 where S is 0."""
    return a / o.select(0.0, s, 1.0, s)


def offsets(o: Operations, draw: Callable[[int], Value], scheme: Scheme, most: int) -> Callable[[Value], Value]:
    """i -> u_i: sample i lies at i + u_i.

    Args:
        o: the words.
        draw: the first or second uniform in [0, 1) of each lane.
        scheme: systematic or stratified.
        most: samples of a lane, at most.
    """
    cells = float(2 ** (BITS - (most - 1).bit_length()))
    a = (o.floor(draw(0) * cells) + 0.5) * (1 / cells)
    if scheme == "systematic":
        return lambda i: a
    b = o.floor(draw(1) * cells) * (1 / cells)

    def jittered(i: Value) -> Value:
        u = a + b * i
        return u - o.floor(u)

    return jittered


def jitter(o: Operations, draw: Callable[[int], Value], scheme: Scheme, most: int) -> Below:
    """The closed form of a scheme that has one. Arguments as of `offsets`."""
    u = offsets(o, draw, scheme, most)
    if scheme == "systematic":
        return lambda t: -o.floor(u(t) - t)

    def stratified(t: Value) -> Value:
        f = o.floor(t)
        return o.select(u(f), t - f, f, f + 1.0)

    return stratified


def counted(
    o: Operations, load: Load, count: int, s: Value, samples: Scalar, below: Below, keep: Callable[[Row, Value], object]
) -> None:
    """Hand each of `count` rows' signed counts to `keep`; `samples` may differ between lanes. Others as above."""

    def one(k: Index, c: list[Value]) -> list[Value]:
        row = load(k)
        a = c[0] + abs(row)
        hits = below(share(o, a, s) * samples)
        keep(k, signed(o, row, hits - c[1]))
        return [a, hits]

    o.loop(count, one, [o.const(0.0), o.const(0.0)])


def signed(o: Operations, row: Value, count: Value) -> Value:
    """The count with the weight's sign."""
    return o.select(row, 0.0, count, -count)
