"""Let the clocks of cases do what they do: expire by themselves, pause, resume, be extended.

"Deemed accepted" (视为受理) happens by itself: ``settle`` turns expired notice clocks into facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.domain import case as cases
from app.domain import clocks
from app.domain.case import Case, CaseState
from app.domain.case_events import ClockPaused, ClockResumed, LimitExtended
from app.domain.catalogue import Limit
from app.domain.clock import Hlc, from_millis
from app.domain.clocks import (
    ClockName,
    ClockReading,
    ExtensionRefused,
    Pause,
    WrongPauseDay,
    read_clock,
)
from app.domain.deadline import NOTICE_LIMIT
from app.domain.errors import AppError, Blame, ItemNotFound, NotReady
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.services.calendar import CalendarBook
from app.services.catalogue import Catalogue
from app.services.clock_settings import ClockSettings
from app.services.sign_in import Session
from app.storage.case_table import pauses_of
from app.storage.errors import StoreError
from app.storage.store import Store, Unit

ACTOR = "clock"  # who settles: nobody at the window
COLUMNS = "id, number, applicant, item, item_name, version, state, since, due, pauses, extension"
# Word for word the terms of the migration's indexes, or SQLite cannot use them.
RUNNING = "mine > 0 AND (due > since OR state = 'deemed_accepted')"
STAYED = "(pauses <> '' OR extension > 0)"
_TAKEN_IN_HERE = (
    "EXISTS (SELECT 1 FROM journal j WHERE j.subject = 'case:' || cases.id "
    "AND substr(j.subject, 1, 5) = 'case:' AND j.kind = 'CaseReceived' AND j.device = ?)"
)
_MOST_CANDIDATES = 5000
_SET_BACK = timedelta(minutes=1)
_RECENT = 200
# A calendar that came later can move a notice limit forward by the weekend days it lets work.
_EARLIER = timedelta(days=10)


class ClockAhead(AppError):
    """The back office says that this machine's time is ahead: a limit might pass before its day."""

    code = "CLK-08"
    blame = Blame.MACHINE


class ClockSetBack(AppError):
    """The machine's time is earlier than the last thing on record: no limit can be told."""

    code = "CLK-07"
    blame = Blame.MACHINE


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCase:
    """A row of the table of cases."""

    id: str
    number: str
    applicant: str
    item: str
    item_name: str
    version: int
    state: CaseState
    since: date
    due: date
    pauses: tuple[Pause, ...] = ()
    extension: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Numbers of the cases that now count as accepted; ``more`` where the round was cut."""

    numbers: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()  # codes
    more: bool = False


class ClockDesk:
    """``calendar`` and ``settings`` are read anew each time: an import is seen at once."""

    def __init__(
        self,
        store: Store,
        catalogue: Callable[[], Catalogue],
        calendar: Callable[[], CalendarBook],
        settings: Callable[[], ClockSettings],
        ahead: Callable[[], int | None] = lambda: None,
    ) -> None:
        """``ahead`` is how many seconds this machine's time is ahead of the back office's, 0 where
        it is right, None while nobody says."""
        self._ahead = ahead
        self._store = store
        self._catalogue = catalogue
        self._calendar = calendar
        self._settings = settings

    # -- what happens by itself -----------------------------------------------------------------

    def settle(self, most: int = 20) -> Settled:
        """Record that received cases count as accepted where nothing was told in time.

        One transaction a case, ``most`` in one round, each exactly once also where two programs
        do it; a case that another window took in is settled there.
        Raises ClockAhead, ClockSetBack, and then nothing is done; StoreError.
        """
        self._check_clock()
        today, work = self.today(), self._calendar().work
        with self._store.read() as connection:
            candidates = connection.exec_driver_sql(
                f"SELECT id, number, since, item, version FROM cases WHERE state = ? "  # noqa: S608 - constants
                f"AND {RUNNING} AND due < ? AND {_TAKEN_IN_HERE} ORDER BY due LIMIT ?",
                (CaseState.RECEIVED.value, (today + _EARLIER).isoformat(), self._store.device,
                 _MOST_CANDIDATES),
            ).all()  # fmt: skip
        numbers: list[str] = []
        failed: list[str] = []
        for case_id, number, since, item, version in candidates:
            promised, _, _ = self._limits(item, version)
            received_on = date.fromisoformat(since)
            event = clocks.deemed_accepted(received_on, promised, today=today, work=work)
            if event is None:
                continue
            if len(numbers) == most:
                return Settled(numbers=tuple(numbers), failed=tuple(failed), more=True)
            try:
                if self._deem(case_id, event):
                    numbers.append(number)
            except StoreError:
                raise
            except AppError as error:  # one case that cannot be read must not hold up the others
                failed.append(error.code)
        return Settled(numbers=tuple(numbers), failed=tuple(failed))

    def _deem(self, case_id: str, event: Event) -> bool:
        with self._store.begin() as unit:
            case = unit.find_case(case_id)
            if case is None or case.state is not CaseState.RECEIVED:
                return False  # another program was here since the candidates were read
            cases.apply(case, case_id, event)
            unit.append(event, subject=f"case:{case_id}", actor=ACTOR)
        return True

    # -- what a clerk does ----------------------------------------------------------------------

    def pause(
        self,
        session: Session,
        case_id: str,
        procedure: str,
        reason: str,
        approver: str,
        on: date | None = None,
    ) -> Case:
        """From ``on`` (today) the days do not count.

        Raises UnknownProcedure, ReasonNeeded, ClockStands, CaseClosed, ClockSetBack, and
        WrongPauseDay for a day before the clock began, after its limit, or still to come.
        """
        chosen = self._settings().get_procedure(procedure)
        event = ClockPaused(
            code=chosen.code, name=chosen.name, reason=reason.strip()[:500],
            approver=approver.strip()[:60], on=on or self.today(),
        )  # fmt: skip

        def check(kept: KeptCase, readings: tuple[ClockReading, ...]) -> None:
            latest = min(self.today(), max(reading.due for reading in readings))
            if not kept.since <= event.on <= latest:
                raise WrongPauseDay(day=event.on.isoformat())

        return self._act(session, case_id, event, check)

    def resume(
        self, session: Session, case_id: str, procedure: str, on: date | None = None
    ) -> Case:
        """``on`` (today) counts again. Raises ClockStands, CaseClosed, ClockSetBack, and
        WrongPauseDay for a day before the pause began or still to come."""
        event = ClockResumed(code=procedure, on=on or self.today())

        def check(_kept: KeptCase, _readings: tuple[ClockReading, ...]) -> None:
            if event.on > self.today():
                raise WrongPauseDay(day=event.on.isoformat())

        return self._act(session, case_id, event, check)

    def extend(self, session: Session, case_id: str, days: int, reason: str, approver: str) -> Case:
        """Once, by at most ten working days (延长审批). Raises ExtensionRefused also where the
        limit has passed; ReasonNeeded, CaseClosed, ClockSetBack."""
        event = LimitExtended(
            days=days, reason=reason.strip()[:500], approver=approver.strip()[:60],
            on=self.today(),
        )  # fmt: skip

        def check(_kept: KeptCase, readings: tuple[ClockReading, ...]) -> None:
            if readings[0].overdue:
                raise ExtensionRefused(most=clocks.EXTENSION_LIMIT)

        return self._act(session, case_id, event, check)

    def _act(
        self,
        session: Session,
        case_id: str,
        event: Event,
        check: Callable[[KeptCase, tuple[ClockReading, ...]], None],
    ) -> Case:
        """The case decides first, then the day; a refusal leaves no trace."""
        self._check_clock()
        book, settings = self._calendar(), self._settings()
        self._catalogue()  # loaded before the transaction, not in it
        with self._store.begin() as unit:
            case = unit.find_case(case_id)
            kept = find_kept(unit, case_id)
            if case is None or kept is None:
                raise NotReady(need="case")
            after = cases.apply(case, case_id, event)
            readings, _ = self.readings(kept, self.today(), book, settings)
            check(kept, readings)
            unit.append(event, subject=f"case:{case_id}", actor=session.actor)
        return after

    # -- the day --------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._store.clock.now()

    def today(self) -> date:
        return self._now().astimezone(HALL_ZONE).date()

    def _check_clock(self) -> None:
        """Legal days come from the machine's time: it must not be behind what is on record. Where
        the back office says that it is right, what is on record was made by a wrong one."""
        ahead = self._ahead()
        if ahead is not None and ahead > 0:
            raise ClockAhead(minutes=ahead // 60)
        if ahead == 0:
            return
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT at, hlc FROM journal WHERE install = ? ORDER BY seq DESC LIMIT ?",
                (self._store.install, _RECENT),
            ).all()
            heard = connection.exec_driver_sql("SELECT heard FROM chain").scalar_one()
        if not rows:
            return
        latest = Hlc.parse(str(rows[0][1])).millis
        # Chain time remembers the latest time ever, but also follows a faster window's clock.
        if heard and Hlc.parse(str(heard)).millis >= latest:
            last = max(datetime.fromisoformat(str(row[0])) for row in rows)
        else:
            last = from_millis(latest)
        if last - self._now() > _SET_BACK:
            raise ClockSetBack(last=f"{last.astimezone(HALL_ZONE):%Y-%m-%d %H:%M}")

    # -- reading --------------------------------------------------------------------------------

    def readings(
        self, kept: KeptCase, today: date, book: CalendarBook, settings: ClockSettings
    ) -> tuple[tuple[ClockReading, ...], bool]:
        """The clocks of a case, the one that counts first; and whether its list is at hand."""
        found = True
        if kept.state is CaseState.RECEIVED:
            wanted = [(ClockName.NOTICE, NOTICE_LIMIT)]
        else:
            promised, statutory, found = self._limits(kept.item, kept.version)
            wanted = [(ClockName.PROMISE, promised), (ClockName.STATUTORY, statutory)]
        readings = tuple(
            read_clock(
                name, kept.since, limit, today=today, work=book.work,
                thresholds=settings.thresholds[name], pauses=kept.pauses,
                extension=kept.extension,
            )
            for name, limit in wanted
        )  # fmt: skip
        return readings, found

    def _limits(self, item_code: str, version: int) -> tuple[Limit, Limit, bool]:
        """(promised, statutory, whether the list is at hand)."""
        try:
            item = self._catalogue().get_version(item_code, version)
        except ItemNotFound:
            return clocks.GENERAL_LIMIT, clocks.GENERAL_LIMIT, False
        return item.promised_limit, item.statutory_limit, True


def find_kept(unit: Unit, case_id: str) -> KeptCase | None:
    row = unit.connection.exec_driver_sql(
        f"SELECT {COLUMNS} FROM cases WHERE id = ? AND since <> '' AND due <> ''",  # noqa: S608 - constants
        (case_id,),
    ).one_or_none()
    return kept_case(row) if row else None


def kept_case(row: tuple[Any, ...]) -> KeptCase:
    id_, number, applicant, item, item_name, version, state, since, due, pauses, extension = row
    return KeptCase(
        id=id_, number=number, applicant=applicant, item=item, item_name=item_name,
        version=version, state=CaseState(state), since=date.fromisoformat(since),
        due=date.fromisoformat(due), pauses=pauses_of(pauses), extension=extension,
    )  # fmt: skip
