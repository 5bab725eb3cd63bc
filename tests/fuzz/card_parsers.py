"""Fuzz the parsers of cards, guided by what an input reaches: all but a known error is a find.

``python -m tests.fuzz.card_parsers TARGET|all [-max_total_time=60 …libFuzzer's options]`` begins
with what the simulators send. A find ends the run and leaves a file ``crash-…`` where it runs,
which is given as an argument to see it again.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import atheris

with atheris.instrument_imports(include=["app.devices", "app.domain"]):
    from app.devices.cards.atr import storage_card
    from app.devices.cards.chip import read_chip
    from app.devices.cards.errors import CardError, CardPulled
    from app.devices.cards.frames import ReplyDecoder
    from app.devices.cards.sam import sam_number, split_content
    from app.devices.cards.social_security import parse_records
    from app.devices.cards.termb import text_block
    from app.devices.cards.textblock import newest_address, parse_text_block
    from app.devices.host.wire import BadFrame, FromHost, ToHost, Unframer
    from app.domain.errors import InvalidIdentity
    from app.domain.mrz import looks_like_mrz, parse_mrz
    from tests.fuzz.card_seeds import SEEDS

TODAY: Final = date(2026, 11, 22)


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def frames(data: bytes) -> None:
    """A module's replies, cut into pieces whose size is the first byte."""
    decoder = ReplyDecoder()
    size = (data[0] if data else 0) + 1
    for start in range(1, len(data), size):
        decoder.feed(data[start : start + size])
        while True:
            try:
                reply = decoder.next_reply()
            except CardError:
                continue
            if reply is None:
                break
            content(reply.data)


def content(data: bytes) -> None:
    for understand in (split_content, sam_number, newest_address, storage_card):
        _try(understand, data)


def text(data: bytes) -> None:
    """A person is whole, or there is none."""
    card = _try(lambda: parse_text_block(data.ljust(256, b" ")[:256], TODAY))
    if card is not None:
        person = card.person
        assert person.name
        assert person.number
        assert person.birth is not None
        assert person.birth <= card.valid_from


def records(data: bytes) -> None:
    found = _try(lambda: parse_records(data, TODAY))
    if found is not None:
        assert found.person.name
        assert found.person.birth is not None


def answers(data: bytes) -> None:
    """A chip, or a reader, that answers anything to anything: two bytes of length, the answer."""
    place = 0

    def transmit(_apdu: bytes) -> bytes:
        nonlocal place
        length = int.from_bytes(data[place : place + 2], "big") % 300
        answer = data[place + 2 : place + 2 + length]
        place += 2 + length
        if len(answer) < 2:
            raise CardPulled  # as the service's side does
        return answer

    _try(lambda: read_chip(transmit, data[-20:], _Clock(), "pcsc"))


def words(data: bytes) -> None:
    """What a vendor's library says in GBK."""
    fields = ("name", "sex", "nation", "birth", "address", "number", "issuer")
    lines = data.split(b"\n")
    said = {
        field: (lines[place] if place < len(lines) else b"").decode("gbk", "replace")
        for place, field in enumerate((*fields, "valid_from", "valid_to"))
    }
    _try(lambda: parse_text_block(text_block(said), TODAY))


def lines(data: bytes) -> None:
    """Machine-readable lines from a keyboard wedge."""
    typed = tuple(data.decode("utf-8", "replace").split("\n"))
    looks_like_mrz(typed)
    try:
        parse_mrz(typed, TODAY)
    except InvalidIdentity:
        return


def wire(data: bytes) -> None:
    """What a driver's process says, and what the window says to it."""
    for kind in (FromHost, ToHost):
        unframer = Unframer(kind)
        try:
            unframer.feed(data)
        except BadFrame:
            continue


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    made.__name__: made for made in (frames, content, text, records, answers, words, lines, wire)
}


def _try(understand: Callable[..., Any], *given: Any) -> Any:
    try:
        return understand(*given)
    except CardError:
        return None


def main() -> None:
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name == "all":
        for each in TARGETS:
            subprocess.run([sys.executable, "-m", __spec__.name, each, *sys.argv[1:]], check=True)
    elif name in TARGETS:
        fuzz(name)
    else:
        sys.exit(f"all, or one of {', '.join(TARGETS)}")


def fuzz(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS[name]()):
            (Path(folder) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, folder], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
