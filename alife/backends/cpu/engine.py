"""The engine on this machine's processors: laws and brain as native code over the fields themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from alife.backends.cpu.bind import bind
from alife.backends.cpu.brain_step import birth_call, step_call
from alife.backends.cpu.episode import loop_call
from alife.backends.cpu.threads import Call, Program
from alife.backends.episode import brain_rows
from alife.backends.program import Bindings, BirthStage, BrainStage, LockstepLoop, PerAgentLoop, Stage
from alife.laws.law import Law

SERIAL_BELOW = 400  # living agents under which waking a second thread is not worth it


class CpuEngine:
    """A life in the memory of this machine. threads: at least 1; no result depends on it."""

    def __init__(self, setting: Bindings, threads: int) -> None:
        self.bindings, self.threads, self.fields = setting, threads, setting.fields
        self.program = Program([])

    def prepare(self, parts: Sequence[Stage]) -> None:
        """Compile the parts; laws that follow each other as one piece of code."""
        self.program = Program(self.calls(parts))

    def calls(self, parts: Sequence[Stage]) -> list[Call]:
        """Each part as a call, those of steps together as often as they are taken."""
        once = [part.parts if isinstance(part, LockstepLoop) else (part,) for part in parts]
        single = iter(self._single([part for inner in once for part in inner]))
        times = [part.steps if isinstance(part, LockstepLoop) else 1 for part in parts]
        own = (list(islice(single, len(inner))) for inner in once)
        return [call for calls, often in zip(own, times, strict=True) for call in calls * often]

    def _single(self, parts: Sequence[Law | BrainStage | BirthStage | PerAgentLoop]) -> list[Call]:
        laws = iter(self._bound([part for part in parts if isinstance(part, Law)]))
        return [next(laws) if isinstance(part, Law) else self._minded(part) for part in parts]

    def _bound(self, laws: Sequence[Law]) -> list[Call]:
        return bind(laws, self.bindings.names, self.bindings.rows, self.fields.tables)

    def _minded(self, part: BrainStage | BirthStage | PerAgentLoop) -> Call:
        if isinstance(part, BirthStage):
            return self._develop(part)
        return self._think(part) if isinstance(part, BrainStage) else loop_call(part, self.bindings)

    def _develop(self, part: BirthStage) -> Call:
        rows = self.bindings.rows
        return birth_call(part.brain, brain_rows(self.bindings), rows.lists[part.rows], rows.counts[part.rows])

    def _think(self, think: BrainStage) -> Call:
        living, count = self.fields["living"], self.bindings.rows.counts["living"]
        return step_call(think.brain, brain_rows(self.bindings), living, count)

    def run(self, steps: int) -> None:
        """Run the program so often."""
        living = self.bindings.rows.counts["living"]  # as the last step had it: near enough
        for _ in range(steps):
            self.program.run(self.threads if living[0] >= SERIAL_BELOW else 1)

    def written(self, *names: str) -> None:
        """Nothing to do: the program reads the same arrays."""

    moved = written
