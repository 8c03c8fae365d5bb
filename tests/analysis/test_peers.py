"""Peers: each takes every step that it counts; the row of a missing one names its package; JAX computes our brain."""

import numpy as np
import pytest

from alife.analysis.benchmarks.peers import BRAIN, CARTPOLE, WORLD, _row, bench_peers
from alife.analysis.benchmarks.peers.contestant import STEPS, Contestant, Worker
from alife.brains import make_brain


@pytest.mark.parametrize("contestant", CARTPOLE, ids=lambda one: one.entry)
def test_every_genome_balances_to_the_end(contestant):
    genomes = 16 if "neat" in contestant.entry else 256  # of so many random genomes at least one balances the pole
    with Worker(contestant, genomes, seconds=0.01) as worker:
        worker.measure()
        worker.measure()
    if worker.missing:
        pytest.skip(worker.missing)
    row = _row(worker, worker)
    assert worker.agent_steps == genomes * STEPS
    assert len(worker.rates) == 2 and min(worker.rates) <= row["value"] <= max(worker.rates)
    assert row["what"] == contestant.label and "{" not in contestant.label


@pytest.mark.parametrize("contestant", [*BRAIN[:2], BRAIN[4], WORLD[1]], ids=lambda one: one.entry)
def test_every_agent_takes_its_step(contestant):
    agents = 64
    with Worker(contestant, agents, seconds=0.0) as worker:
        worker.measure()
    if worker.missing:
        pytest.skip(worker.missing)
    assert worker.agent_steps >= agents and len(worker.rates) == 1


def test_the_row_of_a_missing_peer_names_what_to_install():
    ours = Contestant("ours", "nobody:home")
    first, second = bench_peers(contests=[[ours, Contestant("none {no-such-package}", "nobody:home")]], rounds=1)
    assert second["what"].startswith("none: No module named")
    assert second["what"].endswith("pip install '.[peers]' in a clone") and len(second["what"].splitlines()) == 1


@pytest.mark.parametrize(("width", "form"), [(32, "matmul"), (64, "butterfly")])
def test_the_brain_in_jax_is_ours(width, form):
    jax = pytest.importorskip("jax")
    from alife.analysis.benchmarks.peers.jax_brain import JaxBrain

    brain = make_brain({"name": "wht", "width": width}, 12, 4, "cpu", 1)
    genes, states = brain.init(100, seed=1), brain.new_states(100)
    theirs = np.array(states)
    step = jax.jit(jax.vmap(JaxBrain(width, 12, 4, form).step))
    draw, wrote = np.random.default_rng(1), False
    for _ in range(4):
        observations = draw.normal(size=(100, 12)).astype(np.float32)
        actions = brain.step(genes, states, observations, engine="reference")
        found, theirs = step(genes, theirs, observations)
        np.testing.assert_allclose(found, actions, atol=2e-5)
        np.testing.assert_allclose(theirs, states, atol=1e-6)
        wrote = wrote or bool(np.abs(states).max() > 1e-3)
    assert wrote
