"""Keep the tray of scanned pages: rows beside the attachments, in the same encrypted places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.domain.decoding import decode
from app.domain.errors import AppError, Blame
from app.domain.scan_page import Edits, Seen, TrayPage
from app.storage.attachments import AttachmentShelf
from app.storage.database import Statements, writing
from app.storage.store import Store

_COLUMNS = "id, case_id, sha, source, taken_at, width, height, dpi, material, edits, seen"


class TrayPageGone(AppError):
    """The page is not in the tray any more: filed or thrown away meanwhile."""

    code = "SCAN-GONE"
    blame = Blame.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPage:
    case_id: str
    material: str
    sha: str
    source: str
    width: int
    height: int
    dpi: int


class TrayTable:
    """Safe to use from several threads. Pages of a case have places 0, 1, 2… among themselves."""

    def __init__(self, store: Store, shelf: AttachmentShelf) -> None:
        self._store = store
        self._shelf = shelf

    def keep(self, content: bytes) -> str:
        """The picture's name, once it is safe on the disk. Raises DiskFull, StoreError."""
        return self._shelf.keep(content)

    def picture(self, sha: str) -> bytes:
        """Raises PageDamaged."""
        return self._shelf.read(sha)

    def add(self, page: NewPage, instead_of: str = "") -> TrayPage:
        """At the end of its case's pages, or in the place of another one, which goes."""
        made = TrayPage(
            id=self._store.new_id(), case_id=page.case_id, sha=page.sha, source=page.source,
            taken_at=self._store.clock.now().isoformat(), width=page.width, height=page.height,
            dpi=page.dpi, material=page.material,
        )  # fmt: skip
        with writing(self._store.engine) as connection:
            place = connection.exec_driver_sql(
                "SELECT coalesce(max(place) + 1, 0) FROM scan_tray WHERE case_id = ?",
                (page.case_id,),
            ).scalar_one()
            former = connection.exec_driver_sql(
                "DELETE FROM scan_tray WHERE id = ? AND case_id = ? RETURNING place",
                (instead_of, page.case_id),
            ).all()
            connection.exec_driver_sql(
                f"INSERT INTO scan_tray ({_COLUMNS}, place) "  # noqa: S608 - a constant
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*_row(made), former[0][0] if former else place),
            )
        return made

    def pages(self, case_id: str) -> tuple[TrayPage, ...]:
        with self._store.read() as connection:
            return _pages(connection, case_id)

    def counts(self) -> dict[str, int]:
        """Pages of each case that has any; "" for nobody's."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT case_id, count(*) FROM scan_tray GROUP BY case_id ORDER BY min(taken_at)"
            ).all()
        return {row[0]: row[1] for row in rows}

    def get(self, page: str) -> TrayPage:
        """Raises TrayPageGone."""
        with self._store.read() as connection:
            return _get(connection, page)

    def change(self, page: str, edit: Callable[[TrayPage], TrayPage]) -> TrayPage:
        """Write back what ``edit`` makes of it; it may change anything but place and case. Raises
        TrayPageGone."""
        with writing(self._store.engine) as connection:
            made = edit(_get(connection, page))
            connection.exec_driver_sql(
                "UPDATE scan_tray SET material = ?, edits = ?, seen = ? WHERE id = ?",
                (made.material, _packed(made.edits), _packed(made.seen), page),
            )
        return made

    def give(self, pages: Iterable[str], case_id: str) -> None:
        """These pages belong to another case now, after what it has; still to none of its
        materials. Those that are not there are passed over."""
        with writing(self._store.engine) as connection:
            for page in pages:
                connection.exec_driver_sql(
                    "UPDATE scan_tray SET case_id = ?, material = '', place = (SELECT "
                    "coalesce(max(place) + 1, 0) FROM scan_tray WHERE case_id = ?) WHERE id = ?",
                    (case_id, case_id, page),
                )

    def order(
        self, case_id: str, make: Callable[[tuple[str, ...]], tuple[str, ...]]
    ) -> tuple[TrayPage, ...]:
        """The pages in their new order."""
        with writing(self._store.engine) as connection:
            before = tuple(page.id for page in _pages(connection, case_id))
            for place, page in enumerate(make(before)):
                connection.exec_driver_sql(
                    "UPDATE scan_tray SET place = ? WHERE id = ? AND case_id = ?",
                    (place, page, case_id),
                )
            return _pages(connection, case_id)

    def remove(self, pages: Sequence[str]) -> None:
        with writing(self._store.engine) as connection:
            self.remove_in(connection, pages)

    @staticmethod
    def remove_in(connection: Statements, pages: Sequence[str]) -> None:
        """In the transaction of the fact that files them. Raises TrayPageGone, so that no page is
        filed twice."""
        for page in pages:
            _get(connection, page)
            connection.exec_driver_sql("DELETE FROM scan_tray WHERE id = ?", (page,))

    def find_case(self, number: str) -> str:
        """The id of the case with this number, "" where it is not known here."""
        with self._store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT id FROM cases WHERE number = ?", (number,)
            ).one_or_none()
        return str(row[0]) if row else ""


def _packed(value: Edits | Seen) -> str:
    return msgspec.json.encode(value).decode()


def _row(page: TrayPage) -> tuple[Any, ...]:
    return (
        page.id, page.case_id, page.sha, page.source, page.taken_at, page.width, page.height,
        page.dpi, page.material, _packed(page.edits), _packed(page.seen),
    )  # fmt: skip


def _page(row: Sequence[Any]) -> TrayPage:
    return TrayPage(
        id=row[0], case_id=row[1], sha=row[2], source=row[3], taken_at=row[4], width=row[5],
        height=row[6], dpi=row[7], material=row[8], edits=decode(row[9], Edits),
        seen=decode(row[10], Seen),
    )  # fmt: skip


def _pages(connection: Statements, case_id: str) -> tuple[TrayPage, ...]:
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM scan_tray WHERE case_id = ? ORDER BY place, id",  # noqa: S608 - a constant
        (case_id,),
    ).all()
    return tuple(_page(row) for row in rows)


def _get(connection: Statements, page: str) -> TrayPage:
    row = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM scan_tray WHERE id = ?",  # noqa: S608 - a constant
        (page,),
    ).one_or_none()
    if row is None:
        raise TrayPageGone
    return _page(row)
