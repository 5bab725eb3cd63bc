"""Talk to a SAM module over any line: wait for a card, select it, read its text and photo.

The line is a serial port today; the same conversation serves the module over USB.
"""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.devices.cards.errors import (
    BadChecksum,
    BadLength,
    CardCancelled,
    ContentInvalid,
    Garbage,
    NoAnswer,
    NoCard,
    NoneFound,
    ReplyIncomplete,
    SelectFailed,
)
from app.devices.cards.frames import (
    FOUND,
    LARGEST_REPLY,
    OK,
    Command,
    Reply,
    ReplyDecoder,
    encode_command,
    status_error,
)
from app.devices.cards.timing import waiting_time
from app.ports import ReaderStep

_SAM_ID = struct.Struct("<HHIII")
TEXT_BYTES = 256
PHOTO_BYTES = 1024
_SLICE = 0.05  # how long one look at the line may block, so that a cancel is seen soon
_SHORT_WAIT = 1.0  # status, find, select
_FIRST_PROBE = 0.6  # is anybody there at the speed that was right last time?
_OTHER_PROBE = 0.35  # and at others
_READ_WAIT = 4.0  # the module reads the card by radio before the first byte comes
_BAD_IN_A_ROW = 3  # noise on the line while nobody is at the window is no reason to give up


class Line(Protocol):
    """A byte line to the module. Its methods raise CardError (ReaderGone) when it breaks."""

    def send(self, data: bytes) -> None: ...

    def receive(self, wait: float) -> bytes:
        """What has come, at most ``wait`` seconds later; b"" if nothing did."""
        ...

    def drop_input(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SamContent:
    """``photo`` is the 1024-byte WLT picture, which only a vendor's library can decode.

    ``fingerprint_bytes`` is how long a fingerprint was that came with it: it is never kept.
    """

    text: bytes
    photo: bytes
    fingerprint_bytes: int = 0


def split_content(data: bytes) -> SamContent:
    """Take a read reply apart, with or without fingerprint, which is dropped here.

    Raises ContentInvalid.
    """
    for parts in (2, 3):
        header = 2 * parts
        if len(data) < header:
            break
        sizes = [int.from_bytes(data[n : n + 2], "big") for n in range(0, header, 2)]
        if header + sum(sizes) != len(data):
            continue
        if sizes[0] != TEXT_BYTES or sizes[1] != PHOTO_BYTES:
            break
        text_end = header + TEXT_BYTES
        photo = data[text_end : text_end + PHOTO_BYTES]
        return SamContent(data[header:text_end], photo, sum(sizes[2:]))
    raise ContentInvalid(length=len(data))


def sam_number(data: bytes) -> str:
    """The module's number as vendors print it, e.g. ``05.01-20170706-0000123456-0012345678``.

    Raises ContentInvalid.
    """
    if len(data) != _SAM_ID.size:
        raise ContentInvalid(length=len(data))
    kind, region, day, serial, rest = _SAM_ID.unpack(data)
    return f"{kind:02d}.{region:02d}-{day:08d}-{serial:010d}-{rest:010d}"


_OF_A_CARD = {FOUND, 0x41, 0x80, 0x81}


def _answers(reply: Reply, command: Command) -> bool:
    """A reply names no command: a late one to what was called off must not be taken for this."""
    match command:
        case Command.STATUS:
            return not reply.data and reply.sw3 not in _OF_A_CARD
        case Command.FIND:
            return reply.sw3 != OK
        case Command.SELECT:
            return reply.sw3 != FOUND and (reply.sw3 != OK or bool(reply.data))
        case _:
            return reply.sw3 != FOUND


class SamConversation:
    """One conversation; ``bytes_per_second`` is the speed of the line."""

    def __init__(
        self, line: Line, cancelled: threading.Event, *, bytes_per_second: float = 11520
    ) -> None:
        self._line = line
        self._cancelled = cancelled
        self._speed = bytes_per_second
        self._decoder = ReplyDecoder()

    def ask(self, command: Command, *, wait: float = _SHORT_WAIT, expected: int = 64) -> Reply:
        """Send a command and wait for its reply.

        ``expected`` bytes get the time that they need on the line on top of ``wait``. Raises
        NoAnswer, Garbage, ReplyIncomplete, BadChecksum, BadLength, CardCancelled, ReaderGone.
        """
        self._decoder.clear()
        self._line.drop_input()
        self._line.send(encode_command(command))
        deadline = time.monotonic() + wait + 1.5 * expected / self._speed
        received = 0
        while True:
            if self._cancelled.is_set():
                raise CardCancelled
            left = deadline - time.monotonic()
            # An endless stream of noise must not keep us either: the bytes are bounded too.
            if left <= 0 or received > 4 * LARGEST_REPLY:
                break
            data = self._line.receive(min(left, _SLICE))
            received += len(data)
            self._decoder.feed(data)
            before = self._decoder.noise
            reply = self._decoder.next_reply()
            if reply is not None and _answers(reply, command):
                # Bytes left over: the length was altered, and one XOR byte added up by chance.
                if self._decoder.noise > before:
                    raise BadChecksum
                return reply
        if self._decoder.inside_frame:
            raise ReplyIncomplete(received=received)
        raise Garbage(received=received) if received else NoAnswer

    def check_module(self) -> None:
        """Is there a module, and is it well? Asked twice, because one may just be waking up."""
        try:
            reply = self.ask(Command.STATUS, wait=0.6)
        except (NoAnswer, Garbage, ReplyIncomplete, BadChecksum, BadLength):
            reply = self.ask(Command.STATUS, wait=0.6)
        if reply.sw3 != OK:
            raise status_error(reply.sw3)

    def is_there(self, *, known: bool) -> bool:
        """Whether a module answers on this line at this speed, in any way that has a frame."""
        try:
            wait = _FIRST_PROBE if known else _OTHER_PROBE
            self.ask(Command.STATUS, wait=wait, expected=16)
        except (NoAnswer, Garbage, ReplyIncomplete, BadChecksum, BadLength):
            return False
        return True

    def sam_number(self) -> str:
        reply = self.ask(Command.SAM_ID)
        if reply.sw3 != OK:
            raise status_error(reply.sw3)
        return sam_number(reply.data)

    def wait_for_card(
        self, timeout: float, poll: float, step: Callable[[ReaderStep], None]
    ) -> None:
        """Find and select a card. Raises NoCard after ``timeout`` seconds without one."""
        deadline = time.monotonic() + waiting_time(timeout)
        step(ReaderStep.WAITING_FOR_CARD)
        bad = select_failures = 0
        while True:
            asked = time.monotonic()
            try:
                found = self._find()
                bad = 0
            except (BadChecksum, BadLength, Garbage, ReplyIncomplete):
                bad += 1
                if bad == _BAD_IN_A_ROW:
                    raise
                found = False
            if found:
                step(ReaderStep.SELECTING)
                try:
                    return self._select()
                except SelectFailed:
                    # Usually the card was still on its way; look again a few times.
                    select_failures += 1
                    if select_failures == _BAD_IN_A_ROW:
                        raise
                    step(ReaderStep.WAITING_FOR_CARD)
            now = time.monotonic()
            if now >= deadline:
                raise NoCard
            if self._cancelled.wait(max(0.0, min(asked + poll, deadline) - now)):
                raise CardCancelled

    def _find(self) -> bool:
        reply = self.ask(Command.FIND)
        if reply.sw3 == FOUND:
            return True
        error = status_error(reply.sw3)
        if isinstance(error, NoneFound):
            return False
        raise error

    def _select(self) -> None:
        reply = self.ask(Command.SELECT)
        if reply.sw3 != OK:
            raise status_error(reply.sw3)

    def read_content(self, *, with_fingerprint: bool = False) -> SamContent:
        """Read the selected card. Raises the error of the status, or ContentInvalid."""
        command = Command.READ_WITH_FINGERPRINT if with_fingerprint else Command.READ
        reply = self.ask(command, wait=_READ_WAIT, expected=2400)
        if reply.sw3 != OK:
            raise status_error(reply.sw3)
        return split_content(reply.data)

    def read_newest_address(self) -> bytes:
        """The records of the card just read, b"" where it has none or the module does not tell."""
        try:
            reply = self.ask(Command.READ_NEWEST_ADDRESS, wait=_SHORT_WAIT, expected=300)
        except (NoAnswer, Garbage, ReplyIncomplete, BadChecksum, BadLength):
            return b""
        return reply.data if reply.sw3 == OK else b""
