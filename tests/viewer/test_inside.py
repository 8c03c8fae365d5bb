"""The inside of the selected agent: its last step, its network as a graph, its senses, memories and genome."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pygame
import pytest

from alife.brains import make_brain
from alife.brains.memory.recall_law import relative_errors
from alife.config.registry import find, find_params
from alife.config.schema import parse_config
from alife.experiment.replay import replay_run
from alife.experiment.run import Run
from alife.viewer.coloring.modes import colorings_of
from alife.viewer.draw import theme
from alife.viewer.draw.hover import hint_at
from alife.viewer.draw.paper import Paper
from alife.viewer.draw.rose import Channel, draw_rose, sector_at
from alife.viewer.inside.glance import glance
from alife.viewer.inside.memories import Memories
from alife.viewer.inside.thought import Thought, think
from alife.viewer.panels.agent import UNKNOWN
from alife.viewer.panels.compare import table
from alife.viewer.panels.graph_rows import GraphRows
from alife.viewer.panels.network import LEAST
from alife.viewer.panels.panel import STILL
from alife.viewer.panels.senses import directional
from alife.viewer.window import Window
from tests.helpers.fake_run import FakeRun

UNBIASED = ("wht", "mind", "double", "butterfly", "switchboard")  # what reaches an action is all from the input
FORMS = (*UNBIASED, "sampled", "paths", "circulant", "dense", "pruned", "sine")
FEW = ("run.generations=6", "run.capacity=8", "run.episodes=1", "run.threads=1")


def meadow(out: Path | None = None) -> Run:
    changes = ["world.side=32", "world.population=150", "run.capacity=400", "run.threads=1"]
    return Run(parse_config("world: {name: meadow}", "test", changes), out)


def episodes(world: str) -> Window:
    return Window(replay_run(Run(parse_config(f"{{world: {{name: {world}}}, strategy: {{name: ga}}}}", "test", FEW))))


def press(window: Window, *codes: int) -> None:
    for code in codes:
        window.handle(pygame.Event(pygame.KEYDOWN, key=code, unicode="", mod=0))


def thought_of(spec: dict[str, object], seed: int = 0) -> Thought:
    """Returns a step of a random genome with an empty memory."""
    brain, draw = make_brain(spec, 5, 2), np.random.default_rng(seed)
    names = ([SimpleNamespace(name=f"{kind} {k}") for k in range(n)] for kind, n in (("see", 5), ("do", 2)))
    sensors, actuators = names
    life = SimpleNamespace(brain=brain, world=SimpleNamespace(sensors=sensors, actuators=actuators))
    seen = draw.uniform(-1, 1, 5).astype(np.float32)
    return Thought(life, brain.new_states(1)[0], seen, brain.init(1, seed)[0], exact=True)


# The last step


def watched_steps(window: Window, count: int) -> Iterator[Window]:
    for _ in range(count):
        window.session.advance()
        if not window.session.selected_place() and not window.session.beside:
            window.session.next_agent()
        yield window


@pytest.mark.parametrize("make", [lambda: Window(meadow()), lambda: episodes("recall")], ids=["shared", "episodes"])
def test_the_step_that_is_shown_is_the_one_that_was_taken(make: object) -> None:
    window, exact = make(), 0  # type: ignore[operator]
    window.session.select_oldest()
    for _ in watched_steps(window, 12):
        session = window.session
        thought = think(session.life, session.witness, session.selection)
        if thought.exact:
            actions = session.life.fields.row("actions", session.selection.row)
            assert np.array_equal(thought.stages[-1].values[: len(actions)], actions)
            exact += 1
    assert exact >= 8


def test_what_a_savepoint_does_not_keep_is_not_shown_as_zero(texts: list[str]) -> None:
    window = Window(meadow())
    session = window.session
    for _ in range(3):
        session.advance()
    session.keep_savepoint()
    session.advance()
    session.return_to(session.run.savepoints()[-1].name)
    session.select_oldest()
    press(window, pygame.K_p, pygame.K_F3)
    window.panel.refresh()
    window.draw()
    thrust = next(one for one in colorings_of(session.life) if one.title == "action: thrust")

    def known() -> list[bool]:
        lines = {line.name: line.values[0] for line in table(session.life, [session.selection])}
        colors = thrust.values(session.living, session.scene)
        return [lines["bite"] is not None, lines["plants ahead"] is not None, bool(np.isfinite(colors).all())]

    assert known() == [False] * 3 and UNKNOWN in texts and "No step to show yet" in texts
    session.single_step()
    session.look()
    session.select_oldest()
    assert known() == [True] * 3


def test_the_network_has_room_where_the_legend_is_beside_the_world(texts: list[str]) -> None:
    window = Window(episodes("cartpole").session.run, (900, 600))
    window.session.advance()
    press(window, pygame.K_l)
    window.draw()
    assert window._legend_room
    press(window, pygame.K_F3)
    window.draw()
    assert window._network._box.width >= LEAST and not window._legend_room
    assert "without room beside this: the legend" in texts
    press(window, pygame.K_F3)
    window.draw()
    assert window._legend_room


def test_what_is_seen_at_a_glance_stays_as_it_was() -> None:
    session = next(watched_steps(Window(meadow()), 1)).session
    seen = glance(session.run, session.witness, session.relatives, session.selection)
    names = ("genome", "state", "observations", "actions")
    before = {name: session.life.fields.row(name, session.selection.row).copy() for name in names}
    age = seen.columns["birth_step"]
    session.advance()
    assert not np.array_equal(session.life.fields.row("observations", session.selection.row), before["observations"])
    assert all(np.array_equal(getattr(seen, name), before[name]) for name in names)
    assert seen.step == session.life.steps - 1 and age == session.selection.birth_step


def test_a_picture_that_is_drawn_in_parts_is_that_which_is_drawn_at_once() -> None:
    window = Window(meadow())
    for _ in watched_steps(window, 3):
        window.draw()
    window.session.toggle_pause()
    window.panel.refresh()
    window.draw()
    at_once = window.panel._picture
    pixels, unfinished = pygame.surfarray.array3d(at_once.surface), 0
    for _ in range(STILL + 20):
        window.draw()
        unfinished += window.panel._coming is not None
    assert window.panel._picture is not at_once and unfinished > 5
    assert np.array_equal(pygame.surfarray.array3d(window.panel._picture.surface), pixels)


def test_while_a_network_is_drawn_the_one_before_is_shown_with_its_buttons() -> None:
    window, parts = Window(meadow()), 0
    press(window, pygame.K_F3)
    for _ in watched_steps(window, 40):
        shown, buttons = window._network._picture, window._network._chips
        window.draw()
        if window._network._coming is not None:
            assert window._network._picture is shown and window._network._chips is buttons
            parts += 1
    assert parts >= 6


def test_looking_inside_changes_no_result() -> None:
    window, alone = Window(meadow()), meadow()
    window.session.select_oldest()
    press(window, pygame.K_F3)
    for _ in watched_steps(window, 12):
        pygame.mouse.set_pos((300, 300))
        window.draw()
    alone.step(12)
    assert window.session.run.simulation.state_hash() == alone.simulation.state_hash()


# Ways through the network


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_followed_from_layer_to_layer(name: str) -> None:
    thought = thought_of({"name": name, "width": 32}, seed=3)
    ways, y = thought.ways(1), float(thought.stages[-1].values[1])
    assert thought.stepped is (name == "sine")
    assert all((stage.sides is not None) for stage in thought.stages[1:-1])
    if name in UNBIASED:
        assert ways.parts["input"].sum() == pytest.approx(y, rel=1e-4)
    for stage in thought.stages[1:-1] if name != "sine" else ():
        before = sum(flow.sum() for (_, after), flow in ways.flows.items() if after == stage.name)
        if name in UNBIASED:  # what goes into a layer is what comes out of it
            assert before == pytest.approx(ways.parts[stage.name].sum(), rel=1e-3, abs=1e-5)


def test_members_of_an_ensemble_add_up_and_units_without_switches_have_no_side() -> None:
    thought = thought_of({"name": "wht", "width": 32, "ensemble": 3})
    last = [one for one in thought.ways(0).parts if one.endswith("layer_3")]
    assert len(last) == 3
    total = sum(thought.ways(0).parts[one].sum() for one in last)
    assert total == pytest.approx(float(thought.stages[-1].values[0]), rel=1e-4)
    smooth = thought_of({"name": "dense", "width": 32, "unit": "tanh"})
    assert [stage.sides for stage in smooth.stages] == [None] * len(smooth.stages) and smooth.stages[1].smooth


def test_the_side_of_a_switch_is_the_sign_of_what_it_switches() -> None:
    brain = make_brain({"name": "wht", "width": 32, "memory": None, "injection": 0}, 5, 2)
    genome, seen = brain.init(1, 4)[0], np.linspace(-1, 1, 5, dtype=np.float32)
    notes, network = brain.record(genome, brain.new_states(1)[0], seen), brain.network
    traced = brain.traced(genome, brain.new_states(1)[0], seen, network.stages)
    hadamard = np.array([[(-1) ** (i & j).bit_count() for j in range(32)] for i in range(32)])
    for number in (2, 3):
        z = hadamard @ notes[f"layer_{number - 1}"] * np.sqrt(3 / 32)
        assert np.array_equal(traced.sides[f"layer_{number}"][0], z >= 0)
    with pytest.raises(KeyError):
        traced.sides["output"]


def test_connections_are_told_from_what_they_are() -> None:
    paths, wht, dense = (thought_of({"name": name, "width": 32}) for name in ("paths", "wht", "dense"))
    assert paths.stages[2].inputs <= 8 and not wht.stages[2].smooth
    assert wht.stages[2].even and wht.stages[2].inputs == 32
    assert not dense.stages[-1].even


# The graph in the window


def test_the_graph_says_the_values_under_the_pointer_and_follows_the_action_that_is_clicked(texts: list[str]) -> None:
    window = Window(meadow())
    session = window.session
    session.select_oldest()
    session.advance()
    press(window, pygame.K_F3)
    window.draw()
    view, actions = window._network, [one.name for one in session.life.world.actuators]
    assert {"input", "layer 1", "output", "constant", "transform"} <= set(texts)
    assert any(text.startswith("Network of agent") for text in texts)
    picture = view._picture
    said = [hint_at(picture.hints, hint.box.center) for hint in picture.hints]
    words = {lines[0] for lines in said if lines}
    assert set(actions) <= words and any(word.startswith("layer 2, unit") for word in words)
    raw = session.life.fields.row("actions", session.selection.row)
    weakest = int(abs(raw).argmin())
    lane, chip = view._chips[weakest]
    at = [round((side + edge) * window.scale) for side, edge in zip(chip.center, view._box.topleft, strict=True)]
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        window.handle(pygame.Event(kind, button=1, pos=at))
    window.draw()
    said = [hint_at(view._picture.hints, hint.box.center) for hint in view._picture.hints]
    assert lane == weakest and any(actions[lane] in line for lines in said for line in lines if line.startswith("adds"))
    press(window, pygame.K_ESCAPE)
    assert not session.show_network and not session.closed


def test_a_network_without_layers_is_shown_as_the_values_that_it_names(texts: list[str]) -> None:
    window = Window(FakeRun(20))
    press(window, pygame.K_F3)
    window.draw()
    assert window.session.selection is not None
    assert any(text.startswith("This network is not one of layers") for text in texts) and "gate" in texts


@pytest.mark.parametrize("size", [(488, 480), (900, 700)])
@pytest.mark.parametrize("spec", [{"name": "wht", "layers": 20}, {"name": "wht", "ensemble": 4}, {"name": "paths"}])
def test_rows_stay_in_their_room(spec: dict[str, object], size: tuple[int, int]) -> None:
    thought, paper = thought_of({"width": 32, **spec}), Paper.blank(size, 1.0, theme.PAPER)
    room = pygame.Rect(14, 62, size[0] - 28, size[1] - 120)
    rows = GraphRows(paper, room, thought, 0)
    assert len(list(rows.draw())) > 1 and paper.hints
    assert all(room.contains(hint.box) or room.inflate(4, 4).contains(hint.box) for hint in paper.hints)
    assert (np.diff(rows.middles) >= 2 * rows.bar).all()


# Senses


def test_sensors_with_the_directions_of_a_field_of_view_are_on_the_rose() -> None:
    world = find("worlds", "meadow")(find_params("worlds", "meadow")())
    channels = directional(world)
    assert {one.name for one in channels} == {"plants", "nearness", "size", "kinship"}
    names = [sensor.name for sensor in world.sensors]
    kind = channels[0].name
    assert [names[place] for place in channels[0].sensors][:2] == [f"{kind} ahead", f"{kind} ahead left"]
    assert "plants underfoot" not in {names[place] for channel in channels for place in channel.sensors}
    assert directional(find("worlds", "cartpole")(find_params("worlds", "cartpole")())) == ()


def test_what_is_seen_on_the_left_is_on_the_left_of_the_rose() -> None:
    paper = Paper.blank((120, 120), 1.0, theme.CARD)
    channel = Channel("near", (0, 1, 2, 3), 0.0, 1.0, (255, 0, 0))
    draw_rose(paper, (60, 60), 50, [channel], [0.0, 1.0, 0.0, 0.0])
    red = pygame.surfarray.array3d(paper.surface)[..., :2] @ np.array([1, -1]) > 150
    assert red[15:45, 50:70].mean() > 0.5 and not red[60:].any()
    assert [sector_at((60, 60), 50, 4, at) for at in ((60, 30), (30, 60), (60, 90), (90, 60))] == [0, 1, 2, 3]
    assert sector_at((60, 60), 50, 4, (5, 5)) is None


# Memories


def test_what_is_shown_of_a_memory_is_what_it_holds() -> None:
    window = episodes("recall")
    session = window.session
    for _ in range(2):
        press(window, pygame.K_n)
    for _ in watched_steps(window, 6):
        pass
    life, row = session.life, session.selection.row
    witness, wiring = session.witness, session.life.brain.network.memories[0]
    assert witness.whole and witness.num_writes == len(witness.writes) > 1
    memories = Memories()
    seen = glance(session.run, witness, session.relatives, session.selection)
    (found,) = memories.read(seen, memories.learn(seen))
    weights, last = np.zeros((wiring.p.num_values, wiring.p.bits)), {}
    for moment in witness.writes:  # the delta rule again, from nothing
        (access,) = memories._known[moment]
        key = access.write[0, : wiring.p.bits].astype(float)
        last[key.tobytes()] = (key, access.values[0])
        weights += np.outer(access.values[0] - weights @ key, key) / wiring.p.bits
    held = life.brain.values("memory", life.fields.row("state", row)).reshape(weights.shape)
    assert np.allclose(weights, held, atol=1e-5) and np.abs(held).max() > 0
    assert found.writes == witness.num_writes and found.last_write == witness.writes[-1].step
    assert found.distinct == len(last)
    errors = np.array([weights @ key - values for key, values in last.values()])
    assert found.error == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-3, abs=1e-5)


def test_the_law_of_the_youngest_pairs_is_that_of_all() -> None:
    for rule in ("delta", "hebb"):
        assert np.array_equal(relative_errors(16, 40, rule, 7), relative_errors(16, 40, rule)[:7])


# Genome and parents


def test_the_genome_of_a_parent_is_known_after_its_death() -> None:
    window = Window(meadow())
    session, known = window.session, {}
    for _ in range(150):
        session.advance()
        fields, living = session.life.fields, session.living
        known.update({int(fields["id"][row]): fields.row("genome", row).copy() for row in living})
        parents = fields["parent_id"][living]
        orphans = living[(parents >= 0) & ~np.isin(parents, fields["id"][living])]
        if orphans.size:
            break
    assert orphans.size
    row = int(orphans[0])
    session.select(row)
    origin, parent = session.relatives.origin(session.run, session.selection), int(fields["parent_id"][row])
    assert "has died" in origin.text and np.array_equal(origin.genome, known[parent])


def test_a_genome_from_before_the_window_is_found_in_what_the_run_keeps(tmp_path: Path) -> None:
    run = meadow()
    run.step(2)
    fields = run.simulation.fields
    row = int(run.simulation.living()[3])
    id_, genome = int(fields["id"][row]), fields.row("genome", row).copy()
    assert run.kept_genome(id_) is None
    run.savepoint("before")
    run.intervene("remove", id=id_)
    run.step(1)
    assert np.array_equal(run.kept_genome(id_), genome) and run.kept_genome(10**9) is None
    stored = meadow(tmp_path / "run")
    stored.step(2)
    stored.save()
    assert np.array_equal(stored.kept_genome(id_), genome)
    stored.close()


def test_genes_that_changed_are_marked_and_told(texts: list[str]) -> None:
    window = episodes("cartpole")
    session = window.session
    for _ in range(3):
        press(window, pygame.K_n)
    window.draw()
    origin = session.relatives.origin(session.run, session.selection)
    genome = session.life.fields.row("genome", session.selection.row)
    count = int((genome != origin.genome).sum())
    assert any("best genome of generation" in text for text in texts)
    assert any((f": {count:,} differ" if count else "no gene differs") in text for text in texts)
