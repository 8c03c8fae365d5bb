"""Numbers of agents that are not finite: said once, wherever they come from, and kept out of champions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alife.brains import make_brain
from alife.config.models import Config
from alife.config.schema import load_config
from alife.errors import UserError
from alife.evolution import natural
from alife.experiment.evolve import open_run
from alife.experiment.run import Run
from alife.laws.maths import i32
from alife.simulation.shared_world import Simulation
from alife.world import Actuator, BaseParams, Columns, Sensor, SharedWorld, column, per_agent


class Own(Columns):
    tone: float = column("float32", unit="", meaning="of voice", finite=True)


class Params(BaseParams):
    first: int = 0


@per_agent
def sense(a: Own, p: Params) -> None:
    none = 0.0 * a.tone
    a.senses.sound = 1.0
    a.senses.ratio = none / none if i32(a.id) >= p.first else 0.5
    a.senses.speed = 1.0 / none if i32(a.id) == 4 else 0.5


@per_agent
def sing(a: Own) -> None:
    a.tone = a.tone * 2.0 + 1.0e30 if i32(a.id) == 2 else 1.0


class Voices(SharedWorld):
    death_causes = ("none",)
    observe = (sense,)
    step = (sing,)
    columns = (Own,)
    sensors = (Sensor("sound", 0, 1, "", "a"), Sensor("ratio", 0, 1, "", "b"), Sensor("speed", 0, 1, "", "c"))
    actuators = (Actuator("steer", -0.1, 0.1, "", "b"),)
    num_founders = 10


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
@pytest.mark.usefixtures("host_device")
def test_senses_and_columns_are_said_once(backend: str, capsys: pytest.CaptureFixture[str]) -> None:
    parts = Voices(Params(first=7)), make_brain({"name": "dense"}, 3, 1), natural.Natural(natural.Params())
    life = Simulation(*parts, 20, 1, 1, None, backend)
    life.step(40)
    life.say_not_finite()
    life.step(40)
    life.say_not_finite()
    said = capsys.readouterr().err.splitlines()
    first = "alife: step 1: observations of 4 of 10 agents are not finite, first of id 4: ratio, speed; correct"
    last = "alife: step 40: tone of 1 of 10 agents are not finite, first of id 2; a checkpoint with them cannot be"
    assert said[0].startswith(first) and said[-1].startswith(last)
    assert len(said) == len({line.split(": ")[2].split(" of ")[0] for line in said})


def test_a_run_ends_where_its_genes_could_not_be_continued_and_the_last_checkpoint_stays(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(load_config(tiny, ["run.checkpoint_every=9", "brain.name=dense"]), "out")
    run.step(17)
    fields = run.simulation.fields
    row = run.simulation.living()[0]
    wrong = int(fields["id"][row])
    fields["genome"][row, ::3] = np.nan
    with pytest.raises(UserError, match="step 18: expected genome to be finite, got nan at .*-000000009.safetens"):
        run.step(1)
    said = [line for line in capsys.readouterr().err.splitlines() if "step 18: genes of" in line]
    assert len(said) == 1 and f"first of id {wrong};" in said[0]
    run.release()
    assert open_run("out").simulation.steps == 9 and not list(Path("out").glob("champions/*18*"))


def test_a_champion_has_finite_genes_where_any_has(tiny: Path) -> None:
    run = Run(load_config(tiny, ["brain.name=dense"]))
    run.step(1)
    run.simulation.fields["genome"][run.simulation.living()[1:], ::3] = np.nan
    assert np.isfinite(run.simulation.champions()[""].params).all()
    assert len(run.simulation.samples(64)[""]["genome"]) == 1


UNBOUNDED = ["strategy.name=snes", "strategy.bounded=false", "run.generations=4", "run.capacity=4", "run.episodes=1"]


@pytest.mark.parametrize(("storage", "far"), [("float32", 1e39), ("float16", 1e6)])
def test_a_strategy_that_overflows_is_said_at_once_and_its_generation_undone(storage: str, far: float) -> None:
    few = ["world.lifetime=5", "run.threads=1", f"brain.storage={storage}"]
    simulation = Run(load_config("cartpole", [*UNBOUNDED, *few])).simulation
    simulation.step(2)
    population = simulation.population
    sound = population.memory
    population.memory = replace(sound, centre=np.full_like(sound.centre, far))
    with pytest.raises(UserError, match="Snes.ask: expected finite genes that float.* got .* write strategy: {bounded"):
        simulation.step(1)
    population.memory = sound
    simulation.check(simulation.state())
    simulation.step(1)


def test_a_sound_world_says_nothing(brief: Config, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(brief, "out")
    run.step(4)
    run.close()
    assert capsys.readouterr().err == ""
