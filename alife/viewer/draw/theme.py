"""Colors, fonts and text of the window."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import pygame

Color = tuple[int, int, int]

PAPER: Color = (246, 242, 231)
CARD: Color = (255, 253, 247)
LINE: Color = (222, 214, 196)
INK: Color = (44, 54, 46)
MUTED: Color = (118, 126, 112)
GREEN: Color = (92, 140, 76)
GOLD: Color = (214, 154, 52)
CLAY: Color = (196, 92, 62)
RED: Color = (208, 48, 40)  # of what is being recorded
SKY: Color = (66, 116, 160)
BACKDROP: Color = (234, 228, 212)
MARKED: Color = (226, 232, 208)  # the chosen row of a list
LAND: Color = (150, 172, 104)  # of worlds that give no picture of their ground
VIOLET: Color = (132, 104, 160)
CURVES: tuple[Color, ...] = (GREEN, CLAY, SKY, GOLD, VIOLET, INK)  # of the graph
CAUSES: tuple[Color, ...] = (CLAY, GOLD, SKY, VIOLET, GREEN, MUTED)

_FONTS = files("pygame_gui") / "data"


def open_fonts() -> None:
    """Opens the fonts of a window anew: other code may have quit pygame since, which leaves old ones invalid."""
    pygame.font.init()
    font.cache_clear()


@cache
def font(size: int, bold: bool = False) -> pygame.font.Font:
    """Returns the typeface of the window, Noto Sans, which comes with pygame_gui. size: pixels."""
    name = "NotoSans-Bold.ttf" if bold else "NotoSans-Regular.ttf"
    return pygame.font.Font(str(_FONTS / name), size)


@lru_cache(maxsize=2048)
def rendered(text: str, size: int, color: Color, bold: bool) -> pygame.Surface:
    """Returns a line of text as a picture; equal lines are rendered once."""
    return font(size, bold).render(text, True, color)


def write(
    target: pygame.Surface, at: tuple[int, int], text: str, size: int = 12, color: Color = INK, style: str = ""
) -> int:
    """Writes one line of text.

    Args:
        target: picture to write on.
        at: pixels of the top left corner; see `style`.
        text: the line.
        size: pixels.
        color: of the letters.
        style: words of "bold", "right" (`at` is the top right corner) and "center" (`at` is the middle of the top).

    Returns:
        The width in pixels.
    """
    picture = rendered(text, size, color, "bold" in style)
    width = picture.get_width()
    left = at[0] - (width if "right" in style else width // 2 if "center" in style else 0)
    target.blit(picture, (left, at[1]))
    return width


def shorten(text: str, size: int, width: int, bold: bool = False) -> str:
    """Returns `text`, cut with an ellipsis to fit `width` pixels at a font size of `size` pixels."""
    if font(size, bold).size(text)[0] <= width:
        return text
    while text and font(size, bold).size(text + "…")[0] > width:
        text = text[:-1]
    return text.rstrip() + "…"


def format_number(value: float) -> str:
    """Returns a number in about three digits: 12,345, 3.21 M, 0.052."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f} M"
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}"


def share_of(value: float, low: float, high: float) -> float:
    """Returns where a value is in its range, from 0 to 1, beyond the ends as the ends; NaN counts as 0."""
    share = ((0.0 if math.isnan(value) else value) - low) / ((high - low) or 1e-9)
    return 0.0 if math.isnan(share) else min(max(share, 0.0), 1.0)


def mixed(color: Color, share: float, paper: Color = PAPER) -> Color:
    """Returns a color on paper of another one. share: of the color, 0 to 1."""
    red, green, blue = (round(c * share + p * (1 - share)) for c, p in zip(color, paper, strict=True))
    return red, green, blue


def diverging_colors(values: np.ndarray) -> np.ndarray:
    """Returns colors from blue (-1) over paper (0) to clay (1): [...] -> [..., 3] uint8. NaN is 0."""
    amount = np.clip(np.nan_to_num(values), -1.0, 1.0)[..., None]
    ends = np.where(amount < 0, np.array(SKY), np.array(CLAY))
    colors: np.ndarray = np.array((238, 233, 219)) * (1 - abs(amount)) + ends * abs(amount)
    return colors.astype(np.uint8)


def to_surface(colors: np.ndarray) -> pygame.Surface:
    """Returns colors [H, W, 3] uint8 as a picture of W x H pixels."""
    return pygame.image.frombuffer(colors.tobytes(), (colors.shape[1], colors.shape[0]), "RGB").convert(32)


def gui_theme(scale: float) -> dict[str, Any]:
    """Returns the theme of the widgets of pygame_gui, in the same colors. scale: pixels a point."""
    button = {
        "colours": {
            "normal_bg": "#fffdf7", "hovered_bg": "#e9efd9", "active_bg": "#d5e2c0", "selected_bg": "#d5e2c0",
            "normal_border": "#d2c9b2", "hovered_border": "#5c8c4c", "active_border": "#5c8c4c",
            "normal_text": "#2c362e", "hovered_text": "#2c362e", "active_text": "#2c362e", "selected_text": "#2c362e",
            "selected_border": "#5c8c4c", "dark_bg": "#e8e2d1",
        },
        "font": {"name": "noto_sans", "size": str(round(13 * scale))},
        "misc": {"shape": "rounded_rectangle", "shape_corner_radius": "7", "border_width": "1", "shadow_width": "0"},
    }  # fmt: skip
    slider = {**button, "misc": {**button["misc"], "enable_arrow_buttons": "0", "sliding_button_width": "18"}}
    return {"button": button, "horizontal_slider": slider, "horizontal_slider.#sliding_button": button}
