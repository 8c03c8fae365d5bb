"""Pages of the studies that compute, from their committed tables, and the page of all claims."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from alife.analysis.documentation.reference import SOURCE, WRITTEN, entries
from alife.analysis.markdown import code, table
from alife.analysis.studies.shared.computed import ComputedParams, ComputedStudy
from alife.analysis.studies.shared.rows import Row, read_rows
from alife.config import registry

STUDIES = SOURCE / "docs" / "studies"
OTHERS = {"brains": "../brains.md"}  # the pages of studies that are not in docs/studies/
HEAD = """# Studies

`python run.py study NAME` answers one question. The same command continues a study that was interrupted; `--seeds 20`
adds seeds, and `--quick` tries it out in less than 20 s. Page and table are written from the measurements alone, to the
folder of the study or by `--page docs/studies/NAME.md`. A claim is undecided where the 95 % intervals leave it open.

## Claims of the sources
"""
RUNS = "## Questions answered by runs that evolve\n"


def claim_pages() -> dict[str, Callable[[], str]]:
    """Returns the path below docs/ of each page of claims, and what writes it."""
    own = {f"studies/{name}.md": partial(study_page, name) for name in committed()}
    return {"studies/README.md": claims_page, **own}


def committed() -> list[str]:
    """Returns the names of the studies that compute and whose tables are in docs/studies/."""
    return [
        name
        for name in entries("studies")
        if issubclass(registry.find("studies", name), ComputedStudy) and (STUDIES / f"{name}.csv").is_file()
    ]


def study_page(name: str) -> str:
    """Returns the page of a study from its committed table."""
    study, rows = _read(name)
    return study.page(rows)


def claims_page() -> str:
    """Returns the page of all claims: source, claim, what was measured, whether it holds."""
    lines = [HEAD]
    found = []
    for name in committed():
        study, rows = _read(name)
        for one in study.claims(rows):
            found.append((f"[{name}]({name}.md)", one.source, one.claim, one.measured, one.verdict))
    lines += table(("study", "source", "claim", "measured", "verdict"), found)
    lines.append(RUNS)
    questions = registry.describe("studies")
    pages = {name: OTHERS.get(name, f"{name}.md") for name in entries("studies") if name not in committed()}
    there = {name: page for name, page in pages.items() if (STUDIES / page).is_file()}
    lines += table(
        ("study", "question"),
        [(f"[{name}]({page})", questions[name]["doc"]) for name, page in there.items()],
    )
    missing = [code(name) for name in pages if name not in there]
    lines += [f"Without a page yet: {', '.join(missing)}.\n"] if missing else []
    return "\n".join([*lines, WRITTEN])


def _read(name: str) -> tuple[ComputedStudy[ComputedParams], list[Row]]:
    """Returns a study with its default Params, and its committed rows."""
    study = registry.find("studies", name)(registry.find_params("studies", name)())
    return study, read_rows(STUDIES / f"{name}.csv")
