"""Files of every form there has been are read as they were for ever: genomes act, and runs go on, as recorded.

`golden/make.py` made them, once. A test that fails here has changed what a file means: that needs a new format.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from alife.config.schema import load_config
from alife.experiment.evolve import evolve
from alife.experiment.records import checkpoint
from alife.experiment.records.genome import load_genome
from tests.golden.make import GENOMES, HERE, RUNS, STEPS, actions


@pytest.mark.parametrize("name", GENOMES)
def test_a_genome_acts_as_recorded(name: str) -> None:
    recorded = np.load(HERE / f"{name}.npy", allow_pickle=False)
    now = actions(load_genome(HERE / f"{name}.safetensors"))
    assert recorded.shape[0] == STEPS and len(np.unique(recorded)) >= STEPS
    assert now.dtype == recorded.dtype and now.tobytes() == recorded.tobytes()


def test_every_form_has_what_it_had() -> None:
    genomes = {name: load_genome(HERE / f"{name}.safetensors") for name in GENOMES}
    samples = {name: list(genome.population) for name, genome in genomes.items() if genome.population}
    assert samples.pop("meadow") == samples.pop("meadow-half") == ["diet", "genome", "hue", "size"]
    assert samples == {"cartpole": ["genome"], "mushrooms": ["genome"]}
    assert {name for name, genome in genomes.items() if genome.params.dtype == np.float16} == {"meadow-half"}
    assert "storage" not in genomes["meadow"].brain and genomes["meadow-half"].brain["storage"] == "float16"
    assert all(genome.meta["sensors"] and "seed:" in genome.meta["config"] for genome in genomes.values())
    assert sorted(GENOMES) == sorted(path.stem for path in HERE.glob("*.safetensors"))


@pytest.mark.parametrize("name", ["meadow", "meadow-alone", "meadow-half"])
def test_a_genome_founds_a_run(name: str) -> None:
    changes = ["run.capacity=40", "world.side=32", "world.population=20", "run.threads=1", "run.steps=1"]
    run = evolve(load_config("meadow", [*changes, f"run.founders={HERE / name}.safetensors"]))
    assert run.simulation.num_alive > 10


@pytest.mark.parametrize("name", RUNS)
def test_a_run_goes_on_as_recorded(name: str, tmp_path: Path) -> None:
    shutil.copytree(HERE / name, tmp_path / name)
    assert checkpoint.load(tmp_path / name / "checkpoints" / "step-000000004.safetensors").meta.format == 1
    config = load_config(tmp_path / name / "config.yaml", [f"{RUNS[name][1]}={4 + STEPS}"])
    run = evolve(config, tmp_path / name, resume=True, threads=2)
    assert run.simulation.steps == 4 + STEPS
    assert run.simulation.state_hash() == json.loads((HERE / "hashes.json").read_text())[name]
