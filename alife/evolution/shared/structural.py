"""Structural mutations: a child's genes that belong together change as one, by a move that its brain knows of.

With probability `structural` a child gets one of the moves, each as likely, in one unit of it: the weakest where the
move is to replace, else any. Genes outside the unit are as inherited; mutations gene by gene come after. Replacing the
weakest path by a new one is the rule of sparse evolutionary training: Mocanu et al., Nature Communications 9:2383,
2018; steps of an exponent: Qin et al., Electronics 8(1):78, 2019.

The functions are in the language of laws; the laws that call them are those of each strategy. What a child inherits is
computed where it is read, from its parents' rows, so that no second matrix of genomes is needed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from alife.backends.genome_arrays import run_law
from alife.evolution.shared.mutation import mutated
from alife.laws.fields import Field
from alife.laws.law import per_row
from alife.laws.maths import f32, floor, i32, i64, log
from alife.laws.random import CROSSING, MOVED, MOVES, below, unit, words
from alife.ops.gene_groups import KINDS, Move, check_moves

TOGETHER, REPLACE, ROLL, LEVEL, SIGN, PHASE = (KINDS.index(kind) for kind in KINDS)
ALWAYS = 2.0  # a rate above every draw


class Structure(NamedTuple):
    """A brain's moves as tables that laws read.

    moves: [M, 5] int32 of each move: kind, parts, units U, genes of a unit K, where its own begin in genes.
    genes: [sum of U K] int32 places in the genome, unit by unit. owner, place: [M, G] int32 of each gene, the unit of
    that move that it is in, or -1, and its place there.
    """

    moves: np.ndarray
    genes: np.ndarray
    owner: np.ndarray
    place: np.ndarray

    def names(self) -> dict[str, np.ndarray]:
        """Under which names laws find them."""
        return {f"structure_{name}": array for name, array in self._asdict().items()}


def structure_of(moves: tuple[Move, ...], num_genes: int) -> Structure:
    """Tables of moves whose units are places in a genome of so many genes."""
    owner = np.full((len(moves), num_genes), -1, np.int32)
    place, rows, first = np.zeros_like(owner), [], 0
    for number, move in enumerate(moves):
        count, size = move.units.shape
        flat = move.units.ravel()
        if len(np.unique(flat)) < len(flat):
            raise ValueError(f"{move.name}: expected units that share no gene, got a gene twice")
        owner[number, flat] = np.repeat(np.arange(count), size)
        place[number, flat] = np.tile(np.arange(size), count)
        rows.append((KINDS.index(move.kind), move.parts, count, size, first))
        first += len(flat)
    genes = np.concatenate([move.units.ravel() for move in moves]).astype(np.int32)
    return Structure(np.array(rows, np.int32), genes, owner, place)


def structure_for(params: Any, brain: Any) -> Structure | None:
    """What a strategy of these Params needs of a brain; None where it makes no structural mutations.

    Raises:
        UserError: the brain has no moves.
    """
    if not getattr(params, "structural", 0.0):
        return None
    check_moves(brain.network, brain.name)
    return structure_of(brain.moves, brain.num_genes)


def inherited(genome, mother, father, crossed, seed, step, id, g):
    """A gene of a child, before it is mutated: where crossed is not 0, of either parent, as a coin falls."""
    p = mother
    if crossed != 0:
        a, b, c, d = words(seed, CROSSING, step, id, g)
        p = father if (a & 1) != 0 else p
    return f32(genome[p, g])


def drawn(genome, moves, genes, structural, mother, father, crossed, seed, step, id):
    """The move of a child and the unit it is made in; -1, -1: none."""
    chance, which, one, spare = words(seed, MOVES, step, id, 0)
    if unit(chance) >= structural:
        return -1, -1
    m = i32(below(which, i64(len(moves))))
    u = i32(below(one, i64(moves[m, 2])))
    if moves[m, 0] == REPLACE:
        u = weakest(genome, moves, genes, m, mother, father, crossed, seed, step, id)
    return m, u


def weakest(genome, moves, genes, m, mother, father, crossed, seed, step, id):
    """The unit whose product of |genes| is least, by logarithms, as products of many are 0; of equal ones the first."""
    size = moves[m, 3]
    least = 1e30
    found = 0
    for u in range(moves[m, 2]):
        total = 0.0
        for k in range(size):
            g = genes[moves[m, 4] + u * size + k]
            gene = inherited(genome, mother, father, crossed, seed, step, id, g)
            total = total + log(max(abs(gene), 1e-30))
        if total < least:
            least = total
            found = u
    return found


def restructured(
    genome, moves, genes, owner, place, m, u, precision, mother, father, crossed, seed, step, id, g
):  # fmt: skip
    """A gene of a child after its move m in unit u. precision: of steps, as in `mutated`."""
    gene = inherited(genome, mother, father, crossed, seed, step, id, g)
    if m < 0:
        return gene
    if owner[m, g] != u:
        return gene
    a, b, c, d = words(seed, MOVED, step, id, g)
    kind = moves[m, 0]
    count = f32(moves[m, 1])
    if kind == TOGETHER:
        gene = mutated(gene, ALWAYS, precision, seed, MOVED, step, id, g)
    elif kind == REPLACE:
        gene = 2.0 * unit(a) - 1.0
    elif kind == ROLL:
        source = rolled(moves, genes, place, m, u, seed, step, id, g)
        gene = inherited(genome, mother, father, crossed, seed, step, id, source)
    elif kind == LEVEL:
        gene = levelled(gene, count, a)
    elif kind == SIGN:
        gene = -gene
    elif kind == PHASE:
        gene = turned(gene, count, a)
    return gene


def rolled(moves, genes, place, m, u, seed, step, id, g):
    """Which gene of the unit comes to this place: all go on by as many, 1 to K - 1."""
    a, b, c, by = words(seed, MOVES, step, id, 0)  # the word that `drawn` leaves
    size = moves[m, 3]
    turn = 1 + i32(below(by, i64(size - 1)))
    return genes[moves[m, 4] + u * size + (place[m, g] + size - turn) % size]


def levelled(gene, count, word):
    """The middle of the level beside that of |gene|, with its sign; at the lowest and the highest it may stay."""
    level = min(floor(abs(gene) * count), count - 1.0)
    moved = level + (1.0 if (word & 1) == 0 else -1.0)
    size = (moved + 0.5) / count
    held = size if gene >= 0.0 else -size
    return held if moved >= 0.0 and moved < count else gene


def turned(gene, count, word):
    """The next multiple of 1/count up or down, on a circle of 2."""
    moved = floor(gene * count + 0.5) + (1.0 if (word & 1) == 0 else -1.0)
    moved = moved - 2.0 * count if moved >= count else moved
    moved = moved + 2.0 * count if moved < -count else moved
    return moved / count


def structure_fields(mates: bool) -> tuple[Field, ...]:
    """Columns of a shared world whose strategy makes structural mutations. mates: whether children have two parents."""
    own = (
        Field("structure_move", "int32", meaning="of a newborn: the move it is made with, -1: none", kept=False),
        Field("structure_unit", "int32", meaning="of a newborn: the unit of that move", kept=False),
    )
    return (
        own if mates else (*own, Field("mate_slot", "int32", meaning="of a newborn: -1, no second parent", kept=False))
    )


@per_row("agents")
def draw_moves(
    i, structure_move, structure_unit, genome, structure_moves, structure_genes, structural, mother, father, crossed,
    seed, step
):  # fmt: skip
    """The move of each child by generations, and its unit."""
    m, u = drawn(
        genome, structure_moves, structure_genes, structural, mother[i], father[i], crossed[i], seed, step, i64(i)
    )
    structure_move[i] = m
    structure_unit[i] = u


def by_generations(
    structure: Structure, structural: float, genome: Any, mother: np.ndarray, father: np.ndarray, crossed: np.ndarray,
    seed: np.ndarray, step: np.ndarray,
) -> dict[str, Any]:  # fmt: skip
    """What a law that restructures children may name: the tables, and each child's move, drawn here.

    mother, father, crossed: [N] int32. seed, step: without dimensions.
    """
    count = len(mother)
    names = {name: np.zeros(count, np.int32) for name in ("structure_move", "structure_unit")} | structure.names()
    drawing = {"structural": np.array(structural, np.float32), "mother": mother, "father": father, "crossed": crossed}
    run_law(draw_moves, {**names, **drawing, "genome": genome, "seed": seed, "step": step}, count)
    return names
