"""Bit sets of entries, and how a long build lets the screen's thread run.

A bit set is one Python integer: bit n stands for entry n. Intersections cost microseconds at
100,000 entries, and a search touches only the entries that can match.
"""

from __future__ import annotations

import heapq
import re
import time
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")
_Sortable = TypeVar("_Sortable", bound=tuple[Any, ...])

_SLICE = 256  # entries worked on before others may run
_SORTED_AT_ONCE = 8192
_DENSE = 256  # one in so many: a shorter list becomes an integer in no time
_SOME = re.compile(rb"[^\0]")
_BITS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def give_way() -> None:
    """Let the screen's thread run: a long build must not hold the interpreter."""
    time.sleep(0.0002)


def in_slices(things: Iterable[T]) -> Iterator[list[T]]:
    """A few at a time, giving way between."""
    rest = iter(things)
    while some := list(islice(rest, _SLICE)):
        yield some
        give_way()


def sorted_gently(things: Iterable[_Sortable]) -> list[_Sortable]:
    """Like ``sorted``, which would hold the interpreter until the last of 100,000 is in place."""
    rest = iter(things)
    runs: list[list[_Sortable]] = []
    while run := list(islice(rest, _SORTED_AT_ONCE)):
        run.sort()
        runs.append(run)
        give_way()
    if len(runs) == 1:
        return runs[0]
    merged: list[_Sortable] = []
    for some in in_slices(heapq.merge(*runs)):
        merged += some
    return merged


class BitSet:
    """Entries that share a key: a short list while there are few, an integer when many."""

    __slots__ = ("_bits", "_few")

    def __init__(self, entries: array[int], size: int) -> None:
        self._few: array[int] | None = None
        self._bits = 0
        if len(entries) * _DENSE < size:
            self._few = entries
        else:
            self._bits = pack(entries, size)

    def bits(self) -> int:
        return self._bits if self._few is None else pack(self._few, max(self._few) + 1)


def pack(entries: Iterable[int], size: int) -> int:
    room = bytearray(size // 8 + 1)
    for entry in entries:
        room[entry >> 3] |= 1 << (entry & 7)
    return int.from_bytes(room, "little")


def unpack(bits: int) -> Iterator[int]:
    """Entries of a bit set, lowest first."""
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    # Empty stretches are skipped in C: a rare match costs no walk over all entries.
    for found in _SOME.finditer(data):
        place = found.start()
        base = place * 8
        for bit in _BITS[data[place]]:
            yield base + bit
