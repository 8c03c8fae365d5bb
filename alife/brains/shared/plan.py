"""The plan of a network: groups of lanes in and out, layers between them, and ways from a step to the next one.

It is read off the wiring, so that a diagram of it shows what a step computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alife.brains.memory.wiring import MemoryWiring
from alife.brains.shared.base import NetworkBase

SENSES, CONSTANT, RECURRENT, RECALLED = "senses", "constant", "recurrent", "recalled"
ACTED, TRACES = "last actions", "traces"


@dataclass(frozen=True)
class Lanes:
    """Neighboring lanes with one purpose. count: their number."""

    name: str
    count: int


@dataclass(frozen=True)
class Loop:
    """A way from a step to the input lanes `target` of the next one. memory: it is one, not recurrent lanes."""

    text: str
    target: str
    memory: bool = False


@dataclass(frozen=True)
class Plan:
    """inputs, outputs: groups of lanes in order. loops: from a step back to inputs of the next.

    before, layers, after: text of what is computed before the layers, in each, and after them. injections: numbers of
    the layers after which the input is added again, from 1. width: lanes of a vector.
    """

    inputs: tuple[Lanes, ...]
    outputs: tuple[Lanes, ...]
    before: str
    after: str
    layers: tuple[str, ...]
    loops: tuple[Loop, ...]
    injections: tuple[int, ...]
    width: int


def plan_of(network: NetworkBase) -> Plan:
    """Returns the plan of a network."""
    inputs, outputs, loops = _wiring(network)
    text = f"{network.name}, {network.layer_rows * network.width:,} weights"
    members = f" in each of {network.params.ensemble} members" if network.params.ensemble > 1 else ""
    layers = tuple(f"layer {number}: {text}{members}" for number in range(1, network.params.layers + 1))
    before = "scaled to one length" + (", times evolved gains" if network.gains else "") + ", signs flipped"
    before += ", plus products" if network.products else ""
    after = "last transform" + (", plus weights straight from the input" if network.direct else "")
    after += ", plus noise on the actions" if network.exploration else ""
    return Plan(inputs, outputs, before, after, layers, loops, tuple(network.injections), network.width)


def _wiring(network: NetworkBase) -> tuple[tuple[Lanes, ...], tuple[Lanes, ...], tuple[Loop, ...]]:
    recurrent = network.params.recurrent
    inputs = [Lanes("senses", network.num_observations), Lanes("constant", 1)]
    outputs, loops = [Lanes("actions", network.num_actions)], []
    if recurrent.lanes:
        inputs.append(Lanes("recurrent", recurrent.lanes))
        loops.append(Loop("recurrent lanes" + (", gated" if recurrent.gated else ""), "recurrent"))
    for number, memory in enumerate(network.memories):
        name = memory_name(network, number)
        inputs.append(Lanes(name, memory.p.num_recalled))
        if memory.p.num_said:
            outputs.append(Lanes(name, memory.p.num_said))
        loops.append(Loop(_described(name, memory), name, memory=True))
    if network.last_actions:
        inputs.append(Lanes(ACTED, network.last_actions.num_lanes))
        loops.append(Loop("actions of the last step", ACTED))
    if network.history:
        inputs.append(Lanes("history", network.history.num_lanes))
    if recurrent.lanes:
        outputs.append(Lanes("recurrent", recurrent.num_outputs))
    keys = sum(memory.key_source.num_lanes for memory in network.memories)
    return tuple(inputs), (*outputs, *([Lanes("keys", keys)] if keys else [])), tuple(loops)


def memory_name(network: NetworkBase, number: int) -> str:
    """Returns what a memory is called, with its number where there are several. number: from 0."""
    return "memory" if len(network.memories) == 1 else f"memory {number + 1}"


def _described(name: str, memory: MemoryWiring) -> str:
    p = memory.p
    what = "senses" if p.store == "seen" else f"{p.num_values} value{'s' * (p.num_values > 1)}"
    return f"{name}: {p.bits} bits, keys {p.keys}, stores {what}"


def input_names(network: NetworkBase, sensors: Sequence[str]) -> list[tuple[str, str]]:
    """Returns name and group of each input lane in use, in their order. sensors: names of the senses."""
    lanes = [(name, SENSES) for name in sensors] + [("constant", CONSTANT)]
    lanes += [(f"recurrent {lane + 1}", RECURRENT) for lane in range(network.params.recurrent.lanes)]
    for number, memory in enumerate(network.memory_params, 1):
        of = f" of memory {number}" if len(network.memory_params) > 1 else ""
        lanes += [(f"recalled {value + 1}{of}", RECALLED) for value in range(memory.num_recalled)]
    acted = network.last_actions.num_lanes if network.last_actions else 0
    lanes += [(f"last action {lane + 1}", ACTED) for lane in range(acted)]
    return lanes + [(f"trace {lane + 1}", TRACES) for lane in range(network.num_inputs - len(lanes))]


def output_names(network: NetworkBase, actuators: Sequence[str]) -> list[str]:
    """Returns the name of each output lane in use, in their order. actuators: names of the actions."""
    return [*actuators, *_said(network), *_returned(network)]


def _said(network: NetworkBase) -> Iterator[str]:
    """Yields what the network says to its memories: values, then the gate where it is an output."""
    for number, memory in enumerate(network.memories):
        values = memory.p.num_values if memory.p.store == "said" else 0
        name = memory_name(network, number)
        yield from (f"{name}: value {value + 1}" for value in range(values))
        yield from [f"{name}: gate"] * (memory.p.num_said - values)


def _returned(network: NetworkBase) -> Iterator[str]:
    """Yields recurrent lanes and lanes of keys."""
    yield from (f"recurrent {lane + 1}" for lane in range(network.params.recurrent.num_outputs))
    keys = sum(memory.key_source.num_lanes for memory in network.memories)
    yield from (f"key {lane + 1}" for lane in range(keys))
