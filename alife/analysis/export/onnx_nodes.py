"""Nodes, constants and loops of ONNX graphs, by the package onnx (extra `onnx`), which is loaded when it is used."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from alife.errors import UserError

DOMAIN = "walsh_life"  # of the functions of a model
OPSET = 18  # the first with BitwiseXor

Library = Any  # the modules of onnx that are used, and types of numbers


def library() -> Library:
    """The parts of the package onnx that are used. Raises UserError if it is not installed."""
    try:
        import onnx
        from onnx import checker, helper, numpy_helper
    except ImportError:
        raise UserError(
            "export: expected the package onnx, which is not installed; write pip install '.[onnx]' in a clone"
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
        self.called: dict[str, None] = {}  # names of functions, in order
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
        """Adds a call of a function of `onnx_functions`: draw, exp2i, total, or wht_BLOCK."""
        self.root.called |= {name: None}
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


def opsets(onnx: Library) -> list[Any]:
    """The versions of the operators of ONNX and of the model's own functions."""
    return [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(DOMAIN, 1)]
