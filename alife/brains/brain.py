"""A network with its layout, its compiled step and its definition: the shape in which all the rest uses a brain."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from alife.backends.cpu.brain_step import birth_call, step_call
from alife.backends.cpu.threads import Program
from alife.backends.cuda.brain_step import DeviceBrainStep
from alife.errors import UserError
from alife.laws.fields import aligned
from alife.laws.random import FOUNDING, SALTS
from alife.ops.gene_groups import Move, check_aligned
from alife.ops.philox import philox, uniform
from alife.ops.program import BrainProgram
from alife.ops.recorder import Recorder
from alife.ops.reference import Reference

AT_ONCE = 65_536  # newborns drawn together, as their words take several times the memory of their genes
FEW = 4000  # rows below which a second thread costs more than it gives
SINGLE = np.dtype(np.float32)


def padded(count: int, columns: int) -> np.ndarray:
    """Zeros [count, columns] float32, laid out as the field table lays out a population's rows."""
    return aligned(count, (columns,), "float32")


class Brain:
    """A network with its layout, its compiled step and its definition.

    name, params: of the network. num_observations, num_actions, num_genes, num_states, num_phenotypes: I, O, G, S, P.
    layout: {slot name: (kind, start, shape)}. gene_type: dtype of genes, float32 or float16. program: what engines run.
    """

    def __init__(self, name: str, network: Any, threads: int, backend: str = "cpu") -> None:
        self.name, self.network, self.threads, self.params = name, network, threads, network.params
        self.backend = backend
        self.num_observations: int = network.num_observations
        self.num_actions: int = network.num_actions
        self.program = BrainProgram(name, network.width, network.step, getattr(network, "develop", None))
        self.num_genes, self.num_states = self.program.num_genes, self.program.num_states
        self.num_phenotypes, self.gene_type = self.program.num_phenotypes, self.program.gene_type
        self.slots = self.program.slots
        self.layout = {slot.name: (slot.kind, slot.start, slot.shape) for slot in self.slots.values()}

    def spec(self) -> dict[str, Any]:
        """Plain data that `make_brain` makes this brain from."""
        return {"name": self.name, **self.params.model_dump(mode="json")}

    def count(self) -> dict[str, int]:
        """Weights, genes and states, and what one step of one agent computes (float operations) and moves (bytes)."""
        counted = self.program.count()
        moved = {f"bytes {kind}": size for kind, size in sorted(counted.bytes.items())}
        sizes = {
            "weights": getattr(self.network, "num_weights", self.num_genes),
            "genes": self.num_genes,
            "states": self.num_states,
            "phenotypes": self.num_phenotypes,
        }
        return {**sizes, "operations": counted.operations, "bytes": sum(moved.values()), **moved}

    def init(self, count: int, seed: int) -> np.ndarray:
        """Genomes of `count` newborns: [N, G] of `gene_type`, uniform in [-1, 1), a function of (seed, row, gene)."""
        low, high = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
        genes, quads = aligned(count, (self.num_genes,), self.gene_type.name), np.arange(-(-self.num_genes // 4))
        for first in range(0, count, AT_ONCE):
            rows = np.arange(first, min(first + AT_ONCE, count))[:, None]
            words = np.stack(philox([rows, 0, quads, 0], [low, high ^ FOUNDING << 16]), axis=2)
            genes[first : first + AT_ONCE] = 2 * uniform(words.reshape(len(rows), -1)[:, : self.num_genes]) - 1
        return genes

    def values(self, name: str, state: np.ndarray) -> np.ndarray:
        """What a slot of the state holds: [..., S] rows of state -> [..., *shape] float32."""
        slot = self.slots[name]
        held = state[..., slot.start : slot.start + slot.columns]
        numbers = held.view(np.float16)[..., : slot.size] if slot.half else held
        return numbers.astype(np.float32).reshape(*state.shape[:-1], *slot.shape)

    @property
    def salt_column(self) -> int:
        """Column of the state that tells the draws of agents apart; -1 for a brain that draws nothing."""
        return self.program.salt_column

    def new_states(self, count: int, ids: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
        """States at birth: [N, S] float32, zeros but for the salt of brains that draw.

        Args:
            count: N.
            ids: [N] int64, each agent's; by default 0..N-1.
            seed: of the life they belong to.
        """
        states = padded(count, self.num_states)
        if self.salt_column >= 0:
            who = np.arange(count) if ids is None else np.asarray(ids)
            key: list[np.ndarray | int] = [seed & 0xFFFFFFFF, (seed >> 32 & 0xFFFFFFFF) ^ SALTS << 16]
            states[:, self.salt_column] = philox([who & 0xFFFFFFFF, who >> 32, 0, 0], key)[0] >> 8
        return states

    def aligned(self, mother: np.ndarray, father: np.ndarray) -> np.ndarray:
        """[G] float32: the father's genome [G], its units in the places of the mother's that they are most like.

        Raises:
            UserError: the units of this network have places of their own.
        """
        check_aligned(self.network, self.name)
        genome: np.ndarray = self.network.aligned(self, mother, father)
        return genome

    @property
    def moves(self) -> tuple[Move, ...]:
        """Changes to genes that belong together, as its network tells them; units are places in the genome."""
        told: tuple[Move, ...] = getattr(self.network, "moves", ())
        return tuple(move._replace(units=move.units + self.slots[move.slot].start) for move in told)

    def develop(self, params: np.ndarray, states: np.ndarray, engine: str = "compiled") -> np.ndarray:
        """What agents with these genomes are born with: [N, P] float32, P may be 0.

        Args:
            params: [N, G] genomes.
            states: [N, S] of which only the salts count, which tell the draws of agents apart.
            engine: as in `step`.
        """
        phenotypes = padded(len(params), self.num_phenotypes)
        if self.program.develop is None:
            return phenotypes
        born = padded(len(params), self.num_states)
        if self.salt_column >= 0:
            born[:, self.salt_column] = states[:, self.salt_column]
        arrays = {"genome": _rows(params, self.gene_type), "phenotype": phenotypes, "state": born}
        if engine == "reference":
            with np.errstate(all="ignore"):
                self.program.develop(Reference(self.network.width, arrays))
            return phenotypes
        rows, total = np.arange(len(params), dtype=np.int32), np.array([len(params)])
        Program([birth_call(self.program, arrays, rows, total)]).run()
        return phenotypes

    def step(
        self,
        params: np.ndarray,
        states: np.ndarray,
        observations: np.ndarray,
        engine: str = "compiled",
        phenotypes: np.ndarray | None = None,
    ) -> np.ndarray:
        """One step of every agent.

        Args:
            params: [N, G] genomes; of another float type than `gene_type`, they are converted in each step.
            states: [N, S] float32, changed in place.
            observations: [N, I] float32.
            engine: "compiled", or "reference": the definition, in NumPy. Both give the same bits.
            phenotypes: [N, P] as `develop` made them; None makes them anew in each step.

        Returns:
            [N, O] float32 raw actions; an actuator clips them to [-1, 1].

        Raises:
            UserError: an array of the wrong shape or type, or an unknown engine.
        """
        if engine not in ("compiled", "reference"):
            raise UserError(f"engine: expected compiled or reference, got {engine}; write engine='compiled'")
        arrays = self._arrays(params, states, observations, phenotypes)
        if engine == "reference":
            with np.errstate(all="ignore"):
                self.program.step(Reference(self.network.width, arrays))
        elif self.backend == "gpu":
            self._on_card(arrays)
        else:
            count = len(params)
            rows, total = np.arange(count, dtype=np.int32), np.array([count])
            call = step_call(self.program, arrays, rows, total)
            Program([call]).run(self.threads if count >= FEW else 1)
        return arrays["output"]

    def record(self, params: np.ndarray, state: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
        """The named words of one agent's step: {name: [n or more] float32}; nothing is changed.

        Args:
            params: [G] of `gene_type`. state: [S] float32. observations: [I] float32.
        """
        noted = self.notes(np.array(params)[None], np.array(state)[None], np.array(observations, np.float32)[None])
        return {name: values[0] for name, values in noted.items()}

    def notes(self, params: np.ndarray, states: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
        """The named words of many agents' step: {name: [N, n or more] float32}; nothing is changed."""
        own = np.array(states, np.float32)
        recorder = Recorder(self.network.width, self._arrays(params, own, observations, None))
        with np.errstate(all="ignore"):
            self.program.step(recorder)
        return recorder.notes

    def _arrays(
        self, params: np.ndarray, states: np.ndarray, observations: np.ndarray, phenotypes: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        count = len(params)
        _check("params", params, (count, self.num_genes))
        _check("states", states, (count, self.num_states))
        _check("observations", observations, (count, self.num_observations))
        if states.dtype != np.float32 or (states.size and states.strides[1] != 4):
            raise UserError(
                f"states: expected float32 rows in one piece, got {states.dtype}; write brain.new_states(count)"
            )
        if params.dtype.kind != "f":
            raise UserError(
                f"params: expected {self.gene_type}, got {params.dtype}; write params.astype('{self.gene_type}')"
            )
        inputs = {"genome": _rows(params, self.gene_type), "state": states, "input": _rows(observations)}
        if self.num_phenotypes:
            inputs["phenotype"] = self.develop(params, states) if phenotypes is None else phenotypes
            _check("phenotypes", inputs["phenotype"], (count, self.num_phenotypes))
        return {**inputs, "output": padded(count, self.num_actions)}

    @cached_property
    def _on_card(self) -> DeviceBrainStep:
        return DeviceBrainStep(self.program)


def _check(name: str, array: np.ndarray, shape: tuple[int, int]) -> None:
    if array.shape != shape:
        raise UserError(f"{name}: expected shape {list(shape)}, got {list(array.shape)}; write an array of that shape")


def _rows(array: np.ndarray, kind: np.dtype = SINGLE) -> np.ndarray:
    """The array itself, or a copy where its rows are not values of this type side by side."""
    size = kind.itemsize
    fits = array.dtype == kind and array.strides[1] == size and array.strides[0] % size == 0
    return array if fits else np.ascontiguousarray(array, kind)
