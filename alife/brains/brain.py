"""A network with its layout, its compiled step and its definition, as all other rooms use it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np

from alife.backends.cpu.brain_step import birth_call, step_call
from alife.backends.cpu.threads import Program
from alife.backends.cuda.brain_step import DeviceBrainStep
from alife.brains.shared import arguments
from alife.brains.shared.network import Network, check_slots
from alife.cached import cached_property
from alife.config.arguments import check_integer
from alife.errors import UserError
from alife.laws.fields import aligned
from alife.laws.random import FOUNDING, SALTS
from alife.ops.edited import Edit, Edited
from alife.ops.gene_groups import Move
from alife.ops.linearized import Reached
from alife.ops.philox import philox, uniform
from alife.ops.program import BrainProgram
from alife.ops.recorder import Recorder
from alife.ops.reference import Reference
from alife.ops.slopes import Slopes
from alife.ops.stages import Stages
from alife.rendered import Rendered

CHUNK = 65_536  # genomes drawn at a time, as their random words take several times the memory of their genes
MIN_THREADED = 4000  # rows below which a second thread costs more time than it saves


def padded(count: int, columns: int) -> np.ndarray:
    """[count, columns] float32 zeros, aligned and padded as the field table stores the rows of a population."""
    return aligned(count, (columns,), "float32")


@lru_cache(maxsize=64)
def _program(network: Network) -> BrainProgram:
    """Returns the program of a network, one for all its brains, so that its code is printed once."""
    program = BrainProgram(network.name, network.width, network.step, network.develop)
    check_slots(network, program.slots)
    return program


class Brain(Rendered):
    """A network with its layout, its compiled step and its definition.

    Attributes:
        network: what it computes.
        name, params: of the network.
        num_observations, num_actions, num_genes, num_states, num_phenotypes: I, O, G, S, P.
        layout: {slot name: (kind, start, shape)}.
        slots: {slot name: slot}.
        gene_type: dtype of genes, float32 or float16.
        program: step and birth as engines run them.
        threads, backend: of `step`.
    """

    def __init__(self, network: Network, threads: int, backend: str = "cpu") -> None:
        """Finds the layout.

        Args:
            network: of a brain file.
            threads: of the CPU, at least 1.
            backend: "cpu" or "gpu".

        Raises:
            UserError: the network's step is outside the words of `alife.ops.vocabulary`, or its inputs and outputs
                are not those of the world.
        """
        self.network, self.name, self.params = network, network.name, network.params
        self.threads, self.backend = threads, backend
        self.num_observations, self.num_actions = network.num_observations, network.num_actions
        self.program = _program(network)
        self.num_genes, self.num_states = self.program.num_genes, self.program.num_states
        self.num_phenotypes, self.gene_type = self.program.num_phenotypes, self.program.gene_type
        self.slots = self.program.slots
        self.layout = {slot.name: (slot.kind, slot.start, slot.shape) for slot in self.slots.values()}

    def __repr__(self) -> str:
        """Returns the network's name and sizes."""
        sizes = f"{self.num_observations} observations, {self.num_actions} actions, {self.num_genes:,} genes"
        return f"Brain({self.name}, width {self.network.width}: {sizes})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Brain:
        """Returns the brain itself: what it computes depends on its arguments alone."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """A brain travels as what it was made of; native code is made again where it arrives."""
        return Brain, (self.network, self.threads, self.backend)

    def spec(self) -> dict[str, Any]:
        """The plain data from which `make_brain` makes this brain."""
        return {"name": self.name, **self.params.model_dump(mode="json")}

    def count(self) -> dict[str, int]:
        """The numbers of weights, genes, states and phenotypes, and the cost of one step of one agent.

        Returns:
            {"weights": W, "genes": G, "states": S, "phenotypes": P, "operations": float operations, "bytes": bytes
            moved, "bytes genome": bytes of this kind, ...}
        """
        counted = self.program.count()
        moved = {f"bytes {kind}": size for kind, size in sorted(counted.bytes.items())}
        weights = self.network.num_weights
        sizes = {
            "weights": self.num_genes if weights is None else weights,
            "genes": self.num_genes,
            "states": self.num_states,
            "phenotypes": self.num_phenotypes,
        }
        return {**sizes, "operations": counted.operations, "bytes": sum(moved.values()), **moved}

    def init(self, count: int, seed: int) -> np.ndarray:
        """Draws genomes of founders.

        Args:
            count: N.
            seed: 64 bits.

        Returns:
            [N, G] of `gene_type`, uniform in [-1, 1), a function of (seed, row, gene).

        Raises:
            UserError: no such count or seed.
        """
        count, seed = check_integer("count", count, arguments.ROWS), check_integer("seed", seed, arguments.SEEDS)
        low, high = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
        genes, quads = aligned(count, (self.num_genes,), self.gene_type.name), np.arange(-(-self.num_genes // 4))
        for first in range(0, count, CHUNK):
            rows = np.arange(first, min(first + CHUNK, count))[:, None]
            words = np.stack(philox([rows, 0, quads, 0], [low, high ^ FOUNDING << 16]), axis=2)
            genes[first : first + CHUNK] = 2 * uniform(words.reshape(len(rows), -1)[:, : self.num_genes]) - 1
        return genes

    @cached_property
    def memory_genes(self) -> np.ndarray:
        """[G] bool: genes that, all 0, leave the brain without memories; none where that is impossible."""
        found, other = np.zeros(self.num_genes, bool), self.network.without_memories
        if other is None:
            return found
        kept = _program(other).slots
        for slot in self.slots.values():
            if slot.kind == "genome":
                genes = found[slot.start : slot.start + slot.size].reshape(slot.shape)
                if slot.name not in kept:
                    genes[:] = True
                elif kept[slot.name].shape != slot.shape:  # a gene for each input lane
                    genes[..., self.network.recalled_lanes] = True
        return found

    def values(self, name: str, state: np.ndarray) -> np.ndarray:
        """The values of a slot of the state, or of the phenotype.

        Args:
            name: of the slot.
            state: [..., S] rows, or [..., P].

        Returns:
            [..., *shape] float32.
        """
        slot = self.slots[name]
        held = state[..., slot.start : slot.start + slot.columns]
        numbers = held.view(np.float16)[..., : slot.size] if slot.half else held
        return numbers.astype(np.float32).reshape(*state.shape[:-1], *slot.shape)

    @property
    def salt_column(self) -> int:
        """Column of the state with the agent's salt, the key of its draws; -1 for a brain that draws nothing."""
        return self.program.salt_column

    def new_states(self, count: int, ids: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
        """States at birth.

        Args:
            count: N.
            ids: [N] int64, one for each agent; by default 0..N-1.
            seed: of the agents' world.

        Returns:
            [N, S] float32 zeros, but for the salts of brains that draw.

        Raises:
            UserError: no such count.
        """
        count = check_integer("count", count, arguments.ROWS)
        states = padded(count, self.num_states)
        if self.salt_column >= 0:
            ids = np.arange(count) if ids is None else np.asarray(ids)
            key: list[np.ndarray | int] = [seed & 0xFFFFFFFF, (seed >> 32 & 0xFFFFFFFF) ^ SALTS << 16]
            states[:, self.salt_column] = philox([ids & 0xFFFFFFFF, ids >> 32, 0, 0], key)[0] >> 8
        return states

    def aligned(self, mother: np.ndarray, father: np.ndarray) -> np.ndarray:
        """The father's genome with its units in the places of the mother's that are most similar.

        Args:
            mother, father: [G] genes.

        Returns:
            [G] float32: a genome of the father's function; genes that are not weights are his.

        Raises:
            UserError: the units of this network cannot be exchanged.
        """
        self.network.check_aligned()
        slot = self.slots["weights"]
        weights, genome = slice(slot.start, slot.start + slot.size), father.astype(np.float32)
        genome[weights] = self.network.aligned(mother[weights], father[weights])
        return genome

    @property
    def moves(self) -> tuple[Move, ...]:
        """The moves of the network, with units as places in the genome."""
        return tuple(move._replace(units=move.units + self.slots[move.slot].start) for move in self.network.moves)

    def check_moves(self) -> None:
        """Checks that the moves can be used for structural mutation.

        Raises:
            UserError: there are none, or the genes are not weights.
        """
        self.network.check_moves()

    def develop(self, params: np.ndarray, states: np.ndarray, engine: str = "compiled") -> np.ndarray:
        """Phenotypes at birth.

        Args:
            params: [N, G] genomes, or [G] one, which is that of all N agents.
            states: [N, S] states, of which only the salts are read.
            engine: as in `step`.

        Returns:
            [N, P] float32; P may be 0.
        """
        params = arguments.repeated(params, states)
        arguments.check("params", params, (len(params), self.num_genes))
        phenotypes = padded(len(params), self.num_phenotypes)
        if self.program.develop is None:
            return phenotypes
        born = padded(len(params), self.num_states)
        if self.salt_column >= 0:
            born[:, self.salt_column] = states[:, self.salt_column]
        arrays = {"genome": arguments.rows(params, self.gene_type), "phenotype": phenotypes, "state": born}
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
        """Computes one step of every agent.

        Args:
            params: [N, G] genomes, or [G] one, which is that of all N agents and is not copied; those of another float
                type than `gene_type` are converted in each step.
            states: [N, S] float32, changed in place.
            observations: [N, I] float32; of one agent also [I].
            engine: "compiled", or "reference": the definition, in NumPy. Both give the same bits.
            phenotypes: [N, P] from `develop`; None computes them anew in each step.

        Returns:
            [N, O] float32 raw actions; an actuator clips them to [-1, 1].

        Raises:
            UserError: an array of the wrong shape or type, or an unknown engine.
        """
        if engine not in ("compiled", "reference"):
            raise UserError(f"engine: expected compiled or reference, got {engine}; write engine='compiled'")
        arrays = self._arrays(
            arguments.repeated(params, states), states, arguments.table("observations", observations), phenotypes
        )
        if engine == "reference":
            with np.errstate(all="ignore"):
                self.program.step(Reference(self.network.width, arrays))
        elif self.backend == "gpu":
            self._device_step(arrays)
        else:
            count = len(arrays["output"])
            rows, total = np.arange(count, dtype=np.int32), np.array([count])
            call = step_call(self.program, arrays, rows, total)
            Program([call]).run(self.threads if count >= MIN_THREADED else 1)
        return arrays["output"]

    def step_edited(
        self,
        params: np.ndarray,
        states: np.ndarray,
        observations: np.ndarray,
        edit: Edit,
        phenotypes: np.ndarray | None = None,
    ) -> np.ndarray:
        """Computes one step of every agent by the definition, with interventions in what it notes.

        Args:
            params, states, observations, phenotypes: as of `step`.
            edit: called with the name of each note and its lanes [N, n] float32, which it may change in place; what the
                step computes after the note uses the changed lanes.

        Returns:
            [N, O] float32 raw actions; those of `step`, to the bit, where nothing is changed.

        Raises:
            UserError: as `step`.
        """
        rows = arguments.table("params", params), states, arguments.table("observations", observations)
        arrays = self._arrays(*rows, phenotypes)
        with np.errstate(all="ignore"):
            self.program.step(Edited(self.network.width, arrays, edit))
        return arrays["output"]

    def record(self, params: np.ndarray, state: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
        """The named values of one agent's step; its state is not changed.

        Args:
            params: [G] of `gene_type`.
            state: [S] float32.
            observations: [I] float32.

        Returns:
            {name: [n or more] float32}.
        """
        notes = self.notes(np.array(params)[None], np.array(state)[None], np.array(observations, np.float32)[None])
        return {name: values[0] for name, values in notes.items()}

    def notes(self, params: np.ndarray, states: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
        """The named values of many agents' step, by the definition; the states are not changed.

        Args:
            params: [N, G] genomes.
            states: [N, S] float32.
            observations: [N, I] float32.

        Returns:
            {name: [N, n or more] float32}.
        """
        copy = np.array(states, np.float32)
        rows = arguments.table("params", params), copy, arguments.table("observations", observations)
        recorder = Recorder(self.network.width, self._arrays(*rows, None))
        with np.errstate(all="ignore"):
            self.program.step(recorder)
        return recorder.notes

    def traced(
        self, params: np.ndarray, state: np.ndarray, observations: np.ndarray, lanes: Mapping[str, int]
    ) -> Stages:
        """One agent's step, with the derivatives of some of its named values in each other; its state is not changed.

        Args:
            params: [G] of `gene_type`.
            state: [S] float32.
            observations: [I] float32.
            lanes: {name: number of lanes}, in the order of the step, such as `NetworkBase.stages`.
        """
        tracing = Stages(self.network.width, self._arrays_of_one(params, state, observations), lanes)
        with np.errstate(all="ignore"), suppress(Reached):
            self.program.step(tracing)
        return tracing

    def slopes(self, params: np.ndarray, state: np.ndarray, observations: np.ndarray) -> Slopes:
        """One agent's step, with the derivative of each action in each observation; its state is not changed.

        Args:
            params: [G] of `gene_type`.
            state: [S] float32, before the step.
            observations: [I] float32.
        """
        tracing = Slopes(self.network.width, self._arrays_of_one(params, state, observations))
        with np.errstate(all="ignore"):
            self.program.step(tracing)
        return tracing

    def _arrays_of_one(self, params: np.ndarray, state: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
        """Copies of one agent's genome [G], state [S] and observations [I], as arrays of a step of one row."""
        rows = np.array(params)[None], np.array(state, np.float32)[None], np.array(observations, np.float32)[None]
        return self._arrays(*rows, None)

    def _arrays(
        self, params: np.ndarray, states: np.ndarray, observations: np.ndarray, phenotypes: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        count = len(params)
        arguments.check("params", params, (count, self.num_genes))
        arguments.check("states", states, (count, self.num_states))
        arguments.check("observations", observations, (count, self.num_observations))
        if states.dtype != np.float32 or (states.size and states.strides[1] != 4):
            raise UserError(
                f"states: expected contiguous float32 rows, got {states.dtype}; write brain.new_states(count)"
            )
        if params.dtype.kind != "f":
            raise UserError(
                f"params: expected {self.gene_type}, got {params.dtype}; write params.astype('{self.gene_type}')"
            )
        inputs = {
            "genome": arguments.rows(params, self.gene_type),
            "state": states,
            "input": arguments.rows(observations),
        }
        if self.num_phenotypes:
            inputs["phenotype"] = self._developed(params, states) if phenotypes is None else phenotypes
            arguments.check("phenotypes", inputs["phenotype"], (count, self.num_phenotypes))
        return {**inputs, "output": padded(count, self.num_actions)}

    def _developed(self, params: np.ndarray, states: np.ndarray) -> np.ndarray:
        """Phenotypes [N, P] at birth; of one genome that is repeated, and draws nothing, one row is computed."""
        if len(params) < 2 or params.strides[0] or self.salt_column >= 0:
            return self.develop(params, states)
        phenotypes = padded(len(params), self.num_phenotypes)
        phenotypes[:] = self.develop(params[:1], states[:1])
        return phenotypes

    @cached_property
    def _device_step(self) -> DeviceBrainStep:
        return DeviceBrainStep(self.program)
