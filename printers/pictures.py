"""Draw the pages of a finished paper for the screen: from the very bytes that will be printed."""

from __future__ import annotations

from contextlib import closing
from threading import Lock

import pypdfium2 as pdfium

from printers.documents.fonts import FontBook, FontRole
from printers.slips.render import render_slip

_POINT = 25.4 / 72
_SLIP_DPI = 203.2  # eight dots a millimetre
_MOST_DOTS = 6000  # a side: more is no screen
_drawing = Lock()  # PDFium may be used by one thread at a time, whichever


class PdfPictures:
    def __init__(self, data: bytes) -> None:
        self._data = data
        with _drawing, closing(pdfium.PdfDocument(data)) as document:
            self._sizes = [document.get_page_size(page) for page in range(len(document))]

    @property
    def count(self) -> int:
        return len(self._sizes)

    def size(self, page: int) -> tuple[float, float]:
        width, height = self._sizes[page]
        return width * _POINT, height * _POINT

    def draw(self, page: int, dpi: float) -> tuple[int, int, bytes]:
        width, height = self._sizes[page]
        scale = min(dpi / 72, _MOST_DOTS / max(width, height))
        # Opened for each page: that takes no time, and nobody need close it.
        with _drawing, closing(pdfium.PdfDocument(self._data)) as document:
            bitmap = document[page].render(scale=scale, rev_byteorder=True)
            rows, across = bytes(bitmap.buffer), bitmap.width * 3
            if bitmap.stride != across:
                rows = b"".join(rows[at : at + across] for at in range(0, len(rows), bitmap.stride))
            return bitmap.width, bitmap.height, rows


class SlipPictures:
    """One long page, as wide as the roll prints."""

    def __init__(self, data: bytes) -> None:
        font = FontBook.from_folders().path_of(FontRole.HEI, FontRole.BODY)
        self._picture = render_slip(data, font).picture.convert("RGB")

    @property
    def count(self) -> int:
        return 1

    def size(self, page: int) -> tuple[float, float]:
        del page
        dot = 25.4 / _SLIP_DPI
        return self._picture.width * dot, self._picture.height * dot

    def draw(self, page: int, dpi: float) -> tuple[int, int, bytes]:
        del page
        scale = dpi / _SLIP_DPI
        size = (round(self._picture.width * scale), round(self._picture.height * scale))
        drawn = self._picture.resize(size)
        return drawn.width, drawn.height, drawn.tobytes()


def open_pictures(media_type: str, data: bytes) -> PdfPictures | SlipPictures:
    """Raises BadSlip, FontsMissing."""
    return PdfPictures(data) if media_type == "application/pdf" else SlipPictures(data)
