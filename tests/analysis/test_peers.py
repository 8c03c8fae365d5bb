"""A generation beside its peers: each lives every step that it counts, and what is missing is said in its row."""

import pytest

from alife.analysis.benchmarks.peers import CONTESTANTS, _row, bench_peers
from alife.analysis.benchmarks.peers.contestant import STEPS, Contestant, Worker


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda one: one.entry)
def test_every_genome_lives_to_the_end(contestant):
    genomes = 256  # among so many drawn at random some brain of ours surely holds the pole up
    with Worker(contestant, genomes, seconds=0.01) as worker:
        worker.measure()
        worker.measure()
    if worker.missing:
        pytest.skip(worker.missing)
    row = _row(worker)
    assert worker.lived == genomes * STEPS
    assert len(worker.rates) == 2 and min(worker.rates) <= row["value"] <= max(worker.rates)
    assert row["what"] == contestant.label and "{" not in contestant.label


def test_a_missing_peer_says_what_to_install():
    (row,) = bench_peers([Contestant("none {no-such-package}", "nobody:home")], rounds=1)
    assert row["what"].startswith("none: No module named") and row["what"].endswith("pip install 'walsh-life[peers]'")
