"""What good cards and readers say: where the fuzzing of their parsers begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from app.devices.cards.chip import read_chip
from app.devices.cards.frames import encode_reply
from app.devices.host.wire import Cancel, Failed, Log, Ping, Pong, frame
from app.devices.simulators.chip_card import ChipCard, build_records
from app.devices.simulators.other_chips import CcidIdentity
from app.devices.simulators.text_block import build_text_block
from tests.devices.card_people import ALL, CLOCK, RESIDENT

_BLOCKS: Final = [build_text_block(card) for card in ALL.values()]
_HEAD: Final = b"\1\0\4\0"
_LINES: Final = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)


def _answers() -> list[bytes]:
    """Whole conversations with good cards."""
    seeds = []
    for card in (ChipCard(RESIDENT), *map(CcidIdentity, ALL.values())):
        said = b""

        def transmit(apdu: bytes, card: ChipCard = card) -> bytes:
            nonlocal said
            answer = card.answer(apdu)
            said += len(answer).to_bytes(2, "big") + answer
            return answer

        read_chip(transmit, card.atr, CLOCK, "pcsc")
        seeds.append(said)
    return seeds


def _replies() -> list[bytes]:
    contents = [_HEAD + block + RESIDENT.photo for block in _BLOCKS]
    replies = [encode_reply(0x90, content) for content in contents]
    replies += [encode_reply(0x90, b"\1\0\4\0\4\0" + _BLOCKS[0] + bytes(2048))]
    replies += [encode_reply(0x9F, bytes(4)), encode_reply(0x80), encode_reply(0x90, bytes(16))]
    return [b"\xff" + reply for reply in replies]


def _words() -> list[bytes]:
    words = (
        "张示例", "男", "汉", "1990-03-07", "示例省样例市测试路1号", "110101199003071233",
        "样例市公安局示例分局", "2018.05.01", "长期",
    )  # fmt: skip
    return ["\n".join(words).encode("gbk")]


def _messages() -> list[bytes]:
    failed = Failed(number=3, code="CARD-PULLED", details={"sw": "6A82"})
    log = Log(level=30, text=f"device at {datetime(2026, 1, 1, tzinfo=UTC)}")
    return [frame(message) for message in (Ping(number=1), Pong(number=1), Cancel(), failed, log)]


SEEDS: Final[dict[str, Callable[[], list[bytes]]]] = {
    "frames": _replies,
    "content": lambda: [_HEAD + block + RESIDENT.photo for block in _BLOCKS] + [bytes(70)],
    "text": lambda: _BLOCKS,
    "records": lambda: [b"".join(build_records(RESIDENT).values())],
    "answers": _answers,
    "words": _words,
    "lines": lambda: [text.encode() for text in _LINES],
    "wire": _messages,
}
