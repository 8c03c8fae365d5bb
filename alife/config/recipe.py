"""The brain and the search that a run with a budget of time uses where its configuration chooses none.

RECIPE holds the search that measured best at equal time over the tasks of docs/results.md and docs/minds.md, and the
brain of docs/studies/minds.md. HOSTED replaces it in worlds that other code computes, where minutes are some ten
thousand episodes instead of millions: few genes, a search distribution that learns from each of many small generations,
and a new descent where further generations brought little (docs/gym.md). A key that is written, in a file or on the
command line, is kept; of the strategy all keys are, once its name is written, and of the brain once any of its keys is.
"""

from __future__ import annotations

from typing import Any

from alife.config.yaml_source import Document

RECIPE: dict[str, dict[str, Any]] = {
    "brain": {"name": "mind"},
    "strategy": {"name": "lexicase", "deletion": 0.5, "patience": 40},
    "run": {"capacity": 512, "episodes": 16, "metrics_every": 5},
}
HOSTED: dict[str, dict[str, Any]] = {
    "brain": {"name": "mind", "layers": 1, "projection": 32},
    "strategy": {"name": "cmaes", "descent": 300},
    "run": {"capacity": 32, "episodes": 2, "metrics_every": 1},
}


def fill_recipe(document: Document, world: type[Any]) -> None:
    """Writes out what a configuration with a budget leaves open.

    Args:
        document: of a configuration; changed in place.
        world: the class of its world.
    """
    run = document.values.get("run")
    if getattr(world, "unit", "step") == "step" or not isinstance(run, dict) or run.get("budget") is None:
        return
    recipe = HOSTED if world.runs_on_host else RECIPE
    document.values["run"] = {**recipe["run"], **run}
    if getattr(world, "recipe", None) and isinstance(document.values.get("world"), dict):
        document.values["world"] = {**world.recipe, **document.values["world"]}
    if world.num_populations > 1:
        return
    if not document.values.get("brain"):
        document.values["brain"] = dict(recipe["brain"])
    given = document.values.get("strategy") or {}
    if isinstance(given, dict) and "name" not in given:
        document.values["strategy"] = {**recipe["strategy"], **given}
