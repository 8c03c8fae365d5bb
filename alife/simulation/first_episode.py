"""A short first episode with checked indices: one of a law outside its array shows before a run begins."""

from __future__ import annotations

import numpy as np

from alife.backends.checks import FIRST_STEPS, CheckedProgram, checked_program
from alife.backends.cpu.engine import CpuEngine
from alife.backends.program import Bindings
from alife.laws.law import Law
from alife.simulation.episode import EpisodeProgram
from alife.simulation.evaluator import Evaluator, ExternalEvaluator


def check_first_episode(evaluator: Evaluator) -> None:
    """Runs the first steps of a few agents of an evaluator's world, with random actions in place of brains.

    Nothing of the evaluator changes. It costs nothing where all indices are proven. A world that code of others
    computes takes one step.

    Raises:
        UserError: a law used an index outside its array, or the code of others fails.
    """
    if isinstance(evaluator, ExternalEvaluator):
        evaluator.probe()
        return
    program, bindings = evaluator.program, evaluator.sample_bindings()
    opening = checked_program([stage for stage in program.before if isinstance(stage, Law)], bindings)
    step = checked_program([stage for stage in program.single_steps[1] if isinstance(stage, Law)], bindings)
    if opening.needed or step.needed:
        _run(program, bindings, opening, step)


def _run(program: EpisodeProgram, bindings: Bindings, opening: CheckedProgram, step: CheckedProgram) -> None:
    engine, rng = CpuEngine(bindings, 1), np.random.default_rng(0)
    engine.prepare(opening.stages)
    opening.run(engine, 1)
    engine.prepare(step.stages)
    fields, living = bindings.fields, bindings.rows.counts["living"]
    for _ in range(min(FIRST_STEPS, program.steps)):
        actions = fields["actions"]
        actions[:] = rng.uniform(-1, 1, actions.shape)
        step.run(engine, 1)
        if not program.lockstep:  # an agent whose episode is over takes no further step
            rows = fields["living"][: living[0]]
            left = rows[fields["done"][rows] == 0]
            fields["living"][: len(left)], living[0] = left, len(left)
        if not living[0]:
            return
