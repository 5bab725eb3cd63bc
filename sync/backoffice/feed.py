"""Tell every window what the hall has recorded: long polls over one order of arrival.

The newest entries are kept encoded in memory, so that a commit that wakes three hundred windows is
read once; who is behind them reads its own stretch from the database.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
import zstandard
from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from sync import errors, wire
from sync.backoffice.database import Transaction
from sync.backoffice.lineage import forerunners
from sync.backoffice.office import Office
from sync.backoffice.published import PublishedShelf
from sync.backoffice.stretch import Fed, Stretch, find_end, find_mark, read_stretch
from sync.feed import (
    FEED_PATH,
    MAX_FED,
    MAX_FED_BYTES,
    MAX_WAIT,
    Cursor,
    LateVerdict,
    Placed,
)

_RING_BYTES = 8 * 1024 * 1024
_MARKS = 4096  # ends of stretches that are remembered
_SHARED = 8  # answers that many windows get alike
_SMALL = 1024  # bytes that are not worth compressing


class _Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A FeedAnswer whose entries are encoded already."""

    cursor: str
    reset: bool = False
    more: bool = False
    entries: tuple[msgspec.Raw, ...] = ()
    own: tuple[Placed, ...] = ()
    verdicts: tuple[LateVerdict, ...] = ()
    published: dict[str, str]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """``formers`` are the installs of the chains that this one goes on with."""

    device: str
    install: str
    formers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one asker is told between two places; ``body`` and ``packed`` hold the answer."""

    empty: bool
    body: bytes
    packed: bytes  # zstd, b"" where it is too small


class Ring:
    """The newest told arrivals, without a gap: everything after ``after`` up to ``through``."""

    def __init__(self, longest: int = _RING_BYTES) -> None:
        self._longest = longest
        self._told: deque[Fed] = deque()
        self._bytes = 0
        self._marks: OrderedDict[int, str] = OrderedDict()
        self.after = self.through = 0

    def begin(self, place: int, mark: str) -> None:
        """Empty, from this place on."""
        self._told.clear()
        self._bytes = 0
        self._marks.clear()
        self._marks[place] = mark
        self.after = self.through = place

    def add(self, stretch: Stretch) -> None:
        if stretch.after != self.through:
            return
        self._told.extend(stretch.told)
        self._bytes += sum(len(one.encoded) for one in stretch.told)
        self.through = stretch.through
        self._marks[stretch.through] = stretch.mark
        while self._bytes > self._longest and self._told:
            gone = self._told.popleft()
            self._bytes -= len(gone.encoded)
            self.after = gone.arrival
        while len(self._marks) > _MARKS:
            self._marks.popitem(last=False)

    def mark_at(self, place: int) -> str | None:
        return self._marks.get(place)

    def cut(self, after: int) -> Stretch:
        """The next page after a place within the ring."""
        told: list[Fed] = []
        size = 0
        for one in reversed(self._told):  # those who wait stand near the end
            if one.arrival <= after:
                break
            told.append(one)
        told.reverse()
        for count, one in enumerate(told):
            size += len(one.encoded)
            if count == MAX_FED or (count and size > MAX_FED_BYTES):
                last = told[count - 1]
                return Stretch(
                    after=after, through=last.arrival, mark=last.mark, whole=False,
                    told=tuple(told[:count]),
                )  # fmt: skip
        return Stretch(
            after=after, through=self.through, mark=self._marks.get(self.through, ""), whole=True,
            told=tuple(told),
        )  # fmt: skip


class Feed:
    """Belongs to the event loop."""

    def __init__(self, office: Office, shelf: PublishedShelf) -> None:
        self._office = office
        self._shelf = shelf
        self._ring = Ring()
        self._filling: asyncio.Task[None] | None = None
        self._pages: OrderedDict[tuple[int, int, str, str], Page] = OrderedDict()
        self._published: dict[str, str] = {}
        self._looked = 0.0
        self._formers: dict[tuple[str, str], frozenset[str]] = {}
        with office.database.write() as connection:
            self._epoch, self._compacted = _epoch(connection, office.settings.random)
        with office.database.read() as connection:
            end = find_end(connection)
            self._ring.begin(end, find_mark(connection, end) or "")

    async def know(self, device: str, install: str) -> Asker:
        """With whose facts it goes on: that was settled when it was enrolled."""
        chain = (device, install)
        if chain not in self._formers:
            if len(self._formers) >= _MARKS:
                self._formers.clear()
            formers = await self._office.read(lambda reader: forerunners(reader, *chain))
            self._formers[chain] = frozenset(install for _, install in formers)
        return Asker(device=device, install=install, formers=self._formers[chain])

    async def ask(self, asker: Asker, given: str, wait: float) -> Page:
        """The page after a cursor; one that says nothing only after ``wait`` seconds."""
        until = time.monotonic() + wait
        cursor = Cursor.parse(given)
        if cursor is None or not await self._holds(cursor):
            beginning = Cursor(epoch=self._epoch, place=0)
            draft = _Draft(
                cursor=beginning.text(), reset=True, more=True, published=await self._tags(),
                now=self._office.settings.now(),
            )  # fmt: skip
            return _write(draft)
        if wait <= 0:  # who waits is woken for what is new
            await self._fill()
        place = cursor.place
        while True:
            if place >= self._ring.after:
                page, place, whole = await self._page(asker, self._ring.cut(place))
            else:
                after = place
                stretch = await self._office.read(lambda reader: read_stretch(reader, after))  # noqa: B023 - awaited here
                page, place, whole = await self._page(asker, stretch)
            left = until - time.monotonic()
            if not page.empty or not whole or left <= 0 or self._office.changed.ending:
                return page
            with self._office.meters.listening():
                await self._office.changed.wait(place, left)
            await self._fill()

    async def _holds(self, cursor: Cursor) -> bool:
        """Whether it names a place of this order. A copy that was restored and went on has
        another entry there than the one that was told."""
        if cursor.epoch != self._epoch or cursor.place < self._compacted:
            return False
        if cursor.place > self._ring.through:
            await self._fill()
        if cursor.place > self._ring.through:
            return False
        if not cursor.mark:
            return True
        mark = self._ring.mark_at(cursor.place)
        if mark is None:
            mark = await self._office.read(lambda reader: find_mark(reader, cursor.place))
        return mark in {None, "", cursor.mark}

    async def _fill(self) -> None:
        """Bring the ring up to the end; all who ask for it meanwhile share one reading."""
        if self._filling is None or self._filling.done():
            self._filling = asyncio.ensure_future(self._read_on())
        await asyncio.shield(self._filling)

    async def _read_on(self) -> None:
        while True:
            after = self._ring.through
            stretch = await self._office.read(lambda reader: read_stretch(reader, after))  # noqa: B023 - awaited here
            self._ring.add(stretch)
            if stretch.whole:
                return

    async def _page(self, asker: Asker, stretch: Stretch) -> tuple[Page, int, bool]:
        """The answer, alike for all of whom nothing of the stretch is. With where it ends, and
        whether that was the end of all."""
        special = any(
            one.device or one.late or one.install == asker.install for one in stretch.told
        )  # what is late may be of a chain that the asker goes on with
        who = (asker.device, asker.install) if special else ("", "")
        key = (stretch.after, stretch.through, *who)
        published = await self._tags()
        page = self._pages.get(key)
        if page is None:
            now = self._office.settings.now()
            page = write_page(self._epoch, asker, stretch, published, now)
            self._pages[key] = page
            if len(self._pages) > _SHARED:
                self._pages.popitem(last=False)
        return page, stretch.through, stretch.whole

    async def _tags(self) -> dict[str, str]:
        """Looked at once a second, however many ask."""
        if time.monotonic() - self._looked >= 1.0:
            self._looked = time.monotonic()
            tags = await self._office.read(lambda _: self._shelf.tags())
            if tags != self._published:
                self._published = tags
                self._pages.clear()
        return self._published


def write_page(
    epoch: str, asker: Asker, stretch: Stretch, published: dict[str, str], now: datetime
) -> Page:
    """What one asker is told of a stretch: of its own facts only where they stand."""
    cursor = Cursor(epoch=epoch, place=stretch.through, mark=stretch.mark)
    own = [one for one in stretch.told if one.install == asker.install]
    draft = _Draft(
        cursor=cursor.text(), more=not stretch.whole,
        entries=tuple(
            msgspec.Raw(one.encoded)
            for one in stretch.told
            if one.encoded and one.install != asker.install and one.device in {"", asker.device}
        ),
        own=tuple(
            Placed(seq=one.seq, arrival=one.arrival)
            for one in own
            if one.encoded and one.about_case
        ),
        verdicts=tuple(
            _verdict(one, asker)
            for one in stretch.told
            if one.late and (one.install == asker.install or one.install in asker.formers)
        ),
        published=published, now=now,
    )  # fmt: skip
    return _write(draft)


def _write(draft: _Draft) -> Page:
    body = msgspec.json.encode(draft)
    packed = zstandard.ZstdCompressor(level=3).compress(body) if len(body) > _SMALL else b""
    empty = not (draft.reset or draft.entries or draft.own or draft.verdicts)
    return Page(empty=empty, body=body, packed=packed)


def _verdict(one: Fed, asker: Asker) -> LateVerdict:
    return LateVerdict(
        install="" if one.install == asker.install else one.install,
        seq=one.seq, id=one.id, arrival=one.arrival, code=one.code, detail=one.detail,
        outcome="refused" if one.code else "applied",
    )  # fmt: skip


def _epoch(connection: Transaction, random: Callable[[int], bytes]) -> tuple[str, int]:
    connection.execute(
        "INSERT INTO feed (one, epoch) VALUES (1, ?) ON CONFLICT (one) DO NOTHING",
        (random(8).hex(),),
    )
    row = connection.execute("SELECT epoch, compacted FROM feed").fetchone()
    return str(row[0]), int(row[1])


def add_feed(app: FastAPI, office: Office, shelf: PublishedShelf) -> None:
    feed = Feed(office, shelf)

    async def answer(request: Request) -> Response:
        admitted = office.admit(request)
        asked = request.query_params
        install, wait = asked.get("install", ""), asked.get("wait", "0")
        if not wire.is_name(install) or not (wait.isascii() and wait.isdigit() and len(wait) < 4):
            raise errors.BadRequest
        asker = await feed.know(admitted.device, install)
        page = await feed.ask(asker, asked.get("cursor", "")[:128], min(int(wait), MAX_WAIT))
        headers = {
            wire.PROTOCOL_HEADER: str(wire.PROTOCOL), "Cache-Control": "no-store",
            "Vary": "Accept-Encoding",
        }  # fmt: skip
        if page.packed and "zstd" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "zstd"
            return Response(page.packed, media_type="application/json", headers=headers)
        return Response(page.body, media_type="application/json", headers=headers)

    # Not through FastAPI's own decorator: what that does for parameters costs more than all of it.
    app.router.routes.append(Route(FEED_PATH, answer, methods=["GET"]))
