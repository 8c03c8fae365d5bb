"""The examples of CONTRIBUTING.md work as they stand."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from alife.brains.brain import Brain
from alife.config import registry
from alife.config.schema import load_config
from alife.experiment.evolve import evolve
from alife.experiment.run import Run
from tests.conftest import ROOT

WORLD, BRAIN = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)


@pytest.fixture
def world_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "drops.py").write_text(WORLD)
    (tmp_path / "drops.yaml").write_text("world: {name: drops}\nrun: {capacity: 300, steps: 400}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "drops.yaml"


def test_the_world_is_one_file_in_a_folder_of_ones_own_and_evolves(world_file: Path) -> None:
    assert "drops" in registry.names("worlds")
    run = evolve(load_config(world_file), world_file.parent / "run")
    assert run.simulation.births > 50 and run.population["x"].mean() > 0.7
    scene = run.simulation.world.scene(run.simulation.fields, run.simulation.living())
    assert len(scene.discs.x) == run.simulation.num_alive > 0
    again = Run(load_config(world_file, ["run.threads=2"]))
    again.step(400)
    assert again.simulation.state_hash() == run.simulation.state_hash()


def test_the_brain_is_one_function_equal_compiled_and_defined(tmp_path: Path) -> None:
    path = tmp_path / "reflex.py"
    path.write_text(BRAIN)
    spec = importlib.util.spec_from_file_location("reflex", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["reflex"] = module
    spec.loader.exec_module(module)
    brain = Brain(module.Reflex(module.Params(width=64), 7, 3), 1)
    params, seen = brain.init(20, 1), np.random.default_rng(0).normal(size=(20, 7)).astype(np.float32)
    compiled = brain.step(params, brain.new_states(20), seen)
    defined = brain.step(params, brain.new_states(20), seen, engine="reference")
    assert np.array_equal(compiled.view(np.uint32), defined.view(np.uint32))
    assert brain.num_genes == 128 and brain.name == "reflex"
