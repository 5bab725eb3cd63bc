"""Decide which scans are taken at all: kinds by their first bytes, sizes, pages. Pure.

Both sides ask the same questions: the window before it keeps a scan, the back office before it
believes that one has arrived.
"""

from __future__ import annotations

import re
import struct
import zlib

from app.domain.errors import AppError, Blame

MAX_SCAN = 20 * 1024 * 1024  # bytes of one file
MAX_FILE_PAGES = 500  # pages inside one PDF or TIFF
MAX_SCANS = 200  # files of one material

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"
MEDIA = (PDF, JPEG, PNG, TIFF)
SNIFFED = 16  # first bytes that tell the kind

_SHA = re.compile(r"[0-9a-f]{64}")
_PDF_PAGE = re.compile(rb"/Type\s{0,8}/Page(?![A-Za-z])")
_OBJECTS = re.compile(rb"/ObjStm\b[^\0]{0,400}?stream\r?\n", re.DOTALL)
_MOST_INFLATED = 4 * 1024 * 1024  # bytes of one object stream
_MOST_STREAMS = 500


class ScanRefused(AppError):
    """A file that cannot be taken as a page of a case."""

    code = "ATT-00"
    blame = Blame.DATA


class ScanKindUnknown(ScanRefused):
    """Neither PDF, JPEG, PNG nor TIFF by its first bytes, whatever its name says."""

    code = "ATT-KIND"


class ScanSizeWrong(ScanRefused):
    """Empty, or larger than ``most`` megabytes."""

    code = "ATT-SIZE"


class ScanCut(ScanRefused):
    """Its end is missing: the scanner was interrupted, or the file is still being written."""

    code = "ATT-CUT"


class TooManyPages(ScanRefused):
    """More than ``most`` pages in one file, or files for one material."""

    code = "ATT-PAGES"


def is_sha(text: str) -> bool:
    """Whether it is a scan's name, and so can be made into a path."""
    return _SHA.fullmatch(text) is not None


def sniff(head: bytes) -> str:
    """The media type that the first ``SNIFFED`` bytes show, "" for anything else."""
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return TIFF if head.startswith((b"II*\0", b"MM\0*")) else ""


def check_scan(content: bytes) -> str:
    """The media type of a whole file. Raises ScanRefused."""
    if not 0 < len(content) <= MAX_SCAN:
        raise ScanSizeWrong(most=MAX_SCAN // 2**20)
    media = sniff(content[:SNIFFED])
    pages = 1
    match media:
        case "application/pdf":
            if b"%%EOF" not in content[-2048:]:
                raise ScanCut
            pages = _pdf_pages(content)
        case "image/jpeg":  # the end comes after the start of the last picture in it
            if content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda"):
                raise ScanCut
        case "image/png":
            if b"IEND" not in content[-4096:]:
                raise ScanCut
        case "image/tiff":
            pages = _tiff_pages(content)
        case _:
            raise ScanKindUnknown
    if pages > MAX_FILE_PAGES:
        raise TooManyPages(most=MAX_FILE_PAGES)
    return media


def _pdf_pages(content: bytes) -> int:
    """Pages that can be seen without a key; a PDF that hides them counts as none."""
    seen = len(_PDF_PAGE.findall(content))
    for number, found in enumerate(_OBJECTS.finditer(content)):
        if number == _MOST_STREAMS or seen > MAX_FILE_PAGES:
            break
        try:
            packed = content[found.end() : found.end() + _MOST_INFLATED]
            seen += len(_PDF_PAGE.findall(zlib.decompressobj().decompress(packed, _MOST_INFLATED)))
        except zlib.error:
            continue
    return seen


def _tiff_pages(content: bytes) -> int:
    """Follows the directories of the file. Raises ScanCut where one lies outside it."""
    order = "<" if content.startswith(b"II") else ">"
    pages = 0
    try:
        (place,) = struct.unpack_from(f"{order}I", content, 4)
        while place and pages <= MAX_FILE_PAGES:  # a chain that bites its tail is too long
            (fields,) = struct.unpack_from(f"{order}H", content, place)
            (place,) = struct.unpack_from(f"{order}I", content, place + 2 + 12 * fields)
            pages += 1
    except struct.error:
        raise ScanCut from None
    if not pages:
        raise ScanCut
    return pages
