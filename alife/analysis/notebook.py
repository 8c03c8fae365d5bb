"""HTML of runs, genomes and brains for notebooks: facts, the diagram of the network, the first curves of a run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from alife.analysis.instruments import anatomy, ancestry, card
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture
from alife.analysis.report.page import section
from alife.analysis.report.style import DARK, LIGHT, STYLE
from alife.analysis.report.subject import Subject, of_genome
from alife.brains import Brain
from alife.errors import UserError
from alife.experiment.records.genome import Genome
from alife.experiment.records.run_folder import RunFolder
from alife.experiment.run import Run

CURVES = 2  # of a run, at most: those that its report shows first


def genome_html(genome: Genome) -> str:
    """Returns the facts of a genome and the diagram of its network; of a brain that is not here its repr."""
    try:
        subject = of_genome(genome)
        facts = card.facts_of(card.measure(subject), subject.brain)
    except UserError:
        return _block(Finding("Genome", repr(genome)))
    facts.pop("alife version")  # known for files alone
    world = genome.meta.get("world")
    title = f"Genome of {world}" if world else "Genome"
    return _block(Finding(title, "", {"genes": len(genome.params), **facts}, pictures=_diagram(subject.brain)))


def brain_html(brain: Brain) -> str:
    """Returns the sizes of a brain, the cost of a step, and the diagram of its network."""
    facts: Facts = {"observations": brain.num_observations, "actions": brain.num_actions, **brain.count()}
    return _block(Finding(f"Brain {brain.name}", "", facts, pictures=_diagram(brain)))


def run_html(run: Run) -> str:
    """Returns how far a run is, its last measures, and its first curves if it writes a folder that has any."""
    life, finding = run.simulation, Finding("", "")
    if run.out is not None:
        folder = RunFolder(run.out)
        with suppress(UserError):  # no table yet, or a damaged one: what the run itself knows is shown
            finding = ancestry.finding(ancestry.measure(Subject(run.config.label, None, None, run.config, folder)))
    facts: Facts = {life.unit: f"{life.steps:,} of {run.end:,}", "seed": run.config.seed}
    facts |= {"folder": str(run.out)} if run.out else {}
    measured = finding.facts or {name: float(value) for name, value in run.row.items()}
    facts |= {name: value for name, value in measured.items() if name != "step"}
    return _block(Finding(f"Run of {run.config.label}", "", facts, charts=finding.charts[:CURVES]))


def _diagram(brain: Brain | None) -> list[Picture]:
    try:
        return [anatomy.picture(anatomy.of_network(brain.network))] if brain else []
    except NotApplicable:
        return []


def _block(finding: Finding) -> str:
    """Returns a section with its style, which is nested in its class and so changes nothing else on the page."""
    own = "max-width: 900px; color: var(--ink); font: 14px/1.5 system-ui, sans-serif;"
    style = f".alife {{ color-scheme: light dark; {LIGHT} {own}\n{STYLE} }}\n"
    style += f"@media (prefers-color-scheme: dark) {{ .alife {{ {DARK} }} }}"
    return f'<div class="alife"><style>{style}</style>{section(finding, Path(), 0)}</div>'
