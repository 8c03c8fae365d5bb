"""A brain that uses more than the operations is rejected when it is made, with file, line and what to write."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife.brains.brain import Brain
from alife.brains.shared.network import Network, WidthParams
from alife.errors import UserError
from alife.ops import layout
from alife.ops.derived import clip, matvec
from alife.ops.vocabulary import Operations

SLOT = "o.genome(name, ...)"
REJECTED = {
    "adds_a_slot": (lambda o, x: x + o.genome("w", 3), "expected a value, got the slot w; write o.load(...) of it"),
    "adds_a_list": (lambda o, x: x + [1.0], "constant lanes: expected 1 or 32 numbers, got shape (1,)"),
    "adds_text": (lambda o, x: x + "a", "expected a constant number, or several, got 'a'"),
    "adds_nothing": (lambda o, x: x + None, "expected a constant number, or several, got None"),
    "adds_a_counter": (lambda o, x: o.loop(2, lambda j, c: [c[0] + j], [x])[0], "got a loop's counter; write a count"),
    "transforms_a_slot": (lambda o, x: o.wht(o.genome("w", 3)), "o.wht: expected a value, got the slot w"),
    "transforms_a_number": (lambda o, x: o.wht(1.0), "o.wht: expected a value, got 1.0; write o.const(...)"),
    "sums_a_list": (lambda o, x: o.total([x, x]), "o.total: expected a value, got a list"),
    "odd_block": (lambda o, x: o.wht(x, block=3), "a block of a power of two, at most 32 lanes, got 3; write block=32"),
    "flips_by_a_value": (lambda o, x: o.flip(x, x), "o.flip: expected a whole number from 0 on, got a value"),
    "lane_beyond": (lambda o, x: o.lane(x, 32), "o.lane: expected a whole number 0..31 or a counter, got 32"),
    "lane_before": (lambda o, x: o.lane(x, -1), "o.lane: expected a whole number 0..31 or a counter, got -1"),
    "gathers_by_a_number": (lambda o, x: o.gather(x, 3), "o.gather: expected a value, got 3; write o.const(...)"),
    "table_beyond": (lambda o, x: o.permute(x, [32] * 32), "o.permute: expected whole numbers 0..31, got a list"),
    "mask_of_values": (lambda o, x: o.blend(x, x, x), "o.blend: expected a constant number, or several, got a value"),
    "selects_a_slot": (
        lambda o, x: o.select(x, 0.0, o.genome("w", 3), x),
        "o.select: expected a value, got the slot w",
    ),
    "equals": (lambda o, x: x if x == 0 else -x, "write o.select"),
    "loops_over_lanes": (lambda o, x: sum(x), "expected words, got a loop over the lanes of a value; write o.total(x)"),
    "remainder": (lambda o, x: x % 2, "expected + - * /, got %; write x - o.floor(x / y) * y"),
    "length": (lambda o, x: x * len(x), "expected words, got len of a value; write o.width"),
    "no_list_of_carries": (lambda o, x: o.loop(2, lambda j, c: c[0], [x])[0], "expected a list of carries returned"),
    "carries_too_many": (
        lambda o, x: o.loop(2, lambda j, c: [x, x], [x])[0],
        "expected 1 carries returned by the body",
    ),
    "half_a_loop": (lambda o, x: o.loop(2.5, lambda j, c: c, [x])[0], "o.loop: expected a whole number from 0 on"),
    "loads_a_name": (lambda o, x: o.load("w"), f"o.load: expected a slot, such as {SLOT}, got 'w'"),
    "half_a_slot": (
        lambda o, x: o.load(o.genome("w", o.width / 2)),
        "slot w: expected whole numbers as its shape, got 16.0",
    ),
    "slot_without_name": (lambda o, x: o.load(o.genome(3, 4)), "a slot: expected its name first, got 3"),
    "row_of_a_fraction": (lambda o, x: o.load(o.genome("w", 2, 3), 1.0), "o.load: expected a row: an int, a counter"),
    "noise_by_name": (lambda o, x: o.draw("noise"), "o.draw: expected a whole number from 0 on, got 'noise'"),
    "word_of_derived": (lambda o, x: o.tanh(x), "got o.tanh; write tanh(...) of alife.ops.derived"),
    "not_imported": (lambda o, x: tanh(x), "got tanh; write from alife.ops.derived import tanh"),  # noqa: F821
    "derived_of_a_slot": (lambda o, x: clip(o.genome("w", 3), 0, 1), "expected a value, got the slot w; write o.load"),
    "matrix_of_values": (lambda o, x: matvec(o, x, x), "expected a slot, got a value of many lanes"),
    "divides_by_zero": (lambda o, x: x * (1 / 0), "got ZeroDivisionError: division by zero; write it in the words of"),
    "prints": (lambda o, x: print(x), "expected words, got the text of a value, as print needs it; write o.note("),
    "formats": (lambda o, x: f"{x}", "expected words, got the text of a value"),
    "keeps_a_value_for_the_next": (
        lambda o, x: KEPT.append(x) or KEPT[0] + x,
        "expected a value of this step, got a value of many lanes; write one that this step makes",
    ),
    "compares": (lambda o, x: x if x > 0 else -x, "write o.select"),
    "decides": (lambda o, x: x or x, "write o.select"),
    "raises_to_a_power": (lambda o, x: x**2, "write x * x"),
    "indexes": (lambda o, x: x[0], "write o.lane"),
    "calls_math": (lambda o, x: math.sin(x), "in the words of alife.ops"),
    "calls_numpy": (lambda o, x: np.sin(x), "in the words of alife.ops"),
    "unknown_word": (lambda o, x: o.sqr(x), "did you mean 'sqrt'"),
    "rows_too_long": (lambda o, x: o.load(o.genome("w", 2, 200)), "split the rows"),
    "row_that_is_not": (lambda o, x: o.load(o.genome("w", 7), row=3), "correct the load or store"),
    "short_table": (lambda o, x: o.permute(x, [0, 1]), "write 32"),
    "stores_text": (lambda o, x: "a", "expected a value, got 'a'; write a value"),
    "writes_its_genes": (lambda o, x: o.store(o.genome("w", 4), x), "use o.state"),
}


KEPT: list[Any] = []


class OneFunction(Network):
    """Applies `think` to the observations."""

    def __init__(self, think: Any) -> None:
        super().__init__(WidthParams(width=32), 5, 3)
        self.think = think

    def step(self, o: Operations) -> None:
        x = o.load(o.input("observations", self.num_observations))
        o.store(o.output("actions", self.num_actions), self.think(o, x))


@pytest.mark.parametrize("name", REJECTED)
def test_what_the_operations_do_not_include_is_rejected_with_its_line(name: str) -> None:
    think, words = REJECTED[name]
    with pytest.raises(UserError) as caught:
        Brain(OneFunction(think), 1)
    message = str(caught.value)
    own = {think.__code__.co_firstlineno, OneFunction.step.__code__.co_firstlineno + 2}
    assert message.startswith(__file__) and int(message.split(":")[1]) in own
    assert words in message and "\n" not in message


def test_the_line_is_that_of_the_brain_where_a_library_stands_in_for_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bars.py").write_text("def print_above_bars(*values):\n    return ' '.join(map(str, values))\n")
    stand_in: dict[str, Any] = {}
    exec(compile((tmp_path / "bars.py").read_text(), str(tmp_path / "bars.py"), "exec"), stand_in)
    monkeypatch.setattr("builtins.print", stand_in["print_above_bars"])
    monkeypatch.setattr(layout, "LIBRARIES", (str(tmp_path),))
    test_what_the_operations_do_not_include_is_rejected_with_its_line("prints")


def test_a_network_of_operations_is_accepted() -> None:
    assert Brain(OneFunction(lambda o, x: o.wht(x)), 1).num_genes == 0


def test_arrays_are_constants_on_either_side() -> None:
    lanes = np.arange(32, dtype=np.float32)
    network = OneFunction(lambda o, x: lanes * x + lanes)
    given = np.ones((1, 5), np.float32)
    brain = Brain(network, 1)
    actions = brain.step(brain.init(1, 0), brain.new_states(1), given)
    assert actions[0].tolist() == [0, 2, 4]


class Outputs(OneFunction):
    """Gives another number of actions."""

    def step(self, o: Operations) -> None:
        o.store(o.output("actions", self.num_actions + 4), o.load(o.input("observations", 2)))


def test_other_outputs_than_the_worlds_are_refused() -> None:
    with pytest.raises(UserError, match=r"test_refusals.py:\d+: Outputs.step: expected outputs for 3 actions, got 7"):
        Brain(Outputs(None), 1)


class Named(OneFunction):
    """Takes another name than that of its file."""

    name = 3  # type: ignore[assignment]


def test_a_network_takes_its_name_from_its_file() -> None:
    with pytest.raises(UserError, match=r"expected the name of its file, got name in the class; write another word"):
        Brain(Named(lambda o, x: x), 1)


class Keeping(OneFunction):
    """Keeps what it computed in itself."""

    def step(self, o: Operations) -> None:
        x = o.load(o.input("observations", self.num_observations))
        self.kept = x
        o.store(o.output("actions", self.num_actions), x)


def test_a_step_keeps_nothing_in_its_network() -> None:
    network = Keeping(None)
    network.later = 3  # type: ignore[attr-defined]  # outside of a step
    line = Keeping.step.__code__.co_firstlineno + 2
    with pytest.raises(UserError, match=rf"py:{line}: expected a step that keeps nothing in Python, got self.kept = "):
        Brain(network, 1)
    network.later = 4  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "think",
    [
        lambda o, x: x * random.random(),
        lambda o, x: o.flip(x, random.getrandbits(60)),
        lambda o, x: o.permute(x, np.random.default_rng().permutation(32)),
        lambda o, x: o.select(x, random.random(), x, 0.0),
        lambda o, x: x + o.draw(random.getrandbits(60)),
        lambda o, x: x + o.load(o.genome(f"w{random.getrandbits(60)}", 3)),
    ],
)
def test_a_step_is_the_same_each_time(think: Any) -> None:
    with pytest.raises(UserError, match=r"expected the same words each time that it runs, got others the second time"):
        Brain(OneFunction(think), 1)
