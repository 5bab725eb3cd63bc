"""Keep which entries contain which syllable, initial or character, as bit sets; name candidates.

A bit set is one Python integer: bit n stands for entry n. Intersections cost microseconds at
100,000 entries, and a search touches only the entries that can match.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from app.services.search_text import Readings

_FIRST = "^"  # key prefix: what may be typed first for a text
_PAIR = "+"  # key prefix: initials of two neighbours
_LONGEST_SYLLABLE = 6  # zhuang


class BitSet:
    """Entries that share a key: a short list while there are few, an integer when many."""

    __slots__ = ("_bits", "_few")

    def __init__(self, entries: array[int], size: int) -> None:
        self._few: array[int] | None = None
        self._bits = 0
        if len(entries) * 32 < size:
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
    # Whole empty stretches are skipped in C: a rare match costs no walk over all entries.
    place = 0
    while place < len(data):
        rest = data[place : place + 4096].lstrip(b"\0")
        place += min(4096, len(data) - place) - len(rest)
        for byte in rest:
            base = place * 8
            if byte:
                yield from (base + bit for bit in range(8) if byte >> bit & 1)
            place += 1


class Postings:
    """Built once from the texts of every entry; entry numbers are ranks, best first."""

    def __init__(self, texts: Iterable[tuple[str, ...]], readings: Readings) -> None:
        lists: dict[str, array[int]] = {}
        size = 0
        for size, entry in enumerate(texts, start=1):
            keys: set[str] = set()
            for text in entry:
                self._add_keys(text, keys, readings)
            for key in keys:
                found = lists.get(key)
                if found is None:
                    found = lists[key] = array("I")
                found.append(size - 1)
        self.size = size
        self._all = (1 << size) - 1
        self._sets = {key: BitSet(entries, size) for key, entries in lists.items()}
        self._syllables = sorted(k for k in self._sets if k.isascii() and k.isalpha())

    @staticmethod
    def _add_keys(text: str, keys: set[str], readings: Readings) -> None:
        former: set[str] = set()
        for place, char in enumerate(text):
            keys.update(readings.units(char))
            first = {reading[0] for reading in readings.of(char)}
            first.add(char)
            if place == 0:
                keys.update(_FIRST + letter for letter in first)
            letters = {c for c in first if c.isascii()}
            keys.update(_PAIR + a + b for a in former for b in letters)
            former = letters

    def _get(self, key: str) -> int:
        found = self._sets.get(key)
        return found.bits() if found else 0

    def _beginning(self, letters: str) -> int:
        """Entries with a syllable that begins with ``letters``."""
        bits = 0
        for key in self._syllables[bisect_left(self._syllables, letters) :]:
            if not key.startswith(letters):
                break
            bits |= self._get(key)
        return bits

    def containing(self, term: str) -> int:
        """Entries that may match ``term``: every entry that does, and few that do not."""
        after = [0] * len(term) + [self._all]
        for at in range(len(term) - 1, -1, -1):
            letter = term[at]
            bits = 0
            if not letter.isascii():
                after[at] = self._get(letter) & after[at + 1]
                continue
            if 1 < len(term) - at <= _LONGEST_SYLLABLE:
                bits = self._beginning(term[at:])
            for end in range(at + 1, min(at + _LONGEST_SYLLABLE, len(term)) + 1):
                here = self._get(term[at:end])
                if here and end < len(term) and term[end].isascii():
                    here &= self._get(_PAIR + letter + term[end])
                if here:
                    bits |= here & after[end]
            after[at] = bits
        return after[0]

    def beginning_with(self, term: str) -> int:
        """Entries of which some text may start with ``term``."""
        return self._get(_FIRST + term[0])

    def with_all(self, chars: str) -> int:
        """Entries that contain every one of these characters, anywhere."""
        bits = self._all
        for char in chars:
            bits &= self._get(char)
        return bits


class Prefixes:
    """Which entries have a code that begins so: a sorted list, with bit sets for whole blocks."""

    _BLOCK = 512

    def __init__(self, codes: Iterable[tuple[str, int]], size: int) -> None:
        ordered = sorted(set(codes))
        self._codes = [code for code, _ in ordered]
        self._entries = array("I", (entry for _, entry in ordered))
        self._size = size
        # A short prefix may cover every entry; only whole blocks keep that cheap.
        self._blocks = [
            pack(self._entries[at : at + self._BLOCK], size)
            for at in range(0, len(ordered), self._BLOCK)
        ]

    def beginning(self, prefix: str) -> int:
        first = bisect_left(self._codes, prefix)
        # No code holds a character above this one.
        end = bisect_left(self._codes, prefix + "\U0010ffff")
        if first == end:
            return 0
        whole = range(-(-first // self._BLOCK), end // self._BLOCK)
        if len(whole) == 0:
            return pack(self._entries[first:end], self._size)
        bits = pack(self._entries[first : whole.start * self._BLOCK], self._size)
        bits |= pack(self._entries[whole.stop * self._BLOCK : end], self._size)
        for block in whole:
            bits |= self._blocks[block]
        return bits
