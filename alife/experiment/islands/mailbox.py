"""Genomes that left an island, kept as long as an island can need them, in an SQLite file of the coordinator."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alife.atomic_files import WriteError, make_folder
from alife.errors import UserError

KEPT = 4  # epochs of messages before that of the slowest island
_TABLE = "CREATE TABLE IF NOT EXISTS letters (epoch INTEGER, member INTEGER, body BLOB, PRIMARY KEY (epoch, member))"

MigrantMessage = tuple[int, int, bytes]  # epoch at whose end it was sent, job that sent it, genomes


class Mailbox:
    """Messages between the islands of one folder."""

    def __init__(self, path: Path) -> None:
        """path: mail.sqlite in the folder of all runs. Raises UserError for another kind of file."""
        make_folder(path.parent)
        self._path = path
        try:
            self._base = sqlite3.connect(path)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            self._base.execute(_TABLE)
        except sqlite3.DatabaseError as error:
            raise UserError(
                f"{path}: expected the messages of islands, got {error}; start anew in another --out"
            ) from None

    def put(self, messages: Iterable[MigrantMessage]) -> None:
        """Stores messages, all of them durably or none."""
        with self._writing(), self._base:
            self._base.executemany("INSERT OR REPLACE INTO letters VALUES (?, ?, ?)", messages)

    def get(self, epoch: int, job: int) -> bytes | None:
        """Returns the genomes that a job sent at the end of an epoch, or None if it has not sent them."""
        found = self._base.execute("SELECT body FROM letters WHERE epoch = ? AND member = ?", (epoch, job)).fetchone()
        return None if found is None else bytes(found[0])

    def epochs(self) -> dict[int, int]:
        """The number of epochs that each job has finished: that of its last message, plus one."""
        return dict(self._base.execute("SELECT member, MAX(epoch) + 1 FROM letters GROUP BY member").fetchall())

    def forget(self, slowest: int) -> None:
        """Removes messages too old for the slowest island, which is in this epoch."""
        with self._writing(), self._base:
            self._base.execute("DELETE FROM letters WHERE epoch < ?", (slowest - KEPT,))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turns SQLite's errors into those of any file. Raises WriteError."""
        try:
            yield
        except sqlite3.Error as error:
            raise WriteError(f"{self._path}: cannot be written: {error}; make space on the disk") from None

    def close(self) -> None:
        """Closes the file."""
        self._base.close()
