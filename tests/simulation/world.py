"""Play a hall from a seed: clerks, departments, bad lines, deaths, wrong clocks, full disks, old
programs, withdrawn and copied devices; then let the trouble end, and see whether all settles."""

from __future__ import annotations

import random
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from app.domain.case import CaseState, fold
from app.domain.case_events import (
    CaseDispatched,
    CaseFinished,
    CaseLeft,
    CasePutBack,
    CaseReviewed,
    SupplementAsked,
)
from app.domain.errors import AppError
from app.storage.errors import StoreError
from sync.backoffice.cases import events_about
from sync.client.feed import PullKind
from sync.client.round import TurnKind
from tests.simulation.office import SimulatedOffice
from tests.simulation.window import Dead, SimulatedWindow
from tests.sync.clerk import Clerk
from tests.sync.coming_back import wanting
from tests.sync.hall import START

NAMES = ("W01", "W02", "W03")
STEPS = 100
TROUBLES = ("copies", "disks", "withdrawals")
_SETTLES = 40  # rounds of all windows; more never settle
_LATER_KINDS = ("MaterialReceived", "CaseResumed", "NoticeIssued", "ResultHanded")


class Stuck(AssertionError):
    """The trouble has ended, and something still waits."""


class WorldClock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=7)
        return self.at


class WindowClock:
    """Ahead or behind, and now and then set anew."""

    def __init__(self, world: WorldClock, chance: random.Random) -> None:
        self._world, self._chance = world, chance
        self.off = timedelta()

    def set_anew(self) -> None:
        days = self._chance.choice([0, 0, 0, -400, -1, 1, 400])
        self.off = timedelta(days=days, seconds=self._chance.randrange(-300, 300))

    def now(self) -> datetime:
        return self._world.now() + self.off


class World:
    """One hall. ``trace`` tells what happened, in order; the same seed tells the same."""

    def __init__(
        self, folder: Path, template: Path, seed: int, *, sure: Collection[str] = ()
    ) -> None:
        """``sure`` of TROUBLES happen; of the others the seed says whether."""
        shutil.copytree(template, folder)
        self.folder, self.seed = folder, seed
        self.chance = chance = random.Random(seed)
        self.trace: list[str] = []
        self.clock = WorldClock()
        older = chance.random() < 0.2
        unknown = frozenset({chance.choice(_LATER_KINDS)} if older else ())
        self.office = SimulatedOffice(folder / "office", self.clock.now, chance, unknown)
        self.office.on_restart = self._check_told
        self.broken: list[str] = []  # promises, as they were seen to be
        self.clerks: list[Clerk[SimulatedWindow]] = []
        self.clocks: list[WindowClock] = []
        for name in NAMES:
            self._sit_down(name, folder / name)
        self.restored: set[str] = set()  # windows whose disk was set back
        self._images: list[tuple[int, Path]] = []
        self._scans = 0
        # What may happen in this hall, so that one without this or that is played, too.
        self._may = frozenset(one for one in TROUBLES if chance.random() < 0.25 or one in sure)

    def _check_told(self) -> None:
        """What a window was told to be kept is there after the power went."""
        there = {
            (row[0], row[1]): row[2]
            for row in self.office.rows("SELECT device, install, acknowledged FROM chains")
        }
        for window in self.windows:
            told = window.outbox.acknowledged()
            kept = there.get((window.store.device, window.store.install), 0)
            if told > kept:
                self.broken.append(f"{window.name} was told {told}, and {kept} are there")

    @property
    def windows(self) -> list[SimulatedWindow]:
        return [clerk.window for clerk in self.clerks]

    def _sit_down(self, name: str, home: Path) -> None:
        clock = WindowClock(self.clock, self.chance)
        window = SimulatedWindow(home, name, self.office, clock, self.chance, self.trace.append)
        self.clerks.append(Clerk(window, clock))  # type: ignore[arg-type]  # it only sets it anew
        self.clocks.append(clock)

    def close(self) -> None:
        for window in self.windows:
            window.close()
        self.office.close()

    # -- trouble ------------------------------------------------------------------------------

    def play(self) -> None:
        for window in self.windows:
            window.push()  # the morning: numbers are there
            window.endanger()
        for step in range(STEPS):
            place = self.chance.randrange(len(self.clerks))
            window = self.windows[place]
            try:
                self._step(step, place)
            except Dead:
                window.lose_power()
            except StoreError as error:  # told to the clerk; nothing of the act is saved
                self.trace.append(f"{window.name} {error.code}")

    def _step(self, step: int, place: int) -> None:
        chance, clerk, window = self.chance, self.clerks[place], self.windows[place]
        what = chance.random()
        if what < 0.30:
            clerk.act(chance)
        elif what < 0.36:
            self._scan(window)
        elif what < 0.58:
            window.push()
        elif what < 0.72:
            window.pull(chance.choice([1, 50]))
        elif what < 0.79:
            window.upload()
        elif what < 0.84:
            self._department()
        elif what < 0.87:
            self.clocks[place].set_anew()
        elif what < 0.90:
            window.line.up = not window.line.up
        elif what < 0.92:
            window.lose_power()
        elif what < 0.94:
            self.office.lose_power()
        elif what < 0.98:
            self._disaster(place)
        elif self.office.unknown and step > STEPS // 2:
            self.office.upgrade()

    def _scan(self, window: SimulatedWindow) -> None:
        self._scans += 1
        size = self.chance.choice([900, 40_000, 300_000, 300_000, 1_200_000])
        content = b"\xff\xd8\xff\xe0" + self.chance.randbytes(size)
        window.scan(f"scanned-{self._scans}", content, "image/jpeg")

    def _disaster(self, place: int) -> None:
        chance, window = self.chance, self.windows[place]
        if "disks" in self._may and chance.random() < 0.5:
            (self.office if chance.random() < 0.5 else window).fill_disk(full=chance.random() < 0.7)
        elif "withdrawals" in self._may and chance.random() < 0.5:
            self.trace.append(f"{window.name} was withdrawn")
            self.office.revoke(window.store.device)
        elif "copies" in self._may and len(self.clerks) == len(NAMES):
            if not self._images:
                image = self.folder / "image"
                window.copy_disk(image)
                self._images.append((place, image))
            else:
                self._use_image(*self._images.pop())

    def _use_image(self, place: int, image: Path) -> None:
        if self.chance.random() < 0.5:
            self.windows[place].restore_disk(image)
            self.restored.add(self.windows[place].name)
        else:
            self.trace.append(f"{self.windows[place].name} was copied")
            self._sit_down("W09", image)
            self.windows[-1].endanger()

    def _department(self) -> None:
        """Reviewers, and a supervisor who frees the case of a window that does not answer."""
        known = [str(row[0]) for row in self.office.rows("SELECT id FROM cases ORDER BY id")]
        if not known:
            return
        case_id = self.chance.choice(known)
        subject = f"case:{case_id}"
        with self.office.beside() as reader:
            case = fold(case_id, (event for event, _ in events_about(reader, subject)))
        if case is None:
            return
        with suppress(AppError):  # refused: parked facts, or a window was quicker
            if case.state is CaseState.OPEN:
                waits = case.resumed in {None, CaseState.LEFT}
                freed = CaseLeft(reason="设备故障", freed_by="9001")
                self.office.record(freed if waits else CasePutBack(), subject)
            elif case.state is CaseState.ACCEPTED and case.review is None:
                self.office.record(CaseDispatched(department="示例局", reviewer="2001"), subject)
                if self.chance.random() < 0.4:
                    lines = (wanting("M7"),)
                    self.office.record(SupplementAsked(lines=lines, reviewer="2001"), subject)
                    return
                good = CaseReviewed(granted=True, opinion="同意", reviewer="2001")
                self.office.record(good, subject)
                done = CaseFinished(name="许可证", number="X1", reviewer="2001")
                self.office.record(done, subject)

    # -- and its end ----------------------------------------------------------------------------

    def settle(self) -> None:
        """Lines stand, disks have room, programs are new, and people do what the screens ask for.
        Raises Stuck."""
        if self.office.unknown:
            self.office.upgrade()
        self.office.fill_disk(full=False)
        for window in self.windows:
            window.calm()
        quiet = 0
        for _ in range(_SETTLES):
            # Twice around: what one heard last may give it something to send.
            done = [self._settled(window) for window in self.windows]
            quiet = quiet + 1 if all(done) else 0
            if quiet == 2:
                return
        raise Stuck(f"seed {self.seed}: never settles\n" + "\n".join(self.trace[-40:]))

    def _settled(self, window: SimulatedWindow) -> bool:
        turn = window.push()
        if turn.kind is TurnKind.BLOCKED:  # the screen says so and why: enrol this device anew
            window.enrol(self.office.code_for(window.name))
            return False
        sent = window.upload()
        heard = window.pull()
        return (turn.kind, sent.kind, heard.kind) == (
            TurnKind.QUIET, TurnKind.QUIET, PullKind.QUIET
        )  # fmt: skip


def make_template(folder: Path) -> Path:
    """A hall on its first morning: every window enrolled. Copied for each seed."""
    clock, chance = WorldClock(), random.Random(0)
    folder.mkdir(parents=True)
    office = SimulatedOffice(folder / "office", clock.now, chance)
    for name in NAMES:
        window = SimulatedWindow(folder / name, name, office, clock, chance, lambda _: None)
        window.line.calm = True
        window.enrol(office.code_for(name))
        window.close()
    office.close()
    return folder


@contextmanager
def played(
    folder: Path, template: Path, seed: int, *, sure: Collection[str] = ()
) -> Iterator[World]:
    """A world whose trouble has ended and that has settled. Raises Stuck."""
    world = World(folder, template, seed, sure=sure)
    try:
        world.play()
        world.settle()
        yield world
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
