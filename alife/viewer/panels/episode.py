"""The panel beside an agent that lives alone: its episode, how the generations fare, its life so far, its brain."""

from __future__ import annotations

import numpy as np
import pygame

from alife.viewer.draw import theme
from alife.viewer.episode_session import EpisodeSession
from alife.viewer.panels.agent import draw_insides, heat, likeness
from alife.viewer.panels.panel import EDGE, Facts, Rates, graph, row_of_facts, sheet

LINE = 16  # pixels of a line of text
CHANNEL = 3  # pixels of a sense or an action in the story of an episode
STORY = (24, 66)  # pixels of the whole story, at least and at most


def render(size: tuple[int, int], session: EpisodeSession, rates: Rates) -> pygame.Surface:
    """The panel as a picture."""
    picture = sheet(size)
    _title(picture, session)
    row_of_facts(picture, 56, _facts(session, rates))
    top = _said(picture, 98, session)
    if session.show_graph and len(session.history.steps) > 1:
        top = graph(picture, top, session.history, same=True)
    top = _who(picture, top, session)
    top = _story(picture, top, session)
    assert session.selection is not None
    draw_insides(picture, pygame.Rect(EDGE, top, size[0] - 2 * EDGE, size[1] - top - 8), session, session.selection)
    return picture


def _title(picture: pygame.Surface, session: EpisodeSession) -> None:
    life, right = session.run.simulation, picture.get_width() - EDGE
    theme.write(picture, (EDGE, 8), type(life.world).__name__.lower(), 22, theme.INK, "bold")
    theme.write(picture, (right, 9), f"{life.clock:,} of {life.length:,}", 20, theme.INK, "bold right")
    state = "step, standing still" if session.paused else "step; the episode is over" if life.over else "step"
    theme.write(picture, (right, 33), state, 11, theme.MUTED, "right")
    theme.write(picture, (EDGE, 36), f"seed {session.run.config.seed}", 11, theme.MUTED)


def _facts(session: EpisodeSession, rates: Rates) -> Facts:
    run, chosen = session.run, session.selection
    assert chosen is not None
    return (
        ("fitness", theme.number(float(run.simulation.fields["fitness"][chosen.row]))),
        ("episode", theme.number(run.simulation.episode)),
        ("generation", theme.number(run.generations.steps) if run.generations else "-"),
        ("steps/s", theme.number(round(rates.steps))),
        ("frames/s", theme.number(round(rates.frames))),
    )


def _said(picture: pygame.Surface, top: int, session: EpisodeSession) -> int:
    """What the scene says, a line each."""
    for place, (label, value) in enumerate(session.scene.text.items()):
        y = top + place * LINE
        theme.write(picture, (EDGE, y), theme.shorten(label, 12, 104), 12, theme.MUTED)
        theme.write(picture, (EDGE + 112, y), theme.shorten(value, 12, picture.get_width() - 2 * EDGE - 112), 12)
    return top + len(session.scene.text) * LINE + 8


def _who(picture: pygame.Surface, top: int, session: EpisodeSession) -> int:
    assert session.selection is not None
    likeness(picture, (EDGE + 20, top + 20), session, session.selection.row)
    run, left = session.run, EDGE + 52
    roles = run.simulation.world.roles
    of = f"{roles[int(run.simulation.fields['role'][session.selection.row])]}, " if roles else ""
    told = (
        f"{of}the best genome of generation {run.generations.steps:,}"
        if run.generations
        else f"{of}the genome of a file"
    )
    if run.generations and not run.generations.steps:
        told = f"{of}first generation, untried"
    theme.write(picture, (left, top), theme.shorten(told, 12, picture.get_width() - EDGE - left), 12, theme.INK, "bold")
    theme.write(picture, (left, top + 20), _next(session), 11, theme.MUTED)
    return top + 46


def _next(session: EpisodeSession) -> str:
    """What comes after this episode."""
    run = session.run
    if not run.generations:
        return "it lives one episode after another"
    if not run.may_evolve:
        return "the run is at its end: this is its last generation"
    return "then a generation evolves (e: not)" if run.evolves else "nothing evolves between episodes (e: it does)"


def _story(picture: pygame.Surface, top: int, session: EpisodeSession) -> int:
    """Every step of the episode so far as a column: senses above, actions below, each over its own range."""
    world, chosen = session.run.simulation.world, session.selection
    assert chosen is not None
    channels = [*world.sensors, *world.actuators]
    theme.write(picture, (EDGE, top), "this episode: senses above, actions below", 11, theme.GREEN, "bold")
    high = min(max(CHANNEL * len(channels), STORY[0]), STORY[1])
    box = pygame.Rect(EDGE, top + 16, picture.get_width() - 2 * EDGE, high)
    pygame.draw.rect(picture, theme.CARD, box)
    if session.story and session.run.simulation.clock:
        low, top_ = (np.array([getattr(one, end) for one in channels], float) for end in ("low", "high"))
        low[len(world.sensors) :], top_[len(world.sensors) :] = -1.0, 1.0  # raw outputs of the brain
        values = np.array(session.story)[:, chosen.row].T / np.maximum(abs(low), abs(top_))[:, None]
        share = min(len(session.story) / max(session.run.simulation.length, 1), 1.0)
        width = max(round(share * box.width), min(len(session.story), box.width))
        heat(picture, pygame.Rect(box.left, box.top, width, high), values, turn=False)
    return box.bottom + 8
