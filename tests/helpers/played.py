"""Lives in a solo world played by a policy instead of a brain, and its laws held to themselves as plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from alife.backends.cpu.threads import Program
from alife.brains import make_brain
from alife.laws.fields import Fields
from alife.simulation.episode_laws import opening, take_step
from alife.simulation.evaluator import Evaluator
from alife.world import World
from tests.helpers.lives import equal

BARE = {"name": "wht", "width": 16, "layers": 1, "projection": None, "memory": None, "injection": 0}
Policy = Callable[[Fields, int], np.ndarray]  # columns, step of the life -> actions [N, O]


def trial_of(world: World, count: int, backend: str = "cpu", width: int = 16) -> Evaluator:
    """With a brain that compiles quickly."""
    brain = make_brain({**BARE, "width": width}, len(world.sensors), len(world.actuators))
    return Evaluator(world, brain, count, seed=5, threads=1, backend=backend)


def play(
    of: Evaluator, policy: Policy, first: int = 0, arrange: Callable[[Fields], None] = lambda f: None
) -> Iterator[int]:
    """Live an episode each, from number `first` on; yields each step behind it. Those who are done rest.

    arrange: changes columns before the first step.
    """
    of._begin(of.brain.init(of.count, seed=1), first, apart=1)
    f, engine, world = of.fields, of.engine, of.world
    Program(engine.calls((*opening(world), *world.stage("reset")))).run()
    arrange(f)
    see, act = Program(engine.calls(world.stage("observe"))), Program(engine.calls((*world.stage("step"), take_step)))
    rows, living = f["living"].copy(), engine.bindings.rows.counts["living"]
    try:
        for now in range(world.lifetime):
            going = rows[f["done"] == 0]
            f["living"][: len(going)], living[0], f["clock"][0] = going, len(going), now
            see.run()
            f["actions"][:] = policy(f, now)
            act.run()
            yield now
    finally:
        f["living"][:], living[0] = rows, len(rows)
    Program(engine.calls(world.stage("fitness"))).run()


def live(of: Evaluator, policy: Policy, first: int = 0) -> Fields:
    """The whole episode; its columns at the end."""
    for _ in play(of, policy, first):
        pass
    return of.fields


def check_laws(of: Evaluator, policy: Policy) -> None:
    """From a lived life on, each law equals itself as plain Python, on every eighth agent."""
    live(of, policy, first=3)
    names = {name: array.copy() for name, array in of.engine.bindings.names.items()}
    for law in (law for name in ("reset", "observe", "step", "fitness") for law in of.world.stage(name)):
        given = [names[name] if names[name].ndim else names[name][()] for name in law.array_form.arguments]
        for row in range(0, of.count, 8):
            law(np.int32(row), *given)
        Program(of.engine.calls((law,))).run()
        now = of.engine.bindings.names
        columns = [name for name in law.array_form.arguments if names[name].ndim and len(names[name]) == of.count]
        assert columns and all(equal(names[name][::8], now[name][::8]) for name in columns), law.name


def check_card(world: World, count: int = 30) -> None:
    """On a card, or what stands in for it, whole lives with brains are the same."""
    ours, theirs = trial_of(world, count), trial_of(world, count, "gpu")
    genes = ours.brain.init(count, seed=2)
    assert np.array_equal(ours.fitness(genes, 2, 4), theirs.fitness(genes, 2, 4))
    assert np.array_equal(ours.fields["taken"], theirs.fields["taken"])
    assert np.array_equal(ours.measures, theirs.measures) and np.ptp(ours.measures, axis=0).max() > 0
