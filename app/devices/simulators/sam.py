"""A simulated SAM reader: GA 467 frames on a real pseudo-terminal, with the faults of real ones.

Like the real module it wants find before select before read, and after a read the card must be
lifted and placed again.
"""

from __future__ import annotations

import os
import pty
import select
import termios
import threading
import time
import tty
from dataclasses import dataclass
from pathlib import Path

from app.devices.cards.errors import BadChecksum, BadLength
from app.devices.cards.frames import FOUND, OK, Command, FrameDecoder, encode_reply
from app.devices.simulators.people import SimulatedCard
from app.devices.simulators.text_block import build_text_block

SAM_ID = bytes.fromhex("0500 0100 2a3b3101 6d2f4e00 8f1c5a07")
_FINGERPRINT_FILLER = bytes(1024)
_GARBAGE = bytes(n * 61 % 249 for n in range(64))  # holds no preamble
_SPEEDS = {getattr(termios, f"B{baud}"): baud for baud in (115200, 57600, 38400, 19200, 9600)}


@dataclass(slots=True)
class _Faults:
    pull_after: int | None = None
    cut_after: int | None = None
    unplug_after: int | None = None
    wrong_checksum: bool = False
    mute: bool = False
    garbage: bool = False
    flood: int = 0
    delay: float = 0.0
    status: dict[Command, int] | None = None


class SimulatedSamReader:
    """Start it, open the returned path with any serial program, place a card.

    ``link`` is a path of one's own that shows to the terminal's changing name, so that the reader
    comes back at the same place after ``unplug`` and ``start``. ``baud`` is the only speed at which
    it understands and is understood, None any; ``paced`` lets each byte take the time that it
    takes on a wire of that speed.
    """

    def __init__(
        self, *, link: Path | None = None, baud: int | None = None, paced: bool = False
    ) -> None:
        self._link = link
        self._baud = baud
        self._paced = paced
        self._addresses: tuple[str, ...] = ()
        self._late = b""
        self._lock = threading.Lock()
        self._card: tuple[bytes, bytes] | None = None  # text block, photo
        self._found = self._selected = self._used = False
        self._faults = _Faults()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._wake: tuple[int, int] = (-1, -1)
        self.reads = 0  # finished reads of a card
        self.asked = 0  # commands to read one, finished or not
        self.path = ""  # of the serial port while it is plugged in
        self.sending = 0.0  # seconds that its replies took on the wire

    # -- what a person does ---------------------------------------------------------------------

    def start(self) -> str:
        """Plug in; returns the path of the serial port."""
        self.stop()
        master, slave = pty.openpty()
        tty.setraw(slave)
        path = os.ttyname(slave)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(path)
            path = str(self._link)
        self.path = path
        self._wake = os.pipe()
        self._stop.clear()
        # The slave end stays open here, so that a client may close and open it at will.
        self._thread = threading.Thread(
            target=self._serve,
            args=(master, slave, self._wake[0]),
            name="simulated SAM",
            daemon=True,
        )
        self._thread.start()
        return path

    def stop(self) -> None:
        """Unplug and end; the port vanishes from under whoever has it open."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self.path = ""
        self._stop.set()
        os.write(self._wake[1], b"x")
        thread.join()
        for end in self._wake:
            os.close(end)
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    def place(self, card: SimulatedCard) -> None:
        """Raises BadPeople if the card cannot be."""
        self.place_block(build_text_block(card), card.photo)

    def place_block(self, block: bytes, photo: bytes) -> None:
        """Place a card with a text block of one's own, for impossible cards."""
        with self._lock:
            self._card = (block, photo)
            self._addresses = ()
            self._found = self._selected = self._used = False

    def move_holder(self, *addresses: str) -> None:
        """Write later addresses into the card, the newest last; as long as this card lies here."""
        self._addresses = addresses

    def lift(self) -> None:
        with self._lock:
            self._card = None
            self._found = self._selected = self._used = False

    # -- faults; each stays until mend() --------------------------------------------------------

    def mend(self) -> None:
        with self._lock:
            self._faults = _Faults()

    def pull_card_after(self, bytes: int) -> None:
        """The card leaves the field when so many of its bytes (text, photo) were read."""
        self._faults.pull_after = bytes

    def cut_short(self, bytes: int) -> None:
        """The reply to a read stops after so many bytes."""
        self._faults.cut_after = bytes

    def wrong_checksum(self) -> None:
        """The reply to a read has a wrong checksum."""
        self._faults.wrong_checksum = True

    def mute(self) -> None:
        """Never answers."""
        self._faults.mute = True

    def garbage(self) -> None:
        """Answers everything with bytes that are no frame, as at a wrong speed."""
        self._faults.garbage = True

    def flood(self, bytes: int) -> None:
        """The reply to a read announces itself and is followed by so many bytes without end."""
        self._faults.flood = bytes

    def late(self, reply: bytes) -> None:
        """Says this before its next reply: the answer to something that was called off."""
        self._late = reply

    def delay(self, seconds: float) -> None:
        """Waits so long before every answer."""
        self._faults.delay = seconds

    def answer_status(self, sw3: int, command: Command | None = None) -> None:
        """Answers a command with this status: 80 to find, 81 to select, others to read."""
        if command is None:
            command = {0x80: Command.FIND, 0x81: Command.SELECT}.get(sw3, Command.READ)
        with self._lock:
            self._faults.status = {**(self._faults.status or {}), command: sw3}

    def unplug(self, after: int | None = None) -> None:
        """The port vanishes: now, or after so many bytes of the next reply to a read."""
        if after is None:
            self.stop()
        else:
            self._faults.unplug_after = after

    # -- the module -----------------------------------------------------------------------------

    def _serve(self, master: int, slave: int, wake: int) -> None:
        decoder = FrameDecoder(shortest=3)
        try:
            while not self._stop.is_set():
                ready, _, _ = select.select([master, wake], [], [])
                if wake in ready:
                    return
                heard = os.read(master, 4096)
                if not self._same_speed(slave):
                    # What it hears and says at another speed is noise, sometimes nothing at all.
                    os.write(master, _GARBAGE[: len(heard) // 5])
                    continue
                decoder.feed(heard)
                if not self._answer_all(decoder, master):
                    return
        finally:
            os.close(master)
            os.close(slave)

    def _same_speed(self, slave: int) -> bool:
        return self._baud in {None, _SPEEDS.get(termios.tcgetattr(slave)[4])}

    def _answer_all(self, decoder: FrameDecoder, master: int) -> bool:
        """False when the cable is pulled meanwhile."""
        while True:
            try:
                body = decoder.next_body()
            except BadChecksum:
                answer, reading = encode_reply(0x10), False
            except BadLength:
                answer, reading = encode_reply(0x11), False
            else:
                if body is None:
                    return True
                with self._lock:
                    answer, reading = self._answer(body)
            faults = self._faults
            if faults.mute:
                continue
            if faults.delay and self._stop.wait(faults.delay):
                return False
            if faults.garbage:
                answer = _GARBAGE
            elif reading and faults.flood:
                answer += bytes(n % 251 for n in range(4096)) * (faults.flood // 4096)
            elif reading and faults.wrong_checksum:
                answer = answer[:-1] + bytes([answer[-1] ^ 0x55])
            elif reading and faults.cut_after is not None:
                answer = answer[: faults.cut_after]
            elif reading and faults.unplug_after is not None:
                self._send(master, answer[: faults.unplug_after])
                # The reader's input queue must see the bytes before the line hangs up.
                self._stop.wait(0.05)
                return False
            late, self._late = self._late, b""
            if not self._send(master, late + answer):
                return False

    def _send(self, master: int, data: bytes) -> bool:
        """Write all, also when nobody reads; False when stopped meanwhile."""
        began = time.monotonic()
        os.set_blocking(master, False)
        if self._paced and self._baud:
            sent = 0
            while sent < len(data) - 32 and not self._stop.is_set():
                sent += os.write(master, data[sent : sent + 32])
                self._stop.wait(began + 10 * sent / self._baud - time.monotonic())
            data = data[sent:]
        while data and not self._stop.is_set():
            try:
                data = data[os.write(master, data) :]
            except BlockingIOError:
                self._stop.wait(0.01)
        self.sending += time.monotonic() - began
        return not data

    def _answer(self, body: bytes) -> tuple[bytes, bool]:
        """The reply, and whether it carries a card's content."""
        try:
            command = Command(body[:2])
        except ValueError:
            return encode_reply(0x24), False
        self.asked += command in {Command.READ, Command.READ_WITH_FINGERPRINT}
        forced = (self._faults.status or {}).get(command)
        if forced is not None:
            return encode_reply(forced), False
        match command:
            case Command.FIND:
                if self._card is None or self._used:
                    return encode_reply(0x80), False
                self._found, self._selected = True, False
                return encode_reply(FOUND, bytes(4)), False
            case Command.SELECT:
                self._selected = self._found and self._card is not None
                self._found = False
                if not self._selected:
                    return encode_reply(0x81), False
                return encode_reply(OK, bytes(8)), False
            case Command.READ | Command.READ_WITH_FINGERPRINT:
                return self._content(with_fingerprint=command is not Command.READ)
            case Command.READ_NEWEST_ADDRESS:
                return self._newest_address(), False
            case Command.READ_MANAGEMENT_NUMBER:
                return encode_reply(0x91 if self._selected else 0x41), False
            case _:
                return encode_reply(OK, SAM_ID if command is Command.SAM_ID else b""), False

    def _newest_address(self) -> bytes:
        if self._card is None or not (self._selected or self._used):
            return encode_reply(0x41)
        if not self._addresses:
            return encode_reply(0x91)
        blank = " ".encode("utf-16-le")
        records = (address.encode("utf-16-le") for address in self._addresses)
        return encode_reply(OK, b"".join((record + 35 * blank)[:70] for record in records))

    def _content(self, *, with_fingerprint: bool) -> tuple[bytes, bool]:
        if self._card is None or not self._selected:
            return encode_reply(0x41), False
        content = [*self._card]
        if with_fingerprint:
            content.append(_FINGERPRINT_FILLER)
        pull_after = self._faults.pull_after
        if pull_after is not None and pull_after < sum(map(len, content)):
            self._card = None
            self._found = self._selected = False
            return encode_reply(0x41), False
        self._used, self._selected = True, False
        self.reads += 1
        header = b"".join(len(part).to_bytes(2, "big") for part in content)
        return encode_reply(OK, header + b"".join(content)), True
