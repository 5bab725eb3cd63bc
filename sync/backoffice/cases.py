"""Fold case events in their order of arrival, and keep the cases' table for the pages."""

from __future__ import annotations

import re
from datetime import datetime
from string import Formatter

from app.domain import case as cases
from app.domain.case import Case
from app.domain.events import CaseNumbersLeased, Event, Numbered
from app.domain.hall import Hall
from app.domain.journal import Entry, decode_event
from app.domain.masking import mask_name
from sync.backoffice.database import Transaction
from sync.errors import NumberNotLeased, NumberUsed


class NumberPattern:
    """Reads the serial back out of a case number made by the hall's pattern."""

    def __init__(self, hall: Hall) -> None:
        holes = {"region": re.escape(hall.region), "date": r"\d{8}", "serial": r"(?P<serial>\d+)"}
        parts: list[str] = []
        for text, name, _, _ in Formatter().parse(hall.case_number):
            parts.append(re.escape(text))
            if name is not None:
                parts.append(holes.get(name, r".+"))
        self._pattern = re.compile("".join(parts), re.ASCII)

    def get_serial(self, number: str) -> int | None:
        match = self._pattern.fullmatch(number) if len(number) <= 64 else None
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
        case = cases.apply(self._cases[case_id], case_id, event)
        if isinstance(event, Numbered):
            self._check_number(entry.device, case_id, event.number)
        return case

    def keep(self, entry: Entry, case: Case, arrival: int, received_at: str) -> None:
        """Write the projection of a decided case."""
        at = entry.at.isoformat()
        self._connection.execute(
            "INSERT INTO cases (id, number, check_code, state, item, item_name, department,"
            " window, applicant, opened_at, updated_at, received_at, changed)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET number = excluded.number,"
            " check_code = excluded.check_code, state = excluded.state, item = excluded.item,"
            " item_name = excluded.item_name, department = excluded.department,"
            " applicant = excluded.applicant, updated_at = excluded.updated_at,"
            " received_at = excluded.received_at, changed = excluded.changed",
            (
                case.id, case.number or None, case.decision.check if case.decision else "",
                case.state.value, case.item, case.item_name, case.department, case.window,
                mask_name(case.applicant.person.name) if case.applicant else "",
                at, at, received_at, arrival,
            ),
        )  # fmt: skip
        self._cases[case.id] = case

    def _check_number(self, device: str, case_id: str, number: str) -> None:
        serial = self._numbers.get_serial(number)
        if serial is None or not _in_block(self._connection, device, serial):
            raise NumberNotLeased(case=case_id)
        taken = self._connection.execute(
            "SELECT 1 FROM cases WHERE number = ? AND id <> ?", (number, case_id)
        ).fetchone()
        if taken is not None:
            raise NumberUsed(case=case_id)


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
