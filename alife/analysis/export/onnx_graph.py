"""The statements of a champion as nodes of an ONNX graph."""

from __future__ import annotations

import numpy as np

from alife.analysis.export.champion import Champion
from alife.analysis.export.onnx_nodes import Library, Nodes
from alife.ops.slots import Index
from alife.ops.statements import Compute, Draw, Load, Loop, Operand, Place, Statement, Store, every

_WORDS = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "negate": "Neg", "abs": "Abs", "sqrt": "Sqrt",
    "floor": "Floor", "permute": "Gather",
}  # fmt: skip


class Graph:
    """Turns statements into nodes.

    Attributes:
        nodes: of the graph, or of the body of a loop.
        arrays: {array: the name of its present values}.
        names: {name of a value or a counter: the name that it has in this graph}.
    """

    def __init__(self, champion: Champion, onnx: Library, outer: Graph | None = None) -> None:
        self.champion, self.onnx = champion, onnx
        self.nodes: Nodes = Nodes(onnx, champion.width, outer.nodes if outer else None)
        self.arrays: dict[str, str] = dict(outer.arrays) if outer else {}
        self.names: dict[str, str] = dict(outer.names) if outer else {}
        if outer is None:
            actions = self.nodes.constant(np.zeros(champion.num_actions, np.float32))
            self.names = {name: self.nodes.constant(numbers) for name, numbers in champion.constants.items()}
            self.arrays = {"observations": "observations", "state": "state", "actions": actions, **self.names}

    def ends(self) -> dict[str, tuple[str, int]]:
        """{output: the name of its values, their number}."""
        sizes = {"actions": self.champion.num_actions, "state": self.champion.num_states}
        names = {"actions": "actions", "state": "next_state"}
        return {names[array]: (self.arrays[array], size) for array, size in sizes.items()}

    def run(self, statements: tuple[Statement, ...]) -> None:
        """Adds the nodes of statements."""
        for one in statements:
            if isinstance(one, Loop):
                self._loop(one)
            elif isinstance(one, Store):
                self._store(one)
            else:
                self.names[one.out] = self._value(one)

    def _value(self, one: Compute | Load | Draw) -> str:
        add = self.nodes.add
        if isinstance(one, Load):
            return self._load(one.place)
        if isinstance(one, Draw):
            known = [add("Cast", self._first_lane(x), to=self.onnx.int64) for x in (one.salt, one.clock)]
            return self.nodes.call("draw", *known, self.nodes.whole(one.stream), self._whole(one.counter))
        inputs = [self._operand(x) for x in one.inputs]
        if one.word == "lane":
            return add("Gather", inputs[0], self._whole(one.index))
        if one.word == "copy":
            return add("Expand", inputs[0], self.nodes.shape(self.champion.width))
        if one.word == "select":
            return add("Where", add("GreaterOrEqual", *inputs[:2]), *inputs[2:])
        if one.word == "gather":
            return add("Gather", inputs[0], self.nodes.rounded_down(inputs[1], self.champion.width))
        if one.word in ("exp2i", "total", "wht"):
            return self.nodes.call(one.word + (f"_{one.block}" if one.block else ""), *inputs)
        return add(_WORDS[one.word], *inputs)

    def _load(self, place: Place) -> str:
        found, after = self._read(place, self._columns(place)), self.champion.width - place.at - place.length
        parts = [*self._zeros(place.at), found, *self._zeros(after)]
        return self.nodes.add("Concat", *parts, axis=0) if len(parts) > 1 else found

    def _zeros(self, count: int) -> list[str]:
        return [self.nodes.constant(np.zeros(count, np.float32))] if count else []

    def _read(self, place: Place, columns: str) -> str:
        return self.nodes.add("Gather", self.arrays[place.array], columns)

    def _columns(self, place: Place) -> str:
        """The places of the values in their array, [length]."""
        first = place.row * place.length if isinstance(place.row, int) else 0
        columns = self.nodes.constant(np.arange(place.length, dtype=np.int64) + place.start + first)
        if isinstance(place.row, int):
            return columns
        if isinstance(place.row, str):
            row = self.nodes.rounded_down(self._first_lane(place.row), place.rows)
        else:
            row = self._whole(place.row)
        return self.nodes.add("Add", columns, self.nodes.add("Mul", row, self.nodes.whole(place.length)))

    def _store(self, one: Store) -> None:
        add, place, value = self.nodes.add, one.place, self._operand(one.value)
        if self._is_wide(one.value):
            lanes = self.nodes.constant(np.arange(place.at, place.at + place.length))
            value = add("Gather", value, lanes) if place.length < self.champion.width else value
        else:
            value = add("Expand", value, self.nodes.shape(place.length))
        if one.half:
            value = add("Cast", add("Cast", value, to=self.onnx.float16), to=self.onnx.float32)
        columns = self._columns(place)
        if one.when is not None:
            is_open = add("Greater", self._first_lane(one.when), self._operand(0.0))
            value = add("Where", is_open, value, self._read(place, columns))
        self.arrays[place.array] = add("ScatterElements", self.arrays[place.array], columns, value, axis=0)

    def _loop(self, one: Loop) -> None:
        """A Loop whose carries are those of the statement and the arrays that its body stores to."""
        stored = sorted({each.place.array for each in every(one.body) if isinstance(each, Store)})
        body, width = Graph(self.champion, self.onnx, self), self.champion.width
        sizes = [width] * len(one.carries) + [self.champion.array_size(array) for array in stored]
        inside = [self.nodes.fresh() for _ in sizes]
        number, going = self.nodes.fresh(), self.nodes.fresh()
        body.names |= {one.counter: number}
        body.names |= dict(zip((carry.name for carry in one.carries), inside, strict=False))
        body.arrays |= dict(zip(stored, inside[len(one.carries) :], strict=True))
        body.run(one.body)
        ends = [body._wide(carry.final) for carry in one.carries] + [body.arrays[array] for array in stored]
        before = [self._wide(carry.initial) for carry in one.carries] + [self.arrays[array] for array in stored]
        after = self.nodes.loop(
            one.count, body.nodes, (number, going), list(zip(inside, ends, sizes, strict=True)), before
        )
        self.names |= dict(zip((carry.name for carry in one.carries), after, strict=False))
        self.arrays |= dict(zip(stored, after[len(one.carries) :], strict=True))

    # ---- operands

    def _operand(self, x: Operand) -> str:
        return self.names[x] if isinstance(x, str) else self.nodes.constant(np.array(x, np.float32))

    def _is_wide(self, x: Operand) -> bool:
        return isinstance(x, str) and x not in self.champion.narrow

    def _first_lane(self, x: Operand) -> str:
        return self.nodes.add("Gather", self._operand(x), self.nodes.whole(0)) if self._is_wide(x) else self._operand(x)

    def _wide(self, x: Operand) -> str:
        name = self._operand(x)
        return name if self._is_wide(x) else self.nodes.add("Expand", name, self.nodes.shape(self.champion.width))

    def _whole(self, number: int | Index) -> str:
        if isinstance(number, int):
            return self.nodes.whole(number)
        scaled = self.nodes.add("Mul", self.names[number.name], self.nodes.whole(number.times))
        return self.nodes.add("Add", scaled, self.nodes.whole(number.plus))
