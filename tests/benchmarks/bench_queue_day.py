"""Replay days of a real shape: every item at every window against a window for each department.

``python -m tests.benchmarks.bench_queue_day [--days N] [--chart FILE.svg]``

The same people with the same handling times, the product's own rules of calling. A third reading
lets every service at the windows for all take a tenth longer.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from app.domain.day_replay import Waits, replay
from app.domain.queue_policy import QueuePolicy
from tests.simulation.hall_day import (
    CLOSES,
    OPENS,
    HallDay,
    departments,
    invent_day,
    shifts_of,
    slower,
)

_TARGET = 15  # minutes
_STEP = 30  # minutes of the day that share a point of the chart
_WAYS = (
    "分部门窗口 by department",
    "无差别窗口，慢一成 any window, 10 % slower",
    "无差别窗口 any window",
)
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 400" font-family="sans-serif" '
    'font-size="13" fill="#344054"><rect width="760" height="400" fill="#fff"/>'
    '<text x="{left}" y="28" font-size="16" font-weight="bold">平均等候（分钟） Mean wait, '
    "minutes · {days} days</text>"
)
_COLOURS = ("#B42318", "#B54708", "#175CD3")


def play(seed: int) -> tuple[HallDay, dict[str, Waits]]:
    day = invent_day(Random(seed))
    shifts = shifts_of(day)
    found = (
        replay(day.visitors, shifts, departments(day), Random(seed)),
        replay(slower(day, 1.1).visitors, shifts, QueuePolicy(), Random(seed)),
        replay(day.visitors, shifts, QueuePolicy(), Random(seed)),
    )
    return day, dict(zip(_WAYS, found, strict=True))


def report(days: Sequence[tuple[HallDay, Mapping[str, Waits]]]) -> None:
    people = [len(day.visitors) for day, _ in days]
    windows = [len(day.windows) for day, _ in days]
    print(
        f"{len(days)} days of {min(people)}-{max(people)} people before "
        f"{min(windows)}-{max(windows)} windows; waits in minutes, the middle of the days "
        "(least-most)"
    )
    measures: dict[str, Callable[[Waits], float]] = {
        "mean": lambda waits: waits.mean,
        "half wait less than": lambda waits: waits.quantile(0.5),
        "nine of ten less than": lambda waits: waits.quantile(0.9),
        f"% over {_TARGET} min": lambda waits: 100 * waits.share_over(_TARGET),
    }
    for way in _WAYS:
        figures = []
        for name, measure in measures.items():
            seen = sorted(measure(waits[way]) for _, waits in days)
            figures.append(f"{name} {statistics.median(seen):.1f} ({seen[0]:.1f}-{seen[-1]:.1f})")
        print(f"     {way}: " + ", ".join(figures))


def by_time(days: Sequence[tuple[HallDay, Mapping[str, Waits]]], way: str) -> list[float]:
    """Mean wait of who came in each half hour, over all days."""
    steps = int((CLOSES - OPENS) // _STEP)
    found: list[list[float]] = [[] for _ in range(steps)]
    for day, waits in days:
        for place, minutes in waits[way].minutes.items():
            step = int((day.visitors[place].arrives - OPENS) // _STEP)
            found[min(step, steps - 1)].append(minutes)
    return [statistics.mean(some) if some else 0.0 for some in found]


def chart(days: Sequence[tuple[HallDay, Mapping[str, Waits]]]) -> str:
    """An SVG picture: lines of the mean wait over the day."""
    lines = [by_time(days, way) for way in _WAYS]
    top = max(10, 5 * (int(max(map(max, lines))) // 5 + 1))
    left, width, height, base = 56, 620, 240, 290

    def place(step: float, minutes: float) -> tuple[float, float]:
        return left + width * step / (len(lines[0]) - 1), base - height * minutes / top

    parts = [_HEAD.format(left=left, days=len(days))]
    for minutes in range(0, top + 1, 5):
        y = place(0, minutes)[1]
        parts.append(
            f'<path d="M{left} {y:.0f}H{left + width}" stroke="#EAECF0"/>'
            f'<text x="{left - 10}" y="{y + 4:.0f}" text-anchor="end">{minutes}</text>'
        )
    for hour in range(9, 17):
        x = place((hour * 60 - OPENS - _STEP / 2) / _STEP, 0)[0]
        parts.append(f'<text x="{x:.0f}" y="{base + 22}" text-anchor="middle">{hour}:00</text>')
    for number, (way, line, colour) in enumerate(zip(_WAYS, lines, _COLOURS, strict=True)):
        points = " ".join(
            "{:.1f},{:.1f}".format(*place(step, value)) for step, value in enumerate(line)
        )
        y = 334 + 22 * number
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
            f'<path d="M{left} {y}h28" stroke="{colour}" stroke-width="2.5"/>'
            f'<text x="{left + 38}" y="{y + 4}">{way}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--chart", type=Path)
    asked = parser.parse_args()
    days = [play(seed) for seed in range(asked.days)]
    report(days)
    if asked.chart:
        asked.chart.write_text(chart(days), encoding="utf-8")


if __name__ == "__main__":
    main()
