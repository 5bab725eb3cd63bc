"""Record what the applicant thought of the service, once; nobody at the window may change it."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.errors import BadEntry
from app.domain.queue_errors import AlreadyRated
from app.domain.rating import LONGEST_TEXT, Occasion, RatingLevels
from app.domain.ticket_events import ServiceRated
from app.services.sign_in import Session
from app.storage.database import Statements
from app.storage.store import Store

APPLICANT = "applicant"  # who acts: not the clerk


class RatingDesk:
    def __init__(self, store: Store, levels: RatingLevels) -> None:
        self._store = store
        self._levels = levels

    def levels(self) -> RatingLevels:
        return self._levels

    def is_rated(self, occasion: Occasion) -> bool:
        with self._store.read() as connection:
            return _is_rated(connection, occasion)

    def rate(
        self, session: Session, occasion: Occasion, score: int, reasons: Iterable[str] = (),
        text: str = "",
    ) -> None:  # fmt: skip
        """``reasons``: ids of that level. Raises AlreadyRated, BadEntry."""
        chosen = tuple(dict.fromkeys(reasons))
        level = next((one for one in self._levels.levels if one.score == score), None)
        if level is None or not {*chosen} <= {one.id for one in level.reasons}:
            raise BadEntry(kind=ServiceRated.__name__, version=1)
        event = ServiceRated(
            ticket=occasion.ticket, cases=occasion.cases, clerk=session.staff_id,
            window=session.window.id, score=score, reasons=chosen,
            text="".join(c for c in text if c.isprintable())[:LONGEST_TEXT],
        )  # fmt: skip
        with self._store.begin() as unit:
            if _is_rated(unit.connection, occasion):
                raise AlreadyRated
            unit.append(event, subject=f"rating:{occasion.id}", actor=APPLICANT)


def _is_rated(connection: Statements, occasion: Occasion) -> bool:
    row = connection.exec_driver_sql(
        "SELECT 1 FROM journal WHERE subject = ?", (f"rating:{occasion.id}",)
    ).one_or_none()
    return row is not None
