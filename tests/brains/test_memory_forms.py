"""Each option of the memory against its law: sources of keys, forms, rules, hashes, blocks, threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.brains.memory.hashing import KEY_FLIPS, Keys
from alife.brains.memory.key_bits import walk_keys
from alife.brains.memory.vector_store import CYCLE
from alife.errors import UserError
from alife.ops.vocabulary import Value
from tests.helpers import naive_brain
from tests.helpers.brain_checks import (
    ACTIONS,
    OBSERVATIONS,
    Spec,
    brain_of,
    check_cuda,
    check_native,
    check_registers,
    random_observations,
    same_bits,
)
from tests.helpers.cuda_run import needs_compiler
from tests.helpers.memory_bank import BITS, WIDTH, Bank, bits_of, random_key


def spec(keys: str = "gathered", **options: Any) -> Spec:
    return {"name": "wht", "memory": {"keys": keys, **options}}


CASES: dict[str, Spec] = {
    "lanes": spec("lanes"),
    "lanes scalar": {**spec("lanes", form="scalar", values=2, key_lanes=4), "recurrent": 3},
    "shared": {**spec("shared", storage="float16", rule="hebb"), "ensemble": 2},
    "walk": spec("walk"),
    "walk wide": {**spec("walk", bits=128, values=2, form="scalar", blocks=1), "width": 64, "storage": "float16"},
    "reservoir": spec("reservoir", order=2),
    "reservoir full": spec("reservoir", hash="full", leak=1.0, threshold=0.1),
    "blocks": spec(blocks=3, values=2, storage="float16"),
    "hebb": spec(rule="hebb", threshold=0.2),
    "vector": spec(form="vector", values=3, order=2),
    "vector blocks": {**spec("shared", form="vector", bits=16, blocks=2, storage="float16"), "width": 16},
    "vector walk": spec("walk", form="vector", values=2, threshold=0.2, rule="hebb"),
    "reset": spec(ablation="reset"),
    "shuffled": {**spec("lanes", ablation="shuffled", form="scalar", values=2, key_lanes=4), "storage": "float16"},
    "marked": spec(ablation="marked"),
    "shuffled walk": spec("walk", ablation="shuffled", bits=128),
    "full": {**spec(hash="full", form="scalar", values=2, bits=32), "width": 16, "projection": None},
}


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case: str) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize(
    "case",
    [
        "lanes scalar",
        "shared",
        "walk wide",
        "reservoir full",
        "blocks",
        "vector blocks",
        "vector walk",
        "reset",
        "shuffled",
    ],
)
def test_cuda_text_equals_native_code(case: str) -> None:
    check_cuda(CASES[case], count=5)


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers({name: CASES[name] for name in ("lanes", "shared", "walk", "reservoir", "blocks", "vector")})


# ---- sources of keys


def keys_at(bank: Bank, place: int | np.ndarray) -> Keys:
    """Walking keys of a place, the same or one [N] for each agent."""
    rows = np.broadcast_to(np.asarray(place, np.float32), (bank.o.count,))
    return walk_keys(bank.p, Value(bank.o, np.repeat(rows[:, None], WIDTH, axis=1)))


@pytest.mark.parametrize("bits", [32, 64, 256])
def test_walking_keys_are_orthogonal(bits: int) -> None:
    bank = Bank(bits, bits=bits)
    keys = bits_of(keys_at(bank, np.arange(bits)))
    np.testing.assert_array_equal(np.abs(keys), 1)
    np.testing.assert_array_equal(keys @ keys.T, bits * np.eye(bits))


@pytest.mark.parametrize(
    "options", [{}, {"form": "scalar", "values": 2}, {"blocks": 2}, {"form": "vector", "values": 2}]
)
def test_a_walking_memory_copies_k_stores_exactly_and_not_one_more(options: dict[str, Any]) -> None:
    """A controller written by hand: write at each place and advance; restart; recall at each place."""
    bank, rng = Bank(20, **options), np.random.default_rng(1)
    tape = rng.choice([-1.0, 1.0], (BITS + 1, 20, bank.p.values))
    for t in range(BITS):
        bank.write(keys_at(bank, t), tape[t])
    same = [bank.recall(keys_at(bank, t)) for t in range(BITS)]
    np.testing.assert_array_equal(same, tape[:BITS])
    bank.write(keys_at(bank, 0), tape[BITS])
    np.testing.assert_array_equal(bank.recall(keys_at(bank, 0)), tape[BITS])
    np.testing.assert_array_equal(bank.recall(keys_at(bank, 1)), tape[1])


def test_the_place_advances_and_restarts_by_two_lanes_of_the_output() -> None:
    brain = brain_of(spec("walk", bits=32))
    genes, states = brain.init(60, seed=1), brain.new_states(60)
    first, place, seen = ACTIONS + 1 + 1, np.zeros(60), set()
    for observed in random_observations(60, 40):
        notes = brain.notes(genes, states, observed)
        advance, restart = notes["output"][:, first], notes["output"][:, first + 1]
        brain.step(genes, states, observed)
        ahead = np.where(advance > 0, (place + 1) % 32, place)
        seen |= set(np.where(restart > 0, 3, np.where(advance > 0, 2, 1)).tolist())
        place = np.where(restart > 0, 0, ahead)
        np.testing.assert_array_equal(brain.values("place", states)[:, 0], place)
    assert seen == {1, 2, 3} and place.max() > 2


@pytest.mark.parametrize(("keys", "offset"), [("lanes", 4), ("shared", 0)])
def test_output_lanes_are_keys_and_what_they_recall_is_an_input_of_the_next_step(keys: str, offset: int) -> None:
    brain = brain_of(spec(keys, key_lanes=4))
    genes, states, bank = brain.init(30, seed=2), brain.new_states(30), Bank(30)
    first = ACTIONS + 1 + 1
    for observed in random_observations(30, 6, seed=3):
        recalled = brain.values("recalled", states)[:, 0]
        notes = brain.notes(genes, states, observed)
        np.testing.assert_array_equal(notes["recall"][:, OBSERVATIONS + 1], recalled)
        y = notes["output"]
        read, write = bank.key(y[:, first : first + 4]), bank.key(y[:, first + offset : first + offset + 4])
        np.testing.assert_array_equal(notes["write_key"], bits_of(write))
        expected = np.clip(bank.recall(read)[:, 0], -1, 1)
        bank.write(write, np.clip(y[:, ACTIONS : ACTIONS + 1], -1, 1), y[:, ACTIONS + 1 : ACTIONS + 2])
        brain.step(genes, states, observed)
        same_bits(brain.values("recalled", states)[:, 0], expected.astype(np.float32))
        same_bits(brain.values("memory", states).reshape(30, -1), bank.states)
    assert np.abs(expected).max() > 0.1


def test_a_reservoir_remembers_as_much_as_its_leak_leaves() -> None:
    """Traces of two pasts and one present: their difference shrinks by 1 - a per step; with a = 1 it is 0."""
    differ = {}
    for leak in (0.3, 1.0):
        brain = brain_of(spec("reservoir", leak=leak))
        genes = brain.init(1, seed=4).repeat(2, axis=0)
        states, traces = brain.new_states(2), []
        for t, observed in enumerate(random_observations(2, 6, seed=5)):
            brain.step(genes, states, observed if t == 0 else observed[:1].repeat(2, axis=0))
            traces.append(np.ptp(brain.values("reservoir", states), axis=0))
        differ[leak] = np.linalg.norm(traces, axis=1)
    np.testing.assert_allclose(differ[0.3][1:], differ[0.3][0] * 0.7 ** np.arange(1, 6), rtol=1e-4)
    assert differ[1.0][0] > 0 and not differ[1.0][1:].any()


def test_only_gathered_keys_have_genes_and_only_keys_in_lanes_take_lanes() -> None:
    plain = brain_of({"name": "wht", "memory": None})
    kinds = ("gathered", "lanes", "walk", "reservoir")
    genes = {keys: brain_of(spec(keys)).num_genes - plain.num_genes for keys in kinds}
    assert genes == {"gathered": 2 * WIDTH, "lanes": 0, "walk": 0, "reservoir": 0}
    with pytest.raises(UserError, match=r"gate \+ recurrent \+ keys <= 32, got 37; write width: 64"):
        brain_of(spec("lanes", key_lanes=16))


# ---- forms, rules, hashes


def test_one_value_has_one_form() -> None:
    shared, scalar = (brain_of(spec(form=form)) for form in ("shared", "scalar"))
    genes, states = shared.init(9, seed=6), [shared.new_states(9), scalar.new_states(9)]
    for observed in random_observations(9, 4):
        same_bits(shared.step(genes, states[0], observed), scalar.step(genes, states[1], observed))
    same_bits(*states)


def test_the_vector_form_is_its_definition() -> None:
    """Against loops in float64: rounds of v <- H D v, bit i of value j is the sign of lane j of round i."""
    rng, bank = np.random.default_rng(13), Bank(3, form="vector", values=4)
    held = np.zeros((3, BITS, 4))
    for _ in range(5):
        x, values = rng.normal(size=(3, WIDTH)), rng.uniform(-1, 1, (3, 4))
        b = np.array([naive_rounds(row) for row in x])[:, :, :4]
        bank.write(bank.key(x), values)
        held += (values - np.einsum("abv,abv->av", held, b))[:, None] * b / BITS
        np.testing.assert_allclose(bank.states.reshape(3, BITS, 4), held, atol=1e-6)
        np.testing.assert_allclose(bank.recall(bank.key(x)), values, atol=1e-6)
        np.testing.assert_array_equal(bank.recall(bank.key(-x)), -bank.recall(bank.key(x)))


def naive_rounds(x: np.ndarray) -> list[list[int]]:
    """[K][n] bits."""
    v, found = [float(lane) for lane in x.astype(np.float32)], []
    for i in range(BITS):
        v = [lane / np.sqrt(WIDTH) for lane in naive_brain.transform(naive_brain.flip(v, KEY_FLIPS + i % CYCLE))]
        found.append([1 if lane >= 0 else -1 for lane in v])
    return found


def test_values_of_the_scalar_form_do_not_share_their_errors() -> None:
    """Crosstalk of unrelated keys is the same for every value in the shared form, and independent in the scalar one.

    The share of bits that near keys have in common by their angle is the same in every hash.
    """
    rng, agree = np.random.default_rng(7), {}
    for form in ("shared", "scalar"):
        bank = Bank(400, values=2, form=form, hash="full")
        for _ in range(8):
            bank.write(bank.key(rng.normal(size=(400, WIDTH))), np.repeat(rng.normal(size=(400, 1)), 2, axis=1))
        noise = bank.recall(bank.key(rng.normal(size=(400, WIDTH))))
        agree[form] = np.corrcoef(noise.T)[0, 1]
    assert agree["shared"] == pytest.approx(1.0) and abs(agree["scalar"]) < 0.15


def test_hebb_adds_and_never_forgets() -> None:
    """Mean squared error sigma^2 (m - 1)/K of every item, whatever its age."""
    rng, bank, stores = np.random.default_rng(8), Bank(3000, rule="hebb"), 24
    keys, targets = [random_key(bank, rng) for _ in range(stores)], rng.normal(size=(stores, 3000, 1))
    for key, target in zip(keys, targets, strict=True):
        bank.write(key, target)
    errors = np.array([np.mean((bank.recall(k) - t) ** 2) for k, t in zip(keys, targets, strict=True)])
    np.testing.assert_allclose(errors, (stores - 1) / BITS, rtol=0.12)
    assert abs(np.polyfit(np.arange(stores), errors, 1)[0]) < 1e-3


def near(x: np.ndarray, rng: np.random.Generator, step: float) -> np.ndarray:
    """x with normal noise of standard deviation `step`."""
    return x + step * rng.normal(size=x.shape)


@pytest.mark.parametrize("bits", [32, 64, 512])
def test_full_hashing_gives_equal_keys_or_unrelated_ones(bits: int) -> None:
    rng, full, near_bits = np.random.default_rng(9), Bank(4000, hash="full", bits=bits), Bank(4000, bits=bits)
    x = rng.normal(size=(4000, WIDTH))
    other = near(x, rng, 0.05)
    same = (bits_of(near_bits.key(x)) == bits_of(near_bits.key(other))).all(axis=1)
    shared = np.mean(bits_of(full.key(x)) * bits_of(full.key(other)), axis=1)
    np.testing.assert_array_equal(shared[same], 1.0)
    assert (~same).sum() > 1000 and abs(shared[~same].mean()) < 0.02
    assert np.std(shared[~same]) == pytest.approx(1 / np.sqrt(bits), rel=0.15)
    np.testing.assert_array_equal(bits_of(full.key(4 * x)), bits_of(full.key(x)))
    assert abs(bits_of(full.key(x)).mean()) < 0.02


# ---- blocks, threshold


def test_blocks_multiply_what_is_kept() -> None:
    """Repeated sweeps make K 2^B pairs nearly exact, and leave large errors in one block."""
    rng, pairs = np.random.default_rng(10), 96
    left = {}
    for blocks in (0, 2):
        bank = Bank(8, blocks=blocks)
        keys, targets = [random_key(bank, rng) for _ in range(pairs)], rng.normal(size=(pairs, 8, 1))
        for _ in range(40):
            for key, target in zip(keys, targets, strict=True):
                bank.write(key, target)
        left[blocks] = np.mean([(bank.recall(k) - t) ** 2 for k, t in zip(keys, targets, strict=True)])
    assert left[2] < 0.02 < 0.3 < left[0]


def test_a_write_changes_only_the_block_that_its_first_bits_choose() -> None:
    rng, bank = np.random.default_rng(11), Bank(50, blocks=3, values=2)
    key = random_key(bank, rng)
    bank.write(key, np.ones((50, 2)))
    chosen = (key[0][0].data[:, :3] > 0) @ [1, 2, 4]
    changed = bank.states.reshape(50, 8, -1).any(axis=2)
    np.testing.assert_array_equal(changed, chosen[:, None] == np.arange(8))


def test_values_within_the_threshold_leave_the_memory_bit_identical() -> None:
    rng, bank = np.random.default_rng(12), Bank(40, threshold=0.5)
    bank.states[:] = np.float32(-0.0)
    before, values = bank.states.copy().view(np.uint32), rng.uniform(-1, 1, (40, 1)).astype(np.float32)
    key, gate = random_key(bank, rng), np.resize([1.0, 1.0, -1.0, np.nan], (40, 1))
    bank.write(key, values, gate)
    changed = (bank.states.view(np.uint32) != before).any(axis=1)
    written = (np.abs(values) > 0.5) & (gate > 0)
    np.testing.assert_array_equal(changed, written[:, 0])
    expected = np.where(written, values - np.copysign(np.float32(0.5), values), 0)
    np.testing.assert_allclose(bank.recall(key), expected, atol=1e-6)


def test_options_that_cannot_be_combined_are_refused() -> None:
    with pytest.raises(UserError, match="expected bits a power of two for keys: walk, got 96; write bits: 64"):
        brain_of(spec("walk", bits=96))
    with pytest.raises(UserError, match="expected hash: lsh for form: vector, got full; write form: scalar"):
        brain_of(spec(form="vector", hash="full"))
    with pytest.raises(UserError, match="expected ablation: none, reset or marked for form: vector, got shuffled"):
        brain_of(spec(form="vector", ablation="shuffled"))


# ---- ablations


def recalls(ablation: str, marked: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """[N] values stored at the read keys of 3,000 agents after some steps, and [N] values that the network gets."""
    brain, count = brain_of(spec(ablation=ablation)), 3000
    genes, states = brain.init(count, seed=5), brain.new_states(count, seed=3)
    if "marked" in brain.layout:
        states[:, brain.layout["marked"][1]] = marked
    for observed in random_observations(count, 6):
        notes = brain.notes(genes, states, observed)
        before = states.copy()
        brain.step(genes, states, observed)
    _, start, shape = brain.layout["memory"]
    held = before[:, start : start + int(np.prod(shape))].reshape(count, BITS)
    assert (held != 0).any(axis=1).mean() > 0.5
    return np.clip((held * notes["read_key"]).sum(axis=1), -1, 1), notes["recall"][:, OBSERVATIONS + 1]


def test_recalled_values_are_those_that_the_ablation_leaves() -> None:
    stored, recalled = recalls("none")
    np.testing.assert_allclose(recalled, stored, atol=1e-5)
    for ablation in ("reset", "marked"):
        stored, recalled = recalls(ablation, marked=1.0)
        assert stored.any() and not recalled.any()
    stored, recalled = recalls("marked", marked=0.0)
    np.testing.assert_allclose(recalled, stored, atol=1e-5)
    stored, recalled = recalls("shuffled")
    assert abs(np.corrcoef(stored, recalled)[0, 1]) < 0.06 and 0.4 < recalled.std() / stored.std() < 1.5
