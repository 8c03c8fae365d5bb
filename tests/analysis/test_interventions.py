"""Instruments that intervene in a brain, each against a case whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import compressibility, lesions, memory, robustness
from alife.analysis.instruments.shared.ablations import variants
from alife.analysis.instruments.shared.devices import on_crossbar, quantized
from alife.analysis.instruments.shared.life import Life
from alife.analysis.instruments.shared.matrix_form import MatrixForm
from alife.analysis.instruments.shared.memory_life import memory_lives
from alife.analysis.instruments.shared.paired import paired
from alife.analysis.instruments.shared.sparse_rows import pruned, sampled
from alife.analysis.instruments.shared.trials import held_out_fitness
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject, load
from alife.analysis.statistics import bootstrap_mean
from alife.brains import Brain, make_brain
from alife.brains.memory.recall_law import relative_errors
from alife.experiment.records.genome import Genome

WIDTH = 16


@pytest.fixture(scope="module")
def mushrooms() -> Subject:
    return load(Path("mushrooms"))


def made(subject: Subject, spec: dict, genes: dict[str, np.ndarray]) -> Subject:
    """Returns the subject with another brain, whose slots hold these genes and zeros."""
    brain = make_brain(spec, subject.brain.num_observations, subject.brain.num_actions)
    params = np.zeros(brain.num_genes, np.float32)
    for name, values in genes.items():
        slot = brain.slots[name]
        params[slot.start : slot.start + values.size] = values.ravel()
    return replace(subject, brain=brain, genome=Genome(params, brain.spec(), subject.genome.meta))


def one_unit(size: float) -> np.ndarray:
    """Weights [2 n + 1, n] of a hidden layer and an output: unit 3 alone is not 0, and feeds action 0."""
    weights = np.zeros((2 * WIDTH + 1, WIDTH), np.float32)
    weights[WIDTH, 3] = size  # its bias
    weights[WIDTH + 1 + 3, 0] = 1.0  # from unit 3 to output 0
    return weights


DENSE = {"name": "dense", "width": WIDTH, "memory": None}


def test_paired_intervals_are_those_of_one_row_at_a_time() -> None:
    rows = np.random.default_rng(1).normal(size=(3, 9))
    found = paired(rows, rows[0])
    assert np.array_equal(found.clear, [False, *((found.low[1:] > 0) | (found.high[1:] < 0))])
    for row in (1, 2):
        mean = bootstrap_mean(rows[row] - rows[0])
        assert np.allclose(mean, (found.mean[row], found.low[row], found.high[row]), atol=1e-12)
    assert paired(np.where(rows > 1, np.nan, rows), rows[0]).episodes == int((rows <= 1).all(axis=0).sum())
    with pytest.raises(NotApplicable, match="finite"):
        paired(np.full((1, 2), np.nan), np.zeros(2))


def test_a_lesion_of_the_only_unit_is_the_genome_without_it_and_no_other_unit_is_missed(mushrooms: Subject) -> None:
    whole, without = (made(mushrooms, DENSE, {"weights": one_unit(size)}) for size in (1.0, 0.0))
    found = lesions.measure(whole, lesions.Params(parts=4, episodes=8))
    expected = (held_out_fitness(without, 8)[0].astype(np.float64) - held_out_fitness(whole, 8)[0]).mean()
    assert found.layers == ("layer_1",) and expected != 0
    assert found.units.mean[0, 3] == expected == found.parts.mean[0, found.part_of[0, 3]]
    assert np.count_nonzero(found.units.mean) == np.count_nonzero(found.parts.mean) == 1
    assert not found.units.clear[0, np.arange(WIDTH) != 3].any()


def test_as_many_parts_as_units_are_the_units_one_by_one(mushrooms: Subject) -> None:
    spec = {"name": "wht", "width": WIDTH, "layers": 1, "ensemble": 2, "projection": None, "memory": None}
    genes = np.random.default_rng(2).uniform(-1, 1, (2, 2, WIDTH)).astype(np.float32)
    subject = made(mushrooms, spec, {"weights": genes})
    found = lesions.measure(subject, lesions.Params(parts=WIDTH, episodes=4))
    alone = np.take_along_axis(found.parts.mean, found.part_of, axis=1)
    assert found.layers == ("layer_1", "member_2_layer_1")
    assert np.array_equal(alone, found.units.mean) and np.all(np.any(alone, axis=1))
    with pytest.raises(NotApplicable, match="arenas"):
        lesions.measure(load(Path("pursuit-prey")))


@pytest.mark.parametrize("rule", ["delta", "hebb"])
def test_the_law_of_recall_is_the_mean_over_drawn_keys(rule: str) -> None:
    rng, bits, stores, repeats = np.random.default_rng(3), 16, 12, 4000
    keys = rng.choice([-1.0, 1.0], (stores, repeats, bits))
    values, weights = rng.choice([-1.0, 1.0], (stores, repeats)), np.zeros((repeats, bits))
    for key, value in zip(keys, values, strict=True):
        told = value - (weights * key).sum(axis=1) if rule == "delta" else value
        weights += told[:, None] * key / bits
    squares = ((weights * keys).sum(axis=2) - values)[::-1] ** 2  # the youngest first
    law, noise = relative_errors(bits, stores, rule), squares.std(axis=1) / np.sqrt(repeats)
    assert np.all(np.abs(squares.mean(axis=1) - law**2) < 4 * noise + 1e-12)
    if rule == "delta":
        assert law[0] == pytest.approx(0) and np.allclose(relative_errors(1, 3)[1:], np.sqrt(2))


@pytest.mark.parametrize("spec", [{"keys": "walk"}, {"form": "scalar", "values": 2, "blocks": 1}, {"keys": "lanes"}])
def test_what_a_memory_recalls_at_the_end_of_a_life_is_compared_with_what_it_stored(spec: dict) -> None:
    brain = make_brain({"name": "wht", "width": 32, "layers": 1, "memory": {"bits": 32, **spec}}, 3, 1)
    rng, steps = np.random.default_rng(4), 12
    genome = brain.init(1, 5)[0]
    states, state = np.zeros((steps, brain.num_states), np.float32), brain.new_states(1)
    seen = rng.uniform(-1, 1, (steps, 3)).astype(np.float32)
    for step in range(steps):
        states[step] = state[0]
        brain.step(genome, state, seen[step])
    life = Life(seen, states, np.zeros((steps, 1), np.float32), np.zeros(steps, np.int64), np.zeros(0, np.float32))
    (found,) = memory_lives(brain, genome, life)
    last = int(np.flatnonzero(found.writes).max())
    assert found.writes.any() and found.distinct[-1] <= found.writes.sum()
    newest = found.stored.age == 0
    assert np.abs(found.stored.error[newest]).max() < 1e-5  # one store makes recall exact
    assert np.isin(found.values[last].astype(np.float32), found.stored.value[newest].astype(np.float32)).all()
    if spec.get("keys") == "walk":
        assert np.abs(found.stored.error).max() < 1e-5 and not found.stored.predicted.any()
        assert not np.any(found.stored.overlaps)


def test_no_memory_is_the_ablation_of_the_brain_and_memories_of_others_are_those(mushrooms: Subject) -> None:
    found = memory.measure(mushrooms, memory.Params(points=3, lives=1, episodes=4))
    spec = mushrooms.brain.spec()
    reset = make_brain({**spec, "memory": {**spec["memory"], "ablation": "reset"}}, 6, 1)
    assert np.array_equal(found.fitness[1], held_out_fitness(mushrooms, 4, brain=reset)[0])
    assert found.differences.mean[0] < -0.2 and found.names[1:] == ("no memory", "memories of others")
    states = np.tile(np.arange(6.0, dtype=np.float32)[:, None], (1, mushrooms.brain.num_states))
    variants(mushrooms.brain)[1](states, np.array([0, 2, 2, 2, 1, 1]))
    at = mushrooms.brain.slots["memory"].start
    assert states[:, at].tolist() == [0, 2, 3, 1, 0, 0]


def test_sampled_rows_are_counts_near_their_shares_and_keep_the_sum_of_sizes() -> None:
    rng, order = np.random.default_rng(6), np.arange(16)
    golden = np.zeros((16, 3))
    golden[0] = 0.5, -0.3, 0.2
    found = sampled(golden, 4, np.full(16, 0.25), np.arange(3))
    assert np.allclose(found[0], [0.5, -0.25, 0.25]) and not found[1:].any()
    rows = rng.normal(size=(16, 16)) * (rng.random((16, 16)) < 0.7)
    sizes = np.abs(rows).sum(axis=1, keepdims=True)
    for samples in (1, 5, 64):
        found = sampled(rows, samples, rng.random(16), rng.permutation(16))
        assert np.abs(found - rows).max() < sizes.max() / samples and np.all(np.abs(found - rows) < sizes / samples)
        assert np.allclose(np.abs(found).sum(axis=1), sizes[:, 0]) and not found[rows == 0].any()
        assert not np.any(found * rows < 0)
    alternating = np.ones((16, 16))  # inputs of alternating signs: without a permutation all samples may hit one side
    assert abs((sampled(alternating, 8, np.full(16, 0.3), order) * (-1.0) ** order).sum(axis=1)).max() == 16
    assert np.count_nonzero(pruned(rows, np.full(16, 3), np.abs(rows)), axis=1).tolist() == [3] * 16
    assert np.all(np.abs(pruned(rows, np.full(16, 1), np.abs(rows))).max(axis=1) == np.abs(rows).max(axis=1))


def in_steps(brain: Brain, genome: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns observations and states of a life of random observations, and its actions: [T, I], [T, S], [T, O]."""
    seen = np.random.default_rng(7).uniform(-1, 1, (count, brain.num_observations)).astype(np.float32)
    states, state, actions = np.zeros((count, brain.num_states), np.float32), brain.new_states(1), []
    for step in range(count):
        states[step] = state[0]
        actions.append(brain.step(genome, state, seen[step], engine="reference")[0])
    return seen, states, np.array(actions)


def acted(form: MatrixForm, genome: np.ndarray, life: tuple[np.ndarray, ...], variant: list) -> np.ndarray:
    """Returns the actions [T, O] of a variant along a life."""
    edit, which = form.edit([variant]), np.ones(len(life[0]), int)
    genomes = np.repeat(genome[None], len(which), axis=0)
    return form.brain.step_edited(genomes, life[1].copy(), life[0], lambda name, lanes: edit(name, lanes, which))


FORMS = [
    {"name": "wht", "ensemble": 2},
    {"name": "mind", "injection": 1},
    {"name": "dense", "layers": 2, "injection": 1},
    {"name": "dense", "unit": "tanh"},
    {"name": "paths", "layers": 2},
]


@pytest.mark.parametrize("spec", FORMS, ids=lambda spec: f"{spec['name']}-{len(spec)}")
def test_a_network_is_its_matrix_form(spec: dict) -> None:
    brain = make_brain({"width": 32, **spec}, 4, 2)
    genome = brain.init(1, 8)[0]
    *life, actions = in_steps(brain, genome, 9)
    form = MatrixForm(brain, genome, *life)
    own = [(layer.weights, layer.bias) for layer in form.layers]
    assert np.allclose(acted(form, genome, life, own), actions, atol=1e-5)
    assert len(form.layers) == spec.get("ensemble", 1) * (brain.params.layers + 1)
    mute = [*own[:-1], (0 * own[-1][0], 0 * own[-1][1])]
    assert np.abs(acted(form, genome, life, mute) - actions).max() > 1e-3


def test_other_weights_in_the_matrix_form_are_other_genes() -> None:
    brain = make_brain({"name": "dense", "width": WIDTH, "layers": 2, "memory": None}, 4, 2)
    genome = brain.init(1, 9)[0]
    *life, _ = in_steps(brain, genome, 9)
    form = MatrixForm(brain, genome, *life)
    other = genome.copy().reshape(-1, WIDTH)  # a hidden layer: n rows, biases; two of them; then the output
    other[WIDTH + 1 :][:WIDTH, ::2] = 0  # every second unit of the second layer sees its bias alone
    variant = [(layer.weights.copy(), layer.bias) for layer in form.layers]
    variant[1][0][::2] = 0
    expected = in_steps(brain, other.ravel(), 9)[2]
    assert np.allclose(acted(form, genome, life, variant), expected, atol=1e-5)
    with pytest.raises(NotApplicable, match="sine are not each a fixed matrix"):
        sine = make_brain({"name": "sine", "width": WIDTH, "memory": None}, 4, 2)
        MatrixForm(sine, sine.init(1, 1)[0], *life)


def test_one_sample_is_enough_where_each_neuron_has_one_weight(mushrooms: Subject) -> None:
    subject = made(mushrooms, DENSE, {"weights": one_unit(1.0)})
    found = compressibility.measure(subject, compressibility.Params(most=4, draws=1, episodes=2))
    assert np.all(found.same == 1) and np.all(found.nonzero == 1) and found.sufficient(found.same[0] == 1) == 1
    assert np.all(found.fitness == found.whole)
    noisy = replace(subject, genome=replace(subject.genome, params=subject.brain.init(1, 4)[0]))
    found = compressibility.measure(noisy, compressibility.Params(most=2048, draws=1, episodes=2))
    assert found.same[0, -1] == 1 and found.same[0, 0] < 1 and found.nonzero[0] < 0.1


def test_devices_hold_weights_as_their_pairs_do() -> None:
    weights = np.random.default_rng(10).normal(size=(16, 40))
    size = np.abs(weights).max()
    assert np.allclose(on_crossbar(weights, 2, 0), weights, atol=1e-5)
    assert np.allclose(on_crossbar(weights, 1, 0, levels=8)[0], quantized(weights, 4), atol=1e-5)
    assert len(np.unique(np.round(quantized(weights, 2) / size, 6))) == 3
    assert np.abs(quantized(weights, 5) - weights).max() <= size / 30 + 1e-12
    noisy = on_crossbar(weights, 3, 0, noise=0.1, low=0.0)
    ratios = np.log(noisy / weights)  # without a lowest conductance one device of a pair is off
    assert abs(ratios.std() - 0.1) < 0.01 and not np.array_equal(noisy[0], noisy[1])
    assert np.array_equal(noisy[1], on_crossbar(weights, 1, 1, noise=0.1, low=0.0)[0])
    stuck = on_crossbar(weights, 3, 0, stuck=0.25)
    changed = 1 - 0.75 * 0.875  # unless the one that is on is free, and the one that is off is not stuck at 1
    assert abs((np.abs(stuck - weights) > 1e-5).mean() - changed) < 0.03


def test_exact_devices_lose_nothing_and_a_constant_brain_survives_any(mushrooms: Subject) -> None:
    few = {"noise": (1e-9, 0.8), "stuck": (0.5,), "levels": (2, 1024), "bits": (2, 24), "episodes": 2}
    found = robustness.measure(made(mushrooms, DENSE, {"weights": one_unit(1.0)}), robustness.Params(**few))
    noise, stuck, levels, bits = found.curves
    assert noise.values.shape == (2, 10) and np.all(noise.values == found.whole)  # the action stays above 0
    assert len(np.unique(stuck.values)) > 1 and stuck.low[0] < stuck.high[0] and stuck.mean[0] != found.whole
    assert np.all(levels.mean == found.whole) and np.all(bits.mean == found.whole)
    with pytest.raises(ValueError, match="ascending"):
        robustness.Params(levels=(4, 2))
