"""The page of `inspect`: what each form of the command gives, and a table of all instruments."""

from __future__ import annotations

from collections.abc import Iterator

from alife.analysis.documentation.reference import WRITTEN, documentation, entries
from alife.analysis.instruments.shared.base import Instrument
from alife.config import registry
from alife.config.params import Params

HEAD = """# Inspect: what evolved

`python run.py inspect` turns a saved genome, a run, a sweep or a folder of genomes into an explanation: text on the
terminal, one JSON object with `--json`, and with `--out report.html` a page of one file, which loads nothing, fits a
phone, prints, and turns dark with the system.

| command | what it gives |
| --- | --- |
| `inspect mushrooms` | one genome, a file or a name of `list genomes`: what it is, what moves it, how it does anew |
| `inspect runs/x` | the run and its champion; the page is `runs/x/report.html` |
| `inspect mushrooms recall` | two genomes or runs: facts in one table with their difference, figures in pairs |
| `inspect genomes` | a folder of genomes, or of runs with a champion each: one table, sorted by a click |
| `inspect runs/sweep` | a sweep over seeds: mean and 95 % interval of every result, and its course |
| `inspect runs/x --only behaviour` | these instruments alone; of a run they follow the champion's kept ancestors, too |
| `inspect genomes --only fresh` | what these instruments find in every genome, as columns of the table |
| `inspect runs/sweep --only genes` | what these instruments find in every run, as mean and interval over seeds |

- `--only fresh,genes` names instruments, and may be repeated. An instrument that is long runs only so. Its cost is
  said before it begins, and at the end of the default report: numbers, and seconds on a quiet machine, estimated from
  one life or a few steps of the subject; for the shipped genomes, by which they were set, most are within a factor of
  two or three. If none that is named applies, one
  line says why; the default report ends with what does not apply, and why.
- `--set fresh.episodes=1000` changes a parameter of an instrument for this report
  ([all parameters](reference/instruments.md)).
- `--out page.html` writes the page there; another ending is refused. Without it the whole report of a run or a sweep
  lies in its folder, and nothing else writes a file.
- Pages of this folder use the same findings: [genomes/README.md](../genomes/README.md) has facts, pictures and score of
  every saved champion, [worlds.md](worlds.md) their score beside each world.
- Every figure has its numbers in a folded table under it, of many rows some that are evenly spaced; `--json` has all of
  the pictures'. `Definition` opens formula and source.

**Two genomes.** The difference is the second less the first. `symmetry` also says whether two genomes of one kind of
brain are the same function.

**A sweep.** The interval is the bias-corrected and accelerated bootstrap's (Efron and Tibshirani, "An Introduction to
the Bootstrap", 1993, chapter 14) over the seeds of one configuration. With islands, each seed counts once, by its best
island.

**Ancestors.** A run keeps the champion of each checkpoint, its elite archive, and the populations of the checkpoints
that are left (`run.keep_checkpoints_every` leaves more). Those on the champion's line of descent in lineage.csv are
measured, 12 at most. A line says so where none is kept. An instrument of whole runs is not repeated for them.

**From Python.** Each module but `making` has `measure(subject)`, of a path, a name, or a `Genome`, with typed results.
Instruments with parameters take their `Params` after it; `symmetry.compare(a, b)` takes two. In a notebook, a `Run`, a
`Genome` and a `Brain` show themselves, and `alife.show(run)` is an animation of what comes next.

```python
import alife
from alife.analysis.instruments import card, fresh, lineage, symmetry

genome = alife.load_genome("mushrooms")
print(card.measure(genome).counts["operations"], "operations in a step")
fitness = fresh.measure("cartpole", fresh.Params(episodes=8)).fitness  # [8]
pair = symmetry.compare("pursuit-predator", "pursuit-prey")
print(pair.same, round(pair.aligned, 3))

run = alife.evolve(alife.load_config("cartpole", ["run.generations=2", "run.capacity=8"]), out="runs/short")
print(lineage.measure(run.out).ancestors)  # of the living, at each generation
```
"""
TABLE = """## Instruments

| instrument | measures | of | in the default report |
| --- | --- | --- | --- |"""


def inspect_page() -> str:
    """Returns the page of the command `inspect`."""
    return "\n".join([HEAD, WRITTEN, TABLE, *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    """Yields a row for each instrument, in the order of the report."""
    kinds: dict[str, type[Instrument[Params]]] = {
        name: registry.find("instruments", name) for name in entries("instruments")
    }
    for name, kind in sorted(kinds.items(), key=lambda item: item[1].order):
        what = documentation(kind).partition("\n")[0].partition(": ")[2].rstrip(".")
        of = "a run" if kind.of_run else "a genome"
        default = "with --only" if kind.long else "yes, at the end of every run, too" if kind.quick else "yes"
        yield f"| [`{name}`](reference/instruments.md#{name}) | {what} | {of} | {default} |"
