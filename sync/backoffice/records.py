"""Look up what is known of a person or a case, and what is published to every window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

import msgspec

from app.domain.decoding import convert, decode
from app.domain.journal import Entry
from app.ports import Licence
from sync.backoffice.database import Transaction
from sync.backoffice.logs import note
from sync.errors import ServerTrouble, TooLarge
from sync.people import (
    MAX_HISTORY,
    MAX_HISTORY_BYTES,
    MAX_LICENCES,
    MAX_WAITING,
    HistoryAnswer,
    LicencesAnswer,
    WaitingAnswer,
    WaitingOne,
    tidy,
)

_T = TypeVar("_T")
_LARGEST_FILE = 256 * 1024 * 1024


class KeptFile(Generic[_T]):
    """A file that somebody else replaces now and then: read again only when it has changed."""

    def __init__(self, path: Path, parse: Callable[[bytes], _T]) -> None:
        self._path = path
        self._parse = parse
        self._lock = Lock()
        self._seen: tuple[int, ...] = ()
        self._value: _T | None = None

    def get(self) -> _T | None:
        """None where there is no such file. Raises ServerTrouble where it cannot be used."""
        with self._lock:
            try:
                state = self._path.stat()
                seen = (state.st_mtime_ns, state.st_size, state.st_ino)
                if seen != self._seen:
                    self._value = None
                    self._value = self._read(state.st_size)
                    self._seen = seen
            except FileNotFoundError:
                self._seen, self._value = (), None
            except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
                # Its text may quote a person's data; the name and the kind are enough to mend it.
                note("file_broken", file=self._path.name, error=type(error).__name__)
                self._seen = ()
                raise ServerTrouble from None
            return self._value

    def _read(self, size: int) -> _T:
        if size > _LARGEST_FILE:
            raise ValueError
        return self._parse(self._path.read_bytes())


# -- files of the back office's folder -----------------------------------------------------------


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    holder: str
    code: str
    name: str
    number: str
    issuer: str
    issued: str
    valid_to: str | None = None


class _LicenceFile(msgspec.Struct, frozen=True):
    licences: tuple[_Held, ...]


def _by_holder(content: bytes) -> dict[str, tuple[Licence, ...]]:
    found: dict[str, tuple[Licence, ...]] = {}
    for held in decode(content, _LicenceFile).licences:
        fields = msgspec.structs.asdict(held)
        holder = tidy(fields.pop("holder"))
        found[holder] = (*found.get(holder, ()), convert(fields, Licence))
    return found


class LicenceBook:
    """``licences.json`` of the back office's folder: it stands for the region's e-licence hub."""

    def __init__(self, folder: Path) -> None:
        self._file = KeptFile(folder / "licences.json", _by_holder)

    def of(self, holder: str) -> LicencesAnswer:
        """Raises ServerTrouble."""
        known = self._file.get() or {}
        return LicencesAnswer(licences=known.get(tidy(holder), ())[:MAX_LICENCES])


# -- cases ----------------------------------------------------------------------------------------


def waiting(connection: Transaction, holder: str) -> WaitingAnswer:
    """Cases of this person or organisation that wait for them, the newest first."""
    columns = (
        "id, coalesce(number, ''), item_name, state, window,"
        " coalesce(nullif(decided_at, ''), opened_at) AS since"
    )
    waits = "state IN ('noticed', 'received', 'left', 'supplement')"  # as the indexes have it
    rows = connection.execute(
        f"SELECT {columns} FROM cases WHERE person = ? AND {waits}"  # noqa: S608 - constants
        f" UNION SELECT {columns} FROM cases WHERE organisation = ? AND {waits}"
        " ORDER BY since DESC LIMIT ?",
        (tidy(holder), tidy(holder), MAX_WAITING),
    )
    return WaitingAnswer(
        cases=tuple(
            WaitingOne(
                id=row[0], number=row[1], item_name=row[2], state=row[3], window=row[4],
                decided_at=datetime.fromisoformat(row[5]),
            )
            for row in rows
        )
    )  # fmt: skip


def history(connection: Transaction, number: str) -> HistoryAnswer:
    """All applied facts about the case with this number or id and about its bundle, as they
    arrived.

    Raises TooLarge: nobody's case has thousands of facts.
    """
    found = connection.execute(
        "SELECT id, bundle FROM cases WHERE number = ?"
        " UNION ALL SELECT id, bundle FROM cases WHERE id = ?",
        (number.strip(), number.strip()),
    ).fetchone()
    if found is None:
        return HistoryAnswer(entries=())
    rows = connection.execute(
        "SELECT e.id, c.device, c.install, e.seq, e.at, e.hlc, e.actor, e.subject, e.kind,"
        " e.version, e.body, e.body_hash, e.hash FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.subject IN (?, ?) AND e.outcome = 'applied' ORDER BY e.arrival LIMIT ?",
        (f"case:{found[0]}", f"bundle:{found[1] or '-'}", MAX_HISTORY + 1),
    )
    entries = tuple(
        Entry(
            id=row[0], device=row[1], install=row[2], seq=row[3],
            at=datetime.fromisoformat(row[4]), hlc=row[5], actor=row[6], subject=row[7],
            kind=row[8], version=row[9], body=row[10], body_hash=row[11], hash=row[12],
        )
        for row in rows
    )  # fmt: skip
    size = sum(len(entry.body.encode()) + 1000 for entry in entries)
    if len(entries) > MAX_HISTORY or size > MAX_HISTORY_BYTES:
        raise TooLarge(limit=MAX_HISTORY)
    return HistoryAnswer(entries=entries)
