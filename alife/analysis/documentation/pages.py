"""The pages of docs/ and genomes/ that `python run.py docs` writes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from alife.analysis.documentation.claims import claim_pages
from alife.analysis.documentation.gallery import gallery
from alife.analysis.documentation.genomes import genomes_page
from alife.analysis.documentation.inspecting import inspect_page
from alife.analysis.documentation.records import records_page
from alife.analysis.documentation.reference import HEADS, SOURCE, reference, run_page
from alife.analysis.documentation.window_page import window_page
from alife.atomic_files import write_whole, writing
from alife.errors import UserError

PAGES: dict[str, Callable[[], str]] = {  # path from docs/ -> its text
    "worlds.md": gallery,
    "../genomes/README.md": genomes_page,
    "inspect.md": inspect_page,
    "window.md": window_page,
    **{f"reference/{kind}.md": partial(reference, kind) for kind in HEADS},
    "reference/run.md": run_page,
    "reference/records.md": records_page,
    **claim_pages(),
}


def folder() -> Path:
    """Returns docs/ of the clone. Raises UserError for an installed package."""
    if not (SOURCE / "pyproject.toml").is_file():
        raise UserError("docs: expected a clone of the project, got an installed package, which has no docs folder")
    return SOURCE / "docs"


def write_pages(with_pictures: bool = False) -> list[Path]:
    """Writes every page and returns their paths.

    Args:
        with_pictures: draw the pictures of the worlds first, and measure and draw the genomes.

    Raises:
        UserError: this is an installed package, docstrings are left out, a genome was not measured as it is now, or a
            page cannot be written.
    """
    root = folder()
    if write_pages.__doc__ is None:
        raise UserError("docs: expected docstrings, which pages quote, got python -OO, which drops them; leave it out")
    if with_pictures:
        from alife.analysis.documentation.kept import measure_all
        from alife.analysis.documentation.pictures import draw_all

        draw_all()
        measure_all()
    with contextlib.chdir(SOURCE):  # where entries of the current folder are the project's own
        texts = {Path(os.path.normpath(root / name)): text() for name, text in PAGES.items()}
    for path, text in texts.items():
        with writing(path):
            write_whole(path, [text.encode()])
    return list(texts)
