"""Keep which entries contain which character, syllable or initial, as bit sets; name candidates.

Only characters and pairs of characters are collected from the texts; syllables and initials are
added up from them, so that a build reads each text once.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import add

from app.services.search_bits import BitSet, give_way, in_slices, pack, sorted_gently
from app.services.search_text import INITIALS, Readings

LONGEST_SYLLABLE = 6  # zhuang


class Postings:
    """Built once from texts and the entries that have them; entries are ranks, best first."""

    def __init__(
        self,
        texts: Iterable[tuple[tuple[str, ...], Sequence[int]]],
        size: int,
        readings: Readings,
    ) -> None:
        chars: defaultdict[str, array[int]] = defaultdict(_new_list)
        pairs: defaultdict[str, array[int]] = defaultdict(_new_list)
        firsts: defaultdict[str, array[int]] = defaultdict(_new_list)
        for some in in_slices(texts):
            for (name, *others), entries in some:
                found = set(name)
                beside = set(map(add, name, name[1:]))
                begin = {name[:1]}
                for text in others:
                    found.update(text)
                    beside.update(map(add, text, text[1:]))
                    begin.add(text[:1])
                for char in found:
                    chars[char].extend(entries)
                for pair in beside:
                    pairs[pair].extend(entries)
                begin.discard("")
                for char in begin:
                    firsts[char].extend(entries)
        self.size = size
        self.all = (1 << size) - 1
        self._readings = readings
        self._chars = _sets(chars, size)
        self._pairs = _sets(pairs, size)
        self._firsts = _sets(firsts, size)
        # What may be typed for a character: syllables, beginnings of them, initials.
        self.syllables: dict[str, int] = {}
        self.beginnings: dict[str, int] = {}
        self._initials: dict[str, int] = {}
        self._initial_pairs: dict[str, int] = {}
        self._first_units: dict[str, int] = {}
        self._add_up()

    def _add_up(self) -> None:
        for done, (char, entries) in enumerate(self._chars.items()):
            bits = entries.bits()
            readings = self._readings.of(char)
            beginnings = {reading[:n] for reading in readings for n in range(2, len(reading) + 1)}
            for into, keys in (
                (self.syllables, set(readings)),
                (self.beginnings, beginnings),
                (self._initials, _initials_of(readings)),
            ):
                for key in keys:
                    into[key] = into.get(key, 0) | bits
            if done % 64 == 0:
                give_way()
        for char, entries in self._firsts.items():
            bits = entries.bits()
            readings = self._readings.of(char)
            for key in {*readings, *_initials_of(readings)}:
                self._first_units[key] = self._first_units.get(key, 0) | bits
        for done, (pair, entries) in enumerate(self._pairs.items()):
            bits = entries.bits()
            before = {c for c in self._readings.firsts(pair[0]) if c.isascii()}
            after = {c for c in self._readings.firsts(pair[1]) if c.isascii()}
            for key in {a + b for a in before for b in after}:
                self._initial_pairs[key] = self._initial_pairs.get(key, 0) | bits
            if done % 256 == 0:
                give_way()

    def char(self, char: str) -> int:
        found = self._chars.get(char)
        return found.bits() if found else 0

    def pair(self, pair: str) -> int:
        found = self._pairs.get(pair)
        return found.bits() if found else 0

    def first_char(self, char: str) -> int:
        """Entries of which a text begins with this character."""
        found = self._firsts.get(char)
        return found.bits() if found else 0

    def first_unit(self, unit: str) -> int:
        """Entries of which a text begins with a character of this syllable or initial."""
        return self._first_units.get(unit, 0)

    def initial(self, letter: str) -> int:
        return self._initials.get(letter, 0)

    def initial_pair(self, letters: str) -> int:
        """Entries with two neighbours that have these initials."""
        return self._initial_pairs.get(letters, 0)

    def beginning_of(self, typed: str) -> int:
        """Entries with a syllable that begins so."""
        return self.beginnings.get(typed, 0) | (self.initial(typed) if len(typed) == 1 else 0)

    def containing(self, term: str) -> tuple[int, int]:
        """Entries that may match ``term``, and those of them that may begin with it.

        Every entry that does is there, and few that do not.
        """
        size = len(term)
        after = [0] * size + [self.all]
        begin = 0
        for at in range(size - 1, -1, -1):
            letter = term[at]
            if not letter.isascii():
                bits = self._character(term, at, after[at + 1])
                if at == 0 and bits:
                    begin = bits & self.first_char(letter)
                after[at] = bits
                continue
            bits = 0
            if 1 < size - at <= LONGEST_SYLLABLE:
                bits = self.beginnings.get(term[at:], 0)
            if at == 0 and bits:
                begin = bits & self._first_units.get(letter, 0)
            for end in range(at + 1, min(at + LONGEST_SYLLABLE, size) + 1):
                rest = after[end]
                if not rest:
                    continue
                unit = term[at:end]
                here = self.syllables.get(unit, 0) | self._initials.get(unit, 0)
                if not here:
                    continue
                here &= rest
                if end < size and term[end].isascii():
                    here &= self._initial_pairs.get(letter + term[end], 0)
                bits |= here
                if at == 0:
                    begin |= here & self._first_units.get(unit, 0)
            after[at] = bits
        return after[0], begin

    def _character(self, term: str, at: int, rest: int) -> int:
        if not rest:
            return 0
        if at + 1 < len(term) and not term[at + 1].isascii():
            return self.pair(term[at : at + 2]) & rest
        return self.char(term[at]) & rest

    def whole_from(self, term: str) -> list[int]:
        """Per place, the entries where the rest of the term may match without initials."""
        size = len(term)
        after = [0] * size + [self.all]
        for at in range(size - 1, -1, -1):
            bits = self.beginnings.get(term[at:], 0) if size - at <= LONGEST_SYLLABLE else 0
            if size - at == 1:
                bits |= self._initials.get(term[at], 0)
            for end in range(at + 1, min(at + LONGEST_SYLLABLE, size) + 1):
                if not after[end]:
                    continue
                here = self.unit(term[at:end])
                if here and end < size and term[at : end + 1].isascii():
                    here &= self._initial_pairs.get(term[at] + term[end], 0)
                bits |= here & after[end]
            after[at] = bits
        return after

    def whole_until(self, term: str) -> list[int]:
        """Per place, the entries where the term up to there may match without initials."""
        size = len(term)
        before = [self.all] + [0] * size
        for end in range(1, size + 1):
            for at in range(max(0, end - LONGEST_SYLLABLE), end):
                if before[at]:
                    before[end] |= self.unit(term[at:end]) & before[at]
        return before

    def unit(self, typed: str) -> int:
        """Entries with a character that is written or wholly read like this."""
        if len(typed) == 1 and not typed.isascii():
            return self.char(typed)
        return self.syllables.get(typed, 0)

    def with_all(self, chars: str) -> int:
        """Entries that contain every one of these characters, anywhere."""
        bits = self.all
        for char in chars:
            bits &= self.char(char)
            if not bits:
                break
        return bits


def _new_list() -> array[int]:
    return array("I")


def _sets(lists: dict[str, array[int]], size: int) -> dict[str, BitSet]:
    """Frees each list as it goes: both forms at once would double the memory of a build."""
    sets: dict[str, BitSet] = {}
    for done, key in enumerate(list(lists)):
        sets[key] = BitSet(lists.pop(key), size)
        if done % 64 == 0:
            give_way()
    return sets


def _initials_of(readings: tuple[str, ...]) -> set[str]:
    letters = {reading[0] for reading in readings if reading.isascii()}
    return letters | {reading[:2] for reading in readings if reading[:2] in INITIALS}


class Prefixes:
    """Which entries have a code that begins so: a sorted list, with bit sets for whole blocks."""

    _BLOCK = 512

    def __init__(self, codes: Iterable[tuple[str, int]], size: int) -> None:
        ordered = sorted_gently(codes)
        self._codes = [code for code, _ in ordered]
        self._entries = array("I", (entry for _, entry in ordered))
        self._size = size
        # A short prefix may cover every entry; only whole blocks keep that cheap.
        self._blocks: list[int] = []
        for at in range(0, len(ordered), self._BLOCK):
            self._blocks.append(pack(self._entries[at : at + self._BLOCK], size))
            give_way()

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

    def exactly(self, code: str) -> Iterable[int]:
        first = bisect_left(self._codes, code)
        return self._entries[first : bisect_left(self._codes, code + "\0", first)]
