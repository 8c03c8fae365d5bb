"""A sheet with one line to type: a step to run to, or a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from alife.viewer.keys import label_of
from alife.viewer.sheets.base import Row, Sheet

MOST = 200  # typed characters


class EntrySheet(Sheet):
    """Base of sheets with one line; what is proposed is replaced by the first character that is typed.

    Attributes:
        name: of what is typed.
        note: what it means.
        text: as it is now.
    """

    name: ClassVar[str]
    note: ClassVar[str]
    columns = (0.14, 0.82)

    def __init__(self, proposed: str, chosen: Callable[[str], None]) -> None:
        """Proposes a text. chosen: is called with what is typed."""
        super().__init__()
        self.text, self._fresh, self._chosen = proposed, True, chosen

    def rows(self) -> Sequence[Row]:
        """Returns the line."""
        return [Row(self.name, f"{self.text}_", self.note)]

    def accepts(self, text: str) -> bool:
        """Returns True for a character that may be typed."""
        return text.isprintable()

    def choose(self) -> None:
        """Takes what is typed."""
        if self.text.strip():
            self.closed = True
            self._chosen(self.text.strip())

    def type(self, text: str) -> bool:
        """Takes a character."""
        if not self.accepts(text) or len(self.text) >= MOST:
            return False
        self.text, self._fresh = ("" if self._fresh else self.text) + text, False
        return True

    def erase(self) -> bool:
        """Erases the last character."""
        self.text, self._fresh = self.text[:-1], False
        return True


class StepSheet(EntrySheet):
    """Asks for a step."""

    title = "Run to a step"
    name = "step"
    note = f"an earlier one is gone back to; {label_of('toggle_pause')} stops on the way"
    hint = "type a step and enter; esc closes"

    def accepts(self, text: str) -> bool:
        """Returns True for a digit."""
        return text in set("0123456789") and (self._fresh or len(self.text) < 12)


class FolderSheet(EntrySheet):
    """Asks for the folder of a run."""

    title = "Save this run"
    name = "folder"
    note = "it is lived again there from its first step, with every change, and is recorded from then on"
    hint = "enter saves; type for another folder, a new or empty one; esc closes"
