"""Pages on watched agents are written by another process, beside the genome, and the window says how that ended."""

from __future__ import annotations

import sys
from pathlib import Path

import pygame
import pytest

from alife.config.schema import load_config, parse_config
from alife.experiment.open import open_target
from alife.experiment.records.genome import load_genome
from alife.experiment.replay import replay_run
from alife.experiment.run import Run
from alife.viewer.window import Window
from tests.helpers.small_run import SMALL
from tests.viewer.test_steering import frames

PAGE = "import sys; open(sys.argv[3], 'w').write(sys.argv[1])"
REFUSAL = "import sys; print('a warning\\nalife: brain: expected wht', file=sys.stderr); sys.exit(2)"


def explained(window: Window, code: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Presses the key, and returns what the window says then, at a second press, and at the end."""
    monkeypatch.setattr("alife.viewer.explaining.COMMAND", (sys.executable, "-c", code))
    said = []
    for _ in range(2):
        window.handle(pygame.Event(pygame.KEYDOWN, key=pygame.K_e, unicode="E", mod=pygame.KMOD_SHIFT))
        said.append(window.session.status)
    while window.session.explaining.page:
        frames(window, 1)
    return [*said, window.session.status]


def shared() -> Window:
    window = Window(Run(load_config("meadow", [*SMALL])), (900, 600))
    frames(window, 2)
    window.session.next_agent()
    return window


def test_the_page_of_an_agent_is_written_beside_its_genome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    window = shared()
    agent = window.session.selection
    name = f"agent-{agent.id}-2"
    first, again, last = explained(window, PAGE, monkeypatch)
    assert first == f"Saved {name}.safetensors; {name}.html is being written"
    assert again == f"{name}.html is still being written" and last == f"Wrote {name}.html"
    assert Path(f"{name}.html").read_text() == f"{name}.safetensors"
    assert load_genome(f"{name}.safetensors").meta["id"] == agent.id


def test_why_a_page_was_not_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    last = explained(shared(), REFUSAL, monkeypatch)[-1]
    assert last.endswith(".html was not written: brain: expected wht")
    monkeypatch.setattr("alife.viewer.explaining.COMMAND", (str(tmp_path / "none"),))
    window = shared()
    window.session.inspect_agent()
    assert window.session.explaining.page is None and "expected to start" in window.session.status
    window.session.deselect()
    window.session.inspect_agent()
    assert window.session.status == "Select a living agent first"


def test_the_window_waits_at_its_end_for_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("alife.viewer.explaining.COMMAND", (sys.executable, "-c", PAGE))
    session = shared().session
    session.inspect_agent()
    page = session.explaining.page
    session.end()
    assert page.exists()
    assert capsys.readouterr().err.splitlines() == [f"alife: {page} is being written", f"alife: Wrote {page}"]
    monkeypatch.setattr("alife.viewer.explaining.COMMAND", (sys.executable, "-c", REFUSAL))
    session.inspect_agent()
    session.end()
    assert capsys.readouterr().err.splitlines()[-1] == f"alife: {page} was not written: brain: expected wht"


@pytest.mark.parametrize("of", ["generation", "genome"])
def test_the_genome_of_an_episode_is_saved_as_it_lives(
    of: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "{world: {name: cartpole}, strategy: {name: ga}, run: {generations: 9, capacity: 8, episodes: 1}}"
    run = replay_run(Run(parse_config(text, "test"))) if of == "generation" else open_target("pursuit-prey", None, [])
    window = Window(run, (900, 600))
    frames(window, 2)
    assert explained(window, PAGE, monkeypatch)[-1].startswith("Wrote ")
    (path,) = tmp_path.glob("*.safetensors")
    saved, row = load_genome(path), window.session.selection.row
    assert (saved.params == window.session.life.fields.row("genome", row)).all()
    assert saved.meta.get("role") == ("prey" if of == "genome" else None)
    assert path.name == ("pursuit-prey-genome-2" if of == "genome" else "cartpole-generation-0-1") + ".safetensors"
