"""Show every case whose clock runs, most urgent first, and what a person should do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain import case as cases
from app.domain.case import CaseState
from app.domain.clocks import ClockReading, Light, Pause
from app.services.calendar import CalendarBook
from app.services.clock_desk import COLUMNS, RUNNING, STAYED, ClockDesk, KeptCase, kept_case
from app.services.clock_settings import ClockSettings

MOST_ROWS = 200
_MOST_STAYED = 1000
_STATES = (CaseState.RECEIVED, *sorted(cases.ACCEPTED_STATES))


class NextStep(StrEnum):
    """What a person should do about a case now."""

    DECIDE = "decide"  # received: accept, refuse or notify in time
    DECIDE_NOW = "decide_now"  # or it will count as accepted
    WILL_BE_DEEMED = "will_be_deemed"  # the limit has passed, the clock has not settled it yet
    CONFIRM = "confirm"  # deemed accepted: hand out the acceptance
    FINISH = "finish"
    URGE = "urge"
    LATE = "late"
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistRow:
    """``readings`` has the clock that counts first; ``lasting`` are the procedures of now."""

    case_id: str
    number: str
    applicant: str  # masked
    item: str
    item_name: str
    state: CaseState
    since: date
    printed_due: date
    readings: tuple[ClockReading, ...]
    light: Light
    step: NextStep
    lasting: tuple[Pause, ...] = ()
    was_paused: bool = False
    extension: int = 0
    list_found: bool = True  # else counted by the general limit of the law

    @property
    def clock(self) -> ClockReading:
        return self.readings[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistView:
    """``more``: there are cases that are less urgent. ``unpublished``: years that rows cross."""

    today: date
    rows: tuple[WorklistRow, ...]
    red: int
    yellow: int
    more: bool
    unpublished: tuple[int, ...] = ()
    settings: ClockSettings
    calendar_faults: tuple[str, ...] = ()


class Worklist(ClockDesk):
    """The clocks of this device's cases, to be seen and to be worked."""

    def view(self, most: int = MOST_ROWS) -> WorklistView:
        """The ``most`` urgent cases. Raises StoreError, BadCalendar, BadClockSettings."""
        today, book, settings = self.today(), self._calendar(), self._settings()
        plain: list[KeptCase] = []
        with self._store.read() as connection:
            for state in _STATES:
                plain += map(
                    kept_case,
                    connection.exec_driver_sql(
                        f"SELECT {COLUMNS} FROM cases WHERE state = ? AND {RUNNING} "  # noqa: S608 - constants
                        f"AND mine = 2 AND NOT {STAYED} ORDER BY due LIMIT ?",
                        (state.value, most + 1),
                    ),
                )
            stayed = [
                kept_case(row)
                for row in connection.exec_driver_sql(
                    f"SELECT {COLUMNS} FROM cases WHERE mine > 0 AND {STAYED} AND mine = 2 "  # noqa: S608 - constants
                    "ORDER BY due LIMIT ?",
                    (_MOST_STAYED,),
                )
            ]
        plain.sort(key=lambda kept: kept.due)
        # A day on paper can only be put off, so the first on paper hold the first of all.
        rows = [self._row(kept, today, book, settings) for kept in (*plain[: most + 1], *stayed)]
        rows.sort(key=_urgency)
        more = len(rows) > most or len(stayed) == _MOST_STAYED
        rows = rows[:most]
        return WorklistView(
            today=today, rows=tuple(rows), more=more,
            red=sum(row.light is Light.RED for row in rows),
            yellow=sum(row.light is Light.YELLOW for row in rows),
            unpublished=_unpublished(rows, book), settings=settings,
            calendar_faults=book.faults,
        )  # fmt: skip

    def _row(
        self, kept: KeptCase, today: date, book: CalendarBook, settings: ClockSettings
    ) -> WorklistRow:
        readings, found = self.readings(kept, today, book, settings)
        clock = readings[0]
        # A clock that stands cannot run out: it asks for nobody before it runs again.
        calm = clock.paused and not clock.overdue
        light = Light.GREEN if calm else max(reading.light for reading in readings)
        return WorklistRow(
            case_id=kept.id, number=kept.number, applicant=kept.applicant, item=kept.item,
            item_name=kept.item_name, state=kept.state, since=kept.since, printed_due=kept.due,
            readings=readings, light=light, step=_step(kept.state, clock, light),
            lasting=tuple(one for one in kept.pauses if one.end is None),
            was_paused=bool(kept.pauses), extension=kept.extension, list_found=found,
        )  # fmt: skip


def _urgency(row: WorklistRow) -> tuple[int, bool, date, str]:
    """Red before yellow before green, what stands behind what runs, then by the day."""
    first = min(reading.due for reading in row.readings)
    return -row.light, row.clock.paused, first, row.number


def _step(state: CaseState, clock: ClockReading, light: Light) -> NextStep:
    if state is CaseState.RECEIVED:
        if clock.overdue:
            return NextStep.WILL_BE_DEEMED
        return NextStep.DECIDE if light is Light.GREEN else NextStep.DECIDE_NOW
    if clock.overdue:
        return NextStep.LATE
    if clock.paused:
        return NextStep.RESUME
    if state is CaseState.DEEMED_ACCEPTED:
        return NextStep.CONFIRM
    return NextStep.FINISH if light is Light.GREEN else NextStep.URGE


def _unpublished(rows: list[WorklistRow], book: CalendarBook) -> tuple[int, ...]:
    years = {
        year
        for row in rows
        for reading in row.readings
        if reading.provisional
        for year in range(row.since.year, reading.due.year + 1)
    }
    return tuple(sorted(years - set(book.years)))
