"""Attacks on members of an ensemble: outputs of their own, smallest steps, changes as predicted, random views."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import adversary
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import load
from alife.brains import Brain, make_brain

MEMBERS, ROWS, SENSES = 3, 8, 24


def ensemble(**options: object) -> tuple[Brain, np.ndarray, np.ndarray]:
    spec = {"name": "wht", "width": 32, "layers": 2, "projection": None, "memory": None, "ensemble": MEMBERS}
    brain = make_brain({**spec, **options}, SENSES, 2)
    seen = np.random.default_rng(1).uniform(-1, 1, (ROWS, SENSES)).astype(np.float32)
    return brain, brain.init(1, 6)[0], seen


@pytest.mark.parametrize("options", [{}, {"direct": True}, {"name": "dense"}], ids=["wht", "direct", "dense"])
def test_members_outputs_have_the_mean_of_the_ensemble_and_attacks_do_what_they_aim_at(
    options: dict[str, object],
) -> None:
    brain, genes, seen = ensemble(**options)
    states = brain.new_states(ROWS)
    outputs = [adversary._outputs(brain, member, genes, states, seen, None) for member in range(MEMBERS)]
    if not options.get("direct"):
        rows = np.repeat(genes[None], ROWS, axis=0)
        assert np.allclose(np.mean(outputs, axis=0), brain.step(rows, states.copy(), seen), atol=1e-5)
    result = adversary.attacked(brain, genes, states, seen, 1e-3)
    own = result.measured[np.arange(MEMBERS), np.arange(MEMBERS)]
    assert np.median(np.abs(own / 1e-3 - 1)) < 0.02
    assert np.median(np.abs(result.measured - result.predicted)) < 2e-5
    assert adversary.correlation(result) > 0.95
    lengths = np.linalg.norm(result.vectors, axis=-1)
    assert np.allclose(result.sizes * lengths, 1e-3)
    assert np.allclose(np.diag(result.carried), 1) and np.allclose(result.cosines, result.cosines.swapaxes(0, 1))


def test_members_with_random_views_are_attacked_apart_and_alike_members_together() -> None:
    brain, genes, seen = ensemble()
    result = adversary.attacked(brain, genes, brain.new_states(ROWS), seen, 0.01)
    cosines = result.cosines[result.others]
    assert np.sqrt(np.square(cosines).mean()) == pytest.approx(1 / np.sqrt(SENSES), rel=0.25)
    assert np.abs(result.carried[result.others]).mean() < 0.4

    ones = np.ones((2, 2, 1, 1))
    alike = adversary.Result(np.repeat(result.vectors[:1], 2, axis=0), result.sizes[:2], ones, ones, 1.0)
    assert np.allclose(alike.cosines, 1) and np.allclose(alike.carried, 1)


def test_a_brain_of_one_member_does_not_apply() -> None:
    with pytest.raises(NotApplicable, match="no ensemble"):
        adversary.measure(load(Path("recall")))
