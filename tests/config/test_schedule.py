"""Schedules: the forms that may be written, the strategies that follow them, and equal results on every device."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from alife.config.json_schema import schema
from alife.config.registry import find, find_params, names
from alife.config.schedule import Schedule
from alife.config.schema import dump_config, load_config
from alife.errors import UserError
from alife.evolution import ga, natural, open_es
from alife.evolution.shared.schedules import follow
from alife.experiment.evolve import evolve
from tests.helpers.lives import life

POINTS = {0: 0.2, 100: 0.05, 101: 0.5, 200: 0.5}


def test_between_points_it_is_linear_and_beyond_them_constant() -> None:
    schedule = Schedule(((10, 0.2), (20, 0.1), (21, 0.5)))
    given = {0: 0.2, 10: 0.2, 15: 0.15000000000000002, 20: 0.1, 21: 0.5, 10**12: 0.5}
    assert {step: schedule.at(step) for step in given} == given
    assert Schedule(((7, 0.3),)).at(0) == Schedule(((7, 0.3),)).at(9) == 0.3


def test_the_law_gives_the_schedule_in_float32() -> None:
    schedule, now = Schedule(tuple(POINTS.items())), np.zeros(1, np.float32)
    points, values = np.array(list(POINTS), np.int64), np.array(list(POINTS.values()), np.float32)
    for step in (0, 1, 37, 99, 100, 101, 150, 200, 10**11):
        given = {"now": now, "points": points, "values": values, "step": np.int64(step)}
        follow(np.int32(0), *(given[name] for name in follow.array_form.arguments))
        np.testing.assert_allclose(now[0], schedule.at(step), rtol=1e-6)


# ---- forms that may be written

SOLO = "world: {name: mushrooms, encounters: 4}\nstrategy:\n  name: ga\n  mutation_rate: "


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{0: 0.2, 100: 1.5}", "expected less than or equal to 1, got 1.5; write for example mutation_rate: 0.11"),
        ("{0: fast}", "expected a valid number, got 'fast'; write for example mutation_rate: 0.11"),
        ("{soon: 0.2}", "expected generations from 0 as keys, got 'soon'; write for example {0: 0.2, 100: 0.05}"),
        ("{-1: 0.2}", "expected generations from 0 as keys, got '-1'; write for example {0: 0.2, 100: 0.05}"),
        ("{1: 0.2, 01: 0.3}", "expected generations and their values, got one of them twice; write for example"),
        ("{}", "expected generations and their values, got none; write for example {0: 0.2, 100: 0.05}"),
        ("[0.2, 0.1]", "expected a valid number, got [0.2, 0.1]; write for example mutation_rate: 0.11"),
        ("{0: .nan}", "expected a finite number, got nan; write for example mutation_rate: 0.11"),
    ],
)
def test_a_wrong_schedule_is_rejected_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(SOLO + text)
    with pytest.raises(UserError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}:4: strategy.mutation_rate: {words}")


def test_a_run_stores_its_schedules_and_reads_them_again(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(SOLO + "\n    0: 0.2\n    100: 0.05\n")
    config = load_config(path, ["strategy.sigma={0: 0.1, 200: 0.02}"])
    text = dump_config(config)
    assert "  mutation_rate:\n    0: 0.2\n    100: 0.05\n" in text and "  sigma:\n    0: 0.1\n    200: 0.02\n" in text
    path.write_text(text)
    assert load_config(path) == config


def test_the_schema_has_both_forms_within_the_bounds() -> None:
    text = json.dumps(schema()["$defs"])
    assert text.count('"minProperties"') > 5
    rate = find_params("strategies", "ga").model_json_schema()["properties"]["mutation_rate"]
    number, points = rate["anyOf"]
    assert number == points["additionalProperties"] == {"type": "number", "minimum": 0, "maximum": 1}


# ---- strategies that follow them

RUN = ("run.capacity=8", "run.episodes=1", "run.generations=6", "run.metrics_every=1", "run.checkpoint_every=4",
       "run.threads=1", "run.elites=0", "brain.memory=null")  # fmt: skip


def scheduled(name: str) -> dict[str, float]:
    """Returns the numbers of a strategy that may be scheduled, and their defaults, without a decay of sigma."""
    fields = find_params("strategies", name).model_json_schema()["properties"]
    found = {key: field["default"] for key, field in fields.items() if "minProperties" in json.dumps(field)}
    return found | ({"sigma_decay": 1.0} if "sigma_decay" in found else {})


SOLO_STRATEGIES = [name for name in names("strategies") if not hasattr(find("strategies", name), "breeding")]


@pytest.mark.parametrize("name", [name for name in SOLO_STRATEGIES if scheduled(name)])
def test_each_strategy_follows_its_schedules_and_resumes_within_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    base = [*RUN, f"strategy.name={name}"]
    fixed, moving = ([f"strategy.{key}={{0: {value}{more}}}" for key, value in scheduled(name).items()]
                     for more in ("", ", 5: 0.31"))  # fmt: skip
    plain = [f"strategy.{key}={value}" for key, value in scheduled(name).items()]
    number, constant, whole = (
        evolve(load_config("cartpole", [*base, *changes]), out) for changes, out in
        ((plain, "plain"), (fixed, "fixed"), (moving, "whole"))
    )  # fmt: skip
    assert number.simulation.state_hash() == constant.simulation.state_hash() != whole.simulation.state_hash()
    for key, value in scheduled(name).items():
        assert (whole.row[key], constant.row[key]) == (0.31, value)
    evolve(load_config("cartpole", [*base, *moving, "run.generations=3"]), "part")
    again = evolve(load_config("cartpole", [*base, *moving]), "part", resume=True, threads=2)
    assert again.simulation.state_hash() == whole.simulation.state_hash()
    assert Path("part/metrics.csv").read_bytes() == Path("whole/metrics.csv").read_bytes()


def test_steps_of_a_gaussian_follow_sigma() -> None:
    params = ga.Params(mutation="gaussian", crossover=0.0, mutation_rate=1.0, sigma={0: 1e-3, 1: 0.2}, elites=0)  # type: ignore[arg-type]
    lengths = []
    for generation in (0, 1):
        strategy = ga.Ga(params.at(generation))
        state = strategy.init(1, np.zeros((50, 20), np.float32))
        lengths.append(float(np.abs(strategy.tell(state, np.ones(50)).genomes).mean()))
    assert lengths[0] == pytest.approx(1e-3 * np.sqrt(2 / np.pi), rel=0.1)
    assert lengths[1] == pytest.approx(200 * lengths[0], rel=0.1)


def test_a_search_distribution_has_the_scheduled_sigma_and_decays_without_one() -> None:
    for sigma, expected in (({0: 0.1, 10: 0.3}, 0.2), (0.1, 0.1 * 0.999**5)):
        params = open_es.Params(sigma=sigma, bounded=False)  # type: ignore[arg-type]
        state = open_es.OpenEs(params.at(0)).init(1, np.zeros((400, 30), np.float32))
        for generation in range(5):
            state = open_es.OpenEs(params.at(generation)).tell(state, np.zeros(400))
        sample = open_es.OpenEs(params.at(5)).ask(state)
        assert float(sample.std()) == pytest.approx(expected, rel=0.02)


# ---- in a shared world

SPLIT = {"split_age": 5, "population": 60, "capacity": 100}


def breeding(rate: object, precision: object = 8.0) -> natural.Params:
    return natural.Params(mutation_rate=rate, mutation_precision=precision)  # type: ignore[arg-type]


def test_a_schedule_of_one_point_is_that_number_and_others_are_followed() -> None:
    lives = [
        life(seed=2, strategy=of, **SPLIT) for of in (breeding(0.3), breeding({0: 0.3}), breeding({20: 0.3, 40: 0.0}))
    ]
    for each in lives[:2]:
        each.step(60)
    assert lives[0].state_hash() == lives[1].state_hash() and lives[0].births > 20
    assert "mutation_rate" not in lives[0].metrics()
    last = lives[2]
    last.step(20)
    assert last.state_hash() == life_after(20, breeding(0.3)) and last.metrics()["mutation_rate"] == 0.3
    last.step(20)
    assert last.state_hash() != life_after(40, breeding(0.3)) and last.metrics()["mutation_rate"] == 0.0
    known = set(map(bytes, last.fields["genome"][last.living()]))
    last.step(20)
    assert set(map(bytes, last.fields["genome"][last.living()])) <= known and last.births > 40


def life_after(steps: int, strategy: natural.Params) -> str:
    simulation = life(seed=2, strategy=strategy, **SPLIT)
    simulation.step(steps)
    return simulation.state_hash()


def test_steps_at_once_threads_and_a_resume_change_nothing() -> None:
    strategy, strides = breeding({3: 0.5, 30: 0.1}, {0: 3.0, 25: 9.0}), (1, 7, 13, 19)
    whole = life_after(40, strategy)
    parts = life(seed=2, strategy=strategy, threads=2, **SPLIT)
    for stride in strides:
        parts.step(stride)
        resumed = life(seed=2, strategy=strategy, **SPLIT)
        resumed.restore({name: array.copy() for name, array in parts.state().items()})
        parts = resumed
    assert parts.state_hash() == whole


def test_a_gpu_gives_the_same(host_device) -> None:
    strategy = breeding({3: 0.5, 20: 0.1}, {0: 3.0, 15: 9.0})
    ours, theirs = life(seed=2, strategy=strategy, **SPLIT), life(seed=2, strategy=strategy, backend="gpu", **SPLIT)
    for each in (ours, theirs):
        each.step(12)
        each.step(13)
    assert ours.state_hash() == theirs.state_hash() and ours.births > 10
    assert ours.metrics() == theirs.metrics()
