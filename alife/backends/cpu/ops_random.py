"""Philox4x32-10 in LLVM IR: the four words of n/4 counters at once, the same bits as `philox.philox`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.backends.cpu.literals import float_vector, integer_vector
from alife.backends.cpu.vector_builder import VectorBuilder
from alife.ops.philox import MULTIPLIERS, ROUNDS, WEYL


class _Words:
    """Arithmetic on vectors of `count` 64-bit integers that hold 32-bit words."""

    def __init__(self, let: Callable[[str], str], count: int) -> None:
        self.let, self.count = let, count
        self.type = f"<{count} x i64>"

    def const(self, number: int) -> str:
        return integer_vector([number] * self.count, 64)

    def do(self, word: str, a: str, b: str) -> str:
        return self.let(f"{word} {self.type} {a}, {b}")

    def low(self, a: str) -> str:
        return self.do("and", a, self.const(0xFFFFFFFF))

    def splat(self, scalar: str) -> str:
        first = self.let(f"insertelement {self.type} poison, i64 {scalar}, i64 0")
        return self.let(f"shufflevector {self.type} {first}, {self.type} poison, <{self.count} x i32> zeroinitializer")


def draw(b: VectorBuilder, stream: int, counter: str, salt: str, clock: str) -> list[str]:
    """One agent's uniforms, [n/16] vectors. counter: i64. salt, clock: floats."""
    words = _Words(b.text.let, b.width // 4)
    key, time = (words.splat(b.text.let(f"fptoui float {scalar} to i64")) for scalar in (salt, clock))
    counters = [integer_vector(np.arange(words.count), 64), words.low(words.splat(counter)), time, words.const(0)]
    return _lanes(b, words, _rounds(words, counters, [key, words.const(stream)]))


def _rounds(words: _Words, c: list[str], k: list[str]) -> list[str]:
    """The four words of counters c under the key k."""
    shift = words.const(32)
    for _ in range(ROUNDS):
        p, q = words.do("mul", c[0], words.const(MULTIPLIERS[0])), words.do("mul", c[2], words.const(MULTIPLIERS[1]))
        highs = [words.do("lshr", product, shift) for product in (q, p)]
        mixed = [words.do("xor", words.do("xor", h, c[i]), k[i // 2]) for h, i in zip(highs, (1, 3), strict=True)]
        c = [mixed[0], words.low(q), mixed[1], words.low(p)]
        k = [words.low(words.do("add", key, words.const(step))) for key, step in zip(k, WEYL, strict=True)]
    return c


def _lanes(b: VectorBuilder, words: _Words, four: list[str]) -> list[str]:
    """Upper 24 bits as floats times 2^-24; lane i = word i%4 of counter i//4."""
    count, kind = words.count, f"<{words.count} x float>"
    small = [words.do("lshr", word, words.const(8)) for word in four]
    whole = [b.text.let(f"uitofp {words.type} {word} to {kind}") for word in small]
    unit = [b.text.let(f"fmul {kind} {x}, {float_vector([2.0**-24] * count)}") for x in whole]
    both = f"<{2 * count} x i32> {integer_vector(np.arange(2 * count))}"
    halves = [b.text.let(f"shufflevector {kind} {unit[i]}, {kind} {unit[i + 1]}, {both}") for i in (0, 2)]
    lanes = np.arange(b.width)
    pair = f"<{2 * count} x float>"
    masks = [
        f"<{b.size} x i32> {integer_vector(part)}" for part in (lanes % 4 * count + lanes // 4).reshape(-1, b.size)
    ]
    return [b.text.let(f"shufflevector {pair} {halves[0]}, {pair} {halves[1]}, {mask}") for mask in masks]
