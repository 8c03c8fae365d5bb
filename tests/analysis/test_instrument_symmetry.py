"""Symmetry: what acts on the weights changes neither actions nor the fingerprint; alignment undoes it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import symmetry
from alife.analysis.instruments.shared.symmetries import symmetry_of
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject, load
from alife.brains.layers import relu_symmetry, walsh_symmetry
from alife.brains.layers.relu_symmetry import Matrices, packed, permuted
from alife.brains.layers.walsh_symmetry import Element, Group, acted
from alife.experiment.records.genome import Genome
from alife.ops.sign_patterns import pattern
from tests.helpers.brain_checks import brain_of, random_observations

DENSE = {"name": "dense", "memory": None, "width": 16, "layers": 2, "ensemble": 2}
WHT = {"name": "wht", "projection": None, "width": 16, "layers": 4, "injection": 0, "memory": None}


def subject_of(spec: dict, seed: int = 1) -> Subject:
    brain = brain_of(spec)
    genes = (brain.init(1, seed)[0] * np.float32(0.4)).astype(np.float32)
    return Subject("made", Genome(genes, brain.spec()), brain, None, None)


def with_genes(subject: Subject, genes: np.ndarray) -> Subject:
    return dataclasses.replace(subject, genome=Genome(genes.astype(np.float32), subject.genome.brain))


def same_actions(one: Subject, other: Subject, seen: int = 4) -> None:
    brain, states = one.brain, [one.brain.new_states(1), one.brain.new_states(1)]
    for observed in random_observations(1, seen):
        a, b = (brain.step(s.genome.params, state, observed) for s, state in zip((one, other), states, strict=True))
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def twin_of_dense(subject: Subject, unit: str, seed: int) -> Subject:
    """The same function, every hidden layer permuted and scaled, members in reverse order."""
    rng, members = np.random.default_rng(seed), []
    for m in subject.brain.network.members(subject.genome.params):
        for layer in range(len(m.layers)):
            scale = rng.uniform(0.5, 2.0, 16) if unit == "relu" else rng.choice([-1.0, 1.0], 16)
            m = permuted(m, layer, rng.permutation(16), scale)
        members.append(m)
    return with_genes(subject, packed(members[::-1]))


@pytest.mark.parametrize("unit", ["relu", "tanh"])
def test_exchanged_units_of_dense_layers_are_the_same_function(unit: str) -> None:
    one = subject_of({**DENSE, "unit": unit})
    other = twin_of_dense(one, unit, 2)
    same_actions(one, other)
    compared = symmetry.compare(one, other)
    assert compared.same and compared.raw > 0.5 and compared.aligned < 1e-6
    assert symmetry.measure(one).fingerprint == symmetry.measure(other).fingerprint
    changed = one.genome.params.copy()
    changed[3] += 0.05
    assert not symmetry.compare(other, with_genes(one, changed)).same
    assert symmetry.measure(with_genes(one, changed)).fingerprint != symmetry.measure(one).fingerprint


@pytest.mark.parametrize("unit", ["relu", "tanh", "switch"])
def test_genes_of_few_digits_lie_at_no_edge_of_the_fingerprint(unit: str) -> None:
    spec = {**WHT} if unit == "switch" else {**DENSE, "ensemble": 1, "unit": unit}
    for seed in range(4):
        one = subject_of(spec, seed + 1)
        one = with_genes(one, np.round(one.genome.params * 64) / 64)
        other = twin_of_wht(one, seed)[0] if unit == "switch" else twin_of_dense(one, unit, seed)
        assert symmetry.measure(one).fingerprint == symmetry.measure(other).fingerprint


@pytest.mark.parametrize("kind", ["copy", "opposite copy", "constant", "last constant", "silent"])
def test_a_degenerate_unit_of_tanh_is_no_other_function(kind: str) -> None:
    one = subject_of({**DENSE, "unit": "tanh", "ensemble": 1})
    without = one.brain.network.members(one.genome.params)[0]
    without.layers[0][:, 3], without.layers[1][3] = 0.0, 0.0
    without.layers[1][:, 2], without.last[2] = 0.0, 0.0
    other = Matrices(without.layers.copy(), without.last.copy())
    into, out = other.layers
    if "copy" in kind:
        sign = -1.0 if "opposite" in kind else 1.0
        into[:, 3], out[3] = sign * into[:, 5], sign * 0.7 * out[5]
        out[5] *= 0.3
    elif kind == "constant":
        into[-1, 3], out[3] = 0.4, 0.5 * out[5]
        without.layers[1][-1] += np.sqrt(3 / 16) * np.tanh(0.4) * 0.5 * without.layers[1][5]
    elif kind == "last constant":
        into[-1, 4] = 0.1
        for m, bias, factor in ((without, 0.3, 1.0), (other, -0.6, -np.tanh(0.3) / np.tanh(0.6))):
            m.layers[1][-1, 2], m.last[2] = bias, factor * 0.5
        without.layers[0][-1, 4] = 0.1
    else:
        into[:, 3] = into[:, 5] + 0.1
    subjects = [with_genes(one, packed([m])) for m in (without, other)]
    same_actions(*subjects)
    assert symmetry.measure(subjects[0]).fingerprint == symmetry.measure(subjects[1]).fingerprint
    assert symmetry.compare(*subjects).same
    assert kind == "last constant" or symmetry.measure(subjects[1]).removed == 2


def twin_of_wht(subject: Subject, seed: int) -> tuple[Subject, Group]:
    """The same function by a random element of its group, as genes in the order of the layers' rows."""
    rng, own = np.random.default_rng(seed), symmetry_of(subject)
    group, layers = own.walsh, subject.brain.params.layers
    walsh = tuple(int(rng.choice(group.allowed(layer + 1))) for layer in range(layers))
    scale = (*(float(rng.choice([-1, 1]) * rng.uniform(0.7, 1.5)) for _ in range(layers - 1)), 1.0)
    scale = scale if group.scales else tuple(np.sign(scale))
    element = Element(int(rng.choice(group.allowed(0))), walsh, scale)
    return of_switches(subject, acted(own.members[0], element)), group


def of_switches(subject: Subject, made: walsh_symmetry.Switches) -> Subject:
    """The genome with these weights."""
    genes = subject.genome.params.copy()
    slot, network = subject.brain.slots["weights"], subject.brain.network
    rows = []
    for number in range(1, len(made.slopes) + 1):
        rows.append(made.slopes[number - 1] if network.layer_rows == 2 else made.slopes[number - 1][:1])
        if number in network.injections:
            rows.append(made.injections[number - 1][None])
    genes[slot.start : slot.start + slot.size] = np.concatenate(rows).ravel()
    return with_genes(subject, genes)


@pytest.mark.parametrize(
    "change",
    [{}, {"injection": 2}, {"memory": {"bits": 64}}, {"unit": "tanh"}, {"layers": 1}, {"recurrent": 2, "layers": 3}],
    ids=str,
)
def test_walsh_functions_and_shifts_of_switches_are_the_same_function(change: dict) -> None:
    one = subject_of({**WHT, **change})
    other, group = twin_of_wht(one, 5)
    same_actions(one, other)
    assert symmetry.measure(one).fingerprint == symmetry.measure(other).fingerprint
    compared = symmetry.compare(one, other)
    assert compared.same and compared.aligned < 1e-6
    assert group.order == 1 or compared.raw > 0.1


def test_the_group_holds_the_lanes_of_inputs_and_outputs() -> None:
    """Eight inputs: the first layer may be shifted by 8 alone; three outputs: the last one by multiples of 4."""
    one = subject_of(WHT)
    assert (one.brain.network.num_inputs, one.brain.network.num_outputs) == (8, 3)
    group = symmetry_of(one).walsh
    assert group.shifts == (8, 1, 1, 4) and group.order == 2 * 16 * 16 * 4 * 2**3
    assert symmetry_of(subject_of({**WHT, "injection": 2})).walsh.shifts == (8, 8, 1, 8)
    for element in (Element(4, (0, 0, 0, 0), (1.0,) * 4), Element(0, (0, 0, 2, 0), (1.0,) * 4)):
        other = of_switches(one, acted(symmetry_of(one).members[0], element))
        with pytest.raises(AssertionError):
            same_actions(one, other)
        assert not symmetry.compare(one, other).same
    transform = walsh_symmetry.walsh(16)
    for k in (1, 6, 15):
        moved = transform[np.arange(16) ^ k]
        assert np.array_equal(transform * transform[k], moved)


def test_canonical_twice_is_canonical() -> None:
    wht = symmetry_of(subject_of(WHT))
    once = walsh_symmetry.canonical(wht.members[0], wht.walsh)
    for a, b in zip(once, walsh_symmetry.canonical(once, wht.walsh), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
    tanh = symmetry_of(subject_of({**DENSE, "unit": "tanh"}))
    for a, b in zip(tanh.forms[0], relu_symmetry.canonical(tanh.forms[0], "tanh"), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_projections_relus_and_flips_are_unfolded_before() -> None:
    """Slopes of other units, with their flips, give the outputs of the brain by plain transforms."""
    for change in ({"unit": "relu"}, {"unit": "prelu", "signs": "layer"}, {"projection": 64}):
        one = subject_of({**WHT, "layers": 2, **change})
        (s,), transform = symmetry_of(one).members, walsh_symmetry.walsh(16)
        observed = random_observations(1, 1)[0]
        notes = one.brain.record(one.genome.params, one.brain.new_states(1)[0], observed[0])
        h = notes["input"] * (1.0 - 2.0 * pattern(one.brain.network.flips(0), 16))
        for slopes in s.slopes:
            z = np.sqrt(3 / 16) * transform @ h
            h = np.where(z >= 0, *slopes) * z
        np.testing.assert_allclose(transform @ h / 4, notes["output"], atol=1e-5)


def test_saved_genomes_have_fingerprints_and_other_brains_a_reason() -> None:
    cartpole, recall = load(Path("cartpole")), load(Path("recall"))
    found = [symmetry.measure(subject) for subject in (cartpole, recall)]
    assert found[0].fingerprint != found[1].fingerprint and len(found[0].fingerprint) == 16
    assert symmetry.compare(cartpole, cartpole).aligned == pytest.approx(0, abs=1e-12)
    same = symmetry.Symmetry(symmetry.Params()).compare(cartpole, cartpole)
    assert same and same.facts["same function"] == "yes, up to rounding"
    with pytest.raises(NotApplicable, match="different brains"):
        symmetry.compare(cartpole, recall)
    with pytest.raises(NotApplicable, match="circulant have fixed places"):
        symmetry.measure(subject_of({"name": "circulant"}))
    with pytest.raises(NotApplicable, match="with injection units of the brain dense"):
        symmetry.measure(subject_of({**DENSE, "injection": 1}))
    for subject in (cartpole, subject_of(DENSE)):
        finding = symmetry.Symmetry(symmetry.Params()).measure(subject)
        assert "<svg" in finding.pictures[0].svg and finding.pictures[0].numbers.rows
