"""float16 in memory, float32 in registers: both conversions by integers, exact and rounded to nearest even, in LLVM IR.

Without the F16C instructions LLVM would call a function that is not there. Where they are, they do the same. Every NaN
becomes the one that a graphics card makes, so that rows of halves have the same bits everywhere. The CUDA form is
`cuda_values.PRELUDE`. Giesen, "Half to float done quic(k)", fgiesen.wordpress.com, 2012.
"""

from __future__ import annotations

from collections.abc import Callable

from alife.backends.cpu.literals import float_literal, splat
from alife.ops.slots import HALF_NAN

Let = Callable[[str], str]  # writes an instruction, returns the name of its result


def widen(let: Let, x: str, lanes: int, native: bool) -> str:
    """float16 bits as float32. x: i16, or <lanes x i16> for lanes > 1. native: the processor has F16C."""
    kind = _Kind(lanes)
    if native:
        return let(f"fpext {kind.half} {let(f'bitcast {kind.i16} {x} to {kind.half}')} to {kind.float}")
    return _widen(let, x, kind)


def _widen(let: Let, x: str, kind: _Kind) -> str:
    bits = let(f"zext {kind.i16} {x} to {kind.i32}")
    size = let(f"and {kind.i32} {bits}, {kind.of(0x7FFF)}")
    sign = let(f"shl {kind.i32} {let(f'and {kind.i32} {bits}, {kind.of(0x8000)}')}, {kind.of(16)}")
    moved = let(f"add {kind.i32} {let(f'shl {kind.i32} {size}, {kind.of(13)}')}, {kind.of(0x38000000)}")
    endless = let(f"add {kind.i32} {moved}, {kind.of(0x38000000)}")
    large = let(f"icmp uge {kind.i32} {size}, {kind.of(0x7C00)}")
    usual = let(f"select {kind.i1} {large}, {kind.i32} {endless}, {kind.i32} {moved}")
    whole = let(f"uitofp {kind.i32} {size} to {kind.float}")
    tiny = let(f"bitcast {kind.float} {let(f'fmul {kind.float} {whole}, {kind.float_of(2.0**-24)}')} to {kind.i32}")
    small = let(f"icmp ult {kind.i32} {size}, {kind.of(0x400)}")
    found = let(f"select {kind.i1} {small}, {kind.i32} {tiny}, {kind.i32} {usual}")
    return let(f"bitcast {kind.i32} {let(f'or {kind.i32} {found}, {sign}')} to {kind.float}")


def narrow(let: Let, x: str, lanes: int, native: bool) -> str:
    """float32 rounded to float16 bits; too large becomes infinity. x: float, or <lanes x float>."""
    kind = _Kind(lanes)
    if native:
        rounded = let(f"bitcast {kind.half} {let(f'fptrunc {kind.float} {x} to {kind.half}')} to {kind.i16}")
    else:
        rounded = _narrow(let, x, kind)
    nan = let(f"fcmp uno {kind.float} {x}, {x}")
    return let(f"select {kind.i1} {nan}, {kind.i16} {kind.of(HALF_NAN, 'i16')}, {kind.i16} {rounded}")


def _narrow(let: Let, x: str, kind: _Kind) -> str:
    """Of what is no NaN."""
    bits = let(f"bitcast {kind.float} {x} to {kind.i32}")
    sign = let(f"lshr {kind.i32} {let(f'and {kind.i32} {bits}, {kind.of(-0x80000000)}')}, {kind.of(16)}")
    size = let(f"and {kind.i32} {bits}, {kind.of(0x7FFFFFFF)}")
    odd = let(f"and {kind.i32} {let(f'lshr {kind.i32} {size}, {kind.of(13)}')}, {kind.of(1)}")
    raised = let(f"add {kind.i32} {size}, {kind.of(-0x37FFF001)}")
    usual = let(f"lshr {kind.i32} {let(f'add {kind.i32} {raised}, {odd}')}, {kind.of(13)}")
    plain = let(f"bitcast {kind.i32} {size} to {kind.float}")
    sunk = let(f"bitcast {kind.float} {let(f'fadd {kind.float} {plain}, {kind.float_of(0.5)}')} to {kind.i32}")
    tiny = let(f"sub {kind.i32} {sunk}, {kind.of(0x3F000000)}")
    small = let(f"icmp ult {kind.i32} {size}, {kind.of(0x38800000)}")
    large = let(f"icmp uge {kind.i32} {size}, {kind.of(0x47800000)}")
    inside = let(f"select {kind.i1} {small}, {kind.i32} {tiny}, {kind.i32} {usual}")
    found = let(f"select {kind.i1} {large}, {kind.i32} {kind.of(0x7C00)}, {kind.i32} {inside}")
    return let(f"trunc {kind.i32} {let(f'or {kind.i32} {found}, {sign}')} to {kind.i16}")


class _Kind:
    """Names of types and constants, of one value or of a vector of them."""

    def __init__(self, lanes: int) -> None:
        self._vector = lanes > 1
        names = ("half", "float", "i1", "i16", "i32")
        self.half, self.float, self.i1, self.i16, self.i32 = (
            f"<{lanes} x {name}>" if self._vector else name for name in names
        )

    def of(self, number: int, scalar: str = "i32") -> str:
        return splat(scalar, str(number)) if self._vector else str(number)

    def float_of(self, number: float) -> str:
        return splat("float", float_literal(number)) if self._vector else float_literal(number)
