"""Going back: undo, savepoints, a step back, and beginning anew."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable

from alife.errors import UserError
from alife.experiment.interventions import touched
from alife.experiment.run import Run
from alife.experiment.savepoints import Savepoint
from alife.viewer.history import Event, History
from alife.viewer.keys import label_of
from alife.viewer.selection import SharedSelection
from alife.viewer.session import Session
from alife.viewer.sheets.entry import StepSheet
from alife.viewer.sheets.savepoints import SavepointsSheet
from alife.viewer.steering.past import Done, Past
from alife.viewer.steering.words import count_text, describe
from alife.viewer.thumbnails import Thumbnails

LIST, PAUSE, UNDO = (label_of(command) for command in ("show_savepoints", "toggle_pause", "undo"))
PASSING = (10.0, 200)  # seconds and steps at least between two states that are kept in passing
AHEAD = 1000  # steps of which a multiple is proposed to run to
SHARE = 100  # times that keeping one took, in which none is kept again


class WayBack(Session):
    """Takes a run of a shared world back.

    Attributes:
        past: what was done by hand.
        thumbnails: pictures of savepoints.
    """

    run: Run
    selection: SharedSelection | None

    def __init__(self, run: Run, view: tuple[int, int], history: History) -> None:
        """Looks at the life as it is. See `Session`."""
        self.past, self.thumbnails = Past(), Thumbnails()
        self._kept_step, self._kept_at = run.simulation.steps, time.monotonic()
        self._marked: object = None
        super().__init__(run, view, history)

    def keep_savepoint(self) -> None:
        """Keeps the present state as a savepoint."""
        step = self.run.simulation.steps
        try:
            kept = self.run.savepoint(f"step-{step}-{len(self.run.savepoints()) + 1}", "kept by hand")
        except (UserError, OSError) as error:
            self.say(str(error))
            return
        self._picture(kept)
        self.history.mark(step, "savepoint")
        self.say(f"Kept a savepoint of step {step:,}; {LIST} lists them")

    def keep_event(self, text: str) -> None:
        """Marks an event in the graph, and keeps a savepoint of it. text: what happened, in a few words."""
        step = self.run.simulation.steps
        self.history.mark(step, text)
        self.look()
        self._picture(self.run.keep_event(text))
        self.say(f"{text[0].upper()}{text[1:]} at step {step:,}; kept a savepoint, {LIST} lists them")

    def _picture(self, savepoint: Savepoint) -> None:
        """Keeps a picture of the world as it is now for a savepoint."""
        self.thumbnails.take(savepoint, self.life.world, self.scene, self.camera)

    def show_savepoints(self) -> None:
        """Opens the list of savepoints, or closes it."""
        try:
            self.open_sheet(SavepointsSheet(self))
        except OSError as error:
            self.say(str(error))

    def return_to(self, name: str) -> None:
        """Shows the run from a savepoint on."""
        self._leave(lambda: self.run.at(name), "the return to a savepoint")

    def step_back(self) -> None:
        """Goes back by one step."""
        if not self.run.simulation.steps:
            self.say("This is the first step")
        else:
            self._leave(lambda: self.run.back(1), "going back")

    def show_run_to(self) -> None:
        """Asks for a step to run to, or closes the list."""
        step = self.run.simulation.steps
        self.open_sheet(StepSheet(str((step // AHEAD + 1) * AHEAD), self.run_to))

    def run_to(self, step: str) -> None:
        """Runs to a step at full speed and pauses there; an earlier one is gone back to. step: digits."""
        now, to = self.run.simulation.steps, int(step)
        if to < now:
            self._leave(lambda: self.run.back(now - to), "going back")
        elif to > now:
            self.paused, self.until = False, to
            self.say(f"Running to step {to:,}; {PAUSE} stops")

    def restart(self) -> None:
        """Begins the run anew, untouched, with the same seed."""
        self.remember("before the restart")
        self._leave(self.run.restart, "the restart", afresh=True)

    def restart_next(self) -> None:
        """Begins the run anew with the next seed."""
        self._leave(lambda: self.run.restart(self.run.config.seed + 1), "the restart with another seed", afresh=True)

    def undo(self) -> None:
        """Undoes the last thing that was done by hand."""
        record = self.run.interventions.done
        if not self.past and not record:
            self.say("Nothing to undo")
            return
        last = record[-1].plain() if record else {}
        done = self.past.pop() if self.past else Done(describe(last["kind"], last["values"]), 1)
        try:
            run = done.run or self.run.undo(done.count)
        except UserError as error:
            self.say(str(error))
            return
        if done.run is None:
            self.history.cut(record[-done.count].step)
        self._show(run, done.history or self.history)
        self.say(f"Undone: {done.said}")

    def _leave(self, other: Callable[[], Run], said: str, afresh: bool = False) -> None:
        """Shows another run. other: makes it. said: what it is. afresh: its history is empty."""
        try:
            run = other()
        except UserError as error:
            self.say(str(error))
            return
        self.past.leave(said, self.run, self.history)
        history = self.history.copy()
        if afresh:
            history = History(history.metrics, history.clock, history.shown)
        self._show(run, history)
        ahead = len(run.interventions.ahead)
        repeats = f"; {count_text(ahead, 'later change')} will repeat unless you change something" if ahead else ""
        self.say(f"Step {run.simulation.steps:,}, seed {run.config.seed}{repeats}; {UNDO} undoes {said}")

    def _go_on(self, other: Callable[[], Run], said: str) -> None:
        """Goes on with another run of the same life. other: makes it. said: what that is."""
        try:
            run = other()
        except UserError as error:
            self.say(str(error))
            return
        paused = self.paused
        self.past.leave(said, self.run, self.history)
        self._show(run, self.history.copy())
        self.paused = paused

    def _show(self, run: Run, history: History) -> None:
        """Shows a run, paused; what the other one recorded is completed."""
        if self.run.out is not None and run is not self.run:
            self.run.close()
        self.run, self.history, self.paused, self.sheet, self.until = run, history, True, None, None
        history.cut(run.simulation.steps)
        self._kept_step, self._marked = run.simulation.steps, None
        if self.selection and not self.selection.is_alive(run.simulation.fields):
            self.deselect()
        self.pins.keep(lambda pin: pin.is_alive(run.simulation.fields))
        self.begin_events()
        self.look()

    @abstractmethod
    def begin_events(self) -> None:
        """Begins to look out for events in the life that is shown now."""

    @property
    def touched(self) -> str:
        """At which steps the run was changed by hand; "" for never."""
        return touched(self.run.interventions.done)

    # ---- in passing

    def advance(self) -> None:
        """Takes the steps of a frame, keeps a state now and then, and says which one could not be written."""
        super().advance()
        for text in self.run.unwritten():
            self.say(text)
        step = self.run.simulation.steps
        if step - self._kept_step >= PASSING[1] and time.monotonic() - self._kept_at >= PASSING[0]:
            self.remember("in passing")

    def remember(self, reason: str) -> None:
        """Keeps the present state in memory. reason: why."""
        began = time.monotonic()
        self.run.remember(reason)
        took = time.monotonic() - began
        self._kept_step, self._kept_at = self.run.simulation.steps, time.monotonic() + SHARE * took - PASSING[0]
        self._kept_at = max(self._kept_at, time.monotonic())

    def look(self) -> None:
        """Reads the present state of the life, and marks what was done in the graph."""
        super().look()
        done = self.run.interventions.done
        if self._marked != (self.run, len(done)):
            plain = [one.plain() for one in done]
            touches = (Event(one["step"], describe(one["kind"], one["values"])) for one in plain)
            self.history.touches = list(dict.fromkeys(touches))
            self._marked = self.run, len(done)
