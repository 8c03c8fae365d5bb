"""The JSON Schema of the YAML files, for editors."""

from __future__ import annotations

import sys
from functools import reduce
from operator import or_
from typing import Any, Literal

import pydantic

from alife.config import registry
from alife.config.docstrings import doc_of
from alife.config.models import DEFAULT_BRAIN, OWN_PARTS, PARTS, Config
from alife.config.params import Params


def schema() -> dict[str, Any]:
    """Returns the JSON Schema of the YAML files, over every world, brain and strategy found."""
    fields: dict[str, Any] = {"seed": (int, Config.model_fields["seed"])}
    defaults = {
        "world": pydantic.Field(...),
        "brain": pydantic.Field({"name": DEFAULT_BRAIN}),
        "strategy": pydantic.Field(None, description="default: natural in a shared world, ga in others"),
    }
    for part, kind in PARTS.items():
        variants = reduce(or_, [_named(kind, name) for name in registry.names(kind)])
        fields[part] = (variants, defaults[part])
    fields |= {part: (model, model()) for part, model in OWN_PARTS.items()}
    _with_docstrings(Params)
    model = pydantic.create_model("Configuration", __base__=Params, **fields)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}


def _with_docstrings(model: type[Params]) -> None:
    """Gives models their docstrings where Python has dropped them, as they are the descriptions in the schema."""
    for derived in model.__subclasses__():
        if sys.flags.optimize > 1 and derived.__doc__ is None:
            derived.__doc__ = doc_of(derived)
        _with_docstrings(derived)


def _named(kind: str, name: str) -> type[Params]:
    """Returns the Params of one class with its `name` as a key."""
    found = registry.find(kind, name)
    base: type[Params] = registry.find_params(kind, name)
    fields: dict[str, Any] = {"name": (Literal[name], ...)}
    model: type[Params] = pydantic.create_model(
        f"{found.__name__}Params", __base__=base, __doc__=doc_of(found), **fields
    )
    return model
