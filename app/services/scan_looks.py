"""Notice on a page what a clerk would: blank, blurred, dark, crooked, its edges, its barcodes."""

from __future__ import annotations

from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter

from app.domain.scan_page import MOST_TILT, Box, Flaw, Seen
from app.services.scan_imaging import Picture, ink, open_picture

_SMALL = 700  # pixels of the longer side in which print, tilt and edges are looked for
_SHARP = 1800  # in which sharpness is measured: near what a scan is kept at
_READ = 3500  # in which barcodes are read
_EDGE = 0.03  # of the page: shadows of the lid are no print
_BLANK = 0.0004  # of a page is printed, at least; a single line of print has thrice that
_SOFT = (
    0.24  # of the contrast is lost or won from one point to the next, at least once in sharp print
)
_GLOOM = 110  # the paper itself is darker
_TILT = 8.0  # degrees looked at to either side
_STRAIGHT = 0.25  # degrees that nobody sees
_MOST_CODES = 8
_MOST_TEXT = 4096  # a signed receipt of many lines has hundreds


def look_at(content: bytes) -> Seen:
    """Raises ScanRefused. Takes a few tenths of a second."""
    picture = open_picture(content, longest=_READ)
    grey = picture.convert("L")
    small = _within(grey, _SMALL)
    flaws = _flaws(grey, small)
    blank = Flaw.BLANK in flaws
    codes = () if blank else _codes(_within(grey, _READ))
    return Seen(
        looked=True, flaws=flaws, codes=codes, tilt=0.0 if blank else find_tilt(small),
        content=None if blank else find_content(small),
    )  # fmt: skip


def find_tilt(small: Picture) -> float:
    """Degrees clockwise that would lay the lines of print level; 0 where they are, or where
    there are none."""
    printed = ImageChops.invert(ink(_inner(small)))
    level = _level(printed, 0.0)
    coarse = max((step * 0.5 for step in range(-16, 17)), key=lambda by: _level(printed, by))
    fine = max((coarse + step * 0.1 for step in range(-4, 5)), key=lambda by: _level(printed, by))
    # Clearly better than as it lies, or pictures and forms would be turned at random.
    if abs(fine) < _STRAIGHT or abs(fine) > min(_TILT, MOST_TILT):
        return 0.0
    return round(fine, 1) if _level(printed, fine) > 1.15 * level else 0.0


def find_content(small: Picture) -> Box | None:
    """Where something differs from the edge of the picture (a card on the glass, a page on a
    desk), with a little room; None where that is nearly everything."""
    width, height = small.size
    ring = [*_line(small, 1), *_line(small, height - 2)]
    around = sorted(ring)[len(ring) // 2]
    plain = Image.new("L", small.size, around)
    differs = ImageChops.difference(small, plain).point([0] * 28 + [255] * 228)
    found = differs.filter(ImageFilter.MedianFilter(3)).getbbox()
    if found is None:
        return None
    left, top, right, bottom = found
    room = max(small.size) * 0.012
    box = Box(
        left=max(0.0, (left - room) / width), top=max(0.0, (top - room) / height),
        right=min(1.0, (right + room) / width), bottom=min(1.0, (bottom + room) / height),
    )  # fmt: skip
    whole = (box.right - box.left) * (box.bottom - box.top) > 0.92
    return box if box.sound() and not whole else None


def _flaws(grey: Picture, small: Picture) -> tuple[Flaw, ...]:
    found = []
    middle = _inner(small)
    printed = ink(middle).filter(ImageFilter.MedianFilter(3))
    if _share(printed) < _BLANK and _spread(middle) < 60:
        return (Flaw.BLANK,)
    if _at_share(middle, 0.9) < _GLOOM:
        found.append(Flaw.DARK)
    if _softness(_inner(_within(grey, _SHARP))) < _SOFT:
        found.append(Flaw.BLURRED)
    return tuple(found)


def _softness(grey: Picture) -> float:
    """The steepest steps between neighbours, as a part of the contrast."""
    contrast = max(1, _at_share(grey, 0.95) - _at_share(grey, 0.002))
    across = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0))
    down = ImageChops.difference(grey, ImageChops.offset(grey, 0, 1))
    steps = ImageChops.lighter(across, down).crop((2, 2, grey.width, grey.height))
    return _at_share(steps, 0.9985) / contrast


def _codes(grey: Picture) -> tuple[str, ...]:
    import zxingcpp

    texts = []
    for found in zxingcpp.read_barcodes(grey)[:_MOST_CODES]:
        text = str(found.text).strip()
        if 0 < len(text) <= _MOST_TEXT and text.isprintable() and text not in texts:
            texts.append(text)
    return tuple(texts)


def _within(grey: Picture, longest: int) -> Picture:
    if max(grey.size) <= longest:
        return grey
    small = grey.copy()
    small.thumbnail((longest, longest), Image.Resampling.BOX)
    return small


def _inner(grey: Picture) -> Picture:
    width, height = grey.size
    across, down = int(width * _EDGE), int(height * _EDGE)
    if width - 2 * across < 3 or height - 2 * down < 3:
        return grey
    return grey.crop((across, down, width - across, height - down))


def _level(printed: Picture, by: float) -> float:
    """High where whole rows are printed or not: the sum of squared steps from row to row."""
    turned = printed.rotate(-by, Image.Resampling.NEAREST, fillcolor=0)
    rows = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
    return float(sum((a - b) ** 2 for a, b in pairwise(rows)))


def _share(printed: Picture) -> float:
    histogram = printed.histogram()
    return histogram[0] / max(1, sum(histogram))


def _spread(grey: Picture) -> int:
    return _at_share(grey, 0.999) - _at_share(grey, 0.001)


def _at_share(grey: Picture, share: float) -> int:
    """The brightness below which this share of the points lies."""
    histogram = grey.histogram()
    left = share * sum(histogram)
    for value, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return value
    return 255


def _line(grey: Picture, row: int) -> bytes:
    row = max(0, min(row, grey.height - 1))
    return grey.crop((0, row, grey.width, row + 1)).tobytes()
