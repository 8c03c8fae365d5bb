"""The selected agent: who it is, what it senses and does, what goes on in its brain and memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pygame

from alife.simulation.episode_laws import FIELDS
from alife.simulation.population import population_fields
from alife.viewer.draw import sprites, theme
from alife.viewer.selection import Selection
from alife.viewer.session import Session, in_units
from alife.world import Actuator

ROW = 15  # pixels a bar, and of a line of text
NAMED = 32  # channels beyond which there is no room for their names: one strip of colour
ROOMY = 546  # pixels of height from which bars lie further apart
SPACED = 19  # pixels a bar, then
COMMON = {field.name for field in (*population_fields(1, 1, 1, 1), *FIELDS)} - {"offspring"} | {
    "x",
    "y",
    "heading",
}  # said or seen elsewhere
LABEL = 112  # pixels for the name of a bar
TRAITS = 12  # numbers shown


def draw_portrait(target: pygame.Surface, room: pygame.Rect, session: Session, chosen: Selection) -> None:
    """Fill `room` with the selected agent, which lives."""
    top = _who(target, room, session, chosen)
    draw_insides(target, _from(room, top), session, chosen)


def draw_insides(target: pygame.Surface, room: pygame.Rect, session: Session, chosen: Selection) -> None:
    """Fill `room` with the numbers, senses, actions and brain of the selected agent."""
    simulation = session.run.simulation
    world, fields, row = simulation.world, simulation.fields, chosen.row
    top = _traits(target, room, simulation, row)
    sensed = simulation.steps > chosen.birth_step  # a newborn has not sensed yet
    senses = [float(v) * sensed for v in fields.row("observations", row)]
    pitch = SPACED if room.height >= ROOMY else ROW
    top = _bars(target, _from(room, top), "senses", list(zip(world.sensors, senses, strict=True)), pitch)
    acted = fields.row("actions", row)
    acts = [_acted(actuator, float(v)) for actuator, v in zip(world.actuators, acted, strict=True)]
    top = _bars(target, _from(room, top), "actions", list(zip(world.actuators, acts, strict=True)), pitch)
    _mind(target, _from(room, top), simulation, row)


def _from(room: pygame.Rect, top: int) -> pygame.Rect:
    return pygame.Rect(room.left, top, room.width, room.bottom - top)


def _acted(actuator: Any, raw: float) -> float:
    """What a raw brain output does: the map of `alife.world.Actuator`."""
    return float(actuator.low + (actuator.high - actuator.low) * (min(max(raw, -1.0), 1.0) + 1) / 2)


def draw_gone(target: pygame.Surface, room: pygame.Rect, chosen: Selection) -> None:
    """The news of the selected agent's death."""
    fate = chosen.fate or f"last seen at step {chosen.seen_step:,}"
    theme.write(target, room.topleft, f"Agent {chosen.id:,} has died", 14, theme.CLAY, "bold")
    line = f"{fate}, {chosen.seen_step - chosen.birth_step:,} steps old"
    theme.write(target, (room.left, room.top + 22), line, 12)
    theme.write(target, (room.left, room.top + 42), "tab selects the next agent", 12, theme.MUTED)


def _who(target: pygame.Surface, room: pygame.Rect, session: Session, chosen: Selection) -> int:
    simulation, row = session.run.simulation, chosen.row
    fields = simulation.fields
    likeness(target, (room.left + 22, room.top + 22), session, row)
    left = room.left + 56
    theme.write(target, (left, room.top), f"agent {chosen.id:,}", 15, theme.INK, "bold")
    if session.following:
        theme.write(target, (room.right, room.top + 2), "following", 11, theme.GREEN, "bold right")
    parent = int(fields["parent_id"][row])
    origin = "founder" if parent < 0 else f"child of {parent:,}, clade of {int(fields['clade'][row]):,}"
    theme.write(target, (left, room.top + 20), f"generation {int(fields['generation'][row]):,} · {origin}", 11)
    theme.write(target, (left, room.top + 35), f"aged {simulation.steps - chosen.birth_step:,} steps", 11)
    return room.top + 54


def likeness(target: pygame.Surface, centre: tuple[int, int], session: Session, row: int) -> None:
    """The agent itself, large."""
    discs = session.scene.discs
    found = np.flatnonzero(discs.row == row)
    if not found.size:
        return
    tone = [round(int(c) * (sprites.TONES - 1) / 255) for c in discs.color[found[0]]]
    turn = round(float(discs.heading[found[0]]) * sprites.HEADINGS / (2 * np.pi)) % sprites.HEADINGS
    packed = (tone[0] * sprites.TONES + tone[1]) * sprites.TONES + tone[2]
    for picture in (sprites.body(32, packed), sprites.face(32, turn)):
        target.blit(picture, picture.get_rect(center=centre))


def _traits(target: pygame.Surface, room: pygame.Rect, simulation: Any, row: int) -> int:
    """The world's own numbers of this agent, what it inherited first, in three columns."""
    names = _trait_names(simulation)
    wide = room.width // 3
    for place, name in enumerate(names):
        left, top = room.left + place % 3 * wide, room.top + place // 3 * ROW
        value = theme.number(float(in_units(simulation.fields, name, row)))
        said = theme.shorten(name.replace("_", " "), 11, wide - 12 - theme.font(11, True).size(value)[0])
        label = theme.write(target, (left, top), said + " ", 11, theme.MUTED)
        theme.write(target, (left + label, top), value, 11, theme.INK, "bold")
    return room.top + (len(names) + 2) // 3 * ROW + 4


def _trait_names(simulation: Any) -> list[str]:
    table = simulation.fields.table
    own = [f.name for f in table.values() if f.table == "agents" and f.kept and not f.shape and f.name not in COMMON]
    first = [name for name in ("energy", *simulation.world.heritable, "offspring") if name in own]
    return [*first, *(name for name in own if name not in first)][:TRAITS]


def _bars(target: pygame.Surface, room: pygame.Rect, title: str, rows: Sequence[tuple[Any, float]], pitch: int) -> int:
    """Named values as bars between their low and high, in two columns. rows: (Sensor or Actuator, value)."""
    theme.write(target, room.topleft, title, 11, theme.GREEN, "bold")
    top, wide = room.top + 16, (room.width - 14) // 2
    if len(rows) > NAMED:
        shares = np.array([(value - channel.low) / max(channel.high - channel.low, 1e-9) for channel, value in rows])
        heat(target, pygame.Rect(room.left, top, room.width, pitch), shares)
        return top + pitch + 5
    lines = min((len(rows) + 1) // 2, max((room.height - 16) // pitch, 0))
    for place, (channel, value) in enumerate(rows[: 2 * lines]):
        left = room.left + place // lines * (wide + 14)
        _bar(target, pygame.Rect(left, top + place % lines * pitch, wide, pitch), channel, value)
    return top + lines * pitch + 5


def _bar(target: pygame.Surface, box: pygame.Rect, channel: Any, value: float) -> None:
    theme.write(target, (box.left, box.top - 1), theme.shorten(channel.name, 10, LABEL - 4), 10, theme.INK)
    track = pygame.Rect(box.left + LABEL, box.top + 4, box.width - LABEL, 7)
    pygame.draw.rect(target, theme.LINE, track, border_radius=3)
    span = max(channel.high - channel.low, 1e-9)
    zero = min(max(-channel.low / span, 0.0), 1.0)
    share = min(max((value - channel.low) / span, 0.0), 1.0)
    left, right = sorted((track.left + zero * track.width, track.left + share * track.width))
    color = theme.SKY if value < 0 else theme.CLAY if isinstance(channel, Actuator) else theme.GREEN
    pygame.draw.rect(target, color, (round(left), track.top, max(round(right - left), 1), 7), border_radius=3)


def _mind(target: pygame.Surface, room: pygame.Rect, simulation: Any, row: int) -> None:
    """The brain's named words for what it senses now, and its state, as strips of colour."""
    theme.write(target, room.topleft, "brain and memory", 11, theme.GREEN, "bold")
    theme.write(target, (room.right, room.top), "each strip to its own largest", 10, theme.MUTED, "right")
    strips, top = _strips(simulation, row), room.top + 17
    each = min(max((room.bottom - top) // max(len(strips), 1), 9), 22)
    for name, values in strips[: max((room.bottom - top) // each, 0)]:
        middle, said = top + each // 2 - 8, theme.shorten(name.replace("_", " "), 10, LABEL - 4)
        theme.write(target, (room.left, middle), said, 10, theme.INK)
        if values.size == 1:
            theme.write(target, (room.left + LABEL, middle), theme.number(float(values.flat[0])), 10, theme.INK)
        else:
            heat(target, pygame.Rect(room.left + LABEL, top, room.width - LABEL, each - 2), values)
        top += each


def _strips(simulation: Any, row: int) -> list[tuple[str, np.ndarray]]:
    """Names and values: of the brain's words (one value where all lanes agree), then of its state."""
    fields, brain = simulation.fields, simulation.brain
    state = fields.row("state", row)
    words = brain.record(fields.row("genome", row), state.copy(), fields.row("observations", row))
    strips = [
        (name, value[:1] if np.ptp(value) == 0 else value)
        for name, value in words.items()
        if not name.startswith("weights_")
    ]
    for name, (kind, _, _) in brain.layout.items():
        if kind == "state":
            strips.append((name, brain.values(name, state)))
    return strips


def heat(target: pygame.Surface, box: pygame.Rect, values: np.ndarray, turn: bool = True) -> None:
    """Values as a heat map, blue below zero and clay above, the largest at full colour.

    values: [..., columns]. turn: the longer side lies across.
    """
    values = values.astype(float).reshape(-1, values.shape[-1])
    if turn and values.shape[0] > values.shape[1]:
        values = values.T
    small = theme.picture(theme.diverging(values / (np.nanmax(abs(values), initial=0.0) or 1.0)))
    target.blit(pygame.transform.scale(small, box.size), box.topleft)
