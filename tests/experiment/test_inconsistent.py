"""Checkpoints that are whole but do not fit the configuration, or themselves: refused in one line, nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife.atomic_files import load_arrays, save_arrays
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import evolve, open_run
from alife.experiment.records import checkpoint
from alife.experiment.run import Run

Arrays = dict[str, np.ndarray]
FEW = ["run.generations=2", "run.episodes=1", "run.threads=1", "world.lifetime=5"]
CONFIGS = {
    "meadow-small": ["run.steps=3", "run.capacity=64", "world.population=30", "world.side=32", "run.threads=1"],
    "cartpole": [*FEW, "run.capacity=6", "run.elites=2", "run.target=1000"],
    "pursuit": [*FEW, "run.capacity=3", "brain.width=16", "brain.memory=null"],
}


@pytest.fixture(scope="module", params=CONFIGS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("run") / request.param
    return evolve(load_config(request.param, CONFIGS[request.param]), out)


def saved(run: Run) -> tuple[Path, Arrays, dict[str, Any]]:
    assert run.out is not None
    path = checkpoint.listed(run.out / "checkpoints")[-1]
    return path, *load_arrays(path)


def refusal(run: Run, arrays: Arrays) -> str:
    """The error; the life is as it was before."""
    before = run.simulation.state_hash()
    with pytest.raises(UserError) as caught:
        run.simulation.restore(arrays)
    assert run.simulation.state_hash() == before and "\n" not in str(caught.value)
    return str(caught.value)


def misfits(array: np.ndarray) -> Iterator[np.ndarray]:
    """An array of another length, dtype and number of axes."""
    yield np.concatenate([array, np.zeros((1, *array.shape[1:]), array.dtype)])
    yield array.astype(np.float64 if array.dtype != np.float64 else np.float32)
    yield array[None]
    if len(array):
        yield array[:-1]


def test_every_array_is_there_and_of_its_form(run: Run) -> None:
    _, arrays, _ = saved(run)
    run.simulation.restore(arrays)
    for name, array in arrays.items():
        short = name.partition(".")[2] if name.startswith(("predator.", "prey.")) else name
        if not short.startswith("hall."):  # older checkpoints have none
            without = {other: kept for other, kept in arrays.items() if other != name}
            assert f"expected {short} as " in refusal(run, without)
        for wrong in misfits(array):
            if short not in ("guests", "reached") or wrong.shape[1:] != array.shape[1:] or wrong.dtype != array.dtype:
                assert "expected " in refusal(run, {**arrays, name: wrong})


WRONG = {
    "meadow-small": [
        ("x", 1e30, "x in 0..32"), ("y", np.nan, "y in 0..32"), ("y", -0.5, "y in 0..32"), ("x", 40, "x in 0..32"),
        ("heading", np.inf, "heading to be finite"), ("genome", np.nan, "genome to be finite"),
        ("num_living", 10**9, "num_living as"), ("num_living", -1, "num_living of at least 0"),
        ("alive", 2, "alive in"), ("clock", -(2**62), "clock in"), ("generation", -1, "generation of at least 0"),
        ("next_id", 0, "id in"),
        ("parent_id", 2**62, "parent_id in"), ("patch_kind", -1, "patch_kind in 0..1"), ("id", 1, "id of each"),
    ],
    "cartpole": [
        ("generation", -(2**62), "generation in"), ("generation", 2**62, "generation in"),
        ("generation", 1, "strategy.generation as"), ("agent_steps", -1, "agent_steps in"),
        ("genomes", np.nan, "genomes to be finite"),
        ("strategy.parents", 6, "strategy.parents in -1..5"), ("strategy.seed", 99, "strategy.seed as"),
        ("strategy.best_fitness", np.nan, "strategy.best_fitness"), ("strategy.sigmas", -1, "strategy.sigmas of"),
        ("parents", 10**9, "parents in"), ("hall.generations", 7, "hall.generations in 0..1"),
        ("hall.fitness", np.inf, "hall.fitness to be finite"), ("hall.ids", -1, "hall.ids in"),
    ],
    "pursuit": [
        ("prey.generation", -1, "prey: expected generation"), ("prey.ancestors.generations", 5, "in 0..1"),
        ("predator.ancestors.generations", 1, "to ascend"), ("predator.genomes", np.inf, "predator: expected genomes"),
        ("prey.agent_steps", -5, "prey: expected agent_steps"),
    ],
}  # fmt: skip


def test_values_are_within_their_bounds(run: Run) -> None:
    _, arrays, _ = saved(run)
    for name, value, words in WRONG[run.config.label]:
        wrong = arrays[name].copy()
        wrong.reshape(-1)[0] = value
        assert words in refusal(run, {**arrays, name: wrong}), name


def test_genes_of_any_finite_size_go_on_and_change_their_own_brain_alone(run: Run) -> None:
    again = Run(run.config)
    arrays = {name: array.copy() for name, array in saved(run)[1].items()}
    large = [arrays[name] for name in arrays if name.endswith(("genome", "genomes", "held"))]
    for genes in large:
        genes[:1] = np.copysign(1e30, genes[:1])
    again.simulation.restore(arrays)
    again.simulation.step(1)
    again.simulation.check(again.simulation.state())
    assert large and sum(map(np.size, again.simulation.last_fitness().values())) == sum(
        np.isfinite(values).sum() for values in again.simulation.last_fitness().values()
    )


def test_two_roles_are_as_far_as_each_other() -> None:
    config = load_config("pursuit", [*CONFIGS["pursuit"], "run.generations=3"])
    one, other = Run(config), Run(config)
    one.step(1)
    other.step(2)
    both = {**one.simulation.state(), **{k: a for k, a in other.simulation.state().items() if k.startswith("prey.")}}
    with pytest.raises(UserError, match="expected as many generations of both roles, got 1 and 2"):
        Run(config).simulation.restore(both)


METAS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda meta: meta.pop("offsets"), "offsets: expected a value, got nothing"),
    (lambda meta: meta.update(offsets=None), "offsets: expected keys, got nothing"),
    (lambda meta: meta["offsets"].pop("lineage"), "offsets.lineage: expected a value"),
    (lambda meta: meta["offsets"].update(metrics="10"), "offsets.metrics: expected a valid integer"),
    (lambda meta: meta["offsets"].update(metrics=-1), "offsets.metrics: expected greater than or equal to 1"),
    (lambda meta: meta["offsets"].update(metrics=7), "expected a row to end after the 7 bytes"),
    (lambda meta: meta["offsets"].update(metrics=10**9), "expected the 1000000000 bytes"),
    (lambda meta: meta.update(step=-1), "step: expected greater than or equal to 0"),
    (lambda meta: meta.update(step=1.5), "step: expected a valid integer"),
    (lambda meta: meta.update(step=2), "expected arrays of step 2, got 3"),
    (lambda meta: meta.update(migrations=[]), "migrations: expected a valid integer"),
    (lambda meta: meta.update(config=1), "config: expected a valid string"),
]


def test_a_description_of_another_form_is_named_with_the_file_and_what_to_do(tmp_path: Path) -> None:
    config = load_config("meadow-small", CONFIGS["meadow-small"])
    path, arrays, meta = saved(evolve(config, tmp_path / "run"))
    for change, words in METAS:
        wrong = json.loads(json.dumps(meta))
        change(wrong)
        save_arrays(path, arrays, wrong)
        with pytest.raises(UserError) as caught:
            open_run(tmp_path / "run").step(1)
        assert words in str(caught.value) and "\n" not in str(caught.value)
        assert str(path) in str(caught.value) or "metrics.csv" in str(caught.value)
    save_arrays(path, {**arrays, "y": np.full_like(arrays["y"], 1e30)}, meta)
    with pytest.raises(UserError, match=r"expected y in 0..32, got 1e\+30 at \[0\]; move this file away"):
        open_run(tmp_path / "run")
