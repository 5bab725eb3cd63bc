"""Fold case events in their order of arrival, and keep the cases' table for the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter

from app.domain import case as cases
from app.domain.case import Case, CaseState
from app.domain.case_events import ConflictRecorded, DemandRefused, Numbered
from app.domain.clock import Hlc, to_millis
from app.domain.errors import BadEntry, CaseClosed
from app.domain.event import Event
from app.domain.hall import Hall
from app.domain.journal import Entry, decode_event
from app.domain.masking import mask_name
from sync.backoffice.database import Transaction, Value
from sync.backoffice.lineage import forerunners
from sync.backoffice.numbers import NumberBook
from sync.errors import CaseElsewhere
from sync.people import tidy
from sync.wire import is_hlc

OFFICE = "backoffice"  # the device under which the back office itself records

_DAY_MILLIS = 24 * 3600 * 1000


class NumberPattern:
    """Reads the serial back out of a number made by the hall's patterns. Whose patterns they are
    is known to all who decide by them."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
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


_ON_RECORD = (DemandRefused, ConflictRecorded)  # whatever else becomes of the case
_ON_RECORD_KINDS = frozenset(kind.__name__ for kind in _ON_RECORD)


@dataclass(slots=True)
class _Held:
    """One case while a batch lasts, and what of it is to be written."""

    case: Case | None = None
    device: str = ""  # of its last fact that counts
    install: str = ""
    hlc: str = ""
    received_at: str = ""
    new: bool = True  # has no row yet
    opened_at: str = ""
    updated_at: str = ""
    decided_at: str = ""
    changed: int = 0  # arrival of its last fact in this batch, 0 where there is none


class CaseBook:
    """The cases that one batch touches: folded once, followed in memory, written once."""

    def __init__(
        self, connection: Transaction, pattern: NumberPattern | None, numbers: NumberBook, now: str
    ) -> None:
        self._connection = connection
        self._pattern = pattern
        self._numbers = numbers
        self._now = now
        self._held: dict[str, _Held] = {}  # by subject

    def look_up(self, subjects: Iterable[str]) -> None:
        """Fold these cases as far as they are stored."""
        held = self._held
        for subject in subjects:
            held[subject] = _Held()
        rows = self._connection.among(
            "SELECT e.subject, e.kind, e.version, e.body, c.device, c.install, e.hlc, e.received_at"
            " FROM entries e JOIN chains c ON c.id = e.chain"
            " WHERE e.subject IN ({}) AND e.outcome = 'applied' ORDER BY e.arrival",
            held,
        )
        for subject, kind, version, body, device, install, hlc, received_at in rows:
            one = held[subject]
            event = decode_event(kind, version, body)
            one.case = cases.apply(one.case, subject.removeprefix("case:"), event)
            one.new = False
            if kind not in _ON_RECORD_KINDS:
                one.device, one.install, one.hlc, one.received_at = (
                    device,
                    install,
                    hlc,
                    received_at,
                )

    def apply(self, entry: Entry, event: Event, at: str, arrival: int) -> None:
        """The case after this event. Raises AppError with the reason; then it is as before."""
        one = self._held[entry.subject]
        former = one.case
        on_record = type(event) in _ON_RECORD
        if not on_record:
            self._check_place(entry, one)
        case_id = entry.subject.removeprefix("case:")
        try:
            case = cases.apply(former, case_id, event)
        except CaseClosed:
            if entry.device != OFFICE and not self._goes_on(entry, one):
                # Because another window went on with it.
                raise CaseElsewhere(window=one.device) from None
            raise
        if isinstance(event, Numbered):
            # A resumed case keeps its number, whichever window decides it now.
            if former is None or not former.number:
                serial = self._pattern.get_serial(event.number) if self._pattern else None
                self._numbers.check(entry, event.number, serial)
                self._numbers.give(event.number, case_id)
            one.decided_at = at
        one.case = case
        one.changed = arrival
        if not one.opened_at:
            one.opened_at = at
        if not on_record:  # what was refused is no news for the applicant's progress page
            one.updated_at = at
            one.device, one.install = entry.device, entry.install
            one.hlc, one.received_at = entry.hlc, self._now

    def _check_place(self, entry: Entry, held: _Held) -> None:
        """Two windows that could not hear each other must not mix their facts in one case.

        While it is open it is one window's. And what a window records comes, by its own time,
        after all that is known: so windows, which fold by time, and the back office, which folds
        by arrival, see the same. Raises CaseElsewhere, BadEntry.
        """
        if not is_hlc(entry.hlc):
            raise BadEntry(kind=entry.kind, version=entry.version)
        # The back office itself may end what a window has open.
        if held.case is None or entry.device == OFFICE or self._goes_on(entry, held):
            return
        later = entry.hlc > held.hlc or _is_ahead(held)
        # A result is handed out once: both windows hear of the second.
        twice = held.case.state is CaseState.HANDED_OUT and entry.kind == "ResultHanded"
        if held.case.state is CaseState.OPEN or not later or twice:
            raise CaseElsewhere(window=held.device)

    def _goes_on(self, entry: Entry, held: _Held) -> bool:
        """Whether it is the same window, perhaps enrolled anew under another name."""
        if held.device in {"", entry.device}:
            return True
        formers = forerunners(self._connection, entry.device, entry.install)
        return (held.device, held.install) in formers

    def keep(self, *, careful: bool) -> None:
        """Write the rows of the cases that changed; ``careful`` where one may be there already."""
        new: list[Sequence[Value]] = []
        known: list[Sequence[Value]] = []
        for one in self._held.values():
            if one.changed and one.case is not None:
                (new if one.new and not careful else known).append(_row(one, one.case, self._now))
        if new:
            self._connection.insert("cases", _COLUMNS, new)
        if known:
            self._connection.executemany(_UPSERT, known)


def _is_ahead(held: _Held) -> bool:
    """By a clock set wrong by more than a day. Nobody's clock follows it, and so nobody's facts
    would ever come after it: then the order of arrival alone decides."""
    received = to_millis(datetime.fromisoformat(held.received_at))
    return Hlc.parse(held.hlc).millis > received + _DAY_MILLIS


_COLUMNS = (
    "id", "number", "check_code", "state", "item", "item_name", "department", "window",
    "applicant", "opened_at", "updated_at", "received_at", "changed", "person", "organisation",
    "bundle", "decided_at",
)  # fmt: skip
_KEPT = ("id", "opened_at", "updated_at", "decided_at")
_UPSERT = (
    f"INSERT INTO cases ({','.join(_COLUMNS)}) VALUES ({','.join('?' * len(_COLUMNS))})"  # noqa: S608 - names of ours
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT)
    + "".join(
        f", {name} = CASE excluded.{name} WHEN '' THEN cases.{name} ELSE excluded.{name} END"
        for name in ("updated_at", "decided_at")
    )
)
_LONGEST_KEY = 128  # what no look-up can find needs no place in an index


def _row(held: _Held, case: Case, received_at: str) -> Sequence[Value]:
    decision = case.decision
    applicant = mask_name(case.applicant.person.name) if case.applicant else ""
    bundle = case.bundle if len(case.bundle) <= _LONGEST_KEY else ""
    return (
        case.id, decision.number if decision else None, decision.check if decision else "",
        case.state.value, case.item, case.item_name, case.department, case.window, applicant,
        held.opened_at, held.updated_at, received_at, held.changed, *_whose(case), bundle,
        held.decided_at,
    )  # fmt: skip


def _whose(case: Case) -> tuple[str, str]:
    person = case.applicant.person.number if case.applicant else ""
    organisation = case.organisation.credit_code if case.organisation else ""
    return _key(person), _key(organisation)


def _key(number: str) -> str:
    return tidy(number) if len(number) <= _LONGEST_KEY else ""


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
