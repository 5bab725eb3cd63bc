"""One window: the real store, journal, rounds, feed and shelf, and a program that may die.

Its lanes run as their workers run them, by the same pace. It may be killed whenever it touches its
database or waits for the line, and its disk is then found as a kill or a power cut leaves it. What
it had told its clerk was saved is remembered outside of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from app.storage.store import Saved
from tests.simulation.disk import copy_disk, cut_power
from tests.simulation.line import Line
from tests.simulation.program import FILE, Program
from tests.simulation.schedule import MachineClock, Schedule


class SimulatedWindow:
    """Runs from ``start``; when it died it is started again by itself."""

    def __init__(
        self, name: str, homes: Path, line: Line, schedule: Schedule, clock: MachineClock,
        chance: Random,
    ) -> None:  # fmt: skip
        """Its lives have their disks in ``homes``."""
        self.name = name
        self.line = line
        self.clock = clock
        self.risk = 0.0  # that it is killed at a touch of its database
        self.full = False
        self.saved: set[str] = set()  # ids of all facts whose saving returned
        self.lost: set[str] = set()  # of these, what was only on a disk that was set back
        self.restored = self.copied = False
        self._homes, self._lives = homes, 0
        self._schedule = schedule
        self._chance = chance
        self._program: Program | None = None

    @property
    def home(self) -> Path:
        return self._homes / str(self._lives)

    @property
    def up(self) -> bool:
        return self._program is not None

    @property
    def program(self) -> Program:
        assert self._program is not None, f"{self.name} does not run"
        return self._program

    def say(self, what: str) -> None:
        self._schedule.say(f"{self.name} {what}")

    # -- its life -----------------------------------------------------------------------------

    def start(self) -> None:
        if self._program is not None:
            return
        self.say("starts")
        with self.unharmed():
            program = Program(self, self.home, self._schedule, self._chance)
            program.store.subscribe(self._remember)
            program.fill_disk(full=self.full)
        self._program = program
        program.begin()

    def _remember(self, saved: Saved) -> None:
        self.saved |= {entry.id for entry, _ in saved}

    def die(self, *, power: bool) -> None:
        """At once; it is started again after a while."""
        if self._program is None:
            return
        self.say("lost its power" if power else "was killed")
        program, former = self._program, self.home
        self._lives += 1
        with self.unharmed():
            if power:
                cut_power(former, self.home, FILE, program.durable_frames(), self._chance)
            else:
                copy_disk(former, self.home)
        self._program = None
        program.end()
        shutil.rmtree(former)
        self._schedule.after(self._chance.uniform(0.2, 12.0), self.start)

    def stop(self) -> None:
        """As a person ends it."""
        if self._program is not None:
            program, self._program = self._program, None
            program.end()

    def copy_disk(self, to: Path) -> None:
        """While nothing runs."""
        self.stop()
        copy_disk(self.home, to)
        self.start()

    def restore_disk(self, image: Path) -> None:
        """What was saved since the image was made is lost, unless the back office has it."""
        self.say("was restored from an image")
        self.restored = True
        with self.unharmed():
            kept = self.program.acknowledged_ids()
        self.stop()
        shutil.rmtree(self.home)
        self._lives += 1
        copy_disk(image, self.home)
        self.start()
        with self.unharmed():
            self.lost |= self.saved - kept - self.program.all_ids()

    def fill_disk(self, *, full: bool) -> None:
        self.say(f"disk {'full' if full else 'has room'}")
        self.full = full
        if self._program is not None:
            with self.unharmed():
                self._program.fill_disk(full=full)

    def calm(self) -> None:
        """Nothing kills it any more, and its disk has room."""
        self.risk = 0.0
        self.fill_disk(full=False)

    @contextmanager
    def unharmed(self) -> Iterator[None]:
        """Looked at from outside: the look does not kill it."""
        risk, self.risk = self.risk, 0.0
        try:
            yield
        finally:
            self.risk = risk

    def do(self, act: Callable[[Program], None]) -> None:
        """What a person does there, if the program runs, and outlives it."""
        if self._program is not None:
            program = self._program
            program.survive(lambda: act(program))
