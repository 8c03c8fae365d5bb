"""`python -m alife`."""

from __future__ import annotations

from alife.cli.commands import main

main()
