"""Make a small picture of a scanned page for the screen. Hostile files end as no picture."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

LONGEST = 360  # pixels of the longer side
_MOST_PIXELS = 120_000_000  # A3 at 600 dpi is 70 million


def thumbnail(content: bytes) -> bytes:
    """A PNG of the first page of a JPEG, PNG or TIFF; b"" of a PDF and of what cannot be drawn."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is checked here, before a pixel is read
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "TIFF")) as image:
                if image.width * image.height > _MOST_PIXELS:
                    return b""
                image.draft("RGB", (LONGEST, LONGEST))  # a JPEG is read at a fraction of its size
                small = ImageOps.exif_transpose(image) or image
                small.thumbnail((LONGEST, LONGEST))
                made = io.BytesIO()
                small.convert("RGB").save(made, "PNG")
                return made.getvalue()
    except Exception:  # noqa: BLE001 - Pillow raises whatever a broken file leads it to
        return b""
