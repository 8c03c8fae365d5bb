"""Exported champions: NumPy, C, JSON and ONNX act as `Brain.step` does, for every kind of brain."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from alife.analysis.export.c_text import c_text
from alife.analysis.export.champion import Champion, trace_champion
from alife.analysis.export.json_text import json_text
from alife.analysis.export.numpy_text import numpy_text
from alife.analysis.export.onnx_model import onnx_model
from alife.brains import Brain, make_brain
from alife.brains.shared.network import Network, WidthParams
from alife.config import registry
from tests.helpers import every_word
from tests.helpers.brain_checks import ACTIONS, OBSERVATIONS, same_bits
from tests.helpers.json_brain import JsonBrain

STEPS = 200
COMPILER = shutil.which("gcc")
RUNTIME = importlib.util.find_spec("onnx") and importlib.util.find_spec("onnxruntime")
needs_gcc = pytest.mark.skipif(COMPILER is None, reason="exported C runs here through gcc: install it")
needs_onnx = pytest.mark.skipif(not RUNTIME, reason="exported ONNX runs here through onnxruntime: pip install it")
SEEN = {"values": 2, "store": "seen"}
ALONE: dict[str, Any] = {"width": 16, "memory": None}
BRAINS: dict[str, dict[str, Any]] = {
    "default": {"name": "wht"},
    "mind": {"name": "mind", "width": 64, "storage": "float16"},
    "said": {
        "name": "wht",
        "width": 64,
        "projection": 64,
        "unfold": "birth",
        "memories": [
            {"keys": "lanes", "values": 2, "blocks": 2, "storage": "float16"},
            {"keys": "walk", "form": "vector", "values": 2, "threshold": 0.1},
            {"keys": "reservoir", "form": "scalar", "values": 2, "hash": "full", "order": 2},
            {"keys": "shared", "values": 2, "ablation": "marked"},
        ],
        "recurrent": {"lanes": 3, "gated": True},
    },
    "seen": {
        "name": "wht",
        "memories": [
            {"keys": "bound", **SEEN, "gate": "gathered", "familiarity": True, "compare": True},
            {"keys": "tape", **SEEN, "lag": True, "gate": "open"},
        ],
        "history": {"kind": "leaky", "taps": 2, "lanes": 2},
        "products": True,
    },
    "vector": {
        "name": "wht",
        "width": 16,
        "memory": {"form": "vector", "bits": 16, "blocks": 2, "values": 2},
        "unit": "sine",
    },
    "parts": {
        **ALONE,
        "name": "wht",
        "unit": "selu",
        "square": True,
        "ensemble": 2,
        "lesions": {"period": 3},
        "projection": 32,
        "projection_offset": 1.0,
        "projection_shape": "root",
    },
    "dense": {**ALONE, "name": "dense", "feedback": 4, "unit": "tanh", "recurrent": 2},
    "double": {**ALONE, "name": "double", "projection": 32, "injection": 1},
    "butterfly": {**ALONE, "name": "butterfly", "projection": 32},
    "circulant": {**ALONE, "name": "circulant", "powers": 4},
    "crossbar": {**ALONE, "name": "crossbar", "plasticity": 0.1},
    "own": {**ALONE, "name": "paths", "paths": 32, "generator": "own", "projection": 32},
    "conv": {**ALONE, "name": "paths", "form": "conv", "paths": 16, "projection": 32, "injection": 1},
    "pruned": {**ALONE, "name": "pruned", "draw": "life", "layers": 2},
    "listed": {**ALONE, "name": "sampled", "samples": 2},
    "drawn": {**ALONE, "name": "sampled", "draw": "step", "scheme": "multinomial", "samples": 2},
    "sine": {**ALONE, "name": "sine"},
    "switchboard": {**ALONE, "name": "switchboard", "projection": 32},
}
Step = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


class EveryWord(Network):
    """Uses every word; what it stores to phenotypes are states here."""

    def step(self, o: Any) -> None:
        o.phenotype = o.state
        every_word.step(o)


class Edges(Network):
    """Loops that exchange, keep and drop what they carry; words of one number; rows and gates that are constants."""

    def step(self, o: Any) -> None:
        x, kept = o.load(o.input("look", OBSERVATIONS)), o.state("kept", 3, 4)
        a, b, c = o.loop(3, lambda j, c: [c[1], c[0], c[2]], [x, o.wht(x), o.const(2.0)])
        o.loop(2, lambda j, c: [c[0] * 2.0], [a])
        (d,) = o.loop(
            2, lambda j, c: o.loop(2, lambda k, e: [e[0] * 0.5 + o.lane(x, j) * o.lane(x, 2 * k + 1)], c), [a]
        )
        (e,) = o.loop(0, lambda j, c: [c[0] * 0.0], [o.load(o.genome("genes", 3, 4), o.const(1.5))])
        one = o.total(x)
        f = o.wht(one) + o.permute(one, np.zeros(o.width, int)) + o.total(one) + o.lane(one, 3) + o.gather(one, x)
        g = o.permute(x, np.zeros(o.width, int)) + o.gather(x, one) + o.exp2i(o.floor(one)) + o.exp2i(o.const(-3.0))
        o.store(kept, one, o.const(1.0), when=o.const(1.0))
        o.store(kept, x, one, at=2, when=o.const(-1.0))
        o.store(kept, o.const(3.0), 2, at=12)
        o.loop(3, lambda j, c: [o.store(kept, -c[0], j, when=one) or one], [o.load(kept, one) * o.const(0.5)])
        o.store(o.output("act", o.width), a + b * c + d + e + f + g + o.load(kept, 2, at=1))


NAMES = [*BRAINS, "edges", "every_word"]


class Life:
    """200 steps of an agent by `Brain.step`, and the champion to be held to it."""

    def __init__(self, brain: Brain, name: str) -> None:
        genes, state = brain.init(1, seed=1), brain.new_states(1)
        self.champion: Champion = trace_champion(brain, genes[0], name, {"sensors": [], "actuators": []})
        self.observations = np.random.default_rng(0).normal(size=(STEPS, OBSERVATIONS)).astype(np.float32)
        phenotypes = brain.develop(genes, state)
        self.actions, self.states = (np.zeros((STEPS, size), np.float32) for size in self.sizes)
        for number, seen in enumerate(self.observations):
            self.actions[number] = brain.step(genes, state, seen[None], phenotypes=phenotypes)[0]
            self.states[number] = self.unpacked(brain, state)
        assert np.isfinite(self.actions).all() and (np.ptp(self.actions, axis=0) > 0).any()

    @property
    def sizes(self) -> tuple[int, int]:
        return self.champion.num_actions, self.champion.num_states

    def unpacked(self, brain: Brain, state: np.ndarray) -> np.ndarray:
        """The values of the state [1, S], each in a column of its own."""
        return np.concatenate([np.zeros(0), *(brain.values(one, state).ravel() for one in self.champion.slots)])

    def before(self, number: int, state: np.ndarray) -> np.ndarray:
        """The state before a step: what the last one returned."""
        return state

    def run(self, step: Step, initial: np.ndarray, steps: int = STEPS) -> tuple[np.ndarray, np.ndarray]:
        """Actions and states of an exported form, with its own state."""
        actions, states = (np.zeros((steps, size), np.float32) for size in self.sizes)
        state = np.array(initial, np.float32)
        for number, seen in enumerate(self.observations[:steps]):
            actions[number], state = step(self.before(number, state), seen)
            states[number] = state
        return actions, states

    def check_bits(self, step: Step, initial: np.ndarray, steps: int = STEPS) -> None:
        for ours, theirs in zip(self.run(step, initial, steps), (self.actions, self.states), strict=True):
            same_bits(np.nan_to_num(ours, nan=3e38), np.nan_to_num(theirs[:steps], nan=3e38))


class Words(Life):
    """Single steps of every word from random states; observations are NaN or large in the first ones."""

    def __init__(self) -> None:
        brain = Brain(EveryWord(WidthParams(width=16), OBSERVATIONS, 16), threads=1)
        genes, rng = brain.init(1, seed=1), np.random.default_rng(0)
        self.champion = trace_champion(brain, genes[0], "every_word", {"sensors": [], "actuators": []})
        self.observations = rng.normal(size=(40, OBSERVATIONS)).astype(np.float32)
        self.observations[:3, ::2], self.observations[3:5] = np.nan, 1e30
        self.actions, self.states = (np.zeros((40, size), np.float32) for size in self.sizes)
        packed = np.repeat(brain.new_states(1), 40, axis=0)
        for slot in (slot for slot in self.champion.slots if slot not in ("salt", "clock")):
            held = packed[:, brain.slots[slot].start : brain.slots[slot].start + brain.slots[slot].columns]
            held = held.view(np.float16) if brain.slots[slot].half else held
            held[:] = rng.uniform(-1, 1, held.shape)
        packed[:, brain.slots["clock"].start] = np.arange(40)
        self.given = np.array([self.unpacked(brain, row[None]) for row in packed], np.float32)
        for number, seen in enumerate(self.observations):
            self.actions[number] = brain.step(genes, packed[number : number + 1], seen[None])[0]
            self.states[number] = self.unpacked(brain, packed[number : number + 1])
        assert np.isnan(self.actions[:3]).any() and np.isfinite(self.actions[5:]).all()

    def before(self, number: int, state: np.ndarray) -> np.ndarray:
        return self.given[number].copy()

    def run(self, step: Step, initial: np.ndarray, steps: int = 40) -> tuple[np.ndarray, np.ndarray]:
        return super().run(step, initial, min(steps, 40))


@cache
def life(name: str) -> Life:
    if name == "every_word":
        return Words()
    if name == "edges":
        return Life(Brain(Edges(WidthParams(width=16), OBSERVATIONS, 16), threads=1), name)
    return Life(make_brain(BRAINS[name], OBSERVATIONS, ACTIONS), name)


def run_numpy(name: str) -> None:
    module: dict[str, Any] = {}
    exec(compile(numpy_text(life(name).champion), "exported.py", "exec"), module)
    life(name).check_bits(module["step"], module["INITIAL_STATE"])


def run_json(name: str) -> None:
    read = JsonBrain(json_text(life(name).champion))
    life(name).check_bits(read.step, read.initial_state, STEPS if name == "default" else 30)


def run_c(name: str) -> None:
    """Compiled without a warning."""
    champion = life(name).champion
    wrapped = f"void run(float *s, const float *o, float *a) {{ {name}_step(s, o, a); }}"
    text = f"{c_text(champion)}\nconst float *first(void) {{ return {name}_initial_state; }}\n{wrapped}\n"
    strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1", "-ffp-contract=off", "-shared", "-fPIC"]
    with tempfile.TemporaryDirectory() as folder:
        command = [str(COMPILER), *strict, "-xc", "-", "-o", f"{folder}/library.so", "-lm"]
        subprocess.run(command, input=text, text=True, check=True)
        library = ctypes.CDLL(f"{folder}/library.so")
    library.first.restype = ctypes.POINTER(ctypes.c_float * max(champion.num_states, 1))

    def step(state: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        actions = np.full(champion.num_actions, np.nan, np.float32)
        library.run(*(ctypes.c_void_p(array.ctypes.data) for array in (state, seen, actions)))
        return actions, state

    life(name).check_bits(step, np.array(library.first().contents, np.float32)[: champion.num_states])


def run_onnx(name: str) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = onnx_model(life(name).champion)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    initial = json.loads(session.get_modelmeta().custom_metadata_map["initial_state"])

    def step(state: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        actions, following = session.run(["actions", "next_state"], {"state": state, "observations": seen})
        return actions, following

    actions, states = life(name).run(step, np.array(initial, np.float32))
    np.testing.assert_allclose(actions, life(name).actions, rtol=0, atol=1e-5)
    np.testing.assert_allclose(states, life(name).states, rtol=0, atol=1e-5)


FORMS = {run_numpy: (), run_json: (), run_c: needs_gcc, run_onnx: needs_onnx}


def test_every_brain_is_exported() -> None:
    assert {spec["name"] for spec in BRAINS.values()} == set(registry.names("brains"))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        pytest.param(name, form, marks=needs, id=f"{name}-{form.__name__}")
        for name in NAMES
        for form, needs in FORMS.items()
    ],
)
def test_an_exported_brain_acts_as_the_brain(name: str, form: Callable[[str], None]) -> None:
    form(name)
