"""genomes/README.md: every saved champion, by the pieces that `inspect` shows: table, facts, score and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alife.analysis.documentation.kept import KEPT, PICTURES, Found, files, kept, picture_file
from alife.analysis.documentation.reference import WORLD_PICTURES, WRITTEN, documentation
from alife.analysis.instruments import card
from alife.analysis.instruments.fresh import INTERVAL
from alife.analysis.markdown import table
from alife.analysis.report.finding import Facts, Link
from alife.analysis.report.gallery import row_of, table_of
from alife.analysis.report.subject import Subject, load
from alife.analysis.report.tables import figure
from alife.config import registry
from alife.experiment.records.genome import load_genome

HEAD = f"""# Saved champions

{WRITTEN}
Genomes that evolved here, each a file of about 50 kB, as `inspect` describes them
([docs/inspect.md](../docs/inspect.md)); `python3 run.py inspect genomes` prints more columns of the first table.

The score is measured in lives that the genome did not meet while it evolved, with its 95 % interval. In episodic worlds
it is the mean fitness (`inspect --only fresh`). Shared worlds have no fitness: the score is the natural logarithm of
the ratio of clones of the genome to newborns with random genes, after both have shared fresh worlds for 800 steps, 0
for a draw (`inspect --only transplant`). It is given with equal bodies and no bites, so that only brains differ, and
with own bodies. Genomes of `pursuit` need an opponent: their fitness, without an interval, is that of the end of their
run.
"""
BODIES = ("equal", "own")  # of contests with newborns
SHOWN = ("genome", "world", "score", "brain", "genes", "generation")  # columns of the table
UNBROKEN = "&nbsp;"


def genomes_page() -> str:
    """Returns the page. Raises UserError if a genome was not measured as it is now."""
    return "\n".join([HEAD, *_table(), *(line for path in files() for line in section(path))])


def score(path: Path) -> str:
    """Returns how a genome does in lives that it did not meet, with the interval where there is one.

    Raises:
        UserError: it was not measured as it is now.
    """
    between, parts = _score(path)
    return between.join(parts)


def _score(path: Path) -> tuple[str, list[str]]:
    """Returns the parts of a score, and the text between them."""
    found = kept(path)
    if "fresh" in found:
        facts = found["fresh"].facts
        interval = f" {facts[INTERVAL]}" if INTERVAL in facts else ""
        return " ", [f"fitness {figure(facts['mean'])}{interval}", f"in {figure(facts['episodes'])} fresh episodes"]
    if "transplant" in found:
        ratios = [f"{found['transplant'].facts[f'newborns, {one} bodies']} with {one} bodies" for one in BODIES]
        return ", ", [f"ln ratio {ratios[0]}", *ratios[1:]]
    held_out = _meta(load(path)).get("held_out")
    return " ", ["not measured"] if held_out is None else [f"fitness {figure(held_out)}", "at the end of its run"]


def section(path: Path) -> Iterator[str]:
    """Yields the lines about one genome."""
    subject, found, name = load(path), kept(path), path.stem
    yield f"## {name}\n"
    yield from _task(subject)
    yield f"- Score: {score(path)}.\n"
    yield from _pictures(name, subject, found)
    yield from _commands(name, subject)
    yield "<details><summary>All facts</summary>\n"
    yield from table(("", "fact", "value"), _facts(subject, found))
    yield "</details>\n"


def _table() -> Iterator[str]:
    """Yields columns of the table of `inspect genomes`, with the score, each part of it on a line."""
    rows = []
    for path in files():
        parts = "<br>".join(part.replace(" ", UNBROKEN) for part in _score(path)[1])
        rows.append({**row_of(path, load_genome(path)), "score": parts})
    shown = table_of(rows)
    places = [shown.columns.index(name) for name in SHOWN]
    yield from table(SHOWN, ([_cell(row[place]) for place in places] for row in shown.rows))


def _cell(value: Any) -> str:
    return f"[{value}](#{value})" if isinstance(value, Link) else str(value) if "<br>" in str(value) else figure(value)


def _task(subject: Subject) -> Iterator[str]:
    """Yields what the genome is of, and the first line of its world's text."""
    meta = _meta(subject)
    world = str(meta.get("world"))
    first = documentation(registry.find("worlds", world)).partition("\n\n")[0].replace("\n", " ")
    role = f", the {meta['role']}" if "role" in meta else ""
    played = getattr(subject.config.world, "environment", "") if subject.config else ""
    of = f" ({played})" if played else ""
    yield f"- World [`{world}`](../docs/worlds.md#{world}){of}{role}: {first.partition(': ')[2]}"


def _pictures(name: str, subject: Subject, found: Found) -> Iterator[str]:
    """Yields the kept pictures; where none is of a life, `live` of its world."""
    for instrument in PICTURES:
        file = picture_file(name, instrument)
        if (KEPT / file).is_file():
            caption = found[instrument].pictures[0].caption
            yield f"![{name}: {caption}](../docs/genomes/{file})\n\n*{caption}*\n"
    world = _meta(subject).get("world")
    if "life" not in found and (WORLD_PICTURES / f"{world}.png").is_file():
        yield f"![{world}](../docs/worlds/{world}.png)\n"


def _facts(subject: Subject, found: Found) -> Iterator[tuple[str, str, str]]:
    """Yields section, label and value of every fact, as `inspect` shows them."""
    result = card.measure(subject)
    counts: Facts = {card.LABELS.get(name, name): count for name, count in result.counts.items()}
    sections = {"The genome": card.facts_of(result, subject.brain), card.COST: counts}
    sections |= {one.title: one.facts for one in found.values()}
    for title, facts in sections.items():
        for place, (label, value) in enumerate(facts.items()):
            yield "" if place else title, label, figure(value)


def _commands(name: str, subject: Subject) -> Iterator[str]:
    """Yields the commands that show, explain and export the genome."""
    file = f"genomes/{name}.safetensors"
    kind = registry.find("worlds", str(_meta(subject).get("world")))
    commands = [f"inspect {file} --out {name}.html", f"export {file} --to numpy --out {name}.py"]
    live = [f"live {file}"] if kind.can_be_watched() else []
    yield from ("```", *(f"python3 run.py {command}" for command in live + commands), "```", "")


def _meta(subject: Subject) -> dict[str, Any]:
    return subject.genome.meta if subject.genome else {}
