"""Words that take several ONNX operators, as functions of the model.

Each keeps the order of sums, and the bits, of `alife.ops.reference`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.analysis.export.onnx_nodes import DOMAIN, Library, Nodes, opsets
from alife.ops.philox import MULTIPLIERS, ROUNDS, WEYL


def function_of(onnx: Library, width: int, name: str) -> Any:
    """The function of this name: draw, exp2i, total, or wht_BLOCK. width: n, lanes of a value."""
    nodes = Nodes(onnx, width)
    inputs = ["salt", "clock", "stream", "number"] if name == "draw" else ["x"]
    if name == "draw":
        out = _draw(nodes, *inputs)
    elif name == "exp2i":
        out = _exp2i(nodes)
    else:
        out = _total(nodes) if name == "total" else _wht(nodes, int(name.removeprefix("wht_")))
    constants = [onnx.helper.make_node("Constant", [], [one.name], value=one) for one in nodes.constants.values()]
    return onnx.helper.make_function(DOMAIN, name, inputs, [out], [*constants, *nodes.nodes], opsets(onnx)[:1])


def _wht(nodes: Nodes, block: int) -> str:
    """The transform: at each gap, the lane at the other end plus this one, which the second end subtracts."""
    x, gap, lanes = "x", 1, np.arange(nodes.width)
    while gap < block:
        other = nodes.add("Gather", x, nodes.constant(lanes ^ gap))
        signs = nodes.constant(np.where(lanes & gap, -1, 1).astype(np.float32))
        x, gap = nodes.add("Add", other, nodes.add("Mul", x, signs)), 2 * gap
    return x if block > 1 else nodes.add("Identity", x)


def _total(nodes: Nodes) -> str:
    """The sum of all lanes: lower half + upper half, then of the halves; every lane has it in the end."""
    x, gap, lanes = "x", nodes.width // 2, np.arange(nodes.width)
    while gap:
        x, gap = nodes.add("Add", x, nodes.add("Gather", x, nodes.constant(lanes ^ gap))), gap // 2
    return nodes.add("Gather", x, nodes.whole(0))


def _exp2i(nodes: Nodes) -> str:
    """2^k by a table of all powers, as a general power may be rounded."""
    low, high, shift = (nodes.constant(np.array(k, np.float32)) for k in (-126, 127, 126))
    bounded = nodes.add("Where", nodes.add("GreaterOrEqual", "x", low), "x", low)
    bounded = nodes.add("Where", nodes.add("GreaterOrEqual", high, bounded), bounded, high)
    place = nodes.add("Cast", nodes.add("Add", bounded, shift), to=nodes.onnx.int64)
    return nodes.add("Gather", nodes.constant((2.0 ** np.arange(-126, 128)).astype(np.float32)), place)


def _draw(nodes: Nodes, salt: str, clock: str, stream: str, number: str) -> str:
    """Philox4x32-10 in whole numbers of 64 bits; no product of halves leaves them."""
    add, whole, quarter = nodes.add, nodes.whole, nodes.shape(nodes.width // 4)
    lanes = nodes.constant(np.arange(nodes.width // 4))
    c = [lanes, *(add("Expand", word, quarter) for word in (number, clock, whole(0)))]
    k = [salt, stream]
    for _ in range(ROUNDS):
        (p_high, p_low), (q_high, q_low) = (_product(nodes, c[2 * i], MULTIPLIERS[i]) for i in (0, 1))
        c = [_xor(nodes, q_high, c[1], k[0]), q_low, _xor(nodes, p_high, c[3], k[1]), p_low]
        k = [add("Mod", add("Add", key, whole(step)), whole(1 << 32)) for key, step in zip(k, WEYL, strict=True)]
    rows = [add("Unsqueeze", word, nodes.shape(1)) for word in c]
    words = add("Reshape", add("Concat", *rows, axis=1), nodes.shape(nodes.width))
    upper = add("Cast", add("Div", words, whole(1 << 8)), to=nodes.onnx.float32)
    return add("Mul", upper, nodes.constant(np.array(2.0**-24, np.float32)))


def _xor(nodes: Nodes, a: str, b: str, c: str) -> str:
    return nodes.add("BitwiseXor", nodes.add("BitwiseXor", a, b), c)


def _product(nodes: Nodes, x: str, factor: int) -> tuple[str, str]:
    """The upper and the lower 32 bits of a product of 32-bit numbers."""
    add, half, word = nodes.add, nodes.whole(1 << 16), nodes.whole(1 << 32)
    low, high = (add("Mul", x, nodes.whole(part)) for part in (factor & 0xFFFF, factor >> 16))
    upper = add("Div", add("Add", high, add("Div", low, half)), half)
    rest = add("Mul", add("Mod", high, half), half)
    return upper, add("Mod", add("Add", rest, low), word)
