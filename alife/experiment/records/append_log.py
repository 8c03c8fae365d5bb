"""An append-only file that can be cut back to its length at a checkpoint."""

from __future__ import annotations

import os
from pathlib import Path

from alife.atomic_files import WriteError, sync_folder, writing
from alife.errors import UserError

PENDING = 2**16  # bytes that wait for a flush at most


class AppendOnlyFile:
    """Rows, or other records, below a header.

    A resumed run cuts the file back to the length stored in its checkpoint, so that what a killed run wrote after it
    is written again, once. Records that the disk refuses stay pending: nothing is lost or written twice.
    """

    def __init__(self, path: Path, header: bytes, length: int, ending: bytes = b"\n") -> None:
        """Opens the log.

        Args:
            path: the file.
            header: its first bytes.
            length: bytes to keep; 0 begins anew with the header.
            ending: last byte of every record; empty: any.

        Raises:
            UserError: the file is shorter than that, no record ends there, or it cannot be written.
        """
        self._path, self._pending, self._ending = path, bytearray(), ending
        with writing(path):
            path.touch()
            sync_folder(path.parent)
            if path.stat().st_size < length:
                raise UserError(
                    f"{path}: expected the {length} bytes that the checkpoint continues, got {path.stat().st_size}; "
                    "put the file back, or start anew in another --out"
                )
            self._file = path.open("r+b", buffering=0)
            self._check_end(length)
            self._file.truncate(length)
            self._file.seek(length)
        if length == 0:
            self.append(header)

    def _check_end(self, length: int) -> None:
        """Checks that a record ends at `length` bytes. Raises UserError."""
        if length and self._ending and os.pread(self._file.fileno(), 1, length - 1) != self._ending:
            raise UserError(
                f"{self._path}: expected a row to end after the {length} bytes that the checkpoint continues, got the "
                "middle of one; put the file back, or start anew in another --out"
            )

    def append(self, records: bytes) -> None:
        """Adds whole records. Raises WriteError."""
        self._pending += records
        if len(self._pending) > PENDING:
            self.flush()

    def flush(self) -> None:
        """Makes appended records visible to readers. Raises WriteError, also if the file was replaced."""
        with writing(self._path):
            if not os.path.samestat(self._path.stat(), os.fstat(self._file.fileno())):
                raise WriteError(f"{self._path}: expected the file that was opened, got another; put it back")
            while self._pending:
                del self._pending[: os.write(self._file.fileno(), self._pending)]

    def sync(self) -> int:
        """Makes everything appended durable; returns the file's length in bytes. Raises WriteError."""
        self.flush()
        with writing(self._path):
            os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Closes the file; what was not flushed is dropped."""
        self._file.close()
