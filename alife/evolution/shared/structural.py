"""Structural mutations: genes of a child that belong together change as one unit, by a move that its brain lists.

With probability `structural` a child gets one of the moves, each equally likely, in one unit of it: the weakest unit
where the move is `replace`, else a random one. Genes outside the unit are inherited unchanged; mutations of single
genes follow. Replacing the weakest path by a new one is the rule of sparse evolutionary training: Mocanu et al., Nature
Communications 9:2383, 2018; steps of an exponent: Qin et al., Electronics 8(1):78, 2019.

The functions are in the language of laws, and each strategy's laws call them. In these, `mother` and `father` are rows
of `pool`, whose `genome` they read; a father below 0 means one parent. An inherited gene is computed from the parents'
rows wherever it is read, so that no second matrix of genomes is needed.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from alife.backends.genome_arrays import run_law
from alife.evolution.shared.mutation import mutate_exponent
from alife.laws.fields import Field
from alife.laws.law import per_newborn, per_row
from alife.laws.maths import f32, floor, i32, i64, log
from alife.laws.random import CROSSING, MOVED, MOVES, below, unit
from alife.laws.rows import Columns, Draws, Table, Vector
from alife.ops.gene_groups import KINDS, Move
from alife.world import Agent, WorldScalars

TOGETHER, REPLACE, ROLL, LEVEL, SIGN, PHASE = (KINDS.index(kind) for kind in KINDS)
ALWAYS = 2.0  # a mutation rate above every draw


class BrainGenes(Protocol):
    """The part of a brain that strategies use: its genes, and which of them belong together."""

    @property
    def num_genes(self) -> int:
        """G."""

    @property
    def moves(self) -> tuple[Move, ...]:
        """Moves whose units are places in the genome."""

    @property
    def memory_genes(self) -> np.ndarray:
        """[G] bool: genes that, all 0, leave the brain without memories; none where that is impossible."""

    def check_moves(self) -> None:
        """Checks that the moves can be used. Raises UserError."""

    def aligned(self, mother: np.ndarray, father: np.ndarray) -> np.ndarray:
        """Returns the father's genome [G] with its units in the places of the mother's that they are most like."""


class Structure(NamedTuple):
    """A brain's M moves as tables that laws read.

    moves: [M, 5] int32 per move: kind, parts, number of units U, genes per unit K, its first place in `genes`.
    genes: [sum of U K] int32 places in the genome, unit by unit. owner, place: [M, G] int32 per gene: the unit of the
    move that it is in, -1 for none, and its place in that unit.
    """

    moves: np.ndarray
    genes: np.ndarray
    owner: np.ndarray
    place: np.ndarray

    def names(self) -> dict[str, np.ndarray]:
        """Returns the tables under the names by which laws read them."""
        return {f"structure_{name}": array for name, array in self._asdict().items()}


class StructureScalars(WorldScalars):
    """The tables of a `Structure`, under the names by which laws read them."""

    structure_moves: Vector[int]
    structure_genes: Vector[int]
    structure_owner: Vector[int]
    structure_place: Vector[int]


class Moved(Protocol):
    """A child with its move, or -1, and the unit of it; columns of strategies and of shared worlds."""

    structure_move: int
    structure_unit: int


class BredChild(Columns, table="children"):
    """A child that a strategy breeds: its move, and the rows of its parents."""

    mother: int
    father: int
    structure_move: int
    structure_unit: int


class Structured(Protocol):
    """Params of strategies that make moves."""

    @property
    def structural(self) -> float:
        """Share of children with a move, in 0..1."""


def tabulate_moves(moves: tuple[Move, ...], num_genes: int) -> Structure:
    """Returns tables of moves whose units are places in a genome of `num_genes` genes.

    Raises:
        ValueError: two units of a move share a gene.
    """
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


def make_structure(brain: BrainGenes) -> Structure:
    """Returns the tables of a brain's moves.

    Raises:
        UserError: the brain has no moves, or its genes are not weights.
    """
    brain.check_moves()
    return tabulate_moves(brain.moves, brain.num_genes)


def inherit(pool: Table[Agent], mother: int, father: int, draws: Draws, g: int) -> float:
    """Returns a child's gene before mutation: of either parent with equal probability, or of the only one."""
    parent = mother
    if father >= 0:
        a, b, c, d = draws.words(CROSSING, g)
        parent = father if (a & 1) != 0 else parent
    return f32(pool[parent].genome[g])


def draw_move(
    pool: Table[Agent], mother: int, father: int, p: Structured, world: StructureScalars, draws: Draws
) -> tuple[int, int]:
    """Returns the move of a child and the unit it is made in; -1, -1: none."""
    chance, which, one, spare = draws.words(MOVES, 0)
    if unit(chance) >= p.structural:
        return -1, -1
    m = i32(below(which, i64(len(world.structure_moves))))
    u = i32(below(one, i64(world.structure_moves[m, 2])))
    if world.structure_moves[m, 0] == REPLACE:
        u = find_weakest(pool, mother, father, m, world, draws)
    return m, u


def find_weakest(pool: Table[Agent], mother: int, father: int, m: int, world: StructureScalars, draws: Draws) -> int:
    """Returns the unit with the least product of |genes|, the first one of equals.

    Logarithms are summed, because a product of many genes underflows to 0.
    """
    size = world.structure_moves[m, 3]
    least = 1e30
    found = 0
    for u in range(world.structure_moves[m, 2]):
        total = 0.0
        for k in range(size):
            g = world.structure_genes[world.structure_moves[m, 4] + u * size + k]
            gene = inherit(pool, mother, father, draws, g)
            total = total + log(max(abs(gene), 1e-30))
        if total < least:
            least = total
            found = u
    return found


def apply_move(
    child: Moved, pool: Table[Agent], mother: int, father: int, precision: float, world: StructureScalars,
    draws: Draws, g: int,
) -> float:  # fmt: skip
    """Returns a gene of a child after its move. precision: of steps, as in `mutate_exponent`."""
    gene = inherit(pool, mother, father, draws, g)
    m = child.structure_move
    if m < 0:
        return gene
    if world.structure_owner[m, g] != child.structure_unit:
        return gene
    a, b, c, d = draws.words(MOVED, g)
    kind = world.structure_moves[m, 0]
    count = f32(world.structure_moves[m, 1])
    if kind == TOGETHER:
        gene = mutate_exponent(gene, ALWAYS, precision, draws, MOVED, g)
    elif kind == REPLACE:
        gene = 2.0 * unit(a) - 1.0
    elif kind == ROLL:
        gene = inherit(pool, mother, father, draws, roll_source(child, world, draws, g))
    elif kind == LEVEL:
        gene = step_level(gene, count, a)
    elif kind == SIGN:
        gene = -gene
    elif kind == PHASE:
        gene = step_phase(gene, count, a)
    return gene


def roll_source(child: Moved, world: StructureScalars, draws: Draws, g: int) -> int:
    """Returns the gene that moves to the place of g where the unit of K genes is rolled by 1 to K - 1 places."""
    a, b, c, by = draws.words(MOVES, 0)  # the word that `draw_move` does not use
    m = child.structure_move
    size = world.structure_moves[m, 3]
    turn = 1 + i32(below(by, i64(size - 1)))
    first = world.structure_moves[m, 4] + child.structure_unit * size
    return world.structure_genes[first + (world.structure_place[m, g] + size - turn) % size]


def step_level(gene: float, count: float, word: int) -> float:
    """Returns the middle of the level next to that of |gene|, with its sign; unchanged where there is no such level."""
    level = min(floor(abs(gene) * count), count - 1.0)
    moved = level + (1.0 if (word & 1) == 0 else -1.0)
    size = (moved + 0.5) / count
    held = size if gene >= 0.0 else -size
    return held if moved >= 0.0 and moved < count else gene


def step_phase(gene: float, count: float, word: int) -> float:
    """Returns the multiple of 1/count next to the gene, up or down, on a circle of circumference 2."""
    moved = floor(gene * count + 0.5) + (1.0 if (word & 1) == 0 else -1.0)
    moved = moved - 2.0 * count if moved >= count else moved
    moved = moved + 2.0 * count if moved < -count else moved
    return moved / count


@per_row("children", tables={"pool": "pool"})
def draw_moves(child: BredChild, pool: Table[Agent], p: Structured, world: StructureScalars, draws: Draws) -> None:
    """Draws the move of each child, and its unit."""
    m, u = draw_move(pool, child.mother, child.father, p, world, draws)
    child.structure_move = m
    child.structure_unit = u


_OF_NEWBORN = per_newborn(tables={"pool": "agents"})(draw_moves.function)
draw_newborn_moves = _OF_NEWBORN.on(mother="parent_slot", father="mate_slot")


def structure_fields(mates: bool) -> tuple[Field, ...]:
    """Returns the columns that structural mutations add to a shared world. mates: children may have two parents."""
    drawn = (
        Field("structure_move", "int32", meaning="of a newborn: its structural move, -1: none", kept=False),
        Field("structure_unit", "int32", meaning="of a newborn: the unit of that move", kept=False),
    )
    no_mate = Field("mate_slot", "int32", meaning="of a newborn: -1, it has no second parent", kept=False)
    return drawn if mates else (*drawn, no_mate)


def drawn_moves(
    structure: Structure, structural: float, genome: Any, mother: np.ndarray, father: np.ndarray, seed: np.ndarray,
    step: np.ndarray,
) -> dict[str, Any]:  # fmt: skip
    """Draws a move for each child, and returns the names that a law with `apply_move` reads.

    genome: [P, G]. mother, father: [N] int32 rows of it, father -1 for none. seed, step: arrays without dimensions.
    """
    count = len(mother)
    names = {name: np.zeros(count, np.int32) for name in ("structure_move", "structure_unit")} | structure.names()
    drawing = {
        "structural": np.array(structural, np.float32), "genome": genome, "mother": mother, "father": father,
        "seed": seed, "step": step,
    }  # fmt: skip
    run_law(draw_moves, {**names, **drawing}, count)
    return names
