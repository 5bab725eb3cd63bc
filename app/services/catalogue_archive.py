"""Refuse a workbook that is none, or that would exhaust the machine, before anything parses it."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from app.services.catalogue_sheets import WorkbookRefused

_MB = 1024 * 1024
_LARGEST_FILE = 32 * _MB
_LARGEST_SHEET = 32 * _MB
_LARGEST_PART = 16 * _MB
_LARGEST_STYLES = 4 * _MB
_LARGEST_IN_ALL = 64 * _MB
_LARGEST_ROW = 4 * _MB  # a row is held as a whole while it is read
_MOST_PARTS = 1000
_STEEPEST = 150  # times; lists of real departments stay below 40
_SMALL = _MB  # what is not worth a look at how well it was packed


def check_archive(file: Path) -> None:
    """Look at sizes only. Raises WorkbookRefused."""
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise WorkbookRefused(reason=f"文件超过 {_LARGEST_FILE // _MB} MB")
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _check_parts(parts)
            for part in parts:
                if part.filename.startswith("xl/worksheets/"):
                    _check_rows(archive.read(part))
    except OSError as error:
        raise WorkbookRefused(reason=error.strerror or "读不出来") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, LookupError):
        # NotImplementedError (a packing nobody uses) is a RuntimeError
        raise WorkbookRefused(reason="不是 xlsx 工作簿，或者已经损坏") from None


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > _MOST_PARTS or len(set(names)) != len(names):
        raise WorkbookRefused(reason="内部文件过多或者重复")
    if not {"xl/workbook.xml", "[Content_Types].xml"} <= set(names):
        raise WorkbookRefused(reason="不是 xlsx 工作簿，或者已经损坏")
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookRefused(reason="加了密码")
    for part in parts:
        most = _LARGEST_PART
        if part.filename.startswith("xl/worksheets/"):
            most = _LARGEST_SHEET
        elif part.filename.endswith("styles.xml"):
            most = _LARGEST_STYLES
        steep = part.file_size > _SMALL and part.file_size > _STEEPEST * part.compress_size
        if part.file_size > most or steep:
            raise WorkbookRefused(reason=f"展开后的 {part.filename[:60]} 大得不正常")
    if sum(part.file_size for part in parts) > _LARGEST_IN_ALL:
        raise WorkbookRefused(reason=f"展开后超过 {_LARGEST_IN_ALL // _MB} MB")


def _check_rows(sheet: bytes) -> None:
    start = 0
    while start < len(sheet):
        end = sheet.find(b"row>", start)
        end = len(sheet) if end < 0 else end + 4
        if end - start > _LARGEST_ROW:
            raise WorkbookRefused(reason="有一行大得不正常")
        start = end
