"""docs/benchmarks.md: measured figures, a section for each benchmark, with its command, machine and date."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alife.analysis.markdown import table
from alife.atomic_files import write_whole, writing

WIDTH = 120  # of a line
HEAD = """# Benchmarks

`python run.py bench NAME --page docs/benchmarks.md` measures and replaces the section of that name; `all` replaces
every section. Each figure stands beside its limit, its peer, or the aim.

"""
EXPLANATIONS = {
    "brain": """
Steps of the brain alone, 3 layers, with 12 observations and 4 actions. `reads/s`: rows a second when parameters and
state are only read, in the same run; `x read`: how many times as long a step takes, at most `most`; `x numpy`: speed
over that of the definition in NumPy on one thread, at least `least`. `bare`: no projection and no memory; `default`:
both; `born`: weights are unfolded once, at birth. `plan`: how the kernel goes through its rows, see architecture.md.
""",
    "world": """
The whole step of the meadow: agents sense, compute, remember, eat and breed. With a dash: its costliest kernels, on one
thread. Last: agents that live alone, a whole episode in one loop.
""",
    "evolve": """
From the command line to the first step; a run with all its records; and a generation of 1,024 genomes x 500 steps of
cart and pole on all cores, beside peers at the same task (extra `peers`), each in its own process, in turn, the median
of seven rounds. All hold the pole to the end, so that every step counted was lived.
""",
    "window": """
Milliseconds a frame, without a display. `ms`: the median; `slowest`: 95 % of frames take less.
""",
    "kernels": """
GPU kernels by count, compiled for sm_90; no GPU is needed. `registers` a thread; `spilled`: bytes; `instructions`: of
the portable assembly, loops once; `bytes`: of its own rows that an agent reads and writes.
""",
    "islands": """
The cost of migration between populations: see [scale.md](scale.md).
""",
}


def write_page(page: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], facts: Mapping[str, object]) -> None:
    """Writes the sections of these benchmarks into a page; other sections stay as they are.

    Args:
        page: the Markdown file; made where there is none.
        rows: the figures of each benchmark.
        facts: the machine and the date, as `machine` returns them.

    Raises:
        WriteError: the page cannot be written.
    """
    with writing(page):
        before = page.read_text(encoding="utf-8") if page.exists() else HEAD
        head, *parts = re.split(r"^(?=## )", before, flags=re.M)
        sections = {part.partition("\n")[0].removeprefix("## "): part for part in parts}
        gpu = "gpu" in facts
        sections |= {_title(name, gpu): section(name, found, facts) for name, found in rows.items()}
        write_whole(page, [(head + "".join(sections[title] for title in _ordered(sections))).encode()])


def section(name: str, rows: Sequence[Mapping[str, Any]], facts: Mapping[str, object]) -> str:
    """Returns one section: heading, explanation, table, and how it was measured."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = table(columns, [[_indented(figure(row.get(key))) for key in columns] for row in rows])
    device = " --backend gpu" if "gpu" in facts else ""
    measured = ", ".join(f"{key} {value}" for key, value in facts.items())
    explained = EXPLANATIONS.get(name, "").lstrip()
    title = _title(name, "gpu" in facts)
    grid = "\n".join(lines)
    source = textwrap.fill(f"`python run.py bench {name}{device}`: {measured}.", WIDTH)
    return f"## {title}\n\n{explained}\n{grid}\n{source}\n\n"


def figure(value: Any) -> str:
    """A value of a row as text: four digits of a float, commas in a whole number, nothing for None."""
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _title(name: str, gpu: bool) -> str:
    return f"{name} on a GPU" if gpu else name


def _ordered(sections: Mapping[str, str]) -> list[str]:
    """Titles in the order of the explanations, those of a GPU after those of the CPU, then all others."""
    known = [_title(name, gpu) for gpu in (False, True) for name in EXPLANATIONS]
    return sorted(sections, key=lambda title: known.index(title) if title in known else len(known))


def _indented(text: str) -> str:
    """Leading spaces, which Markdown drops, as a dash."""
    return f"- {text.strip()}" if text.startswith(" ") else text
