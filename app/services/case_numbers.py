"""Take the next leased number for a case or bundle, inside the transaction that uses it up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.domain.errors import NumbersExhausted
from app.domain.hall import Hall
from app.storage.store import Unit


class CaseNumbers:
    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def serials(self, unit: Unit) -> Iterator[int]:
        """The next leased serials; each is used up by the fact that carries it. Raises
        NumbersExhausted."""
        while True:
            row = unit.connection.exec_driver_sql(
                "SELECT next FROM number_blocks WHERE next <= last "
                "AND first NOT IN (SELECT first FROM closed_blocks) ORDER BY first LIMIT 1"
            ).one_or_none()
            if row is None:
                raise NumbersExhausted
            yield int(row[0])

    def of_case(self, serial: int, on: date) -> str:
        return self._make(self._hall.case_number, serial, on)

    def of_bundle(self, serial: int, on: date) -> str:
        return self._make(self._hall.bundle_number, serial, on)

    def _make(self, pattern: str, serial: int, on: date) -> str:
        return pattern.format(region=self._hall.region, date=f"{on:%Y%m%d}", serial=serial)
