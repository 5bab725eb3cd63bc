"""Find items as the clerk types: characters, pinyin, initials, code, alias, department, any mix.

Every term must match somewhere in the item. Ranked: exact, beginning, inside, scattered
characters, a typing slip; then what this window uses often, how it matched, how early, and the
shorter name first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import islice

from app.domain.catalogue import Item
from app.services.search_bits import in_slices, pack, sorted_gently, unpack
from app.services.search_index import Postings, Prefixes
from app.services.search_slips import Slips
from app.services.search_text import (
    MAX_QUERY,
    MAX_TERM,
    Pattern,
    Reading,
    Readings,
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


_Score = tuple[int, int, int, int]  # tier, minus how often, how it matched, place

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
MOST_JUDGED = 240
_POOL_JUDGED = 100
_POOL_KEPT = 40
_MOST_VARIANTS = 5
_MOST_GUESSES = 12  # few are enough: a slip is a guess
_GUESSES_EACH = 4
_MOST_OFTEN = 256
_BASIC_CODE = 12  # the last 12 characters of an implementing code: 基本编码


@dataclass(slots=True)
class Work:
    """What a search has done so far: entries held against the terms."""

    judged: int = 0


@dataclass(frozen=True, slots=True)
class _Often:
    """How often this window uses which entries; made once for each set of counts."""

    counts: Mapping[str, int] | None
    entries: dict[int, int]
    bits: int


class _Term:
    """A term and where it may match: as typed, at the beginning, with others between."""

    def __init__(self, index: SearchIndex, term: str, *, apart: bool = True) -> None:
        self.pattern = Pattern(term, index.readings)
        self.departments: dict[str, tuple[int, int, int] | None] = {}
        self.bits, self.begin = index.postings.containing(term)
        coded = index.codes.beginning(term) if term.isascii() else 0
        offices, _ = index.offices.containing(term)
        loose = 0
        if apart and len(term) > 1 and not term.isascii():
            loose = index.postings.with_all(term)
            offices |= index.offices.with_all(term)
        self.bits |= coded
        self.begin |= coded
        for number in unpack(offices):
            self.bits |= index.office_entries[number]
        self.loose = self.bits | loose


class SearchIndex:
    """Built once for a set of items, then only read: any thread may build it, any other use it."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.readings = Readings()
        # The rank of an entry is its place among all: of two equal matches the shorter name wins.
        given = list(items)
        ranked = sorted_gently(
            (len(item.name), item.name, item.code, n) for n, item in enumerate(given)
        )
        self._items = [given[n] for *_, n in ranked]
        size = len(self._items)
        self._texts: list[tuple[str, ...]] = []
        self._offices: list[str] = []
        offices: dict[str, list[int]] = {}
        names: dict[str, str] = {}
        codes: list[tuple[str, int]] = []
        for some in in_slices(self._items):
            for item in some:
                number = len(self._texts)
                self._texts.append((plain(item.name), *map(plain, item.aliases)))
                name = item.department.name
                if name not in names:
                    names[name] = plain(name)
                self._offices.append(names[name])
                offices.setdefault(names[name], []).append(number)
                code = plain(item.code)
                codes.append((code, number))
                if len(code) > _BASIC_CODE:
                    codes.append((code[-_BASIC_CODE:], number))
        self.codes = Prefixes(codes, size)
        del codes
        self._wholes = Prefixes(
            ((text, n) for n, texts in enumerate(self._texts) for text in set(texts)), size
        )
        self.offices = Postings([(name,) for name in offices], self.readings)
        self.office_entries = [pack(found, size) for found in offices.values()]
        self.postings = Postings(self._texts, self.readings)
        self._slips = Slips(self.postings, self.readings)
        self._often = _Often(None, {}, 0)

    def find(
        self,
        query: str,
        limit: int = 20,
        often: Mapping[str, int] | None = None,
        work: Work | None = None,
    ) -> tuple[Match, ...]:
        """Best first, at most ``limit``. Nothing typed finds nothing.

        ``often`` counts how often this window uses an item, by code; the same mapping may be
        given again and again and must not change meanwhile.
        """
        terms = terms_of(query)
        if not terms or limit < 1:
            return ()
        look = _Look(self, self._weigh(often), limit, work or Work())
        joined = plain(query[:MAX_QUERY])
        look.whole(joined, self._wholes.exactly(joined))
        parts = [_Term(self, term) for term in terms]
        if len(terms) > 1:
            # Words of one name, typed apart: a name that has them together is meant first.
            look.at([_Term(self, joined[:MAX_TERM], apart=False)])
        look.at(parts)
        if not look.kept:
            self._nearly(look, parts)
        return tuple(
            self._match(number, score, parts)
            for score, number in sorted((score, n) for n, score in look.kept.items())[:limit]
        )

    def _weigh(self, often: Mapping[str, int] | None) -> _Often:
        known = self._often
        if often is known.counts:
            return known
        entries: dict[int, int] = {}
        most = sorted((often or {}).items(), key=lambda one: (-one[1], one[0]))[:_MOST_OFTEN]
        for code, count in most:
            for number in self.codes.exactly(plain(code)):
                if self._items[number].code == code:
                    entries[number] = count
        self._often = known = _Often(often, entries, pack(entries, len(self._items)))
        return known

    # -- judging one entry ---------------------------------------------------------------------

    def score(self, number: int, terms: Sequence[_Term]) -> tuple[int, int, int] | None:
        """The worst term decides the tier; the rest adds up. None where a term does not match."""
        tier = by = place = 0
        for term in terms:
            score = self.score_term(number, term)
            if score is None:
                return None
            tier, by, place = max(tier, score[0]), by + score[1], place + score[2]
        return tier, by, place

    def score_term(self, number: int, term: _Term) -> tuple[int, int, int] | None:
        best: tuple[int, int, int] | None = None
        for which, text in enumerate(self._texts[number]):
            found = term.pattern.find(text)
            if found is not None:
                place, taken, reading = found
                if reading is Reading.CHARACTERS:
                    by = _BY_ALIAS if which else _BY_NAME
                else:
                    by = _BY_PINYIN if reading is Reading.PINYIN else _BY_INITIALS
                whole = place == 0 and taken == len(text)
                tier = _Tier.EXACT if whole else _Tier.INSIDE if place else _Tier.BEGINNING
                score = (int(tier), by, place)
                if best is None or score < best:
                    best = score
        if best is not None:
            return best
        typed = term.pattern.term
        if typed.isascii():
            code = plain(self._items[number].code)
            if code.startswith(typed) or code[-_BASIC_CODE:].startswith(typed):
                whole = typed in {code, code[-_BASIC_CODE:]}
                return (int(_Tier.EXACT if whole else _Tier.BEGINNING), _BY_CODE, 0)
        office = self._offices[number]
        if office not in term.departments:
            term.departments[office] = self._score_office(office, term)
        by_office = term.departments[office]
        if by_office is not None and by_office[0] == _Tier.INSIDE:
            return by_office
        apart = len(typed) > 1 and not typed.isascii()
        if apart and any(scattered(typed, text) for text in self._texts[number]):
            return int(_Tier.SCATTERED), _BY_NAME, 0
        return by_office

    @staticmethod
    def _score_office(office: str, term: _Term) -> tuple[int, int, int] | None:
        found = term.pattern.find(office)
        if found is not None:
            return int(_Tier.INSIDE), _BY_DEPARTMENT, found[0]
        typed = term.pattern.term
        # Departments go by their short names: 人社, 医保, 市监.
        if len(typed) > 1 and not typed.isascii() and scattered(typed, office):
            return int(_Tier.SCATTERED), _BY_DEPARTMENT, 0
        return None

    def is_name(self, number: int, text: str) -> bool:
        return self._texts[number][0] == text

    # -- with a slip ---------------------------------------------------------------------------

    def _nearly(self, look: _Look, parts: Sequence[_Term]) -> None:
        """Nothing matches as typed: one term may carry one slip."""
        tried = 0
        for place, part in enumerate(parts):
            among = self.postings.all
            others = [*parts[:place], *parts[place + 1 :]]
            for other in others:
                among &= other.loose
            if not among:
                continue
            for variant, bits in self._slips.meant(part.pattern.term, among):
                look.guess(_Term(self, variant, apart=False), others, bits)
                tried += 1
                if tried >= _MOST_VARIANTS or len(look.kept) >= _MOST_GUESSES:
                    return

    # -- what is shown -------------------------------------------------------------------------

    def _match(self, number: int, score: _Score, parts: Sequence[_Term]) -> Match:
        item = self._items[number]
        if score[0] >= _Tier.SCATTERED:
            return Match(item=item, matched_by=MatchedBy.SIMILAR)
        # Several terms may have matched in several ways: the first one is what was meant.
        first = self.score_term(number, parts[0])
        by = _NAMES[first[1]] if first else MatchedBy.NAME
        return Match(item=item, matched_by=by, text=self._text(number, by, parts[0].pattern))

    def _text(self, number: int, by: MatchedBy, pattern: Pattern) -> str:
        item = self._items[number]
        if by is MatchedBy.DEPARTMENT:
            return item.department.name
        if by is MatchedBy.CODE:
            return item.code
        name, *aliases = self._texts[number]
        if by is not MatchedBy.ALIAS and (not aliases or pattern.find(name) is not None):
            return ""
        return next(
            (
                alias
                for alias, text in zip(item.aliases, aliases, strict=True)
                if pattern.find(text) is not None
            ),
            "",
        )


class _Look:
    """One search under way: what is kept, and what it may still cost."""

    def __init__(self, index: SearchIndex, often: _Often, limit: int, work: Work) -> None:
        self._index = index
        self._often = often
        self._limit = limit
        self._work = work
        self.kept: dict[int, _Score] = {}

    def whole(self, text: str, numbers: Iterable[int]) -> None:
        """Names and aliases that are exactly this, however many begin so."""
        found = pack(numbers, self._index.postings.size)
        most = min(self._limit, _POOL_KEPT)
        for pool in (found & self._often.bits, found):
            for number in islice(unpack(pool), most):
                by = _BY_NAME if self._index.is_name(number, text) else _BY_ALIAS
                count = self._often.entries.get(number, 0)
                self.kept[number] = (int(_Tier.EXACT), -count, by, 0)

    def at(self, terms: Sequence[_Term]) -> None:
        """Entries in which every term matches, the likely ones first."""
        all_of = loose = self._index.postings.all
        begin = 0
        for term in terms:
            all_of &= term.bits
            loose &= term.loose
            begin |= term.begin
        often = self._often.bits
        for pool in (all_of & begin & often, all_of & begin & ~often):
            self._judge(unpack(pool), terms)
        best = sum(score[0] <= _Tier.BEGINNING for score in self.kept.values())
        if best >= self._limit:
            return  # whatever else matches comes after these
        for pool in (all_of & ~begin & often, all_of & ~begin & ~often):
            self._judge(unpack(pool), terms)
        if len(self.kept) < self._limit:
            self._judge(unpack(loose & ~all_of), terms)

    def guess(self, term: _Term, others: Sequence[_Term], bits: int) -> None:
        for number in islice(unpack(bits), _GUESSES_EACH):
            if not self._afford():
                return
            guessed = self._index.score_term(number, term)
            if guessed is None or guessed[1] > _BY_PINYIN:
                continue  # a slip in initials could mean anything
            score = self._index.score(number, others)
            if score is not None:
                by, place = score[1] + guessed[1], score[2] + guessed[2]
                weighed = (int(_Tier.SLIP), -self._often.entries.get(number, 0), by, place)
                self.kept[number] = min(weighed, self.kept.get(number, weighed))

    def _judge(self, numbers: Iterator[int], terms: Sequence[_Term]) -> None:
        kept = 0
        for number in islice(numbers, _POOL_JUDGED):
            if number in self.kept:
                continue
            if not self._afford():
                return
            score = self._index.score(number, terms)
            if score is not None:
                tier, by, place = score
                self.kept[number] = (tier, -self._often.entries.get(number, 0), by, place)
                kept += 1
                if kept == _POOL_KEPT:
                    return

    def _afford(self) -> bool:
        self._work.judged += 1
        return self._work.judged <= MOST_JUDGED
