"""Makes environments by the library Gymnasium, also those of modules in the current folder."""

from __future__ import annotations

import copy
import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alife.world import UserError, explained, imports, place_of_error

INSTALL = "install that; LunarLander and its kin come with pip install '.[box2d]' in a clone"
NAME = "write CartPole-v1 or another of gymnasium.registry, and what it takes"


def made(maker: str, environment: str, arguments: Mapping[str, Any], **options: Any) -> Any:
    """Returns what a function of Gymnasium makes.

    Args:
        maker: "make" or "make_vec".
        environment: id of the environment, or module:id; the module may be in the current folder.
        arguments: of the environment, as plain data with lists or tuples.
        options: of the function.

    Raises:
        UserError: Gymnasium is not installed, the environment cannot be made, or its code must not be imported.
    """
    function = getattr(_library(), maker)
    if imports.forbidden():
        _check_own(environment)
    try:
        with _folder_first(environment):
            return function(environment, **options, **{name: with_lists(value) for name, value in arguments.items()})
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # of the library or of the environment: each has kinds of its own
        expected = f"one that gymnasium.{maker} makes of {environment} {dict(arguments) or ''}".strip()
        place = place_of_error(error)
        got = f"{explained(error)}{f' at {place}' if place else ''}"
        raise UserError(
            f"environment: expected {expected}, got {got}; {_advice(maker, error, bool(place), environment)}",
            ("world", "environment"),
        ) from error


def _advice(maker: str, error: BaseException, own: bool, environment: str) -> str:
    """Returns what to do about an environment that cannot be made. own: True if its code raised the error."""
    module, colon, name = environment.partition(":")
    if type(error).__name__ == "DependencyNotInstalled":
        return INSTALL
    if own:
        return "correct the environment, or the arguments that it is made with"
    if maker == "make_vec" and "vector entry point" in str(error):
        return "write vectorization: sync"
    if colon and isinstance(error, ModuleNotFoundError):
        return f"write a module that is installed, or is {module.replace('.', '/')}.py in the current folder"
    if colon:
        return f"let {module} call gymnasium.register({name!r}, YourEnv) when it is imported"
    return NAME


def _check_own(environment: str) -> None:
    """Checks that only code of Gymnasium itself makes an environment.

    Raises:
        UserError: it names a module to import, or another package registered it.
    """
    registered = _library().registry
    versions = [spec for name, spec in registered.items() if name == environment or name.startswith(f"{environment}-v")]
    makers = [maker for spec in versions for maker in (spec.entry_point, spec.vector_entry_point) if maker is not None]
    others = [maker for maker in makers if not str(maker).startswith("gymnasium.")]
    if ":" in environment or others:
        raise imports.refusal(
            "environment",
            "one of Gymnasium's own, such as CartPole-v1,",
            environment,
            ("world", "environment"),
        )


def with_lists(value: Any) -> Any:
    """Returns a copy of plain data with every tuple as a list, as YAML writes it."""
    if isinstance(value, Mapping):
        return {key: with_lists(item) for key, item in value.items()}
    return [with_lists(item) for item in value] if isinstance(value, list | tuple) else copy.copy(value)


@contextmanager
def explained_as(expected: str, environment: str) -> Iterator[None]:
    """Turns what the code of an environment raises into one line.

    Raises:
        UserError: anything was raised.
    """
    try:
        yield
    except (UserError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise UserError(
            f"environment: expected {expected}, got {explained(error)} of {environment}; correct the environment",
            ("world", "environment"),
        ) from error


@contextmanager
def _folder_first(environment: str) -> Iterator[None]:
    """Lets modules of the current folder be imported: the one that is named before any other of its name.

    The folder stays on the path, at its end, as the module may import others later.
    """
    module, colon, _ = environment.partition(":")
    try:
        folder = Path.cwd()
    except OSError:  # it was removed
        module = ""
    if not colon or not module:
        yield
        return
    here, first = str(folder), (folder / module.split(".")[0])
    if not {here, ""} & set(sys.path):
        sys.path.append(here)
    if module in sys.modules or not (first.with_suffix(".py").is_file() or first.is_dir()):
        yield
        return
    importlib.invalidate_caches()
    sys.path.insert(0, here + os.sep)  # written otherwise than any other entry, so that this one is taken out again
    try:
        yield
        imports.say_imported(f"environment {environment}", f"the current folder, {module}")
    finally:
        sys.path.remove(here + os.sep)


def _library() -> Any:
    """The library. Raises UserError if it is not installed."""
    try:
        return importlib.import_module("gymnasium")
    except ImportError:
        raise UserError(
            "world gymnasium: expected the library of this name, and it is not installed; "
            "write pip install '.[gymnasium]' in a clone",
            ("world", "name"),
        ) from None
