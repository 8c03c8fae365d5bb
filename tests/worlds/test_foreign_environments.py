"""Environments that break the interface of Gymnasium: one line, the run saved; what means the same is taken."""

from __future__ import annotations

import contextlib
import decimal
import fractions
import json
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife.config.schema import dump_config, load_config, parse_config
from alife.errors import ExternalError, UserError
from alife.experiment.evolve import evolve
from alife.experiment.run import Run
from alife.simulation import pulse
from alife.simulation.checked_simulator import CheckedSimulator
from alife.simulation.pulse import Pulse

gymnasium = pytest.importorskip("gymnasium")
from gymnasium import spaces  # noqa: E402

from alife.parts.gymnasium_spaces import acts_of  # noqa: E402
from tests.helpers.environments import COUNTS, ZERO, Base, raising, register, world_of  # noqa: E402

SMALL = ("run.capacity=6", "run.episodes=2", "run.threads=1", "brain.memory=null", "run.metrics_every=1")


def lived(key: str, **params: Any) -> np.ndarray:
    """The sums of rewards of two copies of an environment in an episode that is checked."""
    world = world_of(environment=key, **params)
    simulator = CheckedSimulator(world, world.simulator(2, 1), Pulse())
    total, going = np.zeros(2), np.arange(2, dtype=np.int32)
    with contextlib.closing(simulator):
        _, finite = simulator.reset(np.array([3, 3]))
        total[~finite] = np.nan
        going = going[finite]
        while len(going):
            _, rewards, over = simulator.take(going, np.zeros((len(going), len(world.actuators)), np.float32))
            total[going] += rewards
            going = going[~over]
    return total


def returns(method: str, value: Any) -> dict[str, Any]:
    return {method: lambda *_, **__: value}


def see_at(step: int, value: Any) -> dict[str, Any]:
    return {"see": lambda self: value if self.t == step else ZERO}


DISCRETE = {"observation_space": spaces.Discrete(3)}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "ResetOnly": (
        returns("reset", ZERO),
        "step 0: expected reset(seed=..., options=...) -> observation, info, got (3,)",
    ),
    "ResetThree": (returns("reset", (ZERO, {}, 1)), "got 3 values: (3,) numbers of type float32, dict {}, int 1"),
    "ResetNone": (returns("reset", None), "got None; write reset as Gymnasium has it since version 0.26"),
    "OldReset": ({"reset": lambda self: ZERO}, "unexpected keyword argument 'seed'"),
    "FourValues": (returns("step", (ZERO, 1.0, True, {})), "(expected 5, got 4); write step as Gymnasium has it since"),
    "Crash": (
        {"step": raising(RuntimeError("out of order"))},
        "step 1: expected step(action) -> observation, reward, ",
    ),
    "Exit": ({"step": raising(SystemExit("bye"))}, "got SystemExit: bye"),
    "Panic": ({"step": raising(BaseException("of Rust"))}, "got BaseException: of Rust"),
    "Growing": (see_at(3, np.zeros(4)), "step 3: observation: expected real numbers of shape (3,), got (4,) numbers"),
    "Short": (see_at(0, np.zeros(1)), "step 0: observation: expected real numbers of shape (3,), got (1,) numbers"),
    "Scalar": (see_at(0, 0.5), "got float 0.5"),
    "NoObservation": (see_at(1, None), "step 1: observation: expected real numbers of shape (3,), got None"),
    "Complex": (see_at(1, np.zeros(3, complex)), "got (3,) numbers of type complex128"),
    "Ragged": (see_at(1, [[1], [1, 2], 3]), "got list [[1], [1, 2], 3]"),
    "Row": ({**DISCRETE, **returns("see", np.array([2]))}, "expected one real number, of shape (), got (1,) numbers"),
    "Beyond": ({**DISCRETE, **returns("see", 3)}, "observation: expected a whole number from 0 to 2, got int 3"),
    "Half": ({**DISCRETE, **returns("see", 0.5)}, "expected a whole number from 0 to 2, got float 0.5"),
    "NoReward": (returns("reward", None), "step 1: reward: expected a real number, got None"),
    "TwoRewards": (returns("reward", np.ones(2)), "reward: expected a real number, got (2,) numbers of type float64"),
    "ComplexReward": (returns("reward", 1 + 2j), "reward: expected a real number, got complex (1+2j)"),
    "DictReward": (returns("reward", {"a": 1}), "reward: expected a real number, got dict {'a': 1}"),
    "Huge": (returns("reward", 10**400), "reward: expected a real number, got int 1000"),
    "Decimal": (returns("reward", decimal.Decimal(1)), "got an object of type Decimal"),
    "Masked": (returns("reward", np.ma.masked), "reward: expected a real number, got masked numbers"),
    "MaskedSeen": (see_at(1, np.ma.array(ZERO, mask=[0, 1, 0])), "expected real numbers of shape (3,), got masked"),
    "NoEnd": (returns("over", None), "terminated: expected True or False, got None"),
    "End2": (returns("over", 2), "terminated: expected True or False, got int 2"),
    "EndText": (returns("over", "False"), "terminated: expected True or False, got str 'False'"),
    "EndNan": (returns("over", float("nan")), "terminated: expected True or False, got float nan"),
}
ALIKE: dict[str, dict[str, Any]] = {
    "IntEnd": {"over": lambda self: int(self.t >= 5)},
    "NumPyEnd": {"over": lambda self: np.bool_(self.t >= 5)},
    "RowEnd": {"over": lambda self: np.array([self.t >= 5])},
    "FloatEnd": {"over": lambda self: float(self.t >= 5)},
    "RowReward": {"reward": lambda self: np.ones(1)},
    "ZeroDimReward": {"reward": lambda self: np.array(1)},
    "BoolReward": {"reward": lambda self: True},
    "Fraction": {"reward": lambda self: fractions.Fraction(2, 2)},
    "ListSeen": {"see": lambda self: [0, 0.5, 1]},
    "IntSeen": {"see": lambda self: np.ones(3, np.int8)},
    "NumPyDiscrete": {**DISCRETE, "see": lambda self: np.int32(2)},
    "NoInfo": {"step": lambda self, action: [*Base.step(self, action)[:4], None]},
    "OwnBox": {"observation_space": type("OwnBox", (spaces.Box,), {})(-1, 1, (3,), np.float32)},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_breaks_the_interface_is_named_with_episode_and_step(name: str) -> None:
    parts, text = WRONG[name]
    key = register(name, **parts)
    with pytest.raises(ExternalError) as raised:
        lived(key)
    assert str(raised.value).startswith(f"{key}: episode 3, step ") and text in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ALIKE)
def test_what_means_the_same_is_taken(name: str) -> None:
    assert lived(register(name, **ALIKE[name])).tolist() == [5, 5]


def vector(**parts: Any) -> Any:
    """A vector form of five steps, with these methods: reward(count), end(count, over)."""

    class Five(gymnasium.vector.VectorEnv):  # type: ignore[misc, name-defined]
        metadata = {"autoreset_mode": gymnasium.vector.AutoresetMode.NEXT_STEP}
        single_observation_space, single_action_space = Base.observation_space, Base.action_space

        def __init__(self, num_envs: int, **_: Any) -> None:
            self.num_envs = num_envs

        def reset(self, *, seed: Any = None, options: Any = None) -> Any:
            self.t, Five.seed = 0, seed
            return np.zeros((self.num_envs, 3)), {}

        def step(self, actions: Any) -> Any:
            self.t += 1
            over, cut = np.full(self.num_envs, self.t >= 5), np.zeros(self.num_envs, bool)
            reward = parts.get("reward", np.ones)(self.num_envs)
            return np.zeros((self.num_envs, 3)), reward, parts.get("end", lambda over: over)(over), cut, {}

    return Five


def test_a_vector_form_is_checked_alike() -> None:
    form = {"vectorization": "vector_entry_point"}
    whole = vector(end=lambda over: over.astype(int))
    assert lived(register("IntVector", vector=whole), **form).tolist() == [5, 5] and max(whole.seed) < 2**31
    for name, parts, text in (
        ("ShortVector", {"reward": lambda count: np.ones(count - 1)}, "reward: expected real numbers of shape (2,)"),
        ("TwoVector", {"end": lambda over: over + 2}, "terminated: expected True or False"),
        ("CrashVector", {"reward": raising(ValueError("no"))}, "step 1: expected step(action)"),
    ):
        with pytest.raises(ExternalError, match=f"{name}-v0: episode 3, .*") as raised:
            lived(register(name, vector=vector(**parts)), **form)
        assert text in str(raised.value)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("NanReward", {"reward": lambda self: np.nan if self.number else 1.0}),
        ("InfReward", {"reward": lambda self: np.inf if self.number else 1.0}),
        ("NanSeen", {"see": lambda self: ZERO + (np.nan if self.number and self.t == 2 else 0)}),
        ("NanFirst", {"see": lambda self: ZERO + (np.nan if self.number else 0)}),
    ],
)
def test_a_number_that_is_not_finite_stays_in_its_row_and_is_said_once(name: str, parts: Any, capsys: Any) -> None:
    made = iter(range(9))  # the first one is made for its spaces

    def init(self: Any) -> None:
        self.number = next(made) % 2 == 0

    found = lived(register(name, __init__=init, **parts))
    assert found[0] == 5 and np.isnan(found[1])
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"Foreign/{name}-v0: episode 3, step" in said and "count as invalid" in said


def test_the_last_observation_may_be_anything_and_one_out_of_bounds_is_said(capsys: Any) -> None:
    assert lived(register("NanLast", **see_at(5, ZERO + np.nan))).tolist() == [5, 5]
    assert capsys.readouterr().err == ""
    assert lived(register("Outside", **see_at(2, ZERO + 3))).tolist() == [5, 5]
    assert "observation 0 is beyond the bounds of its Box: 3 where these are -1 and 1" in capsys.readouterr().err


def test_an_observation_out_of_bounds_is_said_once_in_a_run(capsys: Any) -> None:
    few = ["run.generations=1", "run.capacity=3", "run.episodes=1", "run.threads=1", "brain.memory=null"]
    evolve(load_config("gymnasium", [*few, f"world.environment={register('Always', see=lambda self: ZERO + 3)}"]))
    assert capsys.readouterr().err.count("beyond the bounds of its Box") == 1


@pytest.mark.parametrize("bounds", [(0, 9), (-3, 3), (0, 255), (-128, 127)])
def test_whole_numbers_are_met_evenly(bounds: tuple[int, int]) -> None:
    low, high = bounds
    space = spaces.Box(low, high, (1,), np.int64 if high < 100 else np.uint8 if low == 0 else np.int8)
    chosen = acts_of(space).choose(np.linspace(-1, 1, 100_001, dtype=np.float32)[:, None])
    counts = Counter(chosen.ravel().tolist())
    assert chosen.dtype == space.dtype and sorted(counts) == list(range(low, high + 1))
    assert all(abs(count / (100_001 / (high - low + 1)) - 1) < 0.05 for count in counts.values())


def test_the_ends_of_the_widest_whole_numbers() -> None:
    ends = np.iinfo(np.int64)
    acts = acts_of(spaces.Box(ends.min, ends.max, (1,), np.int64))
    low, middle, high = acts.choose(np.array([[-1], [0], [1]], np.float32)).ravel().tolist()
    assert low == ends.min and middle == 0 and ends.max - high < 2**11


def test_seeds_are_below_2_to_the_31st() -> None:
    seeds: list[int] = []

    def reset(self: Any, *, seed: int, options: Any = None) -> Any:
        seeds.append(seed)
        return ZERO, {}

    world = world_of(environment=register("Seeds", reset=reset))
    simulator = world.simulator(40, 2**62 + 5)
    simulator.reset(np.arange(40) + 2**40)
    assert len(set(seeds)) == 40 and 2**29 < max(seeds) < 2**31 and min(seeds) >= 0
    simulator.close()


def test_environments_are_closed_as_often_as_they_are_made(tmp_path: Path, capsys: Any) -> None:
    COUNTS.update(made=0, closed=0)
    key = register("Counted")
    evolve(load_config("gymnasium", [*SMALL, f"world.environment={key}", "run.generations=1"]), tmp_path / "run")
    assert COUNTS["made"] == COUNTS["closed"] >= 6
    with contextlib.suppress(ExternalError):
        lived(register("Broken", **returns("reward", None)))
    assert COUNTS["made"] == COUNTS["closed"]
    capsys.readouterr()
    assert lived(register("Stuck", close=raising(RuntimeError("stuck")))).tolist() == [5, 5]
    assert capsys.readouterr().err.count("close: expected no error, got RuntimeError: stuck") == 1


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """late(n) -> settings of an environment that fails at its n-th step; 0: never. The current directory is empty."""
    monkeypatch.chdir(tmp_path)

    def fail() -> None:
        raise RuntimeError("out of order")

    def settings(steps: int, *changes: str, fault: Callable[[], None] = fail) -> list[str]:
        taken = iter(range(1, 10**6))

        def step(self: Any, action: Any) -> Any:
            if next(taken) == steps:
                fault()
            return Base.step(self, action)

        key = register("Late", step=step, reward=lambda self: float(self.action) * self.seed / 2**31)
        return [*SMALL, f"world.environment={key}", "run.generations=4", "run.elites=0", *changes]

    return settings


def ended(folder: str) -> list[bytes]:
    return [Path(folder, name).read_bytes() for name in ("metrics.csv", "lineage.csv")]


@pytest.mark.parametrize(("where", "every"), [(100, 100), (75, 1)])  # in the second generation, and judging the first
def test_a_run_whose_environment_fails_is_saved_and_resumes_as_if_it_had_not(where: int, every: int, late: Any) -> None:
    every = f"run.checkpoint_every={every}"
    whole = evolve(load_config("gymnasium", late(0, every)), "whole")
    with pytest.raises(ExternalError, match="got RuntimeError: out of order.* is saved up to generation 1: contin"):
        evolve(load_config("gymnasium", late(where, every)), "part")
    assert list(Path("part/checkpoints").iterdir())
    part = evolve(load_config("gymnasium", late(0, every)), "part", resume=True)
    assert part.simulation.state_hash() == whole.simulation.state_hash() and ended("part") == ended("whole")


@pytest.mark.parametrize("many", [("--islands", "2"), ("--sweep", "seed=1..2")])
def test_islands_and_sweeps_name_the_cause_and_are_saved(many: Any, late: Any, command: Any) -> None:
    def arguments(steps: int) -> list[str]:
        sets = [word for setting in late(steps, "islands.migrants=2", "islands.every=2") for word in ("--set", setting)]
        return ["evolve", "gymnasium", *sets, *many, "--address", "none", "--out", "many", "--quiet"]

    status, _, error = command(*arguments(100))
    assert status == 2 and error.count("\n") == 1 and "out of order" in error and "0: Foreign/Late-v0: " in error
    assert command(*arguments(0), "--resume")[0] == 0


def test_an_environment_that_cannot_be_made_is_the_one_to_correct() -> None:
    key = register("NoScreen", __init__=raising(OSError("no screen")))
    with pytest.raises(UserError, match=r"got OSError: no screen .*at .*environments.py:\d+; correct the environment"):
        _ = world_of(environment=key).sensors
    with pytest.raises(UserError, match="write vectorization: sync"):
        _ = world_of(environment=register("Single"), vectorization="vector_entry_point").sensors


def test_a_fault_in_the_first_step_leaves_no_folder(late: Any, command: Any) -> None:
    status, _, error = command(
        "evolve", "gymnasium", *(word for one in late(1) for word in ("--set", one)), "--out", "no"
    )
    assert status == 2 and "episode 0, step 1: " in error and error.count("\n") == 1 and not Path("no").exists()


def test_a_generation_that_is_interrupted_leaves_no_trace(late: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "SECONDS", 0.0)
    run, places = Run(load_config("gymnasium", late(0))), []

    def beat() -> None:
        places.append(run.simulation.position)
        if len(places) == 70:
            raise pulse.Abandoned

    run.step(1)
    before = run.simulation.state_hash()
    run.simulation.pulse.target = beat
    with pytest.raises(pulse.Abandoned):
        run.step(1)
    assert run.simulation.state_hash() == before and "episode 1 of 2, step 2 of 9" in places
    assert run.simulation.position == ""
    run.simulation.pulse.target = None
    run.step(1)
    again = Run(load_config("gymnasium", late(0)))
    again.step(2)
    assert run.simulation.state_hash() == again.simulation.state_hash()


def test_ctrl_c_is_answered_within_a_generation(late: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "SECONDS", 0.0)
    whole = evolve(load_config("gymnasium", late(0)), "whole")
    with pytest.raises(KeyboardInterrupt):
        evolve(load_config("gymnasium", late(100, fault=lambda: signal.raise_signal(signal.SIGINT))), "part")
    part = evolve(load_config("gymnasium", late(0)), "part", resume=True)
    assert [path.stem for path in sorted(Path("part/champions").iterdir())] == ["step-000000001", "step-000000004"]
    assert part.simulation.state_hash() == whole.simulation.state_hash() and ended("part") == ended("whole")


def test_a_run_without_any_finite_fitness_says_so(tmp_path: Path, command: Any) -> None:
    settings = [*SMALL, f"world.environment={register('AllNan', **returns('reward', np.nan))}", "run.generations=2"]
    words = [word for setting in [*settings, "run.target=1"] for word in ("--set", setting)]
    status, _, error = command("evolve", "gymnasium", *words, "--out", tmp_path / "run")
    assert status == 0 and "of 12 genomes 12 had no finite fitness, so none is the best" in error
    page = (tmp_path / "run" / "report.html").read_text()
    assert "none is finite" in page and "MZ" not in page and ">nan<" not in page and 'd="M"' not in page
    status, told, error = command("inspect", tmp_path / "run")
    assert status == 0 and "episodes whose fitness is" in told
    assert len([line for line in error.splitlines() if "inspect: " not in line]) <= 1


@pytest.mark.parametrize("many", [("--islands", 2), ("--sweep", "seed=1,2")])
def test_many_runs_without_any_finite_fitness_say_so(many: Any, tmp_path: Path, command: Any) -> None:
    environment = register("AllInf", **returns("reward", np.inf))
    settings = [*SMALL, f"world.environment={environment}", "run.generations=1", "islands.migrants=1"]
    words = [word for setting in settings for word in ("--set", setting)]
    status, told, error = command(
        "evolve", "gymnasium", *words, *many, "--address", "none", "--json", "--out", tmp_path / "x"
    )
    assert status == 0 and "2 runs ended; of 12 genomes 12 had no finite fitness, so none is the best" in error
    assert json.loads(told)["refused"] == 12 and json.loads(told)["fitness"] is None


def test_two_sides_without_any_finite_fitness_say_so() -> None:
    few = ["run.generations=1", "run.episodes=1", "run.threads=1", "world.lifetime=2", "run.capacity=3"]
    simulation = Run(load_config("pursuit", [*few, "brain.width=16", "brain.memory=null"])).simulation
    simulation.step(1)
    assert "finite" not in simulation.summary()
    for population in simulation.populations:  # type: ignore[attr-defined]  # of an arena
        population.memory.refused[0] = 3
    assert "of 6 genomes 6 had no finite fitness, so none is the best" in simulation.summary()


@pytest.mark.filterwarnings("error")
def test_a_sum_of_rewards_beyond_all_numbers_is_no_fitness(tmp_path: Path, command: Any) -> None:
    settings = [*SMALL, f"world.environment={register('Huge', **returns('reward', 1e308))}", "run.generations=1"]
    words = [word for one in settings for word in ("--set", one)]
    status, _, error = command("evolve", "gymnasium", *words, "--out", tmp_path / "x")
    assert status == 0 and "had no finite fitness, so none is the best" in error


MODULE = """import gymnasium
import numpy as np

class Here(gymnasium.Env):
    observation_space, action_space = gymnasium.spaces.Box(-1, 1, (3,)), gymnasium.spaces.Discrete(2)

gymnasium.register("Case/Here-v0", entry_point=Here, max_episode_steps=5)
"""


@pytest.mark.parametrize("name", ["environment_of_mine", "this"])  # the second one is a module of Python's own, too
def test_a_module_of_the_current_folder_is_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.delitem(sys.modules, name, raising=False)
    Path(f"{name}.py").write_text(MODULE)
    before = list(sys.path)
    assert len(world_of(environment=f"{name}:Case/Here-v0").sensors) == 3
    assert sys.path == [*before, str(tmp_path)]  # modules that it imports later are found, after all others
    monkeypatch.delitem(sys.modules, name)


def test_arguments_may_be_lists_and_null() -> None:
    key = register("Given")
    line = "world.arguments={name: null, rows: [SF, FG], more: {a: [1, 2.5, true]}}"
    config = load_config("gymnasium", [f"world.environment={key}", line])
    given = config.world.arguments  # type: ignore[attr-defined]
    assert given == {"name": None, "rows": ["SF", "FG"], "more": {"a": [1, 2.5, True]}}
    assert parse_config(dump_config(config), "again").world == config.world
    lake = {"map_name": None, "desc": ["SF", "FG"]}
    assert len(world_of(environment="FrozenLake-v1", arguments=lake).sensors) == 4
    world = world_of(environment=key, arguments={"lists": [[1], [2]]})
    first, second = world.make().unwrapped.arguments["lists"], world.make().unwrapped.arguments["lists"]
    assert first == [[1], [2]] and first is not second and first[0] is not second[0]
