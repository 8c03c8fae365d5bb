"""A picture of the report as an SVG file of its own, which turns dark with the system as it does on the page."""

from __future__ import annotations

import html

from alife.analysis.report.finding import Picture
from alife.analysis.report.style import DARK, FILTER, GROUND, LIGHT


def standalone(picture: Picture) -> str:
    """Returns the picture as the text of an SVG file, on the ground that sections of the page have."""
    start, end = picture.svg.index("<svg"), picture.svg.index(">", picture.svg.index("<svg")) + 1
    turned = FILTER if "<image" in picture.svg else ""
    dark = f":root {{ {DARK} }}" + (" image { filter: url(#turn); }" if turned else "")
    style = f"<style>:root {{ {LIGHT} }}\n@media (prefers-color-scheme: dark) {{ {dark} }}</style>"
    title = f"<title>{html.escape(picture.caption)}</title>"
    return f"{picture.svg[start:end]}{title}{style}{turned}{GROUND}{picture.svg[end:].rstrip()}\n"
