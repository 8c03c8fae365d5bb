"""A generation beside peers: each simulates every step that it counts; the row of a missing peer names its package."""

import pytest

from alife.analysis.benchmarks.peers import CONTESTANTS, _row, bench_peers
from alife.analysis.benchmarks.peers.contestant import STEPS, Contestant, Worker


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda one: one.entry)
def test_every_genome_balances_to_the_end(contestant):
    genomes = 256  # of so many random genomes at least one balances the pole
    with Worker(contestant, genomes, seconds=0.01) as worker:
        worker.measure()
        worker.measure()
    if worker.missing:
        pytest.skip(worker.missing)
    row = _row(worker)
    assert worker.agent_steps == genomes * STEPS
    assert len(worker.rates) == 2 and min(worker.rates) <= row["value"] <= max(worker.rates)
    assert row["what"] == contestant.label and "{" not in contestant.label


def test_the_row_of_a_missing_peer_names_what_to_install():
    (row,) = bench_peers([Contestant("none {no-such-package}", "nobody:home")], rounds=1)
    assert row["what"].startswith("none: No module named") and row["what"].endswith("pip install '.[peers]' in a clone")
