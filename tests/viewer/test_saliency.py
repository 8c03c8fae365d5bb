"""The saliency of senses: known derivatives, finite differences, where there is none, and when it is computed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, final

import numpy as np
import pygame
import pytest

from alife.brains import Brain, make_brain
from alife.brains.shared.network import Network, WidthParams
from alife.config.registry import names
from alife.config.schema import parse_config
from alife.experiment.run import Run
from alife.ops.vocabulary import Operations
from alife.viewer.draw import theme
from alife.viewer.draw.paper import Paper
from alife.viewer.draw.rose import Channel, draw_rose
from alife.viewer.inside import saliency
from alife.viewer.inside.saliency import PAUSE, Saliency, Salient, salient
from alife.viewer.panels.senses import tint
from alife.viewer.window import Window
from tests.helpers.fake_run import FakeRun

STEPS = "sine"  # rounds the input of each unit
SPECS: list[dict[str, Any]] = [
    *({"name": name} for name in names("brains") if name != STEPS),
    {"name": "wht", "memory": None, "projection": None},
    {"name": "wht", "recurrent": 4, "ensemble": 3, "last_actions": "values"},
    {"name": "dense", "unit": "tanh"},
]


@final
class Hand(Network):
    """The first action is the weighted sum of the senses, the second the product of the first two, the third 0."""

    def step(self, o: Operations) -> None:
        """Computes a step."""
        x = o.load(o.input("observations", self.num_observations))
        sums = o.total(x * o.load(o.genome("weights", 1, self.width)))
        product = o.lane(x, 0) * o.lane(x, 1)
        lane = np.arange(self.width)
        o.store(o.output("actions", 3), o.blend(lane == 0, sums, o.blend(lane == 1, product, 0.0)))


def seen_of(brain: Any, genome: np.ndarray, senses: np.ndarray, actions: list[float], ranges: list[float]) -> Any:
    """Returns what is needed of a glance at an agent with an empty memory."""
    sensors = [SimpleNamespace(low=-width / 2, high=width / 2) for width in ranges]
    life = SimpleNamespace(brain=brain, world=SimpleNamespace(sensors=sensors))
    last = SimpleNamespace(state=np.zeros(getattr(brain, "num_states", 0), np.float32), observations=senses)
    return SimpleNamespace(
        life=life, agent=(0, 0), step=7, genome=genome, last=last, observations=senses, actions=np.array(actions)
    )


def test_the_saliency_of_a_brain_made_by_hand_is_its_derivative_times_the_range() -> None:
    brain, weights = Brain(Hand(WidthParams(width=16), 3, 3), 1), np.zeros(16, np.float32)
    weights[:3] = 0.5, -2.0, 0.0
    senses = np.array([0.3, -0.4, 0.9], np.float32)
    sums = salient(seen_of(brain, weights, senses, [0.9, 0.1, 0.0], [2.0, 1.0, 4.0]))
    assert sums.action == 0 and sums.values == pytest.approx([1.0, -2.0, 0.0])
    assert sums.tints == pytest.approx([0.5, -1.0, 0.0]) and not sums.why
    product = salient(seen_of(brain, weights, senses, [0.1, -0.7, 0.0], [2.0, 1.0, 4.0]))
    assert product.action == 1 and product.values == pytest.approx([2 * -0.4, 0.3, 0.0])
    nothing = salient(seen_of(brain, weights, senses, [0.0, 0.0, 0.1], [2.0, 1.0, 4.0]))
    assert nothing.why == saliency.FLAT and not nothing.tints.size and not nothing.words(1)


@pytest.mark.parametrize("spec", SPECS, ids=[" ".join(map(str, spec.values())) for spec in SPECS])
def test_the_slopes_of_every_brain_are_those_of_finite_differences(spec: dict[str, Any]) -> None:
    brain, draw, step = make_brain({"width": 32, **spec}, 6, 2), np.random.default_rng(3), 2e-3
    genome, senses = brain.init(1, 5), draw.uniform(-1, 1, 6).astype(np.float32)
    state = np.where(brain.new_states(1)[0] == 0, draw.uniform(-0.5, 0.5, brain.num_states), 0).astype(np.float32)
    before = state.copy()
    found = brain.slopes(genome[0], state, senses)
    moved = np.repeat(senses[None], 12, axis=0) + step * np.concatenate([np.eye(6), -np.eye(6)]).astype(np.float32)
    actions = brain.step(np.repeat(genome, 12, axis=0), np.repeat(state[None], 12, axis=0), moved, engine="reference")
    differences = (actions[:6] - actions[6:]).T.astype(float) / (2 * step)
    close = np.abs(found.slopes[0] - differences) < 5e-3 * np.abs(differences).max()
    assert close.all(axis=0).mean() >= 5 / 6  # a switch may change between the two
    assert np.abs(found.slopes).max() > 0.01 and np.array_equal(state, before)


def test_where_there_is_none_the_reason_is_said() -> None:
    brain, senses = make_brain({"name": STEPS, "width": 32}, 6, 2), np.linspace(-1, 1, 6, dtype=np.float32)
    seen = seen_of(brain, brain.init(1, 0)[0], senses, [0.5, 0.1], [2.0] * 6)
    assert salient(seen).why == saliency.ROUNDED
    seen.life.brain = FakeRun(1).simulation.brain
    assert salient(seen).why == saliency.NETWORK
    seen.life.brain, seen.observations = brain, np.zeros(1 << 16)
    assert salient(seen).why == saliency.SIZE


def test_it_is_computed_a_few_times_a_second_and_at_once_of_another_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, life = [10.0], object()
    monkeypatch.setattr(saliency.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(saliency, "salient", lambda seen: Salient(seen.step, 0, 0.0, np.ones(1)))
    known = Saliency()

    def at(step: int, agent: int = 1, still: bool = False) -> int:
        return known.read(SimpleNamespace(life=life, agent=(agent, 0), step=step), still).step  # type: ignore[arg-type]

    assert [at(1), at(2), at(3)] == [1, 1, 1]
    clock[0] += PAUSE
    assert [at(4), at(5), at(5, still=True), at(6), at(7, agent=2)] == [4, 4, 5, 5, 7]


def test_only_a_panel_that_is_open_computes_it_and_of_the_selected_agent_alone(
    texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    agents: list[int] = []
    compute = saliency.salient
    monkeypatch.setattr(saliency, "salient", lambda seen: agents.append(seen.agent[0]) or compute(seen))
    changes = ["world.side=32", "world.population=60", "run.capacity=200", "run.threads=1"]
    window = Window(Run(parse_config("world: {name: meadow}", "test", changes)))
    session = window.session
    session.single_step()
    window.draw()
    assert not agents
    session.select_oldest()
    session.panels = False
    window.draw()
    assert not agents
    session.panels = True
    window.draw()
    assert agents == [session.selection.row]
    assert any(text.startswith("tint: a sense moves ") for text in texts)
    said = [hint.lines(hint.box.center) for hint in window.panel._picture.hints]
    assert any(lines[0].startswith("saliency for ") and "computed at most 4" in lines[-1] for lines in said if lines)
    assert any(line.startswith("saliency ") for lines in said for line in lines if lines[0] == "energy")


def test_the_tint_of_a_sense_is_behind_its_petal_and_on_the_rim() -> None:
    paper, channel = Paper.blank((120, 120), 1.0, theme.CARD), Channel("near", (0, 1, 2, 3), 0.0, 1.0, (0, 255, 0))
    tints = [tint(share) for share in (1.0, 0.0, -1.0, 0.0)]
    draw_rose(paper, (60, 60), 50, [channel], [1.0, 0.0, 0.0, 0.0], tints)
    rim, behind = paper.surface.get_at((60, 13))[:3], paper.surface.get_at((60, 95))[:3]
    assert rim == tints[0] and paper.surface.get_at((60, 30))[:3] == (0, 255, 0)
    assert behind == tints[2] and tints[0][0] > tints[0][2] and tints[2][2] > tints[2][0]
    assert pygame.Color(*paper.surface.get_at((20, 60))[:3]) == pygame.Color(*theme.CARD)
