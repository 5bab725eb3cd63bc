"""Know which pages a case names, which scans have arrived, and which a case still lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.case_events import (
    CaseOpened,
    ItemChosen,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
)
from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.journal import Entry
from app.storage.scan_kinds import MAX_SCANS, is_sha
from sync.backoffice.database import Transaction
from sync.blobs import LackingAnswer, LackingCase, LackingPage

_GROUP = 200  # names in one statement

# A page whose scan came in the same moment as its fact may bear the wrong mark: the scans decide,
# the mark only makes the few that lack quick to find.
_LACKS = "p.there = 0 AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.sha = p.sha)"
_COUNTS = "c.state <> 'abandoned'"  # nothing was issued: its pages are not wanted


def check_scans(entry: Entry, event: Event) -> None:
    """Before a fact is applied: names that are none never become a path. Raises BadEntry."""
    if isinstance(event, MaterialReceived) and event.scans:
        many = len(event.scans) > MAX_SCANS
        if many or not all(is_sha(sha) for sha in event.scans):
            raise BadEntry(kind=entry.kind, version=entry.version)


# -- pages ----------------------------------------------------------------------------------------


def note_scans(connection: Transaction, facts: Iterable[tuple[Entry, Event]]) -> None:
    """Follow the pages of cases through applied facts, in order; once for each batch.

    The same pages that the fold of a case has. Most batches name none and cost nothing here.
    """
    opened: set[str] = set()
    cleared: set[str] = set()  # all former pages of these cases go
    changed: dict[tuple[str, str], tuple[str, ...]] = {}
    for entry, event in facts:
        case_id = entry.subject.removeprefix("case:")
        match event:
            case CaseOpened():
                opened.add(case_id)
            case MaterialReceived():
                changed[case_id, event.material] = event.scans
            case MaterialPromised() | MaterialReturned():
                changed[case_id, event.material] = ()
            case ItemChosen():
                cleared.add(case_id)
                for key in [key for key in changed if key[0] == case_id]:
                    del changed[key]
    known = _with_pages(connection, ({case for case, _ in changed} | cleared) - opened)
    for case_id in cleared & known:
        connection.execute("DELETE FROM case_pages WHERE case_id = ?", (case_id,))
    for (case_id, material), scans in changed.items():
        if case_id in known and case_id not in cleared:
            connection.execute(
                "DELETE FROM case_pages WHERE case_id = ? AND material = ?", (case_id, material)
            )
        for page, sha in enumerate(scans, 1):
            connection.execute(
                "INSERT INTO case_pages (case_id, material, page, sha, there)"
                " SELECT ?, ?, ?, ?, count(*) FROM blobs WHERE sha = ?",
                (case_id, material, page, sha, sha),
            )


def _with_pages(connection: Transaction, case_ids: set[str]) -> set[str]:
    found: set[str] = set()
    for group in _groups(sorted(case_ids)):
        rows = connection.execute(
            f"SELECT DISTINCT case_id FROM case_pages WHERE case_id IN ({_marks(group)})",  # noqa: S608 - marks
            group,
        )
        found |= {row[0] for row in rows}
    return found


def lacks_pages(connection: Transaction, case_id: str) -> bool:
    """Whether the case is not complete yet: a scan that it names has not arrived."""
    found = connection.execute(
        f"SELECT 1 FROM case_pages p WHERE p.case_id = ? AND {_LACKS} LIMIT 1",  # noqa: S608 - a constant
        (case_id,),
    )
    return found.fetchone() is not None


def lacking(connection: Transaction, case_ids: Sequence[str], most: int) -> LackingAnswer:
    """Which pages these cases lack, at most ``most`` in all."""
    marks = _marks(case_ids)
    known = {
        row[0]
        for row in connection.execute(
            f"SELECT c.id FROM cases c WHERE c.id IN ({marks}) AND {_COUNTS}",  # noqa: S608 - marks
            case_ids,
        )
    }
    pages: dict[str, list[LackingPage]] = {}
    rows = connection.execute(
        "SELECT p.case_id, p.material, p.page, p.sha, coalesce(r.code, '') FROM case_pages p"  # noqa: S608 - marks
        " LEFT JOIN refused_blobs r ON r.sha = p.sha"
        f" WHERE p.case_id IN ({marks}) AND {_LACKS}"
        " ORDER BY p.case_id, p.material, p.page LIMIT ?",
        (*case_ids, most),
    )
    for case_id, material, page, sha, code in rows:
        one = LackingPage(material=material, page=page, sha=sha, code=code)
        pages.setdefault(case_id, []).append(one)
    return LackingAnswer(
        cases=tuple(
            LackingCase(id=case_id, pages=tuple(pages.get(case_id, ())))
            for case_id in dict.fromkeys(case_ids)
            if case_id in known
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete:
    """A case that lacks ``pages``, of which ``refused`` were sent and not taken."""

    number: str
    item_name: str
    window: str
    pages: int
    refused: int


def lacking_overview(connection: Transaction, most: int) -> list[Incomplete]:
    """Cases that lack pages, the longest untouched first."""
    rows = connection.execute(
        "SELECT coalesce(c.number, ''), c.item_name, c.window, count(*), count(r.sha)"  # noqa: S608 - constants
        " FROM case_pages p JOIN cases c ON c.id = p.case_id"
        " LEFT JOIN refused_blobs r ON r.sha = p.sha"
        f" WHERE {_LACKS} AND {_COUNTS}"
        " GROUP BY c.id, c.number, c.item_name, c.window, c.updated_at"
        " ORDER BY c.updated_at LIMIT ?",
        (most,),
    )
    return [
        Incomplete(number=r[0], item_name=r[1], window=r[2], pages=r[3], refused=r[4]) for r in rows
    ]


# -- scans ----------------------------------------------------------------------------------------


def known_blobs(connection: Transaction, shas: Sequence[str]) -> dict[str, int]:
    """Bytes of those that have arrived."""
    rows = connection.execute(
        f"SELECT sha, size FROM blobs WHERE sha IN ({_marks(shas)})",  # noqa: S608 - marks
        shas,
    )
    return {row[0]: row[1] for row in rows}


def arrived(
    connection: Transaction, found: Mapping[str, tuple[int, str]], device: str, now: datetime
) -> None:
    """These scans (size, media) are whole and durable in the folder."""
    for sha, (size, media) in found.items():
        connection.execute(
            "INSERT INTO blobs (sha, size, media, device, received_at) VALUES (?,?,?,?,?)"
            " ON CONFLICT (sha) DO NOTHING",
            (sha, size, media, device, now.isoformat()),
        )
        connection.execute("UPDATE case_pages SET there = 1 WHERE sha = ? AND there = 0", (sha,))
        connection.execute("DELETE FROM refused_blobs WHERE sha = ?", (sha,))


def vanished(connection: Transaction, shas: Iterable[str]) -> None:
    """These files are gone from the folder, or spoilt: their cases are not complete any more."""
    for sha in shas:
        connection.execute("DELETE FROM blobs WHERE sha = ?", (sha,))
        connection.execute("UPDATE case_pages SET there = 0 WHERE sha = ?", (sha,))


def refused(connection: Transaction, sha: str, code: str, device: str, now: datetime) -> None:
    """What was sent under this name was not taken. Kept where a case waits for it."""
    connection.execute(
        "INSERT INTO refused_blobs (sha, code, device, refused_at)"
        " SELECT ?, ?, ?, ? FROM case_pages WHERE sha = ? AND there = 0 LIMIT 1"
        " ON CONFLICT (sha) DO UPDATE SET code = excluded.code, device = excluded.device,"
        " refused_at = excluded.refused_at",
        (sha, code, device, now.isoformat(), sha),
    )


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values)) or "NULL"


def _groups(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + _GROUP] for at in range(0, len(values), _GROUP))
