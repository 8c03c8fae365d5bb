"""Calls of an environment of Gymnasium: what is expected of each, and the error for everything else."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alife.parts.returned_values import described
from alife.world import ExternalError, explained, place_of_error

RESET = "reset(seed=..., options=...) -> observation, info"
_SEVERAL, _INFO = (tuple, list), (dict, Mapping)  # dict first: to ask Mapping takes ten times as long
STEP = "step(action) -> observation, reward, terminated, truncated, info"


def observation_of(given: Any, row: int | None = None) -> Any:
    """Returns the observation of what `reset` returned. Raises ExternalError if that is no pair."""
    if isinstance(given, _SEVERAL) and len(given) == 2 and _is_info(given[1]):
        return given[0]
    raise _no_parts("reset", RESET, given, row)


def parts_of(given: Any, row: int | None = None) -> Sequence[Any]:
    """Returns observation, reward, terminated, truncated of what `step` returned. Raises ExternalError."""
    if isinstance(given, _SEVERAL) and len(given) == 5 and _is_info(given[4]):
        return given[:4]
    raise _no_parts("step", STEP, given, row)


def _is_info(value: Any) -> bool:
    return value is None or isinstance(value, _INFO)


def _no_parts(what: str, expected: str, given: Any, row: int | None) -> ExternalError:
    many = isinstance(given, _SEVERAL)
    got = f"{len(given)} values: {', '.join(map(described, given[:6]))}" if many else described(given)
    return ExternalError(f"expected {expected}, got {got}; {_advice(what)}", row)


def _advice(what: str) -> str:
    return f"write {what} as Gymnasium has it since version 0.26"


def called(expected: str, row: int | None, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Returns what a method of an environment returns.

    Args:
        expected: the call in words, for errors.
        row: the copy, for errors.
        method: what is called.
        given, named: its arguments.

    Raises:
        ExternalError: it raises anything; some, such as those of code in Rust, are no Exception.
    """
    try:
        return method(*given, **named)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise _failed(expected, error, row) from error


def _failed(expected: str, error: BaseException, row: int | None) -> ExternalError:
    what, place = expected.partition("(")[0], place_of_error(error)
    outdated = isinstance(error, TypeError) and "argument" in str(error)
    outdated |= isinstance(error, ValueError) and "values to unpack" in str(error)
    advice = _advice(what) if outdated else "correct the environment"
    where = f" at {place}" if place else ""
    return ExternalError(f"expected {expected}, got {explained(error)}{where}; {advice}", row)


def close_all(environments: list[Any], title: str) -> None:
    """Closes environments and forgets them; says in a line that one of them cannot."""
    wrong = ""
    while environments:
        try:
            environments.pop().close()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            wrong = f"{type(error).__name__}: {error}"
    if wrong:
        say_once(f"alife: {ExternalError(f'{title}: close: expected no error, got {wrong}; nothing is lost')}")


@functools.lru_cache(maxsize=64)
def say_once(line: str) -> None:
    """Prints a line to standard error, once per process."""
    print(line, file=sys.stderr)
