"""Nodes, loops and functions of ONNX models, by the package onnx (extra `onnx`), which is loaded when it is used."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

import alife
from alife.errors import UserError
from alife.ops.philox import MULTIPLIERS, ROUNDS, WEYL

DOMAIN = "walsh_life"  # of the functions of a model
OPSET, IR_VERSION = 18, 9  # BitwiseXor is of 18

Library = Any  # the modules of onnx that are used, and types of numbers


def library() -> Library:
    """The parts of the package onnx that are used. Raises UserError if it is not installed."""
    try:
        import onnx
        from onnx import checker, helper, numpy_helper
    except ImportError:
        raise UserError(
            "export: --to onnx needs the package onnx, which is not installed; write pip install onnx"
        ) from None
    types = onnx.TensorProto
    kinds = {"float32": types.FLOAT, "float16": types.FLOAT16, "int64": types.INT64, "truth": types.BOOL}
    return SimpleNamespace(helper=helper, checker=checker, arrays=numpy_helper, **kinds)


class Nodes:
    """The nodes of a graph, of the body of a loop, or of a function.

    Names, constants and functions are those of the outermost graph; a function has constants of its own.

    Args:
        onnx: the library.
        width: n, lanes of a value.
        outer: the nodes around those of a body.
    """

    def __init__(self, onnx: Library, width: int, outer: Nodes | None = None) -> None:
        self.onnx, self.width = onnx, width
        self.nodes: list[Any] = []
        self.root: Nodes = outer.root if outer else self
        self.constants: dict[tuple[str, tuple[int, ...], bytes], Any] = {}
        self.functions: dict[str, Any] = {}
        self.count = 0

    def fresh(self) -> str:
        """A name that is not used yet."""
        self.root.count += 1
        return f"x{self.root.count}"

    def add(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Adds a node. Returns the name of its output."""
        out = self.fresh()
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), [out], domain=domain, **attributes))
        return out

    def call(self, name: str, *inputs: str) -> str:
        """Adds a call of a function: draw, exp2i, total, or wht_BLOCK."""
        if name not in self.root.functions:
            self.root.functions[name] = _function(self.onnx, self.width, name)
        return self.add(name, *inputs, domain=DOMAIN)

    def constant(self, numbers: np.ndarray) -> str:
        """The name of a constant, the same for equal numbers. numbers: [...] of any shape."""
        constants, key = self.root.constants, (numbers.dtype.str, numbers.shape, numbers.tobytes())
        if key not in constants:
            constants[key] = self.onnx.arrays.from_array(np.asarray(numbers, order="C"), f"k{len(constants)}")
        return str(constants[key].name)

    def whole(self, number: int) -> str:
        """A constant whole number."""
        return self.constant(np.array(number, np.int64))

    def shape(self, length: int) -> str:
        """A constant shape of one axis."""
        return self.constant(np.array([length], np.int64))

    def rounded_down(self, x: str, count: int) -> str:
        """x rounded down and clamped to 0..count-1, as whole numbers; NaN gives 0."""
        zero, last = (self.constant(np.array(end, np.float32)) for end in (0, count - 1))
        low = self.add("Where", self.add("GreaterOrEqual", x, zero), x, zero)
        clamped = self.add("Where", self.add("GreaterOrEqual", last, low), low, last)
        return self.add("Cast", self.add("Floor", clamped), to=self.onnx.int64)

    def loop(
        self,
        count: int,
        body: Nodes,
        counter: tuple[str, str],
        carries: list[tuple[str, str, int]],
        before: list[str],
    ) -> list[str]:
        """Adds a loop. Returns the names of what it carries, after it.

        Args:
            count: rounds.
            body: nodes of a round.
            counter: names, in the body, of the number of the round and of the condition.
            carries: name in the body, name at its end and length of each value.
            before: the names of the values before the loop.
        """
        onnx, h = self.onnx, self.onnx.helper
        going_on = body.add("Identity", counter[1])
        ends = [body.add("Identity", end) for _, end, _ in carries]
        infos = [h.make_tensor_value_info(name, onnx.float32, [size]) for name, _, size in carries]
        outs = [h.make_tensor_value_info(end, onnx.float32, [c[2]]) for end, c in zip(ends, carries, strict=True)]
        first = h.make_tensor_value_info(counter[0], onnx.int64, [])
        conditions = [h.make_tensor_value_info(name, onnx.truth, []) for name in (counter[1], going_on)]
        graph = h.make_graph(body.nodes, "body", [first, conditions[0], *infos], [conditions[1], *outs])
        after = [self.fresh() for _ in carries]
        inputs = [self.whole(count), self.constant(np.array(True)), *before]
        self.nodes.append(h.make_node("Loop", inputs, after, body=graph))
        return after


def model_of(
    nodes: Nodes, outputs: dict[str, tuple[str, int]], inputs: dict[str, int], about: dict[str, str], text: str
) -> bytes:
    """The bytes of a checked model.

    Args:
        nodes: of its graph.
        outputs: {output: the name of its values, their number}.
        inputs: {input: the number of its values}.
        about: its metadata.
        text: its description.
    """
    onnx, h = nodes.onnx, nodes.onnx.helper
    for name, (value, _) in outputs.items():
        nodes.nodes.append(h.make_node("Identity", [value], [name]))
    graph = h.make_graph(
        nodes.nodes,
        "step",
        [h.make_tensor_value_info(name, onnx.float32, [size]) for name, size in inputs.items()],
        [h.make_tensor_value_info(name, onnx.float32, [size]) for name, (_, size) in outputs.items()],
        list(nodes.constants.values()),
        text,
    )
    model = h.make_model(
        graph,
        functions=list(nodes.functions.values()),
        opset_imports=_opsets(onnx),
        ir_version=IR_VERSION,
        producer_name="walsh-life",
        producer_version=alife.__version__,
        doc_string=text,
    )
    h.set_model_props(model, about)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _opsets(onnx: Library) -> list[Any]:
    return [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(DOMAIN, 1)]


# ---- functions


def _function(onnx: Library, width: int, name: str) -> Any:
    nodes = Nodes(onnx, width)
    inputs = ["salt", "clock", "stream", "number"] if name == "draw" else ["x"]
    if name == "draw":
        out = _draw(nodes, *inputs)
    elif name == "exp2i":
        out = _exp2i(nodes)
    else:
        out = _total(nodes) if name == "total" else _wht(nodes, int(name.removeprefix("wht_")))
    constants = [onnx.helper.make_node("Constant", [], [one.name], value=one) for one in nodes.constants.values()]
    return onnx.helper.make_function(DOMAIN, name, inputs, [out], [*constants, *nodes.nodes], _opsets(onnx)[:1])


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
