"""The start page: what it lists, how it is worked, and that what is chosen opens, or says why not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pygame
import pytest

from alife.config import registry
from alife.errors import UserError
from alife.experiment.descriptions import described
from alife.viewer import watch
from alife.viewer.catalog import Choice, read_catalog
from alife.viewer.draw import theme
from alife.viewer.draw.display import SMALLEST
from alife.viewer.sheets.start import StartSheet
from alife.viewer.start_page import StartPage
from alife.viewer.watch import Options
from alife.viewer.window import Window
from tests.helpers.fake_run import FakeRun

CATALOG = {
    "Configurations": tuple(Choice(f"config {i}", f"c{i}.yaml", f"the world number {i}") for i in range(60)),
    "Worlds": (Choice("pond", "pond", "Water, and Frogs."),),
    "Genomes": (),
    "Runs": (Choice("runs/a", "runs/a", "meadow, step 5"),),
}


def press(page: StartPage | Window, *codes: int) -> None:
    for code in codes:
        page.handle(pygame.Event(pygame.KEYDOWN, key=code, unicode="", mod=0))


def write(page: StartPage | Window, text: str) -> None:
    for one in text:
        page.handle(pygame.Event(pygame.KEYDOWN, key=ord(one), unicode=one, mod=0))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> StartPage:
    monkeypatch.setattr("alife.viewer.start_page.read_catalog", lambda: CATALOG)
    return StartPage(SMALLEST)


# What is listed


def test_the_catalog_has_what_list_prints_and_what_lies_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genome = registry.files("genomes")["cartpole"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("# Mine.\nworld: {name: meadow}\n")
    (tmp_path / "others.yaml").write_text("services:\n  world: x\n")
    (tmp_path / "broken.safetensors").write_bytes(b"no genome")
    shutil.copy(genome, tmp_path / "saved.safetensors")
    for name in ("runs/one", "runs/many/seed-1"):
        (tmp_path / name).mkdir(parents=True)
        for file in ("config.yaml", "metrics.csv"):
            (tmp_path / name / file).touch()
    (tmp_path / "runs/many/colony.json").touch()
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "odd\n\udcff.yaml").write_text("world: {name: meadow}\n")
    (tmp_path / "runs/one/run.json").write_text('{"label": "meadow", "starts": [{"until": 5000, "time": "?"}]}')
    catalog = read_catalog()
    first = {kind: catalog[kind][0] for kind in ("Configurations", "Genomes")}
    assert first["Configurations"] == Choice("mine.yaml", "mine.yaml", "Mine.", own=True)
    assert first["Genomes"].name == "saved.safetensors" and "wht of 192 genes" in first["Genomes"].text
    runs = {one.target: one.text for one in catalog["Runs"]}
    assert runs == {"runs/one": "meadow, step 5,000", "runs/many/seed-1": "seed-1, no step recorded"}
    for kind in ("configs", "worlds", "genomes"):
        listed = {one.name: one.text for one in catalog[{"configs": "Configurations"}.get(kind, kind.capitalize())]}
        assert {name: entry["doc"] for name, entry in described(kind).items()}.items() <= listed.items()
    assert r"odd\n\udcff.yaml" in {one.name for one in catalog["Configurations"]}
    assert not {"others.yaml", "broken.safetensors"} & {one.name for row in catalog.values() for one in row}


# Keys and mouse


def test_typing_finds_by_name_and_description_in_any_list(page: StartPage) -> None:
    write(page, "number 59")
    assert [row.name for row in page.sheet.rows()] == ["config 59"]
    press(page, pygame.K_ESCAPE)
    assert not page.closed and len(page.sheet.rows()) == 60
    write(page, "frogs")
    assert page.sheet.tabs()[page.sheet.tab] == "Worlds (1)" and page.sheet.rows()[0].name == "pond"
    press(page, *[pygame.K_BACKSPACE] * 9, pygame.K_RIGHT)
    assert page.sheet.rows() == [] and page.sheet.empty.startswith("no genomes in this folder")
    press(page, pygame.K_RETURN, pygame.K_ESCAPE)
    assert page.closed and page.target is None


def test_arrows_and_pages_move_and_enter_opens(page: StartPage) -> None:
    press(page, pygame.K_DOWN, pygame.K_PAGEDOWN, pygame.K_UP, pygame.K_PAGEDOWN)
    assert page.sheet.at == 20
    press(page, pygame.K_PAGEUP, pygame.K_RETURN)
    assert page.closed and page.target == "c10.yaml"


def test_the_mouse_changes_the_list_scrolls_and_opens(page: StartPage) -> None:
    page.draw()
    for _ in range(40):
        page.handle(pygame.Event(pygame.MOUSEWHEEL, y=-1))
    page.draw()
    place, box = page._view._rows[-1]
    assert place == 40 and place == page.sheet.at

    def click(box: pygame.Rect) -> None:
        at = box.move(0, 58).center  # points and pixels are one at this size
        page.handle(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=at))

    click(page._view._tabs[3][1])
    page.draw()
    assert [row.name for row in page.sheet.rows()] == ["runs/a"]
    click(page._view._rows[0][1])
    assert page.target == "runs/a"


@pytest.mark.parametrize("size", [SMALLEST, (1280, 800), (2560, 1440)])
def test_everything_is_within_the_page(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    spans: list[tuple[str, int, int]] = []
    write = theme.write

    def watched(target: pygame.Surface, at: tuple[int, int], text: str, *more: object) -> int:
        left, top = at[0] + target.get_abs_offset()[0], at[1] + target.get_abs_offset()[1]
        wide = write(target, at, text, *more)
        left -= wide // 2 if "center" in str(more[-1]) else 0
        spans.append((text, left + wide, top))
        return wide

    monkeypatch.setattr(theme, "write", watched)
    page = StartPage(size, message="expected this, got that; write another " * 9)
    page.sheet.type("e")
    page.draw()
    assert len(spans) > 20 and all(right <= size[0] - 4 and top < size[1] - 12 for _, right, top in spans), spans


# Opening


def test_what_is_chosen_opens_and_esc_comes_back(page: StartPage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    chosen = iter(["bad", "good", None])
    messages: list[str] = []

    def choose(options: Options, message: str = "") -> str | None:
        messages.append(message)
        return next(chosen)

    def opener(target: str) -> FakeRun:
        opened.append(target)
        if target == "bad":
            raise UserError("bad: expected a world")
        pygame.event.post(pygame.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, unicode="", mod=0))
        return FakeRun(20)

    monkeypatch.setattr(watch, "choose", choose)
    monkeypatch.setattr(pygame.event, "clear", lambda: None)
    watch.watch(None, opener, Options(size=SMALLEST))
    assert opened == ["bad", "good"] and messages == ["", "bad: expected a world", ""]
    with pytest.raises(UserError, match="bad: expected"):
        watch.watch("bad", opener, Options())


def test_the_list_opens_over_a_run_and_leads_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alife.viewer.frame.read_catalog", lambda: CATALOG)
    window = Window(FakeRun(20), SMALLEST)
    press(window, pygame.K_F2)
    assert isinstance(window.session.sheet, StartSheet)
    window.draw()
    press(window, pygame.K_ESCAPE)
    assert window.session.sheet is None and not window.session.closed
    press(window, pygame.K_F2)
    write(window, "q 7")  # letters find, and are no commands
    press(window, *[pygame.K_BACKSPACE] * 3)
    write(window, "config 7")
    press(window, pygame.K_RETURN)
    assert window.session.closed and window.session.leads_to == "c7.yaml"


def test_a_current_folder_that_is_gone_is_said_in_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(Path, "cwd", gone)
    window = Window(FakeRun(20), SMALLEST)
    press(window, pygame.K_F2)
    assert window.session.sheet is None
    assert window.session.present_status.startswith("The current folder cannot be read: ")


def test_a_picture_of_the_page_without_a_display(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "start.png"
    watch.watch(None, lambda target: FakeRun(1), Options(frames=2, screenshot=path, size=SMALLEST))
    assert pygame.image.load(path).get_size() == SMALLEST
    assert f"wrote {path}" in capsys.readouterr().err


def test_without_a_display_the_page_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(UserError, match="live: expected a display, found none; write --frames"):
        watch.watch(None, lambda target: FakeRun(1), Options())
