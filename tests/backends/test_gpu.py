"""A life on a GPU is the life on the CPU, bit for bit.

With a GPU: `pytest -m gpu`. Without one, a stand-in for CuPy runs the same kernels through g++.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from alife.backends.cuda import device, kernels, nvrtc
from alife.backends.cuda.engine import GpuEngine
from alife.brains import make_brain
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import evolve, open_run
from alife.experiment.run import Run
from tests.helpers import host_cupy
from tests.helpers.lives import equal, life

BRAINS = {
    "default": {"name": "wht"},
    "bare": {"name": "wht", "projection": None, "memory": None, "injection": 0},
    "narrow": {"name": "wht", "width": 64, "memory": {"bits": 64, "values": 4}, "recurrent": 2},
    "half": {"name": "wht", "storage": "float16", "memory": {"values": 2, "storage": "float16"}},
    "wide": {"name": "wht", "width": 128, "memory": {"bits": 128, "order": 2}},
}


@pytest.fixture(params=["host", pytest.param("gpu", marks=pytest.mark.gpu)])
def gpu(request: pytest.FixtureRequest) -> device.Device:
    """A stand-in on the host, or the real GPU."""
    if request.param == "host":
        request.getfixturevalue("host_device")
        request.getfixturevalue("monkeypatch").setattr(kernels, "PASS_BLOCK", 64)  # a thread is a fiber here
        return device.first_device()
    return real_gpu()


def real_gpu() -> device.Device:
    try:
        return device.first_device()
    except UserError as error:
        pytest.skip(str(error))


def steps_of(request: pytest.FixtureRequest, host: int, gpu: int) -> int:
    """Returns the number of steps to compare: fewer where threads are fibers."""
    return gpu if "gpu" in request.node.callspec.id.split("-") else host


def pair(**of):
    """Returns the same life on CPU and GPU."""
    return life(**of), life(**of, backend="gpu")


@pytest.mark.parametrize("kinds", [1, 2])
def test_hundreds_of_steps_of_a_meadow_are_the_same_on_both(gpu, kinds, request) -> None:
    steps = steps_of(request, 300 if kinds == 1 else 200, 1000)
    ours, theirs = pair(seed=5, plant_kinds=kinds, split_age=10, lifetime=100)
    for life_of in (ours, theirs):
        life_of.step(steps)
    assert ours.births > 50 and ours.num_alive > 0
    assert theirs.state_hash() == ours.state_hash()
    assert theirs.metrics() == ours.metrics()


@pytest.mark.parametrize("name", BRAINS)
def test_every_brain_lives_the_same_on_both(gpu, name, request) -> None:
    if name in ("bare", "wide") and steps_of(request, 1, 0):
        pytest.skip("brains/*: check_cuda, one brain after the other")
    ours, theirs = pair(seed=2, brain=BRAINS[name], population=60, capacity=100, split_age=5)
    for life_of in (ours, theirs):
        life_of.step(steps_of(request, 25, 1000))
    assert theirs.state_hash() == ours.state_hash()


def test_sums_and_rows_are_copied_without_their_fields(gpu) -> None:
    ours, theirs = pair(seed=8)
    for life_of in (ours, theirs):
        life_of.step(30)
    for name in ("biomass", "heat", "alive", "sunlight", "price"):
        assert theirs.fields.total(name) == ours.fields.total(name) != 0 or name == "price"
    rows = np.array([5, 3, 119, 5])
    for name in ("genome", "energy", "neutral", "id"):
        assert equal(theirs.fields.rows(name, rows), ours.fields.rows(name, rows))
    assert {"biomass", "heat", "genome", "neutral"} <= theirs.fields.stale


@pytest.mark.parametrize("brain", [{"name": "wht"}, BRAINS["half"]])
def test_values_that_are_not_finite_are_counted_without_their_field(gpu, brain, request) -> None:
    ours, theirs = pair(seed=8, brain=brain)
    for life_of in (ours, theirs):
        life_of.step(5)
        genes = life_of.fields["genome"]
        genes[3, :3], genes[70, 1] = (np.nan, np.inf, -np.inf), np.inf
        life_of.engine.written("genome")
        life_of.step(5)
    assert theirs.fields.not_finite("genome") == ours.fields.not_finite("genome") >= 4
    for name in ("state", "observations", "energy"):
        assert theirs.fields.not_finite(name) == ours.fields.not_finite(name)
    assert {"genome", "state", "observations"} <= theirs.fields.stale


def test_a_look_at_finite_columns_copies_numbers_alone(host_device) -> None:
    theirs = life(seed=8, backend="gpu")
    theirs.step(20)
    before, rows = host_device.counts["copied bytes"], theirs.fields.row_bytes("genome")
    theirs.say_not_finite()
    assert 0 < host_device.counts["copied bytes"] - before < rows


def test_consecutive_rows_are_copied_as_one_piece(host_device) -> None:
    theirs = life(seed=8, backend="gpu")
    theirs.step(3)
    before, rows = host_device.counts["memcpyAsync"], np.arange(10, 90)
    assert np.array_equal(theirs.fields.rows("genome", rows), theirs.fields["genome"][rows])
    assert theirs.fields.rows("genome", np.array([7, 3, 4])).shape == (3, theirs.brain.num_genes)
    assert host_device.counts["memcpyAsync"] <= before + 2


def test_the_dead_are_logged_in_the_same_order(gpu) -> None:
    ours, theirs = pair(seed=4, population=60, capacity=70, lifetime=40, split_age=3, founder_energy=3.0)
    for life_of in (ours, theirs):
        life_of.step(150)  # more deaths than the log holds, so that some steps wait for it to be read
    mine, others = ours.deaths(), theirs.deaths()
    assert len(mine["id"]) > 70
    assert all(np.array_equal(mine[name], others[name]) for name in mine)


@pytest.mark.parametrize("block", [32, 64])
def test_no_result_depends_on_the_size_of_blocks(gpu, block) -> None:
    one, other = life(seed=3), life(seed=3)
    for simulation, size in ((one, 128), (other, block)):
        simulation.engine = GpuEngine(simulation.engine.bindings, size)
        simulation.engine.prepare(simulation.stages())
        simulation.step(30)
    assert one.state_hash() == other.state_hash()


def test_two_equal_runs_give_the_same_bits(gpu) -> None:
    hashes = set()
    for _ in range(2):
        simulation = life(seed=3, backend="gpu")
        simulation.step(20)
        hashes.add(simulation.state_hash())
    assert len(hashes) == 1


def test_a_run_can_be_resumed_on_the_other_backend(gpu, tiny, tmp_path) -> None:
    config = load_config(tiny, ["records.lineage=[traits, generation, clade, genome_hash]"])
    whole = evolve(config, tmp_path / "whole", backend="cpu")
    for first, second in (("cpu", "gpu"), ("gpu", "cpu")):
        out = tmp_path / first
        half = config.model_copy(update={"run": config.run.model_copy(update={"steps": 60})})
        evolve(half, out, backend=first)
        end = evolve(config, out, backend=second, resume=True)
        assert (end.backend, end.simulation.state_hash()) == (second, whole.simulation.state_hash())
        for name in ("metrics.csv", "lineage.csv"):
            assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
        starts = json.loads((out / "run.json").read_text())["starts"]
        assert [start["backend"] for start in starts] == [first, second]
    assert open_run(tmp_path / "gpu", backend="cpu").simulation.state_hash() == whole.simulation.state_hash()


def test_a_brain_made_for_the_gpu_steps_there(gpu) -> None:
    ours, theirs = (make_brain({"name": "wht"}, 7, 3, backend=where) for where in ("cpu", "gpu"))
    genes, rng = ours.init(20, seed=1), np.random.default_rng(0)
    mine, others = ours.new_states(20), theirs.new_states(20)
    for _ in range(3):
        look = rng.normal(size=(20, 7)).astype(np.float32)
        assert np.array_equal(ours.step(genes, mine, look), theirs.step(genes, others, look))
    assert np.array_equal(mine, others) and mine.any()


@pytest.mark.gpu
def test_a_million_agents_live_on_a_gpu() -> None:
    real_gpu()
    config = load_config("meadow", ["world.side=5440", "world.population=1000000", "run.capacity=1500000"])
    run = Run(config.model_copy(update={"run": config.run.model_copy(update={"backend": "gpu"})}))
    before = run.simulation.world.ledger(run.simulation.fields, run.simulation.living())
    run.step(20)
    assert run.simulation.num_alive > 500_000
    assert run.simulation.world.ledger(run.simulation.fields, run.simulation.living()) == before


# ---- errors, through the stand-in


def test_a_life_that_does_not_fit_is_refused_with_bytes_and_a_remedy(no_device_yet, monkeypatch, tiny, command) -> None:
    host_cupy.install(monkeypatch, free=2**18)
    status, out, errors = command("evolve", tiny, "--backend", "gpu", "--out", "run")
    assert (status, out, errors.count("\n")) == (2, "", 1)
    assert "run.capacity: expected what fits into 262,144 free bytes" in errors and "write capacity: " in errors
    assert not (tiny.parent / "run").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"devices": 0}, "expected an NVIDIA GPU, found none"),
        ({"fail": {"getDeviceCount": 400}}, "expected a GPU that answers, got"),
        ({"fail": {"getDeviceCount": 35}}, "expected a driver for CUDA"),
    ],
)
def test_without_a_gpu_auto_uses_the_cpu_and_gpu_is_refused(
    no_device_yet, monkeypatch, tiny, command, wrong, said
) -> None:
    host_cupy.install(monkeypatch, **wrong)
    status, _, errors = command("evolve", tiny, "--backend", "gpu")
    assert status == 2 and errors.startswith(f"alife: backend gpu: {said}") and "--backend cpu" in errors
    assert errors.count("\n") == 1
    status, out, errors = command("evolve", tiny, "--json", "--quiet")
    assert status == 0 and json.loads(out)["backend"] == "cpu"
    assert said in errors and errors.endswith("computing on the CPU\n") and errors.count("\n") == 1


def test_without_cupy_gpu_is_refused_and_auto_prints_nothing(no_device_yet, monkeypatch, tiny, command) -> None:
    monkeypatch.setattr(device.importlib.util, "find_spec", lambda name: None)
    status, _, errors = command("evolve", tiny, "--backend", "gpu")
    assert status == 2 and errors.startswith("alife: backend gpu: expected CuPy, found none; write pip install")
    assert command("evolve", tiny, "--quiet")[::2] == (0, "")


def test_without_nvrtc_auto_uses_the_cpu_and_gpu_is_refused(host_device, monkeypatch, tiny, command) -> None:
    monkeypatch.setattr(nvrtc, "_candidates", lambda: iter(()))
    nvrtc._library.cache_clear()
    try:
        status, _, errors = command("evolve", tiny, "--backend", "gpu")
        assert (
            status == 2
            and errors
            == "alife: gpu: expected NVIDIA's compiler NVRTC, found none; write pip install nvidia-cuda-nvrtc\n"
        )
        status, out, errors = command("evolve", tiny, "--json", "--quiet", "--set", "run.steps=1")
        assert status == 0 and json.loads(out)["backend"] == "cpu" and errors.endswith("computing on the CPU\n")
    finally:
        nvrtc._library.cache_clear()


@pytest.mark.parametrize("spare", [4096, 20_000])
def test_memory_that_runs_out_late_is_one_line(no_device_yet, monkeypatch, spare) -> None:
    needed = sum(map(device.span, life().fields.values()))
    host_cupy.install(monkeypatch, free=needed + spare)
    with pytest.raises(UserError, match="run.capacity: expected what fits into the memory of .*; write capacity: 360"):
        life(backend="gpu")


def test_a_broken_cupy_is_one_line_and_auto_uses_the_cpu(no_device_yet, monkeypatch, tmp_path, tiny, command) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "cupy.py").write_text("raise ImportError('libcudart.so.13: cannot open\\nsecond line')")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    status, _, errors = command("evolve", tiny, "--backend", "gpu")
    assert (status, errors.count("\n")) == (2, 1)
    assert errors.startswith("alife: backend gpu: expected a CuPy that works, got: libcudart.so.13: cannot open;")
    assert command("evolve", tiny, "--quiet", "--set", "run.steps=1")[0] == 0


def test_an_interrupted_capture_leaves_the_life_as_it_was(host_device, monkeypatch) -> None:
    ours, theirs = pair(seed=6)
    launched = GpuEngine.launch

    def interrupted(self, launch):
        raise KeyboardInterrupt

    monkeypatch.setattr(GpuEngine, "launch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        theirs.step(3)
    assert theirs.state_hash() == ours.state_hash()
    monkeypatch.setattr(GpuEngine, "launch", launched)
    for life_of in (ours, theirs):
        life_of.step(3)
    assert theirs.state_hash() == ours.state_hash()


def test_a_driver_that_cannot_read_the_code_is_named(no_device_yet, monkeypatch) -> None:
    host_cupy.install(monkeypatch, fail={"moduleLoad": 209})
    with pytest.raises(UserError, match="expected a driver that reads code for sm_90"):
        life(backend="gpu")
