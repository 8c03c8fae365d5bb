"""The page of a run: written at its end, also if interrupted; its tree and curves hold what the records hold."""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.report import report
from alife.analysis.report.chart import MOST, Line, lines, thinned
from alife.analysis.report.descent import Phylogeny, branches, carriers
from alife.analysis.report.scale import SIZE, label, linear, logarithmic
from alife.analysis.report.subject import load
from alife.experiment.evolve import evolve
from tests.conftest import Command


def made_up(agents: int, founders: int, seed: int, ends: int) -> Phylogeny:
    """Returns a phylogeny whose parents are born before their children and live at their births; a tenth is alive."""
    draw = np.random.default_rng(seed)
    born = np.sort(draw.integers(0, ends, agents)).astype(float)
    born[:founders] = 0.0
    died = born + draw.integers(1, ends // 2, agents)
    died[died > 0.9 * ends] = np.inf
    parents = np.full(agents, -1)
    for agent in range(founders, agents):
        could = np.flatnonzero((born[:agent] < born[agent]) & (died[:agent] >= born[agent]))
        parents[agent] = draw.choice(could) if len(could) else -1
    return Phylogeny(np.arange(agents) * 3.0, parents, born, died)


def ancestors(tree: Phylogeny, agent: int) -> list[int]:
    """Returns an agent and its ancestors, back to its founder."""
    chain = [agent]
    while tree.parents[chain[-1]] >= 0:
        chain.append(int(tree.parents[chain[-1]]))
    return chain


def carrier(tree: Phylogeny, chain: list[int], step: float) -> int:
    """Returns the agent of a chain that carries its line after the births of this step; -1 if none does."""
    return next((agent for agent in chain if tree.born[agent] <= step), -1)


@pytest.mark.parametrize(("agents", "founders"), [(2, 2), (40, 1), (300, 3), (300, 60)])
@pytest.mark.parametrize("most", [1, 7, 1000])
def test_the_tree_holds_every_living_agent_once(agents: int, founders: int, most: int) -> None:
    tree = made_up(agents, founders, agents + most, 50)
    alive = [int(agent) for agent in np.flatnonzero(np.isinf(tree.died))]
    shown, count = branches(tree, carriers(tree), most)
    assert count == len(alive) and len(shown) == min(most, count)
    chains = {agent: ancestors(tree, agent) for agent in alive}
    for row, branch in enumerate(shown):
        assert branch.carries == sum(carrier(tree, chain, branch.start) == branch.agent for chain in chains.values())
        assert branch.founder == ancestors(tree, branch.agent)[-1] and branch.start >= tree.born[branch.agent]
        below = [other for other in shown if other.parent == row]
        assert branch.alone == branch.carries - sum(other.carries for other in below) >= 1
        assert -1 <= branch.parent < row and (branch.parent < 0 or shown[branch.parent].start <= branch.start)
        between = shown[branch.parent + 1 : row] if branch.parent >= 0 else []
        assert all(other.start >= branch.start for other in between)  # no line crosses the one down to this row
    if most == 1000:
        assert sum(branch.alone for branch in shown) == len(alive) and all(branch.alone == 1 for branch in shown)


def test_a_single_line_of_a_hundred_thousand_generations() -> None:
    count = 100_000
    born = np.arange(count, dtype=float)
    died = np.append(born[1:], np.inf)
    tree = Phylogeny(born, np.arange(count) - 1, born, died)
    (only,), all_lines = branches(tree, carriers(tree), 40)
    assert (only.agent, only.carries, all_lines) == (0, 1, 1)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0), (-3, 2), (0, 1e-9), (0, 123456789), (-0.5, -0.5)])
def test_ticks_are_few_and_lie_on_the_scale(low: float, high: float) -> None:
    scale = linear(low, high)
    assert 1 <= len(scale.ticks) <= 6 and (scale.ticks >= scale.low - 1e-9 * abs(scale.low)).all()
    assert np.allclose(np.diff(scale.ticks, 2), 0) and (np.diff(scale(scale.ticks)) > 0).all()
    assert scale(np.array([low, scale.high])) == pytest.approx([0, SIZE])
    assert all((linear(low, top, whole=True).ticks % 1 == 0).all() for top in (high, 9, 10, 11, 2500))
    assert logarithmic(1, max(high, 1)).ticks[0] == 1


def test_labels_are_short() -> None:
    values = (0, 0.25, -3, 999, 1200, 15000, 2.5e6, 1e9, 1e-5)
    assert [label(value) for value in values] == ["0", "0.25", "-3", "999", "1,200", "15k", "2.5M", "1G", "1e-05"]


def test_a_line_without_any_number_is_not_drawn() -> None:
    none = np.full(3, np.nan)
    page = lines("nothing", np.arange(3.0), [Line("one", none, 0, (none, none))], "steps")
    assert "nothing" in page and "MZ" not in page and 'd="M"' not in page and ">nan<" not in page


def test_long_lines_keep_their_peaks_and_leave_out_nan() -> None:
    y = np.random.default_rng(0).normal(size=100_000)
    y[[10, 20]], y[500] = (50, np.nan), -50
    x, kept = thinned(np.arange(100_000.0), y)
    assert len(x) <= MOST + 2 and {50.0, -50.0} <= set(kept) and (np.diff(x) > 0).all()
    text = lines("t", np.arange(3.0), [Line("a", np.array([1.0, np.nan, 2.0]), 0)], "steps")
    assert "nan" not in text and re.findall(r'class="line c0" d="([^"]+)"', text) == ["M0.0 500.0L1000.0 0.0"]


class Balanced(html.parser.HTMLParser):
    """Checks that every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [] if tag in ("meta", "!doctype") else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Ignores elements that are closed at once."""


def checked(page: Path) -> str:
    text = page.read_text()
    parser = Balanced()
    parser.feed(text)
    assert not parser.open
    return text


def test_evolve_writes_a_page_and_prints_its_path(tiny: Path, command: Command) -> None:
    status, out, errors = command("evolve", tiny, "--out", "a & <b>", "--json")
    page = Path(json.loads(out)["report"])
    assert status == 0 and page == Path("a & <b>/report.html") and f"look next:  {page}" in errors
    text = checked(page)
    assert "<h1>a &amp; &lt;b&gt;</h1>" in text and "step-000000120" in text and "run.steps" not in text
    assert "population: 80" in text and "agent-steps per second" in text and "descent of the living" in text


def test_the_page_of_an_episodic_run_shows_fitness_elites_and_invalid_evaluations(tiny: Path, command: Command) -> None:
    tiny.write_text(
        "world: {name: mushrooms}\nstrategy: {name: ga}\nrun: {generations: 6, capacity: 20, metrics_every: 1}"
    )
    assert command("evolve", tiny, "--out", "run", "--quiet")[0] == 0
    text = checked(Path("run/report.html"))
    for words in ("fitness per generation", "<dt>refused</dt>", "Elite archive", "held-out fitness"):
        assert words in text
    assert "descent of the living" in text and "generations" in text
    assert text.count('href="hall/id-') == 10 and text.count('href="champions/step-') == 1


def test_the_page_of_a_resumed_run_lists_each_start(tiny: Path, command: Command) -> None:
    command("evolve", tiny, "--out", "run", "--quiet", "--set", "run.steps=50")
    command("evolve", tiny, "--out", "run", "--quiet", "--resume")
    starts = load(Path("run")).run.starts()
    assert [start["until"] for start in starts] == [50, 120] and all(start["seconds"] > 0 for start in starts)
    agent_steps = sum(start["agent_steps"] for start in starts)
    whole = json.loads(command("evolve", tiny, "--out", "whole", "--json")[1])
    assert agent_steps == whole["agent_steps"]
    assert "Starts" in checked(Path("run/report.html"))


def test_a_page_that_cannot_be_made_is_one_line_and_the_run_succeeds(
    tiny: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "measure", lambda *given, **more: 1 / 0)
    status, out, errors = command("evolve", tiny, "--out", "run", "--quiet", "--json")
    assert status == 0 and "report" not in json.loads(out)
    assert errors == "alife: run/report.html could not be made: ZeroDivisionError: division by zero\n"


def test_an_interrupted_run_has_a_page(tiny: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object) -> None:
        evolve(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr("alife.cli.evolve.run_to_end", interrupted)
    status, out, errors = command("evolve", tiny, "--out", "run", "--quiet")
    assert (status, out) == (130, "") and "continue with" in errors
    checked(Path("run/report.html"))


def test_no_tree_is_drawn_if_most_agents_have_no_parents(tiny: Path, command: Command) -> None:
    assert command("evolve", tiny, "--out", "run", "--quiet", "--set", "run.steps=2")[0] == 0
    text = checked(Path("run/report.html"))
    assert "have no parents on record" in text and "descent of the living" not in text
