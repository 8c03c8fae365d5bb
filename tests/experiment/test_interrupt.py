"""Ctrl-C and SIGTERM: saved first and judged later, in code of other people too, and ended as if never interrupted."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife import interrupt
from alife.config.models import Config
from alife.config.schema import load_config
from alife.experiment.evolve import evolve, open_run
from alife.experiment.records import checkpoint
from alife.experiment.run import Run
from alife.simulation import champion_choice, pulse
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from tests.conftest import ROOT, Command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
BELL = ["world.environment=Test/Bell-v0", "run.capacity=3", "run.episodes=1", "run.generations=4", "brain.memory=null"]
calls: list[int] = []  # steps of all copies of the environment so far
rings: dict[int, Callable[[], None]] = {}  # what happens in one of them


@pytest.fixture(autouse=True)
def not_in_the_background() -> Iterator[None]:
    """Lets SIGINT interrupt, which a shell makes its background commands ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ring(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


def swallowed() -> None:
    """An interrupt that code of other people loses."""
    with contextlib.suppress(KeyboardInterrupt):
        ring()


@pytest.fixture
def bell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """A hosted world in which signals come when `rings` says so; the current directory is empty."""
    gymnasium = pytest.importorskip("gymnasium")

    class Bell(gymnasium.Env):  # type: ignore[misc]
        observation_space = gymnasium.spaces.Box(-1, 1, (2,), np.float32)
        action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)

        def reset(self, *, seed: int | None = None, options: object = None) -> Any:
            super().reset(seed=seed)
            return np.full(2, self.np_random.random(), np.float32), {}

        def step(self, action: np.ndarray) -> Any:
            calls.append(0)
            rings.get(len(calls), lambda: None)()
            return np.full(2, action[0], np.float32), float(action[0]), False, False, {}

    gymnasium.register("Test/Bell-v0", entry_point=Bell, max_episode_steps=5)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pulse, "SECONDS", -1.0)
    monkeypatch.setattr(champion_choice, "ENOUGH", 7)  # episodes: two evaluations more, not 42
    yield load_config("gymnasium", [*BELL, "run.checkpoint_every=2", "run.metrics_every=1"])
    del gymnasium.registry["Test/Bell-v0"]
    calls.clear()
    rings.clear()


def end_of(root: str) -> tuple[bytes, ...]:
    """Records that must not depend on interrupts: metrics, lineage, and the last champion."""
    champion = max(Path(root, "champions").iterdir())
    return tuple(path.read_bytes() for path in (Path(root, "metrics.csv"), Path(root, "lineage.csv"), champion))


EPISODE = 3 * 5  # steps of all rows; a generation is one, and so is judging of a champion, and of an elite
JUDGING = 2 * EPISODE + 7  # in the checkpoint of generation 2


LAST = -EPISODE // 2  # from the end: what is judged after the last generation


@pytest.mark.parametrize("at", [3, EPISODE + 8, JUDGING, LAST])
@pytest.mark.parametrize("how", [ring, swallowed, lambda: ring(signal.SIGTERM)], ids=["sigint", "lost", "sigterm"])
def test_a_hosted_world_is_left_at_once_and_goes_on_later(at: int, how: Callable[[], None], bell: Config) -> None:
    whole = evolve(bell, "whole").simulation.state_hash()
    rings[at % (len(calls) + 1)] = how
    calls.clear()
    with pytest.raises(KeyboardInterrupt):
        evolve(bell, "run")
    done = {JUDGING: 2, LAST: 4}.get(at, at // EPISODE)
    assert checkpoint.step_of(checkpoint.listed(Path("run/checkpoints"))[-1]) == done
    assert evolve(bell, "run", resume=True).simulation.state_hash() == whole
    assert end_of("run") == end_of("whole")
    for path in Path("whole/champions").iterdir():
        assert path.read_bytes() == Path("run/champions", path.name).read_bytes()


MEETINGS = ["world.lifetime=4", "run.capacity=3", "run.episodes=2", "run.threads=1", "run.hall_of_fame=2"]
MEETINGS += ["run.generations=3", "run.checkpoint_every=2", "run.metrics_every=1", "brain.memory=null"]


@pytest.mark.parametrize("at", [1, 3, 8, 13])  # the meeting that is left: of a generation, or of champions
def test_arenas_are_left_between_meetings_and_go_on_as_if_never_interrupted(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pulse, "SECONDS", -1.0)
    config, play, met = load_config("pursuit", MEETINGS), ArenaEvaluator.play, iter(range(1, 10**6))
    whole = evolve(config, "whole").simulation.state_hash()

    def rung(*given: Any, **how: Any) -> np.ndarray:
        if (number := next(met)) >= at:
            assert number == at, "a meeting after the signal"
            ring()
        return play(*given, **how)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ArenaEvaluator, "play", rung)
        evolve(config, "run")
    assert evolve(config, "run", resume=True).simulation.state_hash() == whole
    assert end_of("run") == end_of("whole")
    for path in Path("whole/champions").iterdir():
        assert path.read_bytes() == Path("run/champions", path.name).read_bytes()


def test_episodes_are_left_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pulse, "SECONDS", -1.0)
    config = load_config("cartpole", ["run.capacity=4", "run.episodes=1000", "run.generations=2", "world.lifetime=9"])
    beats = iter(range(10**6))
    with pytest.raises(KeyboardInterrupt):
        evolve(config, "run", progress=lambda run: ring() if next(beats) == 5 else None)
    assert next(beats) < 9 and open_run("run").simulation.steps == 0


def test_a_run_of_its_own_goes_on_after_an_interrupt(bell: Config) -> None:
    whole = evolve(bell).simulation.state_hash()
    calls.clear()
    rings[EPISODE + 8] = ring
    run = Run(bell)
    with pytest.raises(KeyboardInterrupt):
        run.step(4)
    assert run.simulation.steps == 1
    run.step(3)
    assert run.simulation.state_hash() == whole


def test_signals_while_a_checkpoint_is_written_change_nothing(
    brief: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, save = evolve(brief, "whole").simulation.state_hash(), checkpoint.save

    def save_and_ring(*given: Any) -> Path:
        ring()
        ring(signal.SIGTERM)
        return save(*given)

    def ring_at_3(run: Run) -> None:
        if run.simulation.steps == 3:
            patch.setattr(checkpoint, "save", save_and_ring)
            ring()

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(interrupt, "PATIENCE", 0.0)
        evolve(brief, "run", progress=ring_at_3)
    assert "alife: interrupted; saving" in capsys.readouterr().err
    assert checkpoint.listed(Path("run/checkpoints")) and list(Path("run/champions").iterdir())
    assert evolve(brief, "run", resume=True).simulation.state_hash() == whole
    assert end_of("run") == end_of("whole")


def test_no_champion_is_judged_before_an_interrupted_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config("cartpole", ["run.capacity=8", "run.episodes=1", "run.generations=2", "world.lifetime=9"])
    whole = evolve(config, "whole").simulation.state_hash()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Evaluator, "held_out", lambda *given: pytest.fail("judged, which may take long"))
        evolve(config, "run", progress=lambda run: ring() if run.simulation.steps == 1 else None)
    assert evolve(config, "run", resume=True).simulation.state_hash() == whole
    assert end_of("run") == end_of("whole")


def test_a_row_that_an_interrupt_left_out_is_written_when_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    few = ["run.capacity=8", "run.episodes=1", "run.generations=4", "world.lifetime=9", "run.metrics_every=2"]
    config, metrics = load_config("cartpole", few), Generations.metrics
    whole = evolve(config, "whole").simulation.state_hash()

    def left(simulation: Generations) -> Any:
        if simulation.steps == 2:
            ring()
            raise pulse.Abandoned
        return metrics(simulation)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Generations, "metrics", left)
        evolve(config, "run")
    assert evolve(config, "run", resume=True).simulation.state_hash() == whole
    assert end_of("run") == end_of("whole")


def test_a_second_signal_ends_what_does_not_stop(brief: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupt, "PATIENCE", -1.0)
    with pytest.raises(KeyboardInterrupt):
        evolve(brief, "run", progress=lambda run: ring())
    assert not Path("run").exists()


@pytest.mark.parametrize("how", [ring, swallowed])
def test_a_set_up_is_left_at_once(how: Callable[[], None], brief: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alife.experiment.evolve.check_unused", lambda out: how())
    with pytest.raises(KeyboardInterrupt):
        evolve(brief, "run")
    assert not Path("run").exists()


def test_handlers_are_as_they_were(brief: Config) -> None:
    before = [signal.getsignal(number) for number in interrupt.NUMBERS]
    evolve(brief.model_copy(update={"run": brief.run.model_copy(update={"steps": 1, "generations": 1})}))
    assert [signal.getsignal(number) for number in interrupt.NUMBERS] == before


def test_every_command_says_that_it_was_interrupted(
    tiny: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alife.config.json_schema.schema", lambda: swallowed() or ring())
    assert command("schema") == (interrupt.INTERRUPTED, "", "alife: interrupted\n")
    monkeypatch.setattr("alife.experiment.evolve.check_unused", lambda out: ring())
    status, out, errors = command("evolve", tiny, "--out", "run")
    assert (status, out) == (130, "")
    assert errors == "alife: interrupted before the first step; nothing was saved\n" and not Path("run").exists()


def test_checkpoints_fall_due_by_time_too_and_judge_nothing(brief: Config) -> None:
    whole = evolve(brief, "whole").simulation.state_hash()
    often = brief.model_copy(update={"run": brief.run.model_copy(update={"checkpoint_minutes": 1e-9})})
    run = Run(often, "run")
    run.step(3)
    assert [checkpoint.step_of(path) for path in checkpoint.listed(Path("run/checkpoints"))] == [2, 3]
    run.release()  # as if it were killed here
    assert evolve(brief, "run", resume=True).simulation.state_hash() == whole
    assert end_of("run") == end_of("whole")


STUCK = """
import ctypes
from alife import interrupt
from alife.backends.cpu import jit
text = "define void @spin(ptr %p) {\\n br label %a\\na:\\n %v = load volatile i32, ptr %p\\n br label %a\\n}\\n"
place = jit.load(text, ["spin"])["spin"]
interrupt.PATIENCE = 0.2
with interrupt.Interruption():
    print("ready", flush=True)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(place)(ctypes.addressof(ctypes.c_int(0)))
"""


def test_compiled_code_that_never_ends_is_left_by_a_second_signal(tmp_path: Path) -> None:
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", STUCK], cwd=ROOT, **pipes) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.3)  # it is in the loop
            process.send_signal(signal.SIGINT)
            assert "waiting for the step under way to end" in process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == interrupt.INTERRUPTED and "ending at once" in process.stderr.read()
        finally:
            process.kill()
