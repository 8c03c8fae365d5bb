"""docs/benchmarks.md: measured figures, a section for each benchmark, with its command, machine and date."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from alife.analysis.benchmarks.limits import Row, figure, marked, verdict
from alife.analysis.benchmarks.results import Results
from alife.analysis.markdown import table
from alife.atomic_files import write_whole, writing

WIDTH = 120  # of a line
HEAD = """# Benchmarks

`python run.py bench NAME --json` measures and keeps the results, with machine and date, in a file in `benchmarks/`;
`python run.py bench FILE.json --page docs/benchmarks.md` replaces the sections of this page by those in the file, and
measures nothing. `all` is every benchmark. Each figure stands beside its limit (`least` or `most`), its peer, or the
`aim`; a row that misses a limit is marked.

"""
EXPLANATIONS = {
    "brain": """
Steps of the brain alone, 3 layers, with 12 observations and 4 actions. `reads/s`: rows a second when parameters and
state are only read, in turn with the steps; `x read`: how many times as long a step takes as the reading after it, at
most `most`; all are medians. In cases with a limit rows fill the largest cache at least eight times: a part of fewer
stays in it and is read faster than memory. `x numpy`: speed over that of the definition in NumPy on one thread, at
least `least`; `x dense`: speed over that of `dense` of the same width, all without projection and memory. `bare`: no
projection and no memory; `default`: both, at widths 128 and 256 with a projection of 4 and a memory of 1 times the
width, as the default ones do not fit; `born`: weights are unfolded once, at birth. From `tape` to `last actions`: the
default with one part added or changed; `mind`: with several. `plan`: how the kernel goes through its rows, see
architecture.md.
""",
    "world": """
The whole step of the meadow: agents sense, compute, remember, eat and breed; limits and aims are for two threads. With
a dash: its costliest kernels, on one thread. The cost of a step per agent at four sizes of equal density, in young
worlds; ratios of it are limited to 1.5. Last: agents that live alone, a whole episode in one loop.
""",
    "evolve": """
From the command line to the first step; a run with all its records; the writing of a large `lineage.csv`.
""",
    "peers": """
Tasks that other libraries have, too (extra `peers`), each in a process of its own, in turn, the median of five rounds.
`ours x`: the speed of the first row of a task as a multiple of this one, beside its aim. A generation of cart-pole is
1,024 genomes x 500 steps on all cores; all hold the pole to the end, so that every step counted was lived. The brain in
JAX is the same to rounding, whole populations in the fastest form of those tried; the dense network has three hidden
layers of that width and weights of each agent's own. Mesa: a torus of equal density on which agents see, move, eat,
split and die, by a rule, without brains or genomes, on one thread; `peers/on_mesa.py` says what differs.
""",
    "window": """
Milliseconds a frame, without a display. `ms`: the median; `slowest`: 95 % of frames take less, which is to be at most
`most`. The first frame: from the start of the process to its end, after one that has compiled what it needs.
""",
    "kernels": """
GPU kernels by count, compiled for sm_90; no GPU is needed. `registers` a thread; `spilled`: bytes; `instructions`: of
the portable assembly, loops once; `bytes`: of its own rows that an agent reads and writes.
""",
    "islands": """
The cost of migration between populations: see [scale.md](scale.md).
""",
}


def write_page(page: Path, results: Results) -> None:
    """Writes the sections of these benchmarks into a page; other sections stay as they are.

    Args:
        page: the Markdown file; made where there is none.
        results: the figures, as measured or as `results.load` reads them from a file.

    Raises:
        WriteError: the page cannot be written.
    """
    with writing(page):
        before = page.read_text(encoding="utf-8") if page.exists() else ""
        _, *parts = re.split(r"^(?=## )", before, flags=re.M)
        sections = {part.partition("\n")[0].removeprefix("## "): part for part in parts}
        gpu = "gpu" in results.facts
        sections |= {_title(name, gpu): section(name, found, results.facts) for name, found in results.rows.items()}
        write_whole(page, [(HEAD + "".join(sections[title] for title in _ordered(sections))).encode()])


def section(name: str, rows: Sequence[Row], facts: Mapping[str, object]) -> str:
    """Returns one section: heading, explanation, table, a sentence on its limits, and how it was measured."""
    entries = marked(rows)
    columns = list(entries[0]) if entries else []
    grid = "\n".join(table(columns, [[_indented(figure(row[key])) for key in columns] for row in entries]))
    measured = ", ".join(f"{key} {value}" for key, value in facts.items() if key != "command")
    source = f"`{facts.get('command', f'python run.py bench {name}')}`: {measured}."
    paragraphs = [text for text in (verdict(rows), source) if text]
    explained = EXPLANATIONS.get(name, "").lstrip()
    told = "\n\n".join(textwrap.fill(text, WIDTH, break_on_hyphens=False) for text in paragraphs)
    return f"## {_title(name, 'gpu' in facts)}\n\n{explained}\n{grid}\n{told}\n\n"


def _title(name: str, gpu: bool) -> str:
    return f"{name} on a GPU" if gpu else name


def _ordered(sections: Mapping[str, str]) -> list[str]:
    """Titles in the order of the explanations, those of a GPU after those of the CPU, then all others."""
    known = [_title(name, gpu) for gpu in (False, True) for name in EXPLANATIONS]
    return sorted(sections, key=lambda title: known.index(title) if title in known else len(known))


def _indented(text: str) -> str:
    """Leading spaces, which Markdown drops, as a dash."""
    return f"- {text.strip()}" if text.startswith(" ") else text
