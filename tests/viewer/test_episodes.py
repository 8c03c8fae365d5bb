"""The window on episodes: step by step, with generations between them; keys and picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest

from alife.config import registry
from alife.config.schema import parse_config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.replay import EpisodePlayer, Replay, replay_genome, replay_run
from alife.experiment.run import Run
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.viewer import keys
from alife.viewer.draw.display import SIZE, SMALLEST
from alife.viewer.draw.theme import font
from alife.viewer.episode_session import EpisodeSession
from alife.viewer.panels.panel import REFRESH, WIDTH
from alife.viewer.panels.toolbar import TRACK
from alife.viewer.speed import STEPS
from alife.viewer.window import LEGEND, Window
from alife.world import EpisodicWorld, World
from tests.conftest import ROOT, Command
from tests.helpers.fake_run import FakeRun
from worlds.mushrooms import Mushrooms

VIEW = (900, 700)
SMALL = "world: {name: mushrooms, encounters: 2}\nstrategy: {name: ga}\n"
FEW = ("run.generations=6", "run.capacity=8", "run.episodes=1", "run.threads=1", "run.elites=0")
GENOME = ROOT / "genomes" / "cartpole.safetensors"


def small(*changes: str) -> Run:
    return Run(parse_config(SMALL, "test", [*FEW, *changes]))


def episodic_worlds() -> list[str]:
    kinds = {name: registry.find("worlds", name) for name in registry.names("worlds")}
    return [name for name, kind in kinds.items() if issubclass(kind, EpisodicWorld) and kind.has_scene()]


@pytest.mark.parametrize("name", episodic_worlds())
def test_an_episode_step_by_step_equals_one_in_a_loop_and_has_a_scene(name: str) -> None:
    run = Run(parse_config(f"world: {{name: {name}}}\nstrategy: {{name: ga}}", "test", FEW))
    of = run.simulation
    episodes = EpisodePlayer(of.world, of.brain, of.seed)
    at_once = Evaluator(of.world, of.brain, 1, of.seed, threads=1)
    genome = of.samples(8)[""]["genome"][3]
    for number in range(2):
        episodes.begin(genome[None])
        while not episodes.over:
            episodes.step()
            if episodes.clock in (1, 7):
                scene = of.world.scene(episodes.fields, episodes.living())
                assert scene.line_color.shape == (len(scene.lines), 3) and scene.text and len(scene.discs.x)
        fitness = at_once.fitness(genome[None], 1, HELD_OUT + number)[0]
        np.testing.assert_array_equal(episodes.close(), fitness)
        for field in (field for field in at_once.fields.table.values() if field.kept and "total" not in field.name):
            if field.name != "agent_steps":
                np.testing.assert_array_equal(episodes.fields[field.name], at_once.fields[field.name], field.name)


def test_a_watched_run_equals_an_unwatched_one() -> None:
    watched, unwatched = replay_run(small()), small()
    window = Window(watched)
    for command in ("toggle_pause", "toggle_pause", "single_step", "toggle_pause", "next_episode", "faster"):
        getattr(window.session, command)()
        for _ in range(9):
            window.session.advance()
            window.draw()
    assert 2 <= watched.generations.steps < 6
    unwatched.step(watched.generations.steps)
    assert watched.generations.state_hash() == unwatched.simulation.state_hash()


def test_the_best_genome_of_the_last_generation_is_shown_until_the_run_has_ended() -> None:
    watched = replay_run(small())
    for generation in range(9):
        fitness = watched.generations.last_fitness()[""]
        if generation:
            best = watched.generations.population.genomes[int(np.argmax(fitness))]
            np.testing.assert_array_equal(watched.simulation.fields["genome"][0], best)
        assert watched.generations.steps == min(generation, 6)
        watched.step(watched.simulation.length + 1)
    assert not watched.may_evolve and watched.simulation.episode == 10 and len(watched.fitness) == 9


def test_nothing_evolves_while_the_window_or_evolution_is_paused() -> None:
    session = EpisodeSession(replay_run(small()), VIEW)
    session.toggle_evolving()
    session.next_episode()
    assert session.run.generations.steps == 0 and session.run.simulation.episode == 2
    session.toggle_evolving()
    session.toggle_pause()
    for _ in range(50):
        session.advance()
    assert session.run.generations.steps == 0 and session.run.simulation.clock == 0


def effect(session: EpisodeSession) -> tuple[object, ...]:
    """Returns everything that a command can change."""
    life, flags = session.run.simulation, (session.paused, session.show_help, session.show_graph, session.closed)
    flags = (*flags, type(session.sheet), len(session.pins), session.show_legend, session.recording, session.panels)
    where = (session.camera.zoom, session.wants_screenshot, session.fullscreen, session.speed.place)
    return (*flags, *where, session.show_network, session.run.evolves, life.steps, life.episode)


@pytest.fixture(scope="module")
def genome() -> Replay:
    return replay_genome(parse_config("world: {name: cartpole}\nstrategy: {name: ga}", "test", ()), GENOME)


@pytest.mark.parametrize("key", keys.EPISODE_KEYS, ids=[key.command for key in keys.EPISODE_KEYS])
def test_every_key_does_its_command(key: keys.Key, genome: Replay) -> None:
    if key.needs and key.needs != "has_legend":
        assert key not in EpisodeSession(genome, VIEW).keys  # a single agent, on a track
        return
    for code in key.codes:
        window = Window(genome)
        window.session.camera.zoom *= 1.5
        before = effect(window.session)
        window.handle(pygame.Event(pygame.KEYDOWN, key=code, unicode="", mod=0))
        assert effect(window.session) != before
        genome.show_many(False)
    assert callable(getattr(EpisodeSession, key.command)) and (key.button == "") != (
        key.command in window._toolbar._buttons
    )


def test_a_genome_is_shown_in_one_episode_after_another(genome: Replay) -> None:
    assert genome.generations is None and not genome.may_evolve
    first, number = genome.simulation.fields["x"].copy(), genome.simulation.fields["id"].copy()
    genome.step(3)
    genome.next_episode()
    assert genome.simulation.clock == 0
    assert genome.simulation.fields["id"] == number + 1 and genome.simulation.fields["x"] != first


def test_a_click_beside_the_agent_leaves_it_selected(genome: Replay) -> None:
    session = EpisodeSession(genome, VIEW)
    session.click((1, 1))
    assert session.selected_place() and session.selection


def test_lines_have_their_color_and_things_have_no_face_and_cannot_be_selected(genome: Replay) -> None:
    window = Window(genome)
    session, scene = window.session, window.session.scene
    scene.lines, scene.line_color = np.array([[1.0, 0.5, 5.0, 0.5]], np.float32), np.array([[250, 0, 0]], np.uint8)
    discs = scene.discs
    faces = []
    for row in (0, -1):
        discs.row, discs.heading = np.array([row]), np.zeros(1, np.float32)
        session.selection = None
        session.click(tuple(float(v) for v in session.camera.to_screen(discs.x[0], discs.y[0])))
        assert (session.selection is None) == (row < 0)
        session.select(0)
        window.draw()
        faces.append(window.canvas.copy())
    at = tuple(round(float(v)) for v in session.camera.to_screen(3.0, 0.5))
    assert tuple(faces[0].get_at(at))[:3] == (250, 0, 0)
    x, y = (float(v) for v in session.camera.to_screen(discs.x[0], discs.y[0]))
    radius = float(discs.radius[0] * session.camera.zoom)
    box = pygame.Rect(0, 0, round(radius), round(radius))
    box.center = (round(x + radius / 2), round(y))
    white = [(pygame.surfarray.array3d(face.subsurface(box)).min(axis=2) > 238).sum() for face in faces]
    assert white[0] > 40 > white[1]


def test_live_takes_an_episodic_configuration_a_run_and_a_genome(tiny: Path, command: Command) -> None:
    import imageio_ffmpeg

    path = tiny.parent / "episodic.yaml"
    path.write_text(SMALL)
    few = [word for change in FEW for word in ("--set", change)]
    assert command("live", path, *few, "--frames", 40, "--screenshot", "a.png", "--record", "a.mp4")[0] == 0
    assert pygame.image.load("a.png").get_size() == (1280, 800)
    assert imageio_ffmpeg.count_frames_and_secs("a.mp4")[0] == 40
    assert command("evolve", path, *few, "--out", "run", "--quiet")[0] == 0
    before = {file: file.stat().st_mtime_ns for file in Path("run").rglob("*")}
    assert command("live", "run", "--frames", 3)[0] == 0
    assert before == {file: file.stat().st_mtime_ns for file in Path("run").rglob("*")}
    champion = next(Path("run/champions").glob("*.safetensors"))
    assert command("live", champion, "--frames", 3) == (0, "", "")


def test_a_world_without_a_scene_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mushrooms, "scene", World.scene)
    with pytest.raises(UserError, match="live: expected a world that draws a scene, got mushrooms; write evolve"):
        replay_run(small())


def test_the_panel_shows_the_facts_of_the_scene_and_every_step_of_the_episode(genome: Replay) -> None:
    genome.next_episode()
    window = Window(genome)
    window.draw()
    empty: Any = pygame.surfarray.array3d(window.canvas)
    for _ in range(30):
        window.session.advance()
    window.panel.refresh()
    window.draw()
    full: Any = pygame.surfarray.array3d(window.canvas)
    assert len(window.session.trace) == genome.simulation.clock
    assert (full[908:] != empty[908:]).any(axis=2).mean() > 0.005


def test_each_kind_of_run_has_its_own_keys(genome: Replay) -> None:
    assert Window(FakeRun(30)).session.keys == keys.SHARED_KEYS
    assert Window(genome).session.keys == tuple(key for key in keys.EPISODE_KEYS if key.needs in ("", "has_legend"))


@pytest.mark.parametrize("size", [SMALLEST, SIZE])
def test_the_slider_and_its_text_end_before_the_panel(genome: Replay, size: tuple[int, int]) -> None:
    for run in (FakeRun(5), genome):
        window = Window(run, size)
        window.session.toggle_pause()
        window.draw()
        end = window._toolbar._end + TRACK + 10 + font(12).size("1 step in 16 frames")[0]
        assert end < size[0] - (0 if window._toolbar.is_below_panel else WIDTH), window._toolbar._buttons[
            "toggle_pause"
        ].text


@pytest.mark.parametrize("steps", [1, 2, 8, 32])
def test_the_panel_shows_the_step_that_is_beside_it(
    steps: int, genome: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = Window(genome)
    session, drawn = window.session, []
    monkeypatch.setattr(window.panel, "_clock", lambda: (drawn.append(genome.simulation.steps), ("", ""))[1])
    while STEPS[session.speed.place] != steps:
        session.faster()
    for _ in range(9):
        session.advance()
        window.draw()
        assert drawn[-1] == genome.simulation.steps
    session.toggle_pause()
    for _ in range(3):
        window.draw()
    assert len(drawn) == 10  # what rests is not drawn again


def test_the_panel_of_a_shared_world_keeps_up_above_one_step_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(FakeRun(30))
    session, drawn = window.session, []
    monkeypatch.setattr(window.panel, "_clock", lambda: (drawn.append(session.life.steps), ("", ""))[1])
    for _ in range(2):
        for _ in range(2 * REFRESH):
            session.advance()
            window.draw()
            assert 0 <= session.life.steps - drawn[-1] <= (REFRESH - 1 if STEPS[session.speed.place] == 1 else 0)
        session.faster()


@pytest.mark.parametrize("role", ["predator", "prey"])
def test_the_genome_of_a_role_shows_an_agent_of_that_role(role: str, tmp_path: Path) -> None:
    config = parse_config("world: {name: pursuit}", "test", ["run.generations=1", "run.capacity=4", "run.episodes=1"])
    evolve(config, tmp_path / "run")
    path = next((tmp_path / "run" / "champions").glob(f"*-{role}.safetensors"))
    replay = replay_genome(config, path)
    session, life = EpisodeSession(replay, VIEW), replay.simulation
    for _ in range(2):
        assert life.world.roles[int(life.fields["role"][session.selection.row])] == role
        while not life.over:
            session.single_step()
        session.next_episode()
        session.look()
    predator = np.flatnonzero(life.fields["role"] == 0)
    assert (session.selection.row in predator) == (role == "predator") and len(replay.fitness) == 2


def test_the_legend_stands_beside_the_world_which_stays_in_view(genome: Replay) -> None:
    window = Window(genome)
    window.draw()
    wide, zoom = window.session.camera.view[0], window.session.camera.zoom
    window.session.toggle_legend()
    window.draw()
    camera = window.session.camera
    assert camera.view[0] == wide - LEGEND and camera.zoom == camera.fit_zoom < zoom
    assert window._beside()[0] == wide  # the panel stays where it was
    window.session.toggle_legend()
    window.draw()
    assert camera.view[0] == wide and camera.zoom == zoom


def test_an_arena_is_colored_by_role_action_and_memory_and_so_is_a_grid_of_them() -> None:
    run = Run(parse_config("world: {name: pursuit}\nstrategy: {name: ga}", "test", FEW))
    session = EpisodeSession(replay_run(run), VIEW)
    titles = [coloring.title for coloring in session.colorings]
    assert titles == ["the world's own", "action: turn", "action: thrust", "memory load"]
    session.next_coloring()
    session.toggle_overview()
    session.advance()
    assert session.coloring.title == "action: turn" and session.coloring.life is session.life
    agents = session.scene.discs.row >= 0
    assert len(np.unique(session.scene.discs.color[agents], axis=0)) > 1
