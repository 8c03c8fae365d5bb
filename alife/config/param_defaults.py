"""Checks of a class of Params as its file declares it: that it is typed, and that its own defaults are valid."""

from __future__ import annotations

import functools
import typing

import pydantic

from alife.config.params import Params
from alife.config.source_lines import place_of
from alife.config.yaml_source import shown
from alife.errors import LocatedError

RESERVED = {"name": "names the entry in a configuration", "seed": "is the seed of the run", "step": "is the clock"}


@functools.lru_cache(maxsize=256)
def check_params(params: type[Params]) -> None:
    """Checks a class of Params.

    Raises:
        LocatedError: it is not derived from `Params`, or a parameter has a name that is taken or an invalid default.
    """
    if not issubclass(params, Params):
        bases = ", ".join(base.__name__ for base in params.__bases__ if base is not object) or "nothing"
        raise LocatedError(
            f"{place_of(params)}: Params: expected a class derived from BaseParams of alife.world, got one of {bases}; "
            "write class Params(BaseParams)"
        )
    for name in params.model_fields.keys() & RESERVED.keys():
        raise LocatedError(
            f"{place_of(params, name)}: Params.{name}: expected a name that is free, got {name}, which "
            f"{RESERVED[name]}; rename it"
        )
    for name, field in params.model_fields.items():
        kind = typing.get_origin(field.annotation) or field.annotation
        if kind in (list, set) and not any(isinstance(each, pydantic.BeforeValidator) for each in field.metadata):
            raise LocatedError(
                f"{place_of(params, name)}: Params.{name}: expected values that cannot change, got a {kind.__name__}; "
                "write tuple[float, ...] or the like, with (...) as default"
            )
    given = {name: field for name, field in params.model_fields.items() if not field.is_required()}
    values = {name: field.get_default(call_default_factory=True, validated_data={}) for name, field in given.items()}
    try:
        params.model_validate(values)
    except pydantic.ValidationError as error:
        for found in error.errors(include_url=False):
            name = str(found["loc"][0]) if found["loc"] else ""
            if name in values and found["type"] != "missing":
                _refuse_default(params, name, found["msg"], values[name])


def _refuse_default(params: type[Params], name: str, message: str, value: object) -> None:
    expected = message.removeprefix("Input should be ").removeprefix("Value error, ")
    raise LocatedError(
        f"{place_of(params, name)}: Params.{name}: expected a default that is {expected}, got {shown(value)}; "
        "write one that fits"
    )
