"""The rows of the graph of a network: input lanes, layers of units, output lanes, and what leads from row to row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pygame

from alife.brains.shared.plan import Lanes
from alife.viewer.draw import theme
from alife.viewer.draw.butterfly import butterfly
from alife.viewer.draw.paper import Hint, Lines, Paper, Point
from alife.viewer.inside.thought import Stage, Thought

LEFT, RIGHT = 96, 84  # points beside the rows, for words
BAR = 20  # points of a unit's bar at most, from the middle line
FEW = 4  # where a unit has at most this share of the lanes, one of it, each connection is drawn
STRONG, EDGES = 7, 14  # lanes of a row through which ways are drawn, and ways between two rows
OPEN = 26  # points between two rows from which on connections are drawn
LANE = 10  # points of a lane of the input that are enough
WIDE = 4  # points of a lane from which on a butterfly is drawn
UNITS = {"switch": "switches", "relu": "ReLUs", "prelu": "ReLUs with a slope below 0"}


class GraphRows:
    """Draws the rows of one step.

    Args:
        paper: to draw on.
        room: points.
        thought: the step.
        lane: of the output, to which ways are drawn.
    """

    def __init__(self, paper: Paper, room: pygame.Rect, thought: Thought, lane: int) -> None:
        self.paper, self.thought, self.lane = paper, thought, lane
        self.ways = thought.ways(lane)
        self.layers = len(thought.plan.layers)
        self.left, self.right = room.left + LEFT, room.right - RIGHT
        self.pitch = (self.right - self.left) / (thought.width * thought.members)
        self.bar = min(BAR, max((room.height - 60) / (self.layers + 2) / 3, 2))
        first, last = room.top + 22 + self.bar, room.bottom - 22 - self.bar
        self.middles = [round(y) for y in np.linspace(first, last, self.layers + 2)]
        names = [group.name for group in (*thought.plan.inputs, *thought.plan.outputs)]
        order = [theme.GREEN, theme.MUTED, theme.CLAY, theme.SKY, theme.GOLD, theme.VIOLET, theme.INK]
        self.colors = {name: order[k % len(order)] for k, name in enumerate(dict.fromkeys(names))}
        self.largest = max((float(np.abs(flow).max()) for flow in self.ways.flows.values()), default=0.0) or 1.0

    def draw(self) -> Iterator[None]:
        """Draws all rows, and yields between parts that take about equally long."""
        for stage in self.thought.stages[1:]:
            self._draw_connections(stage)
        yield
        for stage in self.thought.stages[1:]:
            self._draw_ways(stage)
        self._draw_again()
        self._draw_memories()
        yield
        for stage in self.thought.stages:
            self._draw_units(stage)
        self._draw_groups(self.thought.plan.inputs, self.middles[0], above=True)
        self._draw_groups(self.thought.plan.outputs, self.middles[-1], above=False)

    # ---- places

    def _row(self, name: str) -> int:
        if name in ("input", "output"):
            return 0 if name == "input" else self.layers + 1
        return int(name.rpartition("_")[2])

    def _member(self, name: str) -> int:
        return int(name.split("_")[1]) - 1 if name.startswith("member_") else 0

    def _pitch(self, name: str) -> float:
        """Returns points of a lane; those of input and output are wider where there are many, most of them unused."""
        if name not in ("input", "output"):
            return self.pitch
        whole, used = self.pitch * self.thought.members, self._used(name)
        return whole if whole >= LANE else min((self.right - self.left) / used, 2 * LANE)

    def _used(self, name: str) -> int:
        """Returns the number of lanes in use of the input or the output."""
        return len(self.thought.inputs if name == "input" else self.thought.outputs)

    def _start(self, name: str) -> float:
        return self.left + self._member(name) * self.thought.width * self.pitch

    def _x(self, name: str, lane: int) -> float:
        return self._start(name) + (lane + 0.5) * self._pitch(name)

    def _ends(self, before: str, after: str) -> tuple[float, float]:
        """Returns where connections between two stages begin and end, from top to bottom, points."""
        edge = self.bar + 2
        return self.middles[self._row(before)] + edge, self.middles[self._row(after)] - edge

    # ---- connections

    def _draw_connections(self, stage: Stage) -> None:
        """Draws in pale lines what a stage is connected with: a butterfly, single lines, or a band."""
        for before in self.thought.sources(stage.name):
            top, bottom = self._ends(before, stage.name)
            if bottom - top < 4:
                continue
            derivative = self.thought.derivative(stage.name, before)
            if stage.inputs * FEW <= derivative.shape[1] and bottom - top >= OPEN:
                self._draw_single(before, stage.name, derivative)
            elif stage.even and bottom - top >= OPEN and self._is_aligned(before, stage.name):
                self._draw_butterfly(before, stage.name)
            elif stage.inputs:
                last = self._start(before) + derivative.shape[1] * self._pitch(before)
                lanes = self._used("output") if stage.name == "output" else self.thought.width
                end = self._start(stage.name) + lanes * self._pitch(stage.name)
                shape = [(self._start(before), top), (last, top), (end, bottom), (self._start(stage.name), bottom)]
                self.paper.polygon(theme.BACKDROP, shape)
        if self._member(stage.name) == self.thought.members - 1 or stage.name == "output":
            self._write_connection(stage)

    def _is_aligned(self, before: str, after: str) -> bool:
        """Returns True if lanes of two stages with one number are above each other, and wide enough for lines."""
        return self.pitch >= WIDE and {self._pitch(before), self._pitch(after)} == {self.pitch}

    def _draw_single(self, before: str, after: str, derivative: np.ndarray) -> None:
        top, bottom = self._ends(before, after)
        used = self._used(after) if after == "output" else len(derivative)
        for unit, lane in zip(*(place.tolist() for place in np.nonzero(derivative[:used])), strict=True):
            self.paper.line(theme.LINE, (self._x(before, lane), top), (self._x(after, unit), bottom))

    def _draw_butterfly(self, before: str, after: str) -> None:
        """Draws the levels of a fast transform; lanes of both stages are above each other."""
        top, bottom = self._ends(before, after)
        size = self.thought.width * self.pitch, bottom - top
        self.paper.blit(butterfly(self.thought.width, size, self.paper.scale), (self._start(after), top))

    def _write_connection(self, stage: Stage) -> None:
        """Writes at the right what a unit of a stage is connected with."""
        before = self.thought.sources(stage.name)[-1]
        top, bottom = self._ends(before, stage.name)
        lanes = self.thought.derivative(stage.name, before).shape[1]
        if not stage.inputs:
            short, text = "no way", "its units round what they get, or nothing reaches them now"
        elif stage.even and stage.inputs == lanes:
            short, text = "transform", f"each unit takes all {lanes} lanes with one size, which differ in their signs"
        elif stage.inputs * FEW <= lanes:
            short, text = f"{stage.inputs} of {lanes} each", f"each unit takes {stage.inputs} of {lanes} lanes at most"
        else:
            short, text = "weighted", f"each unit takes up to {stage.inputs} of {lanes} lanes with weights of its own"
        if bottom - top >= 12:
            place = pygame.Rect(self.right + 10, round((top + bottom) / 2) - 7, RIGHT - 10, 14)
            self.paper.write(place.topleft, self.paper.shorten(short, 10, RIGHT - 12), 10, theme.MUTED)
            self.paper.hint(place, short, text)

    # ---- ways

    def _draw_ways(self, stage: Stage) -> None:
        """Draws what adds most to the action between two rows, or takes most from it."""
        found = []
        for before in self.thought.sources(stage.name):
            flow = self.ways.flows.get((before, stage.name))
            if flow is None or self._ends(before, stage.name)[1] - self._ends(before, stage.name)[0] < 8:
                continue
            units, lanes = self._strong(stage.name), self._strong(before)
            found += [(abs(flow[unit, lane]), flow[unit, lane], before, lane, unit) for unit in units for lane in lanes]
        for size, value, before, lane, unit in sorted(found, key=lambda one: one[0])[-EDGES:]:
            share = float(size / self.largest)
            top, bottom = self._ends(before, stage.name)
            start, end = (self._x(before, lane), top), (self._x(stage.name, unit), bottom)
            self._draw_way(start, end, float(value), share)

    def _strong(self, name: str) -> list[int]:
        """Returns the lanes of a stage that add most to the action; of the output that of the action."""
        if name == "output":
            return [self.lane]
        parts = np.abs(self.ways.parts[name])
        return [lane for lane in np.argsort(-parts, kind="stable")[:STRONG].tolist() if parts[lane] > 0]

    def _draw_way(self, start: Point, end: Point, value: float, share: float) -> None:
        """Draws a line, the wider and deeper the more it adds. share: of the largest, 0 to 1."""
        color = theme.mixed(theme.CLAY if value > 0 else theme.SKY, 0.35 + 0.65 * share**0.5)
        for shift in np.linspace(-1, 1, 1 + round(3 * share**0.5)) * 0.5 * round(3 * share**0.5):
            self.paper.line(color, (start[0] + shift, start[1]), (end[0] + shift, end[1]))

    def _draw_again(self) -> None:
        """Draws at the right where the input is added again, and what that adds to the action."""
        again: dict[int, float] = {}
        for (before, name), flow in self.ways.flows.items():
            if before == "input" and self._row(name) > 1:
                again[self._row(name)] = again.get(self._row(name), 0.0) + float(flow.sum())
        for row, total in again.items():
            x, top, bottom = self.right + 4, self.middles[0], self.middles[row]
            color = theme.CLAY if total > 0 else theme.SKY
            self.paper.line(color, (self.right, top), (x, top))
            self.paper.line(color, (x, top), (x, bottom))
            self.paper.polygon(color, [(self.right, bottom), *((self.right + 6, bottom + dy) for dy in (-3, 3))])
            text = "again" if row <= self.layers else "direct"
            box = pygame.Rect(round(x) + 6, bottom - 7, RIGHT - 16, 14)
            self.paper.write(box.topleft, self.paper.shorten(f"{text} {total:+.2f}", 10, box.width), 10, color)
            what = "the input is added again here" if row <= self.layers else "weights straight from the input"
            self.paper.hint(box, text, what, f"adds {total:+.3f} to {self.thought.outputs[self.lane]}")

    def _draw_memories(self) -> None:
        """Draws the way of each memory from the output back to the input, with a mark that is full where it writes."""
        top, bottom = self.middles[0], self.middles[-1]
        for number, loop in enumerate(self.thought.plan.loops):
            x, color = self.left - 10 - 9 * number, self.colors[loop.target]
            if x < self.left - 30:
                break
            self.paper.line(color, (self.left - 2, bottom), (x, bottom))
            self.paper.line(color, (x, bottom), (x, top))
            self.paper.line(color, (x, top), (self.left - 2, top))
            self.paper.polygon(color, [(self.left, top), (self.left - 6, top - 3), (self.left - 6, top + 3)])
            gate = self._gate(loop.target) if loop.memory else None
            box = pygame.Rect(round(x) - 5, (top + bottom) // 2 - 5 + 14 * number, 10, 10)
            self.paper.rect(color if gate is None or gate > 0 else theme.PAPER, box, radius=2)
            self.paper.rect(color, box, width=1, radius=2)
            state = [] if gate is None else [f"gate {gate:.3g}: it {'writes' if gate > 0 else 'does not write'}"]
            self.paper.hint(box.inflate(6, 6), loop.target, loop.text, *state)

    def _gate(self, memory: str) -> float | None:
        """Returns the gate of a memory where it is an output lane."""
        name = f"{memory}: gate"
        names = self.thought.outputs
        return float(self.thought.stages[-1].values[names.index(name)]) if name in names else None

    # ---- units

    def _draw_units(self, stage: Stage) -> None:
        """Draws a bar for each lane, up where its switch is at 0 or above, down where it is below."""
        name, y = stage.name, self.middles[self._row(stage.name)]
        used = len(self.thought.outputs) if name == "output" else len(stage.values)
        pitch, first = self._pitch(name), self._start(name)
        size = float(np.abs(stage.values[:used]).max(initial=0.0)) or 1.0
        wide = min(self.thought.width * pitch, self.right - first)
        self.paper.line(theme.LINE, (first, y), (first + wide, y))
        up = stage.values >= 0 if stage.sides is None else stage.sides
        gap = 1 if pitch >= 4 else 0
        for lane in range(used):
            value = float(stage.values[lane])
            share = min(abs(value) / size, 1.0) if np.isfinite(value) else 0.0
            high = max(share * self.bar, 1.5)
            box = pygame.FRect(first + lane * pitch, y - high if up[lane] else y, max(pitch - gap, 1), high)
            turned = share > 0 and (value > 0) != bool(up[lane])
            self._draw_bar(box, theme.mixed(theme.CLAY if up[lane] else theme.SKY, 0.3 + 0.7 * share), turned)
        self._write_stage(stage, y)
        row = pygame.Rect(round(first), round(y - self.bar - 2), round(used * pitch), round(2 * self.bar + 4))
        self.paper.hints.append(Hint(row, lambda at: self._say(stage, int((at[0] - first) / pitch))))

    def _draw_bar(self, box: pygame.FRect, color: theme.Color, hollow: bool) -> None:
        place = (box.left, box.top, box.width, box.height)
        self.paper.rect(color, place)  # type: ignore[arg-type]
        if hollow and min(box.width, box.height) > 3:
            inner = (box.left + 1, box.top + 1, box.width - 2, box.height - 2)
            self.paper.rect(theme.PAPER, inner)  # type: ignore[arg-type]

    def _write_stage(self, stage: Stage, y: int) -> None:
        """Writes at the left what a row is, and how many switches are on which side."""
        if self._member(stage.name):
            return
        title = stage.name.replace("_", " ")
        left, tall = self.left - LEFT, self.bar >= 9
        self.paper.write((left, y - (13 if tall else 7)), title, 11, theme.INK, "bold")
        if tall and stage.sides is not None:
            count = int(stage.sides.sum())
            self.paper.write((left, y + 1), f"{count} up, {len(stage.sides) - count} down", 9, theme.MUTED)

    def _say(self, stage: Stage, lane: int) -> Lines:
        """Returns what is said of a lane of a row."""
        thought, names = self.thought, {"input": self.thought.inputs, "output": self.thought.outputs}.get(stage.name)
        lane = min(max(lane, 0), len(stage.values) - 1)
        if names is not None and lane >= len(names):
            return ()
        title = names[lane] if names is not None else f"{stage.name.replace('_', ' ')}, unit {lane + 1}"
        lines = [title, f"value {stage.values[lane]:.3g}"]
        if stage.sides is not None:
            side = "at 0 or above" if stage.sides[lane] else "below 0"
            lines.append(f"its {UNITS.get(thought.unit, 'unit').removesuffix('es').removesuffix('s')} is {side}")
        if stage.name != "output":
            lines.append(f"adds {self.ways.parts[stage.name][lane]:+.3f} to {thought.outputs[self.lane]}")
        return tuple(lines)

    def _draw_groups(self, groups: Sequence[Lanes], y: int, above: bool) -> None:
        """Draws below or above the lanes which of them belong together."""
        pitch, x, free = self._pitch("input" if above else "output"), float(self.left), 0.0
        edge = y - self.bar - 5 if above else y + self.bar + 3
        for group in groups:
            color, wide = self.colors[group.name], group.count * pitch
            self.paper.rect(color, (round(x), round(edge), max(round(wide) - 1, 2), 3))
            text = group.name
            start = max(x, free)
            room = self.right + RIGHT - start
            if self.paper.length(text, 10) <= room:
                place = (start, edge - 15 if above else edge + 3)
                free = start + self.paper.write(place, text, 10, color) + 8
            x += wide
