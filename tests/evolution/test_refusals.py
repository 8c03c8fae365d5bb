"""Mistakes in a strategy's file are refused in one line with file, line and what to write."""
# ruff: noqa: E501  (errors stand as they are printed)

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alife.config.schema import load_config
from alife.errors import LocatedError
from alife.experiment.build import make_experiment

STRATEGY = '''"""Mutants."""

from dataclasses import dataclass

import numpy as np
from alife.config.params import Params as BaseParams
from alife.evolution.shared.base import GenerationalStrategy, StrategyState, initial_fields


class Params(BaseParams):
    sigma: float = 0.2


@dataclass(frozen=True)
class State(StrategyState):
    founders: np.ndarray


class Mutants(GenerationalStrategy[Params, State]):
    def init(self, seed, genomes):
        return State(**initial_fields(seed, genomes), founders=np.array(genomes, np.float32))

    def ask(self, state):
        return state.founders * self.params.sigma

    def _tell(self, state, evaluation):
        return state
'''
ASK = "state.founders * self.params.sigma"
MISTAKES = {
    "a generation too small": (ASK, "state.founders[:3]", "F:23: Mutants.ask: expected genomes, an array of float32 and "
     "shape (16, 16), got an array of float32 and shape (3, 16); write return genomes"),
    "a list": (ASK, "list(state.founders)", "F:23: Mutants.ask: expected genomes, an array of float32 and shape (16, 16), "
     "got a list; write return genomes"),
    "no return of ask": ("return " + ASK, "pass", "F:23: Mutants.ask: expected genomes, an array of float32 and shape "
     "(16, 16), got None; write return genomes"),
    "a Param that is not": ("params.sigma", "params.sigm", "F:24: Mutants.ask: expected a result, got AttributeError: "
     "'Params' object has no attribute 'sigm' in 'return state.founders * self.params.sigm'; did you mean 'sigma'?; "
     "correct it"),
    "no return of init": ("return State(", "State(", "F:20: Mutants.init: expected a State derived from StrategyState, "
     "got None; write return State(...)"),
    "init without seed": ("init(self, seed,", "init(self,", "F:20: Mutants.init: expected a result, got TypeError: "
     "Mutants.init() takes 2 positional arguments but 3 were given; correct it"),
    "no return of _tell": ("return state\n", "pass\n", "F:26: Mutants._tell: expected a State derived from StrategyState, "
     "got None; write return State(...)"),
    "no _tell": ("_tell(", "tell_(", "F:19: Mutants: expected it to define _tell, got none; see "
     "alife/evolution/shared/base.py"),
    "no base": ("(GenerationalStrategy[Params, State])", "", "F:19: Mutants: expected a class derived from "
     "GenerationalStrategy or NaturalStrategy, got one derived from object; see alife/evolution/shared/base.py"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_strategy_is_one_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    old, new, said = MISTAKES[name]
    assert STRATEGY.count(old) == 1
    (tmp_path / "strategies").mkdir()
    path = tmp_path / "strategies" / "mutants.py"
    path.write_text(STRATEGY.replace(old, new))
    sizes = (
        "brain: {name: wht, width: 16, memory: null, projection: 16}\nrun: {capacity: 16, threads: 1, episodes: 1}\n"
    )
    (tmp_path / "c.yaml").write_text("world: {name: cartpole}\nstrategy: {name: mutants}\n" + sizes)
    sys.modules.pop("strategies.mutants", None)
    with pytest.raises(LocatedError) as caught:
        make_experiment(load_config(tmp_path / "c.yaml")).process("cpu").step(1)
    assert str(caught.value).replace(str(path), "F") == said
