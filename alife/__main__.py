"""`python -m alife`."""

from __future__ import annotations

from alife.cli import main

main()
