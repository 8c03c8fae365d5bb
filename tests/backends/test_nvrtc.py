"""Every kind of kernel compiles for GPUs from 2018 on and keeps its values in registers. No GPU is needed."""

from __future__ import annotations

import re
from functools import cache

import pytest

from alife.backends.cpu.cache_files import store
from alife.backends.cuda import kernels, nvrtc, reductions
from alife.backends.cuda.ops_kernel import kernel_text
from alife.brains import make_brain
from alife.errors import UserError
from alife.simulation import births
from alife.simulation.evaluator import Evaluator
from tests.backends.test_cuda import BRAINS
from tests.brains.test_brain import brain_of
from tests.helpers import every_word
from tests.helpers.brain_checks import usage_of
from tests.helpers.cuda_run import law_text, whole_text
from tests.helpers.lives import life
from worlds import cartpole

pytestmark = pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC: pip install nvidia-cuda-nvrtc")
WIDE = (32, 64, 128, 256)


@cache
def laws() -> str:
    """Returns all kernels of a meadow's step, and the laws of its founding."""
    bindings = (simulation := life(plant_kinds=2)).engine.bindings
    founding = enumerate([births.salt_founder, *simulation.world.stage("reset"), *simulation.world.stage("founding")])
    texts = [law_text(law, f"founding{place}", bindings.names, bindings.fields.tables) for place, law in founding]
    return "\n".join([kernels.whole_text(kernels.kernels_of(simulation.stages(), bindings)), *texts])


@cache
def brains() -> str:
    """Returns the step with every word, and brains with all options."""
    made = {option: brain_of(option) for option in ("default", "narrow")}
    texts = [kernel_text(brain.network.step, brain.network.width, f"brain_{name}") for name, brain in made.items()]
    return whole_text(
        [*texts, kernel_text(every_word.step, 16, "word16"), kernel_text(every_word.step, 256, "word256")]
    )


@cache
def episodes() -> str:
    """Returns an episode in one kernel, with genes and memory as float16, and the sums of fields."""
    place = cartpole.Cartpole(cartpole.Params())
    brain = make_brain({"name": "wht", "storage": "float16", "memory": {"storage": "float16"}}, 4, 1)
    trial = Evaluator(place, brain, 64, seed=1)
    sums = [reductions.kernel_text(dtype) for dtype in reductions.TERMS]
    return "\n".join([kernels.whole_text(kernels.kernels_of(trial.stages(), trial.engine.bindings)), *sums])


@pytest.mark.parametrize(
    ("text", "arch"), [(laws, "sm_75"), (brains, "sm_75"), (episodes, "sm_80"), (episodes, "sm_90")]
)
def test_kernels_compile(text, arch):
    assert nvrtc.cubin(text(), arch).startswith(b"\x7fELF")


def spilling(arch: str, values: tuple[int, ...]) -> dict[str, tuple[int, int]]:
    """Returns (registers, bytes spilled) of the brains that spill. values: of a memory's row."""
    options = (*BRAINS, "half genes", "half memory", "half wide") if len(values) > 1 else ()  # of all widths
    memories = [(width, v) for v in values for width in (WIDE[::3] if options else WIDE)]
    specs = {f"n{n}_v{v}": {"width": n, "projection": max(n, 128), "memory": memory(n, v)} for n, v in memories}
    specs |= {f"plain{n}_v{v}": {"width": n, "projection": None, "memory": memory(n, v)} for n, v in memories}
    made = {name: make_brain({"name": "wht", **spec}, 8, 3) for name, spec in specs.items()}
    made |= {f"option_{option}".replace(" ", "_"): brain_of(option) for option in options}
    texts = [kernel_text(brain.network.step, brain.network.width, name) for name, brain in made.items()]
    used = usage_of(texts, arch)
    assert set(used) == set(made)
    return {name: counted for name, counted in used.items() if counted[1]}


def memory(width: int, values: int) -> dict[str, int]:
    return {"bits": max(width, 64), "values": values}


@pytest.mark.parametrize(("arch", "values"), [("sm_75", (1,)), ("sm_90", (1, 4))])
def test_brains_of_32_to_256_lanes_spill_no_registers(arch, values):
    assert spilling(arch, values) == {}


def test_laws_spill_no_registers():
    used = nvrtc.usage(laws(), "sm_90")
    assert len(used) > 20 and {name: counted for name, counted in used.items() if counted[1]} == {}


@pytest.mark.parametrize("width", WIDE)
def test_brains_of_a_per_agent_loop_keep_their_weights_in_registers(width):
    place = cartpole.Cartpole(cartpole.Params())
    brain = make_brain({"name": "wht", "width": width, "projection": max(width, 128), "memory": memory(width, 1)}, 4, 1)
    trial = Evaluator(place, brain, 64, seed=1)
    (episode,) = (k for k in kernels.kernels_of(trial.stages(), trial.engine.bindings) if k.title == "episode")
    (used,) = nvrtc.usage(kernels.whole_text([episode]), "sm_90").values()
    assert used[0] <= 255 and used[1] == 0
    loop = episode.text.index("for (long long s = 0")
    assert "const float4*)((genome" in episode.text[:loop] and "genome" not in episode.text[loop:]


def test_nothing_is_contracted_flushed_or_approximated():
    """Every fused operation in the code stands in the text: that of a butterfly, where it is exact.

    The compiler emits max and min only with a constant that is not 0, where NaN and -0 give what we define.
    """
    brain, law = nvrtc.ptx(brains(), "compute_90"), nvrtc.ptx(laws(), "compute_90")
    for code in (brain, law):
        assert "div.rn.f32" in code and "sqrt.rn.f32" in brain
        assert not re.search(r"\.ftz|\.approx|\.full|mad\.\w+\.f32|\.f64", code)
        assert not re.search(r"(min|max)\.f32\s+%\w+, (0f|%\w+, (%|0f80000000))", code)
    assert 0 < brain.count("fma.rn.f32") <= brains().count("__fmaf_rn")
    assert 0 < law.count("fma.rn.f32") <= laws().count("__fmaf_rn")  # of the brain that runs between the laws


def test_a_cubin_is_kept_under_its_text_options_and_version(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIFE_CACHE", str(tmp_path))
    text = 'extern "C" __global__ void nothing() {}'
    first = nvrtc.cubin(text, "sm_80")
    (kept,) = (tmp_path / "cubins").iterdir()
    store("cubins", kept.name, b"kept")
    assert nvrtc.cubin(text, "sm_80") == b"kept" and nvrtc.cubin(text, "sm_90") not in (first, b"kept")
    assert nvrtc.cubin(text + "\n", "sm_80") != b"kept"


def test_an_unknown_gpu_is_refused_in_one_line_and_a_wrong_text_with_the_errors():
    with pytest.raises(UserError, match="expected a GPU that NVRTC .* supports, got sm_12; write"):
        nvrtc.cubin("", "sm_12")
    with pytest.raises(RuntimeError, match="undefined_name"):
        nvrtc.cubin('extern "C" __global__ void wrong() { undefined_name; }', "sm_80")
