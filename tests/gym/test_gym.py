"""Environments of Gymnasium and PettingZoo: equal to evaluators to the last bit, and checked by these libraries."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife.brains import make_brain
from alife.config.registry import find, find_params, names
from alife.config.task import load_task
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.evaluator import Evaluator
from alife.simulation.shared_world import Simulation
from alife.world import ArenaWorld, EpisodicWorld
from tests.conftest import ROOT

gymnasium = pytest.importorskip("gymnasium")
pytest.importorskip("pettingzoo")

import alife.gym  # noqa: E402  where the libraries are

EPISODIC = [name for name in names("worlds") if issubclass(find("worlds", name), EpisodicWorld)]
MIND = {"name": "wht", "projection": None, "layers": 1, "injection": 0}
OUTSIDE = {"genome", "state", "phenotype", "total", "agent_steps"}  # columns of the brain, and sums over a generation


def made(world: str, **params: Any) -> Any:
    return gymnasium.make(alife.gym.environment_id(world), **params).unwrapped


@pytest.mark.parametrize("world", EPISODIC)
def test_an_episode_of_the_environment_equals_one_of_an_evaluator(world: str) -> None:
    place = find("worlds", world)(find_params("worlds", world)())
    brain = make_brain(MIND, len(place.sensors), len(place.actuators))
    evaluator, environment = Evaluator(place, brain, 1, seed=5, threads=1), made(world, seed=5)
    genome = brain.init(1, 4)
    for episode in (3, 8):
        fitness = evaluator.fitness(genome, 1, episode)[0]
        state, over, rewards = brain.new_states(1, ids=np.array([episode]), seed=5), False, []
        seen, _ = environment.reset(options={"episode": episode})
        while not over:
            seen, reward, ended, late, info = environment.step(brain.step(genome, state, seen[None])[0])
            rewards.append(reward)
            over = ended or late
        ours, theirs = environment._episode.fields, evaluator.fields
        own = [name for name in ours if name not in OUTSIDE]
        assert [name for name in own if not np.array_equal(ours[name], theirs[name], equal_nan=True)] == []
        assert info["fitness"] == fitness and len(rewards) == ours["taken"][0]
        assert sum(rewards) == pytest.approx(fitness, abs=1e-5)


@pytest.mark.parametrize("world", EPISODIC)
def test_the_check_of_gymnasium(world: str) -> None:
    from gymnasium.utils.env_checker import check_env

    drawn = find("worlds", world).scene is not find("worlds", "gymnasium").scene
    environment = made(world, **({"render_mode": "rgb_array"} if drawn else {}))
    with warnings.catch_warnings():
        warnings.filterwarnings("error")
        warnings.filterwarnings("ignore", message=".*Box observation space (min|max)imum value is.*")
        check_env(environment, skip_render_check=not drawn)


def test_episodes_are_terminated_or_truncated() -> None:
    environment = made("cartpole")
    environment.reset(seed=0)
    ends = [environment.step(np.ones(1, np.float32))[2:4]]
    while ends[-1] == (False, False):
        ends.append(environment.step(np.ones(1, np.float32))[2:4])
    assert ends[-1] == (True, False) and len(ends) < 30  # pushed one way the pole falls
    with pytest.raises(UserError, match="call reset"):
        environment.step(np.ones(1, np.float32))
    short = made("cartpole", lifetime=3)
    short.reset(seed=0)
    assert [short.step(np.ones(1, np.float32))[2:4] for _ in range(3)] == [(False, False)] * 2 + [(False, True)]


def test_pictures_change_with_the_world() -> None:
    environment = made("cartpole", render_mode="rgb_array")
    environment.reset(seed=0)
    first = environment.render()
    for _ in range(5):
        environment.step(np.ones(1, np.float32))
    assert first.dtype == np.uint8 and first.shape[2] == 3 and (first != environment.render()).any()
    environment.close()


REFUSED = {
    "colours": (lambda: made("mushrooms", colours=99), "world mushrooms: colours: expected less than or equal to 8"),
    "key": (lambda: made("mushrooms", color=2), "unknown key"),
    "mode": (lambda: made("mushrooms", render_mode="ansi"), "expected one of rgb_array, human, got ansi"),
    "lanes": (lambda: made("mushrooms").step(np.zeros(2)), "call reset"),
    "shared": (lambda: alife.gym.episodic_world.EpisodicEnv("meadow"), "write alife.gym.parallel_env\\('meadow'\\)"),
    "hosted": (
        lambda: alife.gym.episodic_world.EpisodicEnv("gymnasium"),
        "expected an episodic world, got external: it runs other environments",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_are_one_line(case: str) -> None:
    make, words = REFUSED[case]
    with pytest.raises(UserError, match=words) as refusal:
        make()
    assert "\n" not in str(refusal.value)


def test_actions_of_another_shape_are_refused() -> None:
    environment = made("mushrooms")
    environment.reset()
    for action in (np.zeros(2), np.array([np.nan]), "left", [["a"], None]):
        with pytest.raises(UserError, match="expected 1 finite numbers \\(eat\\)"):
            environment.step(action)


@pytest.mark.parametrize("library", ["gymnasium", "pettingzoo"])
def test_without_a_library(library: str) -> None:
    code = (
        f"import sys; sys.modules['{library}'] = None\n"
        "from alife import UserError\n"
        "try:\n    import alife.gym; alife.gym.parallel_env('meadow')\n"
        f"except UserError as error: assert \"pip install '.[{library}]' in a clone\" in str(error), error\n"
        "else: sys.exit('expected a refusal')"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_gymnasium_finds_it_by_its_module_and_heavy_libraries_are_imported_late() -> None:
    code = (
        "import sys, alife, alife.cli.commands; assert not {'gymnasium', 'pygame'} & set(sys.modules)\n"
        "import gymnasium; gymnasium.make('alife.gym:alife/Mushrooms-v0', colours=2)\n"
        "assert 'pygame' not in sys.modules and 'pettingzoo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


MEADOW = {"side": 32, "population": 30, "split_age": 5, "lifetime": 60, "founder_energy": 1.5}
BARE = {**MIND, "memory": None}  # without a state


def meadow(**params: Any) -> Any:
    return alife.gym.parallel_env("meadow", **{**MEADOW, **params})


def test_the_check_of_pettingzoo(capsys: pytest.CaptureFixture[str]) -> None:
    from pettingzoo.test import parallel_api_test

    with warnings.catch_warnings():
        warnings.filterwarnings("error")
        warnings.filterwarnings(
            "ignore", message=".*possible_agents.*|No agents present"
        )  # the agents to come are not known
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # PettingZoo's own
        parallel_api_test(meadow(steps=70), num_cycles=100)
    assert "Passed" in capsys.readouterr().out


def test_the_life_equals_a_run_if_the_inherited_brains_act() -> None:
    environment = meadow(seed=3, brain=BARE, capacity=100)
    environment.reset()
    life, brain = environment.simulation, environment.simulation.brain
    natural = find("strategies", "natural")(find_params("strategies", "natural")())
    plain = Simulation(environment.world, brain, natural, 100, seed=3, threads=1)
    for _ in range(60):
        rows = np.array([life.slots()[agent] for agent in environment.agents])
        seen = np.stack([life.fields["observations"][row] for row in rows])
        acts = brain.step(life.fields["genome"][rows], brain.new_states(len(rows)), seen)
        environment.step(dict(zip(environment.agents, acts, strict=True)))
        plain.step()
        plain.deaths()
        assert life.state_hash() == plain.state_hash()
    assert plain.births > 5 and sum(plain.death_causes.values()) > 5


def test_ids_are_never_reused_and_a_life_is_determined_by_its_seed() -> None:
    def play(seed: int) -> list[Any]:
        environment, log = meadow(), []
        environment.reset(seed=seed)
        rng, known = np.random.default_rng(0), set(environment.agents)
        for _ in range(80):
            acting = list(environment.agents)
            seen, rewards, ends, cuts, infos = environment.step({a: rng.uniform(-1, 1, 3) for a in acting})
            new, gone = set(environment.agents) - set(acting), set(acting) - set(environment.agents)
            assert not new & known and gone == {a for a in ends if ends[a]} and not any(cuts.values())
            assert len(new) == sum(rewards.values()) and all("cause" in infos[agent] for agent in gone)
            assert set(seen) == set(rewards) == set(infos) == set(acting) | new
            known |= new
            log.append((environment.agents, rewards, {a: s.tobytes() for a, s in seen.items()}))
        assert len(known) > 40 and len(environment.agents) < len(known)
        return log

    assert play(4) == play(4) != play(5)


BAD: dict[str, Callable[[], Any]] = {
    "capacity: expected an integer from 1 to": lambda: meadow(capacity=-1),
    "capacity: expected an integer from 1 to 67,108,864, got 9.5": lambda: meadow(capacity=9.5),
    "steps: expected an integer from 1 to": lambda: meadow(steps=0),
    "seed: expected an integer from 0 to": lambda: meadow(seed=-1),
    "seed: .* got 18446744073709551616; write seed=1": lambda: meadow().reset(seed=2**64),
    "brain: expected a spec, got wht": lambda: meadow(brain="wht"),
    "render: .* call reset": lambda: meadow(render_mode="rgb_array").render(),
    "seed: .* got 'x';": lambda: alife.gym.parallel_env("pursuit").reset(seed="x"),
    "episode: .* got -5;": lambda: alife.gym.parallel_env("pursuit").reset(options={"episode": -5}),
    "seed: .* got None;": lambda: made("tmaze", seed=None),
    "episode: .* got 'next';": lambda: made("tmaze").reset(options={"episode": "next"}),
}


@pytest.mark.parametrize("words", BAD)
def test_refused_arguments_are_one_line(words: str) -> None:
    with pytest.raises(UserError, match=words) as refusal:
        BAD[words]()
    assert "\n" not in str(refusal.value)


def test_refusals_of_a_parallel_environment() -> None:
    with pytest.raises(
        UserError, match="expected a shared or an arena world, got an episodic one; write gymnasium.make\\('alife/Mush"
    ):
        alife.gym.parallel_env("mushrooms")
    with pytest.raises(UserError, match="world meadow: side: expected"):
        meadow(side=3)
    environment = meadow(render_mode="rgb_array")
    environment.reset()
    with pytest.raises(UserError, match="got none of agent_0"):
        environment.step({})
    assert environment.render().shape == (600, 600, 3)


ARENAS = [name for name in names("worlds") if issubclass(find("worlds", name), ArenaWorld)]


@pytest.mark.parametrize("world", ARENAS)
def test_an_arena_equals_one_of_an_evaluator(world: str) -> None:
    place = find("worlds", world)(find_params("worlds", world)())
    brain = make_brain(BARE, len(place.sensors), len(place.actuators), threads=1)
    arenas, environment = ArenaEvaluator(place, brain, 1, seed=5, threads=1), alife.gym.parallel_env(world, seed=5)
    pool, ended = brain.init(2, 3), []
    for episode in (2, 6, 9):
        arenas.play(pool, np.array([[0, 1]]), episode)
        seen, _ = environment.reset(options={"episode": episode})
        total = dict.fromkeys(environment.agents, 0.0)
        while environment.agents:
            genomes = pool[[0 if agent.startswith(place.roles[0]) else 1 for agent in environment.agents]]
            sensed = np.stack([seen[agent] for agent in environment.agents])
            acts = brain.step(genomes, brain.new_states(len(genomes)), sensed)
            seen, rewards, ends, _, infos = environment.step(dict(zip(environment.agents, acts, strict=True)))
            total = {agent: before + rewards.get(agent, 0.0) for agent, before in total.items()}
            ended += [agent for agent in ends if ends[agent]]
        ours, theirs = environment._episode.fields, arenas.fields
        own = [
            name for name in ours if name not in {*OUTSIDE, "actions", "observations"}
        ]  # agents that are out do not act here
        differing = [name for name in own if not np.array_equal(ours[name], theirs[name], equal_nan=True)]
        assert set(differing) <= {"clock"}
        assert list(total.values()) == pytest.approx(theirs["fitness"].tolist(), abs=1e-5)
    assert ended and all(agent.startswith("prey") for agent in ended)


def test_the_check_of_pettingzoo_of_pursuit() -> None:
    from pettingzoo.test import parallel_api_test

    with warnings.catch_warnings():
        warnings.filterwarnings("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        parallel_api_test(alife.gym.parallel_env("pursuit", lifetime=60, predators=2, side=6.0), num_cycles=100)


def test_an_arena_is_determined_by_its_seed_and_drawn() -> None:
    def play(seed: int) -> list[Any]:
        environment, rng = alife.gym.parallel_env("pursuit", render_mode="rgb_array"), np.random.default_rng(1)
        seen, infos = environment.reset(seed=seed)
        log: list[Any] = [infos, environment.render().tobytes()]
        for _ in range(20):
            seen, rewards, *_ = environment.step({agent: rng.uniform(-1, 1, 2) for agent in environment.agents})
            log += [rewards, {agent: array.tobytes() for agent, array in seen.items()}]
        return [*log, environment.render().tobytes()]

    first = play(4)
    assert first == play(4) != play(5) and first[1] != first[-1]


EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "gym.md").read_text(), re.S)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_page_run(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(example, "docs/gym.md", "exec"), {})


def test_an_environment_of_the_page_evolves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module in the current folder; in a budget's world it is searched by the recipe."""
    text = next(text for text in EXAMPLES if "class MyEnv" in text)
    (tmp_path / "own_point.py").write_text(text.replace("MyEnv-v0", "OwnPoint-v0"))
    monkeypatch.chdir(tmp_path)
    few = ["run.generations=2", "run.capacity=6", "run.episodes=1"]
    run = evolve(load_task("own_point:OwnPoint-v0", few))
    assert run.simulation.world.lifetime == 20 and -40 < run.row["best"] < 0
