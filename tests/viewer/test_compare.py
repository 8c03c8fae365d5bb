"""Pinned agents beside each other: what the table shows of whom, and how agents are pinned."""

from __future__ import annotations

import pygame
import pytest

from alife.config.schema import parse_config
from alife.experiment.replay import Replay, replay_run
from alife.experiment.run import Run
from alife.viewer.draw.paper import Paper
from alife.viewer.panels.compare import table
from alife.viewer.panels.overlay import MAP
from alife.viewer.pins import MOST
from alife.viewer.window import LEGEND, Window
from tests.helpers.fake_run import NUM_SENSORS, FakeRun


def press(window: Window, *codes: int) -> None:
    for code in codes:
        window.handle(pygame.Event(pygame.KEYDOWN, key=code, unicode="", mod=0))


def test_pinned_agents_are_compared_and_the_dead_have_no_values(texts: list[str]) -> None:
    window = Window(FakeRun(30))
    session, fields = window.session, window.session.run.simulation.fields
    for row in (4, 9):
        session.select(row)
        press(window, pygame.K_p)
    session.select(12)
    lines = {line.name: line for line in table(session.life, session.pins.compared(session.selection))}
    assert len(lines) >= 3 + NUM_SENSORS + 2
    assert lines["energy"].values == [float(fields["energy"][row]) for row in (4, 9, 12)]
    assert lines["bite"].values == pytest.approx([float(fields["actions"][row, 2]) for row in (4, 9, 12)])
    assert (lines["sense 0"].low, lines["sense 0"].high) == (-1.0, 1.0)
    window.draw()
    assert {"14", "19", "22"} <= set(texts)
    session.run.simulation.kill(9, cause=1)
    session.look()
    texts.clear()
    for _ in range(4):
        window.draw()
    assert "dead" in texts
    assert [line.values[1] for line in table(session.life, session.pins.compared(session.selection))] == [None] * len(
        lines
    )


def test_agents_are_unpinned_by_key_and_by_the_cross() -> None:
    window = Window(FakeRun(30))
    session = window.session
    press(window, pygame.K_p)
    assert session.status.startswith("Select an agent to pin") and not session.pins
    for row in range(MOST + 1):
        session.select(row, move=False)
        press(window, pygame.K_p)
    assert len(session.pins) == MOST and session.status.startswith(f"{MOST} agents are pinned")
    session.select(1, move=False)
    press(window, pygame.K_p)
    assert [pin.row for pin in session.pins] == [0, 2, 3]
    window.draw()
    chosen, cross = window._comparison._crosses[1]
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        window.handle(pygame.Event(kind, button=1, pos=cross.center))
    assert chosen.row == 2 and [pin.row for pin in session.pins] == [0, 3]
    assert session.selection.row == 1  # the click was the table's


def replay_of(world: str) -> Replay:
    few = ("run.generations=6", "run.capacity=8", "run.episodes=1", "run.threads=1", "run.elites=0")
    return replay_run(Run(parse_config(f"world: {{name: {world}}}\nstrategy: {{name: ga}}", "test", few)))


def test_agents_of_an_episode_stay_pinned_into_the_next_one() -> None:
    window = Window(replay_of("pursuit"))
    session = window.session
    for row in (0, 1):
        session.select(row)
        press(window, pygame.K_p)
    press(window, pygame.K_n)
    for _ in range(3):
        session.advance()
        window.draw()
    life = session.life
    assert [pin.row for pin in session.pins] == [0, 1]
    assert {pin.birth_step for pin in session.pins} == {life.steps - life.clock}
    assert session.pins.compared(session.selection) == session.pins


def test_the_overview_has_other_agents_so_none_stays_pinned() -> None:
    run = replay_of("cartpole")
    window = Window(run)
    titles = [line.name for line in table(window.session.life, [window.session.selection])]
    assert {"cart speed", "pole angle", "last push"} <= set(titles)  # as the panel has them
    for many in (True, False):
        press(window, pygame.K_p)
        assert len(window.session.pins) == 1
        press(window, pygame.K_o)
        window.draw()
        assert run.shows_many is many and not window.session.pins


def test_codes_and_units_are_told_in_words(texts: list[str]) -> None:
    small = ["world.side=32", "world.population=20", "run.capacity=100"]
    window = Window(Run(parse_config("world: {name: meadow}", "test", small)))
    press(window, pygame.K_TAB, pygame.K_p)
    lines = {line.name: line for line in table(window.session.life, window.session.pins) if line.field}
    poison, hue = lines["poison"], lines["hue"]
    assert poison.text(-1.0) == "none" and not poison.is_measured
    assert lines["energy"].text(3e6).endswith(" units")
    assert hue.is_measured and hue.share(0.5 * float(hue.values[0] or 0)) == pytest.approx((0.0, 0.5))
    texts.clear()
    for _ in range(4):
        window.draw()
    assert poison.name in texts and "-1" not in texts and "poison_kind" not in texts


@pytest.mark.parametrize("size", [(900, 600), (1280, 800), (2560, 1440)])
def test_the_table_and_the_legend_do_not_overlap(size: tuple[int, int]) -> None:
    window = Window(FakeRun(30), size)
    press(window, *[pygame.K_TAB, pygame.K_p] * MOST, pygame.K_l)
    window.draw()
    view, box = window.session.camera.view, window._comparison._box
    assert box.left >= 0 and box.right <= view[0] / window.scale - LEGEND
    press(window, pygame.K_l)
    window.draw()
    assert window._comparison._box.right == int(view[0] / window.scale) - 10


def test_the_table_covers_no_map() -> None:
    window = Window(FakeRun(30), (900, 600))
    session = window.session
    window.draw()
    assert window._map._box is not None
    for row in range(2):
        session.select(row, move=False)
        press(window, pygame.K_p)
    press(window, pygame.K_l)
    window.draw()
    assert window._map._box is None and window._comparison.covers(window._map.room(Paper(window.canvas, window.scale)))
    session.pins.clear()
    window.draw()
    assert window._map._box is not None


def test_the_map_has_the_scale_of_the_window_at_once() -> None:
    window = Window(FakeRun(30), (2560, 1440))
    window.session.camera.zoom *= 4
    window.draw()
    assert window._map._box.width == round(MAP * 2.0)
    window.handle(pygame.Event(pygame.VIDEORESIZE, w=900, h=600, size=(900, 600)))
    window.draw()
    assert window._map._box.width == MAP
