"""Clades through time: counts, the strip on the graph's axis, its clicks, and what going back leaves of it."""

from __future__ import annotations

import numpy as np
import pygame
import pytest

from alife.config.schema import load_config
from alife.experiment.run import Run
from alife.viewer.clades import CladeCount, count_clades, founding_step
from alife.viewer.draw import theme
from alife.viewer.draw.clade_strip import HEIGHT, OTHERS, draw_clades
from alife.viewer.draw.paper import Paper
from alife.viewer.history import CAPACITY, History
from alife.viewer.panels import shared
from alife.viewer.window import Window
from tests.helpers.fake_run import FakeRun
from tests.helpers.small_run import SMALL

GOLD, BLUE = (230, 159, 0), (0, 114, 178)


def press(window: Window, code: int) -> None:
    window.handle(pygame.Event(pygame.KEYDOWN, key=code, unicode="", mod=0))


def shown(steps: int = 12) -> Window:
    """Returns a window with the strip, after some steps with a point of the graph each."""
    window = Window(FakeRun(100))
    press(window, pygame.K_F4)
    for _ in range(steps):
        window.session.advance()
        window.session._next_point = 0.0  # however slow the machine is
        window.draw()
    window.panel.refresh()
    window.draw()
    return window


def pixel_of(window: Window, clade: int) -> tuple[int, int]:
    """Returns a pixel of the window at which the strip shows a clade."""
    strip, beside = window.panel._strip, window._beside()
    row, column = np.argwhere(strip.clades == clade)[0]
    return beside[0] + strip.box.left + int(column), beside[1] + strip.box.top + int(row) - window.panel._scrolled


def click(window: Window, at: tuple[int, int]) -> None:
    window.handle(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=at))


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_bands_are_the_shares_at_their_steps_in_the_colors_of_the_clades(scale: float) -> None:
    history = History((), "step")
    for step, sizes in ((0, {3: 1, 8: 3}), (10, {3: 3, 8: 1}), (20, {3: 2})):
        history.add(step, {}, CladeCount(sizes, 4))
    paper = Paper.blank((300, HEIGHT), scale, theme.PAPER)
    strip = draw_clades(paper, pygame.Rect(0, 0, 300, HEIGHT), history, {3: GOLD, 8: BLUE}, None)
    middle, last = strip.clades[:, strip.box.width // 2], strip.clades[:, -1]
    assert (middle == 3).mean() == pytest.approx(0.75, abs=0.03) and (middle == 8).mean() == pytest.approx(
        0.25, abs=0.03
    )
    assert (last == 3).mean() == pytest.approx(0.5, abs=0.03) and (last == OTHERS).mean() == pytest.approx(
        0.5, abs=0.03
    )
    at = np.array([strip.box.centerx, strip.box.bottom - 3])
    assert strip.clade_at(tuple(at)) == 3 and strip.clade_at((at[0], strip.box.bottom + 1)) is None
    assert paper.surface.get_at((at * scale).astype(int).tolist())[:3] == GOLD


def test_counts_thin_out_and_are_cut_with_the_graph() -> None:
    history = History((), "step")
    for step in range(CAPACITY + 10):
        history.add(step, {}, CladeCount({step: 1}, 1))
    assert all([*count.sizes] == [step] for step, count in zip(history.steps, history.clades, strict=True))
    other = history.copy()
    history.cut(100)
    assert len(history.clades) == len(history.steps) < len(other.clades) == len(other.steps)


def test_a_click_highlights_the_living_of_a_clade_until_a_click_or_escape() -> None:
    window = shown()
    session, fields = window.session, window.session.life.fields
    before = session.scene.discs.color.copy()
    at = pixel_of(window, 2)
    click(window, at)
    members = fields["clade"][session.scene.discs.row] == 2
    assert session.highlighted == 2 and members.sum() == 20
    changed = (session.scene.discs.color != before).any(axis=1)
    assert not changed[members].any() and changed[~members].all()
    click(window, at)
    assert session.highlighted is None and (session.scene.discs.color == before).all()
    click(window, at)
    press(window, pygame.K_ESCAPE)
    assert session.highlighted is None and not session.closed
    press(window, pygame.K_ESCAPE)
    assert session.closed


def test_the_pointer_says_what_a_clade_is_and_was(texts: list[str]) -> None:
    window = shown()
    window.session.history.mark(5, "savepoint")
    at = pixel_of(window, 2)
    pygame.mouse.set_pos(at)
    texts.clear()
    window.draw()
    assert {"clade of founder 2", "now 20 living, 20 %", "step 0: 20 of 100"} <= set(texts)


def test_a_clade_that_dies_out_is_released(texts: list[str]) -> None:
    window = shown()
    session = window.session
    session.highlight(2)
    session.life.fields["alive"][session.life.fields["clade"] == 2] = 0
    session.advance()
    assert session.highlighted is None and session.present_status == "The clade has no living members"
    session.highlight(2)
    assert session.highlighted is None and session.present_status == "The clade of founder 2 has no living members"


def test_a_strip_that_is_hidden_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    draw = shared.draw_clades
    monkeypatch.setattr(shared, "draw_clades", lambda *given: drawn.append(1) or draw(*given))
    window = Window(FakeRun(20))
    for _ in range(20):
        window.session.advance()
        window.draw()
    assert not drawn
    press(window, pygame.K_F4)
    window.draw()
    assert drawn and window.session.show_graph


def test_a_placed_genome_is_a_clade_that_undo_takes_out_of_the_history() -> None:
    window = Window(Run(load_config("meadow", [*SMALL])))
    session = window.session
    for _ in range(3):
        session.advance()
    process = session.run.simulation
    placed = int(process.fields["next_id"][0])
    assert session.intervene("clone", id=int(process.fields["id"][session.living[0]]), x=3.0, y=3.0)
    clone = int(process.fields["clade"][process.fields["id"] == placed][0])
    session._next_point = 0.0
    session.advance()
    session._next_point = 0.0
    session.advance()
    count = session.history.clades[-1]
    assert sum(count.sizes.values()) == count.living and clone in count.sizes
    assert founding_step(process, session.living, clone) == ((3, True) if clone == placed else (0, True))
    session.undo()
    process = session.run.simulation
    assert process.steps == 5 and len(session.history.clades) == len(session.history.steps)
    assert placed not in count_clades(process, session.living).sizes
    assert all(placed not in one.sizes for one in session.history.clades)
