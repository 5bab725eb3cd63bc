"""A scanner with a stack of invented papers in its feeder, for the demo hall and for training.

Each scan takes the next stack: a page, a crooked page, a blank back side. Pages are drawn, nothing
is read from anywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Event
from typing import Final

from PIL import Image, ImageDraw

from app.devices.scanners.errors import ScanCancelled
from app.devices.scanners.family import Scan
from app.devices.scanners.page_file import page_file
from app.domain.scan_page import ScanMode

_SECONDS: Final = 0.6  # a page
_STEPS: Final = 6


class PaperStack:
    def __init__(self) -> None:
        self._scans = 0

    def scan(
        self, order: Scan, keep: Callable[[bytes], None], coming: Callable[[int], None],
        cancelled: Event,
    ) -> None:  # fmt: skip
        self._scans += 1
        for number, tilt in enumerate((0.0, 2.4, None)[: order.most]):
            page = _paper(order.dpi, self._scans * 10 + number, tilt)
            for step in range(_STEPS):
                coming(100 * step // _STEPS)
                if cancelled.wait(_SECONDS / _STEPS):
                    raise ScanCancelled
            keep(page_file(page if order.mode is ScanMode.COLOUR else page.convert("L"), order.dpi))

    def probe(self, cancelled: Event) -> None:
        """It is always there."""


def _paper(dpi: int, seed: int, tilt: float | None) -> Image.Image:
    """Lines like print, a table and a stamp; ``tilt`` None for a blank side."""
    chance = random.Random(seed)
    width, height = round(8.27 * dpi), round(11.69 * dpi)
    page = Image.new("RGB", (width, height), (250, 249, 246))
    if tilt is None:
        return page
    draw = ImageDraw.Draw(page)
    unit = dpi / 100
    draw.rectangle((250 * unit, 90 * unit, 570 * unit, 122 * unit), fill=(40, 40, 48))
    for line in range(22):
        top, left = (170 + 28 * line) * unit, 90 * unit
        while left < (740 - chance.randrange(160 if line % 6 == 5 else 30)) * unit:
            side = chance.uniform(9, 12) * unit
            draw.rectangle((left, top, left + side, top + 12 * unit), outline=(45, 45, 55), width=2)
            draw.line((left, top + 6 * unit, left + side, top + 6 * unit), (45, 45, 55), 2)
            left += side + 4 * unit
    draw.rectangle((90 * unit, 810 * unit, 740 * unit, 1010 * unit), outline=(60, 60, 60), width=2)
    for row in range(1, 5):
        at = (810 + 40 * row) * unit
        draw.line((90 * unit, at, 740 * unit, at), (60, 60, 60), 2)
    draw.ellipse((560 * unit, 930 * unit, 710 * unit, 1080 * unit), outline=(200, 40, 40), width=7)
    return page.rotate(-tilt, Image.Resampling.BICUBIC, fillcolor=(250, 249, 246)) if tilt else page
