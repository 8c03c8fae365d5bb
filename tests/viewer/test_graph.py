"""The graph: every metric of the run, chosen with keys and mouse, with values at the pointer and marked events."""

from __future__ import annotations

import numpy as np
import pygame
import pytest

from alife.errors import UserError
from alife.experiment.run import Run
from alife.viewer.draw import display, theme
from alife.viewer.draw.graph import axis_of, draw_graph, draw_hover, height_of, named_values
from alife.viewer.draw.paper import Paper
from alife.viewer.history import CAPACITY, MOST, History
from alife.viewer.shared_session import SharedSession
from alife.viewer.window import Window
from alife.world import Metric
from tests.helpers.fake_run import FakeRun

METRICS = (Metric("a", "m", "one", headline=True), Metric("b", "m", "two"), Metric("c", "s", "three"))


def filled(steps: int = 5000) -> History:
    """Returns a history of a = step, b = 2 step, c unknown."""
    history = History(METRICS, "step")
    for step in range(steps):
        history.add(step, {"a": step, "b": 2 * step})
    return history


def test_a_full_history_keeps_its_span_and_what_is_unknown() -> None:
    history = filled()
    assert len(history.steps) < CAPACITY and history.steps[0] == 0 and history.steps[-1] > 4900
    assert history.values["a"] == history.steps and history.values["b"] == [2 * step for step in history.steps]
    assert np.isnan(history.values["c"]).all()


def test_metrics_of_one_unit_share_a_plot_and_only_so_many_are_shown() -> None:
    history = History([*METRICS, *(Metric(f"m{k}", f"u{k}", "") for k in range(MOST))], "step")
    assert history.shown == ["a"]
    assert history.toggle("c") and history.toggle("b")
    assert [[one.name for one in plot] for plot in history.plots()] == [["a", "b"], ["c"]]
    assert [history.toggle(f"m{k}") for k in range(4)] == [True, True, True, False]
    assert history.toggle("a") and "a" not in history.shown


def test_going_back_forgets_what_followed() -> None:
    history = filled(100)
    history.mark(50, "removed agent 3")
    history.mark(51, "later")
    history.cut(50)
    assert history.steps[-1] == 50 == history.values["b"][-1] // 2
    assert [event.text for event in history.events] == ["removed agent 3"]


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_pointer_shows_the_values_of_its_step_and_the_event(scale: float, texts: list[str]) -> None:
    history, room = filled(101), 120
    history.toggle("b")
    history.mark(50, "removed agent 3")
    paper = Paper.blank((360, 300), scale, theme.PAPER)
    (plot,) = draw_graph(paper, pygame.Rect(10, 10, 340, height_of(1, room)), history, room)
    assert plot.axis == (0, 200) and {"a 100", "b 200", "m", "step 0", "50", "100"} <= set(texts)
    texts.clear()
    assert draw_hover(paper, [plot], history, (plot.box.centerx, plot.box.centery))
    assert texts == ["step 50", "a 50 m", "b 100 m", "removed agent 3"]
    assert not draw_hover(paper, [plot], history, (plot.box.left - 5, plot.box.centery))


def test_metrics_are_chosen_with_keys_and_by_the_mouse(texts: list[str]) -> None:
    window = Window(FakeRun(20))
    history = window.session.history
    assert history.shown == ["agents", "energy"]
    window.draw()
    graph = window.panel._graph.move(window._beside()[:2])
    window.handle(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=graph.center))
    window.draw()
    assert {"Metrics of the graph", "mean hue", "0.497"} <= set(texts)
    for key in (pygame.K_DOWN, pygame.K_RETURN):  # the second row: hue
        window.handle(pygame.Event(pygame.KEYDOWN, key=key, unicode="", mod=0))
    assert history.shown == ["agents", "energy", "hue"]
    _, row = window._sheet._rows[0]
    window.handle(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=row.center))
    assert history.shown == ["energy", "hue"]
    window.handle(pygame.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, unicode="\x1b", mod=0))
    assert window.session.sheet is None and not window.session.closed


def test_every_metric_of_the_run_is_in_the_history_as_in_its_records() -> None:
    run = Run({"world": {"name": "meadow", "side": 32, "population": 60}, "run": {"capacity": 200}})
    session = SharedSession(run, (900, 700))
    known = run.simulation.metrics()
    assert {one.name for one in session.history.metrics} == set(known) - {"step"}
    assert all(session.history.values[name] == [value] for name, value in known.items() if name != "step")
    assert all(one.meaning for one in session.history.metrics)


def test_the_scale_fits_the_size_and_the_text_is_as_large() -> None:
    sizes = {(900, 600): 1.0, (1280, 800): 1.0, (1920, 1080): 1.5, (2560, 1440): 2.0, (3840, 2160): 3.0}
    assert {size: display.fitting_scale(size) for size in sizes} == sizes
    for size in ((1280, 800), (2560, 1440)):
        window = Window(FakeRun(20), size)
        window.draw()
        assert window._beside()[2] == 372 * sizes[size]
        assert window._toolbar._buttons["single_step"].rect.height == 30 * sizes[size]


@pytest.mark.parametrize("text", ["0.5", "5", "nan", "large"])
def test_a_scale_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--scale: expected a number from 1 to 4, got"):
        display.parse_scale(text)


def test_an_axis_names_0_where_values_lie_on_both_sides_of_it() -> None:
    assert axis_of([0.5, -0.0007]) == pytest.approx((-0.15, 0.5))
    assert axis_of([-4.0, 0.1]) == pytest.approx((-5.0, 1.0))
    assert axis_of([0.2, 0.6]) == pytest.approx((0.0, 0.75)) and axis_of([-0.2]) == pytest.approx((-0.2, 0.0))
    for axis in ((-0.15, 0.5), (-1.0, 1.0), (-5.0, 1.0), (0.0, 3.0), (-2.0, 0.0)):
        for high in (34, 44, 90):
            named = sorted(named_values(axis, high))
            assert (0.0 in named) and set(named) <= {*axis, sum(axis) / 2, 0.0}
            gaps = np.diff(named) / (axis[1] - axis[0]) * high
            assert len(named) > 1 and (gaps >= min(13, high)).all()
