"""Namespaces of laws: `a.energy`, `agents[j].x`, `a.senses.plants[k]`, `p.graze`, resolved to arrays and scalars.

    @per_agent
    def graze(a, ground, p):
        a.appetite = p.graze * a.mouth * richness(ground[a.bin].biomass[a.cell], p)

The first parameter is the row of the law's own table; `a.name` is its element of a column, `a.name[k]` one of several,
`a.row` its number; `len(a.name)` is the number of its values. `agents[j]` is another row, of any table that has a name;
a variable may hold one: `prey = agents[j]`; `len(agents.name)` is the number of rows. `totals.name` is a column of the
table "one", which has a single row. `p.name` is one of the Params,
`world.name` a constant of the world, its `step` or `seed`, and `draws.uniform(stream, k)` a draw of this row and step
(`draws.once.uniform` is the same in every step). `a.senses`, `a.actions`, `a.outputs`, `a.measures` and
`a.objectives` hold lanes by name; an action is in the range of its actuator, an output is what the brain gave.
`agents.cell_lists.start`, `slots`, `x`, `y`, `across` and `side` are the cell lists (`rows.CellLists`). A namespace can
be passed to a function, or to a generator that is looped over, `for other, dx, dy in neighbors(a, agents)`, or that a
reduction takes, `nearest(neighbors(a, agents))`; see `neighbors`, `inlining`, `reductions` and `reducing`.

`resolve.resolve_function` rewrites the text of a law, and of the functions to which it passes namespaces, to one
parameter for each column and scalar that it touches; that array form is what `lowering` reads. A parameter that is no
namespace is a column or scalar as it is, for functions that serve columns of any table (`scan`).
"""

from __future__ import annotations

from dataclasses import dataclass

from alife.laws import random
from alife.laws.source_text import LawFunction

DRAWS = {name: getattr(random, name) for name in ("words", "uniform", "normal")}


@dataclass(frozen=True)
class Row:
    """A row of a table, held by a variable or a parameter as its number."""

    table: str


@dataclass(frozen=True)
class Rows:
    """All rows of a table."""

    table: str


@dataclass(frozen=True)
class Single:
    """The only row of a table."""

    table: str


@dataclass(frozen=True)
class Scalars:
    """Params ("p") or constants of the world ("world")."""

    owner: str


@dataclass(frozen=True)
class Draws:
    """Random draws of the law's own row. table: that of the row, "" without one."""

    table: str


Namespace = Row | Rows | Single | Scalars | Draws
Call = tuple[LawFunction, tuple[tuple[str, Namespace], ...]]  # a function, and the namespaces passed to it


@dataclass(frozen=True)
class Resolved:
    """A function without namespaces.

    touched: parameter -> the column or scalar that it is bound to; these come after its own. changed: False if it had
    no namespaces, and is the function as written.
    """

    function: LawFunction
    touched: dict[str, str]
    changed: bool = True
