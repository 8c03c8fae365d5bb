"""Mistakes in the strategy, the instrument and the study of CONTRIBUTING.md are refused in one line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from alife.analysis.report.report import measure
from alife.analysis.report.subject import load
from alife.analysis.studies.shared.run import run_study
from alife.config.construct import construct
from alife.config.registry import find, find_params
from alife.config.schema import load_config
from alife.errors import LocatedError
from alife.experiment.run import Run

TEXT = (Path(__file__).resolve().parent.parent / "CONTRIBUTING.md").read_text()
RETURNED = 'return Finding("Genes at their bounds", text, {"share of genes": share})'
INIT = "    def init(self"
MISTAKES = {
    "strategies/mutants": [
        (INIT, f'    needs = "measures"\n\n{INIT}', "Mutants.needs: expected names of results, of "),
        (INIT, f"    columns = (3,)\n\n{INIT}", "Mutants.columns: expected a tuple of Metric, got 3 in it"),
        (INIT, f"    def metrics(self, state):\n        pass\n\n{INIT}", "Mutants.metrics: expected a dict with a num"),
        ("founders=np.array(genomes, np.float32)", "founders='a'", "expected arrays of numbers in its State, which ch"),
    ],
    "instruments/bounds": [
        (RETURNED, "return {}", "Bounds.measure: expected a Finding with a title, or None, got a dict; write return F"),
        (RETURNED, "return 1 / 0", "Bounds.measure: expected a value, got ZeroDivisionError: division by zero in 'ret"),
        (RETURNED, "raise SystemExit(3)", "Bounds.measure: expected a value, got SystemExit: 3 in 'raise SystemExit("),
        ("    order = 15\n", "", "Bounds.order: expected a number, the place on the page, got None; write order = 15"),
        (
            "def measure",
            "def measures",
            "Bounds: expected it to define measure, got none; see alife/analysis/instrument",
        ),
        (
            "Bounds(Instrument[Params])",
            "Bounds",
            "Bounds: expected an object, got TypeError: Bounds() takes no argumen",
        ),
    ],
    "studies/layers": [
        (
            "        return [\n            Trial",
            "        [\n            Trial",
            "Layers.trials: expected a list of one Tria",
        ),
        (
            "for layers in (1, 3)\n            for",
            "for layers in ()\n            for",
            "Layers.trials: expected a list of",
        ),
        (
            "        length = ",
            "        1 / 0\n        length = ",
            "Layers.trials: expected a value, got ZeroDivisionErro",
        ),
        ("def trials", "def trial", "Layers: expected it to define trials, got none; see alife/analysis/studies/share"),
    ],
}
CASES = [(entry, *case) for entry, cases in MISTAKES.items() for case in cases]


def used(kind: str, name: str, folder: Path) -> None:
    """Uses an entry as the command line does."""
    made = find(kind, name)
    if kind == "strategies":
        settings = ["strategy={name: mutants}", "run.capacity=4", "run.threads=1", "world.lifetime=2"]
        Run(load_config("cartpole", [*settings, "brain.memory=null"]), folder / "run").step(1)
    elif kind == "instruments":
        measure(load(Path("genomes/mushrooms.safetensors")), quick=True)
    else:
        run_study(construct(kind, made, find_params(kind, name)(quick=True, seeds=1)), folder / "out", folder / "p.md")


@pytest.mark.parametrize(("entry", "old", "new", "said"), CASES)
def test_a_mistake_is_one_line(
    entry: str, old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kind, name = entry.split("/")
    text = next(part for part in re.findall(r"```python\n(.*?)```", TEXT, re.S) if f"class {name.title()}(" in part)
    assert text.count(old) == 1
    text = text.replace("    order = 15\n", "    order = 15\n    quick = True\n") if old != "    order = 15\n" else text
    path = tmp_path / f"{entry}.py"
    path.parent.mkdir()
    path.write_text(text.replace(old, new))
    sys.modules.pop(f"{kind}.{name}", None)
    with pytest.raises(LocatedError) as raised:
        used(kind, name, tmp_path)
    sys.modules.pop(f"{kind}.{name}", None)
    assert re.match(rf"{re.escape(str(path))}:\d+: (Layers|Bounds|Mutants)[.:]", str(raised.value))
    assert said in str(raised.value) and "\n" not in str(raised.value)
