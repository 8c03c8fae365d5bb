"""The examples of CONTRIBUTING.md work as they stand, as files in folders of one's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from alife.brains import make_brain
from alife.config import registry
from alife.config.schema import load_config
from alife.experiment.evolve import evolve
from alife.experiment.run import Run
from alife.parts.barriers import STONE
from alife.world.base import scene_of
from tests.conftest import ROOT, Command

PAGE = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.S)
KINDS = ("worlds", "worlds", "worlds", "worlds", "worlds", "brains", "strategies", "instruments", "studies")
NAMES = ("drops", "pond", "tides", "corridor", "crowds", "reflex", "mutants", "bounds", "layers")
FEW = ("run.capacity=16", "run.generations=8", "run.threads=1")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every example in its folder below the current directory."""
    for kind, name, text in zip(KINDS, NAMES, EXAMPLES, strict=True):
        (tmp_path / kind).mkdir(exist_ok=True)
        (tmp_path / kind / f"{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_example_is_listed_with_typed_parameters() -> None:
    for kind, name in zip(KINDS, NAMES, strict=True):
        assert registry.describe(kind)[name]["doc"].endswith(" An example.")
        assert all(field.description for field in registry.find_params(kind, name).model_fields.values())


def test_the_world_evolves_the_same_on_any_number_of_threads(own_folders: Path) -> None:
    path = own_folders / "drops.yaml"
    path.write_text("world: {name: drops}\nrun: {capacity: 300, steps: 400}\n")
    run = evolve(load_config(path), own_folders / "run")
    assert run.simulation.births > 50 and run.population["x"].mean() > 0.7
    assert run.row["place"] == pytest.approx(run.population["x"].mean())
    scene = run.simulation.world.scene(run.simulation.fields, run.simulation.living())
    assert len(scene.discs.x) == run.simulation.num_alive > 0
    again = Run(load_config(path, ["run.threads=2"]))
    again.step(400)
    assert again.simulation.state_hash() == run.simulation.state_hash()


def test_the_world_imports_one_module_of_the_package() -> None:
    assert set(re.findall(r"^(?:from|import) (alife[\w.]*)", EXAMPLES[0], re.M)) == {"alife.world"}


@pytest.mark.parametrize("name", ["pond", "tides"])
def test_an_ecosystem_of_parts_lives_and_closes_its_books(own_folders: Path, name: str) -> None:
    path = own_folders / f"{name}.yaml"
    path.write_text(f"world: {{name: {name}}}\nrun: {{capacity: 1500, steps: 500}}\n")
    run = evolve(load_config(path), own_folders / "run")
    assert run.simulation.births > 100 and run.simulation.num_alive > 50
    f, rows = run.simulation.fields, run.simulation.living()
    stored = int(f["energy"][rows].sum()) + int((np.float32(0.5) * f["size"][rows] * 65536).astype(int).sum())
    pools = stored + f.total("biomass") + f.total("heat") + f.total("warmth") - f.total("sunlight")
    begun = Run(load_config(path)).simulation
    rows, g = begun.living(), begun.fields
    founders = int(g["energy"][rows].sum()) + int((np.float32(0.5) * g["size"][rows] * 65536).astype(int).sum())
    assert pools == founders + g.total("biomass")
    assert ("depth" in [sensor.name for sensor in run.simulation.world.sensors]) == (name == "tides")


def test_an_ecosystem_without_a_scene_shows_its_agents_and_what_parts_draw(own_folders: Path) -> None:
    (own_folders / "worlds" / "cloister.py").write_text(
        '"""Cloister: a pond with barriers."""\n'
        "from alife.config.registry import find, find_params\n"
        "from alife.parts.barriers import BarrierParams, Barriers\n"
        'class Params(BarrierParams, find_params("worlds", "pond")):\n    """Those of both."""\n'
        'class Cloister(find("worlds", "pond")):\n    parts = (*find("worlds", "pond").parts, Barriers())\n'
    )
    world = registry.find("worlds", "cloister")(registry.find_params("worlds", "cloister")(side=32, barriers=True))
    walls = np.zeros((32, 32), np.uint8)
    walls[5, 7] = 1
    view = dict.fromkeys(("x", "y", "heading", "size"), np.array([3, 9, 20], np.float32))
    view |= {"biomass": np.full((64, 16), 65536, np.int32), "kind": np.zeros((64, 16), np.uint8), "wall": walls.ravel()}
    scene = scene_of(world, view, np.array([0, 2]))
    ground = np.asarray(scene.ground).astype(int)
    assert scene.discs.x.tolist() == [3, 20] and scene.discs.row.tolist() == [0, 2]
    assert tuple(ground[5, 7]) == STONE and (ground[..., 1] > ground[..., 0] + 20).sum() == 32 * 32 - 1
    assert [mark.shape for mark in world.legend] == ["agent", "ground", "ground"]


def test_a_part_costs_what_it_says(own_folders: Path) -> None:
    """With all else equal, agents in the water have paid more."""
    for drag in (0.0, 0.05):
        path = own_folders / "tides.yaml"
        path.write_text(f"world: {{name: tides, drag: {drag}, period: 1}}\nrun: {{capacity: 400}}\n")
        simulation = Run(load_config(path)).simulation
        simulation.step(1)
        assert (simulation.fields["depth"][simulation.living()] == 0).all()  # it is ebb at multiples of the period
    path.write_text("world: {name: tides, drag: 0.05, period: 4}\nrun: {capacity: 400}\n")
    wet, dry = Run(load_config(path)).simulation, Run(load_config(path, ["world.drag=0"])).simulation
    for each in (wet, dry):
        each.step(2)
    rows = np.intersect1d(wet.living(), dry.living())
    under = wet.fields["depth"][rows] > 0
    paid = dry.fields["energy"][rows] - wet.fields["energy"][rows]
    assert under.any() and (~under).any() and (paid[under] > 0).mean() > 0.9 and (paid[~under] == 0).all()


def test_a_corridor_is_walked_by_memory_alone(own_folders: Path) -> None:
    """A search finds a genome that is always right; one whose brain has no memory is right by chance."""
    settings = ["run.capacity=256", "run.generations=30", "run.target=0.99", "run.threads=1"]
    path = own_folders / "corridor.yaml"
    path.write_text("world: {name: corridor, length: 3}\n")
    run = evolve(load_config(path, settings))
    evaluator = run.simulation.evaluator
    genomes = np.repeat(run.simulation.champions()[""].params[None], 256, axis=0)
    assert evaluator.fitness(genomes, 4, first=10**6).mean() > 0.99
    assert 0.2 < evaluator.measures[:, 0].mean() < 0.8
    forgetful = Run(load_config(path, [*settings, "brain.memory=null", "brain.recurrent=0"])).simulation
    drawn = forgetful.evaluator.fitness(np.asarray(forgetful.population.genomes), 16, first=0)
    assert drawn.max() < 0.95 and abs(drawn.mean() - 0.5) < 0.05


def test_agents_of_a_crowd_see_the_nearest_one() -> None:
    """Against all pairs on the torus, where the nearest agent is less than a bin away."""
    simulation = Run(load_config({"world": {"name": "crowds"}, "run": {"capacity": 400}})).simulation
    rows, side = simulation.living(), simulation.world.params.side
    x, y, size = (simulation.fields[name][rows].copy() for name in ("x", "y", "size"))
    simulation.step(1)
    dx, dy = (np.remainder(axis[:, None] - axis + side / 2, side) - side / 2 for axis in (x, y))
    square = np.where(np.eye(len(rows)), np.inf, dx * dx + dy * dy)
    crowd = np.where(square < 9, size / (1 + square), 0).sum(1)
    lanes = [sensor.name for sensor in simulation.world.sensors]
    nearness, seen = (simulation.fields["observations"][rows, lanes.index(name)] for name in ("nearness", "crowd"))
    close = square.min(1) < 16
    assert close.sum() > 100 and np.allclose(nearness[close], 1 / (1 + np.sqrt(square.min(1)))[close], atol=1e-5)
    assert np.allclose(seen, crowd / (1 + crowd), atol=1e-5) and (seen > 0).sum() > 100


def test_the_brain_is_equal_compiled_and_defined() -> None:
    brain = make_brain({"name": "reflex", "width": 64}, 7, 3)
    params, seen = brain.init(20, 1), np.random.default_rng(0).normal(size=(20, 7)).astype(np.float32)
    compiled = brain.step(params, brain.new_states(20), seen)
    defined = brain.step(params, brain.new_states(20), seen, engine="reference")
    assert np.array_equal(compiled.view(np.uint32), defined.view(np.uint32)) and brain.num_genes == 128


def test_the_strategy_evolves_and_resumes_to_the_same_end(own_folders: Path) -> None:
    settings = [*FEW, "strategy={name: mutants, sigma: {0: 0.3, 8: 0.1}}"]
    config = load_config("cartpole", settings)
    run = evolve(config, own_folders / "run")
    assert run.row["best_so_far"] >= 100
    assert evolve(load_config("cartpole", [*settings, "run.generations=4"]), own_folders / "half").simulation.steps == 4
    whole = evolve(config, own_folders / "half", resume=True)
    assert whole.simulation.state_hash() == run.simulation.state_hash()


def test_the_instrument_is_on_the_page(command: Command) -> None:
    status, out, _ = command("inspect", "cartpole", "--only", "bounds", "--json")
    assert status == 0 and 0 <= json.loads(out)["Genes at their bounds"]["facts"]["share of genes"] <= 1


def test_the_study_writes_its_page(own_folders: Path, command: Command) -> None:
    status, out, _ = command("study", "layers", "--quick", "--seeds", 1, "--address", "none", "--quiet")
    page = own_folders / out.strip()
    assert status == 0 and re.search(r"^\| 1 \| [\d.]+ \|\n\| 3 \| [\d.]+ \|$", page.read_text(), re.M)
    assert len(page.with_suffix(".csv").read_text().splitlines()) == 3
