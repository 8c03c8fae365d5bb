"""The one table of keys: which key gives which command, and what the screen says about it.

A command is the name of a method of `session.Session`, or of `alone.Alone` where agents live alone; the toolbar's
buttons and the help page are made from the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import pygame


@dataclass(frozen=True)
class Key:
    """One row. codes: pygame key codes; label: as printed on the key; button: text of its button, or none."""

    codes: tuple[int, ...]
    label: str
    command: str
    help: str
    button: str = ""


KEYS: tuple[Key, ...] = (
    Key((pygame.K_SPACE,), "space", "toggle_pause", "pause, go on", "Pause"),
    Key((pygame.K_PERIOD,), ".", "single_step", "one step, then pause", "Step"),
    Key((pygame.K_PLUS, pygame.K_EQUALS, pygame.K_KP_PLUS), "+", "faster", "faster, up to as fast as possible"),
    Key((pygame.K_MINUS, pygame.K_KP_MINUS), "-", "slower", "slower, down to slow motion"),
    Key((pygame.K_TAB,), "tab", "next_agent", "select the next agent", "Next"),
    Key((pygame.K_f,), "f", "toggle_follow", "follow the selected agent", "Follow"),
    Key((pygame.K_r,), "r", "reset_view", "reset the view: the whole world", "Whole"),
    Key((pygame.K_g,), "g", "toggle_graph", "show or hide the graph", "Graph"),
    Key((pygame.K_s,), "s", "take_screenshot", "save a screenshot here"),
    Key((pygame.K_h,), "h", "toggle_help", "this help", "Help"),
    Key((pygame.K_q, pygame.K_ESCAPE), "q, esc", "quit", "close the window"),
)

_EPISODES = (
    Key((pygame.K_n,), "n", "next_episode", "leave this episode, begin the next one", "Next"),
    Key((pygame.K_e,), "e", "toggle_evolving", "evolve between episodes, or not", "Evolve"),
)
KEYS_ALONE = (  # where agents live alone there is nobody to go to and to follow
    *KEYS[:4], *_EPISODES, *(key for key in KEYS[4:] if key.command not in ("next_agent", "toggle_follow")),
)  # fmt: skip

MOUSE: tuple[tuple[str, str], ...] = (
    ("drag", "move over the world"),
    ("wheel", "zoom at the mouse"),
    ("click", "select an agent"),
)


def command_of(code: int, text: str = "", keys: tuple[Key, ...] = KEYS) -> str | None:
    """The command of a key press, or None. text: what the key typed, for layouts where + needs another key."""
    for key in keys:
        if code in key.codes or (text and text == key.label):
            return key.command
    return None
