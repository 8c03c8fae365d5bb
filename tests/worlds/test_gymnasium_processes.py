"""Copies of an environment in several processes: no result depends on their number, and none is left behind."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from alife.errors import ExternalError

gymnasium = pytest.importorskip("gymnasium")
from alife.parts import gymnasium_processes  # noqa: E402
from alife.parts.gymnasium_processes import ProcessCopies, can_fork  # noqa: E402
from tests.helpers.environments import ZERO, Base, register, world_of  # noqa: E402

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork processes")
ROWS = 5


@pytest.fixture
def made() -> Iterator[Callable[..., Any]]:
    """Makes simulators of `ROWS` rows, and closes them."""
    open_: list[Any] = []

    def make(environment: str, processes: int = 0) -> Any:
        way = "async" if processes else "sync"
        simulator = world_of(environment=environment, vectorization=way).simulator(ROWS, 3)
        if processes:
            simulator.processes = processes
        open_.append(simulator)
        return simulator

    yield make
    for simulator in open_:
        simulator.close()
    assert not multiprocessing.active_children()


def lived(simulator: Any, episode: int) -> list[np.ndarray]:
    """All that an episode of all rows returns, in which rows end one by one."""
    rows, lanes = np.arange(ROWS), np.linspace(-1, 1, ROWS, dtype=np.float32)
    found = [simulator.reset(np.full(ROWS, episode))]
    for step in range(12):
        rows = rows[: ROWS - step // 3]
        found += simulator.step(rows, (lanes[rows] * (-1) ** step)[:, None])
    return found


@pytest.mark.parametrize("processes", [1, 2, 3, 9])
def test_no_result_depends_on_the_number_of_processes(made: Callable[..., Any], processes: int) -> None:
    one, many = made("Pendulum-v1"), made("Pendulum-v1", processes)
    for episode in (4, 7):
        for expected, got in zip(lived(one, episode), lived(many, episode), strict=True):
            assert expected.dtype == got.dtype and np.array_equal(expected, got)
    assert isinstance(many, ProcessCopies) and len(multiprocessing.active_children()) == min(processes, ROWS) - 1


def fails_right(self: Any, action: Any) -> Any:
    """A step that fails, in the second step, for whoever goes right."""
    if action == 1 and self.t == 1:
        raise ValueError("off the road")
    return Base.step(self, action)


def test_an_error_is_that_of_the_first_row(made: Callable[..., Any]) -> None:
    key, actions = register("Mishap", step=fails_right), np.array([[-1], [-1], [-1], [1], [1]], np.float32)
    told = []
    for simulator in (made(key), made(key, 2)):
        simulator.reset(np.zeros(ROWS, int))
        simulator.step(np.arange(ROWS), actions)
        with pytest.raises(ExternalError, match="off the road") as error:
            simulator.step(np.arange(ROWS), actions)
        told.append((str(error.value), error.value.row))
    assert told[0] == told[1] and told[0][1] == 3


def test_a_process_that_ends_is_one_line_and_the_next_episode_has_another(made: Callable[..., Any]) -> None:
    def step(self: Any, action: Any) -> Any:
        if action == 1 and multiprocessing.parent_process() is not None:
            os._exit(3)
        return Base.step(self, action)

    simulator = made(register("Ender", step=step), 2)
    simulator.reset(np.zeros(ROWS, int))
    with pytest.raises(ExternalError, match="ended with exit code 3; write vectorization: sync"):
        simulator.step(np.arange(ROWS), np.ones((ROWS, 1), np.float32))
    simulator.reset(np.zeros(ROWS, int))
    assert simulator.step(np.arange(ROWS), -np.ones((ROWS, 1), np.float32))[1].tolist() == [1.0] * ROWS


def test_an_interruption_leaves_no_answer_for_the_next_episode(made: Callable[..., Any]) -> None:
    one, many = made("Pendulum-v1"), made("Pendulum-v1", 2)

    def stop() -> None:
        raise KeyboardInterrupt

    many.reset(np.zeros(ROWS, int))
    many.pulse = stop
    with pytest.raises(KeyboardInterrupt):
        many.step(np.arange(ROWS), np.zeros((ROWS, 1), np.float32))
    many.pulse = lambda: None
    assert all(np.array_equal(a, b) for a, b in zip(lived(one, 2), lived(many, 2), strict=True))


def test_a_process_that_hangs_can_be_interrupted(made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def step(self: Any, action: Any) -> Any:
        if multiprocessing.parent_process() is not None:
            time.sleep(1000)
        return Base.step(self, action)

    calls = []

    def stop_at_last() -> None:
        calls.append(1)
        if len(calls) > ROWS:  # more than the rows of this process: the other one is waited for
            raise KeyboardInterrupt

    monkeypatch.setattr(gymnasium_processes, "SECONDS", 0.1)
    monkeypatch.setattr(gymnasium_processes, "BEAT", 0.01)
    simulator = made(register("Hanger", step=step), 2)
    simulator.reset(np.zeros(ROWS, int))
    simulator.pulse = stop_at_last
    with pytest.raises(KeyboardInterrupt):
        simulator.step(np.arange(ROWS), np.zeros((ROWS, 1), np.float32))
    assert not multiprocessing.active_children()


def test_a_number_out_of_bounds_is_said_once(made: Callable[..., Any], capfd: pytest.CaptureFixture[str]) -> None:
    simulator = made(register("Far", see=lambda self: ZERO + 2), 3)
    simulator.reset(np.zeros(ROWS, int))
    simulator.step(np.arange(ROWS), np.zeros((ROWS, 1), np.float32))
    assert capfd.readouterr().err.count("beyond the bounds") == 1
