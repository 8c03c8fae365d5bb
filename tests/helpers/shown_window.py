"""Opens a real window and prints what is done at it: `python -m tests.helpers.shown_window shared`.

Lines on standard output: `key COMMAND` for each command of a key, `place COMMAND X Y` for each button where it
is drawn anew, `ready` after the first frame, and `command COMMAND` and `speed PLACE` for what the session is told.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from alife.config.schema import parse_config
from alife.experiment.replay import replay_run
from alife.experiment.run import Run
from alife.viewer import explaining
from alife.viewer.loop import open_window
from alife.viewer.window import Window
from tests.helpers.fake_run import FakeRun

FEW = ("run.generations=9", "run.capacity=8", "run.episodes=1", "run.threads=1")


def main() -> None:
    """Shows a shared world or episodes until the window is closed."""
    draw = Window.draw

    def drawn(window: Window, *given: Any) -> None:
        first = not hasattr(window, "told")
        if first:
            _tell(window)
        draw(window, *given)
        _print_new(window)
        if first:
            print("ready", flush=True)

    Window.draw = drawn  # type: ignore[method-assign]
    explaining.COMMAND = ("true",)  # in place of `inspect`, which takes seconds
    open_window({"shared": lambda: FakeRun(50), "episodes": _episodes, "kept": _kept}[sys.argv[1]]())


def _episodes() -> Any:
    text = "{world: {name: cartpole}, strategy: {name: ga}}"
    return replay_run(Run(parse_config(text, "test", FEW)))


def _kept() -> Any:
    """A run with a folder, which says that it is saved."""
    run = FakeRun(50, out="run")
    run.close = lambda: print("saved", flush=True)  # type: ignore[method-assign]
    return run


def _tell(window: Window) -> None:
    """Has each command of the table of keys print its name."""
    window.told = {}  # type: ignore[attr-defined]
    for key in window.session.keys:
        print(f"key {key.command}")
        setattr(window.session, key.command, _telling(key.command, getattr(window.session, key.command)))


def _telling(command: str, act: Callable[[], None]) -> Callable[[], None]:
    def told() -> None:
        act()
        print(f"command {command}", flush=True)

    return told


def _print_new(window: Window) -> None:
    """Prints places and the speed, where they are not what was printed last."""
    found = {f"place {name}": button.rect.center for name, button in window._toolbar._buttons.items()}
    found |= {"speed": (window.session.speed.place,), "place slider": window._toolbar._slider.rect.midright}
    for name, numbers in found.items():
        if window.told.get(name) != numbers:  # type: ignore[attr-defined]
            print(name, *numbers, flush=True)
    window.told = found  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
