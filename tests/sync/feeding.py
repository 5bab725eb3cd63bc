"""Windows that push and pull against the real intake and the real feed, with or without sockets."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from app.domain import case as cases
from app.domain.case import Case
from app.domain.event import Event
from app.storage.inbox import Inbox
from app.storage.outbox import Outbox
from app.storage.store import Store
from sync import wire
from sync.backoffice import intake, line, own
from sync.backoffice.cases import NumberPattern, events_about
from sync.backoffice.database import Database, Transaction
from sync.backoffice.feed import Asker, write_page
from sync.backoffice.stretch import find_end, find_mark, read_stretch
from sync.client.feed import Feed, Pull, PullKind
from sync.client.feed_worker import FeedSettings, FeedWorker, Kept
from sync.client.round import LeaseAims, Patience, Post, Reply, Rounds, TurnKind
from sync.errors import Unreachable
from sync.feed import Cursor, FeedAnswer
from tests.sync.hall import HALL
from tests.sync.world import Answering, ClientWindow

EPOCH = "0123456789abcdef"


class SocketlessHall:
    """The real intake, leases and feed over a real database."""

    def __init__(self, path: Path, now: Callable[[], datetime], epoch: str = EPOCH) -> None:
        self.database = Database.open(path, now())
        self.epoch = epoch
        self.page = 500  # entries of one answer
        self._now = now
        self._numbers = NumberPattern(HALL)

    def answer(self, post: Post) -> Reply:
        with self.database.write() as connection:
            answer = self._answer(connection, post)
        status = 409 if isinstance(answer, wire.ErrorAnswer) else 200
        return Reply(status=status, body=msgspec.json.encode(answer))

    def _answer(
        self, connection: Transaction, post: Post
    ) -> wire.PushAnswer | wire.LeaseAnswer | wire.ErrorAnswer:
        if post.path == wire.PUSH_PATH:
            entries = wire.decode_batch(post.body)
            return intake.receive(connection, entries, self._now(), self._numbers)
        asked = msgspec.json.decode(post.body, type=wire.LeaseRequest)
        return line.lease(connection, HALL, asked, self._now(), block_size=20)

    def feed(self, path: str, device: str) -> Reply:
        asked = parse_qs(urlsplit(path).query)
        install, cursor = asked["install"][0], Cursor.parse(asked.get("cursor", [""])[0])
        with self.database.read() as connection:
            if cursor is None or not self._holds(connection, cursor):
                begun = FeedAnswer(cursor=f"{self.epoch}.0", reset=True, more=True, now=self._now())
                return Reply(status=200, body=msgspec.json.encode(begun))
            stretch = read_stretch(connection, cursor.place, self.page)
        asker = Asker(device=device, install=install)
        page = write_page(self.epoch, asker, stretch, {}, self._now())
        return Reply(status=200, body=page.body)

    def _holds(self, connection: Transaction, cursor: Cursor) -> bool:
        mark = find_mark(connection, cursor.place)
        known = not cursor.mark or mark in {None, cursor.mark}
        return cursor.epoch == self.epoch and cursor.place <= find_end(connection) and known

    def record(self, event: Event, subject: str) -> None:
        """The back office's own fact, last of all."""
        with self.database.write() as connection:
            own.record(connection, event, subject=subject, actor="9001", now=self._now())

    def case(self, case_id: str) -> Case | None:
        with self.database.read() as connection:
            past = events_about(connection, f"case:{case_id}")
        return cases.fold(case_id, (event for event, _ in past))

    def cases(self) -> list[str]:
        return [str(row[0]) for row in self.rows("SELECT id FROM cases ORDER BY id")]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(sql)]


@dataclass
class SocketlessWindow:
    """The real store, rounds and feed of one window. ``line`` may raise Unreachable."""

    store: Store
    hall: SocketlessHall
    line_up: bool = True

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """As after a start of the program."""
        self.outbox = Outbox(self.store)
        self.inbox = Inbox(self.store)
        self.rounds = Rounds(
            outbox=self.outbox, send=self._send, new_id=self.store.new_id,
            aims=LeaseAims(numbers_low=10, tickets=0),
        )  # fmt: skip
        self.feed = Feed(inbox=self.inbox, ask=self._ask)

    def _send(self, post: Post) -> Reply:
        if not self.line_up:
            raise Unreachable
        return self.hall.answer(post)

    def _ask(self, path: str, _: int) -> Reply:
        if not self.line_up:
            raise Unreachable
        return self.hall.feed(path, self.store.device)

    def push(self) -> None:
        self.rounds.begin()
        while self.rounds.turn().kind is TurnKind.MOVED:
            pass

    def pull(self, most: int = 10_000) -> Pull:
        """Until nothing more comes, or ``most`` answers."""
        for _ in range(most):
            pull = self.feed.turn(0)
            if pull.kind in {PullKind.QUIET, PullKind.FAILED}:
                break
        self.inbox.sweep()
        return pull

    def serial(self) -> int | None:
        with self.store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT next FROM number_blocks WHERE next <= last ORDER BY first LIMIT 1"
            ).one_or_none()
        return None if row is None else int(row[0])

    def rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self.store.read() as connection:
            return connection.exec_driver_sql(sql, values).all()


# -- over the wire ---------------------------------------------------------------------------------


def ask_feed(
    server: Answering, cursor: str = "", *, device: str = "W01", install: str = "i-asks",
    wait: int = 0,
) -> FeedAnswer:  # fmt: skip
    path = f"/sync/feed?cursor={cursor}&wait={wait}&install={install}"
    answer = server.get(path, device)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=FeedAnswer)


def beginning(server: Answering, **who: Any) -> FeedAnswer:
    """The first page, after the answer that begins."""
    begun = ask_feed(server, "", **who)
    assert begun.reset
    assert begun.more
    return ask_feed(server, begun.cursor, **who)


class FedWindow(ClientWindow):
    """A whole window, feed and all."""

    def __init__(
        self, home: Path, url: str, token: str, lists: Sequence[Kept] = (), **more: Any
    ) -> None:
        super().__init__(home, url, token, **more)
        self.inbox = Inbox(self.store)
        self.taken = 0
        settings = FeedSettings(
            access=self.access, lists=lists, wait=2, patience=Patience(first=0.05, longest=0.5)
        )
        self.feed = FeedWorker(
            inbox=self.inbox, settings=settings, random=random.Random(9), on_taken=self._count
        )

    def _count(self) -> None:
        self.taken += 1

    def start(self) -> FedWindow:
        self.worker.start()
        self.feed.start()
        return self

    def close(self) -> None:
        self.feed.stop(10)
        super().close()


@contextmanager
def fed_window(home: Path, url: str, token: str, **more: Any) -> Iterator[FedWindow]:
    window = FedWindow(home, url, token, **more)
    try:
        yield window
    finally:
        window.close()
