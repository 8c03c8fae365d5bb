"""Saving a run that is in memory: it is lived again in a folder, to the same bits, and goes on there."""

from __future__ import annotations

from alife.errors import UserError
from alife.experiment.records.run_folder import default_root
from alife.experiment.run import Run
from alife.viewer.history import History
from alife.viewer.keys import label_of
from alife.viewer.sheets.entry import FolderSheet
from alife.viewer.steering.way_back import WayBack
from alife.viewer.steering.words import count_text

SAVE = label_of("save_run")
BUSY = f"The run is being saved; {SAVE} stops that"


class Saving(WayBack):
    """Saves the run, and keeps the window open while something would be lost."""

    def __init__(self, run: Run, view: tuple[int, int], history: History) -> None:
        """Looks at the life as it is. See `Session`."""
        self.saving: Run | None = None  # the run in a folder that follows
        self._warned = False
        super().__init__(run, view, history)

    def save_run(self) -> None:
        """Asks for a folder to save the run in, or stops to save it."""
        if self.saving:
            self.stop_saving()
        elif self.run.out is not None:
            self.say(f"This run is recorded in {self.run.out}")
        else:
            self.open_sheet(FolderSheet(str(default_root(self.run.config)), self.save_in))

    def save_in(self, folder: str) -> None:
        """Begins to save the run. folder: a new or empty one."""
        try:
            self.saving = self.run.recorded(folder)
        except (UserError, OSError) as error:
            self.say(str(error))
        else:
            self.until = None

    def advance(self) -> None:
        """Takes the steps of a frame; while the run is saved, those of the one in the folder."""
        follower = self.saving
        if follower is None:
            super().advance()
            return
        try:
            self._follow(follower)
        except (UserError, OSError) as error:
            follower.release()
            self.saving = None
            self.say(str(error))
        paused, self.paused = self.paused, True
        super().advance()
        self.paused = paused

    def _follow(self, follower: Run) -> None:
        """Has the run in the folder take steps, and shows it once it is where the other one is."""
        target = self.run.simulation.steps
        for _ in self.speed.full().due():
            if follower.simulation.steps >= target:
                break
            follower.step(1)
        at = follower.simulation.steps
        if at < target:
            self.say(f"Saving in {follower.out}: step {at:,} of {target:,}; {SAVE} stops")
            return
        follower.step(0)  # what was done at this step, too
        self.saving = None
        if follower.simulation.state_hash() != self.run.simulation.state_hash():
            follower.close()
            self.say(f"{follower.out} holds another life: this run was not computed by these versions alone")
            return
        for old, new in follower.adopt_savepoints(self.run):
            self.thumbnails.copy(old, new)
        paused = self.paused
        self._show(follower, self.history.copy())
        self.paused = paused
        self.say(f"Saved in {follower.out}, {self._changes()}; it is recorded there from here on")

    def _changes(self) -> str:
        count = len(self.run.interventions.done)
        return f"with {count_text(count, 'change')} by hand" if count else "untouched"

    def stop_saving(self) -> None:
        """Leaves the folder as it is, a run that can be resumed."""
        if self.saving:
            self.saving.close()
            self.say(f"{self.saving.out} holds the run up to step {self.saving.simulation.steps:,}")
            self.saving = None

    def _show(self, run: Run, history: History) -> None:
        self.stop_saving()
        super()._show(run, history)

    # ---- leaving

    def say(self, text: str) -> None:
        """Shows a line of text for some seconds."""
        self._warned = False
        super().say(text)

    def may_leave(self) -> bool:
        """Returns True if no change by hand is lost with the window, or if that was said just now."""
        if self.run.out is not None or not self.touched or (self._warned and self.present_status):
            return True
        self.say(f"This run was changed by hand and is in memory alone: {SAVE} saves it; once more to leave it")
        self._warned = True
        return False

    def end(self) -> None:
        """Ends what goes on beside the run that is shown; a page that is being written is waited for."""
        self.stop_saving()
        super().end()
