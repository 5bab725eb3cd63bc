"""Take a PDF apart into pages. In the device host: what breaks PDFium takes no window along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

from app.devices.scanners.errors import PdfBroken, ScanCancelled
from app.devices.scanners.page_file import page_file
from app.storage.scan_kinds import (
    MAX_SCAN,
    MAX_SCANS,
    PDF,
    ScanKindUnknown,
    ScanSizeWrong,
    TooManyPages,
    check_scan,
)

_LONGEST = 6000  # pixels of a side: a page that says it is a mile wide is drawn smaller


def take_apart(file: str, dpi: int, keep: Callable[[bytes], None], cancelled: Event) -> None:
    """Each page as a picture. Raises PdfBroken, ScanRefused."""
    import pypdfium2

    try:
        with Path(file).open("rb") as opened:
            content = opened.read(MAX_SCAN + 1)
    except (OSError, ValueError):
        raise PdfBroken from None
    if len(content) > MAX_SCAN:
        raise ScanSizeWrong(most=MAX_SCAN // 2**20)
    if check_scan(content) != PDF:
        raise ScanKindUnknown
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise PdfBroken from None
    try:
        pages = len(document)
        if pages < 1:
            raise PdfBroken
        if pages > MAX_SCANS:
            raise TooManyPages(most=MAX_SCANS)
        for number in range(pages):
            if cancelled.is_set():
                raise ScanCancelled
            page = document[number]
            longest = max(1.0, *page.get_size())
            scale = min(dpi / 72, _LONGEST / longest)
            keep(page_file(page.render(scale=scale).to_pil(), round(scale * 72)))
            page.close()
    except pypdfium2.PdfiumError:
        raise PdfBroken from None
    finally:
        document.close()
