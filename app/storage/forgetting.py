"""Forget what other windows recorded of cases at rest, so that personal data and disk stay bounded.

This window's own chain is never touched, nor what others recorded of a case that it worked on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.case import ACCEPTED_STATES, CaseState
from app.storage.database import Statements
from app.storage.folding import forget_rows, note_fit
from app.storage.journal_table import IS_OWN

# A result that waits is not at rest: any window may be asked for it.
_AT_REST = frozenset({CaseState.HANDED_OUT, CaseState.REJECTED, CaseState.ABANDONED})
_BATCH = 100  # cases forgotten in one transaction
_MOST_NEWS = 2000


def note_rest(
    connection: Statements, case_id: str, latest: datetime | None, now: str, *, own: bool
) -> None:
    """Remember since when a case of other windows is at rest, if it is. ``latest`` is the time of
    its last fact, None where nothing new came; one of this window's ``own`` is never forgotten."""
    row = connection.exec_driver_sql(
        "SELECT state, due > since FROM cases WHERE id = ?", (case_id,)
    ).one_or_none()
    resting = row is not None and not own and _rests(row)
    if not resting:
        connection.exec_driver_sql("DELETE FROM resting WHERE case_id = ?", (case_id,))
        return
    if latest is not None:
        connection.exec_driver_sql(
            "INSERT INTO resting (case_id, since) VALUES (?, ?) "
            "ON CONFLICT (case_id) DO UPDATE SET since = excluded.since",
            (case_id, min(latest.isoformat(), now)),
        )


def _rests(row: Sequence[Any]) -> bool:
    """What was accepted without a clock was done at the counter."""
    state, runs = CaseState(row[0]), bool(row[1])
    return state in _AT_REST or (state in ACCEPTED_STATES and not runs)


def forget_cases(connection: Statements, before: str) -> int:
    """Those at rest since ``before``, some of them: returns how many, 0 when none is left."""
    rows = connection.exec_driver_sql(
        "SELECT case_id FROM resting WHERE since < ? ORDER BY since LIMIT ?", (before, _BATCH)
    ).all()
    for (case_id,) in rows:
        _forget_case(connection, case_id)
    return len(rows)


def _forget_case(connection: Statements, case_id: str) -> None:
    subject = f"case:{case_id}"
    connection.exec_driver_sql("DELETE FROM resting WHERE case_id = ?", (case_id,))
    own = connection.exec_driver_sql(
        "SELECT 1 FROM journal WHERE subject = ? AND substr(subject, 1, 5) = 'case:' "  # noqa: S608 - constants
        f"AND ({IS_OWN} OR device = (SELECT device FROM chain)) LIMIT 1",
        (subject,),
    ).one_or_none()
    if own is not None:  # served here meanwhile
        return
    row = connection.exec_driver_sql(
        "SELECT bundle FROM cases WHERE id = ?", (case_id,)
    ).one_or_none()
    forget_facts(connection, subject)
    bundle = str(row[0]) if row else ""
    if bundle and not _members_left(connection, bundle):
        forget_facts(connection, f"bundle:{bundle}")


def _members_left(connection: Statements, bundle: str) -> bool:
    found = connection.exec_driver_sql(
        "SELECT 1 FROM bundles b, json_each(b.cases) m JOIN cases c ON c.id = m.value "
        "WHERE b.id = ? LIMIT 1",
        (bundle,),
    ).one_or_none()
    return found is not None


def forget_facts(connection: Statements, subject: str) -> None:
    """Those of other windows; this window's own stay."""
    term = "case:" if subject.startswith("case:") else "bundle:"
    connection.exec_driver_sql(
        f"DELETE FROM journal WHERE subject = ? AND substr(subject, 1, {len(term)}) = '{term}' "  # noqa: S608 - constants
        f"AND NOT {IS_OWN} AND device <> (SELECT device FROM chain)",
        (subject,),
    )
    forget_rows(connection, subject)
    note_fit(connection, subject, "")


def forget_news(connection: Statements, before: str) -> None:
    """What was read and heard before, and what would be too much to keep."""
    connection.exec_driver_sql("DELETE FROM news WHERE read = 1 AND heard < ?", (before,))
    connection.exec_driver_sql(
        "DELETE FROM news WHERE heard < (SELECT heard FROM news ORDER BY heard DESC "
        "LIMIT 1 OFFSET ?)",
        (_MOST_NEWS,),
    )
