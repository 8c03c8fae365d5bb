"""The window on environments of Gymnasium: the episodes of an evaluation, drawn by the environments themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pygame
import pytest

from alife.errors import ExternalError
from alife.experiment.external_player import ExternalPlayer
from alife.experiment.replay import make_player
from alife.simulation.evaluator import HELD_OUT
from alife.viewer.draw import display
from alife.viewer.draw.theme import font, share_of
from alife.viewer.loop import open_window
from alife.viewer.window import Window
from tests.conftest import Command

pytest.importorskip("gymnasium")
from tests.helpers.environments import COUNTS, ZERO, register, trial_of  # noqa: E402

FEW = [word for one in ("run.capacity=4", "run.episodes=1", "run.generations=2") for word in ("--set", one)]
RED = np.zeros((30, 40, 3), np.uint8) + np.array([200, 10, 10], np.uint8)
DRAWN: dict[str, Any] = {
    "metadata": {"render_modes": ["rgb_array"]},
    "render_mode": property(lambda self: self.arguments.get("render_mode")),
    "render": lambda self: RED,
}


def player_of(key: str) -> tuple[ExternalPlayer, Any]:
    """A player of an environment, and an evaluator of the same brain and seed."""
    evaluator = trial_of(3, environment=key)
    player = make_player(evaluator.world, evaluator.brain, evaluator.seed)
    assert isinstance(player, ExternalPlayer)
    return player, evaluator


def genome_of(evaluator: Any) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(1, evaluator.brain.num_genes)).astype(np.float32)


@pytest.mark.parametrize("key", ["CartPole-v1", "Pendulum-v1"])
def test_an_episode_step_by_step_equals_an_evaluated_one(key: str) -> None:
    player, evaluator = player_of(key)
    genome = genome_of(evaluator)
    for number in range(2):
        player.begin(genome)
        while not player.over:
            player.step()
        told = evaluator.fitness(np.repeat(genome, 3, axis=0), 1, HELD_OUT + number)
        assert player.close() == pytest.approx(float(told[0]), rel=1e-6)
        assert player.fields["fitness"][0] == told[0]
    with display.kept():
        player.release()
    evaluator.close()


def test_the_scene_is_the_picture_of_the_environment() -> None:
    player, evaluator = player_of(register("Drawn", **DRAWN))
    player.begin(genome_of(evaluator))
    scene = player.scene()
    assert player.is_drawn and (scene.width, scene.height) == (40, 30)
    assert scene.ground is not None and (scene.ground == RED).all()


def test_an_environment_that_draws_nothing_says_so_and_shows_its_numbers(command: Command) -> None:
    key = register("Blank")
    COUNTS.update(made=0, closed=0)
    player, evaluator = player_of(key)
    player.begin(genome_of(evaluator))
    assert player.scene().ground is None and not player.is_drawn
    assert command("live", "gymnasium", *FEW, "--set", f"world.environment={key}", "--frames", 9)[:2] == (0, "")


def test_a_picture_that_is_none_is_refused_in_a_line() -> None:
    player, evaluator = player_of(register("Flat", **(DRAWN | {"render": lambda self: RED[0]})))
    player.begin(genome_of(evaluator))
    with pytest.raises(ExternalError, match=r"expected render\(\) -> an array \[H, W, 3\] of uint8, got .*; correct"):
        player.scene()


def test_a_window_shows_an_environment_to_its_end_and_closes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    key = register("Quitting", **(DRAWN | {"close": lambda self: (COUNTS.update(closed=-1), pygame.quit())[0]}))
    monkeypatch.setitem(COUNTS, "closed", 0)
    seen: list[str] = []
    draw = Window.draw

    def drawn(window: Window, *given: Any) -> None:
        draw(window, *given)
        seen.append(window.session.life.world.title)
        middle = window.canvas.get_at((window.session.camera.view[0] // 2, window.session.camera.view[1] // 2))
        assert tuple(middle)[:3] == (200, 10, 10)

    monkeypatch.setattr(Window, "draw", drawn)
    from alife.experiment.open import open_target

    sets = ["run.capacity=4", "run.episodes=1", "run.generations=2", f"world.environment={key}"]
    open_window(open_target("gymnasium", None, sets), frames=12)
    assert seen == [key] * 12 and COUNTS["closed"] == -1
    assert font(12).size("fonts are still there")[0] > 0


def test_an_episode_that_ends_in_numbers_that_are_not_finite_is_shown_to_its_end() -> None:
    from alife.experiment.open import open_target

    key = register("Broken", see=lambda self: ZERO + (np.nan if self.t >= 2 else 0.0))
    window = Window(open_target("gymnasium", None, [*FEW[1::2], f"world.environment={key}"]))
    window.session.toggle_pin()
    broken = 0
    for _ in range(4):
        window.session.advance()
        window.panel.refresh()
        window.draw()
        broken += bool(np.isnan(window.session.life.fields["observations"]).any())
    assert broken
    with display.kept():
        window.session.run.close()


@pytest.mark.parametrize(
    ("value", "share"), [(0.0, 0.25), (9.0, 1.0), (-9.0, 0.0), (np.nan, 0.25), (np.inf, 1.0), (-np.inf, 0.0)]
)
def test_every_number_has_a_place_in_a_range(value: float, share: float) -> None:
    assert share_of(value, -1.0, 3.0) == share
    assert 0.0 <= share_of(value, 2.0, 2.0) <= 1.0
