"""The engine of the host's processors: laws and brains as native code over the fields themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from alife.backends.cpu.bind import bind
from alife.backends.cpu.brain_step import birth_call, step_call
from alife.backends.cpu.episode import loop_call
from alife.backends.cpu.passes import joined
from alife.backends.cpu.threads import Call, Program
from alife.backends.episode import brain_rows
from alife.backends.native_memory import NativeMemory
from alife.backends.program import Bindings, BirthStage, BrainStage, LockstepLoop, PerAgentLoop, Stage
from alife.laws.law import Law

SERIAL_BELOW = 400  # living agents below which waking a second thread does not pay


class CpuEngine(NativeMemory):
    """An engine over the host's memory; see `Engine`. threads: at least 1; no result depends on it."""

    def __init__(self, bindings: Bindings, threads: int) -> None:
        self.bindings, self.threads, self.fields = bindings, threads, bindings.fields
        self.program = Program([])
        self._known: dict[Law, Call] = {}  # of the program prepared last without checks

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Compiles the program of a step; see `Engine`."""
        calls = self.calls(stages)
        loops = any(isinstance(stage, LockstepLoop) for stage in stages)
        shared = [] if loops else joined(stages, [call.args.rows for call in calls], self.bindings)
        self.program = Program(calls, shared)

    def calls(self, stages: Sequence[Stage]) -> list[Call]:
        """Returns the calls of a program, those of a lockstep loop once for each of its steps.

        All laws outside of per-agent loops are compiled as one piece of code. Raises as `Engine.prepare`.
        """
        inner = [stage.stages if isinstance(stage, LockstepLoop) else (stage,) for stage in stages]
        single = iter(self._single_calls([stage for group in inner for stage in group]))
        steps = [stage.steps if isinstance(stage, LockstepLoop) else 1 for stage in stages]
        groups = (list(islice(single, len(group))) for group in inner)
        return [call for calls, times in zip(groups, steps, strict=True) for call in calls * times]

    def _single_calls(self, stages: Sequence[Law | BrainStage | BirthStage | PerAgentLoop]) -> list[Call]:
        laws = [stage for stage in stages if isinstance(stage, Law)]
        calls = self._law_calls(laws)
        return [calls[stage] if isinstance(stage, Law) else self._brain_call(stage) for stage in stages]

    def _law_calls(self, laws: Sequence[Law]) -> dict[Law, Call]:
        """Compiles laws; of a program with checks, which runs for a few steps, only those that are not at hand."""
        checked = any(law.number >= 0 for law in laws)
        missing = [law for law in laws if law not in self._known] if checked else laws
        found = bind(missing, self.bindings.names, self.bindings.rows, self.fields.tables)
        calls = dict(zip(missing, found, strict=True))
        if checked:
            return {**self._known, **calls}
        self._known = calls
        return calls

    def _brain_call(self, stage: BrainStage | BirthStage | PerAgentLoop) -> Call:
        if isinstance(stage, PerAgentLoop):
            return loop_call(stage, self.bindings)
        arrays, rows = brain_rows(self.bindings), self.bindings.rows
        if isinstance(stage, BirthStage):
            return birth_call(stage.brain, arrays, rows.lists[stage.rows], rows.counts[stage.rows])
        return step_call(stage.brain, arrays, rows.lists["living"], rows.counts["living"])

    def run(self, steps: int) -> None:
        """Runs the program `steps` times."""
        living = self.bindings.rows.counts["living"]  # as the last step left it, which is near enough
        for _ in range(steps):
            self.program.run(self.threads if living[0] >= SERIAL_BELOW else 1)

    def written(self, *names: str) -> None:
        """Does nothing: the program reads the same arrays."""

    moved = written
