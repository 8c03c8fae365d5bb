"""Parses YAML text into plain values, and keeps the place of each of them in the text.

Only plain data is read: no tags or aliases, each key once, and scalars as `yaml_scalars` says.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from alife.config.yaml_scalars import MOST_DIGITS, Dumper, text_of, value_of
from alife.errors import UserError, as_shown

DEEPEST = 50  # levels
_TOO_DEEP = f"expected at most {DEEPEST} levels of keys and lists, got more; write fewer"
LARGEST = 2**22  # bytes of a file; a device has no end
Keys = tuple[str | int, ...]  # the path to a value: ("brain", "memory", "bits")
OVERRIDE = "--"  # how the place of an override begins


class Assignment(str):
    """`key=value` that another option than --set stands for, which errors name.

    Attributes:
        given: the option and its value, such as "--islands 3".
    """

    given: str

    def __new__(cls, text: str, given: str) -> Assignment:
        """text: `key=value`. given: see above."""
        made = super().__new__(cls, text)
        made.given = given
        return made


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader without tags, without aliases, which could nest without end, and with a greatest depth."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuses what is no plain data. Raises MarkedYAMLError."""
        event, problem = self.peek_event(), ""
        if isinstance(event, yaml.AliasEvent):
            problem = "expected a value, got an alias (*); write it out"
        elif getattr(event, "tag", None) is not None:
            problem = f"expected a value, got the tag {as_shown(_tag(event.tag))}; leave it out"
        elif self.depth > DEEPEST:
            problem = _TOO_DEEP
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _tag(tag: str) -> str:
    """Returns a tag as it is usually written."""
    return tag.replace("tag:yaml.org,2002:", "!!")


@dataclass
class Document:
    """Values and their places.

    values: nested dicts, tuples and scalars. places: path to a value -> `file:line`, or `--set key=value`.
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
        if not isinstance(assignment, str):
            raise UserError(f"overrides: expected text such as 'seed=2', got {shown(assignment)}")
        name, equals, text = assignment.partition("=")
        keys = tuple(name.split("."))
        place = as_shown(assignment.given if isinstance(assignment, Assignment) else f"--set {assignment}")
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
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data[:LARGEST].decode()
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}: expected a configuration, text in UTF-8, got bytes that are not (byte {error.start}); "
            "name a YAML file"
        ) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    if len(data) > LARGEST:
        raise UserError(f"{path}: expected a configuration of at most {LARGEST:,} bytes, got more; name a YAML file")
    return parse(text, str(path))


def from_values(values: Mapping[str, Any], source: str) -> Document:
    """Returns a document of plain data: dicts with text as keys, sequences, and scalars, of NumPy too.

    Raises:
        UserError: a key is no text, there are too many levels, or a whole number has too many digits.
    """
    return Document(_plain(values, source, ()), {(): source})


def _plain(value: Any, source: str, above: Keys) -> Any:
    if len(above) > DEEPEST:
        raise UserError(f"{source}: {_TOO_DEEP}")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str | int | float):
                raise UserError(f"{source}: {dotted(above) or 'keys'}: expected text as a key, got {shown(key)}")
        return {str(key): _plain(item, source, (*above, str(key))) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_plain(item, source, (*above, place)) for place, item in enumerate(value))
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        raise UserError(
            f"{source}: {dotted(above)}: expected a whole number of at most {MOST_DIGITS} digits, got more; write fewer"
        )
    return value.item() if hasattr(value, "item") and not getattr(value, "shape", True) else value


def parse(text: str, source: str) -> Document:
    """Parses YAML text whose top level is a mapping. source: the name of the text in errors. Raises UserError."""
    places: dict[Keys, str] = {}
    values = _value(text, source, (), places)
    places.setdefault((), f"{source}:1")
    if not isinstance(values, dict):
        raise UserError(f"{source}:1: expected keys such as 'seed: 1', got {shown(values)}")
    return Document(values, places)


def read_value(text: str, place: str) -> Any:
    """Returns the value of a YAML text: nested dicts, tuples and scalars. Raises UserError that begins with `place`."""
    return _value(text, place, (), {})


def written(value: object) -> str:
    """Returns a value as YAML in one line."""
    return yaml.dump(value, Dumper=Dumper, default_flow_style=True, width=10**6).partition("\n")[0]


def _value(text: str, source: str, keys: Keys, places: dict[Keys, str]) -> Any:
    """Returns the value of a YAML text, and adds the place of each of its parts to `places`."""
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return None if node is None else _convert(node, source, keys, places)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else loader.line if loader else 0
        raise _error(source, line, _advised(error.problem or error.context or "not YAML")) from None
    except yaml.reader.ReaderError as error:
        got = as_shown(chr(error.character)) if isinstance(error.character, int) else "a byte"
        problem = f"expected text, got the control character {got}; remove it, or write an escape in double quotes"
        raise _error(source, text.count("\n", 0, error.position), problem) from None
    except (ValueError, OverflowError):  # of the number in an escape
        line = loader.line if loader else 0
        raise _error(source, line, "expected an escape such as \\u00e9, got one beyond Unicode; correct it") from None


def _error(source: str, line: int, problem: str) -> UserError:
    """Returns the error of one line of a text, counted from 0; an option has no lines."""
    return UserError(f"{source}{'' if source.startswith('--') else f':{line + 1}'}: {problem}")


_ADVICE = {  # words of PyYAML -> what was expected, what it got, what to write
    "that cannot start any token": "expected a key or a value, got a tab or a sign with a meaning in YAML; indent by "
    "spaces, write a value that begins with the sign in quotes",
    "found unknown escape character": "expected an escape, got a backslash and another letter; in double quotes a "
    "backslash begins an escape: write single quotes, or / in a path",
    "mapping values are not allowed": "expected one key here, got two; write a space after each colon, keys of one "
    "part at one depth, and one line each",
    "found another document": "expected one configuration, got --- and a second; write two files",
    "expected <block end>": "expected a key of the same depth, got something else; write each key on a line of its own",
    "could not find expected ':'": "expected key: value, got no colon; write a space after each colon",
}


def _advised(problem: str) -> str:
    """Returns an error of PyYAML in the words of this project where they are known."""
    return next((advice for words, advice in _ADVICE.items() if words in problem), as_shown(problem))


def _convert(node: yaml.Node, source: str, keys: Keys, places: dict[Keys, str]) -> Any:
    places[keys] = f"{source}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, source, keys, places)
    if isinstance(node, yaml.SequenceNode):
        return tuple(_convert(item, source, (*keys, k), places) for k, item in enumerate(node.value))
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node, source, keys)


def _scalar(node: yaml.ScalarNode, source: str, keys: Keys) -> Any:
    try:
        return value_of(node.value, plain=node.style is None)
    except ValueError as error:
        raise _error(source, node.start_mark.line, f"{_above(keys)}{error}") from None


def _above(keys: Keys) -> str:
    """Returns the key that an error is about, with a colon; nothing at the top level."""
    return f"{dotted(keys)}: " if keys and isinstance(keys[0], str) else ""


def _mapping(node: yaml.MappingNode, source: str, keys: Keys, places: dict[Keys, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line
        if not isinstance(key_node, yaml.ScalarNode):
            raise _error(source, line, f"{_above(keys)}expected a name as key, got keys or a list; write a name")
        key = key_node.value
        try:
            text_of(key)
        except ValueError as error:
            raise _error(source, line, f"{_above(keys)}{error}") from None
        if key in values:
            raise _error(source, line, f"{dotted((*keys, key))}: this key is there twice; keep one of the two")
        values[key] = _convert(value_node, source, (*keys, key), places)
        places[(*keys, key)] = f"{source}:{line + 1}"
    return values


def _enclosing(values: dict[Any, Any], keys: Keys, place: str) -> dict[Any, Any]:
    """Returns the mapping that holds the last of `keys`; missing or null mappings on the path are created."""
    for depth, key in enumerate(keys[:-1]):
        if values.get(key) is None:
            values[key] = {}
        values = values[key]
        if not isinstance(values, dict):
            holder, held = dotted(keys[: depth + 1]), keys[depth + 1]
            named = f"; write {holder}.name={values} in its place" if isinstance(values, str) else ""
            raise UserError(f"{place}: {holder} is {shown(values)} and holds no '{held}'{named}")
    return values


def dotted(keys: Sequence[Hashable]) -> str:
    """("run", "steps") -> run.steps, as errors show it."""
    return as_shown(".".join(str(key) for key in keys))


def shown(value: object) -> str:
    """Returns a value as errors print it: short, lists as YAML writes them, and `nothing` for null."""
    listed = list(value) if type(value) is tuple else value
    return as_shown("nothing" if value is None else repr(listed), 60)
