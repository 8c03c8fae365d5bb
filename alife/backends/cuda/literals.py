"""Literals of CUDA C."""

from __future__ import annotations

import math
import re
import struct


def float_literal(x: float) -> str:
    """A float32 constant: hexadecimal, so exact, or its bits where C has no literal."""
    bits = struct.pack("<f", x)
    single = struct.unpack("<f", bits)[0]
    if not math.isfinite(single):
        return f"__uint_as_float({struct.unpack('<I', bits)[0]:#x}u)"
    text = re.sub(r"\.?0*p", "p", float(single).hex()) + "f"
    return f"({text})" if text[0] == "-" else text
