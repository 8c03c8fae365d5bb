"""`alife.show`: pictures and animations of a run that stays as it is, and films as GIF."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

import alife
from alife.errors import UserError
from alife.viewer.loop import open_window
from tests.helpers.fake_run import FakeRun

Image = pytest.importorskip("PIL.Image")
MEADOW = ["run.capacity=64", "run.threads=1", "world.population=32", "world.side=32"]
EPISODIC = ["run.capacity=4", "run.episodes=1", "run.threads=1"]


def test_a_shared_world_goes_on_in_the_animation_and_not_in_the_run() -> None:
    run = alife.Run(alife.load_config("meadow", overrides=MEADOW))
    run.step(3)
    before = run.simulation.state_hash()
    shown = alife.show(run, frames=5, steps=2, format="gif")
    assert run.simulation.state_hash() == before and run.simulation.steps == 3
    assert (shown.frames, shown.suffix, shown.title) == (5, ".gif", "meadow")
    with Image.open(io.BytesIO(shown.data)) as film:
        assert film.n_frames == 5 and film.size == shown.size
    assert repr(shown).startswith("Animation of meadow: 5 frames, ")


def test_an_animation_of_nobody_has_one_frame() -> None:
    run = alife.Run(alife.load_config("meadow", overrides=[*MEADOW, "world.population=2"]))
    for agent in run.simulation.fields["id"][run.simulation.living()].tolist():
        run.intervene("remove", id=agent)
    run.step(1)
    shown = alife.show(run, frames=3, format="gif")
    assert not run.simulation.num_alive and repr(shown).startswith("Animation of meadow: 1 frame, ")
    assert repr(alife.show(run, frames=1)).startswith("Picture of meadow: ")


def test_one_frame_is_the_present_state_as_a_picture(tmp_path: Path) -> None:
    run = alife.Run(alife.load_config("meadow", overrides=MEADOW))
    shown, again = alife.show(run, frames=1), alife.show(run, frames=1)
    assert shown.data == again.data
    html = shown._repr_html_()
    found = re.fullmatch(r'<img alt="Picture of meadow: [^"]*" src="data:image/png;base64,([^"]+)">', html)
    assert found and base64.b64decode(found[1]) == shown.data
    shown.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == shown.data
    with pytest.raises(UserError, match=r"save: expected a file name ending in .png, got .*a.gif; write a.png"):
        shown.save(tmp_path / "a.gif")
    run.step(1)
    assert alife.show(run, frames=1).data != shown.data


@pytest.mark.parametrize("what", ["genomes/cartpole.safetensors", "pursuit"])
def test_episodes_are_shown_by_path_and_name(what: str, tmp_path: Path) -> None:
    shown = alife.show(what, frames=3)
    shown.save(tmp_path / "a.mp4")
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "a.mp4"))[0] == shown.frames == 3
    assert shown._repr_html_().startswith("<video controls autoplay loop muted title=")


def test_episodes_of_a_run_are_those_of_its_best_genome_and_leave_it_as_it_is() -> None:
    run = alife.Run(alife.load_config("cartpole", overrides=EPISODIC))
    run.step(1)
    before = run.simulation.state_hash()
    assert alife.show(run, frames=4).title == "cartpole"
    assert run.simulation.state_hash() == before and run.simulation.steps == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": 0}, "frames: expected an integer from 1 to 2,000, got 0; write frames=100"),
        ({"frames": True}, "frames: expected an integer from 1 to 2,000, got True"),
        ({"format": "webm"}, "format: expected mp4 or gif, got 'webm'; write format='gif'"),
        ({"steps": 1.5}, "steps: expected an integer from 1 to 1,000,000, got 1.5"),
    ],
)
def test_numbers_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        alife.show("cartpole", **options)


def test_a_film_may_be_a_gif_of_20_frames_a_second(tmp_path: Path) -> None:
    open_window(FakeRun(100), frames=9, record=tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as film:
        assert film.n_frames == 3 and film.info["duration"] == 50 and film.info["loop"] == 0
