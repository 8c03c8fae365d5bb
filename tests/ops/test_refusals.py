"""A brain that uses more than the operations is rejected when it is made, with file, line and what to write."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alife.brains.brain import Brain
from alife.brains.shared.network import Network, WidthParams
from alife.errors import UserError
from alife.ops.vocabulary import Operations

REJECTED = {
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
    "stores_text": (lambda o, x: "a", "write o.const"),
    "writes_its_genes": (lambda o, x: o.store(o.genome("w", 4), x), "use o.state"),
}


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


def test_a_network_of_operations_is_accepted() -> None:
    assert Brain(OneFunction(lambda o, x: o.wht(x)), 1).num_genes == 0
