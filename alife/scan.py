"""Exclusive scan of integers: out[k] = in[0] + ... + in[k - 1]. With cell lists, all that placing agents needs."""

from __future__ import annotations

from alife.compile.language import serial


@serial
def exclusive_scan(values, offsets):
    """offsets: [K + 1] from values: [K], both int32; offsets[K] is the total. Bind fields with `.on`."""
    total = 0
    for k in range(len(values)):
        offsets[k] = total
        total += values[k]
    offsets[len(values)] = total
