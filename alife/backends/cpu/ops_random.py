"""Philox4x32-10 as vector IR: the four words of n/4 counters at once, the same bits as `philox.philox`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alife.backends.cpu.llvm_text import floats, integers
from alife.ops.philox import MULTIPLIERS, ROUNDS, WEYL

if TYPE_CHECKING:
    from alife.backends.cpu.ops import Simd


class _Words:
    """Arithmetic on vectors of `count` 64-bit integers that hold 32-bit words."""

    def __init__(self, o: Simd, count: int) -> None:
        self.let, self.count = o.text.let, count
        self.type = f"<{count} x i64>"

    def const(self, number: int) -> str:
        return integers([number] * self.count, 64)

    def do(self, word: str, a: str, b: str) -> str:
        return self.let(f"{word} {self.type} {a}, {b}")

    def low(self, a: str) -> str:
        return self.do("and", a, self.const(0xFFFFFFFF))

    def spread(self, scalar: str) -> str:
        first = self.let(f"insertelement {self.type} poison, i64 {scalar}, i64 0")
        return self.let(f"shufflevector {self.type} {first}, {self.type} poison, <{self.count} x i32> zeroinitializer")


def draw(o: Simd, place: tuple[int, str], salt: str, clock: str) -> list[str]:
    """One agent's uniforms. place: stream and counter; salt, clock: as floats."""
    words = _Words(o, o.width // 4)
    key, time = (words.spread(o.text.let(f"fptoui float {scalar} to i64")) for scalar in (salt, clock))
    counter = [integers(np.arange(words.count), 64), words.low(words.spread(place[1])), time, words.const(0)]
    return _lanes(o, words, _rounds(words, counter, [key, words.const(place[0])]))


def _rounds(words: _Words, c: list[str], k: list[str]) -> list[str]:
    shift = words.const(32)
    for _ in range(ROUNDS):
        p, q = words.do("mul", c[0], words.const(MULTIPLIERS[0])), words.do("mul", c[2], words.const(MULTIPLIERS[1]))
        highs = [words.do("lshr", product, shift) for product in (q, p)]
        mixed = [words.do("xor", words.do("xor", h, c[i]), k[i // 2]) for h, i in zip(highs, (1, 3), strict=True)]
        c = [mixed[0], words.low(q), mixed[1], words.low(p)]
        k = [words.low(words.do("add", key, words.const(step))) for key, step in zip(k, WEYL, strict=True)]
    return c


def _lanes(o: Simd, words: _Words, four: list[str]) -> list[str]:
    """Upper 24 bits as floats times 2^-24; lane i = word i%4 of counter i//4."""
    count, kind = words.count, f"<{words.count} x float>"
    small = [words.do("lshr", word, words.const(8)) for word in four]
    whole = [o.text.let(f"uitofp {words.type} {word} to {kind}") for word in small]
    unit = [o.text.let(f"fmul {kind} {x}, {floats([2.0**-24] * count)}") for x in whole]
    both = f"<{2 * count} x i32> {integers(np.arange(2 * count))}"
    halves = [o.text.let(f"shufflevector {kind} {unit[i]}, {kind} {unit[i + 1]}, {both}") for i in (0, 2)]
    lanes = np.arange(o.width)
    pair = f"<{2 * count} x float>"
    masks = [f"<{o.size} x i32> {integers(part)}" for part in (lanes % 4 * count + lanes // 4).reshape(-1, o.size)]
    return [o.text.let(f"shufflevector {pair} {halves[0]}, {pair} {halves[1]}, {mask}") for mask in masks]
