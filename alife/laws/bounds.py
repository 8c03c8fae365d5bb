"""Indices of a law against the lengths of its arrays: proven, refused, or left to a check at run time.

`bounds_walk.checked` walks a law's typed tree with what is known of every whole number (`intervals`). An index that is
outside wherever it is reached is an error of the law. One that cannot be proven becomes an `ir.Checked`, a site: the
kernel that holds it notes an index outside in the log and goes on at 0, so that nothing outside the array is touched.
Rows are those of the engine's own lists, which are trusted.

The log is a single number: of all that was noted, the first site in the order of the program, and of those the highest
index, whatever the order of rows. 0: nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alife.laws.fields import Field
from alife.laws.intervals import Extent
from alife.laws.types import I64, Array

LOG = "bounds_log"  # the last parameter of checked laws
LOG_TYPE = Array(I64, 1)
LOG_FIELD = Field(LOG, "int64", table="one", meaning="the first index of a law outside its array; 0: none", kept=False)
INDEX_BITS = 44  # of an entry of the log, below the number of the site
INDEX_MASK = (1 << INDEX_BITS) - 1
MOST = 1 << 10  # laws of a program, and sites of a law, that have numbers of their own
GROWING = ("agents", "log")  # tables whose length differs between simulations that share code

Shape = tuple[int | None, ...]  # lengths; None: not known, or not the same in all simulations that share the code


@dataclass(frozen=True)
class Site:
    """A place in a law's text where an array is indexed.

    where: file, line and names. array: the law's parameter, or the name of a group of lanes. count: of that group.
    """

    where: str
    array: str
    axis: int
    count: int = 0


@dataclass
class Known:
    """Facts about a law before it runs.

    Attributes:
        law: its name.
        number: its place in the program, for the numbers of its sites.
        tables: array parameter -> its table.
        shapes: array parameter -> its lengths.
        sites: those found so far, in order.
    """

    law: str
    number: int
    tables: Mapping[str, str]
    shapes: Mapping[str, Shape]
    sites: list[Site] = field(default_factory=list)

    def length(self, array: str, axis: int) -> int | None:
        """Returns a length, or None if it is not known."""
        shape = self.shapes.get(array, ())
        return shape[axis] if axis < len(shape) else None

    def extent(self, array: str, axis: int) -> Extent:
        """Returns the name of a length: all columns of a table have one number of rows."""
        table = "" if axis else self.tables.get(array, "")
        return (f"rows of {table}", 0) if table else (array, axis)

    def add(self, site: Site) -> int:
        """Numbers a site within its program."""
        self.sites.append(site)
        return site_number(self.number, len(self.sites) - 1)


def site_number(law: int, place: int) -> int:
    """Returns the number of a site, never 0 and higher for earlier sites; the last of too many share one."""
    return MOST * MOST - 1 - min(law, MOST - 1) * MOST - min(place, MOST - 2)


def noted(entry: int) -> tuple[int, int, int]:
    """Returns the law, the place of the site in it, and the index of an entry of the log."""
    before = MOST * MOST - 1 - (entry >> INDEX_BITS)
    index = entry & INDEX_MASK
    return before // MOST, before % MOST, index - ((index >> (INDEX_BITS - 1)) << INDEX_BITS)


def outside(site: Site, length: int | None, index: int) -> str:
    """Returns the error of an index outside an array, with file, line and what to write. length: None: not known."""
    axis = f" in axis {site.axis}" if site.axis else ""
    if site.count:
        lanes = f"an index of {site.array} from 0 to {site.count - 1}"
        return f"{site.where}: expected {lanes}, got {index}; write one of those"
    if index < 0 or length is None:
        last = f"{site.array}.shape[{site.axis}] - 1"
        return (
            f"{site.where}: expected an index of {site.array} from 0 on{axis}, got {index}; write {last} for the last"
        )
    write = f"an index from 0 to {length - 1}" if length else "a longer array"
    return f"{site.where}: expected an index of {site.array} below {length}{axis}, got {index}; write {write}"
