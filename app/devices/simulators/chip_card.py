"""A virtual 社保卡 for the virtual PC/SC reader (vpcd of vsmartcard), speaking its TCP protocol.

Every message has a two-byte big-endian length. One byte is for the reader: 0 power off, 1 power
on, 2 reset, 4 asks the ATR; anything longer is an APDU. Connecting inserts the card, closing
removes it.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

from app.devices.cards.errors import BadPeople
from app.devices.cards.social_security import APPLICATION, EF05, EF06
from app.devices.simulators.people import SimulatedCard, load_people
from app.domain.person import Sex

VPCD_PORT = 35963
ATR = bytes.fromhex("3B6D0000005343538638072020202020")  # T=0, thirteen historical bytes
NO_ATR = b"\0\0"  # feels like a card, answers like none
_SEX = {Sex.MALE: b"1", Sex.FEMALE: b"2", Sex.UNKNOWN: b"9"}
_CARD_ID = bytes.fromhex("99999900000000000000000000000001")
_QUICKACK = getattr(socket, "TCP_QUICKACK", 12)  # without it each APDU takes 44 ms
_NAME_BYTES = 30
_EXTENSION_BYTES = 20

Records = dict[tuple[int, int], bytes]
"""(P2 of READ RECORD, record number) to the record."""


def build_records(card: SimulatedCard) -> Records:
    """The records of EF05 and EF06 by the card's version. Raises BadPeople."""
    data = card.social_security
    if data is None:
        raise BadPeople(place="social_security")
    name = card.name.encode("gb18030")
    values: list[tuple[int, bytes]] = [
        (0x08, _an(card.number, 18, "number")),
        (0x09, name[:_NAME_BYTES].ljust(_NAME_BYTES, b"\0")),
    ]
    if not data.version.startswith("1"):
        values.append((0x4E, name[_NAME_BYTES:].ljust(_EXTENSION_BYTES, b"\0")))
        room = _NAME_BYTES + _EXTENSION_BYTES
    else:
        room = _NAME_BYTES
    if len(name) > room:
        raise BadPeople(place="name")
    values += [
        (0x0A, _SEX[card.sex]),
        (0x0B, _cn(card.nation, 1, "nation")),
        (0x0C, _cn(card.number[:6], 3, "birthplace")),
        (0x0D, _cn(card.birth.isoformat().replace("-", ""), 4, "birth")),
    ]
    issued = data.issued.isoformat().replace("-", "") if data.issued else ""
    expires = data.expires.isoformat().replace("-", "") if data.expires else ""
    free = [
        (0x01, _CARD_ID),
        (0x02, b"1"),
        (0x03, _an(data.version, 4, "version")),
        (0x04, _cn(data.issuer, 12, "issuer")),
        (0x05, _cn(issued, 4, "issued")),
        (0x06, _cn(expires, 4, "expires")),
        (0x07, _an(data.card_number, 9, "card_number")),
    ]
    return {
        (file, record): bytes([tag, len(value)]) + value
        for file, fields in ((EF05, free), (EF06, values))
        for record, (tag, value) in enumerate(fields, start=1)
    }


def _an(text: str, length: int, field: str) -> bytes:
    if not text.isascii() or len(text) > length:
        raise BadPeople(place=field)
    return text.encode("ascii").ljust(length, b"\0")


def _cn(digits: str, length: int, field: str) -> bytes:
    if len(digits) > 2 * length or (digits and not (digits.isascii() and digits.isdigit())):
        raise BadPeople(place=field)
    return bytes.fromhex(digits.ljust(2 * length, "f"))


class ChipCard:
    """A 社保卡 that can be inserted and removed, with the faults of real ones.

    ``card`` None is some other chip card, without the social security application.
    """

    atr = ATR

    def __init__(
        self, card: SimulatedCard | None, *, host: str = "127.0.0.1", port: int = VPCD_PORT
    ) -> None:
        self._records: Records = {} if card is None else build_records(card)
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._pull_after: int | None = None
        self._acts: dict[int, Callable[[], None]] = {}
        self._refusals: dict[int, int] = {}
        self._dead = False
        self._selected = False
        self._waiting = b""  # for GET RESPONSE
        self.apdus = 0

    def insert(self) -> None:
        """Raises OSError if no virtual reader listens."""
        self.remove()
        self._socket = socket.create_connection(self._address, timeout=5)
        self._socket.settimeout(None)
        self.apdus = 0
        self._thread = threading.Thread(
            target=self._serve, args=(self._socket,), name="chip card", daemon=True
        )
        self._thread.start()

    def remove(self) -> None:
        line, self._socket = self._socket, None
        thread, self._thread = self._thread, None
        if line is not None:
            with contextlib.suppress(OSError):  # the reader may have gone first
                line.shutdown(socket.SHUT_RDWR)
        if thread is not None:
            thread.join()
        if line is not None:
            line.close()

    # -- faults; each stays until mend() --------------------------------------------------------

    def mend(self) -> None:
        self._pull_after = None
        self._acts = {}
        self._refusals = {}
        self._dead = False

    def pull_after(self, apdus: int) -> None:
        """The card leaves the reader instead of answering APDU number ``apdus`` + 1."""
        self._pull_after = apdus

    def call_after(self, apdus: int, act: Callable[[], None]) -> None:
        """Something happens to the machine instead of APDU number ``apdus`` + 1's answer."""
        self._acts[apdus] = act

    def refuse(self, status: int = 0x6982, instruction: int = 0xB2) -> None:
        """Answers an instruction (default READ RECORD) with a status (default: authenticate)."""
        self._refusals[instruction] = status

    def upside_down(self) -> None:
        """The reader feels a card, but its chip does not answer the reset."""
        self._dead = True

    # -- the card -------------------------------------------------------------------------------

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                header = _receive(line, 2)
                if header is None:
                    return
                message = _receive(line, int.from_bytes(header, "big"))
                if message is None:
                    return
                if len(message) > 1:
                    if self._pull_after is not None and self.apdus >= self._pull_after:
                        line.shutdown(socket.SHUT_RDWR)
                        return
                    self.apdus += 1
                    if act := self._acts.get(self.apdus - 1):
                        act()
                        return
                    answer = self.answer(message)
                elif message == b"\x04":
                    answer = NO_ATR if self._dead else self.atr
                else:
                    self._selected = False
                    continue
                line.sendall(struct.pack(">H", len(answer)) + answer)

    def answer(self, apdu: bytes) -> bytes:
        """Data and status word for one APDU, as the chip gives them to any reader."""
        if len(apdu) < 4:
            return b"\x67\x00"
        instruction = apdu[1]
        if instruction in self._refusals:
            return self._refusals[instruction].to_bytes(2, "big")
        if apdu[0] != 0x00:
            return b"\x6e\x00"
        if instruction == 0xA4:
            return self._select(apdu)
        if instruction == 0xC0:
            waiting, self._waiting = self._waiting, b""
            return waiting + b"\x90\x00" if waiting else b"\x69\x85"
        if instruction == 0xB2:
            return self._read_record(apdu)
        return b"\x6d\x00"

    def _select(self, apdu: bytes) -> bytes:
        wanted = apdu[5 : 5 + apdu[4]] if len(apdu) > 5 else b""
        self._selected = bool(self._records) and wanted == APPLICATION
        if not self._selected:
            return b"\x6a\x82"
        name = bytes([0x84, len(APPLICATION)]) + APPLICATION
        self._waiting = bytes([0x6F, len(name)]) + name
        return bytes([0x61, len(self._waiting)])

    def _read_record(self, apdu: bytes) -> bytes:
        if not self._selected:
            return b"\x69\x85"
        record = self._records.get((apdu[3], apdu[2]))
        if record is None:
            return b"\x6a\x83"
        wanted = apdu[4] if len(apdu) > 4 else 0
        if wanted != len(record):
            return bytes([0x6C, len(record)])
        return record + b"\x90\x00"


def _receive(line: socket.socket, length: int) -> bytes | None:
    """Exactly so many bytes, or None when the reader has gone."""
    data = b""
    while len(data) < length:
        with contextlib.suppress(OSError):  # not every system knows the option
            line.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        part = line.recv(length - len(data))
        if not part:
            return None
        data += part
    return data


def main() -> None:
    """Insert one person's card until Enter is pressed."""
    parser = argparse.ArgumentParser(description="Insert a virtual social security card.")
    parser.add_argument("people", type=Path, help="JSON file of people")
    parser.add_argument("person", help="id of a person with social_security data")
    parser.add_argument("--port", type=int, default=VPCD_PORT)
    arguments = parser.parse_args()
    people = load_people(arguments.people.read_text("utf-8"))
    if arguments.person not in people:
        parser.error(f"no such person: {arguments.person}; there are {', '.join(people)}")
    card = ChipCard(people[arguments.person], port=arguments.port)
    card.insert()
    try:
        input("Card inserted; Enter removes it. ")
    finally:
        card.remove()


if __name__ == "__main__":
    main()
