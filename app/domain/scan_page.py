"""A page in the tray: what was scanned, how it is to be turned and cut, and what was noticed. Pure.

The scanned picture itself is never changed: what a clerk does to a page is written beside it, and
drawn when the page is shown or filed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

MOST_TILT = 15.0  # degrees; more is no crooked feed but a page laid wrongly
_LEAST_SIDE = 0.02  # of the page: a smaller piece is a slip of the mouse


class ScanMode(StrEnum):
    """彩色, 灰度, 黑白."""

    COLOUR = "colour"
    GREY = "grey"
    BLACK = "black"


class Flaw(StrEnum):
    """What a page looks like to the machine; a person decides."""

    BLANK = "blank"
    BLURRED = "blurred"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a page, each edge from 0 to 1 of its width and height."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def part(self, inner: Box) -> Box:
        """A part of this part, as a box of the page."""
        wide, high = self.right - self.left, self.bottom - self.top
        return Box(
            left=self.left + inner.left * wide, top=self.top + inner.top * high,
            right=self.left + inner.right * wide, bottom=self.top + inner.bottom * high,
        )  # fmt: skip

    def sound(self) -> bool:
        return (
            0 <= self.left < self.right <= 1
            and 0 <= self.top < self.bottom <= 1
            and self.right - self.left >= _LEAST_SIDE
            and self.bottom - self.top >= _LEAST_SIDE
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """In this order: ``turn`` (0, 90, 180, 270 degrees clockwise), ``tilt`` (degrees clockwise),
    ``crop`` of what came of it. ``mode`` is the clerk's, None where the material's rule decides."""

    turn: int = 0
    tilt: float = 0.0
    crop: Box | None = None
    mode: ScanMode | None = None

    def turned(self, by: int) -> Edits:
        """A turned page is straightened the same way; what was cut off stays cut off."""
        by %= 360
        crop = self.crop
        for _ in range(by // 90):
            crop = crop and Box(
                left=1 - crop.bottom, top=crop.left, right=1 - crop.top, bottom=crop.right
            )
        return replace(self, turn=(self.turn + by) % 360, crop=crop)

    def tilted(self, by: float) -> Edits:
        tilt = round(max(-MOST_TILT, min(MOST_TILT, self.tilt + by)), 2)
        return replace(self, tilt=tilt)

    def sound(self) -> bool:
        return (
            self.turn in {0, 90, 180, 270}
            and -MOST_TILT <= self.tilt <= MOST_TILT
            and (self.crop is None or self.crop.sound())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the machine found on a page. ``tilt`` would straighten it, ``content`` is where its
    paper or print is; ``codes`` are the texts of its barcodes. ``looked`` is unset until then.
    ``other_case`` is the case whose number a barcode states, where it is not the page's own;
    ``receipt`` GENUINE or why not (an error's code), where the page bears a signed receipt."""

    looked: bool = False
    flaws: tuple[Flaw, ...] = ()
    codes: tuple[str, ...] = ()
    tilt: float = 0.0
    content: Box | None = None
    other_case: str = ""
    receipt: str = ""


GENUINE = "genuine"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrayPage:
    """``case_id`` "" is nobody's yet; ``material`` "" is the one that is open. ``sha`` names the
    scanned picture in the store; width and height in pixels, ``dpi`` 0 where it is not known."""

    id: str
    case_id: str
    sha: str
    source: str
    taken_at: str
    width: int
    height: int
    dpi: int = 0
    material: str = ""
    edits: Edits = Edits()
    seen: Seen = Seen()


def moved(order: tuple[str, ...], page: str, to: int) -> tuple[str, ...]:
    """The same pages with this one at place ``to`` (from 0; beyond the end is the end)."""
    rest = tuple(each for each in order if each != page)
    if len(rest) == len(order):
        return order
    to = max(0, min(to, len(rest)))
    return (*rest[:to], page, *rest[to:])
