"""Input lanes of a network: which are senses, the constant, recurrent, recalled from memories, traces of the past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.analysis.report.subject import Subject
from alife.brains.shared.base import NetworkBase
from alife.brains.shared.plan import input_names


@dataclass(frozen=True)
class InputLanes:
    """names: of the lanes in use, [K]. groups: the group of each, [K], one of the words of `plan`."""

    names: list[str]
    groups: np.ndarray

    def of(self, group: str) -> np.ndarray:
        """Numbers of the lanes of a group: [at most K]."""
        return np.flatnonzero(self.groups == group)

    @property
    def present(self) -> list[str]:
        """The groups that have lanes, in their order."""
        return list(dict.fromkeys(self.groups.tolist()))


def input_lanes(subject: Subject, network: NetworkBase) -> InputLanes:
    """Returns the lanes of the input of the layers, in their order."""
    names, groups = zip(*input_names(network, subject.sensors), strict=True)
    return InputLanes(list(names), np.array(groups))
