"""What a signed receipt states, as few bytes: case, list, materials, time, window, device. Pure.

No name, number or phone of a person is in it: whoever finds a receipt learns nothing from its code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from app.domain.papers import MaterialLine

FORMAT = 1
MOST_COUNTS = 48  # more would make the code's modules too small: then the digest has to do
_MOST_COPIES = 255


class ReceiptStatement(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """``list_hash`` and ``materials`` (digest of the lines as printed) are 16 bytes, ``counts`` the
    originals and copies of each line in turn, "" where there are too many lines, ``at`` minutes
    since 1970 UTC."""

    format: int
    number: str
    paper: str
    item: str
    list_version: int
    list_hash: bytes
    lines: int
    counts: bytes
    materials: bytes
    at: int
    window: str
    device: str

    @property
    def time(self) -> datetime:
        """Raises OverflowError, OSError or ValueError for a time that no calendar has."""
        return datetime.fromtimestamp(self.at * 60, UTC)


def digest_of(lines: Iterable[MaterialLine]) -> bytes:
    """16 bytes for the materials as they stand on the paper, in their order."""
    parts = [[line.name, line.originals, line.copies, line.state] for line in lines]
    return hashlib.sha256(msgspec.json.encode(parts)).digest()[:16]


def statement_of(
    *,
    number: str,
    paper: str,
    item: str,
    list_version: int,
    list_hash: str,
    materials: tuple[MaterialLine, ...],
    at: datetime,
    window: str,
    device: str,
) -> ReceiptStatement:
    """``list_hash`` in hex, as cases carry it."""
    counts = b"".join(
        bytes((min(max(line.originals, 0), _MOST_COPIES), min(max(line.copies, 0), _MOST_COPIES)))
        for line in materials
    )
    return ReceiptStatement(
        format=FORMAT, number=number, paper=paper, item=item, list_version=list_version,
        list_hash=bytes.fromhex(list_hash)[:16], lines=len(materials),
        counts=counts if len(materials) <= MOST_COUNTS else b"",
        materials=digest_of(materials), at=int(at.timestamp()) // 60, window=window, device=device,
    )  # fmt: skip
