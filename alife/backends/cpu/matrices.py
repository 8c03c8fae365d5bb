"""Products and eigenvectors of float64 matrices with the same bits on every machine, whatever NumPy and BLAS it has.

A library of linear algebra adds in an order that depends on its version and on the processor. Here a product is summed
from the first index to the last, and eigenvectors are found by rotations of pairs of rows in a fixed order, whose
scalar products have `LANES` partial sums; nothing is contracted or reassociated. Hestenes, "Inversion of matrices by
biorthogonalization and related results", 1958; Golub and Van Loan, "Matrix computations", section 8.6.3.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np

from alife.backends.cpu import jit

LANES = 8  # of a vector: rows are padded with zeros to a multiple
SWEEPS = 40  # at most; about 8 are needed from the unit matrix, fewer near the axes


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Returns the product [N, M] of matrices [N, K] and [K, M], each element summed from the first k to the last."""
    left, right = (np.ascontiguousarray(each, np.float64) for each in (a, b))
    out = np.zeros((len(left), right.shape[1]))
    arrays = [each.ctypes.data for each in (out, left, right)]
    _functions()["product"](*arrays, len(left), len(right), right.shape[1])
    return out


def eigenvectors(matrix: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the eigenvalues [G], ascending, and eigenvectors, the columns of a [G, G] matrix.

    Rows w = v C, of the rows v of an orthogonal matrix, are turned until all are orthogonal: then v are eigenvectors.

    Args:
        matrix: [G, G] C, symmetric and finite.
        near: [G, G] orthogonal matrix whose columns may be near the eigenvectors, such as earlier ones.
    """
    genes = len(matrix)
    axes = np.zeros((genes, -(-genes // LANES) * LANES))
    axes[:, :genes] = near.T
    rows = np.zeros_like(axes)
    rows[:, :genes] = product(near.T, matrix)
    _functions()["orthogonalize"](rows.ctypes.data, axes.ctypes.data, genes, axes.shape[1], SWEEPS)
    values = np.add.accumulate(rows * axes, axis=1)[:, -1]
    order = np.argsort(values, kind="stable")
    return values[order], np.ascontiguousarray(axes[order, :genes].T)


@cache
def _functions() -> dict[str, Any]:
    pointer, size = ctypes.c_void_p, ctypes.c_int64
    types = {"product": (*[pointer] * 3, *[size] * 3), "orthogonalize": (pointer, pointer, *[size] * 3)}
    addresses = jit.load(_ir(), list(types))
    return {name: ctypes.CFUNCTYPE(None, *types[name])(address) for name, address in addresses.items()}


def _loop(counter: str, start: str, end: str, body: str, step: int = 1) -> str:
    """The text of a loop over `counter` from start on, below end."""
    return f"""
  store i64 {start}, ptr %{counter}.place
  br label %{counter}.head
{counter}.head:
  %{counter} = load i64, ptr %{counter}.place
  %{counter}.more = icmp slt i64 %{counter}, {end}
  br i1 %{counter}.more, label %{counter}.body, label %{counter}.after
{counter}.body:{body}
  %{counter}.next = add nsw i64 %{counter}, {step}
  store i64 %{counter}.next, ptr %{counter}.place
  br label %{counter}.head
{counter}.after:"""


def _places(counters: str) -> str:
    """The text that makes room for the counters of loops."""
    return "\n".join(f"  %{counter}.place = alloca i64" for counter in counters)


def _element(name: str, matrix: str, row: str, column: str, width: str, kind: str = "double") -> str:
    """The text that makes `%name.at` the address of an element, or of some in a row, and `%name` the value."""
    return f"""
  %{name}.row = mul nsw i64 {row}, {width}
  %{name}.index = add nsw i64 %{name}.row, {column}
  %{name}.at = getelementptr inbounds double, ptr {matrix}, i64 %{name}.index
  %{name} = load {kind}, ptr %{name}.at, align 8"""


def _pair(name: str, matrix: str) -> str:
    """The text that loads some elements of rows p and q, from column `%name` on."""
    parts = (_element(f"{name}{row}", matrix, f"%{row}", f"%{name}", "%width", VECTOR) for row in "pq")
    return "".join(parts)


def _turn(name: str, matrix: str) -> str:
    """The text that turns rows p and q of a matrix by the angle whose cosine and sine are in all lanes of c and s."""
    body = f"""{_pair(name, matrix)}
  %{name}cx = fmul {VECTOR} %cs, %{name}p
  %{name}sy = fmul {VECTOR} %ss, %{name}q
  %{name}sx = fmul {VECTOR} %ss, %{name}p
  %{name}cy = fmul {VECTOR} %cs, %{name}q
  %{name}less = fsub {VECTOR} %{name}cx, %{name}sy
  %{name}plus = fadd {VECTOR} %{name}sx, %{name}cy
  store {VECTOR} %{name}less, ptr %{name}p.at, align 8
  store {VECTOR} %{name}plus, ptr %{name}q.at, align 8"""
    return _loop(name, "0", "%width", body, LANES)


def _products() -> str:
    """The text of the scalar products pp, qq and pq of rows p and q."""
    names = {"pp": ("p", "p"), "qq": ("q", "q"), "pq": ("p", "q")}
    empty = "".join(f"\n  store {VECTOR} zeroinitializer, ptr %{name}.sums" for name in names)
    terms = "".join(
        f"""
  %{name}.term = fmul {VECTOR} %d{one}, %d{other}
  %{name}.old = load {VECTOR}, ptr %{name}.sums
  %{name}.new = fadd {VECTOR} %{name}.old, %{name}.term
  store {VECTOR} %{name}.new, ptr %{name}.sums"""
        for name, (one, other) in names.items()
    )
    return empty + _loop("d", "0", "%width", _pair("d", "%rows") + terms, LANES) + "".join(map(_total, names))


def _total(name: str) -> str:
    """The text that adds the partial sums of a scalar product, from the first to the last."""
    lines = [f"%{name}.all = load {VECTOR}, ptr %{name}.sums"]
    lines += [f"%{name}.{k} = extractelement {VECTOR} %{name}.all, i32 {k}" for k in range(LANES)]
    for k in range(1, LANES):
        before = f"%{name}.0" if k == 1 else f"%{name}.to{k - 1}"
        lines.append(f"%{name}{'' if k == LANES - 1 else f'.to{k}'} = fadd double {before}, %{name}.{k}")
    return "".join(f"\n  {line}" for line in lines)


def _spread(name: str) -> str:
    """The text that copies a number into all lanes of a vector."""
    return f"""
  %{name}.one = insertelement {VECTOR} undef, double %{name}, i32 0
  %{name}s = shufflevector {VECTOR} %{name}.one, {VECTOR} undef, <{LANES} x i32> zeroinitializer"""


def _ir() -> str:
    term = _element("u", "%a", "%i", "%k", "%depth") + _loop("j", "0", "%width", _TERM)
    product = _loop("i", "0", "%height", _loop("k", "0", "%depth", term))
    pair = f"""{_products()}{_ANGLE}{_spread("c")}{_spread("s")}{_turn("r", "%rows")}{_turn("v", "%axes")}
  store i1 true, ptr %turned
  br label %pair.end
pair.end:"""
    others = f"""
  %first = add nsw i64 %p, 1{_loop("q", "%first", "%n", pair)}"""
    sweep = f"""
  store i1 false, ptr %turned{_loop("p", "0", "%n", others)}
  %again = load i1, ptr %turned
  br i1 %again, label %sweep.on, label %end
sweep.on:"""
    sums = "\n".join(f"  %{name}.sums = alloca {VECTOR}" for name in ("pp", "qq", "pq"))
    return f"""declare double @llvm.sqrt.f64(double)
declare double @llvm.fabs.f64(double)

define void @product(ptr noalias %out, ptr noalias %a, ptr noalias %b, i64 %height, i64 %depth, i64 %width) nounwind {{
entry:
{_places("ijk")}{product}
  ret void
}}

define void @orthogonalize(ptr noalias %rows, ptr noalias %axes, i64 %n, i64 %width, i64 %sweeps) nounwind {{
entry:
{_places("pqrvdw")}
{sums}
  %turned = alloca i1{_loop("w", "0", "%sweeps", sweep)}
  br label %end
end:
  ret void
}}
"""


VECTOR = f"<{LANES} x double>"
_TERM = f"""{_element("o", "%out", "%i", "%j", "%width")}{_element("e", "%b", "%k", "%j", "%width")}
  %term = fmul double %u, %e
  %sum = fadd double %o, %term
  store double %sum, ptr %o.at"""
_ANGLE = """
  %square = fmul double %pq, %pq
  %both = fmul double %pp, %qq
  %small = fmul double %both, 1.0e-28
  %far = fcmp ogt double %square, %small
  br i1 %far, label %turn, label %pair.end
turn:
  %twice = fmul double %pq, 2.0
  %gap = fsub double %qq, %pp
  %theta = fdiv double %gap, %twice
  %theta2 = fmul double %theta, %theta
  %theta3 = fadd double %theta2, 1.0
  %root = call double @llvm.sqrt.f64(double %theta3)
  %length = call double @llvm.fabs.f64(double %theta)
  %long = fadd double %length, %root
  %tan0 = fdiv double 1.0, %long
  %below = fcmp olt double %theta, 0.0
  %tan1 = fneg double %tan0
  %t = select i1 %below, double %tan1, double %tan0
  %t2 = fmul double %t, %t
  %t3 = fadd double %t2, 1.0
  %hypotenuse = call double @llvm.sqrt.f64(double %t3)
  %c = fdiv double 1.0, %hypotenuse
  %s = fmul double %t, %c"""
