"""The one table of keys: the command of each key, and its words on the screen.

A command is the name of a method of `alife.viewer.session.Session` or of one of its subclasses. The buttons of the
toolbar and the help page are made from the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import pygame


@dataclass(frozen=True)
class Key:
    """One row of the table.

    Attributes:
        codes: pygame key codes.
        label: as printed on the key.
        command: name of a method of a session.
        help: its line on the help page.
        button: text of its button; "" for none.
    """

    codes: tuple[int, ...]
    label: str
    command: str
    help: str
    button: str = ""


_TIME = (
    Key((pygame.K_SPACE,), "space", "toggle_pause", "pause or resume", "Pause"),
    Key((pygame.K_PERIOD,), ".", "single_step", "take one step, then pause", "Step"),
    Key((pygame.K_PLUS, pygame.K_EQUALS, pygame.K_KP_PLUS), "+", "faster", "faster"),
    Key((pygame.K_MINUS, pygame.K_KP_MINUS), "-", "slower", "slower"),
)
_AGENTS = (
    Key((pygame.K_TAB,), "tab", "next_agent", "select the agent nearest the middle", "Next"),
    Key((pygame.K_f,), "f", "toggle_follow", "follow the selected agent, or stop", "Follow"),
)
_EPISODES = (
    Key((pygame.K_n,), "n", "next_episode", "skip to the next episode", "Skip"),
    Key((pygame.K_e,), "e", "toggle_evolving", "evolution between episodes: pause or resume", "Evolve"),
    Key((pygame.K_o,), "o", "toggle_overview", "many genomes in the same episode, or the best alone", "Overview"),
)
_VIEW = (
    Key((pygame.K_r,), "r", "reset_view", "zoom out to the whole world", "Zoom to fit"),
    Key((pygame.K_g,), "g", "toggle_graph", "show or hide the graph", "Graph"),
    Key((pygame.K_F11,), "F11", "toggle_fullscreen", "fill the screen, or return to a window"),
    Key((pygame.K_s,), "s", "take_screenshot", "save a screenshot in the current folder"),
    Key((pygame.K_h,), "h", "toggle_help", "show or hide this help", "Help"),
    Key((pygame.K_q, pygame.K_ESCAPE), "q, esc", "quit", "close the window"),
)

SHARED_KEYS: tuple[Key, ...] = (*_TIME, *_AGENTS, *_VIEW)
EPISODE_KEYS: tuple[Key, ...] = (*_TIME, *_EPISODES, *_VIEW)

MOUSE: tuple[tuple[str, str], ...] = (
    ("drag", "move the view"),
    ("wheel", "zoom at the pointer, or scroll the panel"),
    ("click", "select an agent; on the small map, move the view"),
)


def command_of(code: int, text: str, keys: tuple[Key, ...]) -> str | None:
    """Returns the command of a key press, or None.

    Args:
        code: pygame key code.
        text: the typed character, as on some keyboard layouts + is on another key; "" for none.
        keys: the table.
    """
    for key in keys:
        if code in key.codes or (text and text == key.label):
            return key.command
    return None
