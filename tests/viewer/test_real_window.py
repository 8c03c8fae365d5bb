"""A real window on an X server in memory: every key of the table and a click on every button reach their command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alife.viewer.keys import EPISODE_KEYS, SHARED_KEYS, Key
from tests.conftest import ROOT

SECONDS = 60.0  # at most for an answer, on a busy machine
SYMBOLS = {".": "period", "+": "plus", "-": "minus", "tab": "Tab", "esc": "Escape", "del": "Delete", ",": "comma"} | {
    "[": "bracketleft",
    "]": "bracketright",
    "shift c": "shift+c",
    "shift e": "shift+e",
    "shift y": "shift+y",
}  # names of keys in X11

TYPED = ("show_start", "show_run_to", "save_run")  # commands of lists that take what is typed
LAST = ["toggle_help", "leave", "toggle_fullscreen", "quit"]  # of h, esc, F11 and q: no key comes after the others

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs the programs Xvfb and xdotool"
)


class Screen:
    """An X server in memory. display: its name."""

    def __init__(self) -> None:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
        self.server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"

    def end(self) -> None:
        self.server.kill()
        self.server.wait()


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """The display of an X server."""
    server = Screen()
    yield server.display
    server.end()


class Shown:
    """A window in a process of its own. lines: what it has printed."""

    def __init__(self, kind: str, display: str, folder: Path) -> None:
        others = ("SDL_VIDEODRIVER", "WAYLAND_DISPLAY")
        self.environment = {name: text for name, text in os.environ.items() if name not in others}
        self.environment |= {"DISPLAY": display, "PYTHONPATH": str(ROOT), "SDL_VIDEO_X11_WMCLASS": "alife"}
        self.environment |= {"SDL_AUDIODRIVER": "dummy"}
        self.printed, self.errors = folder / "printed", folder / "errors"
        command = [sys.executable, "-m", "tests.helpers.shown_window", kind]
        with self.printed.open("w") as out, self.errors.open("w") as errors:
            self.process = subprocess.Popen(command, env=self.environment, cwd=folder, stdout=out, stderr=errors)

    def lines(self) -> list[str]:
        return self.printed.read_text().splitlines()

    def wait(self, until: Callable[[list[str]], bool]) -> list[str]:
        """Waits for what it prints, and returns that."""
        end = time.monotonic() + SECONDS
        while not until(lines := self.lines()):
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < end, "\n".join(lines)
            time.sleep(0.02)
        return lines

    def send(self, *words: object) -> str:
        """Sends input by xdotool, and returns what that prints."""
        command = ["xdotool", *map(str, words)]
        return subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout

    def close(self) -> None:
        """Presses q until the window is closed: while the screen is being filled no key reaches it."""
        end = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            self.send("key", "q")
            time.sleep(0.2)
        assert self.process.wait(1) == 0, self.errors.read_text()

    def id(self) -> str:
        return self.send("search", "--class", "^alife$").split()[-1]


def words(key: Key) -> list[str]:
    """Returns a key as xdotool names it, and one that closes its list where that takes typed letters."""
    return [SYMBOLS.get(key.label, key.label), *["Escape"] * (key.command in TYPED)]


def commands(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines if line.startswith("command ")]


@contextmanager
def opened(kind: str, display: str, folder: Path) -> Iterator[Shown]:
    """A window at the upper left corner, with the pointer in it, as no window manager gives it the keys."""
    window = Shown(kind, display, folder)
    try:
        window.wait(lambda lines: "ready" in lines)
        window.send("windowmove", "--sync", window.id(), 0, 0, "mousemove", 300, 300)
        yield window
    finally:
        window.process.kill()
        window.process.wait()


@pytest.mark.parametrize(("kind", "keys"), [("shared", SHARED_KEYS), ("episodes", EPISODE_KEYS)])
def test_every_key_and_button_of_a_real_window(kind: str, keys: tuple[Key, ...], screen: str, tmp_path: Path) -> None:
    with opened(kind, screen, tmp_path) as shown:
        expected = []
        if kind == "shared":
            shown.send("key", "o")
            expected.append("toggle_tools")
            shown.wait(lambda lines: any(line.startswith("place restart_next") for line in lines))
        known = shown.lines()
        places = {line.split()[1]: line.split()[2:] for line in known if line.startswith("place ")}
        buttons = [key.command for key in keys if key.command in places and key.command != "toggle_tools"]
        assert len(buttons) >= 11
        shown.send(*(word for name in buttons for word in ("mousemove", *places[name], "click", 1)))
        expected += buttons
        shown.wait(lambda lines: len(commands(lines)) == len(expected))
        x, y = places["slider"]
        shown.send("mousemove", int(x) - 3, y, "click", 1)
        shown.wait(lambda lines: any(line.startswith("speed") for line in lines[len(known) :]))
        here = {line.split()[1] for line in known if line.startswith("key ")}
        pressed = [key for key in keys if key.command in here and key.command not in LAST]
        shown.send("mousemove", 300, 300, "key", *(word for key in pressed for word in words(key)))
        expected += [key.command for key in pressed]
        shown.wait(lambda lines: len(commands(lines)) == len(expected))
        shown.send("key", "h", "Escape", "F11")
        shown.wait(lambda lines: commands(lines)[-1:] == ["toggle_fullscreen"])
        shown.close()
        assert commands(shown.lines())[: len(expected) + len(LAST)] == [*expected, *LAST]
        assert all(line.startswith("alife: wrote ") for line in shown.errors.read_text().splitlines())


def test_a_window_of_any_size_lives_on_and_closes(screen: str, tmp_path: Path) -> None:
    with opened("shared", screen, tmp_path) as shown:
        for size in ((1, 1), (3000, 2000), (500, 900), (1000, 700)):
            shown.send("windowsize", "--sync", shown.id(), *size)
            count = len(commands(shown.lines()))
            shown.send("key", "g")
            shown.wait(lambda lines, n=count: len(commands(lines)) > n)
        shown.close()
        assert shown.errors.read_text() == ""


def test_the_end_of_the_screen_saves_the_run_and_says_so(tmp_path: Path) -> None:
    screen = Screen()
    with opened("kept", screen.display, tmp_path) as shown:
        screen.end()
        assert shown.process.wait(SECONDS) == 1
        saved, told = shown.errors.read_text().splitlines()
        assert saved.startswith("alife: saved run up to step ")
        assert told == f"alife: live: expected a display, got the end of DISPLAY={screen.display}"
        assert shown.lines()[-1] == "saved"
