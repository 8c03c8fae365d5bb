"""Trained networks in brains: equal where a brain can hold them, near where it samples, refused where it cannot."""

from __future__ import annotations

import re

import numpy as np
import pytest

import alife
from alife.brains.laid.encoders import encode
from alife.brains.laid.matrices import BareNet
from alife.errors import UserError
from tests.conftest import ROOT

Net = list[tuple[np.ndarray, np.ndarray]]


def net_of(*sizes: int, seed: int = 0) -> Net:
    """A random network with biases."""
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(size=(o, i)) / np.sqrt(i), 0.3 * rng.normal(size=o)) for i, o in zip(sizes, sizes[1:], strict=False)
    ]


def outputs(net: Net, x: np.ndarray) -> np.ndarray:
    for w, b in net[:-1]:
        x = np.maximum(x @ w.T + b, 0)
    return x @ net[-1][0].T + net[-1][1]


def answered(genome: alife.Genome, x: np.ndarray, count: int) -> np.ndarray:
    brain = alife.make_brain(genome.brain, x.shape[1], count)
    return brain.step(genome.params, brain.new_states(len(x)), x.astype(np.float32))


def agreement(spec: object, net: Net, examples: bool = False) -> float:
    """The mean cosine of the brain's outputs with those of the network."""
    x = np.random.default_rng(9).random((60, net[0][0].shape[1]))
    found, wanted = (
        answered(alife.trained_genome(net, spec, x if examples else None), x, len(net[-1][1])),
        outputs(net, x),
    )
    cosines = (found * wanted).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(wanted, axis=1)
    return float(cosines.mean())


@pytest.mark.parametrize("sizes", [(6, 9, 4), (5, 8, 8, 3), (12, 3)])
def test_a_dense_brain_is_the_network(sizes: tuple[int, ...]) -> None:
    net, x = net_of(*sizes), np.random.default_rng(1).random((40, sizes[0]))
    found, wanted = answered(alife.trained_genome(net, "dense"), x, sizes[-1]), outputs(net, x)
    factor = (found * wanted).sum(axis=1, keepdims=True) / np.square(wanted).sum(axis=1, keepdims=True)
    assert (factor > 0).all()
    np.testing.assert_allclose(found, factor * wanted, atol=2e-5 * np.abs(found).max())


def test_samples_paths_devices_and_phases_come_near() -> None:
    net = net_of(6, 9, 4)
    few, many = (agreement({"name": "sampled", "samples": samples}, net) for samples in (4, 2048))
    assert many > 0.9999 and few < many
    few, many = (agreement({"name": "pruned", "paths": paths}, net) for paths in (4, 4096))
    assert many > 0.9995 and few < many
    noisy, exact = (agreement({"name": "crossbar", "noise": noise}, net) for noise in (0.5, 0.0))
    assert exact > 0.9999 and noisy < exact
    assert agreement("sine", net, examples=True) > 0.98


def test_as_many_transforms_as_lanes_are_any_matrix() -> None:
    net = net_of(6, 9, 4)
    few, all_of_them = (agreement({"name": "double", "transforms": k}, net, examples=True) for k in (2, 16))
    assert all_of_them > 0.9999 and few < all_of_them


def test_block_circulant_matrices_are_held_as_they_are() -> None:
    rng, places = np.random.default_rng(3), np.arange(8)
    turned = (places[:, None] - places) % 8
    matrices = [np.block([[rng.normal(size=8)[turned] for _ in range(2)] for _ in range(2)]) for _ in range(2)]
    matrices = [each / np.abs(each).max() for each in matrices]
    spec = {
        "name": "circulant",
        "width": 16,
        "block": 8,
        "layers": 1,
        "memory": None,
        "projection": None,
        "injection": 0,
    }
    brain, x = alife.make_brain(spec, 15, 16), rng.normal(size=(30, 15)).astype(np.float32)
    net = BareNet(matrices, 15, 16)
    genes = encode(brain.network, net, np.zeros((1, 16)))
    found = brain.step(genes, brain.new_states(30), x)
    wanted = np.maximum(np.c_[x, np.ones(30)] @ matrices[0].T, 0) @ matrices[1].T
    factor = (found * wanted).sum(axis=1, keepdims=True) / np.square(wanted).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, factor * wanted, atol=1e-5 * np.abs(found).max())
    powers = alife.make_brain({**spec, "powers": 12}, 15, 16)
    rounded = powers.step(encode(powers.network, net, np.zeros((1, 16))), powers.new_states(30), x)
    assert 0.9 < np.corrcoef(rounded.ravel(), found.ravel())[0, 1] < 0.9999


@pytest.mark.filterwarnings("ignore")
def test_a_net_of_scikit_learn_keeps_its_labels() -> None:
    sklearn = pytest.importorskip("sklearn.neural_network")
    x = np.random.default_rng(0).random((200, 10))
    labels = (x[:, :5].sum(axis=1) > x[:, 5:].sum(axis=1)).astype(int) + (x[:, 0] > 0.7)
    net = sklearn.MLPClassifier((20,), max_iter=30, random_state=1, solver="lbfgs").fit(x, labels)
    genome = alife.trained_genome(net, {"name": "sampled", "samples": 2048})
    assert (answered(genome, x, 3).argmax(axis=1) == net.predict(x)).mean() > 0.99
    wide = sklearn.MLPClassifier((20,), max_iter=5, random_state=1, solver="lbfgs").fit(np.tile(x, 30), labels)
    with pytest.raises(UserError, match="at most 255 inputs, got one of 300; write first=1"):
        alife.trained_genome(wide)
    hidden = np.maximum(np.tile(x, 30) @ wide.coefs_[0] + wide.intercepts_[0], 0)
    found = answered(alife.trained_genome(wide, first=1), hidden, 3)
    assert (found.argmax(axis=1) == wide.predict(np.tile(x, 30))).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda net: alife.trained_genome(net, "wht"), "brain: expected one of dense, crossbar"),
        (lambda net: alife.trained_genome(net, {"name": "dense", "unit": "tanh"}), "brain.unit: expected relu"),
        (lambda net: alife.trained_genome(net, "sine"), r"examples: expected \[E, 6\]"),
        (lambda net: alife.trained_genome(net, "dense", np.zeros((3, 5))), r"examples: expected \[E, 6\]"),
        (lambda net: alife.trained_genome(net, examples=np.full((1, 6), np.nan)), "examples: expected finite inputs"),
        (lambda net: alife.trained_genome(net, first=2), r"first: expected an integer from 0 to 1"),
        (lambda net: alife.trained_genome(7), "net: expected a trained MLPClassifier"),
        (lambda net: alife.trained_genome([]), "net: expected layers"),
        (lambda net: alife.trained_genome([("a", "b")]), "net: layer 1: expected an array of numbers, got str"),
        (lambda net: alife.trained_genome(net, 5), "brain: expected a name or a dict, got 5"),
        (
            lambda net: alife.trained_genome(net_of(6, 30, 4), {"name": "dense", "width": 16}),
            "width: expected at least 32",
        ),
        (lambda net: alife.trained_genome([net[0], net[0]]), "net: expected weights .* of layer 2"),
    ],
)
def test_what_cannot_be_laid_is_refused(call, said) -> None:
    with pytest.raises(UserError, match=said):
        call(net_of(6, 9, 4))


@pytest.mark.filterwarnings("ignore")
def test_the_examples_of_the_page_run() -> None:
    pytest.importorskip("sklearn")
    first, second = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "trained.md").read_text(), re.S)
    names: dict[str, object] = {}
    exec(first + second.replace("max_iter=500", "max_iter=3"), names)
    assert isinstance(names["accuracy"], float) and (np.sum(names["masks"], axis=0) == 3).all()
