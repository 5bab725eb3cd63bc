"""Which parts of the board stand where: layouts as data, in shares of the screen. Pure.

A number is read from ten metres where its capitals are at least 41 mm high: a sixteenth of the
shorter side of a 55-inch screen. ``READABLE`` is that share; a test holds every layout to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

READABLE = 0.06  # of the screen's shorter side: height of the capitals of a called number
CAPITALS = 0.73  # of a font's size in pixels, in the fonts that the board uses


class Part(StrEnum):
    HEAD = "head"  # hall, date, clock
    NEWEST = "newest"  # 请 A012 号到 3 号窗口办理
    CALLS = "calls"
    LINES = "lines"
    WINDOWS = "windows"
    NOTICE = "notice"
    STRIP = "strip"  # one window's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Shares of the screen. ``rows`` and ``columns``: how many entries have room."""

    part: Part
    x: float = 0.0
    y: float
    width: float = 1.0
    height: float
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    id: str
    regions: tuple[Region, ...]


LAYOUTS = {
    one.id: one
    for one in (
        Layout(
            id="calls",
            regions=(
                Region(part=Part.HEAD, y=0, height=0.1),
                Region(part=Part.NEWEST, y=0.1, height=0.19),
                Region(part=Part.CALLS, y=0.29, width=0.5, height=0.61, rows=5),
                Region(part=Part.LINES, x=0.5, y=0.29, width=0.5, height=0.29, rows=3),
                Region(part=Part.WINDOWS, x=0.5, y=0.58, width=0.5, height=0.32, rows=3, columns=3),
                Region(part=Part.NOTICE, y=0.9, height=0.1),
            ),
        ),
        Layout(
            id="list",
            regions=(
                Region(part=Part.HEAD, y=0, height=0.1),
                Region(part=Part.NEWEST, y=0.1, height=0.2),
                Region(part=Part.CALLS, y=0.3, height=0.6, rows=5, columns=2),
                Region(part=Part.NOTICE, y=0.9, height=0.1),
            ),
        ),
        Layout(id="window", regions=(Region(part=Part.STRIP, y=0, height=1),)),
        Layout(
            id="portrait",
            regions=(
                Region(part=Part.HEAD, y=0, height=0.07),
                Region(part=Part.NEWEST, y=0.07, height=0.11),
                Region(part=Part.CALLS, y=0.18, height=0.44, rows=6),
                Region(part=Part.LINES, y=0.62, height=0.15, rows=3),
                Region(part=Part.WINDOWS, y=0.77, height=0.16, rows=3, columns=3),
                Region(part=Part.NOTICE, y=0.93, height=0.07),
            ),
        ),
    )
}

_FILL = 0.72  # of a row's height that the font takes


def number_pixels(region: Region, width: int, height: int) -> float:
    """Font of a called number in this region, on a screen of so many pixels."""
    if region.part is Part.NEWEST:
        return min(region.height * height * 0.5, region.width * width * 0.068)
    if region.part is Part.STRIP:
        return min(region.height * height * 0.34, region.width * width * 0.15)
    row = region.height * height / region.rows
    return min(row * _FILL, region.width * width / region.columns * 0.15)


def number_share(region: Region, width: int, height: int) -> float:
    """Height of its capitals, of the screen's shorter side."""
    return number_pixels(region, width, height) * CAPITALS / min(width, height)
