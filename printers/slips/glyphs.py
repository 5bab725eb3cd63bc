"""Draw one character in its cell, as the slip's pictures and the preview both need it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CELL = 12  # dots of a half-width character (font A is 12 x 24); a han character takes two
HEIGHT = 24


def drawn_glyph(char: str, font: Path, wide: int, high: int, *, bold: bool) -> Image.Image:
    """Drawn at full height and pressed to the cell's width."""
    half = ord(char) < 0x80
    natural = max(round(high / (2 if half else 1)), 1)
    cell = Image.new("L", (natural, high), 255)
    stroke = max(high // 40, 1) if bold else 0
    ImageDraw.Draw(cell).text(
        (natural / 2, high * 0.5), char, fill=0, anchor="mm",
        font=_font(font, round(high * 0.92)),
        stroke_width=stroke // 2, stroke_fill=0,
    )  # fmt: skip
    return cell if natural == wide else cell.resize((wide, high))


@lru_cache(maxsize=32)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)
