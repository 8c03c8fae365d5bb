"""Undoes a generation that fails or is abandoned, so that the run can be saved as it was before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alife.simulation.evaluator import Evaluator
from alife.simulation.evolving_population import EvolvingPopulation


@contextmanager
def whole_or_not(
    owner: object, names: Sequence[str], populations: Sequence[EvolvingPopulation], evaluator: Evaluator
) -> Iterator[None]:
    """Undoes what is done to a run's populations, counts and attributes if it is not brought to its end.

    Args:
        owner: of the attributes.
        names: of attributes, whose values are replaced and never changed in place.
        populations: all populations of the run.
        evaluator: which counts agent-steps.
    """
    before = [population.snapshot() for population in populations]
    values = {name: getattr(owner, name) for name in names}
    agent_steps = int(evaluator.fields["agent_steps"][0])
    try:
        yield
    except BaseException:
        for population, snapshot in zip(populations, before, strict=True):
            population.revert(snapshot)
        vars(owner).update(values)
        evaluator.set_agent_steps(agent_steps)
        raise
