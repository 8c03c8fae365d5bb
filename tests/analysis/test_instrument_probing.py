"""Probing images: regions in which the brain is linear, lengths of known curves, wide random networks by mean field."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import probing
from alife.analysis.instruments.shared import mean_field
from alife.analysis.instruments.shared.life import Life, recorded
from alife.analysis.instruments.shared.tangents import input_seeds, tangents
from alife.analysis.report.subject import Subject, load
from alife.brains import make_brain

SIDE = 40


@pytest.fixture(scope="module")
def recall() -> Subject:
    return load(Path("recall"))


def test_boundaries_have_the_length_of_known_curves() -> None:
    places = np.linspace(-1, 1, 400)
    x, y = np.meshgrid(places, places)
    assert probing.boundary_length((x * x + y * y < 0.49).astype(np.uint64)) == pytest.approx(0.7 * np.pi, rel=0.02)
    assert probing.boundary_length(np.ones((9, 9), np.uint64)) == 0


def test_a_brain_is_linear_where_its_switches_stand_alike(recall: Subject) -> None:
    brain, genes, life = recall.brain, recall.genome.params, recorded(recall, 8)
    lanes, draw = brain.network.num_inputs, np.random.default_rng(4)
    first, second = 2.0 * draw.normal(size=(2, lanes))
    u, v = (each.ravel() for each in np.meshgrid(*[np.linspace(-1, 1, SIDE)] * 2))
    center = brain.record(genes, life.states[4], life.observations[4])["input"][:lanes]
    inputs = center + np.outer(u, first) + np.outer(v, second)

    def place(name: str, values: np.ndarray) -> None:
        if name == "input":
            values[:, :lanes] = inputs

    states, seen = (np.repeat(each[4][None], SIDE**2, axis=0) for each in (life.states, life.observations))
    probe = probing.switches(brain, genes, states, seen, place)
    last = f"layer_{brain.network.params.layers}"
    patterns = probe.patterns[last].reshape(SIDE, SIDE)
    values = probe.notes["output"].reshape(SIDE, SIDE, -1).astype(np.float64)
    bent = np.abs(values[:, 2:] - 2 * values[:, 1:-1] + values[:, :-2]).max(axis=2)
    alike = (patterns[:, 2:] == patterns[:, 1:-1]) & (patterns[:, :-2] == patterns[:, 1:-1])
    assert alike.any() and not alike.all()
    assert bent[alike].max() < 1e-5 < 1e-3 < bent[~alike].max()
    found = tangents(brain, genes, states, seen, input_seeds(brain.network), lanes, edit=place).slopes["output"]
    for pattern in np.unique(patterns)[:20]:
        assert np.ptp(found[patterns.ravel() == pattern], axis=0).max() < 1e-12


def test_deeper_patterns_refine_shallower_ones(recall: Subject) -> None:
    result = probing.measure(recall, probing.Params(size=SIDE))
    assert result.patterns is not None and (np.diff(result.regions) >= 0).all() and result.regions[-1] > 1
    pairs = np.unique(result.patterns.reshape(len(result.patterns), -1)[-2:].T, axis=0)
    assert len(pairs) == result.regions[-1]
    assert np.allclose(result.growth[:, 0], 1) and np.allclose(result.cosines[0], result.start, atol=1e-6)


@pytest.mark.parametrize(
    "options", [{}, {"injection": 1}, {"injection": 2, "signs": "layer"}], ids=["plain", "injected", "flipped"]
)
def test_wide_random_networks_follow_the_mean_field(options: dict[str, object]) -> None:
    spec = {"name": "wht", "width": 256, "layers": 6, "injection": 0, "projection": None, "memory": None, **options}
    brain = make_brain(spec, 200, 2)
    genes = brain.init(1, 2)[0]
    observations = np.random.default_rng(3).uniform(-1, 1, (4, 200)).astype(np.float32)
    life = Life(observations, brain.new_states(4), np.zeros((4, 2)), np.zeros(4, np.int64), np.zeros(0))
    measured = probing._cosines(brain, brain.network, genes, life, 0)
    notes = brain.record(genes, life.states[0], observations[0])
    expected = mean_field.predicted(brain.network, notes, np.array(probing.START))
    assert np.abs(measured - expected).max() < 0.06
    growths = [probing._growth(brain, brain.network, each, life, 2)[0] for each in brain.init(4, 5)]
    assert np.concatenate(growths).mean(axis=0) == pytest.approx(np.ones(7), abs=0.15)  # 3 standard errors


def test_slopes_of_uniform_switches_map_cosines_as_rectifiers_do() -> None:
    c = np.linspace(-1, 1, 9)
    relu = (np.sqrt(1 - c * c) + c * (np.pi - np.arccos(c))) / np.pi  # Cho and Saul, equation 6, of degree 1
    assert np.allclose(mean_field.correlation_map(c, 1 / 6, 1 / 6), relu)
    assert mean_field.correlation_map(np.zeros(1), 1.0, 1.0)[0] == pytest.approx(1 / np.pi)
