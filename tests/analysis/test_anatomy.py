"""Anatomy: the lanes are those of the wiring, and the difference from an ancestor is that of the genes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import anatomy
from alife.analysis.instruments.shared.diagram import diagram
from alife.analysis.report.ancestors import Ancestor
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject, load
from alife.brains import make_brain
from alife.brains.shared.plan import ACTED, Lanes, input_names, output_names
from alife.experiment.records.run_folder import RunFolder


@pytest.fixture(scope="module")
def recall() -> Subject:
    return load(Path("recall"))


@pytest.mark.parametrize(
    "spec",
    [
        {"name": "wht", "recurrent": 2},
        {"name": "mind", "recurrent": {"lanes": 2, "gated": True}, "history": {"kind": "delay", "lanes": 2}},
        {"name": "dense", "memory": None},
        {"name": "mind", "last_actions": "largest", "history": {"kind": "delay", "lanes": 2}, "explore": True},
    ],
)
def test_the_lanes_drawn_are_those_in_use(spec: dict[str, object], recall: Subject) -> None:
    brain = make_brain(spec, 3, 2)
    found = anatomy.measure(dataclasses.replace(recall, brain=brain))
    assert sum(group.count for group in found.inputs) == brain.network.num_inputs
    assert sum(group.count for group in found.outputs) == brain.network.num_outputs
    assert found.inputs[:2] == (Lanes("senses", 3), Lanes("constant", 1)) and found.outputs[0] == Lanes("actions", 2)
    assert len(found.layers) == brain.network.params.layers
    groups = [group for _, group in input_names(brain.network, "abc")]
    assert len(groups) == brain.network.num_inputs
    assert groups.count(ACTED) == sum(group.count for group in found.inputs if group.name == ACTED)
    assert (ACTED in groups) == ("last_actions" in spec)
    assert len(output_names(brain.network, "ab")) == brain.network.num_outputs
    drawn = diagram(found)
    assert all(text in drawn for text in (found.before, *found.layers)) and drawn.count("nan") == 0


def test_the_difference_is_of_the_genes_that_changed(recall: Subject) -> None:
    other = dataclasses.replace(recall.genome, params=recall.genome.params.copy())
    other.params[3] -= 0.25
    change = anatomy.difference(recall, other)
    assert sum(len(values) for values in change.values()) == recall.brain.num_genes
    whole = np.concatenate(list(change.values()))
    assert np.flatnonzero(whole).size == 1 and whole.max() == pytest.approx(0.25)


def test_without_a_brain_there_is_no_anatomy(recall: Subject) -> None:
    with pytest.raises(NotApplicable, match="nobody lives"):
        anatomy.measure(dataclasses.replace(recall, genome=None, brain=None))


def test_the_mutations_on_the_way_are_from_one_kept_ancestor_to_the_next(
    recall: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(changed: int) -> Ancestor:
        genome = dataclasses.replace(recall.genome, params=recall.genome.params.copy())
        genome.params[:changed] += 0.5
        return Ancestor(float(changed), changed, genome)

    monkeypatch.setattr(anatomy, "ancestors", lambda _: [kept(4), kept(3), kept(0)])
    found = anatomy.measure(dataclasses.replace(recall, run=RunFolder(Path("runs/line")))).difference
    assert [(one.id, one.changed) for one in found.line] == [(3, 1), (0, 3)]
    assert [one.size for one in found.line] == pytest.approx([0.5, 0.5], abs=1e-6)
    assert sum(np.count_nonzero(change) for change in found.changes.values()) == 3 and "id 3" in found.who
