"""The place of a genome or a run that a path or a name means; imports little, so that a wrong one is refused soon."""

from __future__ import annotations

from pathlib import Path

from alife.atomic_files import exists
from alife.config import registry
from alife.config.file_kinds import GENOME, RUN, check_kind
from alife.config.renamed_files import now_called
from alife.errors import UserError, suggestion
from alife.experiment.records.run_folder import RunFolder


def place_of(path: Path) -> Path:
    """Returns the genome file or the run folder of a path, or of the name of a genome that `list genomes` shows.

    Raises:
        UserError: there is no such file or folder, or it is of another kind.
    """
    path = registry.located("genomes", path)
    if RunFolder(path).is_run():
        return path
    if exists(path):
        check_kind(path, GENOME, RUN)
    else:
        path = registry.files("genomes").get(str(path), path)
    if not exists(path) or path.is_dir():
        hint = now_called(path.stem) or suggestion(str(path), registry.files("genomes")) or "; see list genomes"
        raise UserError(f"{path}: expected a genome file or a run folder, got neither{hint}")
    return path


def check_place(path: Path) -> None:
    """Checks that a path that is no folder is a genome. Raises UserError."""
    if not path.is_dir():
        place_of(path)
