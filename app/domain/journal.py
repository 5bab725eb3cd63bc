"""Seal events into a device's hash chain, and check such a chain. Pure.

A chain is one (device, install): seq 1, 2, 3... without gaps. Each entry's hash is SHA-256 over the
previous hash, the header and the body's own hash, so a body can be erased after its time while the
chain still verifies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec

from app.domain.decoding import decoder
from app.domain.errors import BadEntry, ChainBroken
from app.domain.event import Event
from app.domain.events import KINDS

GENESIS = "0" * 64


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal, as stored and as sent.

    ``at`` is device time, UTC. ``body`` is canonical JSON (sorted keys, UTF-8), "" once erased.
    ``body_hash`` and ``hash`` are 64 lower-case hex digits.
    """

    id: str  # UUIDv7, made on the device
    device: str
    install: str
    seq: int
    at: datetime
    hlc: str
    actor: str
    subject: str  # "case:<id>", "ticket:<id>", "job:<id>", "device", "session"
    kind: str
    version: int
    body: str
    body_hash: str
    hash: str


def encode_body(event: Event) -> str:
    return msgspec.json.encode(event, order="sorted").decode()


_bodies = {name: decoder(kind) for name, kind in KINDS.items()}


def decode_event(kind: str, version: int, body: str) -> Event:
    """Raises BadEntry for an unknown kind, a newer version or a body that does not fit."""
    event_type = KINDS.get(kind)
    if event_type is None or version > event_type.VERSION:
        raise BadEntry(kind=kind, version=version)
    try:
        return _bodies[kind].decode(body)
    except (msgspec.MsgspecError, ValueError, UnicodeError):
        # The decoder's own text may quote the value, which may be personal: it is dropped.
        raise BadEntry(kind=kind, version=version) from None


def entry_hash(
    previous: str,
    *,
    id: str,
    device: str,
    install: str,
    seq: int,
    at: datetime,
    hlc: str,
    actor: str,
    subject: str,
    kind: str,
    version: int,
    body_hash: str,
) -> str:
    """SHA-256 hex over a JSON array of the fields in this order; ``at`` as ISO 8601."""
    return _digest(
        previous, id, device, install, seq, at.isoformat(), hlc, actor, subject, kind, version,
        body_hash,
    )  # fmt: skip


_encode = msgspec.json.Encoder().encode


def _digest(*header: str | int) -> str:
    return hashlib.sha256(_encode(header)).hexdigest()


def seal(
    event: Event,
    *,
    previous: str,
    id: str,
    device: str,
    install: str,
    seq: int,
    at: datetime,
    hlc: str,
    actor: str,
    subject: str,
) -> Entry:
    """Make the next entry of a chain whose head is ``previous`` (GENESIS for seq 1)."""
    body = encode_body(event)
    body_hash = hashlib.sha256(body.encode()).hexdigest()
    kind, version = type(event).__name__, event.VERSION
    digest = entry_hash(
        previous, id=id, device=device, install=install, seq=seq, at=at, hlc=hlc, actor=actor,
        subject=subject, kind=kind, version=version, body_hash=body_hash,
    )  # fmt: skip
    return Entry(
        id=id, device=device, install=install, seq=seq, at=at, hlc=hlc, actor=actor,
        subject=subject, kind=kind, version=version, body=body, body_hash=body_hash, hash=digest,
    )  # fmt: skip


def check_entry(entry: Entry, previous: str) -> None:
    """Raises ChainBroken where the entry is not what follows ``previous``."""
    if not follows(entry, previous, entry.at.isoformat()):
        raise ChainBroken(seq=entry.seq)


def follows(entry: Entry, previous: str, at: str) -> bool:
    """Whether it is whole and what comes after ``previous``; ``at`` is its time as text."""
    expected = _digest(
        previous, entry.id, entry.device, entry.install, entry.seq, at, entry.hlc, entry.actor,
        entry.subject, entry.kind, entry.version, entry.body_hash,
    )  # fmt: skip
    return expected == entry.hash and _whole(entry)


def _whole(entry: Entry) -> bool:
    return not entry.body or hashlib.sha256(entry.body.encode()).hexdigest() == entry.body_hash


def check_body(entry: Entry) -> None:
    """For entries out of their chain. Raises BadEntry where the body is not what was sealed."""
    if not _whole(entry):
        raise BadEntry(kind=entry.kind, version=entry.version)


def check_chain(
    entries: Iterable[Entry], previous: str = GENESIS, after: int = 0
) -> tuple[int, str]:
    """Verify entries that follow (``after``, ``previous``). Returns the (last seq, head).

    Raises ChainBroken at the first gap, repetition or altered entry.
    """
    for entry in entries:
        after += 1
        if entry.seq != after:
            raise ChainBroken(seq=after)
        check_entry(entry, previous)
        previous = entry.hash
    return after, previous
