"""The shelf of scanned pages: files and rows, what waits to be sent, and what may be thrown away.

A file is whole and durable before a row names it. Rows of ``blobs`` are this window's own state;
which page lies with which material is folded from the journal (``page_table``).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.errors import AppError
from app.storage.blob_files import BlobFiles, BlobReader
from app.storage.database import Statements, writing
from app.storage.store import Store

KEEP_DAYS = 30  # local copies of what arrived, after their last case was decided
UNUSED_DAYS = 7  # files that no case names (any more)
_LEFTOVER_SECONDS = 24 * 3600  # by the file's own time: half-written files, files without a row

# An abandoned case issued nothing: its pages stay here until they are thrown away.
_WANTED = (
    "EXISTS (SELECT 1 FROM case_materials m JOIN cases c ON c.id = m.case_id "
    "WHERE m.sha = b.sha AND c.state <> 'abandoned')"
)
# States in which a window may still add to a case, or look at what it has.
_LIVE = "('open', 'noticed', 'received', 'left', 'supplement')"
# What was refused and waits for a person keeps its pages; and all do while anything is undecided:
# the fact that takes a page away may be refused, however late a clock says it is.
_IN_DOUBT = (
    "(EXISTS (SELECT 1 FROM set_aside s JOIN journal j ON j.install = s.install AND j.seq = s.seq "
    "WHERE s.answer = '' AND j.kind = 'MaterialReceived' AND instr(j.body, b.sha) > 0) "
    "OR EXISTS (SELECT 1 FROM chain JOIN journal j ON j.install = chain.install "
    "AND j.seq > chain.acknowledged))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingBlob:
    """A scan that the back office does not have yet."""

    sha: str
    size: int
    media: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """``state`` as in the table of blobs, "" where nothing is known of the scan."""

    material: str
    number: int
    sha: str
    size: int = 0
    media: str = ""
    state: str = ""
    sent: int = 0
    code: str = ""
    local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPage:
    """A page that will not arrive without a person; ``code`` says why."""

    case_id: str
    material: str
    number: int
    code: str


def _page_row(row: Sequence[Any]) -> PageRow:
    material, number, sha, size = row[:4]
    if size is None:
        return PageRow(material=material, number=number, sha=sha)
    media, state, sent, code, local = row[4:]
    return PageRow(
        material=material, number=number, sha=sha, size=size, media=media, state=state, sent=sent,
        code=code, local=bool(local),
    )  # fmt: skip


class AttachmentShelf:
    """Safe to use from several threads; the lane that sends uses it beside the desks."""

    def __init__(self, store: Store, files: BlobFiles) -> None:
        self._store = store
        self._files = files

    # -- for the desks ------------------------------------------------------------------------

    def keep(self, content: bytes) -> str:
        """The scan's name, once it is safe on the disk. Raises DiskFull, StoreError."""
        return self._files.keep(content)

    def name(self, connection: Statements, sha: str, size: int, media: str) -> None:
        """A kept scan gets its row, in the transaction of the fact that names it. One that was
        refused before is tried again: a person added it anew."""
        connection.exec_driver_sql(
            "INSERT INTO blobs (sha, size, media, added_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (sha) DO UPDATE SET local = 1, size = excluded.size, "
            "media = excluded.media, added_at = excluded.added_at, code = '', "
            "state = CASE blobs.state WHEN 'there' THEN 'there' ELSE 'waiting' END",
            (sha, size, media, self._now().isoformat()),
        )

    def keep_copy(self, content: bytes, media: str) -> None:
        """A scan of another window, fetched from the back office, which so has it."""
        sha = self._files.keep(content)
        with writing(self._store.engine) as connection:
            self.name(connection, sha, len(content), media)
            connection.exec_driver_sql(
                "UPDATE blobs SET state = 'there', sent = size WHERE sha = ?", (sha,)
            )

    def read(self, sha: str) -> bytes:
        """Raises PageDamaged, also where it is not here."""
        return self._files.read(sha)

    def holds(self, sha: str) -> bool:
        return self._files.holds(sha)

    def pages(self, case_id: str) -> list[PageRow]:
        """Of one case, by material and page."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT m.material, m.page, m.sha, b.size, b.media, b.state, b.sent, b.code, "
                "b.local FROM case_materials m LEFT JOIN blobs b ON b.sha = m.sha "
                "WHERE m.case_id = ? ORDER BY m.material, m.page",
                (case_id,),
            ).all()
        return [_page_row(row) for row in rows]

    # -- for the lane that sends --------------------------------------------------------------

    def waiting(self, limit: int, passing: frozenset[str] = frozenset()) -> list[WaitingBlob]:
        """What is to be sent, the longest waiting first; ``passing`` are under way already."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT b.sha, b.size, b.media FROM blobs b WHERE b.state = 'waiting' "  # noqa: S608 - constants
                f"AND b.local = 1 AND {_WANTED} ORDER BY b.added_at, b.sha LIMIT ?",
                (limit + len(passing),),
            ).all()
        found = [WaitingBlob(sha=r[0], size=r[1], media=r[2]) for r in rows]
        return [blob for blob in found if blob.sha not in passing][:limit]

    def backlog(self) -> tuple[int, int, int]:
        """(scans waiting, their bytes that have not arrived, scans refused)."""
        with self._store.read() as connection:
            files, size = connection.exec_driver_sql(
                "SELECT count(*), coalesce(sum(b.size - b.sent), 0) FROM blobs b "  # noqa: S608 - constants
                f"WHERE b.state = 'waiting' AND b.local = 1 AND {_WANTED}"
            ).one()
            refused = connection.exec_driver_sql(
                f"SELECT count(*) FROM blobs b WHERE b.state = 'refused' AND {_WANTED}"  # noqa: S608 - constants
            ).scalar_one()
        return int(files), int(size), int(refused)

    def refused_pages(self, limit: int = 500) -> list[RefusedPage]:
        """By case, the one that waits longest first."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT m.case_id, m.material, m.page, b.code, min(b.asked_at) OVER "
                "(PARTITION BY m.case_id) AS since FROM blobs b "
                "JOIN case_materials m ON m.sha = b.sha JOIN cases c ON c.id = m.case_id "
                "WHERE b.state = 'refused' AND c.state <> 'abandoned' "
                "ORDER BY since, m.case_id, m.material, m.page LIMIT ?",
                (limit,),
            ).all()
        return [RefusedPage(case_id=r[0], material=r[1], number=r[2], code=r[3]) for r in rows]

    def open(self, sha: str) -> BlobReader:
        """Raises PageDamaged."""
        return self._files.open(sha)

    def arrived(self, shas: Iterable[str]) -> None:
        """The back office has said that it holds these, whole and checked."""
        self._update("state = 'there', sent = size, code = ''", shas)

    def missing(self, shas: Iterable[str]) -> None:
        """It no longer holds these (restored from a copy): they are sent again."""
        self._update("state = 'waiting', sent = 0", shas)

    def refused(self, sha: str, code: str) -> None:
        """It will not take this one, or it cannot be read here: never tried again by itself."""
        with writing(self._store.engine) as connection:
            connection.exec_driver_sql(
                "UPDATE blobs SET state = 'refused', code = ?, asked_at = ? WHERE sha = ?",
                (code, self._now().isoformat(), sha),
            )

    def sent(self, sha: str, offset: int) -> None:
        """How much of it has arrived; only shown, the back office itself is asked before."""
        with writing(self._store.engine) as connection:
            connection.exec_driver_sql(
                "UPDATE blobs SET sent = ? WHERE sha = ? AND state = 'waiting'", (offset, sha)
            )

    def to_ask_again(self, before: datetime, limit: int) -> list[WaitingBlob]:
        """Local copies that the back office was last asked about before then."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT sha, size, media FROM blobs WHERE state = 'there' AND local = 1 "
                "AND asked_at < ? ORDER BY asked_at LIMIT ?",
                (before.isoformat(), limit),
            ).all()
        return [WaitingBlob(sha=r[0], size=r[1], media=r[2]) for r in rows]

    def cases_to_ask(self, before: datetime, limit: int) -> list[str]:
        """Live cases with pages of other windows of which it is not known where they are."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT DISTINCT m.case_id FROM case_materials m JOIN cases c ON c.id = m.case_id "  # noqa: S608 - a constant
                f"LEFT JOIN blobs b ON b.sha = m.sha WHERE c.state IN {_LIVE} AND (b.sha IS NULL "
                "OR (b.state = 'elsewhere' AND b.asked_at < ?)) ORDER BY 1 LIMIT ?",
                (before.isoformat(), limit),
            ).all()
        return [str(row[0]) for row in rows]

    def learn(self, case_id: str, lacking: frozenset[str] | None) -> None:
        """Which scans of a case the back office lacks: the rest of them it has. None where it
        does not know the case."""
        at = self._now().isoformat()
        with writing(self._store.engine) as connection:
            connection.exec_driver_sql(
                "INSERT INTO blobs (sha, size, media, state, local, added_at) "
                "SELECT DISTINCT sha, 0, '', 'elsewhere', 0, ? FROM case_materials "
                "WHERE case_id = ? ON CONFLICT DO NOTHING",
                (at, case_id),
            )
            for row in self._pages_in(connection, case_id):
                state = "elsewhere" if lacking is None or row in lacking else "there"
                connection.exec_driver_sql(
                    "UPDATE blobs SET state = ?, asked_at = ? WHERE sha = ? AND local = 0",
                    (state, at, row),
                )

    # -- throwing away ------------------------------------------------------------------------

    def disposable(self, limit: int) -> list[WaitingBlob]:
        """Copies of what arrived whose cases are all decided, and have been for long enough.

        Whoever removes them asks the back office once more whether it holds them.
        """
        before = (self._now() - timedelta(days=KEEP_DAYS)).isoformat()
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT b.sha, b.size, b.media FROM blobs b WHERE b.state = 'there' "  # noqa: S608 - constants
                "AND b.local = 1 AND b.added_at < ? AND NOT EXISTS (SELECT 1 FROM case_materials m "
                "JOIN cases c ON c.id = m.case_id WHERE m.sha = b.sha "
                f"AND (c.state IN {_LIVE} OR c.decided_at >= ?)) AND NOT {_IN_DOUBT} LIMIT ?",
                (before, before, limit),
            ).all()
        return [WaitingBlob(sha=r[0], size=r[1], media=r[2]) for r in rows]

    def drop_copies(self, shas: Sequence[str]) -> None:
        """The row says so first: a kill between the two leaves a file that the janitor finds."""
        self._update("local = 0", shas)
        for sha in shas:
            self._files.remove(sha)

    def sweep(self) -> int:
        """Remove leftovers of kills, and scans that no case names any more. Returns how many.

        A fact that takes a page away may still be refused: until all is decided each scan stays,
        however late a clock says it is.
        """
        swept = self._files.sweep(time.time() - _LEFTOVER_SECONDS)
        before = (self._now() - timedelta(days=UNUSED_DAYS)).isoformat()
        with writing(self._store.engine) as connection:
            connection.exec_driver_sql(
                f"DELETE FROM blobs AS b WHERE added_at < ? AND NOT {_WANTED} "  # noqa: S608 - constants
                f"AND NOT {_IN_DOUBT}",
                (before,),
            )
            # Scanned and never filed, and nobody is there any more who would.
            connection.exec_driver_sql(
                "DELETE FROM scan_tray WHERE taken_at < ? AND NOT EXISTS (SELECT 1 FROM cases c "  # noqa: S608 - a constant
                f"WHERE c.id = scan_tray.case_id AND c.state IN {_LIVE})",
                ((self._now() - timedelta(days=KEEP_DAYS)).isoformat(),),
            )
        known = self._local()
        for sha, written in self._files.names():
            if sha not in known and written < time.time() - _LEFTOVER_SECONDS:
                with suppress(AppError):
                    self._files.remove(sha)
                    swept += 1
        return swept

    # -----------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._store.clock.now()

    def _update(self, change: str, shas: Iterable[str]) -> None:
        at = self._now().isoformat()
        with writing(self._store.engine) as connection:
            for sha in shas:
                connection.exec_driver_sql(
                    f"UPDATE blobs SET {change}, asked_at = ? WHERE sha = ?",  # noqa: S608 - constants
                    (at, sha),
                )

    def _local(self) -> set[str]:
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT sha FROM blobs WHERE local = 1 UNION SELECT sha FROM scan_tray"
            ).all()
        return {str(row[0]) for row in rows}

    @staticmethod
    def _pages_in(connection: Statements, case_id: str) -> list[str]:
        rows = connection.exec_driver_sql(
            "SELECT DISTINCT sha FROM case_materials WHERE case_id = ?", (case_id,)
        ).all()
        return [str(row[0]) for row in rows]
