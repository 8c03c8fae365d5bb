"""Checks of what a class of the user's declares: tuples of the right things, numbers, and hooks that return something.

Each error begins with the file and line of the declaration. What Python would report later and elsewhere, or never, is
refused here: a tuple without its comma, a law in quotes, a method that should be a property, a missing return.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NoReturn

import numpy as np

from alife.config.source_lines import explained, place_of, place_of_error
from alife.errors import LocatedError, UserError, suggestion
from alife.laws.law import Law
from alife.laws.rows import Columns


def refuse(owner: type, name: str, expected: str, got: str, write: str, item: int | None = None) -> NoReturn:
    """Raises LocatedError at the line of a class where a name is declared; item: number of an item of its tuple."""
    place = place_of(owner, name, item)
    raise LocatedError(f"{place}: {owner.__name__}.{name}: expected {expected}, got {got}; write {write}")


def read(owner: object, name: str, *given: object, call: bool = False) -> Any:
    """Returns an attribute, or what a method returns for given arguments; with `call` also for none.

    Raises:
        LocatedError: it raises something. An error of a configuration, with its key, stays as it is.
    """
    try:
        value = getattr(owner, name)
        if given and not callable(value):
            refuse(class_of(owner), name, "a method of the Params", shown_item(value), f"def {name}(self, params)")
        return value(*given) if given or call else value
    except UserError as error:
        if error.key:  # of a configuration, whose line is named by who reads it
            raise
        raise _located(class_of(owner), name, error) from error
    except (Exception, SystemExit) as error:
        place = place_of_error(error) or place_of(class_of(owner), name)
        kind = class_of(owner).__name__
        raise LocatedError(f"{place}: {kind}.{name}: expected a value, got {explained(error)}; correct it") from error


def class_of(owner: object) -> type:
    """Returns the class of an object, and a class itself."""
    return owner if isinstance(owner, type) else type(owner)


def _located(owner: type, name: str, error: UserError) -> LocatedError:
    """Returns an error with the line of the declaration in front, if it has none of its own."""
    return error if isinstance(error, LocatedError) else LocatedError(f"{place_of(owner, name)}: {error}", error.key)


def check_tuple(owner: object, name: str, kind: type, *given: object) -> tuple[Any, ...]:
    """Returns an attribute that must be a tuple of instances of `kind`; for `type`, of classes of columns.

    Args:
        owner: the object that has it.
        name: of the attribute, or of the method that returns the tuple.
        kind: class of the items.
        given: arguments of the method.

    Raises:
        LocatedError: it is something else.
    """
    value, cls = read(owner, name, *given), class_of(owner)
    wanted = f"a tuple of {_NOUNS.get(kind, kind.__name__)}"
    if inspect.ismethod(value):
        refuse(cls, name, wanted, "a method", f"@property above def {name}(self)")
    if value is None:
        refuse(cls, name, wanted, "None", "return and the tuple")
    if _is_item(value, kind):
        refuse(cls, name, wanted, f"{shown_item(value)} alone", f"{name} = ({_short(value)},) with its comma")
    if isinstance(value, list | set):
        items = ", ".join(map(_short, value))
        refuse(cls, name, wanted, f"a {type(value).__name__}", f"({items}{',' if len(value) == 1 else ''})")
    if not isinstance(value, tuple):
        refuse(cls, name, wanted, shown_item(value), _advice(value, kind))
    for place, item in enumerate(value):
        if not _is_item(item, kind):
            refuse(cls, name, wanted, f"{shown_item(item)} in it", _advice(item, kind), place)
    return value


def check_count(owner: object, name: str, low: int) -> int:
    """Returns an attribute that must be a whole number, `low` or more. Raises LocatedError."""
    value, cls = read(owner, name), class_of(owner)
    wanted = f"a whole number from {low} on"
    if inspect.ismethod(value):
        refuse(cls, name, wanted, "a method", f"@property above def {name}(self)")
    if value is None:
        refuse(cls, name, wanted, "None", "return and the number")
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        refuse(cls, name, wanted, shown_item(value), "int(...)" if isinstance(value, float) else "a whole number")
    if int(value) < low:
        refuse(cls, name, wanted, str(value), f"{low} or more")
    return int(value)


def check_mapping(owner: object, name: str, *given: object) -> Mapping[Any, Any]:
    """Returns an attribute that must be a dict with text as keys. Raises LocatedError."""
    value, cls = read(owner, name, *given), class_of(owner)
    if inspect.ismethod(value):
        refuse(cls, name, "a dict", "a method", f"@property above def {name}(self)")
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        write = "return and the dict" if value is None else '{"name": value}'
        refuse(cls, name, "a dict by name", shown_item(value), write)
    return value


def check_values(owner: object, name: str, names: Collection[str], values: Any, taken: Collection[str] = ()) -> None:
    """Checks what a hook returned: a dict with a number for each name.

    Args:
        owner: the object whose hook it is.
        name: of the hook.
        names: those that are declared.
        values: what it returned.
        taken: names that stand for something else.

    Raises:
        LocatedError: it is something else.
    """
    cls, wanted = class_of(owner), f"a dict with a number for each of {', '.join(names) or 'no metrics'}"
    if not isinstance(values, Mapping):
        write = "return and the dict" if values is None else '{"name": value}'
        refuse(cls, name, wanted, "None" if values is None else shown_item(values), write)
    for one in [*names, *values]:
        if one not in values:
            refuse(cls, name, wanted, f"none for {one}", f'"{one}": ...')
        if one not in names:
            refuse(cls, name, wanted, f"{one!r}, which is not declared{suggestion(str(one), names)}", "a declared name")
        if one in taken:
            refuse(cls, name, "names that are free", f"{one}, a column that every run has", "another name")
        if not hasattr(values[one], "__float__") or np.ndim(values[one]):  # also of an array
            refuse(cls, name, wanted, f"{shown_item(values[one])} for {one}", "float(...)")


def check_unlike(owner: object, hooks: Mapping[str, type], base: type) -> None:
    """Refuses a tuple of laws and the like whose name is nearly that of a hook that is not declared.

    Args:
        owner: the object.
        hooks: names of attributes that are read -> class of their items.
        base: the class that declares the hooks.

    Raises:
        LocatedError: there is such a tuple.
    """
    own = [kind for kind in class_of(owner).__mro__ if kind not in base.__mro__]
    names = {name: value for kind in reversed(own) for name, value in vars(kind).items()}
    free, kinds = [hook for hook in hooks if hook not in names], set(hooks.values())
    for name, value in names.items():
        items = value if isinstance(value, tuple | list) else (value,)
        if name in hooks or not items or not any(all(_is_item(item, kind) for item in items) for kind in kinds):
            continue  # comparing names takes longer
        near = suggestion(name, free)
        hook = near.split("'")[1] if near else ""
        if hook and all(_is_item(item, hooks[hook]) for item in items):
            refuse(class_of(owner), name, "a name that worlds have", f"{name}{near}", f"{hook} = ...")


def refuse_twice(owner: object, name: str, names: Iterable[str]) -> None:
    """Refuses a name that stands for two items of a tuple. Raises LocatedError at the second one."""
    seen: dict[str, int] = {}
    for place, one in enumerate(names):
        if one in seen:
            refuse(class_of(owner), name, "a name of its own for each", f"{one!r} twice", "another name", place)
        seen[one] = place


_NOUNS = {str: "text", type: "classes of columns"}


def _is_item(value: object, kind: type) -> bool:
    return isinstance(value, type) and issubclass(value, Columns) if kind is type else isinstance(value, kind)


def shown_item(value: object) -> str:
    """Returns a value as errors of declarations name it."""
    if value is None:
        return "None"
    if isinstance(value, Law):
        return f"the law {value.name}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if inspect.isroutine(value):
        return f"the function {_name(value)}"
    if isinstance(value, str | int | float):
        return repr(value)
    name = getattr(value, "name", None)
    if isinstance(name, str):
        return f"{type(value).__name__}({name!r}, ...)"
    return f"a {type(value).__name__}" if type(value).__module__ == "builtins" else f"{type(value).__name__}(...)"


def _name(value: object) -> str:
    """Returns the name of a function, be it in a staticmethod."""
    held = getattr(value, "__func__", value)
    return str(getattr(held, "name", None) or getattr(held, "__name__", "") or type(value).__name__)


def _short(value: object) -> str:
    """Returns an item as it stands in a tuple."""
    return shown_item(value).removeprefix("the law ").removeprefix("the class ")


def _advice(value: object, kind: type) -> str:
    """Returns what to write in place of a wrong item."""
    if kind is Law:
        if inspect.isroutine(value):
            return f"@per_agent above def {_name(value)}"
        return f"the law {value}, without quotes" if isinstance(value, str) else "laws, such as (move,)"
    if kind is type:
        wrong = isinstance(value, Columns)
        return f"{type(value).__name__} without brackets" if wrong else "a class derived from SharedAgent or the like"
    if isinstance(value, type):
        return f"{value.__name__}(...) with brackets"
    return '("one",)' if kind is str else f"{kind.__name__}(...)"
