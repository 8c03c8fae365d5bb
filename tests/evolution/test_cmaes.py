"""CMA-ES agrees with the library's own class, and restarts once it has converged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alife.backends.cpu.matrices import eigenvectors
from alife.backends.genome_arrays import HOST
from alife.brains import make_brain
from alife.errors import UserError
from alife.evolution.cmaes import Constants, State, constants
from alife.evolution.shared.gaussian import standard_normals
from tests.evolution.test_optimisers import sphere
from tests.evolution.test_strategies import G, N, evolved, founders, near, strategy

MIND = {"name": "mind", "layers": 1, "projection": 32, "products": True}


def initial(**params: object) -> tuple[object, State]:
    """Returns an unbounded strategy and its state before the first generation."""
    own = strategy("cmaes", {"bounded": False, **params})
    return own, own.init(3, founders())


def theirs(state: State, c: Constants) -> object:
    """Returns the library's strategy, started as ours, with the tutorial's constants (equation 55) and our draws."""
    cma = pytest.importorskip("cma")
    options = {"popsize": N, "verbose": -9, "CMA_diagonal_decoding": 0, "randn": lambda *_: theirs.noise}  # type: ignore[attr-defined]
    es = cma.CMAEvolutionStrategy(state.centre, 0.3, options)
    es.adapt_sigma.cs, es.adapt_sigma.damps = c.c_sigma, c.d_sigma
    es.sm.eigenmethod = lambda matrix: eigenvectors(matrix, es.sm.B)  # whose signs are free
    return es


def tilted(genomes: np.ndarray) -> np.ndarray:
    """Returns minus an ellipsoid whose axes are not those of the genes."""
    x = genomes.astype(np.float32).astype(np.float64)
    total: np.ndarray = -((x * np.arange(1, G + 1)) ** 2).sum(axis=1) - x.sum(axis=1) ** 2
    return total


def test_the_full_form_agrees_with_the_librarys_class() -> None:
    own, state = initial(form="full")
    es = theirs(state, constants(N, G, False))
    state = replace(state, covariance=es.sm.C.copy(), axes=es.sm.B.copy(), lengths=es.sm.D.copy())
    for _ in range(20):
        theirs.noise = np.asarray(standard_normals(state, N, G)).astype(np.float64)
        genomes = np.array(es.ask())
        es.tell(list(genomes), list(-tilted(genomes)))
        state = own.tell(state, tilted(own.ask(state)))
        assert np.abs(state.centre - es.mean).max() < 1e-3 and abs(state.sigma[0] / es.sigma - 1) < 2e-3
        np.testing.assert_allclose(state.covariance, es.sm.C, atol=2e-3)


def test_both_forms_agree_before_axes_are_learned() -> None:
    """In the first generation the shape is unknown, so that mean and sigma change alike in both forms."""
    ends = [own.tell(state, near(own.ask(state))) for own, state in (initial(form="full"), initial(form="separable"))]
    for name in ("centre", "sigma", "path_sigma"):
        np.testing.assert_allclose(getattr(ends[0], name), getattr(ends[1], name), rtol=1e-12)


def test_form_is_chosen_by_the_number_of_genes() -> None:
    own = strategy("cmaes", {})
    assert own.init(1, founders(genes=256)).covariance.shape == (256, 256)
    assert own.init(1, founders(genes=257)).covariance.shape == (257,)
    with pytest.raises(UserError, match="expected at most 4,096 genes for full, got 5,000; write form: separable"):
        strategy("cmaes", {"form": "full"}).init(1, founders(genes=5000))


def test_a_converged_distribution_restarts_elsewhere() -> None:
    own, state = initial(form="separable")
    state = evolved(own, state, 150)
    assert state.restarts[0] >= 1 and np.abs(own.best(state)[0] - 0.3).max() < 1e-4
    own, state = initial(form="separable", restart=False)
    state = evolved(own, state, 150)
    assert state.restarts[0] == 0 and np.isfinite(own.ask(state)).all()
    assert set(own.metrics(state)) == {"sigma", "axis_ratio", "restarts"}


@pytest.mark.parametrize("seed", [0, 9])
def test_the_distribution_does_not_leave_the_bounds(seed: int) -> None:
    """With unclipped steps, one gene of these two seeds ended beyond the bounds, where all genomes are equal."""
    own = strategy("cmaes", {})
    state = own.init(seed, founders(seed, 100, 20))
    for _ in range(200):
        state = own.tell(state, -sphere(own.ask(state)))
    assert own.best(state)[1] > -1e-11


def minded(**params: object) -> tuple[object, State, np.ndarray]:
    """Returns a strategy bound to the genes of a mind, its first state, and which genes [G] memories use."""
    own, brain = strategy("cmaes", {"alternate": True, **params}), make_brain(MIND, 3, 1)
    own.bind(HOST, brain)
    return own, own.init(2, founders(genes=brain.num_genes)), brain.memory_genes


@pytest.mark.parametrize("form", ["full", "separable"])
def test_every_second_descent_leaves_memories_out(form: str) -> None:
    own, state, memory = minded(form=form, descent=3)
    for generation in range(9):
        genomes = own.ask(state)
        assert (genomes[:, memory] == 0).all() == (own.center(state)[memory] == 0).all() == (generation // 3 % 2 == 0)
        assert (genomes[:, ~memory] != 0).all()
        state = own.tell(state, near(genomes))


def test_a_descent_without_memories_is_that_of_the_genes_that_are_left() -> None:
    """Constants, paths and shape are those of so many genes, whatever the rest is."""
    own, state, memory = minded(bounded=False)
    alone = strategy("cmaes", {"bounded": False})
    part = alone.init(2, founders(genes=int((~memory).sum())))
    part = replace(part, centre=state.centre[~memory])
    for _ in range(8):
        genomes = own.ask(state)
        np.testing.assert_allclose(genomes[:, ~memory], alone.ask(part), rtol=1e-6, atol=1e-7)
        fitness = near(genomes[:, ~memory])
        state, part = own.tell(state, fitness), alone.tell(part, fitness)


def test_where_memories_cannot_be_left_out_all_descents_are_alike() -> None:
    own, plain = strategy("cmaes", {"alternate": True}), strategy("cmaes", {})
    own.bind(HOST, make_brain({"name": "wht"}, 3, 1))
    first = founders(genes=own.memory_genes.size)
    assert (own.ask(own.init(2, first)) == plain.ask(plain.init(2, first))).all()
