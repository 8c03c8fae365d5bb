"""docs/benchmarks.md is made from results: a benchmark replaces its own section and leaves the others as they are."""

from __future__ import annotations

import re
from pathlib import Path

from alife.analysis.benchmarks.page import EXPLANATIONS, write_page
from alife.analysis.benchmarks.results import Results
from alife.cli import bench
from tests.conftest import ROOT, Command

CPU = {"cpu": "some processor", "date": "2030-01-02", "command": "python run.py bench world --json"}
WORLD = [
    {"what": "whole", "value": 1234567.0, "unit": "agent-steps/s", "least": 2e6, "aim": None},
    {"what": "  part", "value": 7, "unit": "ns | agent"},
]


def titles(page: Path) -> list[str]:
    return re.findall(r"^## (.*)$", page.read_text(), re.M)


def test_a_section_has_its_figures_marks_command_machine_and_date(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.md"
    write_page(page, Results({"world": WORLD}, CPU))
    text = page.read_text()
    assert text.startswith("# Benchmarks\n") and titles(page) == ["world"]
    for line in (
        "| what | value | unit | least | mark |",
        "| whole | 1,235,000 | agent-steps/s | 2,000,000 | MISSES |",
        "| - part | 7 | ns \\| agent |  |  |",
        "Limits missed: whole (1,235,000 agent-steps/s, at least 2,000,000).",
        "`python run.py bench world --json`: cpu some processor, date 2030-01-02.",
    ):
        assert f"\n{line}\n" in text, line
    assert max(map(len, text.splitlines())) <= 120


def test_other_sections_stay_and_all_have_an_order(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write_page(page, Results({"window": WORLD, "evolve": WORLD}, CPU))
    page.write_text(page.read_text() + "## Remarks\n\nMine.\n")
    kept = page.read_text().partition("## window")[2]
    write_page(page, Results({"brain": WORLD, "evolve": WORLD[:1]}, {**CPU, "date": "2031-01-01"}))
    write_page(page, Results({"brain": WORLD}, {"gpu": "some device", **CPU}))
    assert titles(page) == ["brain", "evolve", "window", "brain on a GPU", "Remarks"]
    text = page.read_text()
    assert text.partition("## window")[2].startswith(kept.partition("## Remarks")[0]) and text.endswith("\n\nMine.\n")
    assert text.count("| - part") == 3 and "--json`: gpu some device" in text


def test_the_page_from_a_file_is_that_from_the_measurement(command: Command, tmp_path: Path, measured: None) -> None:
    pages = [tmp_path / name for name in ("measured.md", "read.md")]
    status, out, errors = command("bench", "all", "--json", "--page", pages[0])
    (kept,) = Path("benchmarks").iterdir()
    assert status == 0 and out == kept.read_text() and errors.endswith(f"alife: kept in {kept}\n")
    assert titles(pages[0]) == list(EXPLANATIONS)
    status, out, errors = command("bench", kept, "--page", pages[1])
    assert status == 0 and errors == "" and "evolve" in out
    assert pages[0].read_text() == pages[1].read_text()


def test_what_is_no_file_of_results_is_refused(command: Command, tmp_path: Path, measured: None) -> None:
    Path("other.json").write_text('{"machine": {}, "brain": 3}')
    for arguments, said in {
        ("bench", "none.json"): "none.json: expected a file that bench --json wrote",
        ("bench", "other.json"): "other.json: expected results of a benchmark, got something else",
        ("bench", "other.json", "--json"): "bench: expected files of results alone",
        ("bench", "other.json", "brain"): "bench: expected files of results alone",
        ("bench", "brain", "--page", "other.json/no.md"): "other.json/no.md: cannot be written",
    }.items():
        status, _, errors = command(*arguments)
        assert status == 2 and errors.splitlines()[-1].startswith(f"alife: {said}"), errors


def test_every_benchmark_is_explained() -> None:
    assert set(EXPLANATIONS) == set(bench.BENCHMARKS)
    assert set(titles(ROOT / "docs" / "benchmarks.md")) >= set(EXPLANATIONS) - {"islands"}
