"""The object of --json, alone on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

Tell = Callable[[dict[str, Any]], None]


@contextmanager
def alone_on_stdout(as_json: bool) -> Iterator[Tell]:
    """Yields what prints the object of --json, and does nothing without.

    Meanwhile what the user's code prints goes to standard error, so that the object is alone on standard output.
    """
    out = sys.stdout
    if not as_json:
        yield lambda value: None
        return
    with redirect_stdout(sys.stderr):
        yield lambda value: print(json.dumps(value), file=out, flush=True)
