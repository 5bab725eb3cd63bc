"""A signature on the applicant's screen: what may count as one, and the ink it leaves. Pure.

Points are in shares of the field (0 to 1, from its upper left corner), so the same hand makes the
same picture whatever the screen. The field is as wide as four times its height.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.domain.errors import SignatureUnusable

WIDTH, HEIGHT = 960, 240  # of the picture, in pixels: 81 × 20 mm at 300 dpi
MOST_STROKES = 400
MOST_POINTS = 20_000
MOST_MILLISECONDS = 10 * 60 * 1000
MOST_IMAGE = 24 * 1024  # bytes of the picture on record
_LEAST_POINTS = 8
_LEAST_INK = 0.5  # of the field's height, the length of the line
_LEAST_SPAN = 0.12  # of the field's height, the wider side of what is written
_THIN, _BROAD = 2.2, 4.6  # radius of the ink, in pixels


class Pen(StrEnum):
    """What wrote it."""

    TOUCH = "touch"
    PEN = "pen"
    MOUSE = "mouse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """``at`` in milliseconds since the first of all; ``pressure`` 0 to 1, 0.5 where none is
    told."""

    x: float
    y: float
    at: int
    pressure: float = 0.5


Stroke = Sequence[Point]


def check_strokes(strokes: Sequence[Stroke]) -> int:
    """How long it was written, in milliseconds. Raises SignatureUnusable with ``why``: empty,
    short (a dot or a dash is nobody's name), long, broken (values no screen gives)."""
    points = [point for stroke in strokes for point in stroke]
    if not points:
        raise SignatureUnusable(why="empty")
    if len(strokes) > MOST_STROKES or len(points) > MOST_POINTS:
        raise SignatureUnusable(why="long")
    last = 0
    for point in points:
        values = (point.x, point.y, point.pressure)
        if not all(math.isfinite(value) and 0 <= value <= 1 for value in values):
            raise SignatureUnusable(why="broken")
        if not last <= point.at <= MOST_MILLISECONDS:
            raise SignatureUnusable(why="broken" if point.at < last else "long")
        last = point.at
    if len(points) < _LEAST_POINTS or _ink(strokes) < _LEAST_INK or _span(points) < _LEAST_SPAN:
        raise SignatureUnusable(why="short")
    return last


def _ink(strokes: Sequence[Stroke]) -> float:
    """The length of the line in heights of the field."""
    ratio = WIDTH / HEIGHT
    return sum(
        math.hypot((b.x - a.x) * ratio, b.y - a.y)
        for stroke in strokes
        for a, b in pairwise(stroke)
    )


def _span(points: Sequence[Point]) -> float:
    xs, ys = [point.x for point in points], [point.y for point in points]
    return max((max(xs) - min(xs)) * WIDTH / HEIGHT, max(ys) - min(ys))


Dot = tuple[float, float, float]  # x, y and radius in pixels


def dots(strokes: Iterable[Stroke]) -> Iterator[Dot]:
    """Round dots so close that they are a line, through every point and curved between them."""
    for stroke in strokes:
        pixels = [(point.x * WIDTH, point.y * HEIGHT, _radius(point)) for point in stroke]
        yield from pixels[:1]
        for at in range(1, len(pixels)):
            before = pixels[max(at - 2, 0)]
            after = pixels[min(at + 1, len(pixels) - 1)]
            yield from _curve(before, pixels[at - 1], pixels[at], after)


def _radius(point: Point) -> float:
    return _THIN + (_BROAD - _THIN) * point.pressure


def _curve(before: Dot, start: Dot, end: Dot, after: Dot) -> Iterator[Dot]:
    """From ``start``, which is there, to ``end`` (Catmull-Rom)."""
    steps = max(1, math.ceil(math.hypot(end[0] - start[0], end[1] - start[1])))
    for step in range(1, steps + 1):
        t = step / steps
        x, y = (
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t
                   + (3 * b - a - 3 * c + d) * t * t * t)
            for a, b, c, d in zip(before[:2], start[:2], end[:2], after[:2], strict=True)
        )  # fmt: skip
        yield x, y, start[2] + (end[2] - start[2]) * t
