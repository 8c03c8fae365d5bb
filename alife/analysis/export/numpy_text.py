"""A champion as one Python file that needs NumPy alone."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from alife.analysis.export.champion import Champion
from alife.analysis.export.helper_names import used_helpers
from alife.analysis.export.literals import decimal, prose, wrapped
from alife.analysis.export.numpy_helpers import HELPERS
from alife.ops.slots import Index
from alife.ops.statements import Compute, Draw, Load, Loop, Operand, Place, Statement, Store

_WORDS: dict[str, Callable[..., str]] = {
    "add": "{} + {}".format,
    "sub": "{} - {}".format,
    "mul": "{} * {}".format,
    "div": "{} / {}".format,
    "negate": "-{}".format,
    "abs": "abs({})".format,
    "sqrt": "np.sqrt({})".format,
    "floor": "np.floor({})".format,
    "exp2i": "_exp2i({})".format,
    "select": "np.where({} >= {}, {}, {})".format,
    "total": "_total({})".format,
    "permute": "{}[{}]".format,
    "gather": "{}[_whole({}, WIDTH)]".format,
}
_STEP = '''

def step(state, observations):
    """Returns the actions [{actions}] float32, not clipped, and the next state [{states}] float32.

    state: [{states}] float32, INITIAL_STATE at birth, then what the last step returned; it is not changed.
    observations: [{observations}] float32.
    """
    state, observations = np.array(state, f32), np.asarray(observations, f32)
    for name, array, size in (("state", state, {states}), ("observations", observations, {observations})):
        if array.shape != (size,):
            raise ValueError(f"{{name}}: expected shape ({{size}},), got {{array.shape}}")
    actions = np.zeros({actions}, f32)
    with np.errstate(all="ignore"):
        _step(state, observations, actions)
    return actions, state


def _step(state, observations, actions):
'''


def numpy_text(champion: Champion) -> str:
    """The text of a module with ABOUT, INITIAL_STATE and step(state, observations) -> (actions, state)."""
    sizes = {"states": champion.num_states, "actions": champion.num_actions, "observations": champion.num_observations}
    parts = ['"""' + "\n".join(prose(champion.about)).replace("\\", "\\\\").replace('"""', "'''") + '\n"""\n\n']
    parts.append("import json\n\nimport numpy as np\n\nf32 = np.float32\n")
    parts.append(f"ABOUT = json.loads(\n    {json.dumps(champion.about)!r}\n)\n")
    parts.append(f"WIDTH = {champion.width}  # lanes of a value\n")
    parts.append(_array("INITIAL_STATE", champion.initial_state))
    parts += [_array(name, numbers) for name, numbers in champion.constants.items()]
    parts += [f"\n\n{HELPERS[name]}" for name in used_helpers(champion.statements, HELPERS)]
    lines = _Body(champion.narrow).block(champion.statements, "    ") or ["    pass"]
    return "".join([*parts, _STEP.format(**sizes), "\n".join(lines), "\n"])


def _array(name: str, numbers: np.ndarray) -> str:
    whole = numbers.dtype.kind == "i"
    kind, literals = ("np.int64", map(str, numbers)) if whole else ("f32", map(decimal, numbers))
    if not numbers.any() and not np.signbit(numbers).any():
        return f"{name} = np.zeros({len(numbers)}, {kind})\n"
    return f"{name} = np.array([\n{wrapped(literals)}\n], {kind})\n"


class _Body:
    """Prints statements as lines."""

    def __init__(self, narrow: set[str]) -> None:
        """narrow: names of values that are one number."""
        self.narrow = narrow

    def block(self, statements: tuple[Statement, ...], indent: str) -> list[str]:
        """The lines of statements, each after this indent."""
        return [indent + line for one in statements for line in self._lines(one)]

    def _lines(self, one: Statement) -> list[str]:
        if isinstance(one, Loop):
            before = [f"{carry.name} = {self._wide(carry.initial)}" for carry in one.carries]
            after = [f"{c.name} = {self._wide(c.final)}" for c in one.carries if c.final != c.name]
            inside = [*self.block(one.body, ""), *after]
            return [*before, f"for {one.counter} in range({one.count}):", *(f"    {line}" for line in inside)]
        if isinstance(one, Compute):
            return [f"{one.out} = {self._compute(one)}"]
        if isinstance(one, Load):
            place = one.place
            return [f"{one.out} = _load({place.array}, {self._first(place)}, {place.length}, {place.at})"]
        if isinstance(one, Draw):
            known = f"{self._first_lane(one.salt)}, {self._first_lane(one.clock)}"
            return [f"{one.out} = _draw({known}, {one.stream}, {_whole(one.counter)})"]
        return self._store(one)

    def _compute(self, one: Compute) -> str:
        inputs = [_operand(x) for x in one.inputs]
        if one.word == "lane":
            return f"{inputs[0]}[{_whole(one.index)}]"
        if one.word == "wht":
            return f"_wht({inputs[0]}, {one.block})"
        return self._wide(one.inputs[0]) if one.word == "copy" else _WORDS[one.word](*inputs)

    def _store(self, one: Store) -> list[str]:
        place, value = one.place, _operand(one.value)
        if self._is_wide(one.value):
            value = f"{value}[{place.at}:{place.at + place.length}]"
        value = f"_half({value})" if one.half else value
        line = f"_store({place.array}, {self._first(place)}, {place.length}, {value})"
        return [line] if one.when is None else [f"if {self._first_lane(one.when)} > 0:", f"    {line}"]

    def _first(self, place: Place) -> str:
        """The first column of a place."""
        if isinstance(place.row, int):
            return str(place.start + place.row * place.length)
        row = (
            f"_whole({self._first_lane(place.row)}, {place.rows})" if isinstance(place.row, str) else _whole(place.row)
        )
        return f"{place.start} + {place.length} * {row}" if place.start else f"{place.length} * {row}"

    def _is_wide(self, x: Operand) -> bool:
        return isinstance(x, str) and x not in self.narrow

    def _first_lane(self, x: Operand) -> str:
        return f"{x}[0]" if self._is_wide(x) else _operand(x)

    def _wide(self, x: Operand) -> str:
        return str(x) if self._is_wide(x) else f"np.full(WIDTH, {_operand(x)}, f32)"


def _operand(x: Operand) -> str:
    return x if isinstance(x, str) else f"f32({decimal(x)})"


def _whole(number: int | Index) -> str:
    if isinstance(number, int):
        return str(number)
    scaled = number.name if number.times == 1 else f"{number.times} * {number.name}"
    return f"({scaled} + {number.plus})" if number.plus else f"({scaled})" if number.times != 1 else scaled
