"""docs/benchmarks.md: a benchmark replaces its own section and leaves the others as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alife.analysis.benchmarks.page import EXPLANATIONS, write_page
from alife.cli import listing
from tests.conftest import ROOT, Command

CPU = {"cpu": "some processor", "date": "2030-01-02"}
WORLD = [{"what": "whole", "value": 1234567.0, "limit": None}, {"what": "  part", "value": 7, "unit": "ns | agent"}]


def titles(page: Path) -> list[str]:
    return re.findall(r"^## (.*)$", page.read_text(), re.M)


def test_a_section_has_its_figures_command_machine_and_date(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.md"
    write_page(page, {"world": WORLD}, CPU)
    text = page.read_text()
    assert text.startswith("# Benchmarks\n") and titles(page) == ["world"]
    for line in (
        "| what | value | limit | unit |",
        "| whole | 1.235e+06 |  |  |",
        "| - part | 7 |  | ns \\| agent |",
        "`python run.py bench world`: cpu some processor, date 2030-01-02.",
    ):
        assert f"\n{line}\n" in text, line
    assert max(map(len, text.splitlines())) <= 120


def test_other_sections_stay_and_all_have_an_order(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write_page(page, {"window": WORLD, "evolve": WORLD}, CPU)
    page.write_text(page.read_text() + "## Remarks\n\nMine.\n")
    kept = page.read_text().partition("## window")[2]
    write_page(page, {"brain": WORLD, "evolve": WORLD[:1]}, {**CPU, "date": "2031-01-01"})
    write_page(page, {"brain": WORLD}, {"gpu": "some device", **CPU})
    assert titles(page) == ["brain", "evolve", "window", "brain on a GPU", "Remarks"]
    text = page.read_text()
    assert text.partition("## window")[2].startswith(kept.partition("## Remarks")[0]) and text.endswith("\n\nMine.\n")
    assert text.count("| - part") == 3 and "bench brain --backend gpu`: gpu some device" in text


def test_the_command_writes_the_page(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_rows", lambda name, backend: [{"what": name, "value": 1.0}])
    page = tmp_path / "page.md"
    status, out, _ = command("bench", "all", "--page", page)
    assert status == 0 and "evolve" in out and titles(page) == list(EXPLANATIONS)
    assert command("bench", "brain", "--page", tmp_path / "page.md" / "no.md")[0] == 2


def test_every_benchmark_is_explained() -> None:
    assert set(EXPLANATIONS) == set(listing.BENCHMARKS)
    assert set(titles(ROOT / "docs" / "benchmarks.md")) >= set(EXPLANATIONS) - {"islands"}
