"""The installed script `alife`, `python -m alife`, and run.py."""

import os
import sys


def _open_streams() -> None:
    """Opens standard streams that are closed, as the first file of a run would else get their number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115 (for good)


def main() -> None:
    """Carries out the command line; an interrupt while it is loaded is one line, too."""
    try:
        from alife.interrupt import end_on_sigterm

        end_on_sigterm()
        _open_streams()
        from alife.cli.commands import main as command_line

        command_line()
    except KeyboardInterrupt:
        print("alife: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
