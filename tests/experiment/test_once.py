"""What a process does once: a second run of the same configuration, or another checkpoint, does not do it again."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from alife.analysis.report import drawing
from alife.config import registry
from alife.config.models import Config
from alife.config.schema import dump_config, load_config
from alife.config.source_lines import place_of
from alife.experiment.evolve import evolve
from alife.laws.trees import nodes_of
from alife.simulation.episode_laws import open_tally
from tests.conftest import ROOT


def counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[Any]:
    """Returns a list that grows by the first argument of each call."""
    calls: list[Any] = []
    original: Callable[..., Any] = getattr(owner, name)

    def call(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments[0])
        return original(*arguments, **options)

    monkeypatch.setattr(owner, name, call)
    return calls


def test_a_second_run_prints_no_law_and_writes_its_configuration_as_yaml_no_more(
    brief: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alife.backends.cpu import law_kernels

    first = evolve(brief, "first")
    printed, written = counted(monkeypatch, law_kernels, "print_law"), counted(monkeypatch, yaml, "dump")
    second = evolve(brief, "second")
    assert second.simulation.state_hash() == first.simulation.state_hash()
    assert printed == [] and written == []


def test_a_changed_configuration_has_a_text_of_its_own(brief: Config) -> None:
    other = brief.model_copy(update={"seed": brief.seed + 1})
    assert dump_config(other) == dump_config(brief).replace(f"seed: {brief.seed}\n", f"seed: {brief.seed + 1}\n", 1)
    config = load_config("mushrooms", ["strategy.mutation_rate={0: 0.5, 10: 0.1}"])
    Path("scheduled.yaml").write_text(dump_config(config))
    assert load_config("scheduled.yaml").strategy == config.strategy


def test_a_law_over_other_fields_is_one_object_for_equal_names() -> None:
    assert open_tally.on(values="measures") is open_tally.on(values="measures") is not open_tally.on(values="others")


@pytest.mark.parametrize("kind", registry.KINDS)
def test_a_name_alone_leads_to_the_file_of_the_listing(kind: str) -> None:
    found = registry.files(kind)
    assert found and {name: registry._file(kind, name) for name in found} == found
    assert [registry._file(kind, name) for name in ("", "no_such", "../worlds/meadow", "__init__")] == [None] * 4


def test_an_edited_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Declared:
        """Stands for a class whose file is edited while a process runs."""

    path = tmp_path / "declared.py"
    monkeypatch.setattr("inspect.getsourcefile", lambda kind: str(path))
    for lines in (1, 3):
        path.write_text("\n" * lines + "class Declared:\n    here = 1\n")
        assert place_of(Declared, "here") == f"{path}:{lines + 2}"


def test_nodes_of_a_tree_are_those_of_the_standard_library_in_its_order() -> None:
    tree = ast.parse((ROOT / "worlds" / "meadow.py").read_text())
    assert nodes_of(tree) == list(ast.walk(tree))


def test_a_picture_is_drawn_once_and_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    drawn = counted(monkeypatch, Figure, "draw")
    with drawing.drawing(1, 2, 2.0) as (figure, axes):
        axes[1].set_ylabel("a label that takes the room of the axes beside it\nby four lines\nof text\n")
        before = axes[0].get_position().x1
        assert drawing.svg(figure).startswith("<svg") and drawn == [figure]
        assert axes[0].get_position().x1 < before
