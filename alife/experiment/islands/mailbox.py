"""Genomes that left an island, kept as long as an island can need them, in an SQLite file of the coordinator."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alife.atomic_files import WriteError, make_folder
from alife.errors import UserError

PATIENCE = 1.0  # seconds to wait for a lock, which only what is wrong can hold
UNLOCKED = "win32-none" if os.name == "nt" else "unix-none"  # SQLite's own file access without locks
KEPT = 4  # epochs of messages before that of the slowest island
_TABLE = "CREATE TABLE IF NOT EXISTS letters (epoch INTEGER, member INTEGER, body BLOB, PRIMARY KEY (epoch, member))"

MigrantMessage = tuple[int, int, bytes]  # epoch at whose end it was sent, job that sent it, genomes


class Mailbox:
    """Messages between the islands of one folder.

    The folder is locked for the one process that uses it. So where the file system has no locks for SQLite, or not the
    shared memory of its log, the file is used without either.
    """

    def __init__(self, path: Path) -> None:
        """path: mail.sqlite in the folder of all runs.

        Raises:
            UserError: it is another kind of file.
            WriteError: the disk refuses.
        """
        make_folder(path.parent)
        self._path = path
        try:
            self._base = self._opened()
        except sqlite3.OperationalError as error:
            raise self._refused("opened", error) from None
        except sqlite3.DatabaseError as error:
            raise UserError(
                f"{path}: expected the messages of islands, got {error}; start anew in another --out"
            ) from None

    def _opened(self) -> sqlite3.Connection:
        try:
            return _connected(str(self._path))
        except sqlite3.OperationalError:
            found = _connected(f"{self._path.resolve().as_uri()}?vfs={UNLOCKED}", "PRAGMA locking_mode = EXCLUSIVE")
            print(f"alife: {self._path}: kept without locks, which this file system lacks", file=sys.stderr)
            return found

    def put(self, messages: Iterable[MigrantMessage]) -> None:
        """Stores messages, all of them durably or none. Raises WriteError."""
        with self._using("written"), self._base:
            self._base.executemany("INSERT OR REPLACE INTO letters VALUES (?, ?, ?)", messages)

    def get(self, epoch: int, job: int) -> bytes | None:
        """Returns the genomes that a job sent at the end of an epoch, or None if it has not sent them.

        Raises:
            WriteError: the disk refuses.
        """
        with self._using("read"):
            asked = self._base.execute("SELECT body FROM letters WHERE epoch = ? AND member = ?", (epoch, job))
            found = asked.fetchone()
        return None if found is None else bytes(found[0])

    def epochs(self) -> dict[int, int]:
        """The number of epochs that each job has finished: that of its last message, plus one. Raises WriteError."""
        with self._using("read"):
            return dict(self._base.execute("SELECT member, MAX(epoch) + 1 FROM letters GROUP BY member").fetchall())

    def forget(self, slowest: int) -> None:
        """Removes messages too old for the slowest island, which is in this epoch. Raises WriteError."""
        with self._using("written"), self._base:
            self._base.execute("DELETE FROM letters WHERE epoch < ?", (slowest - KEPT,))

    @contextmanager
    def _using(self, how: str) -> Iterator[None]:
        """Turns SQLite's errors into those of any file. how: "written" or "read". Raises WriteError."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._refused(how, error) from None

    def _refused(self, how: str, error: sqlite3.Error) -> WriteError:
        cure = "make space on the disk" if "full" in str(error) else "see that the disk answers"
        return WriteError(f"{self._path}: cannot be {how}: {error}; {cure}")

    def close(self) -> None:
        """Closes the file; what was put in it is there already."""
        with contextlib.suppress(sqlite3.Error):
            self._base.close()


def _connected(name: str, *first: str) -> sqlite3.Connection:
    """Opens the file of a name or URI, with its table. first: statements before all others. Raises sqlite3.Error."""
    base = sqlite3.connect(name, uri=name.startswith("file:"), timeout=PATIENCE)
    try:
        for statement in (*first, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", _TABLE):
            base.execute(statement)
    except sqlite3.Error:
        base.close()
        raise
    return base
