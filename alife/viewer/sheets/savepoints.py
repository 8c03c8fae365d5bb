"""The sheet of savepoints, to return to one."""

from __future__ import annotations

from collections.abc import Sequence

from alife.experiment.savepoints import Savepoint
from alife.viewer.draw.theme import CARD, GOLD
from alife.viewer.sheets.base import Row, Sheet
from alife.viewer.steering.interface import Returner


class SavepointsSheet(Sheet):
    """Lists every savepoint with its step and the reason why it was kept."""

    title = "Savepoints"
    hint = "enter or a click returns there, u undoes that; k keeps the present state; esc closes"

    columns = (0.16, 0.56)

    def __init__(self, session: Returner) -> None:
        """Lists the savepoints of a session's run, and marks the last one."""
        super().__init__()
        self._session = session
        self.at = len(session.run.savepoints())

    def _all(self) -> list[Savepoint]:
        return self._session.run.savepoints()

    def rows(self) -> Sequence[Row]:
        """Returns the beginning, then the savepoints by step."""
        first = Row("step 0", "the beginning", "untouched", CARD)
        return [first, *(self._row(one) for one in self._all())]

    def _row(self, one: Savepoint) -> Row:
        where = "in the run folder" if one.path else "in memory"
        return Row(f"step {one.step:,}", one.reason or one.name, where, CARD if one.passing else GOLD)

    def choose(self) -> None:
        """Returns to the marked savepoint."""
        self.closed = True
        if self.at:
            self._session.return_to(self._all()[self.at - 1].name)
        else:
            self._session.restart()
