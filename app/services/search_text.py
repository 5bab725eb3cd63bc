"""Decide how a typed term reads against a name: characters, full pinyin, initials, or a mix."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from enum import IntEnum

# Kept terms and texts are bounded, so that no input can make a search slow.
MAX_QUERY = 256
MAX_TERM = 40
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
    return "".join(c for c in folded if c.isalnum())


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

    def units(self, char: str) -> Iterator[str]:
        """All that may be typed for a character that is followed by another."""
        yield char
        for reading in self.of(char):
            yield reading
            yield reading[0]
            if reading[:2] in INITIALS:
                yield reading[:2]


def find_term(term: str, text: str, readings: Readings) -> tuple[int, int, Reading] | None:
    """Where ``term`` matches in ``text`` (both plain): first place, characters taken, and how.

    Each character of the text may be given as itself, as a full syllable or by its initial; the
    last one also by the beginning of its syllable. A match starts at a character's beginning.
    """
    place = text.find(term)
    if place >= 0:
        return place, len(term), Reading.CHARACTERS
    if not any(c.isascii() for c in term):
        return None
    best: tuple[int, int, Reading] | None = None
    first = term[0]
    for start, char in enumerate(text):
        if first not in readings.firsts(char):
            continue
        found = _take(term, 0, text, start, readings, set())
        if found is not None:
            end, initials = found
            reading = Reading.INITIALS if initials else Reading.PINYIN
            if best is None or reading < best[2]:
                best = (start, end - start, reading)
            # One letter is never better than an initial; a whole syllable is never beaten.
            if reading is Reading.PINYIN or len(term) == 1:
                break
    return best


def _take(
    term: str, at: int, text: str, place: int, readings: Readings, dead: set[tuple[int, int]]
) -> tuple[int, bool] | None:
    """The end in ``text`` and whether initials were needed, None where the rest does not match."""
    if at == len(term):
        return place, False
    if place == len(text) or (at, place) in dead:
        return None
    char = text[place]
    for reading in readings.of(char):
        if term.startswith(reading, at):
            rest = _take(term, at + len(reading), text, place + 1, readings, dead)
            if rest is not None:
                return rest
        if len(term) > 1 and reading.startswith(term[at:]):
            return place + 1, False
    if term[at] == char:
        return _take(term, at + 1, text, place + 1, readings, dead)
    for reading in readings.of(char):
        for size in (2, 1):
            initial = reading[:size]
            if (size == 1 or initial in INITIALS) and term.startswith(initial, at):
                rest = _take(term, at + size, text, place + 1, readings, dead)
                if rest is not None:
                    return rest[0], True
    dead.add((at, place))
    return None


def scattered(term: str, text: str) -> bool:
    """Whether the characters of ``term`` stand in ``text`` in order, with others between."""
    place = 0
    for char in term:
        place = text.find(char, place) + 1
        if not place:
            return False
    return True
