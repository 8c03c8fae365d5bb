"""Trees of spaces: a Dict or a Tuple holds others, every other space is a leaf."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alife.parts.returned_values import unexpected

TREES = ("Dict", "Tuple")
LEAVES = ("Box", "Discrete", "MultiDiscrete", "MultiBinary")
DEEPEST = 32  # spaces within each other

Path = tuple[str | int, ...]  # keys of Dicts and places in Tuples, from the root on


def kind_of(space: Any) -> str:
    """Returns the kind of a space that has lanes, also of one derived from it, else the name of its class."""
    names = [kind.__name__ for kind in type(space).__mro__]
    return next((name for name in names if name in TREES + LEAVES), names[0])


@dataclass(frozen=True)
class Tree:
    """The form of a space.

    Attributes:
        space: the space of this place.
        path: its place.
        keys: of a Dict its keys, of a Tuple its numbers, of a leaf None.
        items: the trees there.
    """

    space: Any
    path: Path = ()
    keys: tuple[str | int, ...] | None = None
    items: tuple[Tree, ...] = ()

    @property
    def leaves(self) -> tuple[Tree, ...]:
        """The leaves in order; a leaf is its own."""
        if self.keys is None:
            return (self,)
        return tuple(leaf for item in self.items for leaf in item.leaves)

    def apart(self, value: Any, what: str, row: int | None = None) -> list[Any]:
        """Returns the parts of a value of this form, one for each leaf; other keys of a mapping are left out.

        Args:
            value: of any kind.
            what: the name of the value, for errors.
            row: the copy that it came from, for errors.

        Raises:
            ExternalError: it has another form.
        """
        if self.keys is None:
            return [value]
        if kind_of(self.space) == "Dict":
            if not isinstance(value, Mapping) or not all(key in value for key in self.keys):
                raise unexpected(what, f"a dict with the keys {', '.join(map(repr, self.keys))}", value, row)
        elif not isinstance(value, tuple | list) or len(value) != len(self.keys):
            raise unexpected(what, f"a tuple of {len(self.keys)}", value, row)
        pairs = zip(self.keys, self.items, strict=True)
        return [part for key, item in pairs for part in item.apart(value[key], f"{what}[{key!r}]", row)]

    def together(self, parts: Iterator[Any]) -> Any:
        """Returns a value of this form: dicts and tuples of parts, one for each leaf."""
        if self.keys is None:
            return next(parts)
        values = [item.together(parts) for item in self.items]
        return dict(zip(self.keys, values, strict=True)) if kind_of(self.space) == "Dict" else tuple(values)


def tree_of(space: Any, refuse: Callable[[str], Exception], path: Path = ()) -> Tree:
    """Returns the tree of a space.

    Args:
        space: of Gymnasium.
        refuse: gets words for a space that is no leaf, and returns what is raised.
        path: its place.
    """
    kind = kind_of(space)
    if kind in LEAVES:
        return Tree(space, path)
    if kind not in TREES or len(path) == DEEPEST:
        raise refuse(kind + ("" if not path else " at " + "".join(f"[{key!r}]" for key in path)))
    pairs = list(space.spaces.items() if kind == "Dict" else enumerate(space.spaces))
    items = tuple(tree_of(item, refuse, (*path, key)) for key, item in pairs)
    return Tree(space, path, tuple(key for key, _ in pairs), items)


def named(path: Path, root: str) -> str:
    """Returns the name of a leaf for its lanes: `root` for a space that is a leaf, else words of its path."""
    words = (f"part {key}" if isinstance(key, int) else " ".join(str(key).split())[:40] or "key" for key in path)
    return " ".join(words) or root


def distinct(names: list[str]) -> list[str]:
    """Returns names of lanes; if two of them would be read as the same name by laws, all have numbers before them."""
    plain = {"".join(sign if sign.isalnum() else "_" for sign in name) for name in names}
    return names if len(plain) == len(names) else [f"lane {k} {name}" for k, name in enumerate(names)]
