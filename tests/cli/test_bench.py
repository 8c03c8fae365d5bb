"""What `bench` prints: whole figures at any width, marks of missed limits, progress beside it."""

from __future__ import annotations

import json

import pytest

from alife.analysis.benchmarks import limits
from alife.analysis.benchmarks.results import Results
from alife.cli import bench
from alife.cli.bench_table import report
from tests.conftest import Command

BRAIN = [
    {"case": f"{name} {width}", "agents": 50_000, "steps/s": 11_493_210.4, "reads/s": 24_444_444.4, "x read": ratio,
     "most": 2.0, "x numpy": 721.83, "least": 10.0}
    for name, width, ratio in (("bare", 32, 1.17291), ("default", 256, 2.3041))
]  # fmt: skip
WORLD = [
    {"what": "meadow, full step", "agents": 15_896, "threads": 2, "value": 2_381_234.5, "unit": "agent-steps/s",
     "least": 4e6, "aim": 5e6},
    {"what": "a peer: No module named 'peer'; write pip install '.[peers]' in a clone"},
]  # fmt: skip
RESULTS = Results({"brain": BRAIN, "world": WORLD}, {"cpu": "some processor", "date": "2030-01-02"})
FIGURES = ["11,490,000", "24,440,000", "1.173", "2.304", "721.8", "50,000", "2,381,000", "4,000,000", "5,000,000"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (11_493_210.4, "11,490,000"), (999.96, "1,000"), (12.0, "12"), (0.90981, "0.9098"), (0.00001234, "0.00001234"),
        (6.9e12, "6,900,000,000,000"), (-1500.4, "-1,500"), (1024, "1,024"), (None, ""), ("AVX2", "AVX2"),
        (float("nan"), "nan"), (float("inf"), "inf"),
    ],
)  # fmt: skip
def test_figures_have_no_exponent(value: object, text: str) -> None:
    assert limits.figure(value) == text


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_figure_is_cut_at_any_width(width: int) -> None:
    text = report(RESULTS, width)
    words = text.split()
    assert max(map(len, text.splitlines())) <= width and "…" not in text
    assert all(any(word.strip("(),;.") == figure for word in words) for figure in FIGURES)
    assert words.count("MISSES") == 2


def test_a_pipe_gets_one_line_for_each_row(command: Command, measured: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    status, out, errors = command("bench", "brain", "world")
    assert status == 0 and errors == "alife: bench brain: first\nalife: bench world: first\n"
    (line,) = [line for line in out.splitlines() if line.startswith("default 256 ")]
    assert line.split() == "default 256 50,000 11,490,000 24,440,000 2.304 2 721.8 10 MISSES".split()  # noqa: SIM905
    assert out.splitlines()[-1].startswith("cpu ")
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, command("bench", "brain")[1].splitlines())) <= 60


def test_rows_that_miss_a_limit_are_named() -> None:
    assert limits.misses(BRAIN[0]) == [] and limits.misses(BRAIN[1]) == ["x read 2.304, at most 2"]
    assert limits.misses({"what": "not a number", "value": float("nan"), "least": 1.0}) == ["value nan, at least 1"]
    assert limits.verdict(BRAIN) == "Limits missed: default 256 (x read 2.304, at most 2)."
    assert limits.verdict(BRAIN[:1]) == "Every limit is held." and limits.verdict(WORLD[1:]) == ""
    assert [row.get("mark") for row in limits.marked(BRAIN)] == [None, "MISSES"]
    assert "mark" not in limits.marked(BRAIN[:1])[0]


def test_on_a_terminal_there_is_a_bar(measured: None, monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("COLUMNS", "80")
    _, out, errors = command("bench", "all")
    assert "alife: bench" not in errors and "bench islands: first" in errors and "bench islands" not in out


def test_json_names_machine_and_command(command: Command, measured: None) -> None:
    found = json.loads(command("bench", "brain", "--json")[1])
    assert {"cpu", "simd", "cores", "python", "numpy", "llvmlite", "date"} <= set(found["machine"])
    assert found["machine"]["command"].endswith("bench brain --json") and found["brain"] == BRAIN


@pytest.mark.parametrize("name", bench.BENCHMARKS)
def test_a_missing_package_is_one_row(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(module: str) -> None:
        raise ModuleNotFoundError(f"No module named '{module}'")

    monkeypatch.setattr("importlib.import_module", absent)
    (row,) = bench._rows(name, "cpu", lambda what, share: None)
    assert row["what"].startswith("not measured: No module named")
