"""A display without a screen for every test of the window."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ["SDL_VIDEODRIVER"] = "dummy"

import pygame
import pytest

from alife.viewer.draw import theme


@pytest.fixture(autouse=True)
def display() -> Iterator[None]:
    pygame.display.init()
    pygame.font.init()
    pygame.display.set_mode((1, 1))
    yield
    pygame.display.quit()


@pytest.fixture(autouse=True)
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a program that does nothing stand in for `inspect`, which takes seconds."""
    monkeypatch.setattr("alife.viewer.explaining.COMMAND", ("true",))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keys save in the current folder is not left beside the code."""
    monkeypatch.chdir(tmp_path_factory.mktemp("saved"))


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is written."""
    found: list[str] = []
    write = theme.write
    monkeypatch.setattr(theme, "write", lambda *args: found.append(args[2]) or write(*args))
    return found
