"""Arithmetic of the typed tree as LLVM IR text, for one value or for a vector of them.

Division, conversion and shifts are printed so that every input has one defined result. Nothing carries a fast-math
flag, so nothing is contracted or reordered, and each lane of a vector has the bits of the single value.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from alife.backends.cpu.literals import float_literal, splat
from alife.laws import ir
from alife.laws.types import BOOL, F32, I32, I64, Scalar

INTEGER = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor"}
FLOAT = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
ORDERED = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}
COMPARED = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
WORDS = ("sqrt", "floor", "fabs")  # of floats, LLVM's names


def word(kind: Scalar, lanes: int) -> str:
    """Returns LLVM's type of one value of a kind, or of a vector of them."""
    return kind.llvm if lanes == 1 else f"<{lanes} x {kind.llvm}>"


class Arithmetic(ABC):
    """Prints operations on values that are given by name. `lanes` is the length of a vector, 1 for one value."""

    lanes = 1

    @abstractmethod
    def new(self, text: str) -> str:
        """Prints an instruction and returns the name of its value."""

    def word(self, kind: Scalar) -> str:
        """Returns LLVM's type of values of a kind."""
        return word(kind, self.lanes)

    def literal(self, kind: Scalar, text: str) -> str:
        """Returns a constant of a kind, in all lanes."""
        return text if self.lanes == 1 else splat(kind.llvm, text)

    def const(self, node: ir.Const) -> str:
        """Returns a constant of the tree."""
        if node.type is F32:
            return self.literal(F32, float_literal(float(node.value)))
        if node.type is BOOL:
            return self.literal(BOOL, "true" if node.value else "false")
        return self.literal(node.type, str(int(node.value)))

    def unary(self, op: str, kind: Scalar, value: str) -> str:
        """Prints not or neg."""
        word = self.word(kind)
        if op == "not":
            return self.new(f"xor {word} {value}, {self.literal(BOOL, 'true')}")
        return self.new(f"fneg {word} {value}" if kind is F32 else f"sub {word} {self.literal(kind, '0')}, {value}")

    def binary(self, op: str, kind: Scalar, left: str, right: str) -> str:
        """Prints + - * / // % & | ^ << >> of values of one kind."""
        word = self.word(kind)
        if kind is F32:
            return self.new(f"{FLOAT[op]} {word} {left}, {right}")
        if op in INTEGER:
            return self.new(f"{INTEGER[op]} {word} {left}, {right}")
        if op in ("<<", ">>"):
            right = self.new(f"and {word} {right}, {self.literal(kind, str(kind.bits - 1))}")
            shift = "shl" if op == "<<" else "ashr" if kind.is_signed else "lshr"
            return self.new(f"{shift} {word} {left}, {right}")
        return self._divide(op, kind, left, right)

    def _divide(self, op: str, kind: Scalar, left: str, right: str) -> str:
        """Prints // and % with Python's signs; a division by zero gives 0, the smallest integer by -1 wraps."""
        word, zero, one = self.word(kind), self.literal(kind, "0"), self.literal(kind, "1")
        nothing = self.new(f"icmp eq {word} {right}, {zero}")
        if not kind.is_signed:
            safe = self._select(kind, nothing, one, right)
            value = self.new(f"{'udiv' if op == '//' else 'urem'} {word} {left}, {safe}")
            return self._select(kind, nothing, zero, value)
        minus = self.new(f"icmp eq {word} {right}, {self.literal(kind, '-1')}")
        risky = self.new(f"or {self.word(BOOL)} {nothing}, {minus}")
        safe = self._select(kind, risky, one, right)
        quotient, rest = self._quotient(kind, left, safe)
        signs = self.new(f"xor {word} {rest}, {safe}")
        apart = self.new(f"icmp slt {word} {signs}, {zero}")
        some = self.new(f"icmp ne {word} {rest}, {zero}")
        down = self.new(f"and {self.word(BOOL)} {apart}, {some}")
        if op == "//":
            value = self._select(kind, down, self.new(f"sub {word} {quotient}, {one}"), quotient)
            value = self._select(kind, minus, self.new(f"sub {word} {zero}, {left}"), value)
        else:
            value = self._select(kind, down, self.new(f"add {word} {rest}, {safe}"), rest)
            value = self._select(kind, minus, zero, value)
        return self._select(kind, nothing, zero, value)

    def _quotient(self, kind: Scalar, left: str, right: str) -> tuple[str, str]:
        """Prints the quotient of signed integers, without its fraction, and the remainder. right: neither 0 nor -1."""
        quotient = self.new(f"sdiv {self.word(kind)} {left}, {right}")
        return quotient, self.new(f"srem {self.word(kind)} {left}, {right}")

    def _select(self, kind: Scalar, condition: str, yes: str, no: str) -> str:
        word = self.word(kind)
        return self.new(f"select {self.word(BOOL)} {condition}, {word} {yes}, {word} {no}")

    def compare(self, op: str, kind: Scalar, left: str, right: str) -> str:
        """Prints a comparison of values of a kind."""
        if kind is F32:
            return self.new(f"fcmp {ORDERED[op]} {self.word(kind)} {left}, {right}")
        sign = "" if op in ("==", "!=") else "s" if kind.is_signed else "u"
        return self.new(f"icmp {sign}{COMPARED[op]} {self.word(kind)} {left}, {right}")

    def cast(self, source: Scalar, target: Scalar, value: str) -> str:
        """Prints a conversion; floats drop their fraction and saturate, integers wrap."""
        before, after = self.word(source), self.word(target)
        if target is F32:
            return self.new(f"{'sitofp' if source.is_signed else 'uitofp'} {before} {value} to {after}")
        if source is F32:
            name = f"llvm.fpto{'s' if target.is_signed else 'u'}i.sat.{self._suffix(target)}.{self._suffix(F32)}"
            return self.new(f"call {after} @{name}({before} {value})")
        if source.bits == target.bits:
            return value
        if source.bits > target.bits:
            return self.new(f"trunc {before} {value} to {after}")
        return self.new(f"{'sext' if source.is_signed else 'zext'} {before} {value} to {after}")

    def call_word(self, name: str, kind: Scalar, source: Scalar, values: list[str]) -> str:
        """Prints sqrt, floor, abs, min, max, float_bits or bits_float. source: the kind of the arguments."""
        word = self.word(kind)
        if name in ("min", "max"):
            second = self.compare("<" if name == "min" else ">", kind, values[1], values[0])
            return self._select(kind, second, values[1], values[0])
        if name in ("float_bits", "bits_float"):
            return self.new(f"bitcast {self.word(source)} {values[0]} to {word}")
        if name == "abs" and kind is not F32:
            call = f"call {word} @llvm.abs.{self._suffix(kind)}({word} {values[0]}, i1 false)"
            return self.new(call) if kind.is_signed else values[0]
        llvm = "fabs" if name == "abs" else name
        return self.new(f"call {word} @llvm.{llvm}.{self._suffix(F32)}({word} {values[0]})")

    def _suffix(self, kind: Scalar) -> str:
        return suffix(kind, self.lanes)


def suffix(kind: Scalar, lanes: int) -> str:
    """Returns the end of an intrinsic's name: f32, i64, v8f32."""
    name = "f32" if kind is F32 else kind.llvm
    return name if lanes == 1 else f"v{lanes}{name}"


def declarations(lanes: int) -> list[str]:
    """Returns the declarations of all intrinsics that `Arithmetic` calls."""
    number, words = word(F32, lanes), [(kind, word(kind, lanes)) for kind in (I32, I64)]
    return [
        *(f"declare {number} @llvm.{name}.{suffix(F32, lanes)}({number})" for name in WORDS),
        *(f"declare {each} @llvm.abs.{suffix(kind, lanes)}({each}, i1)" for kind, each in words),
        *(
            f"declare {each} @llvm.fpto{sign}i.sat.{suffix(kind, lanes)}.{suffix(F32, lanes)}({number})"
            for sign in "su"
            for kind, each in words
        ),
    ]
