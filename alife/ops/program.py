"""The program of a brain that engines run: the functions of its step and birth, and the slots that they use."""

from __future__ import annotations

import numpy as np

from alife.errors import UserError
from alife.ops.cost import Count
from alife.ops.layout import Layout, Step, find_layout
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations


class BrainProgram:
    """The functions that an agent runs in each step and at birth, with the layout of its rows. Immutable.

    Attributes:
        name: of the network, for messages and kernels.
        width: n, lanes of a vector.
        step: `step(o)`, run at each step of an agent.
        develop: `develop(o)`, run at birth; None if there is no phenotype.
        slots: {slot name: slot}.
        num_genes, num_states, num_phenotypes: G, S, P, columns of an agent's rows.
        gene_type: dtype of genes, float32 or float16.
    """

    def __init__(self, name: str, width: int, step: Step, develop: Step | None = None) -> None:
        """Finds the layout.

        Raises:
            UserError: the step uses the words wrongly; the message begins with its file and line.
        """
        found = find_layout(step, width, develop)
        self.name, self.width, self.step = name, width, step
        self.slots: dict[str, Slot] = found.slots
        self.num_genes, self.num_states = found.sizes["genome"], found.sizes["state"]
        self.num_phenotypes = found.sizes["phenotype"]
        self.gene_type = np.dtype(np.float16 if found.half_genes else np.float32)
        self.develop = _at_known_slots(develop, found) if develop and self.num_phenotypes else None

    @property
    def salt_column(self) -> int:
        """Column of the state that makes the draws of agents differ; -1 for a brain that draws nothing."""
        return self.slots["salt"].start if "salt" in self.slots else -1

    def count(self) -> Count:
        """Operations and bytes of one step of one agent."""
        count = Count(self.width)
        self.step(count)
        return count

    def check_genes(self, genome: np.ndarray) -> None:
        """Checks the dtype of genes [N, G], since a kernel would read beyond the rows of a smaller one.

        Raises:
            UserError: `genome` is not of `gene_type`.
        """
        if genome.dtype != self.gene_type:
            raise UserError(f"genome: expected {self.gene_type}, got {genome.dtype}; write brain.init(count, seed)")


def _at_known_slots(develop: Step, found: Layout) -> Step:
    """The same function, with every slot at its place in a layout."""

    def placed(o: Operations) -> None:
        o.adopt(found.slots, found.sizes)
        develop(o)

    return placed
