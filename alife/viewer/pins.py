"""Agents that are pinned, to be compared with the selected one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from alife.viewer.keys import label_of
from alife.viewer.selection import Selection

MOST = 4  # agents that are pinned at once


class Pins(list[Selection]):
    """The pinned agents, in the order in which they were pinned."""

    def has(self, one: Selection) -> bool:
        """Returns True if an agent is pinned."""
        return any(_same(pin, one) for pin in self)

    def compared(self, chosen: Selection | None) -> list[Selection]:
        """Returns those that are compared: the pinned ones, and the selected one."""
        return [*self, *([chosen] if chosen and not self.has(chosen) else [])]

    def keep(self, wanted: Callable[[Selection], bool]) -> None:
        """Keeps those that are wanted."""
        self[:] = [pin for pin in self if wanted(pin)]

    def drop(self, one: Selection) -> None:
        """Pins an agent no more."""
        self.keep(lambda pin: not _same(pin, one))

    def toggle(self, chosen: Selection | None) -> str:
        """Pins the selected agent, or pins it no more; returns a line that says so."""
        if not chosen:
            return f"Select an agent to pin: click it, or press {label_of('next_agent')}"
        if self.has(chosen):
            self.drop(chosen)
            return f"Unpinned {chosen.title}"
        if len(self) == MOST:
            return f"{MOST} agents are pinned: unpin one with its cross"
        self.append(replace(chosen))
        return f"Pinned {chosen.title}: select others to compare; p unpins the selected one"


def _same(one: Selection, other: Selection) -> bool:
    return (one.row, one.birth_step) == (other.row, other.birth_step)
