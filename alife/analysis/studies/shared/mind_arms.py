"""The arms of the study of minds: brains that evolve by the recipe, and rivals that other libraries run."""

from __future__ import annotations

from typing import Any

from alife.brains.memory.params import MemoryParams
from alife.brains.mind import CONTENT, TAPE

Brain = dict[str, Any]


def _memories(*memories: Any) -> list[Brain]:
    return [memory.model_dump(mode="json") for memory in memories]


COUNTS = MemoryParams(values=None, store="seen", keys="slots", gate="open", rule="hebb", full_scale=32)
REGISTERS = MemoryParams(values=None, store="seen", keys="slots", slots=2, gate="gathered")
SAID = {"store": "said", "values": 1, "compare": False}
ARMS: dict[str, tuple[Brain, str]] = {
    "mind": ({"name": "mind"}, "the default mind"),
    "no tape": ({"name": "mind", "memories": _memories(CONTENT)}, "without the memory addressed by place"),
    "no content": ({"name": "mind", "memories": _memories(TAPE)}, "without the memory addressed by content"),
    "said": (
        {
            "name": "mind",
            "memories": _memories(*(m.model_copy(update=SAID | {"gate": m.gate}) for m in (CONTENT, TAPE))),
        },
        "memories store one value that the network says",
    ),
    "no comparison": (
        {"name": "mind", "memories": _memories(CONTENT.model_copy(update={"compare": False}), TAPE)},
        "without the lane that compares what is recalled with what is seen",
    ),
    "no gains": ({"name": "mind", "input_gains": False}, "without gains of input lanes"),
    "no direct": ({"name": "mind", "direct": False}, "without weights straight to actions"),
    "no memory": ({"name": "mind", "memories": []}, "without both memories"),
    "default": ({"name": "wht"}, "the default brain: one memory of what the network says, three layers"),
    "dense": (
        {"name": "dense", "layers": 1, "unit": "tanh", "memory": None, "feedback": 32, "projection": None},
        "a dense tanh layer, all of whose outputs are fed back a step later",
    ),
    "gated": (
        {
            "name": "dense",
            "layers": 2,
            "unit": "tanh",
            "memory": None,
            "recurrent": {"lanes": 8, "gated": True},
            "projection": None,
        },
        "two dense tanh layers with eight latches",
    ),
}

FURTHER: dict[str, tuple[Brain, str]] = {  # arms that are run if they are asked for by name
    "explore": ({"name": "mind", "explore": True}, "with noise on the actions, whose amount is a gene"),
    "last actions": ({"name": "mind", "last_actions": "largest"}, "with the action it took last as input lanes"),
    "counts": (
        {"name": "mind", "memories": _memories(CONTENT, TAPE, COUNTS)},
        "with a third memory, of four slots, that adds up what is seen",
    ),
    "slots": (
        {"name": "mind", "memories": _memories(CONTENT.model_copy(update={"keys": "slots", "slots": 8}), TAPE)},
        "with eight slots, which evolved sums choose, in place of hashes of the content",
    ),
    "polytope": (
        {"name": "mind", "memories": _memories(CONTENT.model_copy(update={"keys": "polytope"}), TAPE)},
        "with one place for all contents that are alike in place of hashes",
    ),
    "registers": (
        {"name": "mind", "memories": _memories(CONTENT, TAPE, REGISTERS)},
        "with a third memory, of two slots, that keeps what is seen",
    ),
}
BRAINS = {**ARMS, **FURTHER}

RIVALS = {"neat": "NEAT by neat-python: recurrent networks whose structure evolves, 150 genomes a generation"}


def about(arm: str) -> str:
    """Returns what an arm is."""
    return BRAINS[arm][1] if arm in BRAINS else RIVALS[arm]
