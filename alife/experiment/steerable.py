"""Changes of a run from outside: interventions, savepoints, and going back; docs/steering.md has an example."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np

from alife.backends.native_memory import NativeMemory
from alife.config.models import Config
from alife.config.params import parse_params
from alife.config.schema import dump_config
from alife.errors import UserError
from alife.experiment.interventions import Interventions
from alife.experiment.kept_states import described
from alife.experiment.recorder import Recorder, agent_genome, complete_state
from alife.experiment.records import checkpoint
from alife.experiment.records.checkpoint import Checkpoint
from alife.experiment.records.genome import save_genome
from alife.experiment.records.run_folder import RunFolder
from alife.experiment.savepoints import Savepoint, Savepoints, Start, drop_events, event_name, new_path
from alife.simulation.interface import Process
from alife.simulation.interventions import Intervention


class Steerable(NativeMemory):
    """The base of `Run`, whose attributes it declares."""

    config: Config
    simulation: Process
    out: Path | None
    interventions: Interventions
    _recorder: Recorder | None
    _savepoints: Savepoints
    _folder: Path | None  # of the run that it was opened from
    _began: int  # step up to which the states in that folder are of this life

    @abstractmethod
    def step(self, count: int = 1) -> None:
        """Runs `count` steps."""

    @abstractmethod
    def _ready(self) -> None:
        """Opens the records, and brings them and the recorded interventions up to this step."""

    @abstractmethod
    def _touched(self) -> None:
        """Notes that a checkpoint of this step is out of date."""

    @abstractmethod
    def _facts(self) -> dict[str, float]:
        """Returns the facts of a checkpoint beside the state."""

    @abstractmethod
    def _of(self, config: Config) -> Self:
        """Returns a run in memory of another configuration, at its first step."""

    @abstractmethod
    def _from(self, start: Start, seed: int | None = None) -> Self:
        """Returns a run in memory of the same configuration that begins there, with its savepoints; seed: another."""

    def intervene(self, kind: str, **values: Any) -> Intervention:
        """Changes a shared world from outside, before its next step, and records that.

        A run with a folder writes it to interventions.jsonl first, which resuming replays. A run in memory that was
        taken back forgets the interventions ahead of it.

        Args:
            kind: "remove" (id), "move" (id, x, y), "clone" (id, x, y), "place" (genome, x, y, count), "set" (param,
                value), or "paint" (field, x, y, radius, value).
            values: as `alife.simulation.interventions` declares them; the genome of "place" is a Genome, a file or the
                name of one in genomes/.

        Raises:
            UserError: it does not fit the world as it is; nothing is changed or written.
        """
        self._ready()
        record = RunFolder(self.out).interventions if self.out else None
        done = self.interventions.carry_out(self.simulation, kind, values, record)
        self._touched()
        return done

    def savepoint(self, name: str, reason: str = "") -> Savepoint:
        """Keeps the present state under a new name.

        Args:
            name: of the savepoint.
            reason: why it is kept; of a run with a folder it is not written.

        Raises:
            UserError: a name that is taken or no file name.
        """
        self._ready()
        self._savepoints.check_new(name)
        step = self.simulation.steps
        if not (self._recorder and self.out):
            self._keep(name, reason)
            return Savepoint(name, step, None, reason)
        self._recorder.deaths(self.simulation)
        path = new_path(self.out, name, step)
        self._recorder.savepoint(path, self.simulation, self.config, self._facts())
        return Savepoint(name, step, path, reason)

    def keep_event(self, text: str) -> Savepoint:
        """Keeps the present state by itself at an event; of those, the last eight are kept.

        A run with a folder writes it in the background: only the copy of the state takes time. One of the same event,
        step and life stays as it is.

        Args:
            text: what happened, in a few words, such as "first predator".

        Returns:
            The savepoint; its file may still be being written, of which an error is returned by `unwritten`, or said
            when the run closes.
        """
        self._ready()
        step = self.simulation.steps
        name, folder = event_name(text, step), self.out
        path = new_path(folder, name, step, event=True) if folder else None
        if folder is None or path is None:
            known = self._savepoints.kept.get(name)
            if known is None or not known.is_of(self.interventions.done):
                self._keep(name, text, passing=True, event=True)
            return Savepoint(name, step, None, text, passing=True, event=True)
        if not path.exists():
            arrays = {key: array.copy() for key, array in complete_state(self.simulation).items()}
            meta = described(step, dump_config(self.config), self._facts())
            self._savepoints.later.start(partial(_write_event, folder, path, arrays, meta))
        return Savepoint(name, step, path, text, passing=True, event=True)

    def unwritten(self) -> list[str]:
        """Returns why savepoints could not be written in the background since this was asked, a line each."""
        return [str(error) for error in self._savepoints.later.failed()]

    def adopt_savepoints(self, other: Self) -> list[tuple[Savepoint, Savepoint]]:
        """Writes the savepoints that another run of this life has in memory into this run's folder, in the background.

        Returns:
            Each of them and what it becomes; those of another life are left out.
        """
        found = []
        for old in other.savepoints():
            one = other._savepoints.kept.get(old.name)
            if self.out and one and (old.event or not old.passing) and one.is_of(self.interventions.done):
                path = new_path(self.out, old.name, old.step, old.event)
                facts = one.state.meta.model_dump(include={"migrations", "measured", "interventions"})
                meta = described(old.step, dump_config(self.config), facts)
                self._savepoints.later.start(partial(checkpoint.write, path, one.state.arrays, meta))
                found.append((old, replace(old, path=path)))
        return found

    def remember(self, reason: str) -> None:
        """Keeps the present state in memory in passing, as a savepoint that later ones replace.

        Going back to its step, or undoing what follows it, is then a matter of a moment.

        Args:
            reason: why it is kept.
        """
        self._ready()
        self._keep(f"auto-{self.simulation.steps}-{len(self.interventions.done)}", reason, passing=True)

    def _keep(self, name: str, reason: str, passing: bool = False, event: bool = False) -> None:
        step = self.simulation.steps
        self._savepoints.kept.keep(
            name,
            complete_state(self.simulation),
            self._facts(),
            passing,
            event,
            step=step,
            record=self.interventions.done,
            reason=reason,
            known=self._began if self.out is None else step,
        )

    def savepoints(self) -> list[Savepoint]:
        """The savepoints of its folder, and those in memory, by step."""
        return self._savepoints.all()

    def kept_genome(self, id_: int) -> np.ndarray | None:
        """Returns the genes [G] of an agent that may have died, of the last states that are kept; None: of none."""
        step = self.simulation.steps
        known = step if self.out is not None else min(step, self._began)
        return self._savepoints.genome(id_, step, known, self.interventions.done)

    def save_agent(self, id_: int, path: str | Path) -> None:
        """Writes the genome of a living agent of a shared world, with its provenance, as a champion's file.

        Args:
            id_: of the agent.
            path: of the file, .safetensors.

        Raises:
            UserError: no living agent of this id, as in worlds of episodes, or a file that cannot be written.
        """
        save_genome(path, agent_genome(self.simulation, self.config, id_))

    def at(self, name: str) -> Self:
        """Returns a run in memory that begins at a savepoint; what followed it in this life is ahead of it.

        Raises:
            UserError: an unknown or damaged one.
        """
        return self._from(self._savepoints.at(name, [*self.interventions.done, *self.interventions.ahead]))

    def restart(self, seed: int | None = None) -> Self:
        """Returns a run in memory of the same configuration at its first step, untouched. seed: another one."""
        return self._from(Start(None), seed)

    def with_barriers(self) -> Self:
        """Returns a run in memory that goes on from here in the same world with barriers, of which it has none yet.

        Its life is the same, as a world without a barrier lives alike with that part and without it.

        Raises:
            UserError: the world has no Param `barriers`.
        """
        params = self.config.world.model_dump()
        if "barriers" not in params:
            raise UserError(f"barriers: expected a world with barriers, got {self.config.names['world']} without")
        world = parse_params(type(self.config.world), {**params, "barriers": True}, "world")
        run = self._of(self.config.model_copy(update={"world": world}))
        new = {name: array.copy() for name, array in complete_state(run.simulation).items()}
        self._keep("before-barriers", "before the barriers", passing=True)
        kept = {name: replace(one, state=_with(one.state, new)) for name, one in self._savepoints.kept.items()}
        last = kept["before-barriers"]
        done = run._from(Start(last.state, [*self.interventions.done, *self.interventions.ahead], known=0))
        done._folder = None
        done._savepoints = Savepoints(None)
        done._savepoints.kept.update(kept)
        return done

    def back(self, steps: int) -> Self:
        """Returns a run in memory that is what this one was `steps` steps ago, to the same bits.

        It replays from the nearest state before, a checkpoint or a savepoint, or from the beginning, and will replay
        the interventions that followed. This run stays as it is.

        Raises:
            UserError: it has not done as many steps.
        """
        if (
            isinstance(steps, bool)
            or not isinstance(steps, int | np.integer)
            or not 0 <= steps <= self.simulation.steps
        ):
            raise UserError(f"back: expected a number of steps from 0 to {self.simulation.steps}, got {steps!r}")
        record = [*self.interventions.done, *self.interventions.ahead]
        return self._replayed(self.simulation.steps - int(steps), record)

    def undo(self, count: int = 1) -> Self:
        """Returns a run in memory at this step as if the last interventions had not been.

        Args:
            count: of interventions.

        Raises:
            UserError: there were not as many, or none.
        """
        done = self.interventions.done
        if not done:
            raise UserError("undo: expected an intervention to undo, got a run without any")
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 1 <= count <= len(done):
            raise UserError(f"undo: expected a number of interventions from 1 to {len(done)}, got {count!r}")
        return self._replayed(self.simulation.steps, done[:-count])

    def _replayed(self, step: int, record: Sequence[Intervention]) -> Self:
        """Returns a run in memory at a step of the life with this record."""
        known = step if self.out is not None else min(step, self._began)  # its folder's later states are another life's
        run = self._from(self._savepoints.nearest(step, known, record))
        run.step(step - run.simulation.steps)
        return run


def _with(state: Checkpoint, new: Mapping[str, np.ndarray]) -> Checkpoint:
    """Returns a state with the columns [...] of `new` that it lacks."""
    return replace(state, arrays={**{name: array.copy() for name, array in new.items()}, **state.arrays})


def _write_event(folder: Path, path: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    checkpoint.write(path, arrays, meta)
    drop_events(folder)
