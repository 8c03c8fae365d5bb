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
        tool: the tool that it takes, or "once" for another change of the world; "" for keys that only look.
        needs: name of an attribute of a session that is False where there is nothing to do; "" for none.
        shift: pressed with the shift key.
    """

    codes: tuple[int, ...]
    label: str
    command: str
    help: str
    button: str = ""
    tool: str = ""
    needs: str = ""
    shift: bool = False


_TIME = (
    Key((pygame.K_SPACE,), "space", "toggle_pause", "pause or resume", "Pause"),
    Key((pygame.K_PERIOD,), ".", "single_step", "take one step, then pause", "Step"),
    Key((pygame.K_PLUS, pygame.K_EQUALS, pygame.K_KP_PLUS), "+", "faster", "faster"),
    Key((pygame.K_MINUS, pygame.K_KP_MINUS), "-", "slower", "slower"),
    Key((pygame.K_z,), "z", "toggle_full_speed", "full speed, or the speed before", "Turbo"),
)
_AGENTS = (
    Key((pygame.K_TAB,), "tab", "next_agent", "select the agent nearest the middle", "Next"),
    Key((pygame.K_f,), "f", "toggle_follow", "follow the selected agent, or stop", "Follow"),
    Key((pygame.K_F4,), "F4", "toggle_clades", "clades through time: show or hide", "Clades"),
    Key((pygame.K_e,), "e", "save_agent", "save the genome of the agent in a file"),
)
_EPISODES = (
    Key((pygame.K_n,), "n", "next_episode", "skip to the next episode", "Skip"),
    Key((pygame.K_e,), "e", "toggle_evolving", "evolution between episodes: pause or resume", "Evolve"),
    Key((pygame.K_o,), "o", "toggle_overview", "many genomes in the same episode, or the best alone", "Overview"),
)
_EXPLAIN = Key((pygame.K_e,), "shift e", "inspect_agent", "save a page that explains the agent", "Inspect", shift=True)
_VIEW = (
    Key((pygame.K_r,), "r", "reset_view", "zoom out to the whole world", "Zoom to fit"),
    Key(
        (pygame.K_c,), "c", "next_coloring", "other colors of agents, with the legend", "Colors", needs="has_colorings"
    ),
    Key((pygame.K_c,), "shift c", "previous_coloring", "the colors before", needs="has_colorings", shift=True),
    Key((pygame.K_l,), "l", "toggle_legend", "legend: show or hide what colors mean", "Legend", needs="has_legend"),
    Key((pygame.K_t,), "t", "toggle_trails", "trails of agents: show or hide", needs="has_trails"),
    Key((pygame.K_v,), "v", "toggle_sight", "field of view of the agent: show or hide", needs="has_sights"),
    Key((pygame.K_g,), "g", "toggle_graph", "show or hide the graph"),
    Key((pygame.K_m,), "m", "show_metrics", "choose the metrics of the graph"),
    Key((pygame.K_F3,), "F3", "toggle_network", "network of the agent, as a graph: show or hide", "Network"),
    Key((pygame.K_p,), "p", "toggle_pin", "pin the agent, to compare it with others", "Pin"),
    Key((pygame.K_F11,), "F11", "toggle_fullscreen", "fill the screen, or return to a window"),
    Key((pygame.K_F10,), "F10", "toggle_panels", "hide all but the world, or show it again"),
    Key((pygame.K_s,), "s", "take_screenshot", "save a screenshot in the current folder"),
    Key((pygame.K_F9,), "F9", "toggle_recording", "record a film in the current folder, or stop", "Record"),
    Key((pygame.K_F8,), "F8", "toggle_gif", "record a GIF in the current folder, or stop"),
    Key((pygame.K_F2,), "F2", "show_start", "open another world, genome or run", "Open"),
    Key((pygame.K_h,), "h", "toggle_help", "show or hide this help", "Help"),
    Key((pygame.K_ESCAPE,), "esc", "leave", "close a list, put a tool or a clade away, or leave"),
    Key((pygame.K_q,), "q", "quit", "close the window"),
)
_ONCE = "once"
_STEERING = (
    Key((pygame.K_o,), "o", "toggle_tools", "show or hide buttons that change the world", "Tools"),
    Key((pygame.K_a,), "a", "take_mover", "drag agents to other places", "Move", "move"),
    Key((pygame.K_DELETE,), "del", "remove_agent", "remove the selected agent", "Remove", _ONCE),
    Key((pygame.K_d,), "d", "clone_agent", "clone the selected agent", "Clone", _ONCE),
    Key((pygame.K_i,), "i", "show_genomes", "place agents of a saved genome", "Place", "place"),
    Key((pygame.K_b,), "b", "take_paint", "paint the ground, such as food", "Paint", "paint"),
    Key((pygame.K_x,), "x", "take_eraser", "erase what is painted or grows", "Erase", "erase"),
    Key((pygame.K_y,), "y", "take_wall", "build barriers, which no agent enters", "Wall", "wall", needs="has_barriers"),
    Key((pygame.K_y,), "shift y", "take_opener", "take barriers away", "Unwall", "open", "has_barriers", shift=True),
    Key((pygame.K_LEFTBRACKET,), "[", "smaller_brush", "smaller brush"),
    Key((pygame.K_RIGHTBRACKET,), "]", "larger_brush", "larger brush"),
    Key((pygame.K_w,), "w", "show_numbers", "change a number of the world", "Numbers", _ONCE),
    Key((pygame.K_u,), "u", "undo", "undo the last change", "Undo", _ONCE),
    Key((pygame.K_COMMA,), ",", "step_back", "go back by one step", "Back", _ONCE),
    Key((pygame.K_k,), "k", "keep_savepoint", "keep a savepoint", "Keep", _ONCE),
    Key((pygame.K_j,), "j", "show_savepoints", "return to a savepoint", "Savepoints", _ONCE),
    Key((pygame.K_n,), "n", "show_run_to", "run to a step, or go back to it", "Run to", _ONCE),
    Key((pygame.K_F7,), "F7", "save_run", "save the run in a folder, and record it there", "Save run", _ONCE),
    Key((pygame.K_F5,), "F5", "restart", "restart with the same seed", "Restart", _ONCE),
    Key((pygame.K_F6,), "F6", "restart_next", "restart with the next seed", "Next seed", _ONCE),
)

SHARED_KEYS: tuple[Key, ...] = (*_TIME, *_AGENTS, _EXPLAIN, *_VIEW, *_STEERING)
EPISODE_KEYS: tuple[Key, ...] = (*_TIME, *_EPISODES, _EXPLAIN, *_VIEW)

MOUSE: tuple[tuple[str, str], ...] = (
    ("drag", "move the view, or use the tool"),
    ("wheel", "zoom at the pointer, or scroll the panel"),
    ("click", "select an agent or a clade; move by the map"),
)


def label_of(command: str) -> str:
    """Returns the label of the key of a command, for texts that name it; of several keys, that in all worlds."""
    return next(key.label for key in (*SHARED_KEYS, *EPISODE_KEYS) if key.command == command)


def command_of(code: int, text: str, keys: tuple[Key, ...], shift: bool = False) -> str | None:
    """Returns the command of a key press, or None.

    Args:
        code: pygame key code.
        text: the typed character, as on some keyboard layouts + is on another key; "" for none.
        keys: the table.
        shift: True while the shift key is held, which other keys than those with it ignore.
    """
    for key in sorted(keys, key=lambda key: key.shift != shift):
        if (code in key.codes or (text and text == key.label)) and (shift or not key.shift):
            return key.command
    return None
