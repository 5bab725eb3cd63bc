"""Say how scans travel: addresses, header names, messages and limits. Both sides.

A scan is named by the SHA-256 of its bytes. Up to ``MAX_WHOLE`` it goes in one PUT; in parts by
PATCH, with the header names of the IETF's draft on resumable uploads
(draft-ietf-httpbis-resumable-upload).
"""

from __future__ import annotations

import re

import msgspec

from app.storage.scan_kinds import MAX_SCAN, MEDIA, is_sha

MISSING_PATH = "/blobs/missing"
LACKING_PATH = "/v1/cases/lacking"
BLOB_PATH = "/blobs/{sha}"

OFFSET_HEADER = "Upload-Offset"
LENGTH_HEADER = "Upload-Length"
COMPLETE_HEADER = "Upload-Complete"
PART_TYPE = "application/partial-upload"
YES, NO = "?1", "?0"

MAX_WHOLE = 1024 * 1024  # bytes of a PUT
MAX_PART = 1024 * 1024  # bytes of one PATCH
PART = 256 * 1024  # bytes of one PATCH while nothing is known of the line
MAX_BLOBS_ASKED = 200
MAX_CASES_ASKED = 100
MAX_LACKING = 5000  # pages in one answer
MAX_ASKED_BYTES = 64 * 1024

_COUNT = re.compile(r"[0-9]{1,15}")


class BlobClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A scan that a window has: its name, its bytes and its media type."""

    sha: str
    size: int
    media: str


class MissingAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which of these does the back office lack?"""

    blobs: tuple[BlobClaim, ...]


class MissingOne(msgspec.Struct, frozen=True, kw_only=True):
    """The back office holds its first ``offset`` bytes from this device."""

    sha: str
    offset: int


class BlobRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """It will not take this one, whatever is sent."""

    sha: str
    code: str


class MissingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is named in neither list is there, whole, checked and durable."""

    missing: tuple[MissingOne, ...] = ()
    refused: tuple[BlobRefusal, ...] = ()


class LackingAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which pages do these cases lack?"""

    cases: tuple[str, ...]


class LackingPage(msgspec.Struct, frozen=True, kw_only=True):
    """The ``page`` (1, 2, 3…) of a material that has not arrived. ``code`` says why it was
    refused, "" where it just did not come yet."""

    material: str
    page: int
    sha: str
    code: str = ""


class LackingCase(msgspec.Struct, frozen=True, kw_only=True):
    """``pages`` is empty where the case is complete."""

    id: str
    pages: tuple[LackingPage, ...] = ()


class LackingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """In the order asked; a case that the back office does not know is left out."""

    cases: tuple[LackingCase, ...]


def blob_path(sha: str) -> str:
    return BLOB_PATH.format(sha=sha)


def is_claim(claim: BlobClaim) -> bool:
    """Whether it names a scan at all; its size and type may still be refused."""
    return is_sha(claim.sha) and claim.size >= 0


def fits(claim: BlobClaim) -> bool:
    return 0 < claim.size <= MAX_SCAN and claim.media in MEDIA


def read_count(text: str) -> int | None:
    """A header's number of bytes, None where it is none."""
    return int(text) if _COUNT.fullmatch(text) else None
