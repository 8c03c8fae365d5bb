"""Typed parameter sets, and the one-line error for a value that does not fit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeVar, get_args

import pydantic
from pydantic_core import ErrorDetails

from alife import errors
from alife.config.schedule import Schedule
from alife.config.yaml_scalars import boolean_meant
from alife.config.yaml_source import Document, Keys, dotted, shown
from alife.errors import UserError

SHOWN, NEAREST = 6, 3  # number of keys up to which an error lists all, and of the nearest that it lists else
_PAGES = {"world": "worlds", "brain": "brains", "strategy": "strategies"}
_PAGES |= dict.fromkeys(("run", "records", "islands"), "run")


class Params(pydantic.BaseModel):
    """Base of all typed parameter sets: frozen, no unknown keys, no silent conversions, finite numbers.

    Sequences are tuples. State meaning and unit of every field: `pydantic.Field(0.5, ge=0, description="..., unit")`.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @property
    def schedules(self) -> dict[str, Schedule]:
        """The parameters that change in the course of a run, by name."""
        return {name: value for name, value in self if isinstance(value, Schedule)}

    def scheduled(self, step: int) -> dict[str, float]:
        """Returns the values of those parameters at a generation or step."""
        return {name: schedule.at(step) for name, schedule in self.schedules.items()}

    def check_order(self, low: str, high: str) -> None:
        """Checks, in a validator of a model, that one parameter is at most another one.

        Raises:
            ValueError: it is not; the validator's model names the place.
        """
        least, most = getattr(self, low), getattr(self, high)
        if least > most:
            raise ValueError(f"expected {low} at most {high}, got {least} and {most}; write {low}: {most}")

    def at(self, step: int) -> Self:
        """Returns a copy whose schedules are replaced by their values at a generation or step."""
        return self.model_copy(update=self.scheduled(step))


NUMBERS = {"int_parsing": 100, "int_type": 100, "int_from_float": 100, "float_parsing": 0.5, "float_type": 0.5}
Model = TypeVar("Model", bound=Params)


def parse_params(model: type[Model], values: Mapping[str, Any], where: str) -> Model:
    """Returns typed parameters made of plain data, such as a brain spec. Lists become tuples. Raises UserError."""
    return validate(model, _tuples(dict(values)), Document({}, {(): where}), ())


def validate(model: type[Model], values: dict[str, Any], document: Document, keys: tuple[str, ...]) -> Model:
    """Returns the typed parameters at `keys` of a document. Raises UserError for the first value that does not fit."""
    try:
        return model.model_validate(values)
    except pydantic.ValidationError as error:
        raise UserError(_explained(error.errors(include_url=False)[0], model, document, keys)) from None


def _explained(error: ErrorDetails, model: type[pydantic.BaseModel], document: Document, above: Keys) -> str:
    """Returns one line for one error of pydantic's."""
    keys = (*above, *error["loc"])
    head = f"{document.place(keys)}: {dotted(keys)}" if keys else document.place(keys)
    owner = _model_at(model, error["loc"][:-1])
    if error["type"] == "extra_forbidden":
        valid = list(owner.model_fields)
        return f"{head}: unknown key, expected {_choices(str(keys[-1]), valid, keys)}"
    if error["type"] == "missing":
        return f"{head}: expected a value, got nothing; write this key"
    expected = error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    expected = "a list" if error["type"] == "tuple_type" else expected
    if error["type"] in ("model_type", "dict_type"):
        return (
            f"{head}: expected keys, got {shown(error['input'])}; write {keys[-1] if keys else 'keys'}: {{key: value}}"
        )
    if error["type"] in ("value_error", "assertion_error"):
        return f"{head}: {expected}"
    return f"{head}: expected {expected}, got {shown(error['input'])}{_example(error, owner)}"


def _choices(key: str, valid: list[str], keys: Keys) -> str:
    """Returns the valid keys; of more than `SHOWN` the nearest, and where all of them are listed."""
    hint = errors.suggestion(key, valid)
    if len(valid) <= SHOWN:
        return f"one of {', '.join(valid)}{hint}"
    near = difflib.get_close_matches(key, valid, n=NEAREST, cutoff=0.0)
    page = _PAGES.get(str(keys[0]), "")
    where = f"docs/reference/{page}.md, alife schema" if page else "alife schema"
    return f"one of {', '.join(near)}, ... (all {len(valid)}: {where}){hint}"


def _example(error: ErrorDetails, owner: type[pydantic.BaseModel]) -> str:
    """Returns what to write instead: the nearest of the allowed words, or the default."""
    key = error["loc"][-1] if error["loc"] else ""
    field = owner.model_fields.get(str(key))
    if error["type"] == "literal_error":
        return errors.suggestion(str(error["input"]), re.findall("'([^']*)'", error["ctx"]["expected"]))
    if field is None or field.is_required() or isinstance(field.get_default(), pydantic.BaseModel):
        return ""
    meant = boolean_meant(error["input"]) if error["type"] == "bool_type" else None
    default = field.get_default(call_default_factory=True, validated_data={}) if meant is None else meant
    default = NUMBERS.get(error["type"]) if default is None else default
    return f"; write for example {key}: {_as_yaml(default)}"


def _as_yaml(value: object) -> str:
    """Returns a value as a configuration writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_as_yaml, value))}]"
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _model_at(model: type[pydantic.BaseModel], keys: Sequence[str | int]) -> type[pydantic.BaseModel]:
    """Returns the innermost model that the path `keys` leads through."""
    for key in keys:
        field = model.model_fields.get(str(key))
        kinds = get_args(field.annotation) or (field.annotation,) if field else ()
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel)]
        model = inner[0] if inner else model
    return model


def _tuples(value: Any) -> Any:
    """Returns plain data with every list as a tuple."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value
