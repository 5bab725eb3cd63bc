"""Make a file of a picture from a driver: as small as can be done without being seen."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def page_file(picture: Image, dpi: int) -> bytes:
    """JPEG at high quality; black and white as PNG."""
    made = io.BytesIO()
    if picture.mode == "1":
        picture.save(made, "PNG", dpi=(dpi, dpi))
    else:
        plain = picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
        plain.save(made, "JPEG", quality=90, subsampling=0, dpi=(dpi, dpi))
    return made.getvalue()
