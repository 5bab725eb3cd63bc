"""Make the file that is filed: a PDF of several pages, or a JPEG, no larger than its rule allows.

Nothing is in it but the pictures: no EXIF, no names of programs, no times.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PIL import Image

from app.domain.scan_rules import ScanRule
from app.services.scan_imaging import Picture
from app.storage.scan_kinds import ScanRefused

# (JPEG quality, part of the resolution): tried in this order until the file is small enough.
_TRIES = ((85, 1.0), (72, 1.0), (58, 1.0), (58, 0.75), (45, 0.6), (40, 0.45))
_INCHES = 11.7
_DPI = 200  # of a scan that does not say: only the size of the sheet on paper depends on it


class PagesTooLarge(ScanRefused):
    """Even made smaller the pages do not fit into the ``most`` megabytes of this material."""

    code = "SCAN-TOO-LARGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One page; ``draw`` may be called again, so that not all are in memory at once."""

    draw: Callable[[], Picture]
    dpi: int


def make_pdf(pages: Sequence[Drawn], rule: ScanRule) -> bytes:
    """Raises PagesTooLarge, and what drawing raises."""
    for quality, part in _TRIES:
        packed = (_packed(page, quality, part) for page in pages)
        made = _pdf(packed, rule.most_bytes)
        if made is not None:
            return made
    raise PagesTooLarge(most=_megabytes(rule))


def make_jpeg(page: Drawn, rule: ScanRule) -> bytes:
    """Raises PagesTooLarge, and what drawing raises."""
    for quality, part in _TRIES:
        picture = _smaller(page.draw(), part)
        dpi = max(1, round(_dpi(page, picture, part)))
        made = _jpeg(picture, quality, dpi)
        if len(made) <= rule.most_bytes:
            return made
    raise PagesTooLarge(most=_megabytes(rule))


def _megabytes(rule: ScanRule) -> str:
    return f"{rule.megabytes:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packed:
    content: bytes
    filter: str
    colours: str
    bits: int
    size: tuple[int, int]
    dpi: float


def _packed(page: Drawn, quality: int, part: float) -> _Packed:
    picture = page.draw()
    if picture.mode == "1":
        # Grey in between would make it larger: points are left out only where it must be.
        if part < 1:
            size = (max(1, round(picture.width * part)), max(1, round(picture.height * part)))
            picture = picture.convert("L").resize(size, Image.Resampling.BOX).convert("1")
        content, kind, colours, bits = zlib.compress(picture.tobytes(), 9), "Flate", "Gray", 1
    else:
        picture = _smaller(picture, part)
        content, kind, bits = _jpeg(picture, quality, 0), "DCT", 8
        colours = "RGB" if picture.mode == "RGB" else "Gray"
    return _Packed(
        content=content, filter=f"{kind}Decode", colours=f"Device{colours}", bits=bits,
        size=picture.size, dpi=_dpi(page, picture, part),
    )  # fmt: skip


def _dpi(page: Drawn, picture: Picture, part: float) -> float:
    return page.dpi * part if page.dpi else max(picture.size) / _INCHES or _DPI


def _smaller(picture: Picture, part: float) -> Picture:
    if part >= 1:
        return picture
    size = (max(1, round(picture.width * part)), max(1, round(picture.height * part)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _jpeg(picture: Picture, quality: int, dpi: int) -> bytes:
    made = io.BytesIO()
    plain = picture if picture.mode in {"L", "RGB"} else picture.convert("L")
    told = {"dpi": (dpi, dpi)} if dpi else {}
    plain.save(made, "JPEG", quality=quality, optimize=True, **told)
    return made.getvalue()


def _pdf(pages: Iterable[_Packed], most: int) -> bytes | None:
    """None as soon as it grows beyond ``most`` bytes."""
    made = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    kids = []

    def put(number: int, body: bytes) -> None:
        places[number] = len(made)
        made.extend(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    for at, page in enumerate(pages):
        number = 3 + 3 * at
        kids.append(number)
        width, height = (72 * side / page.dpi for side in page.size)
        drawing = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /I Do Q".encode()
        put(
            number,
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:.2f} {height:.2f}]"
            f"/Resources<</XObject<</I {number + 1} 0 R>>>>/Contents {number + 2} 0 R>>".encode(),
        )
        head = (
            f"<</Type/XObject/Subtype/Image/Width {page.size[0]}/Height {page.size[1]}"
            f"/ColorSpace/{page.colours}/BitsPerComponent {page.bits}/Filter/{page.filter}"
            f"/Length {len(page.content)}>>\nstream\n"
        ).encode()
        put(number + 1, head + page.content + b"\nendstream")
        put(number + 2, b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawing), drawing))
        if len(made) > most:
            return None
    put(1, b"<</Type/Catalog/Pages 2 0 R>>")
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    put(2, f"<</Type/Pages/Count {len(kids)}/Kids[{listed}]>>".encode())
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    for number in range(1, len(places) + 1):
        made += b"%010d 00000 n \n" % places[number]
    made += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(made) if len(made) <= most else None
