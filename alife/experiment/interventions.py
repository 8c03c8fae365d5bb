"""The interventions of a run: those that have taken effect, and those of its record that are still to be replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alife.errors import UserError
from alife.experiment.founders import single_founder
from alife.experiment.records.genome import Genome, load_genome
from alife.experiment.records.interventions_jsonl import write_intervention
from alife.simulation.interface import Process
from alife.simulation.interventions import Change, Intervention, Set, parse_change, place_values
from alife.simulation.steering import Steering

SHOWN = 8  # steps that a line names


class Interventions:
    """The interventions of one run, in order.

    Attributes:
        done: those that have taken effect.
        ahead: recorded ones that take effect when the run reaches their step.
    """

    def __init__(self, recorded: Sequence[Intervention] = (), applied: int = 0) -> None:
        """Takes a record, of which the first `applied` are in the state that the run continues."""
        self.done, self.ahead = list(recorded[:applied]), list(recorded[applied:])

    def restore(self, simulation: Process) -> None:
        """Sets the numbers of the world again that were set before the state that the run continues.

        Raises:
            UserError: there are interventions, and none can be carried out here.
        """
        if self.done or self.ahead:
            steering = steering_of(simulation)
            for one in self.done:
                if isinstance(one.change, Set):
                    steering.prepare(one.change)()

    def until(self, simulation: Process, end: int) -> int:
        """Returns the step of the next one ahead, at most `end`."""
        return min([end, *(one.step for one in self.ahead[:1] if one.step > simulation.steps)])

    def replay(self, simulation: Process) -> int:
        """Carries out those ahead whose step is reached; returns their number. Raises UserError for a wrong record."""
        count = 0
        while self.ahead and self.ahead[0].step <= simulation.steps:
            one = self.ahead[0]
            try:
                if one.step < simulation.steps:
                    raise UserError(f"expected a step from {simulation.steps} on, got {one.step}")
                steering_of(simulation).prepare(one.change)()
            except UserError as error:
                place = f"interventions.jsonl:{len(self.done) + 1}"
                raise UserError(f"{place}: {error}; put the file back as it was") from None
            self.done.append(self.ahead.pop(0))
            count += 1
        return count

    def carry_out(self, simulation: Process, kind: str, values: Mapping[str, Any], record: Path | None) -> Intervention:
        """Checks an intervention, writes it to its record, and carries it out.

        A run without a record forgets those ahead.

        Raises:
            UserError: it does not fit; nothing is changed or written.
            WriteError: the disk refuses; nothing is changed.
        """
        if record is not None and self.ahead:
            raise UserError(
                f"intervene: expected a run that has replayed its record, got {len(self.ahead)} interventions ahead, "
                f"the next at step {self.ahead[0].step:,}; step there first"
            )
        steering = steering_of(simulation)
        one = Intervention(simulation.steps, _change(simulation, kind, values))
        act = steering.prepare(one.change)
        if record is not None:
            write_intervention(record, one)
        act()
        self.done.append(one)
        self.ahead.clear()
        return one


def steering_of(simulation: Process) -> Steering:
    """Returns what carries out interventions. Raises UserError where nothing does."""
    if simulation.steering is None:
        got = "generations" if simulation.unit == "generation" else "the GPU"
        raise UserError(f"interventions: expected a shared world on the CPU, got {got}; write backend: cpu")
    return simulation.steering


def touched(interventions: Sequence[Intervention]) -> str:
    """Returns "touched at steps 100, 250"; "" for none."""
    steps = list(dict.fromkeys(one.step for one in interventions))
    listed = ", ".join(f"{step:,}" for step in steps[:SHOWN])
    more = f" and {len(steps) - SHOWN:,} more" if len(steps) > SHOWN else ""
    return f"touched at step{'s' * (len(steps) > 1)} {listed}{more}" if steps else ""


def _change(simulation: Process, kind: str, values: Mapping[str, Any]) -> Change:
    """Returns a typed change; the genome of a `place` becomes its genes and traits. Raises UserError."""
    if kind != "place" or "genome" not in values:
        return parse_change(kind, values)
    source = values["genome"]
    genome = source if isinstance(source, Genome) else load_genome(source)
    name = "genome" if isinstance(source, Genome) else str(source)
    found = single_founder(genome, name, simulation.brain, simulation.world)
    traits = {trait: float(array[0]) for trait, array in found.items() if trait != "genome"}
    rest = {key: value for key, value in values.items() if key != "genome"}
    return parse_change(kind, {**place_values(found["genome"][0], traits), **rest})
