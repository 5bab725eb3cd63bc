"""Put journal entries on the wire and take them off again: messages, limits, versions.

``docs/protocol.md`` describes the same for someone who writes another client.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
import zstandard

from app.domain.decoding import decoder
from app.domain.journal import Entry
from sync.errors import BadBatch, TooLarge

PROTOCOL = 1
OLDEST_PROTOCOL = 1  # older clients get SYNC-TOO-OLD

PUSH_PATH = "/sync/push"
LEASE_PATH = "/sync/lease"
PROTOCOL_HEADER = "X-OneWindow-Protocol"
BATCH_TYPE = "application/x-ndjson"

MAX_EVENTS = 500
MAX_DECODED = 2 * 1024 * 1024  # bytes of a batch once decompressed
MAX_LONE_EVENT = 16 * 1024 * 1024  # one event is always allowed alone, up to this
MAX_ANSWER = 1024 * 1024
MAX_WINDOW = 8 * 1024 * 1024  # zstd window a decoder must hold in memory
MAX_DETAIL = 200
MAX_TICKETS = 20  # new tickets in one lease
MAX_BLOCK = 10_000  # serials in one block

_CHUNK = 64 * 1024
_MAX_SEQ = 2**53
_MAX_VERSION = 1_000_000
_HASH = re.compile(r"[0-9a-f]{64}")
_HEX = re.compile(r"[0-9a-f]+")
_HLC = re.compile(r"[0-9a-f]{12}-[0-7][0-9a-f]{5}")
CODE = re.compile(r"[A-Z]{2,8}-[A-Z0-9-]{1,40}")


# -- messages -------------------------------------------------------------------------------------


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event that was decided, but not as wished."""

    seq: int
    id: str
    outcome: Literal["refused", "parked"]
    code: str
    detail: str = ""


class PushAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Everything up to ``acknowledged`` is decided and durable; ``head`` is that entry's hash."""

    acknowledged: int
    head: str
    exceptions: tuple[EventAnswer, ...] = ()


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The request as a whole was not accepted. ``acknowledged`` and ``head`` come with 409 and with
    what is quarantined."""

    code: str
    acknowledged: int = -1
    head: str = ""
    detail: str = ""


class LeaseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``request`` is made by the client and kept until an answer came: same id, same answer."""

    request: str
    device: str
    install: str
    numbers: bool = False  # wants a block of case-number serials
    serials: int = 0  # so many at least; the hall's usual block where it is less
    tickets: int = 0  # how many more tickets it wants to hold


class NumberBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Serials ``first``..``last``, inclusive."""

    first: int
    last: int


class LeasedTicket(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: str
    business: str
    taken_at: datetime
    priority: str = ""
    place: datetime | None = None  # in the line, where it is not the time of taking
    window: str = ""  # where alone it is called
    item: str = ""


class LeaseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """New leases, and again those whose lease event has not come back yet. ``aim``:
    so many tickets a window should hold, 0 where the back office does not say."""

    request: str
    block: NumberBlock | None = None
    tickets: tuple[LeasedTicket, ...] = ()
    aim: int = 0


# -- a batch --------------------------------------------------------------------------------------

_entries = decoder(Entry)
_lines = msgspec.json.Encoder()


def encode_batch(
    entries: Sequence[Entry], max_bytes: int = MAX_DECODED
) -> tuple[tuple[Entry, ...], bytes]:
    """The first entries that fit in ``max_bytes`` (at least one), and their compressed body."""
    sent = tuple(entries[:MAX_EVENTS])
    data = _lines.encode_lines(sent)
    if len(data) > max_bytes and len(sent) > 1:
        sent = sent[: _fitting(data, max_bytes)]
        data = _lines.encode_lines(sent)
    # Of these lines, full of hashes, the lowest level makes less than any below nine, and soonest.
    return sent, zstandard.ZstdCompressor(level=1).compress(data.removesuffix(b"\n"))


def _fitting(data: bytes, max_bytes: int) -> int:
    """How many whole lines, at least one, are within the limit."""
    return max(1, data.count(b"\n", 0, max_bytes))


def decode_batch(body: bytes, encoding: str = "zstd") -> list[Entry]:
    """Entries of one chain, in order, not yet checked against it.

    Raises TooLarge before more than the limit is held in memory, BadBatch(line) for what is not
    a batch. The text of the entries is never quoted: it may be personal.
    """
    data = (_decompress(body) if encoding == "zstd" else body).removesuffix(b"\n")
    lines = data.count(b"\n") + 1
    if lines > MAX_EVENTS:
        raise TooLarge(limit=MAX_EVENTS)
    if len(data) > (MAX_DECODED if lines > 1 else MAX_LONE_EVENT):
        raise TooLarge(limit=MAX_DECODED)
    entries = _decode_whole(data, lines)
    if entries is None:  # say in which line it is wrong
        parts = data.split(b"\n")
        entries = [_decode_line(line, number) for number, line in enumerate(parts, 1)]
    first = entries[0]
    for number, entry in enumerate(entries, 1):
        if (entry.device, entry.install) != (first.device, first.install):
            raise BadBatch(line=number)
    return entries


def _decode_whole(data: bytes, lines: int) -> list[Entry] | None:
    """All at once, at half the cost of line by line; None where any line may be wrong."""
    # One object a line: the decoder itself would take two in one, or one over two.
    if data[:1] != b"{" or data.count(b"}\n{") != lines - 1:
        return None
    try:
        entries = _entries.decode_lines(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return entries if len(entries) == lines and _are_plausible(entries) else None


_own = threading.local()  # a decompressor must not be used by two threads at once


def _decompress(body: bytes) -> bytes:
    try:
        declared = zstandard.frame_content_size(body)
        if not 0 <= declared <= MAX_DECODED:
            return _decompress_by_parts(body, declared)
        if not hasattr(_own, "unpack"):
            _own.unpack = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
        data: bytes = _own.unpack.decompress(body)
    except zstandard.ZstdError:
        raise BadBatch(line=0) from None
    return data


def _decompress_by_parts(body: bytes, declared: int) -> bytes:
    """Nothing is taken for granted: never more in memory than is allowed."""
    parts: list[bytes] = []
    size = 0
    many = ended = False
    reader = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).stream_reader(body)
    while part := reader.read(_CHUNK):
        size += len(part)
        many = many or ended or b"\n" in part[:-1]
        ended = part.endswith(b"\n")
        if size > MAX_LONE_EVENT or (many and size > MAX_DECODED + 1):
            raise TooLarge(limit=MAX_DECODED)
        parts.append(part)
    if declared not in {-1, size}:  # cut short: the reader itself does not mind
        raise BadBatch(line=0)
    return b"".join(parts)


def _decode_line(line: bytes, number: int) -> Entry:
    try:
        entry = _entries.decode(line)
        plausible = is_plausible(entry)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadBatch(line=number) from None
    if not plausible:
        raise BadBatch(line=number)
    return entry


def is_plausible(entry: Entry) -> bool:
    """Whether its fields are of the shapes and lengths that docs/protocol.md gives."""
    names = (entry.id, entry.device, entry.install, entry.kind, entry.subject)
    loose = (entry.hlc, entry.actor)
    return (
        all(is_name(text) for text in names)
        and all(len(text) <= 128 and text.isprintable() for text in loose)
        and 1 <= entry.seq <= _MAX_SEQ
        and 1 <= entry.version <= _MAX_VERSION
        and entry.at.utcoffset() is not None
        and _HASH.fullmatch(entry.hash) is not None
        and _HASH.fullmatch(entry.body_hash) is not None
    )


def _are_plausible(entries: Sequence[Entry]) -> bool:
    """``is_plausible`` of all of them, a field at a time."""
    names = [text for e in entries for text in (e.id, e.device, e.install, e.kind, e.subject)]
    loose = [text for e in entries for text in (e.hlc, e.actor)]
    hashes = [text for e in entries for text in (e.hash, e.body_hash)]
    seqs = [e.seq for e in entries]
    versions = [e.version for e in entries]
    return (
        min(map(len, names)) > 0
        and max(map(len, names)) <= 128
        and max(map(len, loose)) <= 128
        and "".join(names + loose).isprintable()
        and set(map(len, hashes)) == {64}
        and _HEX.fullmatch("".join(hashes)) is not None
        and min(seqs) >= 1
        and max(seqs) <= _MAX_SEQ
        and min(versions) >= 1
        and max(versions) <= _MAX_VERSION
        and None not in {e.at.tzinfo for e in entries}
    )


def is_name(text: str, longest: int = 128) -> bool:
    """An id or code: 1 to ``longest`` printable characters."""
    return 0 < len(text) <= longest and text.isprintable()


def is_hlc(text: str) -> bool:
    """A hybrid logical time: milliseconds since 1970 and a counter that is not nearly spent."""
    return _HLC.fullmatch(text) is not None
