"""Products and eigenvectors: those of NumPy, with the same bits under every BLAS and on every processor."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from alife.backends.cpu.matrices import eigenvectors, product
from tests.conftest import ROOT


def random(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 7, 5), (16, 8, 9), (0, 3, 2)])
def test_a_product_is_summed_in_order(shape: tuple[int, int, int]) -> None:
    a, b = random(shape[0], shape[1]), random(shape[1], shape[2], seed=2)
    wanted = np.zeros((shape[0], shape[2]))
    for k in range(shape[1]):
        wanted += a[:, k, None] * b[k]
    assert product(a, b).tobytes() == wanted.tobytes() == product(np.asfortranarray(a), b[:]).tobytes()


@pytest.mark.parametrize("genes", [1, 2, 5, 8, 33])
@pytest.mark.parametrize("spread", [0.0, 1.0, 12.0])
def test_eigenvectors_are_those_of_numpy(genes: int, spread: float) -> None:
    turn = np.linalg.qr(random(genes, genes))[0]
    matrix = (turn * 10 ** -np.linspace(0.0, spread, genes)) @ turn.T
    matrix = (matrix + matrix.T) / 2
    for near in (np.eye(genes), np.linalg.eigh(matrix + 1e-3 * np.eye(genes))[1]):
        values, axes = eigenvectors(matrix, near)
        np.testing.assert_allclose(values, np.linalg.eigvalsh(matrix), atol=1e-14)
        np.testing.assert_allclose(axes.T @ axes, np.eye(genes), atol=1e-13)
        np.testing.assert_allclose((axes * values) @ axes.T, matrix, atol=1e-13)


def test_a_matrix_that_is_not_positive_has_its_eigenvalues() -> None:
    values, axes = eigenvectors(np.array([[0.0, 2.0], [2.0, 0.0]]) + np.diag([0.5, 0.0]), np.eye(2))
    np.testing.assert_allclose(values, np.linalg.eigvalsh([[0.5, 2.0], [2.0, 0.0]]))
    assert np.abs(axes.T @ axes - np.eye(2)).max() < 1e-15


def search() -> str:
    """Returns a digest of a search of 40 generations by the full form of cmaes."""
    from tests.evolution.test_optimisers import sphere
    from tests.evolution.test_strategies import evolved, founders, strategy

    own = strategy("cmaes", {"form": "full"})
    state = evolved(own, own.init(3, founders(genes=24)), 40, lambda genomes: -sphere(genomes))
    parts = [state.covariance, state.axes, state.lengths, state.centre, state.sigma]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


@pytest.mark.parametrize("kernel", ["Prescott", "Haswell"])
def test_a_search_has_the_same_bits_under_every_blas(kernel: str) -> None:
    code = "from tests.backends.test_matrices import search; print(search())"
    place = {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **place}, capture_output=True, text=True)
    assert done.stdout.strip() == search(), done.stderr
