"""A text file that only grows, and can be cut back to where it was at a checkpoint."""

from __future__ import annotations

import os
from pathlib import Path

from alife.registry import UserError


class Log:
    """Rows below one header line.

    A resumed run cuts the file back to the length stored in its checkpoint, so that what a killed run wrote after it
    is written again, once.
    """

    def __init__(self, path: Path, header: str, length: int) -> None:
        """Open the log.

        Args:
            path: the file.
            header: its first line.
            length: bytes to keep of what is there; 0 begins anew with the header.

        Raises:
            UserError: the file is shorter than what is to be kept.
        """
        path.touch()
        if path.stat().st_size < length:
            raise UserError(
                f"{path}: expected the {length} bytes that the checkpoint continues, came {path.stat().st_size}; "
                "put the file back, or start anew in another --out"
            )
        self._file = path.open("r+b")
        self._file.truncate(length)
        self._file.seek(length)
        if length == 0:
            self.append(f"{header}\n".encode())

    def append(self, text: bytes) -> None:
        """Add whole lines."""
        self._file.write(text)

    def flush(self) -> None:
        """Let readers see what was appended."""
        self._file.flush()

    def sync(self) -> int:
        """Make everything appended durable; returns the file's length in bytes."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
