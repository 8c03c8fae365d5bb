"""CUDA C as text: names, statements and scopes of one kernel body, and the functions that bodies call."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from alife.ops.philox import MULTIPLIERS, ROUNDS, WEYL

# alife_load and alife_store move four lanes of a row that covers lanes at..end-1, lane 0 lying at `row`.
PRELUDE = r"""
ALIFE float4 alife_load(const float* row, int lane, int at, int end) {
  return float4{lane >= at && lane < end ? row[lane] : 0.0f, lane + 1 >= at && lane + 1 < end ? row[lane + 1] : 0.0f,
                lane + 2 >= at && lane + 2 < end ? row[lane + 2] : 0.0f,
                lane + 3 >= at && lane + 3 < end ? row[lane + 3] : 0.0f};
}
ALIFE float4 alife_load_aligned(const float* row, int lane, int at, int end) {
  return lane >= at && lane + 4 <= end ? *(const float4*)(row + lane) : alife_load(row, lane, at, end);
}
ALIFE void alife_store(float* row, int lane, int at, int end, float4 x) {
  if (lane >= at && lane < end) row[lane] = x.x;
  if (lane + 1 >= at && lane + 1 < end) row[lane + 1] = x.y;
  if (lane + 2 >= at && lane + 2 < end) row[lane + 2] = x.z;
  if (lane + 3 >= at && lane + 3 < end) row[lane + 3] = x.w;
}
ALIFE void alife_store_aligned(float* row, int lane, int at, int end, float4 x) {
  if (lane >= at && lane + 4 <= end) *(float4*)(row + lane) = x;
  else alife_store(row, lane, at, end, x);
}
ALIFE float4 alife_floats(ushort4 x) {
  return float4{alife_float(x.x), alife_float(x.y), alife_float(x.z), alife_float(x.w)};
}
ALIFE ushort4 alife_halves(float4 x) {
  return ushort4{alife_half(x.x), alife_half(x.y), alife_half(x.z), alife_half(x.w)};
}
ALIFE float4 alife_load(const unsigned short* row, int lane, int at, int end) {
  return float4{lane >= at && lane < end ? alife_float(row[lane]) : 0.0f,
                lane + 1 >= at && lane + 1 < end ? alife_float(row[lane + 1]) : 0.0f,
                lane + 2 >= at && lane + 2 < end ? alife_float(row[lane + 2]) : 0.0f,
                lane + 3 >= at && lane + 3 < end ? alife_float(row[lane + 3]) : 0.0f};
}
ALIFE float4 alife_load_aligned(const unsigned short* row, int lane, int at, int end) {
  const bool whole = lane >= at && lane + 4 <= end;
  return whole ? alife_floats(*(const ushort4*)(row + lane)) : alife_load(row, lane, at, end);
}
ALIFE void alife_store(unsigned short* row, int lane, int at, int end, float4 x) {
  if (lane >= at && lane < end) row[lane] = alife_half(x.x);
  if (lane + 1 >= at && lane + 1 < end) row[lane + 1] = alife_half(x.y);
  if (lane + 2 >= at && lane + 2 < end) row[lane + 2] = alife_half(x.z);
  if (lane + 3 >= at && lane + 3 < end) row[lane + 3] = alife_half(x.w);
}
ALIFE void alife_store_aligned(unsigned short* row, int lane, int at, int end, float4 x) {
  if (lane >= at && lane + 4 <= end) *(ushort4*)(row + lane) = alife_halves(x);
  else alife_store(row, lane, at, end, x);
}
ALIFE int alife_index(float x, float top) {
  x = x >= 0.0f ? x : 0.0f;
  return (int)(top >= x ? x : top);
}
ALIFE float alife_exp2i(float k) {
  k = k >= -126.0f ? k : -126.0f;
  return __uint_as_float((unsigned int)((int)(127.0f >= k ? k : 127.0f) + 127) << 23);
}
"""
_M, _W = ([f"0x{word:X}u" for word in words] for words in (MULTIPLIERS, WEYL))
PRELUDE += f"""\
ALIFE float4 alife_draw(uint4 c, unsigned int k0, unsigned int k1) {{
  for (int round = 0; round < {ROUNDS}; ++round, k0 += {_W[0]}, k1 += {_W[1]}) {{
    const unsigned int p = __umulhi({_M[0]}, c.x), q = __umulhi({_M[1]}, c.z);
    c = uint4{{q ^ c.y ^ k0, {_M[1]} * c.z, p ^ c.w ^ k1, {_M[0]} * c.x}};
  }}
  return float4{{(c.x >> 8) * 0x1p-24f, (c.y >> 8) * 0x1p-24f, (c.z >> 8) * 0x1p-24f, (c.w >> 8) * 0x1p-24f}};
}}
"""

_NAMES = re.compile(r"\bv\d+\b")


class CudaText:
    """Statements of one kernel body in order. A pure expression written twice in one scope keeps its first name.

    Args:
        prefix: of the names of tables.
        ahead: collect in `before` what is the same in every step: genes, and what depends on them alone.
        first: the number of the first name, so that two bodies can share a scope.

    Attributes:
        lines: the statements.
        before: statements that run once, before the loop over steps.
    """

    def __init__(self, prefix: str, ahead: bool = False, first: int = 0) -> None:
        self.prefix, self.ahead = prefix, ahead
        self.before: list[str] = []
        self.lines: list[str] = []
        self._fixed: set[str] = set()  # names that are the same in every step
        self._tables: dict[tuple[str, str], str] = {}
        self._count = first
        self._known: list[dict[str, str]] = [{}]

    def name(self) -> str:
        """A fresh name."""
        self._count += 1
        return f"v{self._count}"

    def line(self, text: str) -> None:
        """Writes one statement."""
        self.lines.append("    " + "  " * (len(self._known) - 1) + text)

    def read(self, expression: str, kind: str = "float", fixed: bool = False) -> str:
        """Names the present value of an expression that may change, such as a load. fixed: it is equal in all steps."""
        name = self.name()
        statement = f"const {kind} {name} = {expression};"
        if fixed and self.ahead:
            self._fixed.add(name)
            self.before.append("    " + statement)
        else:
            self.line(statement)
        return name

    def let(self, expression: str, kind: str = "float") -> str:
        """Names a pure expression, or returns the name that it has."""
        for scope in self._known:
            if expression in scope:
                return scope[expression]
        fixed = self.ahead and self._fixed.issuperset(_NAMES.findall(expression)) and "live" not in expression
        scope = self._known[0 if fixed else -1]
        scope[expression] = name = self.read(expression, kind, fixed)
        return name

    def open(self, head: str) -> None:
        """Begins a block; names made in it are forgotten after it."""
        self.line(head + " {")
        self._known.append({})

    def close(self) -> None:
        """Ends a block."""
        self._known.pop()
        self.line("}")

    def table(self, kind: str, numbers: Sequence[int] | np.ndarray) -> str:
        """Returns the name of a constant array [n] at file level."""
        content = ", ".join(f"{int(x)}u" for x in numbers)
        return self._tables.setdefault((kind, content), f"{self.prefix}_table{len(self._tables)}")

    def tables(self) -> list[str]:
        """The definitions of the constant arrays."""
        known = self._tables.items()
        return [f"static __device__ const {kind} {name}[] = {{{content}}};" for (kind, content), name in known]
