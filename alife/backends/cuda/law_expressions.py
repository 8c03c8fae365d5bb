"""Expressions of the typed tree as CUDA C text, which computes the same bits as `cpu.law_expressions`.

Signed integers are added, multiplied and shifted as unsigned ones, since their overflow is undefined in C. Nothing may
be contracted: compile with -fmad=false (NVRTC) or -ffp-contract=off (g++).
"""

from __future__ import annotations

from alife.backends.abi import cuda_values
from alife.backends.cuda.literals import float_literal
from alife.laws import ir
from alife.laws.bounds import INDEX_BITS, INDEX_MASK, LOG
from alife.laws.types import BOOL, F16, F32, I32, I64, U8, U32, U64, Array, Scalar

UNSIGNED = {I32: U32, U32: U32, I64: U64, U64: U64}
SUFFIX = {I32: "", U32: "u", I64: "ll", U64: "ull"}

INLINE = "#define ALIFE static __device__ __forceinline__\n"  # first line of every text
# Operations that C has no operator for. Conversions of floats to 64 bits test for NaN, of which the GPU makes 2^63; its
# conversions to 32 bits make 0.
PRELUDE = r"""
template <class T> ALIFE T alife_min(T a, T b) { return b < a ? b : a; }
template <class T> ALIFE T alife_max(T a, T b) { return b > a ? b : a; }
template <class T, class U> ALIFE T alife_abs(T a) { return a < (T)0 ? (T)((U)0 - (U)a) : a; }
template <class T, class U> ALIFE T alife_floordiv(T a, T b) {
  if (b == (T)0) return 0;
  if ((T)-1 < (T)0 && b == (T)-1) return (T)((U)0 - (U)a);
  T quotient = a / b, rest = a % b;
  return rest != (T)0 && (rest ^ b) < (T)0 ? quotient - (T)1 : quotient;
}
template <class T> ALIFE T alife_remainder(T a, T b) {
  if (b == (T)0 || ((T)-1 < (T)0 && b == (T)-1)) return 0;
  T rest = a % b;
  return rest != (T)0 && (rest ^ b) < (T)0 ? rest + b : rest;
}
ALIFE int alife_i32(float x) { return __float2int_rz(x); }
ALIFE unsigned int alife_u32(float x) { return __float2uint_rz(x); }
ALIFE long long alife_i64(float x) { return x == x ? __float2ll_rz(x) : 0ll; }
ALIFE unsigned long long alife_u64(float x) { return x == x ? __float2ull_rz(x) : 0ull; }

// float16 bits as float32, exactly; and float32 rounded to float16. Off the GPU by integers, as in cpu/half.py.
#ifdef __CUDACC_RTC__
ALIFE float alife_float(unsigned short x) {
  float y;
  asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x));
  return y;
}
ALIFE unsigned short alife_half(float x) {
  unsigned short y;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y) : "f"(x));
  return y;
}
#else
ALIFE float alife_float(unsigned short x) {
  const unsigned int size = x & 0x7FFFu, sign = (x & 0x8000u) << 16, moved = (size << 13) + 0x38000000u;
  const unsigned int tiny = __float_as_uint((float)size * 0x1p-24f);
  const unsigned int usual = size >= 0x7C00u ? moved + 0x38000000u : moved;
  return __uint_as_float((size < 0x400u ? tiny : usual) | sign);
}
ALIFE unsigned short alife_half(float x) {
  const unsigned int bits = __float_as_uint(x), size = bits & 0x7FFFFFFFu, sign = (bits & 0x80000000u) >> 16;
  if (size >= 0x47800000u) return (unsigned short)(size > 0x7F800000u ? 0x7FFFu : 0x7C00u | sign);
  if (size < 0x38800000u) return (unsigned short)(__float_as_uint(__uint_as_float(size) + 0.5f) - 0x3F000000u | sign);
  return (unsigned short)((size - 0x37FFF001u + (size >> 13 & 1u)) >> 13 | sign);
}
#endif

// Sum of x over the threads of the block before this one, and over all of them. Every thread of the block calls it.
ALIFE int alife_scan(int x, int* total) {
  __shared__ int sums[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  int sum = x;
  for (int gap = 1; gap < 32; gap *= 2) {
    const int before = __shfl_up_sync(~0u, sum, gap);
    sum += lane < gap ? 0 : before;
  }
  __syncthreads();  // every thread has read the sums of the previous call
  if (lane == 31) sums[warp] = sum;
  __syncthreads();
  int first = 0, all = 0;
  for (int k = 0; k < warps; ++k) {
    first += k < warp ? sums[k] : 0;
    all += sums[k];
  }
  *total = all;
  return first + sum - x;
}

// The first of the part of 0..n-1 that belongs to a block, which ends where the next one begins.
ALIFE int alife_part(int n, unsigned int block) {
  const int size = (n + (int)gridDim.x - 1) / (int)gridDim.x;
  const long long first = (long long)size * block;
  return first < n ? (int)first : n;
}

// Sum of parts[0..blockIdx.x-1], and of all parts[0..gridDim.x-1]. Every thread of the block calls it.
ALIFE int alife_before(const int* parts, int* total) {
  int before = 0, all = 0;
  for (unsigned int first = 0; first < gridDim.x; first += blockDim.x) {
    const unsigned int k = first + threadIdx.x;
    const int part = k < gridDim.x ? parts[k] : 0;
    int sum = 0, sum_before = 0;
    alife_scan(part, &sum);
    alife_scan(k < blockIdx.x ? part : 0, &sum_before);
    before += sum_before;
    all += sum;
  }
  *total = all;
  return before;
}
"""

# An index of an array of n, or 0 if it lies outside, which is then noted: see laws/bounds.py. Only for checked laws.
INDEX = f"""
ALIFE long long alife_place(long long index, long long n, long long* log, unsigned long long site) {{
  if ((unsigned long long)index < (unsigned long long)n) return index;
  atomicMax((unsigned long long*)log, site | ((unsigned long long)index & {INDEX_MASK}ull));
  return 0;
}}
"""


def integer_text(value: int, kind: Scalar) -> str:
    """Prints a whole constant; the smallest one of its type has no literal."""
    if kind.is_signed and value == -(1 << (kind.bits - 1)):
        return f"({value + 1}{SUFFIX[kind]} - 1)"
    text = f"{value}{SUFFIX[kind]}"
    return f"({text})" if value < 0 else text


def scalar_of(node: ir.Expr) -> Scalar:
    """Returns the type of an expression, which is a scalar."""
    assert isinstance(node.type, Scalar)
    return node.type


class ValuePrinter:
    """Prints the expressions of one function; the base of `FunctionPrinter`."""

    def __init__(self, function: ir.Function, symbol: str, symbols: dict[ir.Function, str]) -> None:
        """symbol: the name of its definition. symbols: those of the functions that it calls."""
        self.function, self.symbol, self.symbols = function, symbol, symbols
        self.params = dict(function.params)

    def _value(self, node: ir.Expr) -> str:
        value: str = getattr(self, "_x_" + type(node).__name__.lower())(node)
        return value

    def _x_const(self, node: ir.Const) -> str:
        if node.type is F32:
            return float_literal(float(node.value))
        return ("true" if node.value else "false") if node.type is BOOL else integer_text(int(node.value), node.type)

    def _x_local(self, node: ir.Local) -> str:
        return f"{'p' if node.name in self.params else 'v'}_{node.name}"

    def _x_element(self, node: ir.Element) -> str:
        kind = self.params[node.array]
        assert isinstance(kind, Array)
        place = self._place(node.array, node.index)
        if kind.element is F16:
            return f"alife_float({place})"
        return f"(int){place}" if kind.element is U8 else place

    def _place(self, array: str, index: tuple[ir.Expr, ...]) -> str:
        """Prints array[place]; the last dimension is contiguous."""
        kind = self.params[array]
        assert isinstance(kind, Array)
        parts = [f"(long long){self._value(part)}" for part in index]
        strided = [f"{part} * p_{array}_s{axis}" for axis, part in enumerate(parts[:-1])]
        return f"p_{array}[{' + '.join([*strided, parts[-1]])}]"

    def _x_checked(self, node: ir.Checked) -> str:
        """Prints an index that becomes 0 where it lies outside, which is noted first."""
        index = f"(long long){self._value(node.value)}"
        length = f"{node.count}ll" if node.count else f"p_{node.array}_n{node.axis}"
        return f"alife_place({index}, {length}, p_{LOG}, {node.site << INDEX_BITS}ull)"

    def _x_ingroup(self, node: ir.InGroup) -> str:
        return self._value(node.value)

    def _x_size(self, node: ir.Size) -> str:
        return f"(int)p_{node.array}_n{node.axis}"

    def _x_unary(self, node: ir.Unary) -> str:
        value = self._value(node.value)
        if node.op == "not":
            return f"(!{value})"
        return f"(-{value})" if node.type is F32 else self._wrapped("-", "0", value, node.type)

    def _wrapped(self, op: str, left: str, right: str, kind: Scalar) -> str:
        """Prints integer arithmetic modulo 2^bits."""
        unsigned = UNSIGNED[kind].c
        return f"(({kind.c})(({unsigned}){left} {op} ({unsigned}){right}))"

    def _x_binary(self, node: ir.Binary) -> str:
        left, right, kind = self._value(node.left), self._value(node.right), node.type
        if kind is F32 or node.op in ("&", "|", "^"):
            return f"({left} {node.op} {right})"
        if node.op in ("+", "-", "*"):
            return self._wrapped(node.op, left, right, kind)
        if node.op == "//":
            return f"alife_floordiv<{kind.c}, {UNSIGNED[kind].c}>({left}, {right})"
        if node.op == "%":
            return f"alife_remainder<{kind.c}>({left}, {right})"
        places = f"({right} & {integer_text(kind.bits - 1, kind)})"
        return self._wrapped("<<", left, places, kind) if node.op == "<<" else f"({left} >> {places})"

    def _x_compare(self, node: ir.Compare) -> str:
        return f"({self._value(node.left)} {node.op} {self._value(node.right)})"

    def _x_logic(self, node: ir.Logic) -> str:
        return f"({self._value(node.left)} {'&&' if node.op == 'and' else '||'} {self._value(node.right)})"

    def _x_choose(self, node: ir.Choose) -> str:
        return f"({self._value(node.condition)} ? {self._value(node.yes)} : {self._value(node.no)})"

    def _x_cast(self, node: ir.Cast) -> str:
        value = self._value(node.value)
        if scalar_of(node.value) is F32:
            return f"alife_{node.type}({value})"
        return f"(({node.type.c}){value})"

    def _x_word(self, node: ir.Word) -> str:
        values, kind = ", ".join(map(self._value, node.args)), node.type
        if node.name in ("min", "max"):
            return f"alife_{node.name}<{kind.c}>({values})"
        if node.name == "abs" and kind is not F32:
            return f"alife_abs<{kind.c}, {UNSIGNED[kind].c}>({values})"
        return f"{_WORDS[node.name]}({values})"

    def _x_invoke(self, node: ir.Invoke) -> str:
        args: list[str] = []
        for (_, kind), argument in zip(node.function.params, node.args, strict=True):
            args += cuda_values(argument, kind) if isinstance(argument, str) else [self._value(argument)]
        return f"{self.symbols[node.function]}({', '.join(args)})"

    def _stored(self, element: Scalar, value: str) -> str:
        if element is F16:
            return f"alife_half({value})"
        return f"({element.c}){value}" if element is U8 else value


_WORDS = {
    "sqrt": "sqrtf",
    "floor": "floorf",
    "abs": "fabsf",
    "float_bits": "__float_as_uint",
    "bits_float": "__uint_as_float",
}
