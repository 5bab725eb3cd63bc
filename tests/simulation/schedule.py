"""Simulated time: who acts when, in one thread, decided by nothing but the seed."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.sync.hall import START

_DEEPEST = 12  # acts that wait within each other

Act = Callable[[], None]


class Schedule:
    """Acts by their time; of two at one time the earlier planned is first. ``trace`` tells what
    happened; the same seed tells the same."""

    def __init__(self) -> None:
        self.at = 0.0  # seconds since START
        self.trace: list[str] = []
        self._planned: list[tuple[float, int, Act]] = []
        self._count = 0
        self._within = 0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.at)

    def after(self, seconds: float, act: Act) -> None:
        self._count += 1
        heapq.heappush(self._planned, (self.at + seconds, self._count, act))

    def run(self, seconds: float) -> None:
        """Let so much time pass. Also from within an act, which then waits: all others go on."""
        until = self.at + seconds
        self._within += 1
        # Whoever waits within so many others' waits finds them late, as on a busy day.
        try:
            while self._within <= _DEEPEST and self._planned and self._planned[0][0] <= until:
                at, _, act = heapq.heappop(self._planned)
                self.at = max(self.at, at)
                act()
        finally:
            self._within -= 1
        self.at = max(self.at, until)

    def say(self, what: str) -> None:
        self.trace.append(f"{self.at:9.3f} {what}")


class MachineClock:
    """The clock of one machine: ahead or behind, as people and batteries leave it."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self.off = timedelta()

    def now(self) -> datetime:
        return self._schedule.now() + self.off
