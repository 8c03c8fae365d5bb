"""Things that were done by hand at the window, and how each is undone."""

from __future__ import annotations

from dataclasses import dataclass

from alife.experiment.run import Run
from alife.viewer.history import History

MOST_RUNS = 4  # runs that were left and can be returned to: each holds its whole state


@dataclass
class Done:
    """One thing that was done.

    Attributes:
        said: in words.
        count: interventions that it took; 0 if another run was shown.
        run: that was left for another one.
        history: of that run.
    """

    said: str
    count: int = 0
    run: Run | None = None
    history: History | None = None


class Past(list[Done]):
    """Things that were done, in order."""

    def join(self) -> None:
        """Counts one more intervention of the last thing."""
        self[-1].count += 1

    def leave(self, said: str, run: Run, history: History) -> None:
        """Notes that a run is left for another; the same again at once is one thing."""
        if self and self[-1].run is not None and self[-1].said == said:
            return
        self.append(Done(said, 0, run, history))
        runs = [place for place, one in enumerate(self) if one.run is not None]
        if len(runs) > MOST_RUNS:
            del self[: runs[0] + 1]
