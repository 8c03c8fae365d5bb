"""Tables of parameters, read from the JSON Schema of the typed models: name, default, type and range, meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import pydantic

from alife.analysis.markdown import choices, code, table

HEADER = ("parameter", "default", "type and range", "meaning")
LARGE = 10**9  # powers of ten and of two from here on are written as such


@dataclass(frozen=True)
class Parameter:
    """One key of a model, as text. group: the name of the nested model whose keys it holds, if any."""

    name: str
    default: str
    range: str
    meaning: str
    group: str | None = None


def parameters(model: type[pydantic.BaseModel]) -> list[Parameter]:
    """Returns the keys of a model in their order."""
    schema = model.model_json_schema()
    groups: Mapping[str, Any] = schema.get("$defs", {})
    needed = schema.get("required", ())
    fields = schema.get("properties", {})
    keys = {group: name for name, field in reversed(fields.items()) if (group := _group_of(field))}
    return [_parameter(name, field, groups, keys, name in needed) for name, field in fields.items()]


def groups(model: type[pydantic.BaseModel]) -> dict[str, type[pydantic.BaseModel]]:
    """Returns the nested models of a model by the key that holds them, such as {"memory": MemoryParams}."""
    named = {parameter.name: parameter.group for parameter in parameters(model) if parameter.group}
    return {name: _nested(model, name, group) for name, group in named.items()}


def parameter_table(model: type[pydantic.BaseModel]) -> Iterator[str]:
    """Yields the lines of a model's table; a sentence where it has no keys."""
    found = parameters(model)
    if not found:
        yield "It has no parameters.\n"
        return
    rows = [(code(one.name), one.default, one.range, one.meaning) for one in found]
    yield from table(HEADER, rows)


def _nested(model: type[pydantic.BaseModel], name: str, group: str) -> type[pydantic.BaseModel]:
    """The class behind a key of a model."""
    annotation: Any = model.model_fields[name].annotation
    candidates: tuple[Any, ...] = get_args(annotation) or (annotation,)
    found: type[pydantic.BaseModel] = next(one for one in candidates if getattr(one, "__name__", None) == group)
    return found


def _parameter(
    name: str, field: Mapping[str, Any], known: Mapping[str, Any], keys: Mapping[str, str], required: bool
) -> Parameter:
    """Describes a key. known: nested models by name. keys: the key that holds each of them."""
    group = _group_of(field)
    default = "required" if required else _default(field.get("default"), known.get(group or "", {}))
    return Parameter(name, default, _range(field, keys), field.get("description", ""), group)


def _group_of(field: Mapping[str, Any]) -> str | None:
    """The nested model that a key holds, or may hold."""
    return next((group for one in (field, *field.get("anyOf", ())) if (group := _group(one))), None)


def _group(field: Mapping[str, Any]) -> str | None:
    """The nested model that a schema refers to."""
    path: str | None = field.get("$ref")
    return path.rpartition("/")[2] if path else None


def _default(value: Any, group: Mapping[str, Any]) -> str:
    """A default as YAML writes it; of a nested model only what differs from the model's own defaults."""
    if not group or not isinstance(value, Mapping):
        return code(_yaml(value))
    own = {key: field.get("default") for key, field in group["properties"].items()}
    other = {key: item for key, item in value.items() if item != own[key]}
    return code(_yaml(other)) if other else "its defaults"


def _yaml(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_yaml(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_yaml, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _range(field: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """Type and bounds, such as "integer, 1 to 8, or `null`"."""
    parts = field.get("anyOf", (field,))
    if any(_is_schedule(part) for part in parts):
        return f"{_range(parts[0], keys)}, or a [schedule](run.md#schedules)"
    return ", or ".join(_single(part, keys) for part in parts)


def _is_schedule(part: Mapping[str, Any]) -> bool:
    return part.get("type") == "object" and part.get("minProperties") == 1


def _single(field: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """Type and bounds of one alternative."""
    group = _group(field)
    if group:
        return f"keys of [{keys[group]}](#{keys[group]})"
    if "enum" in field or "const" in field:
        return choices([code(value) for value in field.get("enum", [field.get("const")])])
    kind = field.get("type", "any")
    if kind in ("integer", "number"):
        return f"{kind}{_bounds(field)}"
    if kind == "array" and "prefixItems" in field:
        return f"list of {' and '.join(_range(item, keys) for item in field['prefixItems'])}"
    if kind == "array":
        return f"list of: {_range(field['items'], keys)}"
    return {"boolean": "`true` or `false`", "null": "`null`", "string": "text", "object": "keys and values"}[kind]


def _bounds(field: Mapping[str, Any]) -> str:
    """Bounds of a number, such as ", above 0, at most 1"; both inclusive: ", 0 to 1"."""
    low, above = field.get("minimum"), field.get("exclusiveMinimum")
    high, below = field.get("maximum"), field.get("exclusiveMaximum")
    if low is not None and high is not None:
        parts = [f"{_number(low)} to {_number(high)}"]
    else:
        named = {"at least": low, "above": above, "at most": high, "below": below}
        parts = [f"{word} {_number(value)}" for word, value in named.items() if value is not None]
    parts += [f"a multiple of {_number(field['multipleOf'])}"] if "multipleOf" in field else []
    return "".join(f", {part}" for part in parts)


def _number(value: float) -> str:
    """1000000 -> 1,000,000; 1000000000 -> 10^9; 2147483648 -> 2^31."""
    if value != int(value):
        return f"{value:g}"
    whole = int(value)
    if whole >= LARGE and str(whole).strip("0") == "1":
        return f"10^{len(str(whole)) - 1}"
    if whole >= LARGE and whole.bit_count() == 1:
        return f"2^{whole.bit_length() - 1}"
    return f"{whole:,}"
