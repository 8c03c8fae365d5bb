"""The entries of the legend for what a session shows."""

from __future__ import annotations

from alife.viewer.draw import sight, trails
from alife.viewer.draw.agents import CROWD
from alife.viewer.draw.legend import Chapter
from alife.viewer.draw.theme import CARD
from alife.viewer.keys import label_of
from alife.viewer.picture import DIM
from alife.viewer.session import Session
from alife.world import Mark


def seen(session: Session) -> tuple[object, ...]:
    """Returns what decides on the entries, apart from numbers in them."""
    flags = (session.show_sight, session.show_trails, session.trails.crowded, session.selection is None)
    return (session.colorings.index(session.coloring), session.highlighted, *flags)


def chapters(session: Session) -> list[Chapter]:
    """Returns the entries: colors of agents, the rest of the picture, overlays that are shown."""
    world, coloring = session.life.world, session.coloring
    rest = tuple(mark for mark in world.legend if mark.shape != "agent")
    number = session.colorings.index(coloring) + 1
    remark = f"{number} of {len(session.colorings)}" if session.has_colorings else ""
    title = f"Agents: {coloring.title}" if session.has_colorings else "Agent"
    found = [Chapter(title, coloring.legend(), remark, coloring.meaning)] if coloring.legend() else []
    if rest:
        found.append(Chapter("World", rest))
    overlays = tuple(_overlays(session))
    return [*found, Chapter("Overlays", overlays)] if overlays else found


def _overlays(session: Session) -> list[Mark]:
    marks = [Mark("line", (CARD,), "ring: the selected agent")] if session.selected_place() else []
    if session.highlighted is not None:
        text = f"dim: agents beside the clade of founder {session.highlighted:,}; {label_of('leave')} shows all alike"
        marks.append(Mark("agent", (DIM,), text))
    if session.scene.discs.row.size > CROWD:
        text = f"where more than {CROWD:,} are in view: squares, the fuller the more agents"
        marks.append(Mark("ground", ((120, 120, 120),), text))
    if session.show_trails:
        crowded = f"trails of the last {trails.FRAMES} frames: only where at most {trails.MOST:,} agents are in view"
        text = crowded if session.trails.crowded else f"dots: places in the last {trails.FRAMES} frames"
        marks.append(Mark("line", (trails.LINE,), f"line: the way of the selected agent; {text}"))
    if session.show_sight:
        colors = sight.colors_on(session.scene)
        for number, field in enumerate(session.life.world.sights):
            text = f"sees: {field.name}, the stronger, the more; {field.meaning}"
            marks.append(Mark("ground", (colors[number % len(colors)],), text))
    return marks
