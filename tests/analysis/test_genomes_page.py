"""genomes/README.md and docs/genomes: every genome, measured as it is now, by the pieces that `inspect` shows."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from alife.analysis.documentation import genomes, kept
from alife.analysis.documentation.gallery import section as world_section
from alife.analysis.instruments import card
from alife.analysis.report.subject import load
from alife.analysis.report.tables import figure
from alife.errors import UserError
from tests.conftest import ROOT

PAGE = (ROOT / "genomes" / "README.md").read_text()
NAMES = [path.stem for path in kept.files()]


@pytest.mark.parametrize("name", NAMES)
def test_every_genome_has_card_score_and_pictures(name: str) -> None:
    text = PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]
    path = kept.GENOMES / f"{name}.safetensors"
    subject = load(path)
    for label, value in card.facts_of(card.measure(subject), subject.brain).items():
        assert f"| {label} | {figure(value)} |" in text, label
    assert f"- Score: {genomes.score(path)}.\n" in text and f"| [{name}](#{name}) |" in PAGE
    assert "[" in genomes.score(path) or subject.config is None or subject.config.names["world"] == "pursuit"
    pictures = [part.partition(")")[0] for part in text.split("](../docs/")[1:] if ".svg)" in part or ".png)" in part]
    assert len(pictures) == 2 and all((ROOT / "docs" / picture).is_file() for picture in pictures)
    assert f"run.py inspect genomes/{name}.safetensors" in text and f"run.py export genomes/{name}.safetens" in text


def test_what_is_kept_is_what_instruments_find_now() -> None:
    path = kept.GENOMES / "recall.safetensors"
    now, before = kept.findings(path, ("fresh", "anatomy")), kept.kept(path)
    for name, finding in now.items():
        assert before[name].facts == pytest.approx(finding.facts) and before[name].text == finding.text, name
    assert "fitness 1 [1, 1] in 100 fresh episodes" in "\n".join(world_section("recall"))


def test_a_genome_that_changed_is_refused_until_it_is_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "recall.safetensors"
    shutil.copy(kept.GENOMES / "tmaze.safetensors", other)
    with pytest.raises(UserError, match=r"got those of another file; write: python run.py docs --pictures"):
        kept.kept(other)
    monkeypatch.setattr(kept, "files", lambda: [kept.GENOMES / "recall.safetensors"])
    monkeypatch.setattr(kept, "FRAMES", "life.frames=1")
    kept.measure_all(tmp_path / "kept")
    monkeypatch.setattr(kept, "KEPT", tmp_path / "kept")
    assert set(kept.kept(kept.GENOMES / "recall.safetensors")) == {"life", "anatomy", "fresh"}
    with pytest.raises(UserError, match="got none; write"):
        kept.kept(kept.GENOMES / "tmaze.safetensors")
    drawn = ElementTree.parse(tmp_path / "kept" / "recall-life.svg").getroot()
    style = next(one.text or "" for one in drawn if one.tag.endswith("style"))
    assert "prefers-color-scheme: dark" in style and "--ink" in style


def test_pictures_are_small_and_each_is_on_the_page() -> None:
    files = [path for path in kept.KEPT.iterdir() if path.suffix == ".svg"]
    assert sum(path.stat().st_size for path in files) < 1e6
    assert [path.name for path in files if f"genomes/{path.name})" not in PAGE] == []
