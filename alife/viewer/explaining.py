"""Pages of `inspect` on agents that are watched, written by another process, so that no frame waits for it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from alife.errors import UserError

COMMAND = (sys.executable, "-m", "alife", "inspect")
HEAD = "alife: "  # of lines on standard error


class Explaining:
    """The page that is being written, if there is one."""

    def __init__(self) -> None:
        """Writes none yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._page = Path()
        self._errors: IO[bytes]  # what it says on standard error; a pipe that is not read may fill up

    @property
    def page(self) -> Path | None:
        """The page that is being written; None for none."""
        return self._page if self._process else None

    def start(self, genome: Path) -> None:
        """Has a page written beside the file of a genome.

        Raises:
            UserError: no process can be started.
        """
        self._page = genome.with_suffix(".html")
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (`wait` closes it)
        command = [*COMMAND, str(genome), "--out", str(self._page)]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors
            )
        except OSError as error:
            raise UserError(f"inspect: expected to start {sys.executable}, got {error.strerror}; free memory") from None

    def poll(self) -> str:
        """Returns a line once the page is written, or why it could not be; "" before, and where there is none."""
        return self.wait() if self._process and self._process.poll() is not None else ""

    def wait(self) -> str:
        """Waits until the page is written, and returns a line on it; "" where there is none."""
        if self._process is None:
            return ""
        code, self._process = self._process.wait(), None
        with self._errors as errors:
            errors.seek(0)
            said = errors.read().decode(errors="replace")
        if not code:
            return f"Wrote {self._page}"
        lines = [line.removeprefix(HEAD) for line in said.splitlines() if line.strip()]
        return f"{self._page} was not written: {lines[-1] if lines else f'inspect ended with {code}'}"
