"""The sheet of savepoints, to return to one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alife.experiment.savepoints import Savepoint
from alife.viewer.draw.theme import CARD, GOLD, SKY
from alife.viewer.keys import label_of
from alife.viewer.sheets.base import Row, Sheet
from alife.viewer.steering.interface import Returner

BY_KEY = re.compile(r"step-\d+-\d+")  # names of those kept with the key


class SavepointsSheet(Sheet):
    """Lists every savepoint with its picture, its step, and the reason why it was kept."""

    title = "Savepoints"
    hint = (
        f"enter or a click returns there, {label_of('undo')} undoes that; "
        "gold: by hand; blue: by itself at an event; esc closes"
    )

    columns = (0.36, 0.4)
    line = 44

    def __init__(self, session: Returner) -> None:
        """Lists the savepoints of a session's run, and marks the last one."""
        super().__init__()
        self._session = session
        self._found = session.run.savepoints()
        self.at = len(self._found)

    def rows(self) -> Sequence[Row]:
        """Returns the beginning, then the savepoints by step."""
        first = Row("step 0", "the beginning", "untouched", CARD, picture=self._session.thumbnails.blank)
        return [first, *(self._row(one) for one in self._found)]

    def _row(self, one: Savepoint) -> Row:
        where = "in the run folder" if one.path else "in memory"
        color = SKY if one.event else CARD if one.passing else GOLD
        picture = self._session.thumbnails.of(one) or self._session.thumbnails.blank
        reason = one.reason or ("kept by hand" if BY_KEY.fullmatch(one.name) else one.name)
        return Row(f"step {one.step:,}", reason, where, color, picture=picture)

    def choose(self) -> None:
        """Returns to the marked savepoint."""
        self.closed = True
        if self.at:
            self._session.return_to(self._found[self.at - 1].name)
        else:
            self._session.restart()
