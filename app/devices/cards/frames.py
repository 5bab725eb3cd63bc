"""Frame commands for a SAM module and find its replies in a stream of bytes (GA 467). Pure.

Command: ``AA AA AA 96 69 | LenHi LenLo | CMD Para Data | CHK``; reply: the same with
``SW1 SW2 SW3 Data``. The length counts everything after itself, CHK included; CHK is the XOR from
LenHi to the last byte before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

from app.devices.cards import errors

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
LARGEST_REPLY = 4096  # bytes after the length; the largest defined reply has 2314

OK = 0x90
FOUND = 0x9F


class Command(Enum):
    """CMD and Para."""

    RESET = b"\x10\xff"
    STATUS = b"\x11\xff"
    SAM_ID = b"\x12\xff"
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ = b"\x30\x01"
    READ_NEWEST_ADDRESS = b"\x30\x03"
    READ_MANAGEMENT_NUMBER = b"\x30\x05"
    READ_WITH_FINGERPRINT = b"\x30\x10"
    BAUD_115200 = b"\x60\x00"
    BAUD_9600 = b"\x60\x04"
    MAX_RF_FRAME = b"\x61\xff"


def checksum(data: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def frame(body: bytes) -> bytes:
    """Put preamble, length and checksum around a body (both directions frame alike)."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + counted + bytes([checksum(counted)])


def encode_command(command: Command, data: bytes = b"") -> bytes:
    return frame(command.value + data)


def encode_reply(sw3: int, data: bytes = b"") -> bytes:
    return frame(bytes([0, 0, sw3]) + data)


@dataclass(frozen=True, slots=True)
class Reply:
    sw3: int
    data: bytes = b""


_STATUS: dict[int, type[errors.CardError]] = {
    0x10: errors.SamSaysChecksum,
    0x11: errors.SamSaysLength,
    0x21: errors.SamRefusesCommand,
    0x24: errors.SamUnknownCommand,
    0x31: errors.CardRefusesSam,
    0x32: errors.SamRefusesCard,
    0x33: errors.InfoCheckFailed,
    0x40: errors.WrongCardType,
    0x41: errors.CardPulled,
    0x47: errors.SamRandomFailed,
    0x60: errors.SamSelfTestFailed,
    0x66: errors.SamUnlicensed,
    0x80: errors.NoneFound,
    0x81: errors.SelectFailed,
    0x91: errors.NoContent,
}


def status_error(sw3: int) -> errors.CardError:
    """The error that an SW3 other than 90 and 9F stands for."""
    kind = _STATUS.get(sw3, errors.SamStatus)
    return kind(sw3=f"{sw3:02X}")


class FrameDecoder:
    """Collects bytes and yields whole bodies; after an error it looks for the next preamble.

    ``body`` is what stands between length and checksum. Noise before a preamble is dropped.
    """

    def __init__(self, *, shortest: int, largest: int = LARGEST_REPLY) -> None:
        self._shortest = shortest
        self._largest = largest
        self._waiting = bytearray()
        self.noise = 0  # bytes dropped since the last clear

    @property
    def inside_frame(self) -> bool:
        """A preamble was seen and its frame is not complete yet."""
        return self._waiting.startswith(PREAMBLE)

    def clear(self) -> None:
        self._waiting.clear()
        self.noise = 0

    def feed(self, data: bytes) -> None:
        self._waiting += data
        self._align()

    def next_body(self) -> bytes | None:
        """The next whole body, None while bytes are missing.

        Raises BadLength or BadChecksum once for a bad frame, then goes on behind its preamble,
        because the length of a bad frame says nothing.
        """
        start = len(PREAMBLE)
        if len(self._waiting) < start + 2 or not self.inside_frame:
            return None
        length = int.from_bytes(self._waiting[start : start + 2], "big")
        if not self._shortest <= length <= self._largest:
            self._skip_preamble()
            raise errors.BadLength(length=length)
        end = start + 2 + length
        if len(self._waiting) < end:
            return None
        counted = bytes(self._waiting[start:end])
        if checksum(counted) != 0:  # the XOR over a frame and its own checksum is zero
            self._skip_preamble()
            raise errors.BadChecksum
        del self._waiting[:end]
        self._align()
        return counted[2:-1]

    def _skip_preamble(self) -> None:
        del self._waiting[: len(PREAMBLE)]
        self.noise += len(PREAMBLE)
        self._align()

    def _align(self) -> None:
        """Drop what cannot belong to a preamble."""
        place = self._waiting.find(PREAMBLE)
        if place < 0:
            keep = next(
                n for n in range(len(PREAMBLE) - 1, -1, -1) if self._waiting.endswith(PREAMBLE[:n])
            )
            place = len(self._waiting) - keep
        self.noise += place
        del self._waiting[:place]


class ReplyDecoder:
    """Replies of the module out of a stream."""

    def __init__(self) -> None:
        self._frames = FrameDecoder(shortest=4)

    @property
    def inside_frame(self) -> bool:
        return self._frames.inside_frame

    @property
    def noise(self) -> int:
        return self._frames.noise

    def clear(self) -> None:
        self._frames.clear()

    def feed(self, data: bytes) -> None:
        self._frames.feed(data)

    def next_reply(self) -> Reply | None:
        """Raises BadLength, BadChecksum."""
        body = self._frames.next_body()
        return None if body is None else Reply(body[2], body[3:])
