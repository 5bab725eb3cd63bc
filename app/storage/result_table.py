"""Keep the table of results (出件) in step with the facts about cases."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from app.domain.case_events import CaseFinished, CaseReviewed, ResultHanded, ResultReturned
from app.domain.delivery import ReturnKind
from app.domain.event import Event
from app.storage.database import Statements


class Stands(StrEnum):
    """Where a result is."""

    COLLECT = "collect"  # waits at the hall
    POST = "post"  # waits to be posted
    BACK = "back"  # the post brought it back
    HANDED = "handed"


WAITING = (Stands.COLLECT, Stands.POST, Stands.BACK)


def project_result(connection: Statements, key: str, at: datetime, event: Event) -> None:
    """After the case's own row."""
    match event:
        case CaseReviewed():
            # What the department found comes before the result has a name and a number.
            connection.exec_driver_sql(
                "UPDATE cases SET granted = ? WHERE id = ?", (event.granted, key)
            )
        case CaseFinished():
            connection.exec_driver_sql(
                "INSERT INTO results (id, stands, since, name, number, granted) "
                "SELECT id, CASE posted WHEN '' THEN 'collect' ELSE 'post' END, ?, ?, ?, granted "
                "FROM cases WHERE id = ?",
                (at.isoformat(), event.name, event.number, key),
            )
        case ResultHanded():
            connection.exec_driver_sql(
                "UPDATE results SET stands = ?, since = ?, taker = ?, way = ?, waybill = ? "
                "WHERE id = ?",
                (Stands.HANDED, at.isoformat(), event.to, event.way, event.waybill, key),
            )
        case ResultReturned(kind=ReturnKind.UNDELIVERED):
            connection.exec_driver_sql(
                "UPDATE results SET stands = ?, since = ? WHERE id = ?",
                (Stands.BACK, at.isoformat(), key),
            )
        case ResultReturned():
            connection.exec_driver_sql(
                "UPDATE results SET stands = (SELECT CASE posted WHEN '' THEN 'collect' "
                "ELSE 'post' END FROM cases WHERE cases.id = results.id), since = ? WHERE id = ?",
                (at.isoformat(), key),
            )
