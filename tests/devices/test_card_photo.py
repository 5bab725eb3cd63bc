"""The vendor's decoder as a program: plugged in, missing, hanging, crashing, lying."""

from __future__ import annotations

import struct
import sys
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from app.devices.cards.hosted import HostedReader
from app.devices.cards.photo import decode_photo
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.sam import SimulatedSamReader
from app.domain.person import PhotoState
from app.ports import ReadDone
from tests.devices.card_people import CLOCK, RESIDENT, read
from ui.pages.widgets.photo import picture_of

WLT = RESIDENT.photo


def bmp(width: int, height: int, points: bytes = b"") -> bytes:
    head = struct.pack("<2sIHHI", b"BM", 54 + len(points), 0, 0, 54)
    return head + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0) + points


PICTURE = bmp(102, 126, bytes(308 * 126))


def program(folder: Path, act: str) -> str:
    """A decoder that reads the photo first."""
    script = folder / "decoder.py"
    script.write_text(f"import sys, os, time\nwlt = sys.stdin.buffer.read()\n{act}\n")
    return f"{sys.executable} {script}"


def writing(folder: Path, picture: bytes) -> str:
    (folder / "picture").write_bytes(picture)
    name = str(folder / "picture")
    return program(
        folder,
        f"assert len(wlt) == 1024\nsys.stdout.buffer.write(open({name!r}, 'rb').read())",
    )


def test_the_decoders_picture_is_taken(tmp_path: Path) -> None:
    assert decode_photo(WLT, writing(tmp_path, PICTURE)) == (PICTURE, PhotoState.SHOWN)


def test_without_a_decoder_or_a_photo(tmp_path: Path) -> None:
    assert decode_photo(WLT, "") == (None, PhotoState.NO_DECODER)
    assert decode_photo(WLT, "  ") == (None, PhotoState.NO_DECODER)
    assert decode_photo(b"", writing(tmp_path, PICTURE)) == (None, PhotoState.NONE)


@pytest.mark.parametrize(
    "act",
    [
        "sys.exit(1)", "os.abort()", "print('no picture')",
        "sys.stdout.buffer.write(b'BM' * 200000)", "",
    ],
)  # fmt: skip
def test_a_decoder_that_fails(tmp_path: Path, act: str) -> None:
    assert decode_photo(WLT, program(tmp_path, act)) == (None, PhotoState.FAILED)


@pytest.mark.parametrize("command", ["/nowhere/decoder", "'", "\0", str(Path(__file__).parent)])
def test_a_decoder_that_cannot_be_started(command: str) -> None:
    assert decode_photo(WLT, command) == (None, PhotoState.FAILED)


@pytest.mark.parametrize(
    "act", ["time.sleep(60)", "while True: sys.stdout.buffer.write(b'BM' * 9999)"]
)
def test_a_decoder_without_end_is_ended(tmp_path: Path, act: str) -> None:
    began = time.monotonic()
    assert decode_photo(WLT, program(tmp_path, act)) == (None, PhotoState.FAILED)
    assert time.monotonic() - began < 10


def test_a_decoder_that_does_not_listen(tmp_path: Path) -> None:
    assert decode_photo(WLT, "/bin/true") == (None, PhotoState.FAILED)


def test_the_photo_comes_with_the_reading(
    tmp_path: Path, sam: SimulatedSamReader, sam_path: str
) -> None:
    host = DeviceHost(random=Random(1))
    try:
        for decoder, expected in (
            (writing(tmp_path, PICTURE), (PICTURE, PhotoState.SHOWN)),
            ("", (None, PhotoState.NO_DECODER)),
        ):
            reader = HostedReader(host, f"serial:{sam_path}", CLOCK, photo_decoder=decoder)
            sam.lift()
            sam.place(RESIDENT)
            end = read(reader)
            assert isinstance(end, ReadDone)
            assert (end.card.photo, end.card.photo_state) == expected
            assert end.card.person.number == RESIDENT.number
    finally:
        host.close()


@pytest.mark.qt_log_ignore(".*")  # Qt says what is wrong with each
def test_the_screen_shows_pictures_of_a_sensible_size_alone(qapp: QApplication) -> None:
    assert picture_of(PICTURE).height() == 63
    for bomb in (
        b"", b"BM", PICTURE[:40], bmp(60000, 60000), bmp(-5, 5), bmp(2**31 - 1, 2**31 - 1),
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 2**31 - 1, 2**31 - 1),
        b"\xff\xd8\xff" + bytes(100),
    ):  # fmt: skip
        assert picture_of(bomb).isNull()


@pytest.mark.qt_log_ignore(".*")
@given(st.binary(max_size=400), st.sampled_from([b"BM", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]))
def test_any_bytes_are_a_picture_or_none(qapp: QApplication, data: bytes, head: bytes) -> None:
    picture = picture_of(head + data)
    assert picture.isNull() or picture.height() <= 63
