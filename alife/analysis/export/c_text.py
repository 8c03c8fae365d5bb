"""A champion as one C99 header: plain loops, no allocation, no library but <math.h> and <string.h>."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import numpy as np

from alife.analysis.export.buffers import Buffers
from alife.analysis.export.c_helpers import HELPERS
from alife.analysis.export.champion import Champion
from alife.analysis.export.helper_names import used_helpers
from alife.analysis.export.literals import decimal, prose, wrapped
from alife.ops.slots import Index
from alife.ops.statements import Compute, Load, Loop, Operand, Place, Statement, Store

_LANES: dict[str, Callable[..., str]] = {
    "add": "{} + {}".format,
    "sub": "{} - {}".format,
    "mul": "{} * {}".format,
    "div": "{} / {}".format,
    "negate": "-{}".format,
    "abs": "fabsf({})".format,
    "sqrt": "sqrtf({})".format,
    "floor": "floorf({})".format,
    "exp2i": "P_exp2i({})".format,
    "select": "{} >= {} ? {} : {}".format,
    "copy": "{}".format,
}
_HEAD = """#ifndef P_STEP_H
#define P_STEP_H

#include <math.h>
#include <stdint.h>
#include <string.h>

enum {{ P_OBSERVATIONS = {observations}, P_ACTIONS = {actions}, P_STATES = {states} }};

"""
_STEP = """
/* Writes the actions [{actions}], not clipped, and changes the state [{states}], which is P_initial_state at birth.
   Compile without contraction of products and sums (gcc -ffp-contract=off), and without -ffast-math. */
static void P_step(float *state, const float *observations, float *actions) {{
    memset(actions, 0, {actions} * sizeof(float));
{state_unused}"""


def c_text(champion: Champion) -> str:
    """The text of a header with NAME_initial_state and NAME_step(state, observations, actions)."""
    sizes = {"observations": champion.num_observations, "actions": champion.num_actions, "states": champion.num_states}
    unused = "" if champion.num_states else "    (void)state;\n"
    parts = [_HEAD.format(**sizes)]
    parts.append(_array("P_initial_state", champion.initial_state if champion.num_states else np.zeros(1, np.float32)))
    parts += [_array(f"P_{name}", numbers) for name, numbers in champion.constants.items()]
    parts += [f"\n{HELPERS[name]}" for name in used_helpers(champion.statements, HELPERS)]
    parts += [_STEP.format(**sizes, state_unused=unused)]
    parts += [f"{line}\n" for line in _Block(champion, Buffers(champion.statements), "    ").lines(champion.statements)]
    about = "\n   ".join(prose(champion.about)).replace("*/", "* /").replace("/*", "/ *")
    code = "".join([*parts, "}\n\n#endif\n"]).replace("P_STEP_H", f"P_{_digest(parts)}_H")
    return f"/* {about} */\n\n" + re.sub(r"\bP_", f"{champion.name}_", re.sub(r"\bWIDTH\b", str(champion.width), code))


def _digest(parts: list[str]) -> str:
    """Digits for the guard, so that two champions of one name are an error, and not one left out in silence."""
    return f"{zlib.crc32(''.join(parts).encode()):08X}"


def _array(name: str, numbers: np.ndarray) -> str:
    whole = numbers.dtype.kind == "i"
    literals = map(str, numbers) if whole else (_number(x).strip("()") for x in numbers)
    rows = wrapped(literals) if numbers.any() or np.signbit(numbers).any() else "    0"
    return f"static const {'int' if whole else 'float'} {name}[{len(numbers)}] = {{\n{rows}\n}};\n"


class _Block:
    """Prints statements as lines of one block, in which the n lanes of a value lie in a buffer."""

    def __init__(self, champion: Champion, buffers: Buffers, indent: str) -> None:
        self.champion, self.buffers, self.indent = champion, buffers, indent

    def lines(self, statements: tuple[Statement, ...]) -> list[str]:
        """The lines of the block, its declarations first."""
        body = []
        for one in statements:
            body += self._lines(one)
            self.buffers.free_after(one)
        declared = [f"float {name}[WIDTH];" for name in self.buffers.declared]
        return [self.indent + line for line in [*declared, *body]]

    def _lines(self, one: Statement) -> list[str]:
        if isinstance(one, Loop):
            return self._loop(one)
        if isinstance(one, Compute):
            return [self._compute(one)]
        if isinstance(one, Store):
            return self._store(one)
        out = self.buffers.take(one.out)
        if isinstance(one, Load):
            place = one.place
            return [f"P_load({out}, {self._first(place)}, {place.length}, {place.at});"]
        known = f"{self._at(one.salt, '0')}, {self._at(one.clock, '0')}"
        return [f"P_draw({out}, {known}, {one.stream}u, (uint32_t)({_whole(one.counter)}));"]

    def _loop(self, one: Loop) -> list[str]:
        before = [_each(self.buffers.take(c.name), self._at(c.initial, "i")) for c in one.carries]
        inner = _Block(self.champion, self.buffers.inside(one), self.indent)
        body = inner.lines(one.body)
        changed = [carry for carry in one.carries if carry.final != carry.name]
        after = [self.indent + _each(self.buffers.of(c.name), inner._at(c.final, "i")) for c in changed]
        head = f"for (int {one.counter} = 0; {one.counter} < {one.count}; {one.counter}++) {{"
        return [*before, head, *body, *after, "}"]

    def _compute(self, one: Compute) -> str:
        if one.word == "lane":
            return f"float {one.out} = {self._at(one.inputs[0], _whole(one.index))};"
        if one.word == "total":
            return f"float {one.out} = P_total({self._lanes(one.inputs[0])});"
        if not one.wide:
            return f"float {one.out} = {_LANES[one.word](*(self._at(x, '0') for x in one.inputs))};"
        out = self.buffers.take(one.out)
        if one.word == "wht":
            return f"P_wht({out}, {self._lanes(one.inputs[0])}, {one.block});"
        if one.word == "permute":
            return _each(out, self._at(one.inputs[0], f"P_{one.inputs[1]}[i]"))
        if one.word == "gather":
            return _each(out, self._at(one.inputs[0], f"P_whole({self._at(one.inputs[1], 'i')}, WIDTH)"))
        return _each(out, _LANES[one.word](*(self._at(x, "i") for x in one.inputs)))

    def _store(self, one: Store) -> list[str]:
        place, value = one.place, self._at(one.value, f"{one.place.at} + i" if one.place.at else "i")
        value = f"P_half({value})" if one.half else value
        line = f"for (int i = 0; i < {place.length}; i++) ({self._first(place)})[i] = {value};"
        return [line if one.when is None else f"if ({self._at(one.when, '0')} > 0.0f) {line}"]

    def _first(self, place: Place) -> str:
        """The address of the first value of a place."""
        array = f"P_{place.array}" if place.array in self.champion.constants else place.array
        if isinstance(place.row, int):
            return f"{array} + {place.start + place.row * place.length}"
        row = f"P_whole({self._at(place.row, '0')}, {place.rows})" if isinstance(place.row, str) else _whole(place.row)
        return f"{array} + {place.start} + {place.length} * {row}"

    def _lanes(self, x: Operand) -> str:
        """The address of the lanes of an operand that has n."""
        return f"P_{x}" if x in self.champion.constants else self.buffers.of(str(x))

    def _at(self, x: Operand, lane: str) -> str:
        """A lane of an operand, which is the operand itself if it is one number."""
        if not isinstance(x, str):
            return _number(x)
        return x if x in self.buffers.narrow else f"{self._lanes(x)}[{lane}]"


def _each(out: str, value: str) -> str:
    return f"for (int i = 0; i < WIDTH; i++) {out}[i] = {value};"


def _number(x: float) -> str:
    """A literal of float32: a decimal number, as C++ before 2017 has no hexadecimal ones."""
    text = decimal(x)
    text += "f" if set(text) & set(".e") else ".0f"
    return f"({text})" if text[0] == "-" else text


def _whole(number: int | Index) -> str:
    if isinstance(number, int):
        return str(number)
    return f"({number.times} * {number.name} + {number.plus})"
