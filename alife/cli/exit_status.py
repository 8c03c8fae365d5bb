"""Exit statuses of the command line, and the one line on standard error that a refusal is.

0: done. 2: the input is wrong, or the disk refuses. 130: interrupted, after a checkpoint.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from typer.exceptions import Abort, TyperException

from alife.errors import UserError, as_shown
from alife.interrupt import INTERRUPTED


class Interrupted(Exception):
    """Ends a command that was interrupted, after it has said what was saved."""


def exit_status(command: Callable[[], object]) -> int:
    """Calls a command; returns its exit status, and prints why if it does not end as it should."""
    try:
        result = command()
        if result == INTERRUPTED:  # typer returns it for a KeyboardInterrupt
            raise KeyboardInterrupt
        return result if isinstance(result, int) else 0
    except Interrupted:
        return INTERRUPTED
    except UserError as error:
        return _refused(str(error))
    except TyperException as error:
        return _refused(f"{as_shown(error.format_message())} (see --help)")
    except OSError as error:  # the system refuses: a name that is too long, a folder that is gone, a full disk
        from alife.atomic_files import explained

        place = error.filename or ("the current folder" if isinstance(error, FileNotFoundError) else "the system")
        return _refused(f"{as_shown(str(place))}: {explained(error)}")
    except (KeyboardInterrupt, Abort):
        print("alife: interrupted", file=sys.stderr)
        return INTERRUPTED


def _refused(message: str) -> int:
    print("alife: " + " ".join(message.split()), file=sys.stderr)
    return 2
