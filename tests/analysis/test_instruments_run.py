"""Instruments of a whole run: lineage, metrics and memory, each against a plain count."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import lineage, memory
from alife.analysis.report import descent
from alife.analysis.report.report import inspect, measure
from alife.analysis.report.subject import load
from alife.experiment.build import make_world
from alife.experiment.evolve import open_run
from alife.experiment.records.genome import load_genome, save_genome
from alife.experiment.records.metrics_csv import read_metrics
from tests.helpers.small_run import small_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("runs") / "long", "run.steps=300")


def test_ancestral_lines_equal_those_of_a_walk_back_from_the_living(run: Path) -> None:
    tree = lineage.read(load(run))
    alive = np.flatnonzero(np.isinf(tree.died))
    lines = lineage.ancestral_lines(tree, descent.carriers(tree))
    assert len(lines) == 301 and lines[-1] == len(alive) == open_run(run, record=False).simulation.num_alive
    for step in (0, 90, 200, 300):
        carriers = set()
        for agent in alive:
            while tree.born[agent] > step:
                agent = tree.parents[agent]
            carriers.add(agent)
        assert lines[step] == len(carriers)
    assert (np.diff(lines) >= 0).all() and lines[0] < lines[-1]


def test_survivors_are_counted_among_the_dead(run: Path) -> None:
    tree = lineage.read(load(run))
    spans = [died - born for born, died in zip(tree.born, tree.died, strict=True) if np.isfinite(died)]
    for age in (0, 21, 80):
        expected = sum(span >= age for span in spans) / len(spans)
        assert lineage.survivors(tree, np.array([age]))[0] == pytest.approx(expected)


def test_a_row_cut_short_by_a_kill_is_left_out(run: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(run, tmp_path / "cut")
    whole, tree = read_metrics(run / "metrics.csv"), lineage.read(load(run))
    for name in ("metrics.csv", "lineage.csv"):
        with (folder / name).open("a") as file:
            file.write("330,12")
    assert np.array_equal(read_metrics(folder / "metrics.csv")["step"], whole["step"])
    assert len(lineage.read(load(folder)).ids) == len(tree.ids)
    for name in ("metrics.csv", "lineage.csv"):
        (folder / name).write_bytes(b"\xff\x00 no table,\n;;\n")
    texts = [finding.text for finding in measure(load(folder), quick=True) if finding.title in ("The run", "Lineage")]
    assert len(texts) == 2 and all("complete row" in text for text in texts)


def test_the_gate_is_open_exactly_where_a_step_changes_the_memory(run: Path) -> None:
    subject = load(run)
    brain, living = subject.brain, subject.living
    after = living.states.copy()
    brain.step(living.genomes, after, living.observations)
    gate = brain.notes(living.genomes, living.states, living.observations)["gate"][:, 0]
    wrote = (after != living.states).any(axis=1)
    assert 0 < wrote.sum() < len(wrote) and np.array_equal(gate > 0, wrote)
    alone = brain.record(living.genomes[3], living.states[3], living.observations[3])["gate"]
    assert alone[0] == gate[3]


def test_emptying_the_memory_changes_the_actions_of_agents_with_memories_only(run: Path) -> None:
    subject = load(run)
    remembers = (subject.living.states != 0).any(axis=1)
    difference = np.abs(memory.forgotten(subject, subject.living)).sum(axis=1)
    assert remembers.any() and not remembers.all()
    assert (difference[~remembers] == 0).all() and difference[remembers].max() > 0


def test_a_genome_of_a_missing_world_is_still_measured(run: Path, tmp_path: Path) -> None:
    genome = load_genome(sorted((run / "champions").iterdir())[-1])
    genome.meta["config"] = genome.meta["config"].replace("name: meadow", "name: faraway")
    save_genome(tmp_path / "stranger.safetensors", genome)
    subject = load(tmp_path / "stranger.safetensors")
    assert subject.config is None and np.array_equal(subject.typical, np.full(25, 0.5, np.float32))
    titles = [finding.title for finding in measure(subject)]
    assert titles[0] == "The genome" and {"Anatomy", "Genes and weights", "Behavior"} <= set(titles)


def test_a_brain_without_memory_and_projection_is_measured(tmp_path: Path) -> None:
    plain = small_run(tmp_path / "plain", "run.steps=60", "brain.memory=null", "brain.projection=null")
    findings = {finding.title: finding for finding in inspect(plain, only=["genes", "memory"]).findings}
    assert "Memory" not in findings and findings["Genes and weights"].facts["genes"] == 7 * 32


def test_columns_that_a_world_declares_have_their_meanings_and_only_headlines_are_open(run: Path) -> None:
    subject = load(run)
    (course,) = (finding for finding in measure(subject, quick=True) if finding.title == "The run")
    (folded,) = course.more.values()
    assert len(subject.metrics) > len([metric for metric in subject.metrics if metric.headline]) > 0
    for metric in make_world(subject.config).metrics:
        places = [metric.meaning in html.unescape("".join(charts)) for charts in (course.charts, folded)]
        assert places == [metric.headline, not metric.headline]
    assert any("<h3>clades: founders with living descendants" in chart for chart in folded)  # of every shared world
    (meanings,) = course.folded.values()
    named = [line.partition(":")[0] for line in meanings.splitlines()]
    assert named == list(read_metrics(run / "metrics.csv")) == [metric.name for metric in subject.metrics]
