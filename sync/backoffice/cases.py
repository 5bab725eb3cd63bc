"""Fold case events in their order of arrival, and keep the cases' table for the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from string import Formatter

from app.domain import case as cases
from app.domain.case import Case, CaseState
from app.domain.case_events import ConflictRecorded, DemandRefused, Numbered
from app.domain.clock import Hlc, to_millis
from app.domain.errors import BadEntry, CaseClosed
from app.domain.event import Event
from app.domain.events import CaseNumbersLeased
from app.domain.hall import Hall
from app.domain.journal import Entry, decode_event
from app.domain.masking import mask_name
from sync.backoffice.database import Transaction
from sync.errors import CaseElsewhere, NumberNotLeased, NumberUsed
from sync.feed import OFFICE
from sync.people import tidy
from sync.wire import is_hlc

_DAY_MILLIS = 24 * 3600 * 1000


class NumberPattern:
    """Reads the serial back out of a number made by the hall's patterns."""

    def __init__(self, hall: Hall) -> None:
        self._case = _pattern(hall, hall.case_number)
        self._bundle = _pattern(hall, hall.bundle_number)

    def get_serial(self, number: str) -> int | None:
        return _serial(self._case, number)

    def get_bundle_serial(self, number: str) -> int | None:
        return _serial(self._bundle, number)


def _pattern(hall: Hall, made_by: str) -> re.Pattern[str]:
    holes = {"region": re.escape(hall.region), "date": r"\d{8}", "serial": r"(?P<serial>\d+)"}
    parts: list[str] = []
    for text, name, _, _ in Formatter().parse(made_by):
        parts.append(re.escape(text))
        if name is not None:
            parts.append(holes.get(name, r".+"))
    return re.compile("".join(parts), re.ASCII)


def _serial(pattern: re.Pattern[str], number: str) -> int | None:
    match = pattern.fullmatch(number) if len(number) <= 64 else None
    return int(match["serial"]) if match else None


def events_about(connection: Transaction, subject: str) -> list[tuple[Event, datetime]]:
    """The applied events of one subject, in order of arrival."""
    rows = connection.execute(
        "SELECT kind, version, body, at FROM entries "
        "WHERE subject = ? AND outcome = 'applied' ORDER BY arrival",
        (subject,),
    )
    return [
        (decode_event(kind, version, body), datetime.fromisoformat(at))
        for kind, version, body, at in rows
    ]


@dataclass(frozen=True, slots=True)
class _Last:
    """The last fact about a case that counts."""

    device: str
    hlc: str
    received_at: str

    @property
    def is_ahead(self) -> bool:
        """By a clock set wrong by more than a day. Nobody's clock follows it, and so nobody's
        facts would ever come after it: then the order of arrival alone decides."""
        received = to_millis(datetime.fromisoformat(self.received_at))
        return Hlc.parse(self.hlc).millis > received + _DAY_MILLIS


class CaseBook:
    """The cases that one batch touches; folded once, then kept while the batch lasts."""

    def __init__(self, connection: Transaction, numbers: NumberPattern) -> None:
        self._connection = connection
        self._numbers = numbers
        self._cases: dict[str, Case | None] = {}

    def decide(self, entry: Entry, event: Event) -> Case:
        """The case after this event; nothing is written. Raises AppError with the reason."""
        case_id = entry.subject.removeprefix("case:")
        if case_id not in self._cases:
            earlier = events_about(self._connection, entry.subject)
            self._cases[case_id] = cases.fold(case_id, (past for past, _ in earlier))
        former = self._cases[case_id]
        # Those are on record whatever else becomes of the case.
        if not isinstance(event, DemandRefused | ConflictRecorded):
            self._check_place(entry, former)
        try:
            case = cases.apply(former, case_id, event)
        except CaseClosed:
            self._check_not_taken_over(entry)
            raise
        # A resumed case keeps its number, whichever window decides it now.
        if isinstance(event, Numbered) and not (former and former.number):
            serial = self._numbers.get_serial(event.number)
            check_number(self._connection, entry, event.number, serial)
        return case

    def _check_place(self, entry: Entry, case: Case | None) -> None:
        """Two windows that could not hear each other must not mix their facts in one case.

        While it is open it is one window's. And what a window records comes, by its own time,
        after all that is known: so windows, which fold by time, and the back office, which folds
        by arrival, see the same. Raises CaseElsewhere, BadEntry.
        """
        if not is_hlc(entry.hlc):
            raise BadEntry(kind=entry.kind, version=entry.version)
        # The back office itself may end what a window has open.
        if case is None or entry.device == OFFICE:
            return
        last = self._last_about(entry)
        if last is None or last.device == entry.device:
            return
        later = entry.hlc > last.hlc or last.is_ahead
        if case.state is CaseState.OPEN or not later:
            raise CaseElsewhere(window=last.device)

    def _check_not_taken_over(self, entry: Entry) -> None:
        """Closed because another went on with it is another matter. Raises CaseElsewhere."""
        last = self._last_about(entry)
        if last is not None and last.device != entry.device:
            raise CaseElsewhere(window=last.device)

    def _last_about(self, entry: Entry) -> _Last | None:
        row = self._connection.execute(
            "SELECT c.device, e.hlc, e.received_at FROM entries e JOIN chains c ON c.id = e.chain"
            " WHERE e.subject = ? AND e.outcome = 'applied'"
            " AND e.kind NOT IN ('DemandRefused', 'ConflictRecorded')"
            " ORDER BY e.arrival DESC LIMIT 1",
            (entry.subject,),
        ).fetchone()
        return None if row is None else _Last(*row)

    def keep(self, entry: Entry, event: Event, case: Case, arrival: int, received_at: str) -> None:
        """Write the projection of a decided case."""
        at = entry.at.isoformat()
        decided_at = at if isinstance(event, Numbered) else ""
        # What the hall refused to demand is no news for the applicant's progress page.
        updated_at = "" if isinstance(event, DemandRefused | ConflictRecorded) else at
        self._connection.execute(
            "INSERT INTO cases (id, number, check_code, state, item, item_name, department,"
            " window, applicant, opened_at, updated_at, received_at, changed, person,"
            " organisation, bundle, decided_at)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET number = excluded.number,"
            " check_code = excluded.check_code, state = excluded.state, item = excluded.item,"
            " item_name = excluded.item_name, department = excluded.department,"
            " window = excluded.window, applicant = excluded.applicant,"
            " updated_at ="
            " CASE excluded.updated_at WHEN '' THEN cases.updated_at ELSE excluded.updated_at END,"
            " received_at = excluded.received_at, changed = excluded.changed,"
            " person = excluded.person, organisation = excluded.organisation,"
            " bundle = excluded.bundle, decided_at ="
            " CASE excluded.decided_at WHEN '' THEN cases.decided_at ELSE excluded.decided_at END",
            (
                case.id, case.number or None, case.decision.check if case.decision else "",
                case.state.value, case.item, case.item_name, case.department, case.window,
                mask_name(case.applicant.person.name) if case.applicant else "",
                at, updated_at, received_at, arrival, *_whose(case), case.bundle, decided_at,
            ),
        )  # fmt: skip
        self._cases[case.id] = case


def _whose(case: Case) -> tuple[str, str]:
    person = case.applicant.person.number if case.applicant else ""
    organisation = case.organisation.credit_code if case.organisation else ""
    return tidy(person), tidy(organisation)


def fill_in(connection: Transaction) -> int:
    """Give the cases of an older back office the columns that came later. Returns how many."""
    rows = connection.execute("SELECT id FROM cases WHERE person IS NULL").fetchall()
    for (case_id,) in rows:
        past = events_about(connection, f"case:{case_id}")
        case = cases.fold(case_id, (event for event, _ in past))
        decided = [at.isoformat() for event, at in past if isinstance(event, Numbered)]
        person, organisation = _whose(case) if case else ("", "")
        connection.execute(
            "UPDATE cases SET person = ?, organisation = ?, decided_at = ? WHERE id = ?",
            (person, organisation, decided[-1] if decided else "", case_id),
        )
    return len(rows)


# -- numbers --------------------------------------------------------------------------------------


def check_number(connection: Transaction, entry: Entry, number: str, serial: int | None) -> None:
    """A new number, of a case or a bundle. Raises NumberNotLeased, NumberUsed."""
    name = entry.subject.partition(":")[2]
    if serial is None or not _in_block(connection, entry.device, serial):
        raise NumberNotLeased(case=name)
    taken = connection.execute(
        "SELECT 1 FROM cases WHERE number = ? AND id <> ?"
        " UNION ALL SELECT 1 FROM bundles WHERE number = ? AND id <> ? LIMIT 1",
        (number, name, number, name),
    ).fetchone()
    if taken is not None:
        raise NumberUsed(case=name)


def _in_block(connection: Transaction, device: str, serial: int) -> bool:
    if serial >= 2**62:
        return False
    found = connection.execute(
        "SELECT 1 FROM number_blocks WHERE device = ? AND first <= ? AND last >= ?",
        (device, serial, serial),
    ).fetchone()
    return found is not None


def confirm_block(connection: Transaction, entry: Entry, event: CaseNumbersLeased) -> None:
    """The device has saved its block. Raises NumberNotLeased where it was never given."""
    if not 0 <= event.first <= event.last < 2**62:
        raise NumberNotLeased(first=event.first, last=event.last)
    given = connection.execute(
        "UPDATE number_blocks SET confirmed = 1 WHERE device = ? AND first = ? AND last = ?",
        (entry.device, event.first, event.last),
    ).rowcount
    if not given:
        raise NumberNotLeased(first=event.first, last=event.last)
