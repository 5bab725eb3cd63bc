"""Play a hall from a seed: clerks, departments, bad lines, deaths, wrong clocks, full disks, old
programs, withdrawn and copied devices; then let the trouble end, and see whether all settles."""

from __future__ import annotations

import random
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from app.domain import case as cases
from app.domain.case import Case, CaseState
from app.domain.case_events import (
    CaseDispatched,
    CaseFinished,
    CaseLeft,
    CasePutBack,
    CaseReviewed,
    SupplementAsked,
)
from app.domain.errors import AppError
from app.domain.events import ClerkSignedIn
from sync import errors
from sync.backoffice.cases import events_about
from sync.backoffice.queue.rows import TODAY, hall_day, read_rows
from sync.client.round import TurnKind
from sync.errors import Unreachable
from sync.feed import Cursor
from tests.simulation.clerk import CounterClerk
from tests.simulation.disk import copy_disk
from tests.simulation.line import FAIR, Line, Weather
from tests.simulation.line_people import KioskPeople, Supervisor
from tests.simulation.office import OfficeDisk, SimulatedOffice
from tests.simulation.program import LANES, Program
from tests.simulation.schedule import Act, MachineClock, Schedule
from tests.simulation.window import SimulatedWindow
from tests.sync.coming_back import wanting

NAMES = ("W01", "W02", "W03")
KIOSK, DESK = "K1", "S1"  # where numbers are taken, and where the supervisor sits
TROUBLES = ("copies", "disks", "withdrawals", "clocks", "scans")
TROUBLE_SECONDS = (10.0, 40.0)
PATIENCE_SECONDS = 300.0  # after the trouble: more never settles

_STEP_SECONDS = 5.0
_STEPS = int(PATIENCE_SECONDS / _STEP_SECONDS)
_LATER_KINDS = ("MaterialReceived", "CaseResumed", "NoticeIssued", "ResultHanded", "ResultReturned")


class Stuck(AssertionError):
    """The trouble has ended, and something still waits."""


class World:
    """One hall."""

    def __init__(
        self, folder: Path, template: Path, seed: int, *, sure: Collection[str] = (),
        disk: type[OfficeDisk] = OfficeDisk,
    ) -> None:  # fmt: skip
        """``sure`` of TROUBLES happen; of the others the seed says whether."""
        copy_disk(template, folder)
        self.folder, self.seed = folder, seed
        self.schedule = Schedule()
        self.chance = chance = random.Random(seed)
        self._boss = Supervisor(chance, list(NAMES[:2]))
        older = chance.random() < 0.2
        self.office = SimulatedOffice(
            folder / "office", self.schedule, chance, disk=disk,
            unknown=frozenset({chance.choice(_LATER_KINDS)} if older else ()),
        )  # fmt: skip
        self.office.on_start = self._check_told
        self.broken: list[str] = []  # promises, as they were seen to be
        self.windows: list[SimulatedWindow] = []
        self.expelled: SimulatedWindow | None = None  # withdrawn, and never let in again
        self._images: list[tuple[SimulatedWindow, Path]] = []
        self._scans = 0
        self._over = False
        self._steps = 0  # since the trouble ended
        # What may happen in this hall, so that one without this or that is played, too.
        self._lasts = chance.uniform(*TROUBLE_SECONDS)
        self._may = frozenset(one for one in TROUBLES if chance.random() < 0.3 or one in sure)
        self.office.start()
        self._places = chance.choice([2, 3])
        self._seats = list(NAMES[: self._places])
        for name in (*self._seats, KIOSK, DESK):
            self._sit_down(name, folder / name)

    @property
    def staying(self) -> list[SimulatedWindow]:
        return [window for window in self.windows if window is not self.expelled]

    @property
    def trace(self) -> list[str]:
        return self.schedule.trace

    def _check_told(self) -> None:
        """What a window was told to be kept is there after the power went."""
        there = {
            (row[0], row[1]): row[2]
            for row in self.office.rows("SELECT device, install, acknowledged FROM chains")
        }
        for window in self.windows:
            if window.up:
                with window.unharmed():
                    told = window.program.outbox.acknowledged()
                    chain = window.program.store.identity()
                if told > there.get(chain, 0):
                    self.broken.append(
                        f"{window.name} was told {told}, and {there.get(chain, 0)} are there"
                    )

    def _sit_down(self, name: str, homes: Path) -> None:
        clock = MachineClock(self.schedule)
        line = Line(name, self.office, self.schedule, clock, self.chance)
        window = SimulatedWindow(name, homes, line, self.schedule, clock, self.chance)
        self.windows.append(window)
        window.start()
        line.weather = Weather.drawn(self.chance)
        window.risk = self.chance.choice([0.0, 0.001, 0.003])
        if name == KIOSK:
            people = KioskPeople(self.chance)
            self._again(0.5, 5.0, lambda: window.do(people.act))
        elif name == DESK:
            self._again(1.0, 8.0, lambda: window.do(self._supervise))
        else:
            clerk = CounterClerk(name, self.chance, self._seats)
            self._again(0.3, 4.0, lambda: window.do(clerk.act))

    def _supervise(self, program: Program) -> None:
        """By what the back office shows; where it does not answer, by nothing."""
        shown = []
        if self.office.up:
            with self.office.disk.read() as reader:
                shown = read_rows(reader, TODAY, (hall_day(self.schedule.now()),))
        self._boss.act(program, shown)

    def close(self) -> None:
        for window in self.windows:
            window.stop()
        self.office.close()

    # -- trouble ------------------------------------------------------------------------------

    def play(self) -> None:
        self._again(1.0, 6.0, self._trouble)
        self._again(1.0, 8.0, self._department)
        if "scans" in self._may:
            self._again(2.0, 15.0, self._scan)
        self.schedule.run(self._lasts)

    def _again(self, least: float, most: float, act: Act) -> None:
        """Now and then, until the trouble is over."""

        def go_on() -> None:
            if not self._over:
                act()
                self._again(least, most, act)

        self.schedule.after(self.chance.uniform(least, most), go_on)

    def _trouble(self) -> None:
        chance = self.chance
        window = chance.choice(self.windows)
        what = chance.random()
        if what < 0.15:
            window.line.up = not window.line.up
            window.say(f"line {'up' if window.line.up else 'down'}")
        elif what < 0.25:
            window.line.weather = Weather.drawn(chance)
        elif what < 0.40:
            window.die(power=chance.random() < 0.5)
        elif what < 0.47:
            self.office.die(power=chance.random() < 0.5)
        elif what < 0.62 and "clocks" in self._may:
            days = chance.choice([0, 0, -400, -1, 1, 400])
            window.clock.off = timedelta(days=days, seconds=chance.randrange(-300, 300))
            window.say(f"clock {window.clock.off}")
        elif what < 0.72 and "disks" in self._may:
            (self.office if chance.random() < 0.5 else window).fill_disk(full=chance.random() < 0.6)
        elif what < 0.78 and "withdrawals" in self._may and self.office.up:
            self.schedule.say(f"{window.name} was withdrawn")
            self.office.revoke(window.name)
        elif what < 0.90 and "copies" in self._may and window.name in NAMES:
            self._copy(window)
        elif what < 0.95 and self.office.unknown and self.schedule.at > self._lasts / 2:
            self.schedule.say("office upgraded")
            self.office.upgrade()

    def _scan(self) -> None:
        window = self.chance.choice([one for one in self.windows if one.name in NAMES])
        self._scans += 1
        size = self.chance.choice([900, 40_000, 300_000, 300_000, 1_200_000])
        content = b"\xff\xd8\xff\xe0" + self.chance.randbytes(size)
        window.do(lambda program: program.scan(f"scanned-{self._scans}", content, "image/jpeg"))

    def _copy(self, window: SimulatedWindow) -> None:
        if not window.up or any(one.name == "W09" for one in self.windows):
            return
        if not self._images:
            image = self.folder / f"image{self.schedule.at}"
            window.copy_disk(image)
            self._images.append((window, image))
            return
        window, image = self._images.pop()
        if not window.up:
            self._images.append((window, image))
        elif self.chance.random() < 0.5:
            window.restore_disk(image)
        else:
            window.say("was copied")
            window.copied = True
            copy_disk(image, self.folder / "W09" / "0")
            self._sit_down("W09", self.folder / "W09")

    def _department(self) -> None:
        """Reviewers, and a supervisor who frees the case of a window that does not answer."""
        if not self.office.up:
            return
        known = [str(row[0]) for row in self.office.rows("SELECT id FROM cases ORDER BY id")]
        case = self.fold(self.chance.choice(known)) if known else None
        if case is None:
            return
        subject = f"case:{case.id}"
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

    def fold(self, case_id: str) -> Case | None:
        with self.office.disk.read() as reader:
            past = events_about(reader, f"case:{case_id}")
        return cases.fold(case_id, (event for event, _ in past))

    # -- and its end ----------------------------------------------------------------------------

    def settle(self) -> None:
        """Lines stand, disks have room, programs are new, and people do what the screens ask for.
        Raises Stuck."""
        self.schedule.say("the trouble is over")
        self._over = True
        if "withdrawals" in self._may and self.chance.random() < 0.5:
            self.expelled = self.chance.choice(self.windows)
        if self.office.unknown:
            self.office.upgrade()
        self.office.fill_disk(full=False)
        for window in self.windows:
            window.calm()
            if window.name == DESK:
                window.do(self._boss.calm)
            window.line.weather, window.line.up = FAIR, True
        signed_in: set[str] = set()
        for self._steps in range(_STEPS):
            self.schedule.run(_STEP_SECONDS)
            if self.expelled and self.office.up and not self.office.is_revoked(self.expelled.name):
                self.schedule.say(f"{self.expelled.name} was expelled")
                self.office.revoke(self.expelled.name)
            for window in self.windows:
                self._attend(window, signed_in)
            if len(signed_in) == len(self.windows) and self._settled():
                return
        raise Stuck(f"seed {self.seed}: never settles\n" + "\n".join(self.trace[-40:]))

    def _attend(self, window: SimulatedWindow, signed_in: set[str]) -> None:
        """Somebody signs in, and does what the screen asks for."""
        if not window.up:
            return
        if window.name not in signed_in:
            signed_in.add(window.name)
            signed = ClerkSignedIn(clerk="1001", window=window.name)
            window.do(lambda program: program.save("session", signed))
        blocked = window.program.last["push"].kind is TurnKind.BLOCKED
        if blocked and self.office.up and window is not self.expelled:
            with suppress(Unreachable):
                code = self.office.code_for(window.name)
                window.say("is enrolled anew")
                window.do(lambda program: program.enrol(code))

    def _settled(self) -> bool:
        if not self.office.up or not all(window.up for window in self.windows):
            return False
        end = self.office.rows("SELECT coalesce(max(arrival), 0) FROM entries")[0][0]
        if self.expelled and not _is_kept_apart(self.expelled.program):
            return False
        # What a request that came in late was given, its asker has yet to hear.
        unheard = self.office.rows(
            "SELECT t.id FROM tickets t JOIN chains c ON c.device = t.device"
            " AND c.install = t.install WHERE t.confirmed = 0 AND t.state = 'waiting'"
            " AND c.set_aside = '' AND t.device IN"
            " (SELECT device FROM devices WHERE revoked_at = '')"
        )
        if unheard and self._steps < _STEPS // 2:
            return False
        return all(_rests(window.program, end) for window in self.staying) and not any(
            window.line.under_way for window in self.windows
        )


def _rests(program: Program, end: int) -> bool:
    cursor = Cursor.parse(program.inbox.cursor())
    quiet = all(program.last[lane].kind is TurnKind.QUIET for lane in LANES)
    heard = cursor is not None and cursor.place >= end
    return quiet and heard and not program.outbox.counts()[0] and not program.scans_wait()


def _is_kept_apart(program: Program) -> bool:
    waiting, told = program.outbox.counts()[0], program.outbox.acknowledged()
    blocked = program.last["push"].code in {errors.Quarantined.code, errors.Revoked.code}
    return blocked and program.rounds.quarantined(told) == waiting


def make_template(folder: Path) -> Path:
    """A hall on its first morning: every window enrolled. Copied for each seed."""
    schedule, chance = Schedule(), random.Random(0)
    office = SimulatedOffice(folder / "office", schedule, chance)
    office.start()
    for name in (*NAMES, KIOSK, DESK):
        clock = MachineClock(schedule)
        line = Line(name, office, schedule, clock, chance)
        window = SimulatedWindow(name, folder / name, line, schedule, clock, chance)
        window.start()
        window.program.enrol(office.code_for(name))
        window.stop()
    office.close()
    return folder


@contextmanager
def played(
    folder: Path, template: Path, seed: int, *, sure: Collection[str] = (),
    disk: type[OfficeDisk] = OfficeDisk,
) -> Iterator[World]:  # fmt: skip
    """A world whose trouble has ended and that has settled. Raises Stuck."""
    world = World(folder, template, seed, sure=sure, disk=disk)
    try:
        world.play()
        world.settle()
        yield world
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
