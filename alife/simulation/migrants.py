"""Migrants: genomes on their way from one population to another, as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from alife.errors import UserError

_TRAIT = "trait."


@dataclass(frozen=True)
class Migrants:
    """Some genomes.

    Attributes:
        genomes: [M, G] of the brain's gene type.
        generations: [M] int64.
        traits: [M] each, by the names of the world's heritable columns.
    """

    genomes: np.ndarray
    generations: np.ndarray
    traits: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.genomes)

    def to_bytes(self) -> bytes:
        """Returns them in the safetensors format; equal migrants give equal bytes."""
        own = {"genomes": self.genomes, "generations": self.generations}
        arrays = {**own, **{_TRAIT + name: array for name, array in sorted(self.traits.items())}}
        text: bytes = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
        return text

    @staticmethod
    def from_bytes(text: bytes) -> Migrants:
        """Returns the migrants that `to_bytes` wrote; no code is run.

        Raises:
            UserError: the bytes are something else.
        """
        try:
            arrays = load(text)
            own = [arrays.pop(name) for name in ("genomes", "generations")]
        except (SafetensorError, KeyError, ValueError) as error:
            raise UserError(f"migrants: expected genomes as they were sent, got {error}") from None
        return Migrants(own[0], own[1], {name.removeprefix(_TRAIT): array for name, array in arrays.items()})

    def first(self, count: int) -> Migrants:
        """Returns at most `count` of them."""
        traits = {name: array[:count] for name, array in self.traits.items()}
        return Migrants(self.genomes[:count], self.generations[:count], traits)


def gathered(parts: list[Migrants]) -> Migrants:
    """Joins groups, at least one, in their order."""
    names = [name for name in parts[0].traits if all(name in part.traits for part in parts)]
    traits = {name: np.concatenate([part.traits[name] for part in parts]) for name in names}
    genomes = np.concatenate([part.genomes for part in parts])
    return Migrants(genomes, np.concatenate([part.generations for part in parts]), traits)
