"""Tells a file that has been edited since a process loaded it: its text is not that of the functions any more."""

from __future__ import annotations

import inspect
import linecache
import os
import time
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FunctionType

_STARTED = time.time()  # files that are older are as they were loaded


def is_as_loaded(function: FunctionType) -> bool:
    """True if the text of a function, as its file has it now, is the one that it was made of."""
    code = function.__code__
    try:
        if os.stat(code.co_filename).st_mtime < _STARTED:
            return True
        linecache.checkcache(code.co_filename)
    except OSError:
        pass  # a cell of a notebook, or standard input, whose text may be kept under another's name
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines:
        return True  # there is no text to compare
    try:
        made = _codes(code.co_filename, "".join(lines))
    except (SyntaxError, ValueError):
        return False
    same = (each for each in made if (each.co_name, each.co_firstlineno) == (code.co_name, code.co_firstlineno))
    return any(_facts(each) == _facts(code) for each in same)


@lru_cache(maxsize=64)
def _codes(file: str, text: str) -> tuple[CodeType, ...]:
    """Returns the code of every function of a file."""
    return tuple(_inside(compile(text, file, "exec", dont_inherit=True)))


def _inside(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if inspect.iscode(each):
            yield each
            yield from _inside(each)


def _facts(code: CodeType) -> tuple[object, ...]:
    constants = tuple(each for each in code.co_consts if not inspect.iscode(each))
    return code.co_code, code.co_names, code.co_varnames, constants
