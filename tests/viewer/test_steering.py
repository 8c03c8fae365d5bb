"""Steering at the window: each change is recorded, is said, can be undone, and replays to the same bits."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pygame
import pytest

from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.records.genome import load_genome
from alife.experiment.records.interventions_jsonl import read_interventions
from alife.experiment.run import Run
from alife.experiment.savepoints import Start
from alife.simulation.interventions import Intervention
from alife.simulation.world_numbers import Number
from alife.viewer import keys
from alife.viewer.draw import theme
from alife.viewer.sheets.numbers import changed
from alife.viewer.sheets.savepoints import SavepointsSheet
from alife.viewer.steering.words import NEEDS_CPU
from alife.viewer.window import Window
from tests.conftest import ROOT
from tests.helpers.fake_run import FakeRun
from tests.helpers.small_run import SMALL

CONFIG = load_config("meadow", [*SMALL])
Pixel = tuple[int, int]


def press(window: Window, *codes: int, text: str = "") -> None:
    for code in codes:
        window.handle(pygame.Event(pygame.KEYDOWN, key=code, unicode=text, mod=0))


def stroke(window: Window, *places: Pixel) -> None:
    """Presses the left button at the first place, moves to each, and releases at the last."""
    window.handle(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=places[0]))
    for place in places[1:]:
        window.handle(pygame.Event(pygame.MOUSEMOTION, buttons=(1, 0, 0), pos=place, rel=(1, 1)))
    window.handle(pygame.Event(pygame.MOUSEBUTTONUP, button=1, pos=places[-1]))


def frames(window: Window, count: int) -> None:
    for _ in range(count):
        window.session.advance()
        window.draw()


def replayed(record: list[Intervention], steps: int, seed: int = 1) -> str:
    """Returns the hash after some steps of a life with a record, from the beginning."""
    run = Run(CONFIG.model_copy(update={"seed": seed}), start=Start(None, record))
    run.step(steps)
    return run.simulation.state_hash()


def agent_pixel(window: Window) -> Pixel:
    """Selects the agent nearest to the middle, and returns its pixel."""
    window.session.deselect()
    window.session.next_agent()
    x, y = window.session.camera.to_screen(*window.session.selected_place()[:2])
    return round(float(x)), round(float(y))


def steered(window: Window) -> None:
    """Does one of everything, with frames in between."""
    session = window.session
    frames(window, 5)
    agent_pixel(window)
    press(window, pygame.K_d, pygame.K_DELETE)
    session.faster()
    frames(window, 3)
    press(window, pygame.K_a)
    at = agent_pixel(window)
    stroke(window, at, (at[0] + 40, at[1]), (at[0] + 90, at[1] + 30))
    press(window, pygame.K_b)
    stroke(window, (200, 200), (300, 240), (420, 300))
    frames(window, 2)
    press(window, pygame.K_x, pygame.K_RIGHTBRACKET)
    stroke(window, (500, 300), (560, 320))
    press(window, pygame.K_ESCAPE, pygame.K_w, pygame.K_DOWN, pygame.K_RIGHT, pygame.K_ESCAPE)
    frames(window, 2)
    press(window, pygame.K_i, pygame.K_RETURN)
    stroke(window, (450, 350))
    press(window, pygame.K_ESCAPE)
    frames(window, 4)


def test_what_is_done_at_the_window_is_recorded_and_replays_to_the_same_bits(tmp_path: Path) -> None:
    window = Window(Run(CONFIG, out=tmp_path / "run"))
    steered(window)
    run = window.session.run
    record = read_interventions(tmp_path / "run" / "interventions.jsonl")
    assert record == run.interventions.done
    kinds = [one.kind for one in record]
    assert list(dict.fromkeys(kinds)) == ["clone", "remove", "move", "paint", "set", "place"]
    assert {one.change.value > 0 for one in record if one.kind == "paint"} == {True, False}
    assert window.session.touched.startswith("touched at steps 5, 11")
    assert run.simulation.state_hash() == replayed(record, run.simulation.steps)
    untouched = Run(CONFIG)
    untouched.step(run.simulation.steps)
    assert run.simulation.state_hash() != untouched.simulation.state_hash()
    steps, done = run.simulation.steps, [one.said for one in window.session.past]
    assert len(done) == 7  # a stroke of the brush is one thing
    for left in reversed(range(len(done))):
        press(window, pygame.K_u)
        assert window.session.status == f"Undone: {done[left]}"
    run = window.session.run
    assert not run.interventions.done and run.out is None and run.simulation.steps == steps
    assert run.simulation.state_hash() == untouched.simulation.state_hash()
    assert read_interventions(tmp_path / "run" / "interventions.jsonl") == record  # the folder keeps its run
    press(window, pygame.K_u)
    assert window.session.status == "Nothing to undo"


def test_savepoints_back_and_restart_show_the_states_of_then() -> None:
    window = Window(Run(CONFIG))
    session = window.session
    frames(window, 4)
    press(window, pygame.K_k)
    kept = session.run.simulation.state_hash()
    assert session.status == "Kept a savepoint of step 4; j lists them"
    frames(window, 6)
    later = session.run.simulation.state_hash()
    press(window, pygame.K_COMMA, pygame.K_COMMA)
    assert session.paused and session.run.simulation.state_hash() == replayed([], 8)
    assert session.history.steps[-1] <= 8
    press(window, pygame.K_u)
    assert session.run.simulation.state_hash() == later and session.status == "Undone: going back"
    press(window, pygame.K_j)
    window.draw()
    rows = session.sheet.rows()
    assert [(row.name, row.value) for row in rows] == [("step 0", "the beginning"), ("step 4", "kept by hand")]
    press(window, pygame.K_RETURN)
    assert session.sheet is None and session.run.simulation.state_hash() == kept
    press(window, pygame.K_F5)
    assert session.run.simulation.state_hash() == replayed([], 0) and session.life.steps == 0
    press(window, pygame.K_F6, pygame.K_PERIOD)
    assert session.run.config.seed == 2 and session.run.simulation.state_hash() == replayed([], 1, seed=2)
    press(window, pygame.K_u, pygame.K_u, pygame.K_u)
    assert session.run.simulation.state_hash() == later and session.run.config.seed == 1


def test_a_recorded_run_that_was_left_and_returned_to_has_the_same_files(tmp_path: Path) -> None:
    window = Window(Run(CONFIG, out=tmp_path / "left"))
    session = window.session
    frames(window, 3)
    session.intervene("set", param="upkeep", value=0.03)
    frames(window, 3)
    press(window, pygame.K_COMMA, pygame.K_u, pygame.K_SPACE)
    frames(window, 3)
    session.run.close()
    run = Run(CONFIG, out=tmp_path / "straight")
    run.step(3)
    run.intervene("set", param="upkeep", value=0.03)
    run.step(6)
    run.close()
    for name in ("metrics.csv", "lineage.csv", "interventions.jsonl", "checkpoints/step-000000009.safetensors"):
        assert (tmp_path / "left" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes(), name


def test_savepoints_kept_by_hand_are_marked_by_their_kind_not_by_their_words() -> None:
    session = Window(Run(CONFIG)).session
    session.run.savepoint("mine", "before winter")
    session.run.remember("for later")
    marks = {row.value: row.color for row in SavepointsSheet(session).rows()}
    assert marks["before winter"] == theme.GOLD and marks["for later"] == theme.CARD


def test_lives_that_part_do_not_mix() -> None:
    """States kept in memory are those of one life each, and serve only lives that pass through them."""
    run = Run(CONFIG)
    for turn in range(3):
        run.step(3)
        run.remember("in passing")
        run.intervene("set", param="upkeep", value=0.03 + turn / 1000)
        run.step(2)
        run.savepoint(f"turn-{turn}")
        run = run.undo() if turn % 2 else run.back(4)
        run.step(1)
        known = [*run.interventions.done, *run.interventions.ahead]
        assert run.simulation.state_hash() == replayed(known, run.simulation.steps)
    for one in run.savepoints():
        past = run.at(one.name)
        assert past.simulation.steps == one.step
        assert past.simulation.state_hash() == replayed(past.interventions.done, one.step)
        assert past.back(one.step // 2).simulation.state_hash() == replayed(
            past.interventions.done, one.step - one.step // 2
        )


def test_a_number_is_typed_and_its_difference_from_the_file_is_shown() -> None:
    window = Window(Run(CONFIG))
    session = window.session
    press(window, pygame.K_w)
    names = [row.name for row in session.sheet.rows()]
    press(window, *[pygame.K_DOWN] * names.index("upkeep"))
    for text in "0.25":
        press(window, ord(text), text=text)
    assert session.sheet.rows()[session.sheet.at].value == "0.25_"
    press(window, pygame.K_RETURN)
    row = session.sheet.rows()[session.sheet.at]
    assert row.value == "0.25  (file 0.02)" and row.note.startswith("0 to 1: cost of a body") and row.color
    assert session.run.simulation.world.params.upkeep == 0.25
    assert session.status == "Set upkeep to 0.25; u undoes it"
    for text in "7":
        press(window, ord(text), text=text)
    press(window, pygame.K_RETURN)
    assert "upkeep" in session.status and "less than or equal to 1" in session.status
    window.draw()
    (place, _, button) = next(one for one in window._sheet._buttons if one[:2] == (names.index("bites"), -1))
    window.handle(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=button.center))
    assert session.sheet.at == place and session.run.simulation.world.params.bites is False
    press(window, pygame.K_u, pygame.K_u)
    assert session.run.simulation.world.params.upkeep == 0.02 and session.run.simulation.world.params.bites is True


@pytest.mark.parametrize(
    ("value", "by", "low", "high", "expected"),
    [(0.02, 1, 0, 1, 0.021), (0.02, -1, 0, 1, 0.019), (1.0, 1, 0, 1, 1.0), (0.0, -1, 0, 1, 0.0), (0.0, 1, 0, 10, 0.1),
     (2000, 1, 1, 10**9, 2200), (3, -1, 0, 9, 2), (0, -1, 0, 9, 0), (True, -1, None, None, False)],
)  # fmt: skip
def test_a_number_changes_by_about_a_tenth_within_its_range(
    value: float, by: int, low: float | None, high: float | None, expected: float
) -> None:
    found = changed(Number("n", value, "", low, high), by)
    assert found == expected and type(found) is type(expected)


ALWAYS = ("restart", "restart_next", "show_savepoints", "show_run_to", "save_run")
STEERING = [key for key in keys.SHARED_KEYS if key.tool and key.command not in ALWAYS]


@pytest.mark.parametrize("key", STEERING, ids=[key.command for key in STEERING])
def test_every_key_of_steering_says_why_it_does_nothing(key: keys.Key) -> None:
    window = Window(FakeRun(30))  # as on the GPU: nothing carries out interventions
    hashed = window.session.run.simulation.state_hash()
    window.session.select_oldest()
    press(window, key.codes[0])
    expected = {
        "undo": "Nothing to undo",
        "step_back": "This is the first step",
        "keep_savepoint": "Kept a savepoint of step 0; j lists them",
        "take_paint": "Nothing can be painted in fake_world: it declares no paints",
        "take_eraser": "Nothing can be painted in fake_world: it declares no paints",
    }
    assert window.session.status == expected.get(key.command, NEEDS_CPU)
    assert window.session.tool == "" and window.session.run.simulation.state_hash() == hashed


def random_event(draw: random.Random, window: Window, codes: list[int]) -> None:
    """Presses a key or uses the mouse somewhere."""
    wide, high = window.canvas.get_size()
    places = [(draw.randrange(wide), draw.randrange(high)) for _ in range(draw.randint(1, 4))]
    if draw.random() < 0.5:
        code = draw.choice(codes)
        press(window, code, text=chr(code) if code < 127 else "")
    else:
        pygame.mouse.set_pos(places[0])
        stroke(window, *places)
    for event in pygame.event.get():
        window.handle(event)


@pytest.mark.parametrize("seed", range(2))
def test_random_keys_and_clicks_leave_a_run_that_replays_to_the_same_bits(seed: int) -> None:
    draw, window = random.Random(seed), Window(Run(CONFIG), (900, 600))
    left_out = (
        "quit",
        "leave",
        "toggle_fullscreen",
        "take_screenshot",
        "restart",
        "restart_next",
        "show_start",
        "save_run",
    )
    codes = [code for key in keys.SHARED_KEYS for code in key.codes if key.command not in left_out]
    codes += [pygame.K_ESCAPE, pygame.K_DOWN, pygame.K_RETURN, pygame.K_RIGHT, *map(ord, "0.5")]
    most = 0  # interventions in force at once: a button restarts, or undoes them, in some orders of events
    for _ in range(80):
        random_event(draw, window, codes)
        window.session.closed = False
        window.session.speed.place = min(window.session.speed.place, 5)
        frames(window, 1)
        most = max(most, len(window.session.run.interventions.done))
    run = window.session.run
    assert most
    other = Run(run.config, start=Start(None, run.interventions.done))
    other.step(run.simulation.steps)
    assert run.simulation.state_hash() == other.simulation.state_hash()


def test_the_page_on_steering_names_its_keys() -> None:
    """Each key of the table is one of the window, and says the word of its row."""
    page = (ROOT / "docs" / "steering.md").read_text()
    steers = {key.label: key.help for key in keys._STEERING}
    named = re.findall(r"^\| (`(?:F\d+)`(?:, `F\d+`)*) \| (\w{4})", page, re.M)
    assert named and all(word in steers[key] for cell, word in named for key in re.findall(r"F\d+", cell))
    assert set(re.findall(r"\bF\d+", page)) <= set(steers)


def test_a_selected_agent_is_saved_as_a_genome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    window = Window(Run(CONFIG))
    press(window, pygame.K_e)
    assert "Select" in window.session.status and not list(tmp_path.iterdir())
    frames(window, 2)
    agent_pixel(window)
    chosen = window.session.selection
    press(window, pygame.K_e)
    (path,) = tmp_path.iterdir()
    assert str(path.name) in window.session.status
    genome, fields = load_genome(path), window.session.life.fields
    assert genome.params.tobytes() == fields["genome"][chosen.row].tobytes()
    assert (genome.meta["world"], genome.meta["id"]) == ("meadow", chosen.id)
    with pytest.raises(UserError, match="living agent"):
        window.session.run.save_agent(10**9, path)
