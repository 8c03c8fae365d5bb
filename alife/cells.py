"""Cell lists: the agents of each bin of a grid as one run of slots, by a stable counting sort.

After the laws of `cell_lists`, the slots of bin b are bin_slots[bin_start[b]] .. bin_slots[bin_start[b + 1] - 1],
ascending. The world fills bin_of for every living agent first. Neighbouring bins of one row are one run. The columns
are `population.cell_list_fields`.
Hockney and Eastwood, "Computer Simulation Using Particles", section 8-4.
"""

from __future__ import annotations

from alife.compile.language import Law, serial
from alife.maths import i32
from alife.scan import exclusive_scan


@serial
def count_bins(living, num_living, bin_of, bin_count):
    """Agents in each bin."""
    for b in range(len(bin_count)):
        bin_count[b] = 0
    for k in range(i32(num_living[0])):
        bin_count[bin_of[living[k]]] += 1


@serial
def fill_bins(living, num_living, bin_of, bin_start, bin_slots, bin_count):
    """Each agent behind those of its bin that have a lower slot; leaves bin_count as it was."""
    for b in range(len(bin_count)):
        bin_count[b] = 0
    for k in range(i32(num_living[0])):
        i = living[k]
        b = bin_of[i]
        bin_slots[bin_start[b] + bin_count[b]] = i
        bin_count[b] += 1


cell_lists: tuple[Law, ...] = (
    count_bins,
    exclusive_scan.on(values="bin_count", offsets="bin_start"),
    fill_bins,
)
