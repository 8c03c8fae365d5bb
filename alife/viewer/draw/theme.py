"""Colours, fonts and text of the window: a naturalist's notebook beside a meadow."""

from __future__ import annotations

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
SKY: Color = (66, 116, 160)
BACKDROP: Color = (234, 228, 212)
CAUSES: tuple[Color, ...] = (CLAY, GOLD, SKY, (132, 104, 160), GREEN, MUTED)

_FONTS = files("pygame_gui") / "data"


@cache
def font(size: int, bold: bool = False) -> pygame.font.Font:
    """The window's typeface (Noto Sans, which comes with pygame_gui). size: pixels."""
    name = "NotoSans-Bold.ttf" if bold else "NotoSans-Regular.ttf"
    return pygame.font.Font(str(_FONTS / name), size)


@lru_cache(maxsize=2048)
def rendered(text: str, size: int, color: Color, bold: bool) -> pygame.Surface:
    """A line of text as a picture; equal lines are rendered once."""
    return font(size, bold).render(text, True, color)


def write(
    target: pygame.Surface, at: tuple[int, int], text: str, size: int = 12, color: Color = INK, style: str = ""
) -> int:
    """Write one line and return its width.

    at: top left corner, pixels; style: words out of "bold", "right" (`at` is the top right corner), "centre".
    """
    picture = rendered(text, size, color, "bold" in style)
    width = picture.get_width()
    left = at[0] - (width if "right" in style else width // 2 if "centre" in style else 0)
    target.blit(picture, (left, at[1]))
    return width


def shorten(text: str, size: int, width: int) -> str:
    """`text`, cut with an ellipsis to fit `width` pixels."""
    if font(size).size(text)[0] <= width:
        return text
    while text and font(size).size(text + "…")[0] > width:
        text = text[:-1]
    return text.rstrip() + "…"


def number(value: float) -> str:
    """A number as people read it: 12,345, 3.21 M, 0.052."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f} M"
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}"


def diverging(values: np.ndarray) -> np.ndarray:
    """Colours of values from -1 (blue) over 0 (paper) to 1 (clay). values: any shape; returns [..., 3] uint8."""
    amount = np.clip(np.nan_to_num(values), -1.0, 1.0)[..., None]
    ends = np.where(amount < 0, np.array(SKY), np.array(CLAY))
    colors: np.ndarray = np.array((238, 233, 219)) * (1 - abs(amount)) + ends * abs(amount)
    return colors.astype(np.uint8)


def picture(colors: np.ndarray) -> pygame.Surface:
    """Colours as a picture of one pixel each. colors: [H, W, 3] uint8."""
    return pygame.image.frombuffer(colors.tobytes(), (colors.shape[1], colors.shape[0]), "RGB").convert(32)


def gui_theme() -> dict[str, Any]:
    """The same colours for pygame_gui's widgets."""
    button = {
        "colours": {
            "normal_bg": "#fffdf7", "hovered_bg": "#e9efd9", "active_bg": "#d5e2c0", "selected_bg": "#d5e2c0",
            "normal_border": "#d2c9b2", "hovered_border": "#5c8c4c", "active_border": "#5c8c4c",
            "normal_text": "#2c362e", "hovered_text": "#2c362e", "active_text": "#2c362e", "selected_text": "#2c362e",
            "selected_border": "#5c8c4c", "dark_bg": "#e8e2d1",
        },
        "font": {"name": "noto_sans", "size": "13"},
        "misc": {"shape": "rounded_rectangle", "shape_corner_radius": "7", "border_width": "1", "shadow_width": "0"},
    }  # fmt: skip
    slider = {**button, "misc": {**button["misc"], "enable_arrow_buttons": "0", "sliding_button_width": "18"}}
    return {"button": button, "horizontal_slider": slider, "horizontal_slider.#sliding_button": button}
