"""Instruments and notebooks from Python: the example of the page, what `measure` takes, and HTML that stays at home."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

import alife
from alife.analysis.documentation.reference import entries
from alife.analysis.instruments import anatomy, card, genes, making
from alife.analysis.report.subject import as_subject, load
from alife.config import registry
from tests.conftest import ROOT

EXAMPLE = re.findall(r"```python\n(.*?)```", (ROOT / "docs/inspect.md").read_text(), re.S)[0]


def test_the_example_of_the_page_measures_and_its_run_shows_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made: dict = {}
    exec(EXAMPLE, made)  # noqa: S102
    assert made["fitness"].shape == (8,) and made["fitness"].dtype == np.float32
    assert not made["pair"].same and 0 < made["pair"].aligned <= made["pair"].raw
    html = made["run"]._repr_html_()
    assert "2 of 2" in html and "best_so_far" in html and html.count('class="plot"') == 2
    made["run"].out = None
    html = made["run"]._repr_html_()
    assert "2 of 2" in html and "best_so_far" in html and 'class="plot"' not in html


def test_genomes_and_brains_show_facts_and_diagram_and_load_nothing() -> None:
    genome, brain = alife.load_genome("mushrooms"), alife.make_brain("wht", 12, 4)
    for shown, said in ((genome, "Genome of mushrooms"), (brain, "Brain wht")):
        html = shown._repr_html_()
        assert said in html and "<svg" in html and "<script" not in html and not re.search(r"(src|href)=.http", html)
    genome.brain = {"name": "faraway"}
    assert "&lt;" not in genome._repr_html_() and "Genome(faraway" in genome._repr_html_()


def test_measure_takes_a_path_a_name_a_genome_or_a_subject() -> None:
    genome, subject = alife.load_genome("mushrooms"), load(Path("mushrooms"))
    for given in ("mushrooms", Path("genomes/mushrooms.safetensors"), genome, subject):
        assert card.measure(given).counts == subject.brain.count()
        assert anatomy.measure(given).layers == anatomy.measure(subject).layers
    found = genes.measure(genome)
    assert sum(values.size for values in found.genes.values()) == 192 and found.extreme == np.mean(
        np.abs(genome.params) > 0.9
    )
    with pytest.raises(alife.UserError, match="expected a genome or a run: a path, a Genome or a Subject, got 3"):
        as_subject(3)  # type: ignore[arg-type]


def test_every_instrument_has_a_definition_and_measures() -> None:
    for name in entries("instruments"):
        kind = registry.find("instruments", name)
        module = importlib.import_module(kind.__module__)
        assert kind.definition and (hasattr(module, "measure") or module is making), name
