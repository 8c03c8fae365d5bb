"""Laws of births, mating, episodes and strategies mean what their text says: views over it equal their array form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from alife.backends import genome_arrays
from alife.evolution import natural
from alife.evolution.shared.schedules import follow
from alife.evolution.shared.structural import tabulate_moves
from alife.laws.law import LISTS, Law
from alife.laws.scope import EMPTY
from alife.laws.views import run_row
from alife.ops.gene_groups import Move
from alife.simulation import births, episode, episode_laws, mating
from alife.simulation.coevolution import arena_evaluator
from tests.evolution.test_strategies import founders, near, strategy
from tests.helpers.lives import equal, life, snapshot

PATHS = {"name": "paths", "projection": None, "memory": None, "width": 32, "paths": 64}


def check(law: Law, given: Mapping[str, np.ndarray], rows: Any, every: int = 1) -> Mapping[str, np.ndarray]:
    """Runs a law at some rows, and every n-th of its columns, both ways; returns what it left."""
    ours, theirs = ({name: array.copy() for name, array in given.items()} for _ in range(2))
    form, bound = law.array_form, dict(law.renamed)
    arguments = [ours[name] if ours[name].ndim else ours[name][()] for name in form.arguments]
    width = ours[bound.get(law.columns, law.columns)].shape[1] if law.columns else 1
    for row in rows:
        for column in range(0, width, every):
            place = [np.int32(row)] * bool(law.rows) + [np.int32(column)] * bool(law.columns)
            form(*place, *arguments)
            run_row(law, row, theirs, EMPTY, column)
    wrong = [name for name in given if not equal(ours[name], theirs[name])]
    assert not wrong, f"{law.name} differs in {wrong}"
    return ours


def test_laws_of_a_shared_world() -> None:
    """A step in which agents die, mate, and have children whose genes move."""
    breeding = natural.Params(mating=0.6, structural=0.7, mutation_rate={0: 0.1, 9: 0.3})
    simulation = life(4, 1, 40, PATHS, breeding, side=16, population=30)
    f, engine = simulation.fields, (births, mating, natural, follow)
    f["died"][[1, 4, 7]], f["wants_child"][[2, 3, 5, 8, 9]], f["mate"][:30] = 1, 1, -1
    f["mate"][[2, 3, 5]] = 4, 9, 8
    laws = [stage for stage in simulation.stages() if isinstance(stage, Law)]
    own = {getattr(module, "__name__", "") for module in engine} | {"alife.evolution.shared.structural"}
    given, seen = snapshot(simulation), set()
    for law in (*laws, births.salt_founder):
        if law.function.__module__ not in own and law.function is not follow.function:
            continue
        sizes = {"living": "num_living", "deaths": "num_dead", "newborn": "num_newborn", "parents": "num_newborn"}
        count = int(given[sizes[law.rows]][0]) if law.rows in sizes else 1
        rows = given[law.rows][:count].tolist() if law.rows in LISTS else range(count)
        given = check(law, given, rows, every=31)
        seen |= {law.name} if count else set()
    assert {"follow", "match_births", "bury_beside", "name_second", "draw_moves", "breed_structured"} <= seen
    assert given["num_dead"][0] == 3 and given["num_newborn"][0] == 5 and given["births_of_two"][0] > 0


def test_laws_of_episodes() -> None:
    rng = np.random.default_rng(0)
    given = {name: np.zeros(3, np.int32) for name in ("taken", "seat", "arena")}
    given |= {name: rng.random(3, np.float32) for name in ("fitness", "total")} | {"id": np.zeros(3, np.int64)}
    given |= {name: rng.random((3, 2), np.float32) for name in ("state", "measures", "measures_total")}
    given |= {"done": np.array([0, 1, 0], np.uint8), "arena": np.arange(3, dtype=np.int32)}
    given |= {name: np.array([2], np.int64) for name in ("clock", "episode", "apart", "agent_steps")}
    given |= {"seed": np.array(3, np.uint64), "salt_column": np.array(1, np.int32)}
    tallies = (
        episode_laws.open_tally.on(values="measures"),
        episode_laws.close_tally.on(values="measures", sums="measures_total"),
    )
    own = [vars(module).values() for module in (episode, episode_laws, arena_evaluator)]
    laws = [each for values in own for each in values if isinstance(each, Law) and each.columns != "values"]
    for law in (*laws, *tallies):
        check(law, given, range(1 if law.table == "one" else 3))
    assert len(laws) == 10


def test_laws_of_strategies(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    run = genome_arrays.HostGenomeArrays.run

    def checked(arrays: Any, law: Law, names: Mapping[str, np.ndarray], count: int) -> None:
        if law.name not in seen:
            check(law, names, range(count))
        seen.add(law.name)
        run(arrays, law, names, count)

    monkeypatch.setattr(genome_arrays.HostGenomeArrays, "run", checked)
    structure = tabulate_moves((Move("roll", "roll", np.arange(6).reshape(2, 3)),), 6)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("ga", {"mutation": "adaptive"}),
        ("ga", {"structural": 0.8}),
        ("map_elites", {"variation": "iso_line"}),
        *((name, {}) for name in ("gray", "open_es", "snes", "cmaes")),
    ]
    for name, params in cases:
        own = strategy(name, params)
        own.structure = structure if "structural" in params else None
        state = own.init(3, founders(count=6))
        for _ in range(2):
            genomes = own.ask(state)
            state = own.tell(state, near(genomes), (genomes[:, :2] + 1) / 2)
        own.ask(state)
    a, b, which = founders(1, 4), founders(2, 4), np.array([3, 1, 0, 2], np.int32)
    for law, names in (
        (genome_arrays.take_rows, {"genome": a, "which": which}),
        (genome_arrays.choose_rows, {"first": a, "second": b, "takes_first": which & 1}),
        (genome_arrays.join_rows, {"above": a[:1], "below": b}),
    ):
        genome_arrays.run_law(law, {"out": np.zeros_like(a), **names}, 4)
    moved = {"breed", "breed_structured", "draw_moves", "vary_sigma", "vary_along_line", "step_genes"}
    drawn = {"write_normals", "sample", "sum_block", "take_exponential"}
    assert moved | drawn | {"take_rows", "choose_rows", "join_rows"} <= seen
