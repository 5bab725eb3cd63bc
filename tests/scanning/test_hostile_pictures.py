"""Pictures that are bombs, lies or rubbish: a code each, no crash, no hang, bounded memory."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.scan_page import Edits
from app.services.scan_imaging import (
    PdfNotDrawn,
    PictureBroken,
    PictureTooLarge,
    draw,
    measure,
    open_picture,
    single_pictures,
)
from app.services.scan_looks import look_at
from app.storage.scan_kinds import ScanCut, ScanKindUnknown, ScanRefused, TooManyPages
from tests.scanning.sheets import jpeg, png, sheet, tiff


def png_of(width: int, height: int, data: bytes = b"", extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + extra + chunk(b"IDAT", data or zlib.compress(b"\0" * (width + 1) * min(height, 100)))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def text_bomb() -> bytes:
    body = b"Comment\0\0" + zlib.compress(b"A" * 90_000_000, 9)
    check = struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return png_of(10, 10, extra=struct.pack(">I", len(body)) + b"zTXt" + body + check)


def gif() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (9, 9)).save(made, "GIF")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (png_of(60_000, 60_000), PictureTooLarge),
        (png_of(2**31 - 1, 1), PictureTooLarge),
        (png_of(0, 0), ScanRefused),
        (png_of(5000, 5000, b"no pixels"), PictureBroken),
        (text_bomb(), PictureBroken),
        (jpeg(sheet(60))[:-3000], ScanCut),
        (b"\xff\xd8\xff" + png(sheet(40)) + b"\xff\xd9", PictureBroken),
        (png(sheet(40))[:8] + jpeg(sheet(40)) + b"IEND", PictureBroken),
        (gif(), ScanKindUnknown),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ScanKindUnknown),
        (b"%PDF-1.7\n%%EOF", PdfNotDrawn),
        (tiff([Image.new("1", (2, 2))] * 201), TooManyPages),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_bombs_and_lies_are_refused_with_a_code(content: bytes, failure: type[ScanRefused]) -> None:
    with pytest.raises(failure) as caught:
        list(single_pictures(content))
        look_at(content)
    assert caught.value.code


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_picture_comes_out_as_one_that_can_be_filed(mode: str) -> None:
    made = io.BytesIO()
    grey = sheet(50).convert("L")
    through = grey.convert("I").point(lambda v: v * 256) if mode[0] in "IF" else grey
    through.convert("RGBA" if mode == "RGBA" else mode).save(made, "TIFF")
    picture = open_picture(made.getvalue())
    assert picture.mode in {"1", "L", "RGB"}
    assert picture.convert("L").crop((5, 5, 6, 6)).tobytes()[0] >= 250  # paper stays white
    assert picture.info == {}


_SEEDS = (jpeg(sheet(30)), png(sheet(30)), tiff([sheet(30), sheet(30).convert("1")]))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(_SEEDS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
    st.floats(0.02, 1),
)
def test_spoilt_pictures_end_with_a_code_or_a_page(
    seed: bytes, spoilt: list[tuple[float, int]], part: float
) -> None:
    content = bytearray(seed)
    for place, value in spoilt:
        content[int(place**3 * len(content))] = value  # the heads most often
    given_bytes = bytes(content[: int(part * len(content))] if part < 0.7 else content)
    with suppress(ScanRefused):
        for picture in single_pictures(given_bytes):
            measure(picture)
            look_at(picture)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 3), st.floats(-20, 20), st.integers(1, 40), st.integers(1, 40))
def test_any_edit_of_any_small_picture_is_drawn(
    quarter: int, tilt: float, width: int, height: int
) -> None:
    edits = Edits().turned(90 * quarter).tilted(tilt)
    assert edits.sound()
    drawn = draw(Image.new("L", (width, height), 200), edits, most_dpi=100)
    assert drawn.width >= 1
    assert drawn.height >= 1
