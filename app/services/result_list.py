"""Find results in the table of results: by where they stand, by person, or by what is typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.hall import HALL_ZONE
from app.storage.database import Statements
from app.storage.result_table import WAITING, Stands

MOST_SHOWN = 200
_MOST_LOOKED_AT = 20_000  # of what was handed out, the newest


class Show(StrEnum):
    """Which results: the first is all that waits."""

    WAITING = "waiting"
    COLLECT = "collect"
    POST = "post"
    LATE = "late"
    BACK = "back"
    HANDED = "handed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultQuery:
    """``text`` is part of a number, name, item or waybill; ``person`` the whole number of a
    document: of the applicant or of the agent."""

    show: Show = Show.WAITING
    text: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """``applicant`` is masked, an organisation's name is not; ``address`` where it is to be posted;
    ``since`` when it came to stand so, by the back office's time."""

    case_id: str
    number: str
    item_name: str
    applicant: str
    granted: bool
    result_name: str
    result_number: str
    address: str
    stands: Stands
    since: datetime
    late: bool
    taker: str = ""
    way: str = ""
    waybill: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """The oldest first, of what was handed out the newest; ``more`` are not shown. ``elsewhere``:
    nothing was found where it was looked for, these stand elsewhere. ``counts`` is of the whole
    hall, of what was handed out today's."""

    rows: tuple[ResultRow, ...]
    more: bool = False
    elsewhere: bool = False
    counts: dict[Show, int] = field(default_factory=dict)


_COLUMNS = (
    "SELECT r.id, c.number, c.item_name, c.applicant, c.organisation_name, r.granted, r.name, "
    "r.number, c.posted, r.stands, r.since, r.taker, r.way, r.waybill "
)
_ANY = (
    "(c.number LIKE ?2 ESCAPE '\\' OR c.name LIKE ?2 ESCAPE '\\' "
    "OR c.organisation_name LIKE ?2 ESCAPE '\\' OR c.item_name LIKE ?2 ESCAPE '\\' "
    "OR r.number LIKE ?2 ESCAPE '\\' OR r.name LIKE ?2 ESCAPE '\\' "
    "OR r.waybill LIKE ?2 ESCAPE '\\')"
)
# What each statement is given: ?1 late before, ?2 like, ?3 exact text, ?4 person, ?5 how many.
_Given = tuple[str, str, str, str, int]
_WAITING = ", ".join(f"'{one.value}'" for one in WAITING)
_STANDS = {
    Show.WAITING: f"r.stands IN ({_WAITING})",
    Show.COLLECT: "r.stands = 'collect'",
    Show.POST: "r.stands = 'post'",
    Show.BACK: "r.stands = 'back'",
    Show.LATE: f"r.stands IN ({_WAITING}) AND r.since < ?1",
}


def find_results(
    connection: Statements, query: ResultQuery, now: datetime, late: timedelta
) -> ResultView:
    """``late``: how long a result may wait."""
    before = (now - late).astimezone(UTC)
    text = "".join(query.text.split())
    given = (
        before.isoformat(), _like(query.text.strip()), text.upper(), query.person, MOST_SHOWN + 1,
    )  # fmt: skip
    rows = _select(connection, query, query.show, given)
    elsewhere = False
    if not rows and text:
        others = (Show.HANDED,) if query.show is Show.WAITING else (Show.WAITING, Show.HANDED)
        for other in others:
            if other is not query.show and (rows := _select(connection, query, other, given)):
                elsewhere = True
                break
    found = tuple(_row(row, before) for row in rows[:MOST_SHOWN])
    counts = _counts(connection, now, before)
    return ResultView(rows=found, more=len(rows) > MOST_SHOWN, elsewhere=elsewhere, counts=counts)


def _select(connection: Statements, query: ResultQuery, show: Show, given: _Given) -> list[Any]:
    terms = [_ANY] if query.text.strip() else []
    if query.person:
        terms.append("(c.person = ?4 OR c.agent = ?4)")
    if show is not Show.HANDED:
        where = " AND ".join([_STANDS[show], *terms])
        return connection.exec_driver_sql(
            f"{_COLUMNS} FROM results r JOIN cases c ON c.id = r.id WHERE {where} "
            "ORDER BY r.since, r.id LIMIT ?5",
            given,
        ).all()
    where = " AND ".join(terms) or "1"
    rows = connection.exec_driver_sql(
        f"{_COLUMNS} FROM (SELECT * FROM results WHERE stands = 'handed' ORDER BY since DESC "  # noqa: S608 - constants
        f"LIMIT {_MOST_LOOKED_AT}) r JOIN cases c ON c.id = r.id WHERE {where} "
        "ORDER BY r.since DESC LIMIT ?5",
        given,
    ).all()
    if rows or not query.text.strip():
        return rows
    # Of all that was ever handed out, what has exactly this number.
    return connection.exec_driver_sql(
        f"{_COLUMNS} FROM results r JOIN cases c ON c.id = r.id WHERE r.stands = 'handed' AND r.id "  # noqa: S608 - constants
        "IN (SELECT id FROM cases WHERE number = ?3 AND number <> '' "
        "UNION SELECT id FROM results WHERE number = ?3 AND number <> '' "
        "UNION SELECT id FROM results WHERE waybill = ?3 AND waybill <> '') LIMIT ?5",
        given,
    ).all()


def _row(row: Any, before: datetime) -> ResultRow:
    since, stands = datetime.fromisoformat(row[10]), Stands(row[9])
    return ResultRow(
        case_id=row[0], number=row[1], item_name=row[2], applicant=row[4] or row[3],
        granted=bool(row[5]), result_name=row[6], result_number=row[7], address=row[8],
        stands=stands, since=since, late=stands is not Stands.HANDED and since < before,
        taker=row[11], way=row[12], waybill=row[13],
    )  # fmt: skip


def _counts(connection: Statements, now: datetime, before: datetime) -> dict[Show, int]:
    today = now.astimezone(HALL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    counts = dict.fromkeys(Show, 0)
    for stands, many, late in connection.exec_driver_sql(
        "SELECT stands, count(*), sum(since < ?) FROM results "  # noqa: S608 - constants
        f"WHERE stands IN ({_WAITING}) GROUP BY stands",
        (before.isoformat(),),
    ):
        counts[Show(stands)] = many
        counts[Show.WAITING] += many
        counts[Show.LATE] += late
    counts[Show.HANDED] = connection.exec_driver_sql(
        "SELECT count(*) FROM results WHERE stands = 'handed' AND since >= ?",
        (today.astimezone(UTC).isoformat(),),
    ).scalar_one()
    return counts


def _like(text: str) -> str:
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
