"""One form of `inspect`: what is on its page, where that lies by default, and what measures it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alife.analysis.report.finding import Finding


@dataclass(frozen=True)
class Form:
    """A report before it is measured.

    title, subtitle: of the page. page: the file that is written where the user names none, or None. measure: returns
    the sections.
    """

    title: str
    subtitle: str
    page: Path | None
    measure: Callable[[], list[Finding]]
