"""Parts of layers that are silent in turn: each neuron once, means unchanged, the same on CPU and GPU."""

from __future__ import annotations

import numpy as np
import pytest

from alife.brains.shared.lesions import lane_parts
from alife.errors import UserError
from tests.helpers.brain_checks import Spec, brain_of, check_cuda, check_native, random_observations
from tests.helpers.cuda_run import needs_compiler

BARE: Spec = {"name": "wht", "projection": None, "memory": None, "injection": 0}


def spec(form: str, parts: int = 3, period: int = 2, **more: object) -> Spec:
    return {**BARE, "lesions": {"parts": parts, "period": period, "form": form}, **more}


@pytest.mark.parametrize("form", ["drop_one", "keep_one"])
def test_native_code_and_cuda_text_equal_the_definition(form) -> None:
    check_native(spec(form, ensemble=2, memory={"bits": 64}), steps=9)
    check_native({**spec(form, 5), "name": "dense", "width": 16})


@needs_compiler
def test_cuda_text_equals_native_code() -> None:
    check_cuda(spec("drop_one", recurrent=2), steps=5)


@pytest.mark.parametrize(("n", "count"), [(16, 2), (32, 5), (32, 32), (64, 7)])
def test_parts_are_balanced_and_those_of_layers_differ(n, count) -> None:
    sizes = np.bincount(lane_parts(n, count, 1, 0), minlength=count)
    assert sizes.sum() == n and sizes.max() - sizes.min() <= 1 and sizes.min() >= 1
    assert not np.array_equal(lane_parts(n, count, 1, 0), lane_parts(n, count, 2, 0))
    assert not np.array_equal(lane_parts(n, count, 1, 0), lane_parts(n, count, 1, 1))


@pytest.mark.parametrize("form", ["drop_one", "keep_one"])
def test_each_neuron_has_one_period_per_cycle(form) -> None:
    """And the mean of a layer's output over a cycle is its output without lesions."""
    parts, period = 4, 3
    brain, whole = brain_of(spec(form, parts, period, layers=1)), brain_of({**BARE, "layers": 1})
    genes, observed, states = brain.init(2, 1), random_observations(2, 1)[0], brain.new_states(2)
    plain = whole.notes(genes, whole.new_states(2), observed)["layer_1"]
    noted = []
    for _ in range(2 * parts * period):
        noted.append(brain.notes(genes, states, observed)["layer_1"])
        brain.step(genes, states, observed)
    cycle = np.array(noted[: parts * period])
    silent = (cycle == 0).reshape(parts, period, 2, -1)
    assert (silent == silent[:, :1]).all()
    assert (silent[:, 0].sum(axis=0) == (1 if form == "drop_one" else parts - 1)).all()
    np.testing.assert_allclose(cycle.mean(axis=0), plain, rtol=1e-5)
    assert np.array_equal(cycle, np.array(noted[parts * period :]))


def test_more_parts_than_lanes_are_refused() -> None:
    with pytest.raises(UserError, match="brain.lesions.parts: expected at most the width 16, got 20; write parts: 4"):
        brain_of(spec("drop_one", 20, width=16))
