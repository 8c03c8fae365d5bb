"""Colors by group: the largest groups have a color of their own, which they keep."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np

from alife.viewer.coloring.base import Coloring
from alife.viewer.draw.palettes import GROUPS, OTHERS
from alife.viewer.interface import Life
from alife.world import RGB, Mark, Scene

COUNTED = 30  # calls between new counts
PALETTE = np.concatenate([GROUPS, [OTHERS]]).astype(np.uint8)
NONE = -1  # label of an agent whose group is not known yet


class Grouped(Coloring):
    """Base of colors by group.

    Attributes:
        noun: a word for a group.
    """

    noun: str

    def __init__(self, life: Life) -> None:
        """See `Coloring`."""
        super().__init__(life)
        self._colored = [NONE] * len(GROUPS)  # label of the group that has each color
        self._sizes: dict[int, int] = {}
        self._agents = self._unknown = self._calls = 0

    @abstractmethod
    def labels(self, rows: np.ndarray) -> np.ndarray:
        """Returns the groups of agents: [N] slots -> [N] int64 labels, NONE where not known yet."""

    def colors(self, rows: np.ndarray, scene: Scene) -> np.ndarray:
        """Returns the colors [N, 3] of the groups of agents. rows: [N] slots."""
        labels = self.labels(rows)
        if self._calls % COUNTED == 0 or NONE in self._colored:
            self._count(labels)
        self._calls += 1
        place = np.full(len(rows), len(GROUPS), np.int8)
        for number, label in enumerate(self._colored):
            if label != NONE:
                place[labels == label] = number
        colors: np.ndarray = PALETTE.take(place, axis=0)
        return colors

    def _count(self, labels: np.ndarray) -> None:
        """Counts the groups by labels [N]."""
        self._rank(*np.unique(labels[labels != NONE], return_counts=True))
        self._unknown = int((labels == NONE).sum())

    def keep_up(self, sizes: Mapping[int, int]) -> None:
        """Gives the largest groups colors while this is not in use. sizes: number of agents by label."""
        self._rank(np.array([*sizes], np.int64), np.array([*sizes.values()], np.int64))
        self._calls = 0  # it counts anew as soon as it is

    def _rank(self, found: np.ndarray, sizes: np.ndarray) -> None:
        """Gives the largest of the groups [K] colors; those that had one keep it. sizes: [K] agents."""
        largest = found[np.argsort(-sizes, kind="stable")[: len(GROUPS)]].tolist()
        self._sizes = dict(zip(found.tolist(), sizes.tolist(), strict=True))
        self._agents = int(sizes.sum())
        kept = [label if label in largest else NONE for label in self._colored]
        new = iter([label for label in largest if label not in kept])
        self._colored = [next(new, NONE) if label == NONE else label for label in kept]

    def colored(self) -> dict[int, RGB]:
        """Returns the groups that have colors of their own, by label."""
        return {label: _rgb(color) for label, color in zip(self._colored, GROUPS, strict=True) if label != NONE}

    def legend(self) -> tuple[Mark, ...]:
        """Returns the largest groups by size, then what the others are."""
        pairs = [(label, _rgb(color)) for label, color in zip(self._colored, GROUPS, strict=True) if label != NONE]
        pairs.sort(key=lambda pair: -self._sizes.get(pair[0], 0))
        marks = [Mark("agent", (color,), self._text(label)) for label, color in pairs]
        others = len(self._sizes) - len(pairs)
        count = self._agents - sum(self._sizes.get(label, 0) for label, _ in pairs)
        text = f"{others:,} smaller, of {count:,} agents" if others else ""
        if self._unknown:
            text += f"{', and ' if text else ''}{self._unknown:,} agents in none yet"
        return (*marks, Mark("agent", (OTHERS,), text)) if text else tuple(marks)

    def _text(self, label: int) -> str:
        size = self._sizes.get(label, 0)
        return f"{self.noun} {label:,}: {size:,} agent{'s' * (size != 1)}"


def _rgb(color: np.ndarray) -> RGB:
    red, green, blue = (int(tone) for tone in color)
    return red, green, blue
