"""Makes objects of classes of the user's files; what is missing or raised is one line with file and line."""

from __future__ import annotations

from typing import Any

from alife.config.declarations import refuse
from alife.config.source_lines import explained, place_of, place_of_error
from alife.errors import LocatedError, UserError

NEEDED = {  # kind -> a name that its base classes have, and the classes to derive from
    "worlds": ("runs_on_host", "SharedWorld, EpisodicWorld, ArenaWorld or ExternalWorld", "alife/world/kinds.py"),
    "brains": ("check_moves", "Network or NetworkBase", "alife/brains/shared/network.py"),
    "strategies": ("structure_for", "GenerationalStrategy or NaturalStrategy", "alife/evolution/shared/base.py"),
    "instruments": ("measure", "Instrument", "alife/analysis/instruments/shared/base.py"),
    "studies": ("page", "Study or ComputedStudy", "alife/analysis/studies/shared/"),
}
RESULTS = {"measures", "objectives", "episodes"}  # beside fitness, that a strategy may need


def construct(kind: str, found: type, *given: Any) -> Any:
    """Returns an object of a class that the registry found.

    Args:
        kind: of the entry, a key of `NEEDED`.
        found: its class.
        given: arguments of the class.

    Raises:
        UserError: the class is derived from no base of its kind, lacks a hook, or raises.
    """
    place = f"{place_of(found)}: {found.__name__}"
    missing = sorted(getattr(found, "__abstractmethods__", ()))
    hook, bases, file = NEEDED[kind]
    if not hasattr(found, hook) or "unit" in missing:
        got = f"got one derived from {found.__bases__[0].__name__}"
        raise LocatedError(f"{place}: expected a class derived from {bases}, {got}; see {file}")
    if missing:
        raise LocatedError(f"{place}: expected it to define {', '.join(missing)}, got none; see {file}")
    try:
        made = found(*given)
    except UserError:
        raise
    except Exception as error:
        place = place_of_error(error) or place
        raise LocatedError(f"{place}: expected an object, got {explained(error)}; correct it") from error
    if not hasattr(made, "params"):
        place = f"{place_of(found, '__init__')}: {found.__name__}"
        names = "params" if len(given) == 1 else "params, num_observations, num_actions"
        raise LocatedError(f"{place}: expected params, got none; write super().__init__({names})")
    if kind == "strategies" and (isinstance(made.needs, str) or not {*made.needs} <= RESULTS):
        wanted = f"names of results, of {', '.join(sorted(RESULTS))}"
        refuse(found, "needs", wanted, repr(made.needs), 'frozenset({"measures"})')
    return made
