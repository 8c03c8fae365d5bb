"""Writes docs/worlds.md and its pictures: `python -m docs.worlds` (with names of worlds: only their pictures anew)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from alife.analysis.report.subject import load
from alife.config import registry
from alife.errors import UserError
from alife.experiment.records.genome import load_genome
from alife.world import World

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PICTURES = HERE / "worlds"
FRAMES = {"meadow": 50, "swarm": 400, "cartpole": 60, "mushrooms": 24, "tmaze": 40, "seasons": 60, "recall": 16}
OTHERWISE = 60  # frames
HOSTED = "gym-mountaincar"  # whose environment draws the picture of `gymnasium`
COLOURS = 256  # of a picture, which is half as large then
LISTED = 12  # channels beyond which the rest is only counted

HEAD = """# The worlds

Written by `python -m docs.worlds` from each world's file, its configurations and its champions. Tables are those of a
world with its defaults. What an action does lies in the range given: a brain's output from -1 to 1 is mapped onto it.
Each picture is `live` of a champion, where there is one; that of `gymnasium` is drawn by its environment, MountainCar.
"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *(part for name in registry.names("worlds") for part in section(name))])


def section(name: str) -> Iterator[str]:
    """One world."""
    kind = registry.find("worlds", name)
    yield f"## {name}\n"
    if (PICTURES / f"{name}.png").is_file():
        yield f"![{name}](worlds/{name}.png)\n"
    yield f"{_said(kind)}\n"
    yield f"- Kind: {kind.kind}; {KINDS[kind.kind]}."
    try:
        yield from _channels(kind(registry.find_params("worlds", name)()))
    except UserError as error:
        yield f"- Senses and actions: {error}."
    configs = [f"`configs/{path.name}`" for path in sorted((ROOT / "configs").glob("*.yaml")) if _world(path) == name]
    yield f"- Configurations: {', '.join(configs) or 'none'}."
    yield f"- Champions: {', '.join(_champions(name)) or 'none'}.\n"


KINDS = {
    "shared": "all live together, reproduce and die; nobody is told how well it lives",
    "solo": "each agent lives alone in a copy of its own; fitness is told to a strategy",
    "arena": "agents of two roles meet in arenas; each role has a strategy of its own",
}


def _said(kind: type[World]) -> str:
    """The docstring of the world's file."""
    return (sys.modules[kind.__module__].__doc__ or "").strip()


def _channels(world: World) -> Iterator[str]:
    """What agents sense and do, and what is told of them."""
    parts = (("It senses", world.sensors), ("It does", world.actuators), ("Measures", world.measures))
    for title, channels in parts:
        if channels:
            yield f"\n| {title} | from | to | unit | |\n|---|---|---|---|---|"
            yield from (_row(one) for one in channels[:LISTED])
            if len(channels) > LISTED:
                yield f"| and {len(channels) - LISTED} more | | | | |"
    yield ""


def _row(one: Any) -> str:
    return f"| {one.name} | {one.low:g} | {one.high:g} | {one.unit} | {one.meaning} |"


def _world(path: Path) -> str:
    return str(yaml.safe_load(path.read_text()).get("world", {}).get("name"))


def _champions(name: str) -> Iterator[str]:
    """Genome files of a world, with what they reached in episodes that no generation met."""
    for path in sorted((ROOT / "genomes").glob("*.safetensors")):
        meta = load_genome(path).meta
        if meta.get("world") == name:
            told = meta.get("held_out")
            yield f"`genomes/{path.name}`" + (f" (held-out fitness {told:.4g})" if isinstance(told, float) else "")


def draw(name: str) -> None:
    """Let a world be lived for some frames, by its champion where there is one, and keep the last."""
    PICTURES.mkdir(exist_ok=True)
    if registry.find("worlds", name).runs_on_host:
        draw_hosted(name)
    elif registry.find("worlds", name).has_scene():
        draw_live(name)


def draw_live(name: str) -> None:
    """By the window."""
    own = sorted((ROOT / "genomes").glob(f"{name}*.safetensors"), key=lambda path: (path.stem != name, path.stem))
    what = str(own[0].relative_to(ROOT)) if own else name
    picture = PICTURES / f"{name}.png"
    words = ["live", what, "--frames", str(FRAMES.get(name, OTHERWISE)), "--screenshot", str(picture)]
    quiet = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
    subprocess.run([sys.executable, "run.py", *words], cwd=ROOT, env=quiet, check=True)
    Image.open(picture).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)


def draw_hosted(name: str) -> None:
    """By the environment itself, in which a champion acts as it does in the world."""
    subject = load(ROOT / "genomes" / f"{HOSTED}.safetensors")
    assert subject.genome and subject.brain and subject.config
    params: Any = subject.config.world
    seen_too = params.model_copy(update={"arguments": {**params.arguments, "render_mode": "rgb_array"}})
    world: Any = registry.find("worlds", name)(seen_too)
    genome, state = subject.genome.params[None], subject.brain.new_states(1)
    environment = world.make()
    seen, _ = environment.reset(seed=1)
    for _ in range(OTHERWISE):
        actions = subject.brain.step(genome, state, world.senses.read(seen[None]))
        seen, *_ = environment.step(world.acts.choose(actions)[0])
    Image.fromarray(environment.render()).quantize(COLOURS).save(PICTURES / f"{name}.png", optimize=True)
    environment.close()


def main(names: Sequence[str]) -> None:
    """Pictures, then the page."""
    for name in names or registry.names("worlds"):
        draw(name)
    (HERE / "worlds.md").write_text(page())


if __name__ == "__main__":
    main(sys.argv[1:])
