"""The types of the language of laws: seven scalars, and arrays of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Scalar:
    """A number type. llvm: its register type in LLVM IR. c: its name in C."""

    name: str
    llvm: str
    c: str
    bits: int

    @property
    def is_float(self) -> bool:
        """True for f32."""
        return self.name == "f32"

    @property
    def is_signed(self) -> bool:
        """True for i32, i64 and f32."""
        return self.name in ("i32", "i64", "f32")

    @property
    def is_integer(self) -> bool:
        """True for i32, u32, i64 and u64."""
        return self.name in ("i32", "u32", "i64", "u64")

    def __str__(self) -> str:
        return self.name


F32 = Scalar("f32", "float", "float", 32)
I32 = Scalar("i32", "i32", "int", 32)
U32 = Scalar("u32", "i32", "unsigned int", 32)
I64 = Scalar("i64", "i64", "long long", 64)
U64 = Scalar("u64", "i64", "unsigned long long", 64)
BOOL = Scalar("bool", "i1", "bool", 1)
U8 = Scalar("u8", "i8", "unsigned char", 8)  # in arrays only: an element reads as i32
F16 = Scalar("f16", "i16", "unsigned short", 16)  # in arrays only: an element reads as f32, and is rounded when written

SCALARS = {scalar.name: scalar for scalar in (F32, I32, U32, I64, U64)}
DTYPES = {"float32": F32, "int32": I32, "uint32": U32, "int64": I64, "uint64": U64, "uint8": U8, "float16": F16}
SCALARS_OF = {np.dtype(name): scalar for name, scalar in DTYPES.items()}  # a name is made up by NumPy at each look


@dataclass(frozen=True)
class Array:
    """The type of an array argument. element: the type in memory. ndim: 1 or more."""

    element: Scalar
    ndim: int

    @property
    def value(self) -> Scalar:
        """The type of an element after it has been read."""
        return {U8: I32, F16: F32}.get(self.element, self.element)

    def __str__(self) -> str:
        return f"{self.element}[{', '.join(':' * self.ndim)}]"


Type = Scalar | Array


@dataclass(frozen=True)
class RowKind:
    """The meaning of a law's leading parameters, as kernels need it.

    place: their names, at most two: the row, and the column. listed: row k is element k of an int32 list. columns: the
    array parameter over whose columns each row runs; "" without a column. period: distance between rows that take the
    same branches.
    """

    place: tuple[str, ...] = ()
    listed: bool = False
    columns: str = ""
    period: int = 1


def of_array(array: np.ndarray) -> Type:
    """Returns the language's type of a NumPy array; an array without dimensions is a scalar.

    Raises:
        TypeError: the language has no such dtype.
    """
    scalar = SCALARS_OF.get(array.dtype)
    if scalar is None or (scalar in (U8, F16) and array.ndim == 0):
        raise TypeError(f"expected a dtype of {', '.join(DTYPES)}, got {array.dtype}")
    return scalar if array.ndim == 0 else Array(scalar, array.ndim)
