"""Read JSON into the types of the trade, from any thread.

msgspec looks into a type when it first meets it, and two threads that do so at the same moment end
the program. So it is done here alone, by one thread at a time, and once for each type.
"""

from __future__ import annotations

from threading import Lock
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")

_looking = Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_packed: dict[Any, msgspec.msgpack.Decoder[Any]] = {}


def decoder(kind: type[_T]) -> msgspec.json.Decoder[_T]:
    """May be kept, and used by several threads at a time."""
    known = _decoders.get(kind)
    if known is None:
        with _looking:
            known = _decoders[kind] = _decoders.get(kind) or msgspec.json.Decoder(kind)
    return known


def decode(data: bytes | str, kind: type[_T]) -> _T:
    """Raises msgspec.DecodeError, of which msgspec.ValidationError is one, UnicodeDecodeError and
    RecursionError."""
    return decoder(kind).decode(data)


def convert(value: object, kind: type[_T]) -> _T:
    """JSON that was read already. Raises msgspec.ValidationError and RecursionError."""
    decoder(kind)
    return msgspec.convert(value, kind)


def packed_decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    """The same for MessagePack, which carries bytes as they are; ``kind`` may be a union."""
    known = _packed.get(kind)
    if known is None:
        with _looking:
            known = _packed[kind] = _packed.get(kind) or msgspec.msgpack.Decoder(kind)
    return known
