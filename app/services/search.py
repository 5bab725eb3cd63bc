"""Find items as the clerk types: characters, pinyin, initials, code, alias, department, any mix.

Every term must match somewhere in the item. Ranked: exact, beginning, inside, scattered
characters, a typing slip; then how it matched, how early, and the shorter name first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import islice

from app.domain.catalogue import Item
from app.services.search_index import Postings, Prefixes, pack, unpack
from app.services.search_text import (
    Reading,
    Readings,
    find_term,
    plain,
    scattered,
    terms_of,
)


class MatchedBy(StrEnum):
    """What made an item appear; the screen may say so."""

    NAME = "name"
    ALIAS = "alias"
    PINYIN = "pinyin"
    INITIALS = "initials"
    DEPARTMENT = "department"
    CODE = "code"
    SIMILAR = "similar"  # scattered characters, or a typing slip


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``text`` is what matched where it was not the name: the alias, department or code."""

    item: Item
    matched_by: MatchedBy
    text: str = ""


class _Tier(IntEnum):
    EXACT = 0
    BEGINNING = 1
    INSIDE = 2
    SCATTERED = 3
    SLIP = 4


_Score = tuple[int, int, int]  # tier, how it matched, place

# How it matched, best first.
_BY_NAME, _BY_ALIAS, _BY_PINYIN, _BY_INITIALS, _BY_DEPARTMENT, _BY_CODE = range(6)
_NAMES = {
    _BY_NAME: MatchedBy.NAME,
    _BY_ALIAS: MatchedBy.ALIAS,
    _BY_PINYIN: MatchedBy.PINYIN,
    _BY_INITIALS: MatchedBy.INITIALS,
    _BY_DEPARTMENT: MatchedBy.DEPARTMENT,
    _BY_CODE: MatchedBy.CODE,
}

# What one keystroke may cost at most, whatever the size of the catalogue.
_MOST_JUDGED = 120
_MOST_KEPT = 60
_MOST_SLIPS = 40
_MOST_GUESSES = 12  # few are enough: a slip is a guess
_SHORTEST_SLIP = 4
_OFTEN_MISSED = "inghaueo"
_BASIC_CODE = 12  # the last 12 characters of an implementing code: 基本编码

# Sounds that are often taken for each other when typing pinyin.
_CONFUSED = (
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"),
    ("z", "zh"), ("c", "ch"), ("s", "sh"), ("an", "ang"), ("en", "eng"), ("in", "ing"),
    ("l", "n"), ("n", "l"), ("h", "f"), ("f", "h"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    item: Item
    name: str
    texts: tuple[str, ...]  # name and aliases, plain
    department: str
    code: str


class SearchIndex:
    """Built once for a set of items, then only read: any thread may build it, any other use it."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._readings = Readings()
        # The rank of an entry is its place among all: of two equal matches the shorter name wins.
        ranked = sorted(items, key=lambda item: (len(item.name), item.name, item.code))
        self._entries = [self._entry(item) for item in ranked]
        self._postings = Postings((entry.texts for entry in self._entries), self._readings)
        size = len(self._entries)
        departments: dict[str, list[int]] = {}
        codes: list[tuple[str, int]] = []
        for number, entry in enumerate(self._entries):
            departments.setdefault(entry.department, []).append(number)
            codes.append((entry.code, number))
            codes.append((entry.code[-_BASIC_CODE:], number))
        self._department_names = Postings(((name,) for name in departments), self._readings)
        self._departments = [pack(found, size) for found in departments.values()]
        self._codes = Prefixes(codes, size)

    @staticmethod
    def _entry(item: Item) -> _Entry:
        name = plain(item.name)
        texts = (name, *(plain(alias) for alias in item.aliases))
        return _Entry(item, name, texts, plain(item.department.name), plain(item.code))

    def find(self, query: str, limit: int = 20) -> tuple[Match, ...]:
        """Best first, at most ``limit``. Nothing typed finds nothing."""
        terms = terms_of(query)
        if not terms or limit < 1:
            return ()
        kept = self._exactly(terms)
        if not kept:
            kept = self._nearly(terms)
        kept.sort(key=lambda found: (found[0], found[1]))
        return tuple(self._match(number, score, terms) for score, number in kept[:limit])

    # -- as typed ----------------------------------------------------------------------------

    def _exactly(self, terms: tuple[str, ...]) -> list[tuple[_Score, int]]:
        candidates = (1 << len(self._entries)) - 1
        for term in terms:
            candidates &= self._candidates(term)
        if not candidates:
            return []
        beginning = 0
        for term in terms:
            beginning |= self._postings.beginning_with(term)
        # Entries that begin with a term come first, so a bounded look still sees the best ones.
        kept = self._judged(unpack(candidates & beginning), terms)
        return kept + self._judged(unpack(candidates & ~beginning), terms)

    def _candidates(self, term: str) -> int:
        """Entries in which the term may match: none that does is left out."""
        bits = self._postings.containing(term)
        departments = self._department_names.containing(term)
        if len(term) > 1 and not term.isascii():
            bits |= self._postings.with_all(term)
            departments |= self._department_names.with_all(term)
        for number in unpack(departments):
            bits |= self._departments[number]
        return bits | self._codes.beginning(term)

    def _judged(
        self, numbers: Iterator[int], terms: Sequence[str], tier: int = 0
    ) -> list[tuple[_Score, int]]:
        kept: list[tuple[_Score, int]] = []
        for number in islice(numbers, _MOST_JUDGED):
            score = self._score(self._entries[number], terms)
            if score is not None:
                kept.append(((max(score[0], tier), score[1], score[2]), number))
                if len(kept) == _MOST_KEPT:
                    break
        return kept

    def _score(self, entry: _Entry, terms: Sequence[str]) -> _Score | None:
        """The worst term decides the tier; the rest adds up. None where a term does not match."""
        tier = by = place = 0
        for term in terms:
            score = self._score_term(entry, term)
            if score is None:
                return None
            tier, by, place = max(tier, score[0]), by + score[1], place + score[2]
        return tier, by, place

    def _score_term(self, entry: _Entry, term: str) -> _Score | None:
        best: _Score | None = None
        for number, text in enumerate(entry.texts):
            found = find_term(term, text, self._readings)
            if found is not None:
                place, taken, reading = found
                if reading is Reading.CHARACTERS:
                    by = _BY_ALIAS if number else _BY_NAME
                else:
                    by = _BY_PINYIN if reading is Reading.PINYIN else _BY_INITIALS
                whole = place == 0 and taken == len(text)
                tier = _Tier.EXACT if whole else _Tier.INSIDE if place else _Tier.BEGINNING
                score = (tier, by, place)
                if best is None or score < best:
                    best = score
                if number == 0 and by == _BY_NAME:
                    break
        if best is not None:
            return best
        if entry.code.startswith(term) or entry.code[-_BASIC_CODE:].startswith(term):
            whole = term in {entry.code, entry.code[-_BASIC_CODE:]}
            return (_Tier.EXACT if whole else _Tier.BEGINNING, _BY_CODE, 0)
        found = find_term(term, entry.department, self._readings)
        if found is not None:
            return _Tier.INSIDE, _BY_DEPARTMENT, found[0]
        if len(term) == 1 or term.isascii():
            return None
        if any(scattered(term, text) for text in entry.texts):
            return _Tier.SCATTERED, _BY_NAME, 0
        # Departments go by their short names: 人社, 医保, 市监.
        if scattered(term, entry.department):
            return _Tier.SCATTERED, _BY_DEPARTMENT, 0
        return None

    # -- with a slip ---------------------------------------------------------------------------

    def _nearly(self, terms: tuple[str, ...]) -> list[tuple[_Score, int]]:
        """Nothing matches as typed: one term may carry one slip."""
        best: dict[int, _Score] = {}
        for place, term in enumerate(terms):
            for variant in islice(self._variants(term), _MOST_SLIPS):
                changed = (*terms[:place], variant, *terms[place + 1 :])
                candidates = (1 << len(self._entries)) - 1
                for each in changed:
                    candidates &= self._candidates(each)
                    if not candidates:
                        break
                else:
                    some = islice(unpack(candidates), _MOST_GUESSES)
                    for score, number in self._judged(some, changed, _Tier.SLIP):
                        guessed = self._score_term(self._entries[number], variant)
                        if guessed is None or guessed[1] == _BY_INITIALS:
                            continue  # a slip in initials could mean anything
                        best[number] = min(score, best.get(number, score))
                if len(best) >= _MOST_GUESSES:
                    break
        return [(score, number) for number, score in best.items()]

    def _variants(self, term: str) -> Iterator[str]:
        """The term as it may have been meant; nothing for terms too short to tell."""
        if not term.isascii():
            yield from self._characters_meant(term)
        elif len(term) >= _SHORTEST_SLIP and term.isalpha():
            yield from self._letters_meant(term)

    def _characters_meant(self, term: str) -> Iterator[str]:
        """Same sound, other character; then one character too many."""
        if len(term) == 1:
            return
        sounds = [self._readings.of(char)[0] for char in term]
        if all(sound.isascii() for sound in sounds):
            yield "".join(sounds)
        if len(term) > 2:
            for at in range(len(term)):
                yield term[:at] + term[at + 1 :]

    def _letters_meant(self, term: str) -> Iterator[str]:
        """Two letters swapped, one missing, one too many, or sounds taken for each other."""
        # The slip is where the beginning stops matching anything, or just before.
        good = 0
        while good < len(term) and self._postings.containing(term[: good + 1]):
            good += 1
        near = range(good, max(-1, good - 3), -1)
        for at in near:
            if at + 1 < len(term) and term[at] != term[at + 1]:
                yield term[:at] + term[at + 1] + term[at] + term[at + 2 :]
        for at in near:
            yield term[:at] + term[at + 1 :]
        for typed, meant in _CONFUSED:
            at = term.find(typed)
            if at >= 0:
                yield term[:at] + meant + term[at + len(typed) :]
        for at in near:
            for letter in _OFTEN_MISSED:
                yield term[:at] + letter + term[at:]

    def _match(self, number: int, score: _Score, terms: tuple[str, ...]) -> Match:
        entry = self._entries[number]
        if score[0] >= _Tier.SCATTERED:
            return Match(item=entry.item, matched_by=MatchedBy.SIMILAR)
        # Several terms may have matched in several ways: the first one is what was meant.
        first = self._score_term(entry, terms[0])
        by = _NAMES[first[1]] if first else MatchedBy.SIMILAR
        return Match(item=entry.item, matched_by=by, text=self._text(entry, by, terms[0]))

    def _text(self, entry: _Entry, by: MatchedBy, term: str) -> str:
        if by is MatchedBy.DEPARTMENT:
            return entry.item.department.name
        if by is MatchedBy.CODE:
            return entry.item.code

        def matches(text: str) -> bool:
            return find_term(term, plain(text), self._readings) is not None

        if matches(entry.item.name) and by is not MatchedBy.ALIAS:
            return ""
        return next((alias for alias in entry.item.aliases if matches(alias)), "")
