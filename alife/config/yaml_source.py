"""Parses YAML text into plain values, and keeps the place of each of them in the text.

Only plain data is read: no tags, anchors or aliases, and each key once. `1e-3` is a number here, as in YAML 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from alife.errors import UserError

Keys = tuple[str | int, ...]  # the path to a value: ("brain", "memory", "bits")
OVERRIDE = "--set"  # how the place of an override begins


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, without aliases and with numbers such as 1e-3."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Rejects aliases, which could nest without end."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="expected a value, got an alias (*); write it out", problem_mark=mark)
        return super().compose_node(parent, index)


_FLOAT = re.compile(r"^[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)[eE][-+]?\d+$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))


@dataclass
class Document:
    """Values and their places.

    values: nested dicts, tuples and scalars. places: path to a value -> `file:line` or `--set key=value`.
    """

    values: dict[str, Any]
    places: dict[Keys, str]

    def place(self, keys: Sequence[str | int]) -> str:
        """Returns the place of the value at `keys`, or else of the innermost value around it."""
        path = tuple(keys)
        while path not in self.places and path:
            path = path[:-1]
        return self.places[path]

    def override(self, assignment: str) -> None:
        """Applies one `key.key=value` of the command line; the value is YAML. Raises UserError."""
        name, equals, text = assignment.partition("=")
        keys = tuple(name.split("."))
        place = f"{OVERRIDE} {assignment}"
        if not equals or not all(keys):
            raise UserError(f"{place}: expected key=value, such as --set seed=2 or --set run.steps=1000")
        self.places = {path: at for path, at in self.places.items() if path[: len(keys)] != keys}
        value = _value(text, place, keys, self.places)
        _enclosing(self.values, keys, place)[keys[-1]] = value
        self.places.update({path: place for path in [*self.places, keys] if path[: len(keys)] == keys})

    def has(self, keys: Keys) -> bool:
        """True if there is a value at `keys`, be it null."""
        return keys[-1] in self._around(keys)

    def rename(self, old: Keys, new: Keys) -> None:
        """Moves a value to another key. If that has a value, too, the one that was written later is kept.

        Raises:
            UserError: one file has both.
        """
        order = list(self.places)
        both, place = self.has(new), self.place(old)
        if both and not any(self.place(keys).startswith(OVERRIDE) for keys in (old, new)):
            raise UserError(f"{place}: {dotted(old)} is the old name of {dotted(new)}, which is there, too; drop it")
        value = self._around(old).pop(old[-1])
        if both and order.index(old) < order.index(new):
            return
        kept = {path: at for path, at in self.places.items() if path[: len(new)] != new}
        self.places = {(*new, *path[len(old) :]) if path[: len(old)] == old else path: at for path, at in kept.items()}
        _enclosing(self.values, new, place)[new[-1]] = value

    def _around(self, keys: Keys) -> dict[Any, Any]:
        """Returns the mapping that holds the last of `keys`; an empty one if there is none."""
        values: Any = self.values
        for key in keys[:-1]:
            values = values.get(key) if isinstance(values, dict) else None
        return values if isinstance(values, dict) else {}


def read(path: Path) -> Document:
    """Reads a YAML file whose top level is a mapping. Raises UserError with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: expected YAML text in UTF-8, got another byte at {error.start}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    return parse(text, str(path))


def parse(text: str, source: str) -> Document:
    """Parses YAML text whose top level is a mapping. source: the name of the text in errors. Raises UserError."""
    places: dict[Keys, str] = {}
    values = _value(text, source, (), places)
    places.setdefault((), f"{source}:1")
    if not isinstance(values, dict):
        raise UserError(f"{source}:1: expected keys such as 'seed: 1', got {shown(values)}")
    return Document(values, places)


def _value(text: str, source: str, keys: Keys, places: dict[Keys, str]) -> Any:
    """Returns the value of a YAML text, and adds the place of each of its parts to `places`."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return None if node is None else _convert(loader, node, source, keys, places)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark and "=" not in source else ""
        raise UserError(f"{source}{line}: {_advised(error.problem or error.context or 'not YAML')}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{source}: expected YAML text, got something else: {_one_line(str(error))}") from None


_ADVICE = {  # words of PyYAML -> what was expected, what it got, what to write
    "that cannot start any token": "expected a value or a key, got a tab or a sign of YAML; write spaces, or quotes",
    "mapping values are not allowed": "expected one key here, got two; write a space after each colon, keys of one "
    "part at one depth, and one line each",
    "found another document": "expected one configuration, got --- and a second; write two files",
    "expected <block end>": "expected a key of the same depth, got something else; write each key on a line of its own",
    "could not find expected ':'": "expected key: value, got no colon; write a space after each colon",
}


def _advised(problem: str) -> str:
    """Returns an error of PyYAML in the words of this project where they are known."""
    return next((advice for words, advice in _ADVICE.items() if words in problem), _one_line(problem))


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
            raise UserError(f"{place}: {dotted((*keys, key))}: this key is there twice; keep one of the two")
        values[key] = _convert(loader, value_node, source, (*keys, key), places)
        places[(*keys, key)] = place
    return values


def _enclosing(values: dict[Any, Any], keys: Keys, place: str) -> dict[Any, Any]:
    """Returns the mapping that holds the last of `keys`; missing or null mappings on the path are created."""
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


def shown(value: object) -> str:
    """Returns a value as errors print it: short, and `nothing` for null."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _one_line(text: str) -> str:
    return " ".join(text.split())
