"""Keys of `run` that a world does not use: they are said, as a run that ignores one in silence misleads."""

from __future__ import annotations

from typing import Any

from alife.config.params import Params
from alife.config.renamed_keys import say_once
from alife.config.yaml_source import Document


def say_unused(run: Params, world: type[Any], name: str, document: Document) -> None:
    """Writes a line to standard error for each key that the world does not use and that is not at its default.

    Args:
        run: the parameters `run` of a configuration.
        world: the class of its world.
        name: of the world.
        document: the text of the configuration, which has the lines.
    """
    scored, two = world.unit == "generation", world.num_populations > 1
    unused = {"steps": "counts generations; write run.generations"} if scored else {"episodes": "has no fitness"}
    unused |= {} if scored and not two else {"elites": "keeps no elites"}
    unused |= {} if two else dict.fromkeys(("hall_of_fame", "hall_of_fame_share"), "has one population")
    for key, why in unused.items():
        if getattr(run, key) != type(run).model_fields[key].default:
            say_once(document, ("run", key), f"is not used, as '{name}' {why}")
