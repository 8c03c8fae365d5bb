"""The CUDA text of every law and brain gives the bits of native code. It runs here on the CPU, one fiber a thread."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.abi import BRAIN
from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.backends.cpu.threads import Program
from alife.backends.cuda.ops_kernel import kernel_text
from alife.brains.brain import padded
from alife.laws.law import per_slot, serial
from alife.laws.maths import f32, i32, i64, u32, u64
from alife.ops.reference import Reference
from alife.ops.vocabulary import WIDTHS
from alife.simulation import births
from tests.brains.test_brain import ACTIONS, OBSERVATIONS, brain_of
from tests.helpers import every_word
from tests.helpers.cuda_run import Launch, build, law_text, needs_compiler, of_call, run
from tests.helpers.lives import equal, life, snapshot
from tests.laws.test_language import EDGES, floats, flow, whole_arithmetic
from tests.laws.test_laws import crowd, laws_of_a_step

pytestmark = needs_compiler
FLOATS = np.array([0.0, -0.0, 1e-45, -1e-40, 1.0, -3.5, 3e38, np.inf, -np.inf, np.nan], np.float32)
ENDS = np.array([2.0**31, -(2.0**31), 2.0**32, 2.0**63, -(2.0**63), 2.0**64, 0.5, -0.5, 2.0**31 - 128], np.float32)
BRAINS = ("default", "bare", "forgetful", "narrow", "ensemble", "64", "128", "256")
HALVES = ("half genes", "half memory", "half narrow", "half wide")


# ---- laws


def named(simulation):
    """Returns the calls of a step in order: (law, or None for the brain; its call; the kernel's name)."""
    pairs = enumerate(laws_of_a_step(simulation))
    return [(law, call, f"law{place}_{law.name}" if law else "brain") for place, (law, call) in pairs]


def brain_text(brain, kernel):
    return kernel_text(brain.network.step, brain.network.width, kernel)


@pytest.fixture(scope="module")
def meadow(tmp_path_factory):
    """The program of all laws and the brain of a step of `crowd`."""
    simulation = crowd(2)
    texts = [
        law_text(law, kernel, simulation.engine.bindings.names, simulation.fields.tables)
        for law, _, kernel in named(simulation)
        if law
    ]
    return build([*texts, brain_text(simulation.brain, "brain")], tmp_path_factory.mktemp("meadow"))


def differing_fields(simulation, by_cuda, by_native):
    """Runs both on the same life; returns the names of arrays that differ. The life goes on from the second."""
    before = snapshot(simulation)
    by_cuda()
    found = snapshot(simulation)
    for name, array in before.items():
        simulation.engine.bindings.names[name][...] = array
    by_native()
    return [name for name, array in simulation.engine.bindings.names.items() if not equal(array, found[name])]


def test_each_law_of_a_step_equals_native_code(meadow):
    simulation = crowd(2)
    for law, call, kernel in 2 * named(simulation):
        wrong = differing_fields(simulation, lambda: run(meadow, [of_call(kernel, call)]), Program([call]).run)  # noqa: B023
        assert not wrong, f"{law.name if law else 'the brain'} differs in {wrong}"


def test_each_law_of_the_founding_equals_native_code(tmp_path):
    simulation = life(seed=9, side=16, population=20, capacity=25, plant_kinds=2)
    laws = [births.salt_founder, *simulation.world.stage("reset"), *simulation.world.stage("founding")]
    names, kernels = simulation.engine.bindings.names, [f"law{place}" for place in range(len(laws))]
    pairs = list(zip(laws, kernels, strict=True))
    program = build([law_text(law, kernel, names, simulation.fields.tables) for law, kernel in pairs], tmp_path)
    calls = simulation.engine.calls(laws)
    launches = [of_call(kernel, call) for kernel, call in zip(kernels, calls, strict=True)]
    assert differing_fields(simulation, lambda: run(program, launches), Program(calls).run) == []


@pytest.mark.parametrize("reverse", [False, True])
def test_whole_steps_of_a_meadow_equal_native_code(meadow, reverse):
    simulation = crowd(2)
    born, dead = simulation.births, sum(simulation.death_causes.values())
    launches = 3 * [of_call(kernel, call) for _, call, kernel in named(simulation)]
    assert differing_fields(simulation, lambda: run(meadow, launches, reverse), lambda: simulation.step(3)) == []
    assert simulation.births > born and sum(simulation.death_causes.values()) > dead


@per_slot
def conversions(i, x, k, whole, single):
    whole[i, 0] = i64(i32(x[i]))
    whole[i, 1] = i64(u32(x[i]))
    whole[i, 2] = i64(x[i])
    whole[i, 3] = i64(u64(x[i]))
    whole[i, 4] = i64(i32(k[i])) + i64(u32(k[i]))
    single[i, 0] = f32(k[i])
    single[i, 1] = f32(u64(k[i]))
    single[i, 2] = f32(i32(k[i])) + f32(u32(k[i]))
    single[i, 3] = 0.0 - f32(k[i])


@per_slot
def shifts(i, a, k, o):
    o[i, 0] = a[i] << k[i]
    o[i, 1] = a[i] >> k[i]


@serial
def sums(x, o):
    for k in range(1, len(x)):
        o[k] = o[k - 1] + x[k]


def edges():
    """Yields (law, arrays, rows) of laws at the ends of every type."""
    a, b = (grid.ravel() for grid in np.meshgrid(EDGES, EDGES))
    x, y = (grid.ravel() for grid in np.meshgrid(FLOATS, FLOATS))
    for kind in ("int32", "int64", "uint32", "uint64"):
        yield whole_arithmetic, {"a": a.astype(kind), "b": b.astype(kind), "o": np.zeros((len(a), 7), kind)}, len(a)
        yield shifts, {"a": a.astype(kind), "k": b.astype(kind), "o": np.zeros((len(a), 2), kind)}, len(a)
    yield floats, {"a": x, "b": y, "o": np.zeros((len(x), 8), np.float32)}, len(x)
    reals = np.concatenate([FLOATS, ENDS])
    k = np.array([*EDGES, 2**63 - 1, -(2**63), 2**53 + 1, 2**24 + 1, 2**40 + 1, 5], np.int64)
    results = {"whole": np.zeros((19, 5), np.int64), "single": np.zeros((19, 4), np.float32)}
    yield conversions, {"x": reals, "k": k, **results}, 19
    rng = np.random.default_rng(3)
    x, flags = rng.normal(size=300).astype(np.float32), rng.integers(0, 3, 300).astype(np.uint8) * 120
    o, limit = np.zeros((300, 3), np.float32), np.array(3.5, np.float32)
    yield flow, {"x": x, "flags": flags, "o": o, "limit": limit}, 300
    yield sums, {"x": x, "o": np.zeros(300, np.float32)}, 1


def test_laws_at_the_ends_of_every_type_equal_native_code(tmp_path):
    cases = list(edges())
    kernels = [f"law{place}" for place in range(len(cases))]
    texts = [law_text(law, kernel, names) for kernel, (law, names, _) in zip(kernels, cases, strict=True)]
    program = build(texts, tmp_path)
    for kernel, (law, names, count) in zip(kernels, cases, strict=True):
        (call,) = bind([law], names, Rows({law.rows: np.array([count], np.int64)}, {}))
        Program([call]).run()
        wanted = {name: array.copy() for name, array in names.items()}
        run(program, [of_call(kernel, call)])
        assert all(equal(wanted[name], names[name]) for name in names), law.name
        assert any(np.any(array) for name, array in wanted.items() if name in ("o", "whole")), law.name


# ---- brains


@pytest.fixture(scope="module")
def brains(tmp_path_factory):
    """The program of the step with every word at each width, and of brains."""
    words = {f"word{width}": kernel_text(every_word.step, width, f"word{width}") for width in WIDTHS}
    careless = kernel_text(every_word.step, 32, "careless").replace("__syncwarp();", "")
    texts = [brain_text(brain_of(option), named_c(option)) for option in (*BRAINS, *HALVES)]
    texts += [kernel_text(crossing, width, f"crossing{width}") for width in (32, 256)]
    return build([*words.values(), careless, *texts], tmp_path_factory.mktemp("brains"))


def named_c(option):
    return f"brain_{option}".replace(" ", "_")


def crossing(o):
    """Stores lanes of a state that other threads read next, in every way that the text distinguishes."""
    n = o.width
    x, kept, chain = o.load(o.input("look", n)), o.state("kept", 3, n // 2), o.state("chain", 3, n // 2)
    o.store(kept, x, 0, at=n // 4)
    y = o.load(kept, 0, at=1)
    o.store(kept, y - x, 0, at=n // 2)
    z = o.load(kept, x * 2.0, at=3)
    o.store(kept, z + y, x * 2.0, at=n // 2 - 2)

    def change(j, carries):
        (c,) = carries
        c = c + o.load(chain, j, at=2)
        o.store(chain, c, j + 1, at=n // 2)
        return [c]

    (y,) = o.loop(2, change, [z])
    o.store(chain, y, 2)
    (y,) = o.loop(1, lambda j, c: [c[0] - o.load(chain, j + 2, at=1)], [y])
    o.store(o.output("act", n), y)


@pytest.mark.parametrize("width", [32, 256])
@pytest.mark.parametrize("reverse", [False, True])
def test_threads_synchronize_before_they_read_what_others_store(brains, width, reverse):
    look = np.random.default_rng(width).uniform(0, 1.5, (5, width)).astype(np.float32)
    defined = {"input": look, "state": np.zeros((5, 3 * width), np.float32), "output": np.zeros_like(look)}
    rows = in_padded_rows(defined)
    crossing(Reference(width, defined))
    run(brains, [brain_launch(f"crossing{width}", rows, np.arange(5, dtype=np.int32))], reverse)
    assert [kind for kind in defined if not equal(defined[kind], rows[kind])] == []
    assert np.ptp(defined["output"]) > 0


def in_padded_rows(rows):
    """Returns copies whose rows begin at multiples of 64 bytes."""
    copies = {kind: padded(*array.shape) for kind, array in rows.items()}
    for kind, array in rows.items():
        copies[kind][:] = array
    return copies


def brain_launch(kernel, rows, listed, grid=2, block=64):
    args = BRAIN.bind(rows=listed, brain=rows)
    return Launch(kernel, np.array([len(listed)], np.int64), args.host_cells(), args.arrays, grid, block)


def differing(kernel, width, program, reverse, count=19, grid=2, block=64):
    """Returns the kinds of rows in which a kernel of every word differs from the definition, over `count` rows."""
    defined = every_word.arrays(width, 21, seed=width)
    rows, listed = in_padded_rows(defined), np.random.default_rng(0).permutation(21).astype(np.int32)[:count]
    picked = {kind: array[listed] for kind, array in defined.items()}
    if count:
        every_word.run_reference(width, picked)
    run(program, [brain_launch(kernel, rows, listed, grid, block)], reverse)
    for kind, array in defined.items():
        array[listed] = picked[kind]
    return [kind for kind, array in defined.items() if not equal(array, rows[kind])]


def few(width):
    """Returns a number of agents that leaves the last of two or more warps partly filled."""
    return 13 if width <= 64 else 5


@pytest.mark.parametrize("width", WIDTHS)
def test_every_word_equals_the_definition(brains, width):
    count = few(width)
    assert differing(f"word{width}", width, brains, reverse=False, count=count) == []
    assert differing(f"word{width}", width, brains, reverse=True, count=count, grid=1, block=128) == []


@pytest.mark.parametrize("count", [0, 1, 8, 9])
def test_any_number_of_agents_fills_warps(brains, count):
    assert differing("word32", 32, brains, reverse=False, count=count, grid=1, block=32) == []


def test_a_missing_barrier_is_seen(brains):
    """Checks the harness: without its __syncwarps, the text reads what is not yet written."""
    assert differing("careless", 32, brains, reverse=False) or differing("careless", 32, brains, reverse=True)


@pytest.mark.parametrize("option", [*BRAINS, *HALVES])
def test_brains_equal_their_definition(brains, option):
    brain = brain_of(option)
    count = few(brain.network.width)
    genome, state = brain.init(count, seed=1), brain.new_states(count)
    defined, listed = state.copy(), np.arange(count, dtype=np.int32)
    for step in range(2):
        look = np.random.default_rng(step).normal(size=(count, OBSERVATIONS)).astype(np.float32)
        rows = in_padded_rows({"input": look, "output": np.zeros((count, ACTIONS), np.float32)})
        run(brains, [brain_launch(named_c(option), {"genome": genome, "state": state, **rows}, listed)], step == 1)
        assert equal(rows["output"], brain.step(genome, defined, look, engine="reference"))
        assert equal(state, defined)
    assert np.ptp(rows["output"]) > 0 and (brain.num_states == 0 or defined.any())
