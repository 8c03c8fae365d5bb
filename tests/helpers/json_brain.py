"""A reader of exported JSON, written from docs/export.md alone: every value is [n] float32."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

F = np.float32
WORDS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "negate": lambda a: -a,
    "abs": abs,
    "sqrt": np.sqrt,
    "floor": np.floor,
    "select": lambda x, y, a, b: np.where(x >= y, a, b),
    "copy": lambda a: a,
    "permute": lambda x, table: x[table],
    "gather": lambda x, places: x[whole(places, len(x))],
    "exp2i": lambda k: np.ldexp(F(1), np.clip(np.nan_to_num(k, nan=-126.0), -126, 127).astype(int)).astype(F),
}


def whole(x: np.ndarray, count: int) -> np.ndarray:
    """Rounded down and clamped to 0..count-1; NaN gives 0."""
    return np.floor(np.clip(np.nan_to_num(x, nan=0.0), 0, count - 1)).astype(int)


def total(x: np.ndarray) -> np.ndarray:
    """The sum of the lower and the upper half, and so on, on all lanes."""
    sums = list(x)
    while len(sums) > 1:
        sums = [a + b for a, b in zip(sums[: len(sums) // 2], sums[len(sums) // 2 :], strict=True)]
    return np.full(len(x), sums[0])


def transform(x: np.ndarray, block: int) -> np.ndarray:
    """(a + b, a - b) for all lanes whose numbers differ in one bit, from the lowest bit on."""
    lanes, gap = np.arange(len(x)), 1
    while gap < block:
        x, gap = np.where(lanes & gap, x[lanes ^ gap] - x, x + x[lanes ^ gap]), 2 * gap
    return x


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Four words of 32 bits."""
    low = 2**32 - 1
    for _ in range(10):
        p, q = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [q >> 32 ^ counter[1] ^ key[0], q & low, p >> 32 ^ counter[3] ^ key[1], p & low]
        key = [key[0] + 0x9E3779B9 & low, key[1] + 0xBB67AE85 & low]
    return counter


class JsonBrain:
    """A brain read from JSON: step(state, observations) -> (actions, state)."""

    def __init__(self, text: str) -> None:
        read = json.loads(text)
        assert (read["format"], read["version"]) == ("walsh-life brain", 1)
        self.width, self.program, self.sizes = read["width"], read["program"], read
        self.initial_state = np.array(read["initial_state"], F)
        self.constants = {name: np.array(x, int if type(x[0]) is int else F) for name, x in read["constants"].items()}

    def step(self, state: np.ndarray, observations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.arrays = {**self.constants, "state": state.copy(), "observations": observations}
        self.arrays["actions"] = np.zeros(self.sizes["actions"], F)
        self.values: dict[str, Any] = dict(self.constants)
        with np.errstate(all="ignore"):
            self.run(self.program)
        return self.arrays["actions"], self.arrays["state"]

    def run(self, program: list[dict[str, Any]]) -> None:
        for one in program:
            if one["op"] == "loop":
                self.loop(one)
            elif one["op"] == "store":
                self.store(one)
            else:
                self.values[one["out"]] = self.result(one)

    def result(self, one: dict[str, Any]) -> np.ndarray:
        if one["op"] == "load":
            lanes, first = np.zeros(self.width, F), self.first(one)
            lanes[one["at"] : one["at"] + one["length"]] = self.arrays[one["array"]][first : first + one["length"]]
            return lanes
        inputs = [self.operand(x) for x in one["in"]]
        if one["op"] == "lane":
            return np.full(self.width, inputs[0][self.number(one["lane"])])
        if one["op"] == "total":
            return total(inputs[0])
        if one["op"] == "wht":
            return transform(inputs[0], one["block"])
        if one["op"] == "draw":
            salt, clock = (int(x[0]) for x in inputs)
            counters = [[i, self.number(one["number"]), clock, 0] for i in range(self.width // 4)]
            words = [word for counter in counters for word in philox(counter, [salt, one["stream"]])]
            return np.array([word >> 8 for word in words], F) * F(2**-24)
        return WORDS[one["op"]](*inputs)

    def store(self, one: dict[str, Any]) -> None:
        if "when" in one and not self.operand(one["when"])[0] > 0:
            return
        lanes, first = self.operand(one["in"][0])[one["at"] : one["at"] + one["length"]], self.first(one)
        lanes = lanes.astype(np.float16) if one.get("half") else lanes
        self.arrays[one["array"]][first : first + one["length"]] = lanes

    def loop(self, one: dict[str, Any]) -> None:
        for name, before, _ in one["carries"]:
            self.values[name] = self.operand(before)
        for number in range(one["count"]):
            self.values[one["counter"]] = number
            self.run(one["body"])
            for name, _, end in one["carries"]:
                self.values[name] = self.operand(end)

    def operand(self, x: str | float) -> np.ndarray:
        return self.values[x] if isinstance(x, str) else np.full(self.width, x, F)

    def first(self, one: dict[str, Any]) -> int:
        row = one["row"]
        number = int(whole(self.values[row][0], one["rows"])) if isinstance(row, str) else self.number(row)
        return one["start"] + one["length"] * number

    def number(self, x: int | list[Any]) -> int:
        return x if isinstance(x, int) else self.values[x[0]] * x[1] + x[2]
