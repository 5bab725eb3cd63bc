"""A back office without sockets: the real application over a real database, asked one by one.

It may die in the middle of a request (its clock kills it: every request looks at it), between the
commit and the answer, or while nobody asks; its disk is then found as a kill or a power cut leaves
it. It may have a full disk, or be an older program that does not know every kind of fact.
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import sqlite3
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
from sync.backoffice import enrolment, own, quarantine
from sync.backoffice.app import create_app
from sync.backoffice.database import Transaction
from sync.backoffice.office import Office
from sync.backoffice.settings import Settings
from sync.backoffice.sqlite import SqliteDatabase
from sync.errors import ServerTrouble, Unreachable
from tests.simulation.disk import FULL, ROOM, committed_frames, copy_disk, cut_power
from tests.simulation.fair_leases import FairLeases
from tests.simulation.one_thread import LaneAtOnce, OneThread
from tests.simulation.schedule import Schedule
from tests.sync.hall import HALL

FILE = "backoffice.db"
TICKETS = 6  # in the hall's line


class OfficeDied(BaseException):
    """No handler of the product may take it for an error of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request as it goes over the line."""

    method: str
    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def name(self) -> str:
        return f"{self.method} {self.address.partition('?')[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class OfficeDisk(SqliteDatabase):
    """The real database on a disk that may be full, and of which is known what a power cut
    would leave."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.full = False
        self._drivers: list[sqlite3.Connection] = []

    def _connect(self) -> sqlite3.Connection:
        driver = super()._connect()
        self._drivers.append(driver)
        return driver

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with super().write() as transaction:
            transaction.execute(f"PRAGMA max_page_count = {1 if self.full else ROOM}")
            yield transaction

    def durable_frames(self) -> int:
        """Of the write-ahead log."""
        modes = [one.execute("PRAGMA synchronous").fetchone()[0] for one in self._drivers]
        return committed_frames(self._path)[0] if all(mode >= FULL for mode in modes) else 0


class SimulatedOffice:
    """Serves from ``start``; when it died it is started again by itself. ``close`` at the end."""

    def __init__(
        self, homes: Path, schedule: Schedule, chance: Random, *,
        unknown: frozenset[str] = frozenset(), disk: type[OfficeDisk] = OfficeDisk,
    ) -> None:  # fmt: skip
        """Its lives have their disks in ``homes``. ``unknown`` kinds of facts are not known to its
        program until ``upgrade``."""
        self.unknown = unknown
        self.up = False
        self.full = False
        self.on_start: Callable[[], None] = lambda: None
        self.unfair: list[str] = []  # leases, as they were seen to be
        self.broken: list[str] = []  # promises, as they were seen to be
        self.watch: FairLeases | None = None
        self.disk: OfficeDisk
        self._kind = disk
        self._homes, self._lives = homes, 0
        self._schedule = schedule
        self._chance = chance
        self._looks = 0  # at the clock until it dies, 0: it lives
        self._loop = OneThread()

    @property
    def office(self) -> Office:
        office = self._app.state.office
        assert isinstance(office, Office)
        return office

    @property
    def data(self) -> Path:
        return self._homes / str(self._lives)

    def _now(self) -> datetime:
        if self._looks:
            self._looks -= 1
            if not self._looks:
                raise OfficeDied
        return self._schedule.now()

    # -- its life -----------------------------------------------------------------------------

    def start(self) -> None:
        if self.up:
            return
        self._looks = 0
        self.data.mkdir(parents=True, exist_ok=True)
        with self._program():
            disk = self._kind.opened(self.data / FILE, self._schedule.now())
            assert isinstance(disk, OfficeDisk)
            self.disk = disk
            settings = Settings(
                data=self.data, hall=HALL, block_size=20, now=self._now, blob_reserve=0,
                random=self._chance.randbytes, demo_line=TICKETS,
            )  # fmt: skip
            self._app = create_app(settings, disk, LaneAtOnce)
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._loop.run_until_complete(self._lifespan.__aenter__())
        self.up = True
        disk.full = self.full
        self._schedule.say("office starts")
        self.watch = FairLeases(disk, HALL)
        self.on_start()

    def die(self, *, power: bool) -> None:
        """At once; it is started again after a while."""
        if not self.up:
            return
        self._schedule.say("office lost its power" if power else "office was killed")
        former = self.data
        self._lives += 1
        if power:
            cut_power(former, self.data, FILE, self.disk.durable_frames(), self._chance)
        else:
            copy_disk(former, self.data)
        self._end()  # what the dead one would tidy up, it does on a disk that nobody looks at
        shutil.rmtree(former)
        self._schedule.after(self._chance.uniform(0.1, 8.0), self.start)

    def upgrade(self) -> None:
        """The program is stopped, and a newer one started."""
        if self.up:
            self._end()
        self.unknown = frozenset()
        self.start()

    def close(self) -> None:
        if self.up:
            self._end()
        self._loop.close()

    def _end(self) -> None:
        self.up = False
        self._looks = 0
        self._loop.run_until_complete(self._lifespan.__aexit__(None, None, None))

    @contextmanager
    def _program(self) -> Iterator[None]:
        known = dict(KINDS)  # in an order that documents are made by
        for kind in self.unknown:
            del KINDS[kind]
        try:
            yield
        finally:
            KINDS.clear()
            KINDS.update(known)

    def fill_disk(self, *, full: bool) -> None:
        """As far as SQLite asks for more pages; what it overwrites still goes."""
        self._schedule.say(f"office disk {'full' if full else 'has room'}")
        self.full = full
        if self.up:
            self.disk.full = full

    # -- requests -----------------------------------------------------------------------------

    def ask(self, ask: Ask, *, cut: int | None = None, dies_after: int = 0) -> Answer:
        """``cut``: the line breaks after so many bytes of the body; ``dies_after``: it dies with
        that look at the clock. Raises Unreachable."""
        if not self.up:
            raise Unreachable
        ended = self._is_ended(ask.headers.get("authorization", ""))
        self._looks = dies_after
        try:
            leases = self.watch and ask.address == wire.LEASE_PATH and cut is None
            before = self.watch.line(self._schedule.now()) if self.watch and leases else []
            with self._program():
                answer = self._loop.run_until_complete(self._carry_out(ask, cut))
            if self.watch and leases and answer.status == 200:
                device = json.loads(ask.body)["device"]
                found = self.watch.complaint(before, device, self._schedule.now())
                self.unfair += [found] if found else []
            if ended and answer.status < 400:
                self.broken.append(f"{ask.name} was answered {answer.status} after a withdrawal")
            return answer
        except OfficeDied:
            self.die(power=self._chance.random() < 0.5)
            raise Unreachable from None
        finally:
            self._looks = 0

    def _is_ended(self, told: str) -> bool:
        """Whether it is the token of a device that was withdrawn, or enrolled anew."""
        digest = enrolment.token_digest(told.removeprefix("Bearer "))
        rows = self.rows("SELECT 1 FROM device_tokens WHERE token = ? AND ended_at <> ''", digest)
        return bool(rows)

    async def _carry_out(self, ask: Ask, cut: int | None) -> Answer:
        told = {"host": "office", "content-length": str(len(ask.body))}
        told |= {name.lower(): value for name, value in ask.headers.items()}
        parts = urlsplit(ask.address)
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1",
            "method": ask.method, "scheme": "http", "path": unquote(parts.path),
            "raw_path": parts.path.encode(), "query_string": parts.query.encode(),
            "root_path": "", "client": ("10.0.0.1", 1), "server": ("office", 80), "state": {},
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
        }  # fmt: skip
        coming: list[MutableMapping[str, Any]] = [
            {"type": "http.request", "body": ask.body[:cut], "more_body": cut is not None}
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
            raise Unreachable
        return Answer(
            status=sent[0]["status"], body=b"".join(one.get("body", b"") for one in sent[1:]),
            headers={name.decode().lower(): value.decode() for name, value in sent[0]["headers"]},
        )  # fmt: skip

    # -- people at the back office --------------------------------------------------------------

    def code_for(self, device: str) -> str:
        """A one-time code, as an administrator makes it. Raises Unreachable."""
        told = {
            "authorization": f"Bearer {self.office.token}",
            wire.PROTOCOL_HEADER: str(wire.PROTOCOL),
        }
        body = json.dumps({"device": device}).encode()
        answer = self.ask(Ask(method="POST", address="/api/devices/codes", headers=told, body=body))
        if answer.status != 200:
            raise Unreachable
        return str(json.loads(answer.body)["code"])

    def revoke(self, device: str) -> None:
        self._write(lambda tables: enrolment.revoke(tables, device, self._schedule.now()))
        self.office.tokens.forget()

    def is_revoked(self, device: str) -> bool:
        return bool(
            self.rows("SELECT 1 FROM devices WHERE device = ? AND revoked_at <> ''", device)
        )

    def take_up(self, device: str) -> None:
        """A supervisor has all decided that was kept apart from this device."""
        chains = self.rows(
            "SELECT DISTINCT install FROM quarantine WHERE device = ? AND state = 'waiting'", device
        )
        for (install,) in chains:
            self._write(
                lambda tables, install=install: quarantine.take_up(  # type: ignore[misc]
                    tables, device, install, self._schedule.now(), self.office.numbers
                )
            )

    def page_of_devices(self) -> str:
        """As a supervisor sees it."""
        told = base64.b64encode(f"督导甲:{self.office.token}".encode()).decode()
        answer = self.ask(
            Ask(method="GET", address="/devices", headers={"authorization": f"Basic {told}"})
        )
        assert answer.status == 200, answer
        return answer.body.decode()

    def record(self, event: Event, subject: str) -> None:
        """A department's or supervisor's fact. Raises the AppError that refuses it."""
        now = self._schedule.now()
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

    def rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self.disk.read() as reader:
            return [tuple(row) for row in reader.execute(sql, values)]
