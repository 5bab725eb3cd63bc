"""Open scanned pictures without trusting them, and draw a page as its edits and its rule say."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from PIL import Image, ImageChops, ImageFilter, ImageOps

from app.domain.scan_page import Edits, ScanMode
from app.storage.scan_kinds import JPEG, MAX_SCANS, PNG, TIFF, ScanRefused, TooManyPages, check_scan

MOST_PIXELS = 80_000_000  # A3 at 600 dpi is 70 million
_FORMATS = {JPEG: ("JPEG",), PNG: ("PNG",), TIFF: ("TIFF",)}
_INCHES = 11.7  # the longer side of A4, for pictures that do not say how large they are
_PAPER = 255
_DARK = 60  # darker than this is ink, whatever lies around it
_STEP = 12  # darker than its surroundings by this much is ink

Picture = Image.Image


class PictureBroken(ScanRefused):
    """It begins like a picture, and cannot be drawn to its end."""

    code = "SCAN-BROKEN"


class PictureTooLarge(ScanRefused):
    """More than ``most`` million pixels: no page of paper, however small the file."""

    code = "SCAN-PIXELS"


class PdfNotDrawn(ScanRefused):
    """A PDF where single pictures are wanted; the scan reader takes PDFs apart first."""

    code = "SCAN-PDF"


def open_picture(content: bytes, *, longest: int = 0) -> Picture:
    """The first picture of the file, upright as its camera said, in colour, grey or black and
    white. With ``longest`` a JPEG is read at a fraction of its size, not below that many pixels.

    Raises ScanRefused.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the size is checked here, before a pixel is read
        try:
            image = _open(content)
            if longest:
                image.draft(None, (longest, longest))
            image.load()
            upright = ImageOps.exif_transpose(image) or image
            return _plain(upright)
        except (ScanRefused, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - Pillow raises whatever a broken file leads it to
            raise PictureBroken from None


def single_pictures(content: bytes) -> Iterator[bytes]:
    """Each picture of a file as a file of its own; JPEG and PNG pass as they are.

    Raises ScanRefused, where the file is a PDF too.
    """
    media = check_scan(content)
    if media not in _FORMATS:
        raise PdfNotDrawn
    if media != TIFF:
        open_picture(content, longest=64)
        yield content
        return
    for number in range(MAX_SCANS + 1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image = _open(content, frame=number)
                image.load()
                plain = _plain(ImageOps.exif_transpose(image) or image)
        except EOFError:
            return
        except (ScanRefused, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - see above
            raise PictureBroken from None
        if number == MAX_SCANS:
            raise TooManyPages(most=MAX_SCANS)
        yield picture_file(plain, dpi=dpi_of(image))


def picture_file(picture: Picture, *, dpi: int = 0) -> bytes:
    """Black and white as PNG, all else as a good JPEG; nothing in it but the picture."""
    made = io.BytesIO()
    told = {"dpi": (dpi, dpi)} if dpi else {}
    if picture.mode == "1":
        picture.save(made, "PNG", **told)
    else:
        picture.save(made, "JPEG", quality=92, subsampling=0, **told)
    return made.getvalue()


def measure(content: bytes) -> tuple[int, int, int]:
    """(width, height, dpi or 0) as shown upright. Raises ScanRefused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _open(content)
            width, height = image.size
            if image.getexif().get(274, 1) in {5, 6, 7, 8}:
                width, height = height, width
            return width, height, dpi_of(image)
    except (ScanRefused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - see above
        raise PictureBroken from None


def dpi_of(image: Picture) -> int:
    """0 where the file does not say, or says what no scanner has."""
    try:
        across = float(image.info.get("dpi", (0, 0))[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError):
        return 0
    return round(across) if 73 <= across <= 2400 else 0  # 72 is what programs write for "unknown"


def draw(
    picture: Picture, edits: Edits, *, mode: ScanMode | None = None, dpi: int = 0, most_dpi: int = 0
) -> Picture:
    """The page as it is filed. ``dpi`` is the scan's, 0 where unknown; with ``most_dpi`` it is
    made no larger than that."""
    if most_dpi:
        known = dpi or round(max(picture.size) / _INCHES)
        if known > most_dpi:
            size = [max(1, round(side * most_dpi / known)) for side in picture.size]
            picture = _grey_or_colour(picture).resize((size[0], size[1]), Image.Resampling.LANCZOS)
    if edits.turn:
        picture = picture.transpose(_TURNS[edits.turn])
    if edits.tilt:
        paper = (_PAPER,) * 3 if picture.mode == "RGB" else _PAPER
        picture = _grey_or_colour(picture).rotate(
            -edits.tilt, Image.Resampling.BICUBIC, fillcolor=paper
        )
    if edits.crop is not None:
        width, height = picture.size
        left, top = int(edits.crop.left * width), int(edits.crop.top * height)
        right, bottom = round(edits.crop.right * width), round(edits.crop.bottom * height)
        picture = picture.crop((left, top, max(left + 1, right), max(top + 1, bottom)))
    return in_mode(picture, edits.mode or mode)


def in_mode(picture: Picture, mode: ScanMode | None) -> Picture:
    match mode:
        case ScanMode.BLACK:
            return picture if picture.mode == "1" else ink(picture.convert("L")).convert("1")
        case ScanMode.GREY:
            return picture if picture.mode in {"1", "L"} else picture.convert("L")
        case _:
            return picture


def ink(grey: Picture) -> Picture:
    """Ink black, paper white, by what lies around each place: shadows and tinted paper are
    paper."""
    reach = max(4, max(grey.size) // 60)
    around = grey.filter(ImageFilter.BoxBlur(reach))
    darker = ImageChops.subtract(around, grey).point([_PAPER] * _STEP + [0] * (256 - _STEP))
    dark = grey.point([0] * _DARK + [_PAPER] * (256 - _DARK))
    return ImageChops.darker(darker, dark)


_TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns the other way
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def _open(content: bytes, frame: int = 0) -> Picture:
    media = check_scan(content)
    if media not in _FORMATS:
        raise PdfNotDrawn
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS[media])
        if frame:
            image.seek(frame)
    except Image.DecompressionBombError:
        raise PictureTooLarge(most=MOST_PIXELS // 1_000_000) from None
    if image.width * image.height > MOST_PIXELS:
        raise PictureTooLarge(most=MOST_PIXELS // 1_000_000)
    return image


def _plain(image: Picture) -> Picture:
    """One of the modes 1, L and RGB, on white paper where it was transparent, without a word of
    what else the file held."""
    if image.mode in {"1", "L", "RGB"} and "transparency" not in image.info:
        plain = image.copy()
    elif image.has_transparency_data:
        seen = image.convert("RGBA")
        plain = Image.new("RGB", image.size, (_PAPER,) * 3)
        plain.paste(seen, mask=seen.getchannel("A"))
    elif image.mode.startswith(("I", "F")):
        # Sixteen bits of grey; what else has such modes is no scan, and comes out as it may.
        plain = image.convert("I").point(lambda value: value / 256).convert("L")
    elif image.mode == "LA":
        plain = image.convert("L")
    else:
        plain = image.convert("RGB")
    plain.info = {}
    return plain


def _grey_or_colour(picture: Picture) -> Picture:
    return picture.convert("L") if picture.mode == "1" else picture
