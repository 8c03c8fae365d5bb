"""Colors of agents: each way where it applies, what it shows, palettes for all eyes, legend, trails and sight."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pygame
import pytest

from alife.viewer.coloring import spread as spreading
from alife.viewer.coloring.groups import COUNTED, NONE
from alife.viewer.coloring.modes import colorings_of
from alife.viewer.coloring.species import RANDOM, SHARE, Species
from alife.viewer.coloring.value import AGREED
from alife.viewer.draw import agents, palettes, trails
from alife.viewer.draw.legend import WIDTH, make_legend, wrapped
from alife.viewer.draw.theme import font
from alife.viewer.panels import explanation
from alife.viewer.shared_session import SharedSession
from alife.viewer.window import Window
from tests.helpers.color_vision import DEFICIENCIES, differences, lab
from tests.helpers.fake_run import FakeRun

VIEW = (900, 700)
FAR = 14.0  # least distance of two groups in CIE L*a*b*


def in_mode(title: str, run: FakeRun) -> SharedSession:
    """Returns a session whose agents are colored in the way of this title."""
    session = SharedSession(run, VIEW)
    while session.coloring.title != title:
        session.next_coloring()
    return session


# Palettes


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_groups_look_unlike_and_ramps_rise_for_every_eye(deficiency: str) -> None:
    groups = np.concatenate([palettes.GROUPS, [palettes.OTHERS]])
    apart = differences(groups, deficiency)[np.triu_indices(len(groups), 1)]
    assert apart.min() >= FAR
    light = lab(palettes.RAMP, deficiency)[:, 0]
    assert (np.diff(light[::8]) > 0).all() and light[-1] - light[0] > 55
    tenths = palettes.DIVERGING[np.linspace(0, 255, 9).astype(int)]
    assert differences(tenths, deficiency)[np.triu_indices(9, 1)].min() >= 7
    around = palettes.CIRCLE[np.linspace(0, 255, 8, endpoint=False).astype(int)]
    assert differences(around, deficiency)[np.triu_indices(8, 1)].min() >= 7
    assert differences(palettes.CIRCLE[[0, -1]], deficiency)[0, 1] < 3


def test_shares_beyond_a_range_are_its_ends_and_unknown_ones_gray() -> None:
    colors = palettes.shaded(palettes.RAMP, np.array([-3.0, 0.0, 1.0, 7.0, np.nan, np.inf]))
    assert (colors[0] == colors[1]).all() and (colors[2] == colors[3]).all()
    assert colors[4].tolist() == list(palettes.OTHERS)


# Ways to color


def test_each_way_applies_where_the_world_and_the_brain_have_something_to_show() -> None:
    life = FakeRun(20).simulation
    titles = [coloring.title for coloring in colorings_of(life)]
    actions = [f"action: {name}" for name in ("turn", "thrust", "bite")]
    expected = ["the world's own", "hue", "energy", "age", "clade", "species", *actions, "memory load", "density"]
    assert titles == expected
    life.brain.layout = {}
    assert "memory load" not in [coloring.title for coloring in colorings_of(life)]


def test_the_key_goes_through_all_ways_and_back_and_shows_the_legend() -> None:
    session = SharedSession(FakeRun(20), VIEW)
    own = session.scene.discs.color.copy()
    seen = []
    for _ in session.colorings:
        session.next_coloring()
        seen.append(session.coloring.title)
        assert session.show_legend and session.scene.discs.color.shape == own.shape
    assert len(set(seen)) == len(seen) and session.coloring.title == "the world's own"
    np.testing.assert_array_equal(session.scene.discs.color, own)
    session.previous_coloring()
    assert session.coloring.title == seen[-2]


@pytest.mark.parametrize(("title", "column"), [("energy", "energy"), ("age", "birth_step"), ("hue", "hue")])
def test_a_number_is_shown_from_the_dark_to_the_light_end(title: str, column: str) -> None:
    run = FakeRun(200)
    session = in_mode(title, run)
    values = run.simulation.fields[column].astype(float) * (-1 if column == "birth_step" else 1)
    if column == "hue":
        expected = palettes.CIRCLE[(values * 255).astype(int)]
        np.testing.assert_array_equal(session.scene.discs.color, expected)
        return
    light = lab(session.scene.discs.color)[:, 0]
    order = np.argsort(values)
    assert (np.diff(light[order]) > -1.5).all() and np.ptp(light) > 50  # colors are rounded


def test_an_open_range_follows_the_living_and_says_so() -> None:
    run = FakeRun(100)
    session = in_mode("energy", run)
    run.simulation.fields["energy"] *= 40
    for _ in range(AGREED + 1):
        session.look()
    (mark,) = session.coloring.legend()
    assert mark.low == "0" and mark.high == "50 or more"


def test_the_largest_groups_have_colors_and_keep_them() -> None:
    run = FakeRun(400)
    fields = run.simulation.fields
    fields["clade"][:] = np.arange(400) // 40  # ten clades
    fields["clade"][:30] = 1
    session = in_mode("clade", run)
    before = dict(zip(fields["clade"].tolist(), map(tuple, session.scene.discs.color.tolist()), strict=True))
    assert len(set(before.values())) == len(palettes.GROUPS) + 1 and before[1] != palettes.OTHERS
    fields["clade"][fields["clade"] == 9] = 1
    for _ in range(COUNTED + 1):
        session.look()
    after = dict(zip(fields["clade"].tolist(), map(tuple, session.scene.discs.color.tolist()), strict=True))
    assert all(after[clade] == color for clade, color in before.items() if color != palettes.OTHERS and clade in after)
    texts = [mark.meaning for mark in session.coloring.legend()]
    assert texts[0].startswith("clade of founder 1: 110 agents") and "smaller, of" in texts[-1]


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(spreading, "BUDGET", 60.0)
    yield


def test_species_are_genomes_near_each_other(unhurried: None) -> None:
    run = FakeRun(300)
    fields, draw = run.simulation.fields, np.random.default_rng(3)
    kinds = draw.uniform(-1, 1, (5, 64))
    member = np.arange(300) % 5
    fields["genome"][:] = kinds[member] + draw.normal(0, 0.1, (300, 64))
    species = Species(run.simulation)
    labels = species.labels(np.arange(300))
    assert [len(set(labels[member == kind])) for kind in range(5)] == [1] * 5
    assert len(set(labels)) == 5 and NONE not in labels
    apart = np.sqrt(((kinds[0] - kinds[1]) ** 2).mean())
    assert apart > SHARE * RANDOM


def test_what_takes_long_is_found_over_several_frames_and_again_for_a_newborn(monkeypatch: pytest.MonkeyPatch) -> None:
    run = FakeRun(300)
    rows, looked = np.arange(300), []
    numbers = spreading.Spread(run.simulation, lambda some: looked.append(len(some)) or some * 2.0)
    monkeypatch.setattr(spreading, "BUDGET", 0.0)
    known = [int(np.isfinite(numbers.values(rows, again=False)).sum()) for _ in range(30)]
    assert known[0] == spreading.CHUNK and known[-1] == 300 and max(looked) <= spreading.CHUNK
    frames = len(looked)
    numbers.values(rows, again=False)
    assert len(looked) == frames  # nothing is left to find
    run.simulation.fields["id"][7] = 99_999
    assert np.isfinite(numbers.values(rows, again=False)).all() and looked[-1] == 1


def test_density_counts_the_agents_of_a_square() -> None:
    run = FakeRun(40)
    fields = run.simulation.fields
    fields["x"][:], fields["y"][:] = np.arange(40) * 3.2, 64.0
    fields["x"][:10] = 100.5
    session = in_mode("density", run)
    crowded = {tuple(color) for color in session.scene.discs.color[:10].tolist()}
    lone = {tuple(color) for color in session.scene.discs.color[11:30].tolist()}
    assert len(crowded) == 1 and not crowded & lone


def test_coloring_changes_nothing_in_a_run() -> None:
    colored, plain = FakeRun(60), FakeRun(60)
    window = Window(colored)
    for key in ("toggle_trails", "toggle_sight", "toggle_legend"):
        getattr(window.session, key)()
    for _ in window.session.colorings:
        window.session.next_coloring()
        window.session.advance()
        window.draw()
    plain.step(colored.simulation.steps)
    assert colored.simulation.state_hash() == plain.simulation.state_hash()


# Legend and overlays


@pytest.mark.parametrize("size", [(900, 600), (1280, 800)])
def test_a_legend_fits_beside_the_small_map_in_every_way(size: tuple[int, int]) -> None:
    window = Window(FakeRun(60), size)
    session = window.session
    session.select_oldest()
    session.toggle_trails()
    session.toggle_sight()
    for _ in session.colorings:
        session.next_coloring()
        high = make_legend(explanation.chapters(session)).get_height()
        assert high + 24 <= session.camera.view[1] and session.camera.view[0] >= WIDTH + 24 + 160


def test_text_is_wrapped_within_its_width() -> None:
    lines = wrapped(
        "a few words that need more than one line, and unbreakableunbreakableunbreakableunbreakable", 11, 120
    )
    assert len(lines) > 2 and all(font(11).size(line)[0] <= 120 for line in lines)


def test_trails_are_dots_of_all_in_view_and_a_line_of_the_selected_agent() -> None:
    window = Window(FakeRun(50))
    session = window.session
    session.toggle_trails()
    session.select_oldest()
    for _ in range(20):
        session.advance()
    window.draw()
    with_trails = pygame.surfarray.array3d(window.canvas).astype(int)
    session.toggle_trails()
    window.draw()
    changed = (with_trails != pygame.surfarray.array3d(window.canvas)).any(axis=2)[: session.camera.view[0]]
    assert changed.sum() > 100
    session.toggle_trails()
    session.paused = True
    for _ in range(5):
        session.advance()
    assert len(session.trails._dots) == 1  # a world at rest leaves none


def test_trails_of_a_crowd_are_left_out_and_the_legend_says_so() -> None:
    window = Window(FakeRun(trails.MOST + 2000))
    session = window.session
    session.reset_view()
    session.toggle_trails()
    session.advance()
    window.draw()
    assert session.trails.crowded
    texts = [mark.meaning for chapter in explanation.chapters(session) for mark in chapter.marks]
    assert any("at most 1,200 agents" in text for text in texts)


def test_what_an_agent_sees_is_drawn_around_it_as_strongly_as_it_senses_it() -> None:
    window = Window(FakeRun(5))
    session, fields = window.session, window.session.life.fields
    session.select_oldest()
    row = session.selection.row
    means = []
    for value in (0.0, 1.0):
        fields["observations"][row] = value
        session.show_sight = True
        window.draw()
        shown = pygame.surfarray.array3d(window.canvas).astype(int)
        session.show_sight = False
        window.draw()
        plain = pygame.surfarray.array3d(window.canvas).astype(int)
        means.append((shown - plain)[: session.camera.view[0]].sum())
    assert 0 < means[0] < means[1]


def test_a_crowd_is_drawn_as_squares_that_are_fuller_where_there_are_more() -> None:
    target = pygame.Surface((90, 60), depth=32)
    target.fill((0, 0, 0))
    x = np.repeat([10.0, 40.0, 70.0], [100, 10, 1])
    color = np.tile(np.array([[200, 100, 50]], np.uint8), (111, 1))
    agents.draw_squares(target, (x, np.full(111, 30.0)), color)
    tones = [target.get_at((at, 30))[0] for at in (10, 40, 70)]
    assert tones[0] > tones[1] > tones[2] > 0 and target.get_at((25, 30))[:3] == (0, 0, 0)
    assert target.get_at((10, 30))[:3] == pytest.approx((200, 100, 50), abs=3)


def test_no_two_rows_of_the_table_share_a_letter() -> None:
    labels = [key.label for key in SharedSession.table]
    assert all(one != other for one, other in itertools.combinations(labels, 2))
