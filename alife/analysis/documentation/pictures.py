"""The pictures of docs/worlds/: some frames of each world, lived by its champion where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from PIL import Image

from alife.analysis.documentation.reference import SOURCE, entries
from alife.analysis.documentation.reference import WORLD_PICTURES as PICTURES
from alife.analysis.report.subject import load
from alife.config import registry

FRAMES = {"meadow": 50, "swarm": 400, "cartpole": 60, "mushrooms": 24, "tmaze": 40, "seasons": 60, "recall": 16}
OTHER_FRAMES = 60
EXTERNAL = "gym-mountaincar"  # the champion that plays for the picture of `gymnasium`
COLORS = 256  # of a picture, which halves its file


def draw_all() -> None:
    """Draws the picture of every world that has a scene, or whose environment draws one."""
    PICTURES.mkdir(exist_ok=True)
    for name in entries("worlds"):
        kind = registry.find("worlds", name)
        if kind.runs_on_host:
            _draw_external(name)
        elif kind.has_scene():
            _draw(name)


def _draw(name: str) -> None:
    """Keeps the last frame of `live`."""
    file = name.replace("_", "-")
    champions = sorted(
        (SOURCE / "genomes").glob(f"{file}*.safetensors"), key=lambda path: (path.stem != file, path.stem)
    )
    target = str(champions[0].relative_to(SOURCE)) if champions else file
    picture = PICTURES / f"{name}.png"
    options = ["--frames", str(FRAMES.get(name, OTHER_FRAMES)), "--screenshot", str(picture)]
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
    subprocess.run([sys.executable, "run.py", "live", target, *options], cwd=SOURCE, env=environment, check=True)
    Image.open(picture).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(picture, optimize=True)


def _draw_external(name: str) -> None:
    """Keeps what the environment renders after a champion's steps in it."""
    subject = load(SOURCE / "genomes" / f"{EXTERNAL}.safetensors")
    assert subject.genome and subject.brain and subject.config
    params: Any = subject.config.world
    rendered = params.model_copy(update={"arguments": {**params.arguments, "render_mode": "rgb_array"}})
    world: Any = registry.find("worlds", name)(rendered)
    genome, state = subject.genome.params[None], subject.brain.new_states(1)
    environment = world.make()
    observation, _ = environment.reset(seed=1)
    for _ in range(OTHER_FRAMES):
        actions = subject.brain.step(genome, state, world.senses.read(observation[None]))
        observation, *_ = environment.step(world.acts.choose(actions)[0])
    Image.fromarray(environment.render()).quantize(COLORS).save(PICTURES / f"{name}.png", optimize=True)
    environment.close()
