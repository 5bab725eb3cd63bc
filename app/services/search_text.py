"""Decide how a typed term reads against a name: characters, full pinyin, initials, or a mix."""

from __future__ import annotations

import os
import unicodedata
from enum import IntEnum

# Kept terms and texts are bounded, so that no input can make a search slow.
MAX_QUERY = 512
MAX_TERM = 64
MAX_TERMS = 6

INITIALS = ("zh", "ch", "sh")  # the two-letter initials; all others are one letter


class Reading(IntEnum):
    """How the letters of a match were meant, best first."""

    CHARACTERS = 0
    PINYIN = 1
    INITIALS = 2


def plain(text: str) -> str:
    """NFKC, case folded, letters and digits only: hyphens, brackets and dots say nothing."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isalnum():
        folded = "".join(c for c in folded if c.isalnum())
    folded = folded.replace("ü", "v")  # what the keyboards of most people write for it
    return text if folded == text else folded  # one string in memory, not two


def terms_of(query: str) -> tuple[str, ...]:
    """The terms of a query, each plain; all of them must match."""
    # NFKC turns the full-width space into one that split() knows.
    pieces = unicodedata.normalize("NFKC", query[:MAX_QUERY]).split()
    terms = (plain(piece)[:MAX_TERM] for piece in pieces)
    return tuple(dict.fromkeys(term for term in terms if term))[:MAX_TERMS]


class Readings:
    """Every reading (多音字) of a character, without tones; loads the dictionary when first asked.

    A character without readings (digit, letter, rare character) reads as itself.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}
        self._firsts: dict[str, str] = {}
        self._typed: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def firsts(self, char: str) -> str:
        """Every character that a term may begin with to match here."""
        known = self._firsts.get(char)
        if known is None:
            known = "".join({char, *(reading[0] for reading in self.of(char))})
            self._firsts[char] = known
        return known

    def of(self, char: str) -> tuple[str, ...]:
        known = self._known.get(char)
        if known is None:
            known = self._known[char] = self._look_up(char)
        return known

    def typed(self, char: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What may be typed for a character: itself and its syllables; and its initials."""
        known = self._typed.get(char)
        if known is None:
            units = tuple(dict.fromkeys((char, *self.of(char))))
            initials = [reading[0] for reading in self.of(char)]
            initials += [reading[:2] for reading in self.of(char) if reading[:2] in INITIALS]
            known = units, tuple(unit for unit in dict.fromkeys(initials) if unit not in units)
            self._typed[char] = known
        return known

    def _look_up(self, char: str) -> tuple[str, ...]:
        if char.isascii():
            return (char,)
        # Readings are taken character by character, so the dictionary of phrases is never
        # needed; without it the import takes a third of the time and never stalls the screen.
        os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
        import pypinyin

        found = pypinyin.pinyin(char, style=pypinyin.Style.NORMAL, heteronym=True)[0]
        # Some dictionaries write ü, keyboards type v; people also type u.
        readings = [r.replace("ü", "v") for r in found if r.isascii() or "ü" in r]
        readings += [r.replace("v", "u") for r in readings if "v" in r]
        return tuple(dict.fromkeys(r for r in readings if r.isalpha() and r.islower())) or (char,)


class Pattern:
    """One term, made ready to be held against many texts (both plain).

    Each character of a text may be given as itself, as a full syllable or by its initial; the
    last one also by the beginning of its syllable. A match starts at a character's beginning.
    Which parts of the term a character takes is worked out once, when the character first comes
    up; after that a text costs one look per character.
    """

    def __init__(self, term: str, readings: Readings) -> None:
        self.term = term
        self._readings = readings
        self._spelled = any(c.isascii() for c in term)
        self._letters = frozenset(term)
        self._goal = 1 << len(term)
        # Per character: (places of the term where it may stand, how much it takes there).
        self._whole: dict[str, _Steps] = {}
        self._any: dict[str, _Steps] = {}
        self._starts: set[str] = set()

    def find(self, text: str) -> tuple[int, int, Reading] | None:
        """First place, characters taken, and how: whole syllables rather than initials."""
        place = text.find(self.term)
        if place >= 0:
            return place, len(self.term), Reading.CHARACTERS
        if not self._spelled:
            return None
        known, starts = self._any, self._starts
        initials: tuple[int, int, Reading] | None = None
        for start, char in enumerate(text):
            if char not in known:
                self._learn(char)
            if char not in starts:
                continue
            # What syllables match, syllables and initials match as well: most starts fail once.
            mixed = self._run(text, start, known) if initials is None else 1
            if not mixed:
                continue
            end = self._run(text, start, self._whole)
            if end:
                return start, end - start, Reading.PINYIN
            if initials is None:
                initials = (start, mixed - start, Reading.INITIALS)
                # One letter is never better than an initial.
                if len(self.term) == 1:
                    break
        return initials

    def _run(self, text: str, start: int, table: dict[str, _Steps]) -> int:
        """Where a match from ``start`` ends, 0 if there is none. Bit n: n letters are taken."""
        reached, goal, end = 1, self._goal, 0
        for place in range(start, len(text)):
            char = text[place]
            steps = table.get(char)
            if steps is None:
                self._learn(char)
                steps = table[char]
            if not steps:
                break
            further = 0
            for mask, taken in steps:
                further |= (reached & mask) << taken
            if not further:
                break
            if further & goal:
                end = place + 1
            reached = further
        return end

    def _learn(self, char: str) -> _Steps:
        if self._letters.isdisjoint(self._readings.firsts(char)):
            self._whole[char] = self._any[char] = ()
            return ()
        term, size = self.term, len(self.term)
        whole: dict[int, int] = {}
        units, shorter = self._readings.typed(char)
        for unit in units:
            if unit in term:
                _mark(whole, term, unit)
            if size > 1 and unit[0] in self._letters:  # the last syllable may be unfinished
                for left in range(min(len(unit) - 1, size), 0, -1):
                    if term.endswith(unit[:left]):
                        whole[left] = whole.get(left, 0) | 1 << (size - left)
        self._whole[char] = tuple((mask, taken) for taken, mask in whole.items())
        for unit in shorter:
            if unit in term:
                _mark(whole, term, unit)
        steps = self._any[char] = tuple((mask, taken) for taken, mask in whole.items())
        if any(mask & 1 for mask, _ in steps):
            self._starts.add(char)
        return steps


_Steps = tuple[tuple[int, int], ...]


def _mark(steps: dict[int, int], term: str, unit: str) -> None:
    place = term.find(unit)
    while place >= 0:
        steps[len(unit)] = steps.get(len(unit), 0) | 1 << place
        place = term.find(unit, place + 1)


def find_term(term: str, text: str, readings: Readings) -> tuple[int, int, Reading] | None:
    """``Pattern.find`` for one text."""
    return Pattern(term, readings).find(text)


def scattered(term: str, text: str) -> bool:
    """Whether the characters of ``term`` stand in ``text`` in order, with others between."""
    place = 0
    for char in term:
        place = text.find(char, place) + 1
        if not place:
            return False
    return True
