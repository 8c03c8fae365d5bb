"""The Python API: what is plain is accepted, the rest is refused in one line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import alife
from alife.analysis.report.subject import load
from alife.config.schema import load_config
from alife.experiment.open import open_target
from alife.experiment.replay import Replay
from tests.conftest import Command

PLAIN = {
    "world": {"name": "cartpole", "lifetime": 4},
    "strategy": {"name": "ga"},
    "brain": {"memory": None},
    "run": {"generations": 1, "capacity": 4, "threads": 1},
}


def test_a_configuration_is_also_a_dict() -> None:
    run = alife.evolve({"seed": np.int64(3), **PLAIN})
    assert repr(run) == "Run(config, seed 3, generation 1 of 1)"
    assert load_config({"strategy": {"mutation_rate": {0: 0.2, 5: 0.1}, "name": "ga"}, **PLAIN, "seed": 2}).seed == 2
    assert PLAIN["run"]["generations"] == 1 and load_config(PLAIN, ["run.generations=7"]).run.generations == 7
    assert PLAIN["run"]["generations"] == 1  # the caller's dict is as it was


GENELESS = """\"A brain that does what it sees.\"
from alife.brains.shared.network import Network, WidthParams


class Params(WidthParams):
    \"Its width.\"


class SeeAndDo(Network):
    \"Takes the first observations as actions.\"

    def step(self, o):
        o.store(o.output("actions", self.num_actions), o.load(o.input("observations", self.num_observations)))
"""


def test_a_brain_without_genes_does_not_evolve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brains").mkdir()
    (tmp_path / "brains" / "see_and_do.py").write_text(GENELESS)
    line = r"see_and_do.py:12: SeeAndDo.step: expected genes to evolve, got none; write o.load\(o.genome"
    with pytest.raises(alife.UserError, match=line):
        alife.evolve({**PLAIN, "brain": {"name": "see_and_do"}}, out="run")
    assert not (tmp_path / "run").exists()


def test_a_run_with_a_folder_gets_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    alife.evolve(PLAIN, out="one")
    alife.evolve_islands([load_config(PLAIN, ["islands.count=2", "islands.migrants=1"])], "two", "none")
    pages = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("report.html"))
    assert pages == ["one/report.html", "two/island-000/report.html", "two/island-001/report.html"]


def test_files_of_the_project_are_found_as_they_are_written_in_a_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config("configs/brains/wht-mushrooms.yaml").label == "wht-mushrooms"
    genome = Path("genomes/mushrooms.safetensors")
    assert alife.load_genome(genome).meta == alife.load_genome("mushrooms").meta
    assert load(genome).name == "mushrooms"
    assert isinstance(open_target(str(genome), "cpu", []), Replay)
    assert isinstance(open_target("pursuit-prey", "cpu", []), Replay)  # a name that no configuration has
    assert "there is none of this name" in command("evolve", "configs/../meadow.yaml")[2]
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "meadow.yaml").write_text("world: {name: cartpole}\n")
    assert load_config("configs/meadow.yaml").names["world"] == "cartpole"


def test_what_is_no_folder_no_count_and_no_genome_is_refused_in_one_line() -> None:
    deep: dict[str, object] = {}
    deep["world"] = deep  # without an end
    run = alife.Run(PLAIN)
    for wanted, call in {
        "out: expected the path of a folder": lambda: alife.evolve(PLAIN, out="a\0b"),
        "out: expected the path of a folder, got ''": lambda: alife.Run(PLAIN, out=""),
        "config: expected a YAML file": lambda: alife.Run(None),  # type: ignore[arg-type]
        "save_genome: expected a path and a Genome": lambda: alife.save_genome("x", None),  # type: ignore[arg-type]
        "levels of keys and lists": lambda: alife.evolve(deep),
        "seed: expected a whole number of at most 64 digits": lambda: alife.evolve({**PLAIN, "seed": 10**6000}),
        "step: expected a whole number of steps from 0 on, got -1": lambda: run.step(-1),
        "steps from 0 on, got nan": lambda: run.step(float("nan")),  # type: ignore[arg-type]
        "steps from 0 on, got None": lambda: run.step(None),  # type: ignore[arg-type]
    }.items():
        with pytest.raises(alife.UserError, match=wanted):
            call()


def test_a_genome_is_saved_only_if_it_can_be_loaded_again(tmp_path: Path) -> None:
    genome, path = alife.load_genome("mushrooms"), tmp_path / "a.safetensors"
    endless: dict[str, object] = {}
    endless["a"] = endless
    for value in (float("nan"), np.inf, {1}, b"x", np.zeros(2), "\ud800", 10**5000, endless):
        with pytest.raises(alife.UserError, match="expected a description of text, finite numbers"):
            alife.save_genome(path, dataclasses.replace(genome, meta={"fitness": value}))
    for parts in ({"meta": None}, {"brain": {}}):
        with pytest.raises(alife.UserError, match="expected a brain with a name and a description"):
            alife.save_genome(path, dataclasses.replace(genome, **parts))
    assert not path.exists()
    alife.save_genome(path, dataclasses.replace(genome, meta={"fitness": np.float32(2), "ids": (1, 2)}))
    assert alife.load_genome(path).meta == {"fitness": 2, "ids": [1, 2]}


def test_islands_need_configurations(tmp_path: Path) -> None:
    one = load_config(PLAIN)
    for wanted, given in {
        "configs: expected a list": ("cartpole",),
        "configs: expected a list of": ([],),
        "made: expected the assignments of each of 2": ([one, one],),
        "address: expected text": ([one], 3),
    }.items():
        with pytest.raises(alife.UserError, match=wanted):
            alife.evolve_islands(given[0], tmp_path / "x", *given[1:])  # type: ignore[arg-type]


def test_brains_and_genomes_have_names() -> None:
    brain = alife.make_brain("wht", 12, 4)
    assert brain.spec() == alife.make_brain({"name": "wht"}, 12, 4).spec()
    assert repr(brain) == "Brain(wht, width 32: 12 observations, 4 actions, 192 genes)"
    genome = alife.load_genome("mushrooms")
    assert repr(genome).startswith(f"Genome(wht, {genome.params.size} genes, world='mushrooms', fitness=")


def test_one_genome_is_a_population_of_one() -> None:
    brain = alife.make_brain("wht", 3, 2)
    genomes, seen = brain.init(1, 0), np.ones((1, 3), np.float32)
    states = [brain.new_states(1) for _ in range(2)]
    one = brain.step(genomes[0], states[0], seen[0])
    assert np.array_equal(one, brain.step(genomes, states[1], seen)) and one.shape == (1, 2)
    assert np.array_equal(states[0], states[1]) and brain.develop(genomes[0], states[0]).shape == (1, 0)
    assert brain.notes(genomes[0], states[0], seen[0]).keys() == brain.notes(genomes, states[0], seen).keys()


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: alife.evolve({**PLAIN, "run": {"generatons": 1}}), "config: run.generatons: unknown key"),
    (lambda: alife.evolve({"world": [1]}), "config: world: expected keys, got"),
    (lambda: alife.evolve({(1, 2): 3}), "expected text as a key"),
    (lambda: alife.evolve(None), "config: expected a YAML file, a name in configs/ or a dict, got nothing"),
    (lambda: alife.evolve(""), "config: expected a YAML file, a name in configs/ or a dict, got ''"),
    (lambda: alife.make_brain("wth", 1, 1), "unknown brain 'wth'"),
    (lambda: alife.make_brain(None, 1, 1), "brain: expected a name, a dict or Params, got None"),
    (lambda: alife.make_brain("wht", 1.0, 1), "num_observations: expected a whole number of at least 1, got 1.0"),
    (lambda: alife.make_brain("wht", 1, 0), "num_actions: expected a whole number of at least 1, got 0"),
    (lambda: alife.load_genome("mushroms"), "unknown genome 'mushroms'"),
    (lambda: alife.load_genome(None), "genome: expected a genome file or the name of one in genomes/, got None"),
    (lambda: alife.load_config(PLAIN, "seed=2"), "overrides: expected a list such as ['seed=2'], got 'seed=2'"),
    (lambda: alife.load_config(PLAIN, {"seed": 2}), "overrides: expected a list such as ['seed=2'], got {'seed': 2}"),
    (lambda: alife.load_config(PLAIN, [3]), "overrides: expected text such as 'seed=2', got 3"),
    (lambda: alife.evolve(PLAIN, out=3), "out: expected the path of a folder, got 3"),
    (lambda: alife.open_run(None), "open_run: expected the folder of a run, got None"),
]


@pytest.mark.parametrize(("call", "said"), WRONG)
def test_the_rest_is_refused(call: Callable[[], object], said: str) -> None:
    with pytest.raises(alife.UserError) as caught:
        call()
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_genes_that_do_not_fit_are_refused() -> None:
    brain = alife.make_brain("wht", 3, 2)
    states, seen = brain.new_states(1), np.ones((1, 3), np.float32)
    for params, said in (
        (brain.init(1, 0)[0][1:], r"params: expected shape \[1, "),
        ("x", "params: expected numbers"),
    ):
        with pytest.raises(alife.UserError, match=said):
            brain.step(params, states, seen)
