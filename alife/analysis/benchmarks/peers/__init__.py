"""The same tasks in other libraries: a generation of cart-pole, a step of brains alone, a grazing world.

Each contestant runs in a process of its own and waits while another of its contest is measured; compiling and warming
up are not measured. Each is measured once in every round, so that a busy host is busy for all of them. Every genome of
cart-pole balances the pole to the end of its episode, so that all count only steps that were simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

from alife.analysis.benchmarks import Progress, silent
from alife.analysis.benchmarks.peers.contestant import Contestant, Worker

ROUNDS = 5
FLOOR = 8e6  # agent-steps per second on two cores
BRAINS, GRAZERS = 49_152, 4_000  # agents
EXTRA = "write pip install '.[peers]' in a clone"

CARTPOLE = (
    Contestant("cartpole, a generation", "ours:default", least=FLOOR),
    Contestant("  without memory, each weight a gene", "ours:bare"),
    Contestant("  gymnax {gymnax}, dense, no memory", "on_gymnax:dense"),
    Contestant("  neat-python {neat-python}, five weights", "on_neat:smallest"),
)
BRAIN = (
    Contestant("default brain, width 32", "ours:brain", BRAINS),
    Contestant("  the same in JAX {jax}, by products", "on_jax:matmul", BRAINS, aim=3.0),
    Contestant("  the same in JAX {jax}, by butterflies", "on_jax:butterfly", BRAINS, aim=3.0),
    Contestant("  JAX {jax}, dense, width 32, own weights", "on_jax:dense", BRAINS, aim=100.0),
    Contestant("  the same, all at once: jit(vmap)", "on_jax:dense_at_once", BRAINS, aim=100.0),
)
WORLD = (
    Contestant("meadow, a step", "ours:meadow", GRAZERS),
    Contestant("  Mesa {mesa}, grazers without brains", "on_mesa:grazers", GRAZERS),
)
CONTESTS = (CARTPOLE, BRAIN, WORLD)


def bench_peers(
    backend: str = "cpu",
    contests: Sequence[Sequence[Contestant]] = CONTESTS,
    rounds: int = ROUNDS,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Returns rows of what, value (median agent-steps per second, all cores), unit, least, ours x and aim.

    `ours x`: the speed of the contest's first contestant as a multiple of that of the row. The row of a peer whose
    package is missing names what to install.

    Args:
        backend: unused: all run on the CPU.
        contests: contestants that are compared with the first of them.
        rounds: measurements of each.
        progress: called before a contestant starts, and before each round.
    """
    rows: list[dict[str, Any]] = []
    for at, contest in enumerate(contests):
        rows += _contest(contest, rounds, lambda what, share, at=at: progress(what, (at + share) / len(contests)))  # type: ignore[misc]
    return rows


def _contest(contestants: Sequence[Contestant], rounds: int, progress: Progress) -> list[dict[str, Any]]:
    with ExitStack() as stack:
        workers = []
        for at, one in enumerate(contestants):
            progress(f"starting {one.label.strip()}", at / len(contestants) / 2)
            workers.append(stack.enter_context(Worker(one)))
        for number in range(rounds):
            progress(f"{contestants[0].label} and peers, round {number + 1} of {rounds}", (1 + number / rounds) / 2)
            for worker in workers:
                worker.measure()
    return [_row(worker, workers[0]) for worker in workers]


def _row(worker: Worker, first: Worker) -> dict[str, Any]:
    one = worker.contestant
    if worker.missing:
        return {"what": f"{one.label}: {worker.missing}; {EXTRA}"}
    rate = median(worker.rates)
    row = {"what": one.label, "value": rate, "unit": "agent-steps/s", "least": one.least}
    ratio = None if worker is first or first.missing else median(first.rates) / rate
    return {**row, "ours x": ratio, "aim": one.aim}
