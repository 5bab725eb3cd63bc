"""Take scans in and give them out: who may bring how much at once, and what becomes of it."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from app.storage.scan_kinds import MAX_SCAN
from sync import blobs as messages
from sync import errors, wire
from sync.backoffice import blobs
from sync.backoffice.blob_store import BlobStore
from sync.backoffice.database import Transaction
from sync.backoffice.logs import note
from sync.backoffice.office import Office, json_answer
from sync.blobs import (
    BlobRefusal,
    MissingAnswer,
    MissingAsked,
    MissingOne,
    fits,
    read_count,
)

_T = TypeVar("_T")

_AT_ONCE = 24  # uploads whose bytes are held in memory, a megabyte each
_AT_ONCE_EACH = 4  # of one device
_SLOT_SECONDS = 8.0
_BODY_SECONDS = 30.0
_PIECE = 256 * 1024
_SWEEP_SECONDS = 3600.0
_RANGE = re.compile(r"bytes=([0-9]{0,12})-([0-9]{0,12})")
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
}


class BlobDesk:
    """The folder, the thread lanes for it, and who may upload how much at once."""

    def __init__(self, office: Office) -> None:
        self._office = office
        settings = office.settings
        self.store = BlobStore(settings.data / "blobs", settings.blob_reserve)
        self._lanes = ThreadPoolExecutor(4, "blobs")
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._busy: Counter[str] = Counter()
        self._swept = time.monotonic()

    def close(self) -> None:
        self._lanes.shutdown()

    def admit(self, request: Request) -> str:
        """The device's name. Raises NotEnrolled and what else the office refuses for."""
        return self._office.admit(request).device

    async def run(self, work: Callable[[], _T]) -> _T:
        """``work`` blocks on the disk."""
        return await asyncio.get_running_loop().run_in_executor(self._lanes, work)

    @asynccontextmanager
    async def slot(self, device: str) -> AsyncIterator[None]:
        """Room for one upload's bytes. Raises ServerTrouble where there is none for long."""
        if self._busy[device] >= _AT_ONCE_EACH:
            raise errors.ServerTrouble
        self._busy[device] += 1
        try:
            try:
                async with asyncio.timeout(_SLOT_SECONDS):
                    await self._slots.acquire()
            except TimeoutError:
                raise errors.ServerTrouble from None
            try:
                yield
            finally:
                self._slots.release()
        finally:
            self._busy[device] -= 1
            if not self._busy[device]:
                del self._busy[device]

    # -- what is missing ----------------------------------------------------------------------

    async def missing(self, device: str, asked: MissingAsked) -> MissingAnswer:
        wanted = {claim.sha: claim for claim in asked.blobs}
        refused = {sha: _refusal(claim) for sha, claim in wanted.items() if not fits(claim)}
        shas = tuple(sha for sha in wanted if sha not in refused)
        sizes = await self.run(lambda: {sha: self.store.size(sha) for sha in shas})
        await self._reconcile(device, sizes)
        for sha, size in sizes.items():
            if size is not None and size != wanted[sha].size:
                refused[sha] = errors.BlobSize.code
        offsets = await self.run(
            lambda: {sha: self.store.offset(device, sha) for sha in shas if sizes[sha] is None}
        )
        await self._tidy()
        return MissingAnswer(
            missing=tuple(
                MissingOne(sha=sha, offset=min(offset, wanted[sha].size))
                for sha, offset in offsets.items()
            ),
            refused=tuple(BlobRefusal(sha=sha, code=code) for sha, code in refused.items()),
        )

    async def _reconcile(self, device: str, sizes: dict[str, int | None]) -> None:
        """The folder says what is there; the table follows where a crash came between the two.
        What proves to be spoilt is taken out of ``sizes``."""
        shas = tuple(sizes)
        known = await self._office.read(lambda reader: blobs.known_blobs(reader, shas))
        for sha, size in known.items():
            if sizes[sha] not in {None, size}:  # the disk cut it
                await self._set_aside(sha)
                sizes[sha] = None
        gone = [sha for sha in known if sizes[sha] is None]
        new = {sha: size for sha, size in sizes.items() if size is not None and sha not in known}
        if not gone and not new:
            return
        checked = await self.run(lambda: {sha: self.store.check(sha) for sha in new})
        found = {sha: one for sha, one in checked.items() if one is not None}
        now = self._office.settings.now()

        def follow(connection: Transaction) -> None:
            blobs.vanished(connection, gone)
            blobs.arrived(connection, found, device, now)

        await self._office.write(follow)
        for sha in new.keys() - found.keys():
            sizes[sha] = None
        note("blobs_reconciled", found=len(found), gone=len(gone))

    async def _tidy(self) -> None:
        if time.monotonic() - self._swept > _SWEEP_SECONDS:
            self._swept = time.monotonic()
            swept = await self.run(lambda: self.store.sweep(time.time()))
            note("blob_parts_swept", parts=swept)

    # -- what comes ---------------------------------------------------------------------------

    async def put(self, device: str, sha: str, request: Request) -> Response:
        async with self.slot(device):
            content, whole = await _receive(request, messages.MAX_WHOLE)
            if not whole:
                await self._keep_start(device, sha, content, request)
                raise errors.BadRequest
            declared = request.headers.get("content-type", "")
            media = await self._judged(device, sha, lambda: self.store.put(sha, content, declared))
        size = sum(map(len, content))
        await self._arrived(device, sha, size, media)
        return _progress(201, size, whole=True)

    async def _keep_start(
        self, device: str, sha: str, content: list[bytes], request: Request
    ) -> None:
        """The line broke within a PUT: what came is the start of a part, to go on from."""
        length = read_count(request.headers.get("content-length", "")) or 0
        if content:
            with suppress(errors.SyncError):
                await self.run(lambda: self.store.append(device, sha, 0, content, length))

    async def patch(self, device: str, sha: str, request: Request) -> Response:
        offset, length, last = _part_of(request)
        async with self.slot(device):
            content, whole = await _receive(request, messages.MAX_PART)
            if whole and last != (offset + sum(map(len, content)) == length):
                raise errors.BadRequest
            try:
                reached, media = await self._judged(
                    device, sha, lambda: self.store.append(device, sha, offset, content, length)
                )
            except errors.BlobOffset as error:
                answer = json_answer(wire.ErrorAnswer(code=error.code), error.status)
                answer.headers[messages.OFFSET_HEADER] = str(error.details["offset"])
                return answer
        if not media:
            return _progress(204, reached, whole=False)
        await self._arrived(device, sha, reached, media)
        return _progress(204, reached, whole=True)

    async def _judged(self, device: str, sha: str, work: Callable[[], _T]) -> _T:
        """What does not keep its name's promise is on record where a case waits for it."""
        try:
            return await self.run(work)
        except (errors.BlobHash, errors.BlobKind) as error:
            await self._refuse(device, sha, error.code)
            raise

    async def head(self, device: str, sha: str) -> Response:
        size = await self._there(device, sha)
        if size is not None:
            return _progress(204, size, whole=True)
        return _progress(204, await self.run(lambda: self.store.offset(device, sha)), whole=False)

    async def _arrived(self, device: str, sha: str, size: int, media: str) -> None:
        """Name and row become durable at the same time: one of them alone is seen to by the next
        question about it, and nothing is acknowledged before both are."""
        now = self._office.settings.now()
        found = {sha: (size, media)}
        await asyncio.gather(
            self.run(lambda: self.store.settle(sha)),
            self._office.write(lambda connection: blobs.arrived(connection, found, device, now)),
        )
        note("blob", device=device, sha=sha[:12], size=size)

    async def _refuse(self, device: str, sha: str, code: str) -> None:
        now = self._office.settings.now()
        await self._office.write(
            lambda connection: blobs.refused(connection, sha, code, device, now)
        )
        note("blob_refused", device=device, sha=sha[:12], code=code)

    # -- what goes ----------------------------------------------------------------------------

    async def _there(self, device: str, sha: str) -> int | None:
        sizes = {sha: await self.run(lambda: self.store.size(sha))}
        await self._reconcile(device, sizes)
        return sizes[sha]

    async def _lose(self, sha: str) -> None:
        """The disk spoilt it: its cases lack it until a window that has it brings it again."""
        await self._set_aside(sha)
        await self._office.write(lambda connection: blobs.vanished(connection, [sha]))

    async def _set_aside(self, sha: str) -> None:
        await self.run(lambda: self.store.set_aside(sha))
        note("blob_spoilt", sha=sha[:12])

    async def get(self, device: str, sha: str, asked_range: str = "") -> Response:
        """The scan, or one range of it. For devices, and for pages that check their reader
        (``device`` is "" then).

        Raises BlobUnknown, BlobRange.
        """
        size = await self._there(device, sha)
        if size is None:
            raise errors.BlobUnknown
        if not await self.run(lambda: self.store.is_sound(sha)):
            await self._lose(sha)
            raise errors.BlobUnknown
        media = await self.run(lambda: self.store.media(sha))
        first, last = _range(asked_range, size)
        headers = _SAFE | {
            "Content-Length": str(last - first + 1),
            "Accept-Ranges": "bytes",
            "ETag": f'"{sha}"',
            wire.PROTOCOL_HEADER: str(wire.PROTOCOL),
        }
        if asked_range:
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        return StreamingResponse(
            _pieces(self.store.path(sha), first, last), 206 if asked_range else 200,
            headers=headers, media_type=media,
        )  # fmt: skip


# -- requests are hostile until read --------------------------------------------------------------


def _refusal(claim: messages.BlobClaim) -> str:
    sized = 0 < claim.size <= MAX_SCAN
    return errors.BlobKind.code if sized else errors.BlobSize.code


def _part_of(request: Request) -> tuple[int, int, bool]:
    """(offset, length of the whole, whether this is the last part). Raises BadRequest, BlobSize."""
    offset = read_count(request.headers.get(messages.OFFSET_HEADER, ""))
    length = read_count(request.headers.get(messages.LENGTH_HEADER, ""))
    complete = request.headers.get(messages.COMPLETE_HEADER, "")
    kind = request.headers.get("content-type", "")
    if offset is None or length is None or complete not in {messages.YES, messages.NO}:
        raise errors.BadRequest
    if kind != messages.PART_TYPE:
        raise errors.BadRequest
    if not 0 < length <= MAX_SCAN:
        raise errors.BlobSize
    return offset, length, complete == messages.YES


async def _receive(request: Request, longest: int) -> tuple[list[bytes], bool]:
    """(what came, in pieces, whether that is all). A line that breaks or drips gives what it gave.

    Raises TooLarge before more than ``longest`` is held.
    """
    declared = read_count(request.headers.get("content-length", "0"))
    if declared is None or declared > longest:
        raise errors.TooLarge(limit=longest)
    parts: list[bytes] = []
    size = 0
    whole = True
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > longest:
                    raise errors.TooLarge(limit=longest)
                parts.append(part)
    except (TimeoutError, ClientDisconnect):
        whole = False
    return parts, whole


def _progress(status: int, offset: int, *, whole: bool) -> Response:
    return Response(
        status_code=status,
        headers={
            messages.OFFSET_HEADER: str(offset),
            messages.COMPLETE_HEADER: messages.YES if whole else messages.NO,
            "Cache-Control": "no-store",
            wire.PROTOCOL_HEADER: str(wire.PROTOCOL),  # the last: an answer without it was cut
        },
    )


def _range(asked: str, size: int) -> tuple[int, int]:
    """First and last byte of one range. Raises BlobRange."""
    if not asked:
        return 0, size - 1
    match = _RANGE.fullmatch(asked)
    if match is None or match[0] == "bytes=-":
        raise errors.BlobRange
    if not match[1]:
        first, last = max(0, size - int(match[2])), size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    if first > last:
        raise errors.BlobRange
    return first, last


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
