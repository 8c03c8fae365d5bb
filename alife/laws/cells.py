"""Cell lists: the agents of each bin of a grid as one contiguous run of slots, by a stable counting sort.

After the laws of `cell_lists`, the slots of bin b are bin_slots[bin_start[b]] .. bin_slots[bin_start[b + 1] - 1],
ascending; adjacent bins of a row are contiguous too. The world sets bin_of of every living agent beforehand. The fields
are those of `cell_list_fields`. On a GPU the agents of a bin are first listed in arbitrary order; each then takes its
place by counting those of its bin with a lower slot.
Hockney and Eastwood, "Computer Simulation Using Particles", section 8-4.
"""

from __future__ import annotations

from alife.laws.fields import Field
from alife.laws.law import Law, per_agent, per_row, serial
from alife.laws.maths import i32
from alife.laws.parallel import Parallel, Pass
from alife.laws.rows import Columns, Table
from alife.laws.scan import exclusive_scan

_EACH_AGENT = """
  for (int k = blockIdx.x * blockDim.x + threadIdx.x; k < p_num_living[0]; k += gridDim.x * blockDim.x) {
    const int i = p_living[k], bin = p_bin_of[i];
"""
_EMPTY = """
  for (int b = blockIdx.x * blockDim.x + threadIdx.x; b < p_bin_count_n0; b += gridDim.x * blockDim.x)
    p_bin_count[b] = 0;
"""
_COUNT = f"""{_EACH_AGENT}
    arrival[i] = atomicAdd(&p_bin_count[bin], 1);
  }}
"""
_ARRIVE = f"""{_EACH_AGENT}
    arrived[p_bin_start[bin] + arrival[i]] = i;
  }}
"""
_SORT = f"""{_EACH_AGENT}
    int place = p_bin_start[bin];
    for (int j = place, end = p_bin_start[bin + 1]; j < end; ++j) place += arrived[j] < i;
    p_bin_slots[place] = i;
  }}
"""
_SCRATCH = (
    ("arrival", "living"),
    ("arrived", "living"),
)  # its place in its bin by arrival; slots in that order


class Located(Columns):
    """An agent in a bin. living, bin_slots: row k holds the k-th slot of the list."""

    bin_of: int
    living: int
    bin_slots: int


class Sorted(Columns, table="agents"):
    """A place in the cell lists. bin_slots: the agent. bin_x, bin_y: its position."""

    bin_slots: int
    bin_x: float
    bin_y: float


class Bin(Columns, table="bins"):
    """A bin."""

    bin_count: int


class Positioned(Columns, table="agents"):
    """The place of an agent."""

    x: float
    y: float


class BinEnd(Columns, table="bin_ends"):
    """The beginning of a bin's run of slots, which is the end of the one before it."""

    bin_start: int


class Living(Columns, table="one", namespace="totals"):
    """The number of agents."""

    num_living: int


@per_agent
def check_bins(a: Located, bins: Table[Bin]) -> None:
    """Holds an agent to a bin that is there, as the laws below trust bin_of; one outside is an error where checked."""
    if bins[a.bin_of].bin_count < 0:  # read, so that the index is checked as others are
        a.bin_of = 0
    a.bin_of = min(max(a.bin_of, 0), len(bins.bin_count) - 1)


@serial(parallel=Parallel((Pass(_EMPTY, "bin_count"), Pass(_COUNT, "living")), _SCRATCH))
def count_bins(agents: Table[Located], bins: Table[Bin], totals: Living) -> None:
    """Counts the agents of each bin."""
    for b in range(len(bins.bin_count)):
        bins[b].bin_count = 0
    for k in range(i32(totals.num_living)):
        bins[agents[agents[k].living].bin_of].bin_count += 1


@serial(parallel=Parallel((Pass(_ARRIVE, "living"), Pass(_SORT, "living")), _SCRATCH), tables={"bin_ends": "bin_ends"})
def fill_bins(agents: Table[Located], bins: Table[Bin], bin_ends: Table[BinEnd], totals: Living) -> None:
    """Places each agent after those of its bin that have a lower slot; leaves bin_count as it was."""
    for b in range(len(bins.bin_count)):
        bins[b].bin_count = 0
    for k in range(i32(totals.num_living)):
        a = agents[agents[k].living]
        b = a.bin_of
        agents[bin_ends[b].bin_start + bins[b].bin_count].bin_slots = a.row
        bins[b].bin_count += 1


@per_row("living_places")
def sort_positions(place: Sorted, agents: Table[Positioned]) -> None:
    """Copies the positions of agents in the order of the cell lists, where a walk reads them in a row."""
    agent = agents[place.bin_slots]
    place.bin_x = agent.x
    place.bin_y = agent.y


cell_lists: tuple[Law, ...] = (
    check_bins,
    count_bins,
    exclusive_scan.on(values="bin_count", offsets="bin_start"),
    fill_bins,
)


def cell_list_fields() -> tuple[Field, ...]:
    """Returns the fields of these laws; the world declares the tables "bins" (B rows) and "bin_ends" (B + 1 rows)."""
    return (
        Field("bin_of", "int32", meaning="bin of each agent", kept=False),
        Field("bin_slots", "int32", meaning="slots sorted by bin", kept=False),
        Field("bin_x", "float32", unit="cells", meaning="x of these slots, at the start of the step", kept=False),
        Field("bin_y", "float32", unit="cells", meaning="y of these slots, at the start of the step", kept=False),
        Field("bin_count", "int32", table="bins", meaning="agents in the bin", kept=False),
        Field("bin_start", "int32", table="bin_ends", meaning="where the bin's run begins", kept=False),
    )
