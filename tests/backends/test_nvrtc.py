"""Every kind of kernel compiles for cards from 2018 to now, and keeps its values in registers. No card is needed."""

from __future__ import annotations

import re

import pytest

from alife.backends.cuda import kernels, nvrtc, reductions
from alife.backends.cuda.ops_kernel import kernel_text
from alife.brains import make_brain
from alife.errors import UserError
from alife.simulation import births
from alife.simulation.evaluator import Evaluator
from tests.backends.test_cuda import BRAINS
from tests.brains.test_brain import brain_of
from tests.helpers import every_word
from tests.helpers.cuda_run import law_text, whole_text
from tests.helpers.lives import life
from tests.helpers.minds import usage_of
from worlds import cartpole

pytestmark = pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC: pip install nvidia-cuda-nvrtc")
WIDE = (32, 64, 128, 256)


def laws() -> str:
    """All kernels of a meadow's step, and the laws of its founding."""
    setting = (simulation := life(plant_kinds=2)).engine.bindings
    founding = enumerate([births.salt_founder, *simulation.world.reset, *simulation.world.founding])
    texts = [law_text(law, f"founding{place}", setting.names, setting.fields.tables) for place, law in founding]
    return "\n".join([kernels.whole_text(kernels.kernels_of(simulation.stages(), setting)), *texts])


def minds() -> str:
    """The step with every word, and brains with all options."""
    brains = {option: brain_of(option) for option in ("default", "narrow")}
    texts = [kernel_text(brain.network.step, brain.network.width, f"brain_{name}") for name, brain in brains.items()]
    return whole_text(
        [*texts, kernel_text(every_word.step, 16, "word16"), kernel_text(every_word.step, 256, "word256")]
    )


def lives() -> str:
    """A whole episode of agents that live alone, genes and memory as float16; and the sums of fields."""
    place = cartpole.Cartpole(cartpole.Params())
    brain = make_brain({"name": "wht", "storage": "float16", "memory": {"storage": "float16"}}, 4, 1)
    trial = Evaluator(place, brain, 64, seed=1)
    sums = [reductions.kernel_text(dtype) for dtype in reductions.TYPES]
    return "\n".join([kernels.whole_text(kernels.kernels_of(trial.stages(), trial.engine.bindings)), *sums])


@pytest.mark.parametrize(
    ("text", "arch"), [(laws, "sm_75"), (minds, "sm_75"), (minds, "sm_90"), (lives, "sm_80"), (lives, "sm_90")]
)
def test_kernels_compile(text, arch):
    assert nvrtc.cubin(text(), arch).startswith(b"\x7fELF")


def spilling(arch: str, values: tuple[int, ...]) -> dict[str, tuple[int, int]]:
    """(registers, bytes spilled) of the brains that spill. values: of a memory's row."""
    memories = [(width, v) for width in WIDE for v in values]
    specs = {f"n{n}_v{v}": {"width": n, "projection": max(n, 128), "memory": memory(n, v)} for n, v in memories}
    specs |= {f"plain{n}_v{v}": {"width": n, "projection": None, "memory": memory(n, v)} for n, v in memories}
    brains = {name: make_brain({"name": "wht", **spec}, 8, 3) for name, spec in specs.items()}
    options = (*BRAINS, "half genes", "half memory", "half wide") if len(values) > 1 else ()
    brains |= {f"option_{option}".replace(" ", "_"): brain_of(option) for option in options}
    texts = [kernel_text(brain.network.step, brain.network.width, name) for name, brain in brains.items()]
    used = usage_of(texts, arch)
    assert set(used) == set(brains)
    return {name: counted for name, counted in used.items() if counted[1]}


def memory(width: int, values: int) -> dict[str, int]:
    return {"bits": max(width, 64), "values": values}


@pytest.mark.parametrize(("arch", "values"), [("sm_75", (1,)), ("sm_80", (4,)), ("sm_90", (1, 4))])
def test_brains_of_32_to_256_lanes_spill_no_registers(arch, values):
    assert spilling(arch, values) == {}


def test_laws_spill_no_registers():
    used = nvrtc.usage(laws(), "sm_90")
    assert len(used) > 20 and {name: counted for name, counted in used.items() if counted[1]} == {}


@pytest.mark.parametrize("width", WIDE)
def test_brains_of_agents_that_live_alone_keep_their_weights_in_registers(width):
    place = cartpole.Cartpole(cartpole.Params())
    brain = make_brain({"name": "wht", "width": width, "projection": max(width, 128), "memory": memory(width, 1)}, 4, 1)
    trial = Evaluator(place, brain, 64, seed=1)
    (alone,) = (k for k in kernels.kernels_of(trial.stages(), trial.engine.bindings) if k.title == "alone")
    (used,) = nvrtc.usage(kernels.whole_text([alone]), "sm_90").values()
    assert used[0] <= 255 and used[1] == 0
    loop = alone.text.index("for (long long s = 0")
    assert "const float4*)((genome" in alone.text[:loop] and "genome" not in alone.text[loop:]


def test_nothing_is_contracted_flushed_or_approximated():
    """Every fused operation is one that was written: a butterfly's, where it is exact.

    The compiler makes max and min only of a constant that is not 0, where NaN and -0 come out as we define them.
    """
    mind, law = nvrtc.ptx(minds(), "compute_90"), nvrtc.ptx(laws(), "compute_90")
    for code in (mind, law):
        assert "div.rn.f32" in code and "sqrt.rn.f32" in mind
        assert not re.search(r"\.ftz|\.approx|\.full|mad\.\w+\.f32|\.f64", code)
        assert not re.search(r"(min|max)\.f32\s+%\w+, (0f|%\w+, (%|0f80000000))", code)
    assert 0 < mind.count("fma.rn.f32") <= minds().count("__fmaf_rn")
    assert 0 < law.count("fma.rn.f32") <= laws().count("__fmaf_rn")  # of the brain among the laws


def test_a_cubin_is_kept_under_its_text_options_and_version(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIFE_CACHE", str(tmp_path))
    text = 'extern "C" __global__ void nothing() {}'
    first = nvrtc.cubin(text, "sm_80")
    (kept,) = (tmp_path / "cubins").iterdir()
    kept.write_bytes(b"kept")
    assert nvrtc.cubin(text, "sm_80") == b"kept" and nvrtc.cubin(text, "sm_90") not in (first, b"kept")
    assert nvrtc.cubin(text + "\n", "sm_80") != b"kept"


def test_an_unknown_card_is_refused_in_one_line_and_a_wrong_text_with_the_errors():
    with pytest.raises(UserError, match="expected a card that NVRTC .* knows, got sm_12; write"):
        nvrtc.cubin("", "sm_12")
    with pytest.raises(RuntimeError, match="undefined_name"):
        nvrtc.cubin('extern "C" __global__ void wrong() { undefined_name; }', "sm_80")
