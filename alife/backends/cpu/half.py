"""float16 in memory, float32 in registers: both conversions in LLVM IR, exact, and rounded to nearest even.

Processors with F16C have instructions for them. For others LLVM would call a library function that is not linked, so
the conversions are written out, and give the same bits. Every NaN becomes the one that GPUs produce, so that rows of
halves have the same bits everywhere. The CUDA form is in `cuda.law_expressions.PRELUDE`. Giesen, "Half to float done
quic(k)", fgiesen.wordpress.com, 2012.
"""

from __future__ import annotations

from collections.abc import Callable

from alife.backends.cpu.literals import float_literal, splat
from alife.ops.slots import HALF_NAN

Let = Callable[[str], str]  # writes an instruction, returns the name of its result


def widen(let: Let, x: str, lanes: int, native: bool) -> str:
    """float16 bits as float32. x: i16, or <lanes x i16> if lanes > 1. native: the processor has F16C."""
    t = _Types(lanes)
    if native:
        return let(f"fpext {t.half} {let(f'bitcast {t.i16} {x} to {t.half}')} to {t.float}")
    return _widen(let, x, t)


def _widen(let: Let, x: str, t: _Types) -> str:
    bits = let(f"zext {t.i16} {x} to {t.i32}")
    size = let(f"and {t.i32} {bits}, {t.integer(0x7FFF)}")
    sign = let(f"shl {t.i32} {let(f'and {t.i32} {bits}, {t.integer(0x8000)}')}, {t.integer(16)}")
    moved = let(f"add {t.i32} {let(f'shl {t.i32} {size}, {t.integer(13)}')}, {t.integer(0x38000000)}")
    infinite = let(f"add {t.i32} {moved}, {t.integer(0x38000000)}")
    large = let(f"icmp uge {t.i32} {size}, {t.integer(0x7C00)}")
    usual = let(f"select {t.i1} {large}, {t.i32} {infinite}, {t.i32} {moved}")
    whole = let(f"uitofp {t.i32} {size} to {t.float}")
    tiny = let(f"bitcast {t.float} {let(f'fmul {t.float} {whole}, {t.number(2.0**-24)}')} to {t.i32}")
    small = let(f"icmp ult {t.i32} {size}, {t.integer(0x400)}")
    found = let(f"select {t.i1} {small}, {t.i32} {tiny}, {t.i32} {usual}")
    return let(f"bitcast {t.i32} {let(f'or {t.i32} {found}, {sign}')} to {t.float}")


def narrow(let: Let, x: str, lanes: int, native: bool) -> str:
    """float32 rounded to float16 bits; beyond its range infinity. x: float, or <lanes x float> if lanes > 1."""
    t = _Types(lanes)
    if native:
        rounded = let(f"bitcast {t.half} {let(f'fptrunc {t.float} {x} to {t.half}')} to {t.i16}")
    else:
        rounded = _narrow(let, x, t)
    nan = let(f"fcmp uno {t.float} {x}, {x}")
    return let(f"select {t.i1} {nan}, {t.i16} {t.integer(HALF_NAN, 'i16')}, {t.i16} {rounded}")


def _narrow(let: Let, x: str, t: _Types) -> str:
    """`narrow` of a number that is not NaN."""
    bits = let(f"bitcast {t.float} {x} to {t.i32}")
    sign = let(f"lshr {t.i32} {let(f'and {t.i32} {bits}, {t.integer(-0x80000000)}')}, {t.integer(16)}")
    size = let(f"and {t.i32} {bits}, {t.integer(0x7FFFFFFF)}")
    odd = let(f"and {t.i32} {let(f'lshr {t.i32} {size}, {t.integer(13)}')}, {t.integer(1)}")
    raised = let(f"add {t.i32} {size}, {t.integer(-0x37FFF001)}")
    usual = let(f"lshr {t.i32} {let(f'add {t.i32} {raised}, {odd}')}, {t.integer(13)}")
    plain = let(f"bitcast {t.i32} {size} to {t.float}")
    shifted = let(f"bitcast {t.float} {let(f'fadd {t.float} {plain}, {t.number(0.5)}')} to {t.i32}")
    tiny = let(f"sub {t.i32} {shifted}, {t.integer(0x3F000000)}")
    small = let(f"icmp ult {t.i32} {size}, {t.integer(0x38800000)}")
    large = let(f"icmp uge {t.i32} {size}, {t.integer(0x47800000)}")
    inside = let(f"select {t.i1} {small}, {t.i32} {tiny}, {t.i32} {usual}")
    found = let(f"select {t.i1} {large}, {t.i32} {t.integer(0x7C00)}, {t.i32} {inside}")
    return let(f"trunc {t.i32} {let(f'or {t.i32} {found}, {sign}')} to {t.i16}")


class _Types:
    """Names of types and constants, for one value or a vector of them."""

    def __init__(self, lanes: int) -> None:
        self._vector = lanes > 1
        names = ("half", "float", "i1", "i16", "i32")
        self.half, self.float, self.i1, self.i16, self.i32 = (
            f"<{lanes} x {name}>" if self._vector else name for name in names
        )

    def integer(self, number: int, scalar: str = "i32") -> str:
        return splat(scalar, str(number)) if self._vector else str(number)

    def number(self, number: float) -> str:
        return splat("float", float_literal(number)) if self._vector else float_literal(number)
