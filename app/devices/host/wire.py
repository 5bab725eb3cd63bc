"""The messages between the window and the device host, and how they are framed. Pure.

A frame is a 4-byte big-endian length and one MessagePack message. What a family of devices says
in orders, news and results (``family.py``) travels packed inside and is decoded by its own types.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app.domain.decoding import packed_decoder
from app.ports import DeviceState

LARGEST_FRAME: Final = 1024 * 1024  # bytes; pages of a scan travel as files, never in a message
_HEAD: Final = 4


class Message(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """``number`` names an order, a ping or nothing."""

    number: int = 0


class Start(Message, frozen=True, kw_only=True, array_like=True, tag="start"):
    family: str
    device: str
    order: msgspec.Raw


class Cancel(Message, frozen=True, kw_only=True, array_like=True, tag="cancel"):
    pass


class Ping(Message, frozen=True, kw_only=True, array_like=True, tag="ping"):
    pass


class Quit(Message, frozen=True, kw_only=True, array_like=True, tag="quit"):
    pass


class Hello(Message, frozen=True, kw_only=True, array_like=True, tag="hello"):
    """The first word of the host; ``number`` is its process id."""


class Pong(Message, frozen=True, kw_only=True, array_like=True, tag="pong"):
    pass


class News(Message, frozen=True, kw_only=True, array_like=True, tag="news"):
    state: DeviceState
    body: msgspec.Raw


class Done(Message, frozen=True, kw_only=True, array_like=True, tag="done"):
    result: msgspec.Raw


class Failed(Message, frozen=True, kw_only=True, array_like=True, tag="failed"):
    """``state`` is how the device is left."""

    code: str
    details: dict[str, str | int] = {}
    state: DeviceState = DeviceState.FAULTY


class Log(Message, frozen=True, kw_only=True, array_like=True, tag="log"):
    """A line for the window's log: codes and places, nothing from a card."""

    level: int
    text: str


ToHost = Start | Cancel | Ping | Quit
FromHost = Hello | Pong | News | Done | Failed | Log

_encoder = msgspec.msgpack.Encoder()


class BadFrame(Exception):
    """What came is no message; the other side is not to be trusted any more."""


def pack(value: object) -> bytes:
    return _encoder.encode(value)


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(value))


def frame(message: Message) -> bytes:
    """Raises BadFrame where it is too long."""
    body = _encoder.encode(message)
    if len(body) > LARGEST_FRAME:
        raise BadFrame
    return len(body).to_bytes(_HEAD, "big") + body


class Unframer:
    """Collects bytes and yields whole messages of ``kind`` (ToHost or FromHost)."""

    def __init__(self, kind: Any) -> None:
        self._decode = packed_decoder(kind).decode
        self._waiting = bytearray()

    def feed(self, data: bytes) -> list[Any]:
        """The messages completed by ``data``. Raises BadFrame."""
        self._waiting += data
        messages = []
        while len(self._waiting) >= _HEAD:
            length = int.from_bytes(self._waiting[:_HEAD], "big")
            if length > LARGEST_FRAME:
                raise BadFrame
            if len(self._waiting) < _HEAD + length:
                break
            body = bytes(self._waiting[_HEAD : _HEAD + length])
            del self._waiting[: _HEAD + length]
            try:
                messages.append(self._decode(body))
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                raise BadFrame from None
        return messages
