"""Genomes that left an island, kept until nobody can need them again."""

from __future__ import annotations

import shutil
from pathlib import Path

from alife.files import write_whole

KEPT = 4  # epochs of mail behind the slowest island


class Mail:
    """Letters of one colony: the bytes that an island sent at the end of an epoch."""

    def __init__(self, folder: Path) -> None:
        """folder: mail/ in the colony's folder."""
        self.folder = folder

    def put(self, epoch: int, member: int, letter: bytes) -> None:
        """Keep a letter, durably."""
        write_whole(self._path(epoch, member), [letter])

    def get(self, epoch: int, member: int) -> bytes | None:
        """The letter of this member, or None if it has not sent it."""
        path = self._path(epoch, member)
        return path.read_bytes() if path.is_file() else None

    def epochs(self) -> dict[int, int]:
        """Epochs that each member has finished: of the last letter it sent, plus one."""
        found: dict[int, int] = {}
        for path in self.folder.glob("[0-9]*/[0-9]*"):
            member, epoch = int(path.name), int(path.parent.name)
            found[member] = max(found.get(member, 0), epoch + 1)
        return found

    def forget(self, slowest: int) -> None:
        """Remove what is older than the slowest island, which is in this epoch, could ask for."""
        for folder in self.folder.glob("[0-9]*"):
            if int(folder.name) < slowest - KEPT:
                shutil.rmtree(folder)

    def _path(self, epoch: int, member: int) -> Path:
        return self.folder / f"{epoch:06d}" / f"{member:06d}"
