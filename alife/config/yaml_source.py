"""YAML text -> plain values, and where in the text each of them stands.

Only plain data is read: no tags, anchors or aliases, and a key may stand once. `1e-3` is a number here, as in YAML 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from alife.errors import UserError

Keys = tuple[str | int, ...]  # the way to a value: ("brain", "memory", "bits")


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, without aliases and with numbers such as 1e-3."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias where a node may stand: it could nest without end."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="expected a value, came an alias (*); write it out", problem_mark=mark)
        return super().compose_node(parent, index)


_FLOAT = re.compile(r"^[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)[eE][-+]?\d+$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))


@dataclass
class Document:
    """values: nested dicts, tuples and scalars. places: way to a value -> `file:line` or `--set key=value`."""

    values: dict[str, Any]
    places: dict[Keys, str]

    def place(self, keys: Sequence[str | int]) -> str:
        """Where the value at `keys`, or else the nearest value around it, was written."""
        way = tuple(keys)
        while way not in self.places and way:
            way = way[:-1]
        return self.places[way]

    def override(self, assignment: str) -> None:
        """Apply one `key.key=value` of the command line; the value is YAML. Raises UserError."""
        name, equals, text = assignment.partition("=")
        keys = tuple(name.split("."))
        place = f"--set {assignment}"
        if not equals or not all(keys):
            raise UserError(f"{place}: expected key=value, such as --set seed=2 or --set run.steps=1000")
        self.places = {way: where for way, where in self.places.items() if way[: len(keys)] != keys}
        value = _value(text, place, keys, self.places)
        _enclosing(self.values, keys, place)[keys[-1]] = value
        self.places.update({way: place for way in [*self.places, keys] if way[: len(keys)] == keys})


def read(path: Path) -> Document:
    """Read a YAML file whose top is a mapping. Raises UserError naming file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: expected YAML text in UTF-8, came a byte that is not, at {error.start}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    return parse(text, str(path))


def parse(text: str, source: str) -> Document:
    """YAML text whose top is a mapping. source: the name of the text in errors. Raises UserError."""
    places: dict[Keys, str] = {}
    values = _value(text, source, (), places)
    places.setdefault((), f"{source}:1")
    if not isinstance(values, dict):
        raise UserError(f"{source}:1: expected keys such as 'seed: 1', came {shown(values)}")
    return Document(values, places)


def _value(text: str, source: str, keys: Keys, places: dict[Keys, str]) -> Any:
    """The value that `text` stands for; notes in `places` where each part of it stands."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return None if node is None else _convert(loader, node, source, keys, places)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark and "=" not in source else ""
        raise UserError(f"{source}{line}: {_one_line(error.problem or error.context or 'not YAML')}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{source}: expected YAML text, came something else: {_one_line(str(error))}") from None


def _convert(loader: _Loader, node: yaml.Node, source: str, keys: Keys, places: dict[Keys, str]) -> Any:
    places[keys] = f"{source}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, source, keys, places)
    if isinstance(node, yaml.SequenceNode):
        return tuple(_convert(loader, item, source, (*keys, k), places) for k, item in enumerate(node.value))
    return loader.construct_object(node)


def _mapping(
    loader: _Loader, node: yaml.MappingNode, source: str, keys: Keys, places: dict[Keys, str]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        place = f"{source}:{key_node.start_mark.line + 1}"
        if key in values:
            raise UserError(f"{place}: {dotted((*keys, key))}: this key stands twice; keep one of the two")
        values[key] = _convert(loader, value_node, source, (*keys, key), places)
        places[(*keys, key)] = place
    return values


def _enclosing(values: dict[str, Any], keys: Sequence[str], place: str) -> dict[str, Any]:
    """The mapping that holds the last of `keys`; mappings on the way that are missing or null are made."""
    for depth, key in enumerate(keys[:-1]):
        if values.get(key) is None:
            values[key] = {}
        values = values[key]
        if not isinstance(values, dict):
            raise UserError(f"{place}: {dotted(keys[: depth + 1])} is {shown(values)} and holds no '{keys[depth + 1]}'")
    return values


def dotted(keys: Sequence[Hashable]) -> str:
    """("run", "steps") -> run.steps."""
    return ".".join(str(key) for key in keys)


def shown(value: Any) -> str:
    """A value as an error names it: short, and `nothing` for null."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _one_line(text: str) -> str:
    return " ".join(text.split())
