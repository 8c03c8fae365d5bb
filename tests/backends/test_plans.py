"""Plans of kernels: equal bits, the choice by measured times, the cache of plans, and the environment's variable."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.benchmarks import brain as bench
from alife.backends.cpu import jit, planned_call
from alife.backends.cpu import planned as planned_module
from alife.backends.cpu.brain_step import other_plans, step_call
from alife.backends.cpu.measure import fastest
from alife.backends.cpu.ops_kernel import kernel_text
from alife.backends.cpu.plan import VARIABLE, KernelText, Plan, parse_plan
from alife.backends.cpu.planned import Kernel, Place, PlannedKernel
from alife.backends.cpu.size_class import cache_sizes, size_class
from alife.backends.cpu.threads import Program
from alife.brains import Brain, make_brain, padded
from alife.errors import UserError
from alife.simulation.evaluator import Evaluator
from worlds import cartpole

BARE = {"name": "wht", "width": 16, "layers": 1, "projection": None, "memory": None, "injection": 0}
UNFOLDED = {**BARE, "width": 128, "layers": 2, "projection": 256, "memory": {"bits": 128}}
SPECS = {"memory": {**BARE, "memory": {"bits": 16, "values": 2}}, "wide": {**BARE, "width": 128}, "unfolded": UNFOLDED}
AGENTS = 75  # in no plan a multiple of what is computed at a time
PLACE = Place("L2", 1)


class Clock:
    """Seconds that pass only when a variant runs."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def steps(spec: str, count: int = 3) -> tuple[np.ndarray, ...]:
    """Outputs and states after some steps under the plan of the environment, on two threads."""
    brain = make_brain(SPECS[spec], 5, 2)
    program, arrays = bound(brain)
    for _ in range(count):
        program.run(2)
    return arrays["output"], arrays["state"]


def bound(brain: Brain) -> tuple[Program, dict[str, np.ndarray]]:
    arrays = {"genome": brain.init(AGENTS, seed=1), "state": brain.new_states(AGENTS)}
    arrays |= {"input": padded(AGENTS, 5), "output": padded(AGENTS, 2)}
    arrays["input"][:] = np.random.default_rng(1).normal(size=(AGENTS, 5))
    rows = np.random.default_rng(2).permutation(AGENTS).astype(np.int32)
    return Program([step_call(brain.program, arrays, rows, np.array([AGENTS]))]), arrays


@pytest.mark.parametrize("spec", SPECS)
def test_every_plan_gives_equal_bits(monkeypatch: pytest.MonkeyPatch, spec: str) -> None:
    expected = steps(spec)
    assert np.ptp(expected[0]) > 0
    others = other_plans(SPECS[spec]["width"])
    fixed = ["agents=4,shared=1,ahead=32,level=2", "agents=2,shared=1,ahead=1,grain=16", "agents=2,shared=1,lean=1"]
    for plan in [*map(str, others), *fixed]:
        monkeypatch.setenv(VARIABLE, plan)
        for a, b in zip(expected, steps(spec), strict=True):
            np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32), err_msg=plan)


def test_a_lean_step_reads_fewer_constants_and_loads_genes_again() -> None:
    program = make_brain(SPECS["unfolded"], 5, 2).program
    plain, lean = (kernel_text(program.step, 128, Plan(agents=1, lean=lean)) for lean in (0, 1))
    assert (plain.plan.lean, lean.plan.lean) == (0, 1)
    constants = [len(set(re.findall(r"<(?:float|i32) -?\w[^>]*>", text.ir))) for text in (plain, lean)]
    assert constants[1] < constants[0] / 2
    assert lean.ir.count(" = load <16 x float>") - plain.ir.count(" = load <16 x float>") == 256 // 16


def test_a_step_that_gains_nothing_is_not_lean() -> None:
    program = make_brain(SPECS["wide"], 5, 2).program
    plain, lean = (kernel_text(program.step, 128, Plan(agents=1, lean=lean)) for lean in (0, 1))
    assert lean == plain


def test_every_plan_of_a_loop_gives_equal_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    world = cartpole.Cartpole(cartpole.Params(lifetime=20, spread=0.2))
    of = Evaluator(world, make_brain(BARE, len(world.sensors), len(world.actuators)), AGENTS, seed=7, threads=1)
    genomes = of.brain.init(AGENTS, seed=3)
    expected = of.fitness(genomes, 1, 0)
    assert np.ptp(expected) > 0
    for plan in ("agents=1", "agents=2", "agents=4,grain=32"):
        monkeypatch.setenv(VARIABLE, plan)
        np.testing.assert_array_equal(of.fitness(genomes, 1, 0), expected)
        assert str(of.engine.program.plans()[0]).startswith(plan.partition(",")[0])  # type: ignore[attr-defined]


def test_trials_leave_no_trace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program whose plans are measured on the way gives the bits of one that runs its usual plan."""
    expected = steps("memory")
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("ALIFE_CACHE", str(tmp_path))
    program, arrays = bound(make_brain(SPECS["memory"], 5, 2))
    monkeypatch.setattr(planned_module, "AFTER", AGENTS)
    for run, kept in ((program.settle, 1), (program.run, 1), (program.run, 2)):  # `run` counts before it measures
        run(2 if run == program.settle else 1)
        assert len(list(tmp_path.rglob("*.plan"))) == kept
    for a, b in zip(expected, (arrays["output"], arrays["state"]), strict=True):
        np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32))


def test_episodes_that_are_measured_are_the_same_episodes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = cartpole.Cartpole(cartpole.Params(lifetime=20, spread=0.2))
    fitness = []
    for after in (10**9, 0):
        monkeypatch.delenv(VARIABLE, raising=False)
        monkeypatch.setenv("ALIFE_CACHE", str(tmp_path))
        monkeypatch.setattr(planned_module, "AFTER", after)
        of = Evaluator(world, make_brain(BARE, len(world.sensors), len(world.actuators)), AGENTS, seed=7, threads=1)
        fitness += [of.fitness(of.brain.init(AGENTS, seed=3), 2, 0), np.array(of.fields["agent_steps"])]
    np.testing.assert_array_equal(fitness[0], fitness[2])
    assert fitness[1] == fitness[3]
    assert list(tmp_path.rglob("*.plan"))


# ---- the choice


@pytest.mark.parametrize(("times", "chosen"), [((5, 4, 3), 2), ((3, 4, 5), 0), ((5, 3, 4), 1), ((3, 2.95, 3), 0)])
def test_the_fastest_is_chosen_and_the_first_unless_another_saves_some_percent(times, chosen) -> None:
    clock = Clock()

    def run(variant: int) -> None:
        clock.now += times[variant]

    assert fastest([0, 1, 2], run, clock) == chosen


def test_a_pause_in_one_trial_changes_no_choice() -> None:
    clock, ran = Clock(), []

    def run(variant: int) -> None:
        ran.append(variant)
        clock.now += (2.0, 1.0)[variant] + 100.0 * (len(ran) == 2)

    assert fastest(range(2), run, clock) == 1
    assert ran[:4] == [0, 1, 1, 0]  # in one order, then in the other


# ---- the cache

TEXT = "define void @empty(i64 %lo, i64 %hi, ptr %args) { ; agents=AGENTS\nret void }"


def empty_kernel() -> PlannedKernel:
    """A kernel that does nothing, in three variants."""
    others = [Plan(agents=2, ahead=0), Plan(agents=1, ahead=0)]
    return PlannedKernel("empty", lambda plan: KernelText(TEXT.replace("AGENTS", str(plan.agents)), plan),
                         Plan(ahead=0), others, (64,))  # fmt: skip


def measured(kernel: PlannedKernel, times: dict[int, float], place: Place = PLACE) -> Plan:
    clock = Clock()

    def run(variant: Kernel) -> None:
        clock.now += times[variant.plan.agents] / (1 + (variant.plan.grain == 64))

    return kernel.measure(place, run, clock=clock).plan


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[], list[Path]]]:
    """An empty cache, and no plan fixed; returns the files of plans."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("ALIFE_CACHE", str(tmp_path))
    yield lambda: list(tmp_path.rglob("*.plan"))


def test_a_plan_is_kept_for_later_runs_of_this_size_and_number_of_threads(kept) -> None:
    assert str(measured(empty_kernel(), {4: 3.0, 2: 1.0, 1: 2.0})) == "agents=2"
    later = empty_kernel()
    assert later.kernel(PLACE).plan.agents == 2 and not later.unknown(PLACE)
    for other in (Place("L3", 1), Place("L2", 2)):
        assert later.kernel(other).plan.agents == 4 and later.unknown(other)
    assert str(measured(later, {4: 1.0, 2: 2.0, 1: 2.0}, Place("L2", 2))) == "agents=4,grain=64"
    assert len(kept()) == 2


@pytest.mark.parametrize("content", [b"", b"agents=2", None])
def test_a_damaged_plan_is_measured_again(kept, content: bytes | None) -> None:
    measured(empty_kernel(), {4: 3.0, 2: 1.0, 1: 2.0})
    (path,) = kept()
    path.write_bytes(path.read_bytes()[:-3] if content is None else content)
    again = empty_kernel()
    assert again.kernel(PLACE).plan.agents == 4 and again.unknown(PLACE)
    assert measured(again, {4: 3.0, 2: 2.0, 1: 1.0}).agents == 1
    assert empty_kernel().kernel(PLACE).plan.agents == 1


def test_a_cache_that_cannot_be_written_is_no_error(kept, monkeypatch, tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ALIFE_CACHE", str(tmp_path / "file"))
    kernel = empty_kernel()
    assert measured(kernel, {4: 3.0, 2: 1.0, 1: 2.0}).agents == 2
    assert kernel.kernel(PLACE).plan.agents == 2
    assert "cannot be written" in capsys.readouterr().err


def test_short_runs_measure_nothing(kept) -> None:
    kernel = empty_kernel()
    most = planned_module.AFTER // 1000
    assert not any(kernel.due(PLACE, 1000) for _ in range(most))
    assert kernel.due(PLACE, 1000)
    few = planned_call.Planned(empty_kernel(), 64, np.arange(10, dtype=np.int32), [])
    assert not few.due(10, PLACE, 10**9)


# ---- the environment


def test_a_fixed_plan_is_not_measured(kept, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(empty_kernel(), {4: 3.0, 2: 1.0, 1: 2.0})
    for text, agents in (("default", 4), ("agents=1", 1)):
        monkeypatch.setenv(VARIABLE, text)
        kernel = empty_kernel()
        assert kernel.kernel(PLACE).plan.agents == agents
        assert not kernel.due(Place("memory", 1), 10**12)


@pytest.mark.parametrize("plan", [Plan(), Plan(agents=1, ahead=32, level=2), Plan(2, 1, 0), Plan(window=9, lean=1)])
def test_the_text_of_a_plan_is_read_back(plan: Plan) -> None:
    assert parse_plan(str(plan)) == parse_plan(str(plan).replace(",", " ")) == plan


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agents=3", "agents: expected 1, 2, 4 or 8, got '3'"),
        ("agents=2,shared=4", "shared: expected 0, or a divisor of agents, got 4"),
        ("agents=1,level=far", "level: expected 1, 2 or 3, got 'far'"),
        ("ahead=-1", "ahead: expected a whole number from 0 to 1024, got '-1'"),
        ("window=all", "window: expected a whole number from 0 to 4096, got 'all'"),
        ("lean=2", "lean: expected 0 or 1, got '2'"),
        ("grain=20", "grain: expected a multiple of 16"),
        ("agent=1", "unknown part of a plan 'agent': .*did you mean 'agents'"),
        ("fast", "unknown part of a plan 'fast'"),
    ],
)
def test_a_wrong_plan_is_refused_in_one_line(monkeypatch, text: str, message: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(UserError, match=f"^{VARIABLE}={text}: .*{message}") as error:
        empty_kernel()
    assert "\n" not in str(error.value) and f"{VARIABLE}=default" in str(error.value)


def test_classes_of_sizes() -> None:
    sizes = cache_sizes()
    assert 0 < sizes["L2"] < sizes["L3"]
    assert size_class(sizes["L2"], 1) == "L2" and size_class(sizes["L2"] + 1, 2) == "L2"
    assert size_class(sizes["L3"], 1) == "L3" and size_class(sizes["L3"] + 1, 1) == "memory"


def test_the_benchmark_names_the_plan_of_each_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "agents=1,ahead=16,level=2")
    assert bench._case("one", SPECS["memory"], "cpu", 1, AGENTS, 0.0)["plan"] == "agents=1 ahead=16 level=2"


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="looks for instructions of x86-64")
def test_prefetches_stay_spread_over_the_code_of_a_step() -> None:
    program = make_brain({**BARE, "width": 64, "layers": 2}, 5, 2).program
    code = jit._compile(kernel_text(program.step, program.width, parse_plan("agents=4,ahead=4")).ir)
    places = [found.start() for found in re.finditer(rb"\x0f\x18[\x48-\x4f\x88-\x8f]", code)]  # prefetcht0, displaced
    assert len(places) > 20
    counts, _ = np.histogram(places, bins=8)
    assert counts.min() >= len(places) / 32
