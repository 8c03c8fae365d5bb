"""The installed script `alife`, `python -m alife`, and run.py."""

import sys


def main() -> None:
    """Carries out the command line; an interrupt while it is loaded is one line, too."""
    try:
        from alife.interrupt import end_on_sigterm

        end_on_sigterm()
        from alife.cli.commands import main as command_line

        command_line()
    except KeyboardInterrupt:
        print("alife: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
