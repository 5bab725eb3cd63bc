"""Keep the table of scanned pages in step with the facts about their cases."""

from __future__ import annotations

from app.domain.case_events import ItemChosen, MaterialPromised, MaterialReceived, MaterialReturned
from app.domain.event import Event
from app.storage.database import Statements


def project_pages(connection: Statements, case_id: str, event: Event) -> None:
    """The same pages that the fold of the case has as its evidence's scans."""
    match event:
        case MaterialReceived():
            _clear(connection, case_id, event.material)
            for page, sha in enumerate(event.scans, 1):
                connection.exec_driver_sql(
                    "INSERT INTO case_materials (case_id, material, page, sha) VALUES (?, ?, ?, ?)",
                    (case_id, event.material, page, sha),
                )
        case MaterialPromised() | MaterialReturned():
            _clear(connection, case_id, event.material)
        case ItemChosen():
            forget_pages(connection, case_id)


def forget_pages(connection: Statements, case_id: str) -> None:
    connection.exec_driver_sql("DELETE FROM case_materials WHERE case_id = ?", (case_id,))


def _clear(connection: Statements, case_id: str, material: str) -> None:
    connection.exec_driver_sql(
        "DELETE FROM case_materials WHERE case_id = ? AND material = ?", (case_id, material)
    )
