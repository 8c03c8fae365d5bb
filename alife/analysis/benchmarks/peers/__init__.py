"""A generation of cart-pole, 1,024 genomes with an episode of 500 steps each, and the same task in other libraries.

Each contestant runs in a process of its own and waits while another is measured. Every genome of every contestant
balances the pole to the end of its episode, so that all count only steps that were simulated; compiling and warming up
are not measured. Each is measured once in every round, so that a busy host is busy for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

from alife.analysis.benchmarks.peers.contestant import Contestant, Worker

ROUNDS = 7
FLOOR = 8e6  # agent-steps per second on two cores

CONTESTANTS = (
    Contestant("cartpole, a generation", "ours:default", FLOOR),
    Contestant("  without memory, each weight a gene", "ours:bare"),
    Contestant("  gymnax {gymnax}, dense, no memory", "on_gymnax:dense"),
    Contestant("  neat-python {neat-python}, five weights", "on_neat:smallest"),
)


def bench_peers(contestants: Sequence[Contestant] = CONTESTANTS, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Returns rows of what, value (median agent-steps per second, all cores), unit and limit.

    The row of a peer whose package is missing names what to install.
    """
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(one)) for one in contestants]
        for _ in range(rounds):
            for worker in workers:
                worker.measure()
    return [_row(worker) for worker in workers]


def _row(worker: Worker) -> dict[str, Any]:
    one = worker.contestant
    if worker.missing:
        return {"what": f"{one.label}: {worker.missing}; write pip install '.[peers]' in a clone"}
    return {"what": one.label, "value": median(worker.rates), "unit": "agent-steps/s", "limit": one.limit}
