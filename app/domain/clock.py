"""Order events across devices: hybrid logical time, and ids that sort by time. Pure.

HLC: Kulkarni et al. 2014. Ids: UUIDv7, RFC 9562 section 5.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, order=True)
class Hlc:
    """Milliseconds since 1970 and a counter for the same millisecond; text sorts like the value."""

    millis: int = 0
    count: int = 0

    def text(self) -> str:
        return f"{self.millis:012x}-{self.count:06x}"

    @classmethod
    def parse(cls, text: str) -> Hlc:
        """Raises ValueError."""
        millis, _, count = text.partition("-")
        return cls(int(millis, 16), int(count, 16))


def tick(last: Hlc, at: datetime) -> Hlc:
    """The next local time: never before ``last``, also when the wall clock was set back."""
    millis = to_millis(at)
    return Hlc(millis, 0) if millis > last.millis else Hlc(last.millis, last.count + 1)


def to_millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def from_millis(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)


def uuid7(at: datetime, random: bytes) -> str:
    """UUIDv7 text from a time and ten random bytes."""
    bits = (to_millis(at) & (1 << 48) - 1) << 80
    bits |= 7 << 76 | (random[0] << 8 | random[1] & 0xFF) % 4096 << 64
    bits |= 2 << 62 | int.from_bytes(random[2:10], "big") & (1 << 62) - 1
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
