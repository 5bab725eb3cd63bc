"""A back office without sockets: the real application over a real database, asked one by one.

It may lose its power in the middle of a request, have a full disk, or be an older program that does
not know every kind of fact.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote, urlsplit

from app.domain.event import Event
from app.domain.events import KINDS
from sync import wire
from sync.backoffice import enrolment, own
from sync.backoffice.app import create_app
from sync.backoffice.database import Database, Transaction
from sync.backoffice.office import Office
from sync.backoffice.settings import Settings
from sync.backoffice.sqlite import SqliteDatabase
from sync.errors import ServerTrouble
from tests.sync.hall import HALL

_FULL = "PRAGMA max_page_count = 1"  # SQLite makes it the size that the file has
_ROOM = "PRAGMA max_page_count = 1073741823"


class LineBroke(Exception):
    """The asker or the asked is gone: no answer."""


class PowerCut(Exception):
    """In the middle of what the back office was doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class SimulatedOffice:
    """Begins to serve at once; ``close`` at the end."""

    def __init__(
        self, data: Path, now: Callable[[], datetime], chance: Random,
        unknown: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        """``unknown`` kinds of facts are not known to its program until ``upgrade``."""
        self.data = data
        self.unknown = unknown
        self.on_restart: Callable[[], None] = lambda: None
        self._world_now = now
        self._chance = chance
        self._looks = 0  # at the clock until the power goes, 0: it stays
        self._loop = asyncio.new_event_loop()
        self._serve()

    @property
    def office(self) -> Office:
        office = self._app.state.office
        assert isinstance(office, Office)
        return office

    def _now(self) -> datetime:
        if self._looks:
            self._looks -= 1
            if not self._looks:
                raise PowerCut
        return self._world_now()

    # -- its life -----------------------------------------------------------------------------

    def _serve(self) -> None:
        with self._program():
            self._app = create_app(
                Settings(
                    data=self.data, hall=HALL, block_size=20, now=self._now,
                    random=self._chance.randbytes, blob_reserve=0,
                )
            )  # fmt: skip
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._loop.run_until_complete(self._lifespan.__aenter__())

    def _end(self) -> None:
        self._loop.run_until_complete(self._lifespan.__aexit__(None, None, None))

    def lose_power(self) -> None:
        """What was not committed is gone; it serves again from its files."""
        self._end()
        self._serve()
        self.on_restart()

    def upgrade(self) -> None:
        self.unknown = frozenset()
        self.lose_power()

    def close(self) -> None:
        self._end()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    @contextmanager
    def _program(self) -> Iterator[None]:
        hidden = {kind: KINDS.pop(kind) for kind in self.unknown}
        try:
            yield
        finally:
            KINDS.update(hidden)

    def fill_disk(self, *, full: bool) -> None:
        """As far as SQLite asks for more pages; what it overwrites still goes."""
        database = self.office.database
        assert isinstance(database, SqliteDatabase)
        drivers = [database._idle.get() for _ in range(database._idle.qsize())]
        for driver in drivers:
            driver.execute(_FULL if full else _ROOM)
            database._idle.put(driver)

    # -- requests -----------------------------------------------------------------------------

    def ask(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes = b"",
        *, cut: int | None = None, dies_after: int = 0,
    ) -> Answer:  # fmt: skip
        """``cut``: the line breaks after so many bytes of the body; ``dies_after``: the power goes
        with that look at the clock. Raises LineBroke."""
        self._looks = dies_after
        try:
            with self._program():
                return self._loop.run_until_complete(self._ask(method, address, headers, body, cut))
        except PowerCut:
            raise LineBroke from None
        finally:
            self._looks = 0
            if dies_after:
                self.lose_power()

    async def _ask(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes, cut: int | None
    ) -> Answer:
        told = {"host": "office", "content-length": str(len(body))}
        told |= {name.lower(): value for name, value in headers.items()}
        parts = urlsplit(address)
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": unquote(parts.path), "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(), "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
            "client": ("10.0.0.1", 1), "server": ("office", 80), "state": {},
        }  # fmt: skip
        coming: list[MutableMapping[str, Any]] = [
            {"type": "http.request", "body": body[:cut], "more_body": cut is not None}
        ]
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            if coming:
                return coming.pop()
            if cut is None:
                await asyncio.Event().wait()  # the asker waits for its answer
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        if cut is not None:
            raise LineBroke
        return Answer(
            status=sent[0]["status"], body=b"".join(one.get("body", b"") for one in sent[1:]),
            headers={name.decode().lower(): value.decode() for name, value in sent[0]["headers"]},
        )  # fmt: skip

    # -- people at the back office --------------------------------------------------------------

    def code_for(self, device: str) -> str:
        """A one-time code, as an administrator makes it."""
        told = {
            "authorization": f"Bearer {self.office.token}",
            wire.PROTOCOL_HEADER: str(wire.PROTOCOL),
        }
        answer = self.ask("POST", "/api/devices/codes", told, f'{{"device":"{device}"}}'.encode())
        assert answer.status == 200, answer
        return str(answer.body.decode().partition('"code":"')[2].partition('"')[0])

    def revoke(self, device: str) -> None:
        self._write(lambda tables: enrolment.revoke(tables, device, self._world_now()))
        self.office.tokens.forget()

    def record(self, event: Event, subject: str) -> None:
        """A department's or supervisor's fact. Raises the AppError that refuses it."""
        now = self._world_now()
        self._write(
            lambda tables: own.record(tables, event, subject=subject, actor="9001", now=now)
        )

    def _write(self, work: Callable[[Transaction], object]) -> None:
        try:
            with self._program():
                self._loop.run_until_complete(self.office.write(work))
        except ServerTrouble:
            pass  # a full disk: the person tries again another day

    # -- what is in it ------------------------------------------------------------------------

    @contextmanager
    def beside(self) -> Iterator[Transaction]:
        """The database as another program opens it."""
        opened = Database.open(self.data / "backoffice.db", self._world_now())
        try:
            with opened.read() as reader:
                yield reader
        finally:
            opened.close()

    def rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self.beside() as reader:
            return [tuple(row) for row in reader.execute(sql, values)]
