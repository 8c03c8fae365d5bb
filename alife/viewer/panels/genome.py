"""The genome of the selected agent beside the one that it came from, with what changed marked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.paper import Hint, Lines, Paper, Point
from alife.viewer.inside.relatives import Origin

LINE, ROW, MARKS, LEFT = 14, 11, 14, 112  # points of a line of text, of a strip, of the marks, and left of them

Slots = Mapping[str, tuple[int, int]]  # name -> first gene and number of genes


def slots_of(layout: Mapping[str, tuple[str, int, tuple[int, ...]]]) -> Slots:
    """Returns the slots of genes of a brain, in order. layout: of the brain."""
    genes = sorted((start, name, shape) for name, (kind, start, shape) in layout.items() if kind == "genome")
    return {name: (start, int(np.prod(shape))) for start, name, shape in genes}


def draw_genome(
    target: Paper, room: pygame.Rect, genome: np.ndarray, origin: Origin, slots: Slots, family: str = ""
) -> int:
    """Draws it, and returns where it ends. genome: [G]. family: a line about relatives."""
    target.write(room.topleft, "genome", 11, theme.GREEN, "bold")
    target.write((room.right, room.top + 1), f"{len(genome):,} genes", 10, theme.MUTED, "right")
    top = room.top + LINE + 1
    for line in filter(None, (_difference(genome, origin), family)):
        target.write((room.left, top), target.shorten(line, 10, room.width), 10)
        target.hint((room.left, top, room.width, LINE), "genome", line)
        top += LINE
    box, other = pygame.Rect(room.left + LEFT, top + 2, room.width - LEFT, ROW), _fitting(genome, origin)
    rows = [("this agent", genome)] + ([] if other is None else [(origin.name, other)])
    for place, (name, genes) in enumerate(rows):
        strip = box.move(0, place * (ROW + 1))
        target.write((room.left, strip.top - 2), name, 10)
        target.stretch(theme.to_surface(theme.diverging_colors(_pooled(genes, box.width)[None])), strip)
    bottom = box.top + len(rows) * (ROW + 1)
    if other is not None:
        target.write((room.left, bottom - 1), "differences", 10)
        _draw_marks(target, pygame.Rect(box.left, bottom, box.width, MARKS), genome, other)
        bottom += MARKS
    _draw_slots(target, pygame.Rect(box.left, bottom, box.width, 4), slots, len(genome))
    whole = pygame.Rect(box.left, box.top, box.width, bottom + 4 - box.top)
    target.hints.append(Hint(whole, lambda at: _words(at, whole, genome, other, slots)))
    return bottom + 10


def _fitting(genome: np.ndarray, origin: Origin) -> np.ndarray | None:
    return origin.genome if origin.genome is not None and origin.genome.shape == genome.shape else None


def _difference(genome: np.ndarray, origin: Origin) -> str:
    """Returns where a genome came from, and how much of it changed."""
    other = _fitting(genome, origin)
    if other is None:
        return origin.text
    change = np.abs(genome.astype(np.float64) - other)
    count = int((change > 0).sum())
    if not count:
        return f"beside {origin.text}: no gene differs"
    return f"beside {origin.text}: {count:,} differ, by {change[change > 0].mean():.2g} on average"


def _pooled(genes: np.ndarray, columns: int) -> np.ndarray:
    """Returns genes, or of several in a column the one farthest from 0: [G] -> [at most columns]."""
    genes = genes.astype(np.float64)
    if len(genes) <= columns:
        return genes
    edges = np.linspace(0, len(genes), columns + 1).astype(int)
    return np.array([max(genes[a:b].tolist(), key=abs) for a, b in zip(edges[:-1], edges[1:], strict=True)])


def _draw_marks(target: Paper, box: pygame.Rect, genome: np.ndarray, other: np.ndarray) -> None:
    """Draws a bar for each changed gene, up where it grew and down where it fell, as long as the change."""
    change = _pooled(genome.astype(np.float64) - other, box.width)
    size = float(np.abs(change).max(initial=0.0)) or 1.0
    target.rect(theme.CARD, box)
    middle = box.top + box.height / 2
    target.line(theme.LINE, (box.left, middle), (box.right, middle))
    wide = box.width / len(change)
    for place in np.flatnonzero(change).tolist():
        high = max(abs(change[place]) / size * box.height / 2, 2.0)
        top = middle - high if change[place] > 0 else middle
        color = theme.CLAY if change[place] > 0 else theme.SKY
        target.rect(color, (round(box.left + place * wide), round(top), max(round(wide), 1), round(high)))


def _draw_slots(target: Paper, box: pygame.Rect, slots: Slots, count: int) -> None:
    """Draws where one slot of genes ends and the next begins."""
    for number, (start, size) in enumerate(slots.values()):
        left, right = (round(box.left + at / count * box.width) for at in (start, start + size))
        target.rect(theme.MUTED if number % 2 else theme.LINE, (left, box.top + 1, max(right - left, 1), 3))


def _words(at: Point, box: pygame.Rect, genome: np.ndarray, other: np.ndarray | None, slots: Slots) -> Lines:
    """Returns what is said of the gene at a point."""
    gene = min(max(int((at[0] - box.left) / box.width * len(genome)), 0), len(genome) - 1)
    if other is not None:  # of several genes in a pixel, one that changed
        last = min(gene + max(len(genome) // box.width, 1), len(genome))
        gene = next((k for k in range(gene, last) if genome[k] != other[k]), gene)
    slot = next((name for name, (start, size) in slots.items() if start <= gene < start + size), "")
    lines = [f"{genome[gene]:.3g}"]
    if other is not None:
        change = float(genome[gene]) - float(other[gene])
        lines = [f"{genome[gene]:.3g}, before {other[gene]:.3g}" + (f": {change:+.3g}" if change else "")]
    return (f"gene {gene:,}", slot.replace("_", " "), *lines)
