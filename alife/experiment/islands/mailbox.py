"""Genomes that left an island, kept until nobody can need them again: an SQLite file that only the colony opens."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alife.atomic_files import WriteError, make_folder
from alife.errors import UserError

KEPT = 4  # epochs of mail behind the slowest island
_TABLE = "CREATE TABLE IF NOT EXISTS letters (epoch INTEGER, member INTEGER, body BLOB, PRIMARY KEY (epoch, member))"

MigrantMessage = tuple[int, int, bytes]  # epoch at whose end it was sent, member that sent it, what it says


class Mailbox:
    """Letters of one colony."""

    def __init__(self, path: Path) -> None:
        """path: mail.sqlite in the colony's folder. Raises UserError for a file that is none."""
        make_folder(path.parent)
        self._path = path
        try:
            self._base = sqlite3.connect(path)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            self._base.execute(_TABLE)
        except sqlite3.DatabaseError as error:
            raise UserError(
                f"{path}: expected the mail of islands, came {error}; start anew in another --out"
            ) from None

    def put(self, letters: Iterable[MigrantMessage]) -> None:
        """Keep letters, all of them durably or none."""
        with self._writing(), self._base:
            self._base.executemany("INSERT OR REPLACE INTO letters VALUES (?, ?, ?)", letters)

    def get(self, epoch: int, member: int) -> bytes | None:
        """The letter of this member, or None if it has not sent it."""
        found = self._base.execute(
            "SELECT body FROM letters WHERE epoch = ? AND member = ?", (epoch, member)
        ).fetchone()
        return None if found is None else bytes(found[0])

    def epochs(self) -> dict[int, int]:
        """Epochs that each member has finished: of the last letter it sent, plus one."""
        return dict(self._base.execute("SELECT member, MAX(epoch) + 1 FROM letters GROUP BY member").fetchall())

    def forget(self, slowest: int) -> None:
        """Remove what is older than the slowest island, which is in this epoch, could ask for."""
        with self._writing(), self._base:
            self._base.execute("DELETE FROM letters WHERE epoch < ?", (slowest - KEPT,))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """SQLite's refusals as those of any file. Raises WriteError."""
        try:
            yield
        except sqlite3.Error as error:
            raise WriteError(f"{self._path}: cannot be written: {error}; see to the disk") from None

    def close(self) -> None:
        """Close the file."""
        self._base.close()
