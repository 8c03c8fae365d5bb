"""Input lanes of a network: which are senses, the constant, recurrent, recalled from memories, traces of the past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.analysis.report.subject import Subject
from alife.brains.shared.base import NetworkBase

SENSES, CONSTANT, RECURRENT, RECALLED, TRACES = "senses", "constant", "recurrent", "recalled", "traces"


@dataclass(frozen=True)
class InputLanes:
    """names: of the lanes in use, [K]. groups: the group of each, [K], one of the words of this file."""

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
    lanes = [(name, SENSES) for name in subject.sensors] + [("constant", CONSTANT)]
    lanes += [(f"recurrent {lane + 1}", RECURRENT) for lane in range(network.params.recurrent.lanes)]
    for number, memory in enumerate(network.memory_params, 1):
        of = f" of memory {number}" if len(network.memory_params) > 1 else ""
        lanes += [(f"recalled {value + 1}{of}", RECALLED) for value in range(memory.num_recalled)]
    lanes += [(f"trace {lane + 1}", TRACES) for lane in range(network.num_inputs - len(lanes))]
    names, groups = zip(*lanes, strict=True)
    return InputLanes(list(names), np.array(groups))
