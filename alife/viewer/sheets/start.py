"""The start page: a sheet of all that can be watched from the current folder, by kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alife.viewer.catalog import Catalog, Choice
from alife.viewer.sheets.base import Row, Sheet

MOST = 40  # typed characters


class StartSheet(Sheet):
    """Lists configurations, worlds, genomes and runs in a tab each, less those that what is typed leaves out."""

    title = "Open"
    hint = "type to find; left and right change the list; enter or a click opens; esc leaves"
    columns = (0.25, 0.09)
    widest = 1040
    fills = True

    def __init__(self, catalog: Catalog, opened: Callable[[str], None]) -> None:
        """Shows the first list.

        Args:
            catalog: what there is.
            opened: is called with the name or path of what is chosen.
        """
        super().__init__()
        self._catalog, self._opened = catalog, opened

    def tabs(self) -> Sequence[str]:
        """Returns each kind, with the number of its rows."""
        return [f"{title} ({len(self._found(title))})" for title in self._catalog]

    def _found(self, title: str) -> list[Choice]:
        return [one for one in self._catalog[title] if one.fits(self.typed)]

    def _choices(self) -> list[Choice]:
        return self._found(list(self._catalog)[self.tab])

    def rows(self) -> Sequence[Row]:
        """Returns the rows of the present list."""
        return [Row(one.name, "this folder" if one.own else "", one.text) for one in self._choices()]

    @property
    def empty(self) -> str:  # type: ignore[override]
        """A line for no rows."""
        title = list(self._catalog)[self.tab].lower()
        if self.typed:
            return f"no {title} with “{self.typed}”; backspace erases"
        return f"no {title} in this folder; alife evolve meadow-small writes a run"

    def choose(self) -> None:
        """Opens the marked row."""
        choices = self._choices()
        if choices:
            self.closed = True
            self._opened(choices[self.at].target)

    def change(self, by: int) -> bool:
        """Shows the list before (-1) or the next one (1)."""
        self.show_tab((self.tab + by) % len(self._catalog))
        return True

    def type(self, text: str) -> bool:
        """Takes a printable character; where the present list has no match, the first is shown that has one."""
        if not text.isprintable() or (not self.typed and text.isspace()) or len(self.typed) >= MOST:
            return False
        self.typed, self.at = self.typed + text, 0
        if not self._choices():
            self.tab = next((place for place, title in enumerate(self._catalog) if self._found(title)), self.tab)
        return True

    def erase(self) -> bool:
        """Erases the last typed character."""
        self.typed, self.at = self.typed[:-1], 0
        return True

    def leave(self) -> None:
        """Erases what is typed, or goes back."""
        if self.typed:
            self.typed, self.at = "", 0
        else:
            self.closed = True
