"""The first steps of an episode are checked before a run, on columns of their own."""

from __future__ import annotations

import pytest

from alife.brains import make_brain
from alife.errors import UserError
from alife.simulation.first_episode import check_first_episode
from alife.simulation.kinds import make_evaluator
from alife.world import (
    Actuator,
    ArenaAgent,
    ArenaWorld,
    BaseParams,
    EpisodicAgent,
    EpisodicWorld,
    Sensor,
    column,
    per_agent,
    sensor_group,
)


class Params(BaseParams):
    last: int = 1  # step after which the seat is one that there is not
    end: int = 30  # step in which an agent is out


class Alone(EpisodicAgent):
    place: int = column("int32", meaning="seat")


class Met(ArenaAgent):
    place: int = column("int32", meaning="seat")


@per_agent
def move(a, p):
    a.place = 2 if a.taken >= p.last else 1
    a.done = 1 if a.taken >= p.end else 0


@per_agent
def look(a):
    a.senses.near[a.place] = 1.0


class Line(EpisodicWorld):
    lifetime = 30
    columns = (Alone,)
    observe = (look,)
    step = (move,)
    sensors = (*sensor_group("near", "ab", 0, 1, "", ""), Sensor("far", 0, 1, "", ""))
    actuators = (Actuator("go", -1, 1, "", ""),)


class Pairs(ArenaWorld):
    lifetime = 30
    roles = ("left", "right")
    team = (1, 1)
    columns = (Met,)
    observe = (look,)
    step = (move,)
    sensors = Line.sensors
    actuators = Line.actuators


@pytest.mark.parametrize("kind", [Line, Pairs])
def test_an_index_outside_in_the_first_steps_is_refused(kind: type) -> None:
    brain = make_brain({"name": "wht"}, 3, 1)
    evaluators = {last: make_evaluator(kind(Params(last=last)), brain, 4, 1, 1) for last in (4, 20)}
    with pytest.raises(UserError, match=r"look: expected an index of senses.near from 0 to 1, got 2; write one of"):
        check_first_episode(evaluators[4])
    before = {name: array.copy() for name, array in evaluators[20].fields.items()}
    check_first_episode(evaluators[20])  # which is outside later only
    assert all((before[name] == array).all() for name, array in evaluators[20].fields.items())


def test_an_agent_that_is_out_takes_no_further_step() -> None:
    brain = make_brain({"name": "wht"}, 3, 1)
    check_first_episode(make_evaluator(Line(Params(last=4, end=3)), brain, 4, 1, 1))
