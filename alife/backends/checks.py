"""Programs whose laws check their indices at run time, and the error of an index outside its array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alife.backends.binding import sites, typed
from alife.backends.cpu.engine import CpuEngine
from alife.backends.program import Bindings, BirthStage, BrainStage, Engine, LockstepLoop, PerAgentLoop, Stage
from alife.errors import UserError
from alife.laws.bounds import LOG, noted, outside
from alife.laws.law import Law

# modules of laws whose rows are those of the engine's own lists; those of mating read slots that a world wrote
TRUSTED = ("alife.simulation.births", "alife.simulation.episode", "alife.simulation.coevolution")
FIRST_STEPS = 16  # of a run, which are checked

Single = Law | BrainStage


@dataclass(frozen=True)
class CheckedProgram:
    """A program with indices checked wherever they are not proven.

    Attributes:
        stages: the stages, with checked laws in place of those that have unproven indices.
        laws: the laws by number.
        bindings: what both are bound to.
    """

    stages: tuple[Stage, ...]
    laws: tuple[Law, ...]
    bindings: Bindings

    @property
    def needed(self) -> bool:
        """True if there is anything to check."""
        return any(law.number >= 0 for law in self.laws)

    def run(self, engine: Engine, steps: int) -> None:
        """Runs the prepared program, one step at a time.

        Raises:
            UserError: an index was outside; what the engine holds is of no use any more.
        """
        for _ in range(steps):
            engine.run(1)
            engine.moved(LOG)
            entry = int(engine.fields[LOG].view("uint64")[0])
            if entry:
                raise UserError(self._error(entry))

    def _error(self, entry: int) -> str:
        number, place, index = noted(entry)
        law = self.laws[number].array_form
        found = sites(typed(law, self.bindings.names, self.bindings.fields.tables))
        site = found[min(place, len(found) - 1)]
        if site.count:
            return outside(site, site.count, index)
        bound = dict(zip(law.parameters, law.arguments, strict=True))[site.array]
        return outside(site, self.bindings.names[bound].shape[site.axis], index)


class CheckedSteps:
    """Steps of an engine, of which the first ones or all are checked."""

    def __init__(
        self, engine: Engine, stages: Sequence[Stage], bindings: Bindings, always: bool, first: int = FIRST_STEPS
    ) -> None:
        """Prepares the program without checks, or, if all steps are checked, with them. Raises as `Engine.prepare`."""
        self._stages, self._always = stages, always
        self._program = checked_program(stages, bindings)
        self._left = first if self._program.needed else 0
        self._checking = always  # the engine's program now is the one with checks
        engine.prepare(self._program.stages if always else stages)

    def run(self, engine: Engine, steps: int) -> None:
        """Runs steps of the engine that was prepared; without checks it may return before they are done.

        Raises:
            UserError: an index was outside; what the engine holds is of no use any more.
        """
        if self._always:
            self._program.run(engine, steps)
            return
        first = min(steps, self._left)
        if first:
            self._check(engine, True)
            self._program.run(engine, first)
            self._left -= first
        if not self._left:
            self._check(engine, False)
        if steps > first:
            engine.run(steps - first)

    def _check(self, engine: Engine, checking: bool) -> None:
        """Prepares the program with or without checks, if the engine's is the other one."""
        if checking != self._checking:
            engine.prepare(self._program.stages if checking else self._stages)
            self._checking = checking


def run_checked(engine: CpuEngine, stages: Sequence[Stage]) -> None:
    """Runs stages once, checked, such as those that found a world. Raises as `CheckedProgram.run`."""
    program = checked_program(stages, engine.bindings)
    engine.prepare(program.stages)
    program.run(engine, 1)


def checked_program(stages: Sequence[Stage], bindings: Bindings) -> CheckedProgram:
    """Returns a program with checks.

    Args:
        stages: of the program.
        bindings: what they are bound to; `bounds.LOG` among the fields.

    Raises:
        UserError: a law names what does not exist.
        LawError: a law is outside the language, or an index outside its array wherever it is reached.
    """
    laws: list[Law] = []

    def single(stage: Single) -> Single:
        if not isinstance(stage, Law):
            return stage
        known = [law.unchecked or law for law in laws]
        if stage not in known:
            laws.append(_with_checks(stage, len(laws), bindings))
            known.append(stage)
        return laws[known.index(stage)]

    def of(stage: Stage) -> Stage:
        if isinstance(stage, BirthStage):
            return stage
        if isinstance(stage, PerAgentLoop | LockstepLoop):
            return replace(stage, stages=tuple(map(single, stage.stages)))
        return single(stage)

    return CheckedProgram(tuple(map(of, stages)), tuple(laws), bindings)


def _with_checks(law: Law, number: int, bindings: Bindings) -> Law:
    if law.parallel or law.function.__module__.startswith(TRUSTED):
        return law
    return law.numbered(number) if sites(typed(law, bindings.names, bindings.fields.tables)) else law
