"""Brains by their public API: oracle = definition = native code, whatever the options; errors in one line."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from alife.analysis.benchmarks import brain as bench
from alife.backends.cpu.brain_step import step_call
from alife.backends.cpu.llvm_text import LIMIT
from alife.backends.cpu.ops_kernel import kernel_text
from alife.backends.cpu.size_class import cache_sizes
from alife.backends.cpu.threads import Program
from alife.brains import Brain, compared_networks, make_brain
from alife.brains.memory import keys as key_sources
from alife.brains.shared import input_parts
from alife.brains.shared.network import Network, WidthParams
from alife.config.registry import names
from alife.errors import UserError
from alife.ops.vocabulary import KINDS
from tests.helpers import naive_brain
from tests.helpers.brain_checks import ACTIONS, OBSERVATIONS, random_observations

OPTIONS: dict[str, dict[str, Any]] = {
    "default": {},
    "bare": {"projection": None, "memory": None, "injection": 0},
    "direct": {"projection": None},
    "forgetful": {"memory": None, "recurrent": 4},
    "narrow": {"width": 16, "projection": 16, "memory": {"bits": 48, "values": 2, "order": 2}, "layers": 2},
    "ensemble": {"ensemble": 3, "injection": 1, "recurrent": 2},
    "third order": {"memory": {"bits": 96, "values": 3, "order": 3}, "projection": 32},
    "64": {"width": 64, "projection": 256},
    "128": {"width": 128, "projection": 512, "memory": {"bits": 128, "values": 2}},
    "256": {"width": 256, "projection": None, "memory": {"bits": 256}, "layers": 2},
    "half genes": {"storage": "float16"},
    "half memory": {"memory": {"values": 2, "storage": "float16"}, "recurrent": 3},
    "half narrow": {
        "width": 16,
        "storage": "float16",
        "projection": None,
        "memory": {"bits": 16, "storage": "float16"},
    },
    "half wide": {"width": 256, "storage": "float16", "memory": {"bits": 256, "storage": "float16"}, "projection": 256},
}


def brain_of(option: str, threads: int = 1) -> Brain:
    return make_brain({"name": "wht", **OPTIONS[option]}, OBSERVATIONS, ACTIONS, threads=threads)


def kept_values(brain: Brain, states: np.ndarray) -> np.ndarray:
    """[N, values] float64: the values of all slots of the states, one after another."""
    values = [
        brain.values(name, states).reshape(len(states), -1)
        for name, (kind, _, _) in brain.layout.items()
        if kind == "state"
    ]
    return np.concatenate([np.zeros((len(states), 0)), *values], axis=1)


@pytest.mark.parametrize("option", [name for name in OPTIONS if name not in ("128", "256", "half wide")])
def test_the_definition_equals_the_oracle(option: str) -> None:
    """To 1e-5, wherever no decision was nearer to its threshold than the precision of float32.

    A float16 of the memory may be the next one, if the value lay half way between two to the precision of float32.
    """
    brain, compared = brain_of(option), 0
    halves = any(slot.half for slot in brain.slots.values() if slot.kind == "state")
    genes, states = brain.init(6, seed=5), brain.new_states(6)
    for observed in random_observations(6, 3):
        before = kept_values(brain, states).tolist()
        actions = brain.step(genes, states, observed, engine="reference")
        after = kept_values(brain, states)
        for i in range(6):
            expected, margin = naive_brain.brain_step(brain, genes[i].tolist(), before[i], observed[i].tolist())
            if margin > 1e-5:
                compared += 1
                np.testing.assert_allclose(actions[i], expected, rtol=1e-5, atol=1e-5)
                np.testing.assert_allclose(after[i], before[i], rtol=1e-3 if halves else 1e-5, atol=1e-5)
                assert not halves or np.sum(~np.isclose(after[i], before[i], rtol=1e-5, atol=1e-7)) <= 1
    assert compared >= 15


@pytest.mark.parametrize("option", OPTIONS)
def test_native_code_equals_the_definition(option: str) -> None:
    brain = brain_of(option)
    genes, states = brain.init(37, seed=1), brain.new_states(37)
    defined = states.copy()
    for observed in random_observations(37, 4):
        actions = brain.step(genes, states, observed)
        np.testing.assert_array_equal(actions, brain.step(genes, defined, observed, engine="reference"))
        np.testing.assert_array_equal(states.view(np.uint32), defined.view(np.uint32))
    assert np.isfinite(actions).all() and np.ptp(actions) > 0


def test_two_threads_give_the_bits_of_one() -> None:
    one, two = brain_of("default", 1), brain_of("default", 2)
    genes, observed = one.init(9001, seed=2), random_observations(9001, 1)[0]
    first, second = one.new_states(9001), two.new_states(9001)
    np.testing.assert_array_equal(one.step(genes, first, observed), two.step(genes, second, observed))
    np.testing.assert_array_equal(first, second)


def test_only_listed_rows_are_computed() -> None:
    brain = brain_of("default")
    genes, states, observed = brain.init(20, seed=3), brain.new_states(20), random_observations(20, 1)[0]
    actions, rows, count = np.full((20, ACTIONS), np.nan, np.float32), np.array([17, 2, 9, 4], np.int32), np.array([3])
    arrays = {"genome": genes, "state": states, "input": observed, "output": actions}
    Program([step_call(brain.program, arrays, rows, count)]).run()
    expected = brain.step(genes, brain.new_states(20), observed, engine="reference")
    np.testing.assert_array_equal(np.flatnonzero(~np.isnan(actions[:, 0])), [2, 9, 17])
    np.testing.assert_array_equal(actions[[2, 9, 17]], expected[[2, 9, 17]])
    assert not states[[i for i in range(20) if i not in (2, 9, 17)]].any()


def test_agents_do_not_touch_each_other() -> None:
    brain = brain_of("ensemble")
    genes, observed = brain.init(5, seed=4), random_observations(5, 1)[0]
    together = brain.step(genes, brain.new_states(5), observed)
    alone = [brain.step(genes[i : i + 1], brain.new_states(1), observed[i : i + 1])[0] for i in range(5)]
    np.testing.assert_array_equal(together, alone)


def test_broken_observations_stay_with_their_agent() -> None:
    brain = brain_of("default")
    genes, states, observed = brain.init(4, seed=4), brain.new_states(4), random_observations(4, 1)[0]
    observed[1, 0] = np.nan
    actions = brain.step(genes, states, observed)
    assert np.isnan(actions[1]).all() and np.isfinite(actions[[0, 2, 3]]).all() and np.isfinite(states).all()


@pytest.mark.parametrize("option", ["default", "half genes"])
def test_genes_of_either_type_are_converted_to_that_of_the_brain(option: str) -> None:
    brain, observed = brain_of(option), random_observations(9, 1)[0]
    genes, other = brain.init(9, seed=6), np.float32 if brain.gene_type == np.float16 else np.float16
    kept = genes.astype(other).astype(brain.gene_type)
    for engine in ("compiled", "reference"):
        given, expected = (brain.step(g, brain.new_states(9), observed, engine) for g in (genes.astype(other), kept))
        np.testing.assert_array_equal(given, expected)
    actions, rows, count = np.zeros((9, ACTIONS), np.float32), np.arange(9, dtype=np.int32), np.array([9])
    with pytest.raises(UserError, match=f"genome: expected {brain.gene_type}, got {np.dtype(other)}; write"):
        arrays = {"genome": genes.astype(other), "state": brain.new_states(9), "input": observed, "output": actions}
        step_call(brain.program, arrays, rows, count)


def test_founders_are_a_function_of_seed_and_row() -> None:
    brain = brain_of("default")
    genes = brain.init(300, seed=7)
    np.testing.assert_array_equal(brain.init(10, seed=7), genes[:10])
    assert (brain.init(300, seed=8) != genes).mean() > 0.99 and (
        brain.init(300, seed=7 + (1 << 32)) != genes
    ).mean() > 0.99
    assert genes.min() >= -1 and genes.max() < 1 and abs(genes.mean()) < 0.01 and abs(genes.var() - 1 / 3) < 0.01
    assert genes.dtype == np.float32 and genes.ctypes.data % 64 == 0 and genes.strides[0] % 64 == 0


@pytest.mark.parametrize("count", [0, 1, 5])
def test_one_genome_is_that_of_all_agents(count: int) -> None:
    brain = brain_of("default")
    genome, observed = brain.init(1, seed=4), random_observations(count, 1)[0]
    rows = np.repeat(genome, count, axis=0)
    for engine in ("compiled", "reference"):
        one, each = (brain.step(g, brain.new_states(count), observed, engine) for g in (genome[0], rows))
        assert one.shape == (count, ACTIONS)
        np.testing.assert_array_equal(one, each)
    np.testing.assert_array_equal(
        brain.develop(genome[0], brain.new_states(count)), brain.develop(rows, brain.new_states(count))
    )


def test_the_layout_names_every_gene_and_state_once() -> None:
    for option in OPTIONS:
        brain = brain_of(option)
        for kind, size in (("genome", brain.num_genes), ("state", brain.num_states)):
            places = [(slot.start, slot.columns) for slot in brain.slots.values() if slot.kind == kind]
            columns = [c for start, length in places for c in range(start, start + length)]
            assert sorted(columns) == list(range(size))
        assert {kind for kind, _, _ in brain.layout.values()} <= set(KINDS)


def test_a_spec_makes_the_same_brain_again() -> None:
    for option in OPTIONS:
        brain = brain_of(option)
        again = make_brain(brain.spec(), OBSERVATIONS, ACTIONS)
        assert again.spec() == brain.spec() and again.layout == brain.layout
        assert make_brain(brain.params, OBSERVATIONS, ACTIONS).layout == brain.layout


def test_count_follows_the_formulas() -> None:
    counted = brain_of("default").count()
    assert counted["weights"] == 2 * 32 * 3 + 32 + 2 * 32 and counted["genes"] == 128 + 2 * 32
    assert (
        counted["bytes genome"] == 4 * counted["genes"] and counted["bytes state when"] == counted["bytes state"] == 256
    )
    bare = brain_of("bare").count()
    assert bare["bytes"] == 4 * (2 * 32 * 3 + OBSERVATIONS + ACTIONS) and bare["operations"] > 4 * 32 * 5


def test_the_record_holds_what_the_step_computed() -> None:
    brain = brain_of("default")
    genes, states, observed = brain.init(1, seed=9)[0], brain.new_states(1), random_observations(1, 1)[0]
    record = brain.record(genes, states[0].copy(), observed[0])
    np.testing.assert_array_equal(record["output"][:ACTIONS], brain.step(genes[None], states, observed)[0])
    assert {"input", "recall", "layer_1", "layer_3", "gate"} <= set(record) and not np.any(record["recall"][8:])
    assert set(np.unique(record["read_key"])) == {-1.0, 1.0} and len(record["write_key"]) == 64
    if record["gate"][0] > 0:
        memory, key = states[0], record["write_key"]
        value = np.clip(record["output"][ACTIONS], -1, 1)
        np.testing.assert_allclose(memory @ key, value, rtol=1e-5)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"name": "wth"}, "did you mean 'wht'"),
        ({"name": "wht", "width": 48}, "width.*got 48; write width: 32"),
        (
            {"name": "wht", "projection": 96},
            "projection: expected 32 times a power of two, got 96; write projection: 128",
        ),
        ({"name": "wht", "memory": {"bits": 80}}, "bits: expected a multiple of the width 32, got 80; write bits: 64"),
        ({"name": "wht", "width": 16, "projection": 64, "recurrent": 9}, "<= 16, got 18; write width: 32"),
        ({"name": "wht", "layer": 2}, "layer"),
        ({"name": "wht", "layers": 0}, "layers"),
    ],
)
def test_a_wrong_spec_is_refused_in_one_line(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        make_brain(spec, OBSERVATIONS, ACTIONS)
    assert "\n" not in str(caught.value)


def test_too_many_actions_are_refused() -> None:
    with pytest.raises(
        UserError, match=r"actions \+ memory.values \+ gate \+ recurrent <= 32, got 33; write width: 64"
    ):
        make_brain({"name": "wht"}, 7, 31)


def test_wrong_arrays_and_engines_are_refused() -> None:
    brain = brain_of("default")
    genes, states, observed = brain.init(3, seed=0), brain.new_states(3), random_observations(3, 1)[0]
    with pytest.raises(UserError, match=r"observations: expected shape \[3, 7\], got \[3, 6\]"):
        brain.step(genes, states, observed[:, :6])
    with pytest.raises(UserError, match="states: expected contiguous float32 rows, got float64"):
        brain.step(genes, states.astype(np.float64), observed)
    with pytest.raises(UserError, match="engine: expected compiled or reference, got gpu"):
        brain.step(genes, states, observed, engine="gpu")
    with pytest.raises(UserError, match="params: expected float32, got int64; write params.astype"):
        brain.step(genes.astype(np.int64), states, observed)
    with pytest.raises(UserError, match="states: expected contiguous float32 rows, got float16"):
        brain.step(genes, states.astype(np.float16), observed)
    with pytest.raises(UserError, match="backend: expected auto, cpu or gpu, got 'tpu'"):
        make_brain({"name": "wht"}, 7, 3, backend="tpu")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda brain: brain.init(-1, 0), "count: expected an integer from 0 to 2,147,483,647, got -1"),
        (lambda brain: brain.init(2, "a"), "seed: expected an integer from 0 to 18,446,744,073,709,551,615, got 'a'"),
        (lambda brain: brain.new_states(2.5), "count: expected an integer from 0 to 2,147,483,647, got 2.5"),
        (lambda brain: brain.step(brain.init(2, 0), None, np.zeros((2, 7))), "states: expected an array of shape"),
        (lambda brain: make_brain("wht", 7, 3, threads=-3), "threads: expected a whole number from 0 on, got -3"),
    ],
)
def test_arguments_that_are_none_are_refused(call: Any, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)):
        call(brain_of("default"))


@pytest.mark.parametrize("name", names("brains"))
def test_every_brain_found_by_folder_conforms(name: str) -> None:
    brain = make_brain({"name": name}, 5, 2)
    genes, states = brain.init(9, seed=1), brain.new_states(9)
    observed, defined = np.random.default_rng(1).normal(size=(9, 5)).astype(np.float32), states.copy()
    actions = brain.step(genes, states, observed)
    np.testing.assert_array_equal(actions, brain.step(genes, defined, observed, engine="reference"))
    np.testing.assert_array_equal(states, defined)
    assert brain.name == name and genes.shape == (9, brain.num_genes)


def test_a_brain_too_large_to_compile_is_refused() -> None:
    brain = make_brain(
        {"name": "wht", "ensemble": 16, "layers": 24, "projection": None, "width": 128, "memory": None}, 5, 1
    )
    with pytest.raises(UserError, match="expected at most 2097152 bytes of compiled text, got"):
        brain.step(brain.init(1, 0), brain.new_states(1), np.zeros((1, 5), np.float32))


def test_the_benchmark_measures_each_case_and_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [f"{kind} {width}" for kind in ("bare", "default") for width in (32, 64, 128, 256)] + ["born 32", "born 64"]
    assert list(bench.CASES) == own and all(bench.LIMITS[name] == 2.0 for name in own[:8])
    monkeypatch.setattr(bench, "CASES", {name: bench.CASES[name] for name in ("bare 32", "born 32")})
    monkeypatch.setattr(bench, "PARTS", {name: bench.PARTS[name] for name in ("tape 32", "mind 32")})
    monkeypatch.setattr(bench, "WIDTHS", (16,))
    rows = bench.bench_brain(agents=100, threads=1, seconds=0.0)
    assert [(row["case"], row["most"]) for row in rows[:2]] == [("bare 32", 2.0), ("born 32", 4.0)]
    assert [row["case"] for row in rows[2:4]] == ["tape 32", "mind 32"] and not any(row.get("most") for row in rows[2:])
    assert {row["case"] for row in rows[4:]} == {f"{name} 16" for name in compared_networks()}
    assert all(row["x dense"] == 1 if row["case"].startswith("dense ") else row["x dense"] > 0 for row in rows[4:])
    for row in rows:
        assert row["steps/s"] > 0 and row["x numpy"] > 1
        assert row["x read"] > 0


def test_the_benchmark_compares_each_step_with_the_reading_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([4.0, 2.0, 9.0, 3.0, 8.0, 8.0])
    monkeypatch.setattr(bench, "_once", lambda work: next(times))
    assert bench._in_turn(lambda: None, lambda: None, 0.0) == (8.0, 3.0, 2.0)
    limited, others = (bench._beyond_cache(64, limited) for limited in (True, False))
    assert limited * 64 >= 8 * cache_sizes()["L3"] - 64 and others == 50_000


def test_brains_that_draw_differ_by_id_and_seed() -> None:
    class Gambler(Network):
        def step(self, o):  # type: ignore[no-untyped-def]
            o.store(o.output("actions", 4), o.draw(1) + o.load(o.input("observations", 1)))

    brain = Brain(Gambler(WidthParams(width=16), 1, 4), 1)
    states = brain.new_states(500, seed=3)
    actions = brain.step(brain.init(500, 0), states, np.zeros((500, 1), np.float32))
    assert len(np.unique(actions)) > 1990
    assert np.array_equal(states[7:9], brain.new_states(2, ids=np.array([7, 8]), seed=3))
    assert not np.array_equal(states, brain.new_states(500, seed=4))


@pytest.mark.parametrize("keys", ["gathered", "lanes", "shared", "walk", "reservoir"])
@pytest.mark.parametrize("option", ["direct", "ensemble", "half memory"])
def test_lanes_that_first_lanes_clears_were_0(option: str, keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {"name": "wht", **OPTIONS[option]}
    spec["memory"] = {**spec.get("memory", {}), "keys": keys, "values": 3}
    seen = random_observations(9, 4)

    def results_of_steps() -> list[np.ndarray]:
        brain = make_brain(spec, OBSERVATIONS, ACTIONS)
        params, states = brain.init(9, seed=3), brain.new_states(9)
        return [*(brain.step(params, states, observed, engine="reference") for observed in seen), states]

    shortened = results_of_steps()
    for module in (input_parts, key_sources):
        monkeypatch.setattr(module, "first_lanes", lambda x, count: x)
    for a, b in zip(shortened, results_of_steps(), strict=True):
        np.testing.assert_array_equal(np.asarray(a).view(np.uint32), np.asarray(b).view(np.uint32))


@pytest.mark.parametrize(
    ("spec", "agents"),
    [
        ({"name": "dense", "width": 256, "layers": 12}, 1),
        ({"name": "circulant", "width": 64, "layers": 10}, 1),
        ({"name": "circulant", "width": 64, "layers": 3}, 4),
        ({"name": "butterfly", "width": 64, "layers": 12, "projection": None}, 1),
    ],
)
def test_a_brain_that_fits_for_one_agent_is_never_refused(spec: dict[str, Any], agents: int) -> None:
    brain = make_brain({**spec, "memory": None}, OBSERVATIONS, ACTIONS)
    text = kernel_text(brain.program.step, brain.network.width).ir
    assert len(text) <= LIMIT and f"br label %start{agents}\n" in text
    assert ("getelementptr i8" in text) == ("prefetch" in text) == (spec["name"] == "butterfly")  # the others are loops


@pytest.mark.parametrize("spec", [{"name": "wht"}, {"name": "sampled", "draw": "life"}, {"name": "pruned"}])
def test_one_genome_serves_many_inputs(spec) -> None:
    """To the bit as its copies would, in both engines, with phenotypes that are drawn for each agent."""
    brain = make_brain(spec, 5, 3)
    genome, seen = brain.init(1, 1)[0], np.random.default_rng(0).normal(size=(50, 5)).astype(np.float32)
    copies = brain.step(np.tile(genome, (50, 1)), brain.new_states(50), seen)
    for engine in ("compiled", "reference"):
        states = brain.new_states(50)
        assert np.array_equal(brain.step(genome, states, seen, engine), copies)
        assert brain.develop(genome, states, engine).shape == (50, brain.num_phenotypes)
    assert np.array_equal(brain.step(genome, brain.new_states(1), seen[0]), copies[:1])
