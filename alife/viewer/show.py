"""Pictures and animations of a run, for a notebook or as files."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, TypeGuard, get_args

from alife.atomic_files import write_whole, writing
from alife.config.arguments import check_integer
from alife.errors import UserError
from alife.experiment.build import make_experiment
from alife.experiment.open import open_target
from alife.experiment.recorder import complete_state
from alife.experiment.replay import Replay, make_player
from alife.experiment.run import Run
from alife.viewer.draw import display
from alife.viewer.draw.canvas import Canvas
from alife.viewer.draw.film import Film, check_path, save_picture
from alife.world import Scene, World
from alife.world.base import scene_of

FRAMES_PER_SECOND = 20
MOST_FRAMES = 2000  # of 3,000 agents they are more than a hundred megabytes
LOSS = 20  # of an MP4: half as large as a film of the window

Format = Literal["mp4", "gif"]


@dataclass(frozen=True)
class Animation:
    """An MP4 or GIF, or a PNG where one frame is asked for, which a notebook shows inline.

    Attributes:
        data: the bytes of the file.
        suffix: ".mp4", ".gif" or ".png".
        size: width and height in pixels.
        frames: their number.
        title: the world.
    """

    data: bytes
    suffix: str
    size: tuple[int, int]
    frames: int
    title: str

    def __repr__(self) -> str:
        """Returns the world, the number of frames and the size."""
        still, (wide, high) = self.suffix == ".png", self.size
        kind, many = ("Picture", "") if still else ("Animation", f"{self.frames} frame{'s' * (self.frames != 1)}, ")
        return f"{kind} of {self.title}: {many}{wide} x {high} pixels, {len(self.data) / 1e6:.1f} MB"

    def _repr_html_(self) -> str:
        """Returns an element that holds its data, so that a saved notebook keeps it."""
        kind, data = self.suffix.removeprefix("."), base64.b64encode(self.data).decode()
        if kind == "mp4":
            return f'<video controls autoplay loop muted title="{self!r}" src="data:video/mp4;base64,{data}"></video>'
        return f'<img alt="{self!r}" src="data:image/{kind};base64,{data}">'

    def save(self, path: str | Path) -> None:
        """Writes the file. Raises UserError if the path ends otherwise than `suffix`, or cannot be written to."""
        check_path(path, (self.suffix,), "save")
        with writing(Path(path)):
            write_whole(Path(path), [self.data])


def show(what: Run | str | Path, frames: int = 100, steps: int = 1, format: Format = "mp4") -> Animation:
    """Returns an animation of what comes next in a run, which itself stays as it is, or a picture of what is now.

    Of an episodic world or an arena it shows episodes of the best genome of the last generation.

    Args:
        what: a run; or a configuration, a run folder or a genome, as `live` takes them.
        frames: their number, 1 to 2,000, fewer if the population dies out; 1: a picture of the present state.
        steps: steps from a frame to the next one.
        format: "mp4", or "gif", which is larger and plays everywhere.

    Raises:
        UserError: a number out of its range, another format, a world that draws no scene, or no ffmpeg that works.
    """
    for name, value, most in (("frames", frames, MOST_FRAMES), ("steps", steps, 10**6)):
        check_integer(name, value, range(1, most + 1), example=100)
    if format not in get_args(Format):
        raise UserError(f"format: expected {' or '.join(get_args(Format))}, got {format!r}; write format='gif'")
    run = what if isinstance(what, Run) else open_target(str(what), None, [])
    scenes = _shared_scenes(run, steps) if _is_shared(run) else _episode_scenes(run, steps)
    world = run.simulation.world
    suffix = ".png" if frames == 1 else f".{format}"
    with display.kept(), closing(scenes), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"shown{suffix}"
        size, number = _draw(world, islice(scenes, frames), path)
        return Animation(path.read_bytes(), suffix, size, number, world.title)


def _is_shared(run: Run | Replay) -> TypeGuard[Run]:
    return isinstance(run, Run) and run.simulation.unit == "step"


def _shared_scenes(run: Run, steps: int) -> Generator[Scene, None, None]:
    """Yields scenes of a copy of a run, from the present one until nobody lives. steps: between two scenes."""
    life = make_experiment(run.config).process("cpu", with_founders=False)
    life.restore(complete_state(run.simulation))
    run.interventions.restore(life)
    yield scene_of(life.world, life.fields, life.living())
    while life.num_alive:
        life.step(steps)
        yield scene_of(life.world, life.fields, life.living())


def _episode_scenes(run: Run | Replay, steps: int) -> Generator[Scene, None, None]:
    """Yields scenes of episodes without an end. steps: between two scenes."""
    if isinstance(run, Run):
        process = run.simulation
        replay = Replay(run.config, make_player(process.world, process.brain, process.seed), process.newest())
    else:
        replay = run
    try:
        while True:
            yield replay.simulation.scene()
            replay.step(steps)
    finally:
        replay.close()


def _draw(world: World, scenes: Iterator[Scene], path: Path) -> tuple[tuple[int, int], int]:
    """Writes scenes to a film, or the first one to a picture; returns its size in pixels and the number of scenes."""
    first = next(scenes)
    canvas = Canvas(world, first, shown=False)
    canvas.draw(first)
    size = canvas.surface.get_size()
    if path.suffix == ".png":
        save_picture(canvas.surface, path)
        return size, 1
    with closing(Film(path, size, FRAMES_PER_SECOND, LOSS)) as film:
        film.add(canvas.surface)
        for scene in scenes:
            canvas.draw(scene)
            film.add(canvas.surface)
    return size, film.frames
