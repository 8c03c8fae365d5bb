"""Pages of parameters: one for each kind of file that a configuration or a command names, and one for a run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydantic

from alife.analysis.documentation.parameters import groups, parameter_table
from alife.config import registry
from alife.config.docstrings import doc_of
from alife.config.groups import groups as parts_of_world
from alife.config.models import OWN_PARTS, Config
from alife.config.params import Params

SOURCE = registry.PACKAGE.parent  # the clone, whose docs/ the pages lie in
WORLD_PICTURES = SOURCE / "docs" / "worlds"
HEADS = {
    "worlds": """# Worlds: parameters

Keys of `world:` in a configuration, such as `world: {name: meadow, side: 96}`, or on the command line
`--set world.side=96`. [worlds.md](../worlds.md) has pictures, sensors and actuators.
The keys of a part may stand below its name, `world: {name: meadow, plane: {side: 96}, energy: {upkeep: 0.01}}` or
`--set world.energy.upkeep=0.01`.
""",
    "brains": """# Brains: parameters

Keys of `brain:` in a configuration, such as `brain: {name: wht, width: 64}`, or on the command line
`--set brain.memory.bits=128`; a part is left out by `brain: {memory: null}`. The keys of [memory](#memory) and
[lesions](#lesions), which all networks share, stand at the end of the page.
""",
    "strategies": """# Strategies: parameters

Keys of `strategy:` in a configuration, such as `strategy: {name: ga, elites: 4}`, or on the command line
`--set strategy.elites=4`.
""",
    "instruments": """# Instruments: parameters

Set on the command line, such as `python run.py inspect mushrooms --only fresh --set fresh.episodes=1000`.
[inspect.md](../inspect.md) says what each measures and which are long.
""",
    "studies": """# Studies: parameters

Set on the command line, such as `python run.py study memory --set seeds=3`.
""",
}
WRITTEN = "Written by `python run.py docs`.\n"
RUN = """# Seed, run, islands: parameters

Keys of a configuration beside `world`, `brain` and `strategy`, such as `run: {steps: 20000, capacity: 4096}`, or on the
command line `--set run.steps=20000`.
"""
SCHEDULES = """## Schedules

A parameter of a strategy whose type says so may change in the course of a run: `mutation_rate: {0: 0.2, 100: 0.05}`
goes in a straight line from 0.2 to 0.05 and stays there. Keys are generations, in a shared world steps; the value is
constant before the first key and after the last; a jump is two neighboring keys. On the command line:
`--set strategy.sigma='{0: 0.1, 200: 0.02}'`. metrics.csv has a column with the current value.
"""


def reference(kind: str) -> str:
    """Returns the page of a kind: worlds, brains, strategies, instruments, or studies."""
    return "\n".join([HEADS[kind], WRITTEN, *_sections(kind)])


def run_page() -> str:
    """Returns the page of the keys that are not those of a world, a brain or a strategy."""
    seed = pydantic.create_model("Seed", seed=(int, Config.model_fields["seed"]))
    parts: list[str] = [RUN, WRITTEN, *_part("seed", "", seed)]
    for name, model in OWN_PARTS.items():
        parts += _part(name, doc_of(model), model)
    return "\n".join([*parts, SCHEDULES])


def entries(kind: str) -> dict[str, Path]:
    """Returns name -> file of this project's own entries; those of the current folder are left out."""
    return {name: path for name, path in registry.files(kind).items() if path.is_relative_to(SOURCE)}


def documentation(kind: type[Any]) -> str:
    """Returns the docstring of the file that defines a class."""
    return doc_of(sys.modules[kind.__module__])


def _sections(kind: str) -> Iterator[str]:
    shared: dict[str, type[pydantic.BaseModel]] = {}
    for name, path in entries(kind).items():
        model = registry.find_params(kind, name)
        shared |= groups(model)
        place = path.relative_to(SOURCE).as_posix()
        text = documentation(registry.find(kind, name))
        if kind == "worlds":  # whose whole text is in the gallery
            text = f"{text.partition(chr(10))[0]}\n[More, with a picture](../worlds.md#{name})."
        yield from _part(name, f"{text}\n\nFile: [{place}](../../{place})", model)
        if kind == "worlds":
            yield from _parts_of(model)
    for name, part in shared.items():
        yield from _part(name, doc_of(part), part)


def _parts_of(model: type[Params]) -> Iterator[str]:
    """Yields the names of parts below which keys may stand, and these keys."""
    lines = [f"- `{part}`: {', '.join(f'`{key}`' for key in keys)}" for part, keys in parts_of_world(model).items()]
    yield from [*lines, ""] if lines else []


def _part(name: str, text: str, model: type[pydantic.BaseModel]) -> Iterator[str]:
    """Yields a section: what it is, what its parameters have in common, and their table."""
    yield f"## {name}\n"
    if text:
        yield f"{text}\n"
    yield from parameter_table(model)
