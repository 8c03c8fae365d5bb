"""Exclusive scan of integers: out[k] = in[0] + ... + in[k - 1]. Cell lists and the placing of children use it.

On a GPU each block first sums its part; then each adds up the sums of the parts before its own, which it scans.
Blelloch, "Prefix sums and their applications", CMU-CS-90-190, section 1.3.
"""

from __future__ import annotations

from alife.laws.law import serial
from alife.laws.parallel import PARTS, Parallel, Pass
from alife.laws.rows import Vector

_SUMS = """
  const int end = alife_part(p_values_n0, blockIdx.x + 1);
  int sum = 0, total;
  for (int k = alife_part(p_values_n0, blockIdx.x) + threadIdx.x; k < end; k += blockDim.x) sum += p_values[k];
  alife_scan(sum, &total);
  if (threadIdx.x == 0) scan_parts[blockIdx.x] = total;
"""
_OFFSETS = """
  const int begin = alife_part(p_values_n0, blockIdx.x), end = alife_part(p_values_n0, blockIdx.x + 1);
  int total, tile, base = alife_before(scan_parts, &total);
  for (int first = begin; first < end; first += blockDim.x, base += tile) {
    const int k = first + threadIdx.x, before = alife_scan(k < end ? p_values[k] : 0, &tile);
    if (k < end) p_offsets[k] = base + before;
  }
  if (blockIdx.x == 0 && threadIdx.x == 0) p_offsets[p_values_n0] = total;
"""


@serial(parallel=Parallel((Pass(_SUMS), Pass(_OFFSETS)), (("scan_parts", PARTS),)))
def exclusive_scan(values: Vector[int], offsets: Vector[int]) -> None:
    """Writes offsets: [K + 1] from values: [K], both int32; offsets[K] is the total. Bind fields with `.on`.

    It takes columns, not namespaces: it scans a column of any table into one of another that is a row longer.
    """
    total = 0
    for k in range(len(values)):
        offsets[k] = total
        total += values[k]
    offsets[len(values)] = total
