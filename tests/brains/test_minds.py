"""Minds of parts: oracle = definition = native code; the laws of tapes, histories, latches and familiarity."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from scipy.linalg import hadamard

from alife.backends.cuda import nvrtc
from alife.brains import Brain, make_brain
from alife.brains.memory.familiarity import RETENTION, Familiarity
from alife.brains.shared import recurrence
from alife.brains.shared.recurrence import RecurrentParams
from alife.errors import UserError
from alife.ops.reference import Reference
from alife.ops.vocabulary import Value
from tests.helpers.brain_checks import ACTIONS, OBSERVATIONS, check_cuda, check_registers, random_observations
from tests.helpers.cuda_run import needs_compiler
from tests.helpers.memory_bank import BITS, WIDTH, Bank
from tests.helpers.naive_mind import NaiveMind

SEEN = {"values": 3, "store": "seen"}
TAPE = {"keys": "tape", "lag": True, **SEEN, "gate": "open"}
MINDS: dict[str, dict[str, Any]] = {
    "tape": {"memory": TAPE},
    "bound": {"memory": {"keys": "bound", **SEEN, "gate": "gathered", "familiarity": True, "compare": True}},
    "two": {"memories": [{**SEEN, "familiarity": True}, {**TAPE, "max_lag": 3}]},
    "said": {"memories": [{"values": 2}, {"keys": "tape", "values": 2}], "recurrent": {"lanes": 3, "gated": True}},
    "delay": {"history": {"kind": "delay", "taps": 2}, "memory": {"compare": True, **SEEN}},
    "leaky": {"history": {"kind": "leaky", "taps": 3, "lanes": 4}, "recurrent": 2},
    "walsh": {"history": {"kind": "walsh", "taps": 4, "lanes": 3}},
    "counts": {
        "memories": [
            {**SEEN, "keys": "slots", "slots": 3, "rule": "hebb", "full_scale": 6, "gate": "gathered"},
            {"rule": "hebb", "full_scale": 3},
        ],
        "last_actions": "largest",
    },
    "polytope": {"memories": [{"keys": "polytope", "values": 2}, {"keys": "polytope", "bits": 32, **SEEN}]},
    "acted": {"last_actions": "values", "history": {"kind": "leaky", "taps": 2, "lanes": 2}, "memory": None},
    "around": {"input_gains": True, "products": True, "direct": True},
    "explore": {"explore": True, "direct": True, "memory": None},
}


def mind(name: str, **more: Any) -> Brain:
    return make_brain({"name": "wht", "projection": None, **MINDS[name], **more}, OBSERVATIONS, ACTIONS)


def by_slot(brain: Brain, kind: str, rows: np.ndarray) -> list[dict[str, list[float]]]:
    """[N] dictionaries of the values of each slot."""
    names = [name for name, (of, _, _) in brain.layout.items() if of == kind]
    return [{name: brain.values(name, row).ravel().tolist() for name in names} for row in rows]


@pytest.mark.parametrize("name", [name for name in MINDS if name != "explore"])
def test_the_definition_equals_the_oracle(name: str) -> None:
    """To 1e-5, until an agent's decision is nearer to its threshold than the precision of float32."""
    brain, compared = mind(name), 0
    genes, states = brain.init(5, seed=5), brain.new_states(5)
    naive = [
        NaiveMind(brain, *pair)
        for pair in zip(by_slot(brain, "genome", genes), by_slot(brain, "state", states), strict=True)
    ]
    for observed in random_observations(5, 6):
        actions = brain.step(genes, states, observed, engine="reference")
        for i, after in enumerate(by_slot(brain, "state", states)):
            expected = naive[i].step(observed[i].tolist())
            if naive[i].margin > 1e-5:
                compared += 1
                np.testing.assert_allclose(actions[i], expected, rtol=2e-5, atol=2e-5)
                for slot, values in after.items():
                    np.testing.assert_allclose(values, naive[i].state[slot], rtol=2e-5, atol=2e-5, err_msg=slot)
    assert compared >= 15


@pytest.mark.parametrize(
    ("name", "storage"), [*((name, "float32") for name in MINDS), ("bound", "float16"), ("around", "float16")]
)
def test_native_code_equals_the_definition(name: str, storage: str) -> None:
    brain = mind(name, storage=storage, projection=64)
    genes, states = brain.init(19, seed=1), brain.new_states(19)
    defined = states.copy()
    for observed in random_observations(19, 5):
        actions = brain.step(genes, states, observed)
        np.testing.assert_array_equal(actions, brain.step(genes, defined, observed, engine="reference"))
        np.testing.assert_array_equal(states.view(np.uint32), defined.view(np.uint32))
    assert np.isfinite(actions).all() and np.ptp(actions) > 0


@needs_compiler
@pytest.mark.parametrize("name", ["bound", "said", "around", "counts", "polytope", "acted", "explore"])
def test_cuda_text_equals_native_code(name: str) -> None:
    check_cuda({"name": "wht", **MINDS[name]}, count=3)


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers(
        {"mind": {"name": "mind"}, **{name: {"name": "wht", **MINDS[name]} for name in ("bound", "walsh", "counts")}}
    )


# ---- laws


def genome_of(brain: Brain, **slots: np.ndarray | list[float]) -> np.ndarray:
    """[1, G]: these values in these slots, 0 elsewhere."""
    genes = np.zeros((1, brain.num_genes), np.float32)
    for name, values in slots.items():
        slot = brain.slots[name]
        genes[0, slot.start : slot.start + slot.size] = np.ravel(values)
    return genes


def recalled(brain: Brain, genes: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """[steps, V]: what the memory recalls in each step of a life that sees these observations."""
    states, first, rows = brain.new_states(1), brain.network.memories[0].place.first_input, []
    for observed in shown:
        rows.append(brain.notes(genes, states, observed[None])["recall"][0, first : first + 3])
        brain.step(genes, states, observed[None])
    return np.array(rows)


def head_weights(brain: Brain, **sums: dict[int, float]) -> np.ndarray:
    """[4, inputs]: weights of the sums that move the heads, by lane."""
    weights = np.zeros((4, brain.network.num_inputs), np.float32)
    for row, name in enumerate(("restart", "advance", "retreat", "write")):
        for lane, weight in sums.get(name, {}).items():
            weights[row, lane] = weight
    return weights


ONE = OBSERVATIONS  # the constant lane
CUE = OBSERVATIONS - 1  # an observation that steers the heads


@pytest.mark.parametrize("lag", [1, 2, 7, 16])
def test_a_clock_that_always_runs_recalls_what_was_seen_so_many_steps_ago(lag: int) -> None:
    brain = mind("tape")
    heads = head_weights(brain, advance={ONE: 1.0}, write={ONE: 1.0})
    genes = genome_of(brain, head_weights=heads, lag=[np.sqrt((lag + 0.5) / 17)])
    shown = random_observations(1, 20)[:, 0]
    found = recalled(brain, genes, shown)
    np.testing.assert_allclose(found[lag:], np.clip(shown[:-lag, :3], -1, 1), atol=1e-5)
    assert not found[:lag].any()


@pytest.mark.parametrize("order", ["forwards", "backwards"])
def test_a_tape_repeats_as_many_items_as_it_has_places_in_either_order(order: str) -> None:
    """A cue of 1 shows items, 0 asks for them; the first to be asked for restarts the head, or it turns back.

    What is asked for is written, too, at the place after the last item, so that one place fewer is left backwards.
    """
    brain = mind("tape", memory={**TAPE, "lag": order == "backwards", "bits": 32})
    count = 32 if order == "forwards" else 31
    advance = {"forwards": {ONE: 1.0}, "backwards": {CUE: 1.0}}[order]
    restart = {CUE - 1: 1.0} if order == "forwards" else {}
    heads = head_weights(brain, restart=restart, advance=advance, retreat={ONE: 1.0}, write={CUE: 1.0})
    lag = {"lag": [np.sqrt(1.5 / 17)]} if order == "backwards" else {}
    genes = genome_of(brain, head_weights=heads, **lag)
    items = np.random.default_rng(3).uniform(-1, 1, (count, 3)).astype(np.float32)
    shown = np.zeros((2 * count, OBSERVATIONS), np.float32)
    shown[:count, :3], shown[:count, CUE], shown[count, CUE - 1] = items, 1.0, 1.0
    found = recalled(brain, genes, shown)[count:]
    expected = items if order == "forwards" else items[::-1]
    np.testing.assert_allclose(found[1:], expected[1:], atol=1e-4)


def test_familiarity_tells_keys_that_were_written_and_how_long_ago() -> None:
    bank = Bank(4)
    size = 2 * bank.p.bits
    o = Reference(WIDTH, {"state": np.zeros((4, size), np.float32)})
    rows = np.concatenate([hadamard(BITS)[[5, 9, 20]]]).astype(np.float32)
    keys = [[Value(o, np.repeat(row[None, j : j + WIDTH], 4, axis=0)) for j in range(0, BITS, WIDTH)] for row in rows]

    def step(key: list[Value] | None) -> None:
        gate = np.full((4, WIDTH), 1.0 if key else -1.0, np.float32)
        Familiarity(o, bank.p, "").write(key or keys[2], Value(o, gate))

    for key in (keys[0], keys[1], None, None):
        step(key)
    found = [[v.data[0, 0] for v in Familiarity(o, bank.p, "").recall(key)] for key in keys]
    np.testing.assert_allclose(found, [[1, RETENTION**4], [1, RETENTION**3], [0, 0]], atol=1e-6)


def test_a_closed_latch_keeps_every_bit() -> None:
    p = RecurrentParams(lanes=3, gated=True)
    o = Reference(WIDTH, {"state": np.zeros((1, 3), np.float32)})

    def keep(values: list[float], gates: list[float]) -> np.ndarray:
        y = np.zeros((1, WIDTH), np.float32)
        y[0, 4:10] = values + gates
        recurrence.keep(o, p, Value(o, y), 4)
        return o.load(recurrence.recurrent_slot(o, p)).data[0, :3].copy()

    opened = keep([0.3, -0.7, 5.0], [1.0, 2.0, 1.0])
    np.testing.assert_array_equal(opened, np.array([0.3, -0.7, 1.0], np.float32))
    for _ in range(50):
        np.testing.assert_array_equal(keep([0.9, 0.9, 0.9], [-1e-9, 0.0, -3.0]), opened)
    np.testing.assert_allclose(keep([0.9, 0.9, 0.0], [0.5, 0.0, 0.25]), [0.6, -0.7, 0.75], rtol=1e-6)


@pytest.mark.parametrize("kind", ["delay", "walsh"])
def test_a_history_holds_the_last_observations(kind: str) -> None:
    brain = mind("walsh", history={"kind": kind, "taps": 4, "lanes": 3}, memory=None)
    genes, states, shown = brain.init(1, seed=1), brain.new_states(1), random_observations(1, 9)[:, 0]
    for t, observed in enumerate(shown):
        x = brain.notes(genes, states, observed[None])["input"][0]
        brain.step(genes, states, observed[None], engine="reference")
        scale = x[ONE]  # of the constant lane, which was 1
        traces = (x[ONE + 1 : ONE + 13] / scale).reshape(3, 4)
        first = 0 if kind == "walsh" else 1
        last = np.array([shown[t - s] if t >= s else 0 * observed for s in range(first, first + 4)])[:, :3].T
        np.testing.assert_allclose(traces, last @ hadamard(4) / 2 if kind == "walsh" else last, atol=1e-5)


# ---- parameters


def test_numbers_of_recurrent_lanes_are_written_as_before() -> None:
    assert mind("leaky").spec()["recurrent"] == 2 and mind("around").spec()["recurrent"] == 0
    assert mind("said").spec()["recurrent"] == {"lanes": 3, "gated": True}
    assert mind("two").spec()["memory"] is None and len(mind("two").spec()["memories"]) == 2
    for name in MINDS:
        assert make_brain(mind(name).spec(), OBSERVATIONS, ACTIONS).spec() == mind(name).spec()


def test_a_mind_from_before_some_keys_lives_to_the_same_bits() -> None:
    """Genes, actions and states of six steps, as the version before `explore`, `last_actions` and `slots` had them."""
    spec = make_brain({"name": "mind"}, OBSERVATIONS, ACTIONS).spec()
    for key in ("explore", "last_actions"):
        del spec[key]
    for memory in spec["memories"]:
        del memory["slots"], memory["full_scale"]
    brain = make_brain(spec, OBSERVATIONS, ACTIONS)
    genes, states = brain.init(11, seed=1), brain.new_states(11)
    lived = hashlib.sha256(genes.tobytes())
    for observed in random_observations(11, 6):
        lived.update(brain.step(genes, states, observed).tobytes())
    lived.update(states.tobytes())
    assert lived.hexdigest() == "7a7a3e6d86c28590094f6f922e57d80b079911574965eb787259d7d62bd6f73b"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"memory": {}, "memories": [{}]}, "expected memory or memories, got both; write memory: null"),
        ({"memories": [{}, {"bits": 48}]}, "brain.memories.1.bits: expected a multiple of the width 32, got 48"),
        ({"memory": {**SEEN, "values": 9}}, "brain.memory.values: expected at most the 7 observations for store: seen"),
        ({"memory": {"lag": True}}, "expected lag: false for keys: gathered, which have no heads; write keys: tape"),
        ({"memory": {"keys": "tape", "bits": 96}}, "expected bits a power of two for keys: tape, got 96"),
        ({"memory": {**TAPE, "max_lag": 64}}, "expected max_lag below bits, got 64 and 64"),
        ({"memory": {"full_scale": 8}}, "expected full_scale: 1 for rule: delta, got 8.0; write rule: hebb"),
        ({"memory": {"keys": "slots", "bits": 96}}, "expected bits a power of two for keys: slots, got 96"),
        (
            {"last_actions": "values", "history": {"taps": 4}},
            "expected observations + constant + recurrent + memory.values + last actions + history <= 32, got",
        ),
        ({"memory": {"compare": True}}, "expected compare: false for store: said, got true; write store: seen"),
        ({"memory": {"familiarity": True, "blocks": 1}}, "expected form: shared and blocks: 0 for familiarity"),
        ({"memory": {"keys": "bound", "form": "vector"}}, "expected form: shared or scalar for keys: bound"),
        ({"history": {"kind": "walsh", "taps": 3}}, "expected taps a power of two for kind: walsh, got 3"),
        ({"history": {"taps": 4}}, "expected observations + constant + recurrent + memory.values + history <= 32, got"),
        (
            {"recurrent": {"lanes": 14, "gated": True}},
            "brain.width: expected actions + memory.values + gate + recurrent",
        ),
    ],
)
def test_what_does_not_fit_is_refused(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        make_brain({"name": "wht", **spec}, OBSERVATIONS, ACTIONS)
    assert words in str(caught.value) and "\n" not in str(caught.value)
