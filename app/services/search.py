"""Find items as the clerk types: characters, pinyin, initials, code, alias, department, any mix.

Every term must match somewhere in the item. Ranked: exact, beginning, inside, scattered
characters, a typing slip; then what this window uses often, how it matched, how early, and the
shorter name first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from app.domain.catalogue import Item
from app.services.search_bits import pack, unpack
from app.services.search_entries import By, Entries, Fit, Term, Tier
from app.services.search_index import Postings, Prefixes
from app.services.search_slips import Guess, Slips
from app.services.search_text import MAX_QUERY, MAX_TERM, Pattern, Readings, plain, terms_of


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


# What one keystroke may cost at most, whatever the size of the catalogue.
MOST_JUDGED = 160
_POOL_JUDGED = 80
_POOL_KEPT = 40
MOST_GUESSED = 140  # cheap ones: held against one slip, not against every reading
_POOL_GUESSED = 400
_MOST_OFTEN = 256


@dataclass(slots=True)
class Work:
    """What a search has done so far: entries held against the terms, and against slips."""

    judged: int = 0
    guessed: int = 0


@dataclass(frozen=True, slots=True)
class _Often:
    """How often this window uses which entries; made once for each set of counts."""

    counts: Mapping[str, int] | None
    entries: dict[int, int]
    bits: int


class SearchIndex:
    """Built once for a set of items, then only read: any thread may build it, any other use it."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._readings = Readings()
        self.entries = Entries(items)
        texts = self.entries.texts
        size = len(texts)
        self._codes = Prefixes(self.entries.codes(), size)
        self._wholes = Prefixes(
            ((text, n) for n, some in enumerate(texts) for text in set(some)), size
        )
        self._departments = Postings(
            (((name,), found) for name, found in self.entries.departments.items()),
            size,
            self._readings,
        )
        self._names = Postings(((some, (n,)) for n, some in enumerate(texts)), size, self._readings)
        self._slips = Slips(self._names, self._readings)
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
        look = _Look(self.entries, self._weigh(often), limit, work or Work())
        joined = plain(query[:MAX_QUERY])
        look.whole(joined, self._wholes.exactly(joined))
        parts = [self._term(term) for term in terms]
        if len(terms) > 1:
            # Words of one name, typed apart: a name that has them together is meant first.
            look.at([self._together(joined[:MAX_TERM])])
        look.at(parts)
        if not look.sure and len(look.kept) < limit:
            self._nearly(look, parts)
        return tuple(
            self._match(number, tier, parts)
            for (tier, *_), number in sorted((score, n) for n, score in look.kept.items())[:limit]
        )

    def _term(self, term: str) -> Term:
        bits, begin = self._names.containing(term)
        coded = self._codes.beginning(term) if term.isascii() else 0
        bits |= coded | self._departments.containing(term)[0]
        loose = bits
        if len(term) > 1 and not term.isascii():
            loose |= self._names.with_all(term) | self._departments.with_all(term)
        return Term(Pattern(term, self._readings), bits, begin | coded, loose)

    def _together(self, term: str) -> Term:
        bits, begin = self._names.containing(term)
        return Term(Pattern(term, self._readings), bits, begin, bits)

    def _weigh(self, often: Mapping[str, int] | None) -> _Often:
        known = self._often
        if often is known.counts:
            return known
        entries: dict[int, int] = {}
        most = sorted((often or {}).items(), key=lambda one: (-one[1], one[0]))[:_MOST_OFTEN]
        for code, count in most:
            for number in self._codes.exactly(plain(code)):
                if self.entries.items[number].code == code:
                    entries[number] = count
        self._often = known = _Often(often, entries, pack(entries, len(self.entries.items)))
        return known

    def _nearly(self, look: _Look, parts: Sequence[Term]) -> None:
        """Nothing surely matches as typed: one term may carry one slip."""
        for place, part in enumerate(parts):
            among = self._names.all
            others = [*parts[:place], *parts[place + 1 :]]
            for other in others:
                among &= other.loose
            if among:
                for guess in self._slips.guesses(part.pattern.term, among):
                    look.guess(guess, others)

    def _match(self, number: int, tier: int, parts: Sequence[Term]) -> Match:
        item = self.entries.items[number]
        if tier >= Tier.SCATTERED:
            return Match(item=item, matched_by=MatchedBy.SIMILAR)
        # Several terms may have matched in several ways: the first one is what was meant.
        pattern = parts[0].pattern
        fit = self.entries.fit_term(number, parts[0])
        by = By(fit[1]) if fit else By.NAME
        text = self.entries.text_of(number, by, pattern)
        return Match(item=item, matched_by=MatchedBy[by.name], text=text)


class _Look:
    """One search under way: what is kept, and what it may still cost."""

    def __init__(self, entries: Entries, often: _Often, limit: int, work: Work) -> None:
        self._entries = entries
        self._often = often
        self._limit = limit
        self._work = work
        self.kept: dict[int, tuple[int, int, int, int]] = {}  # tier, minus how often, by, place
        self.sure = False  # something matches by more than initials

    def whole(self, text: str, numbers: Iterable[int]) -> None:
        """Names and aliases that are exactly this, however many begin so."""
        found = pack(numbers, len(self._entries.items))
        most = min(self._limit, _POOL_KEPT)
        for pool in (found & self._often.bits, found):
            for number in islice(unpack(pool), most):
                named = self._entries.texts[number][0] == text
                self._keep(number, (Tier.EXACT, By.NAME if named else By.ALIAS, 0))
                self.sure = True

    def at(self, terms: Sequence[Term]) -> None:
        """Entries in which every term matches, the likely ones first."""
        all_of = loose = terms[0].loose
        all_of &= terms[0].bits
        begin = terms[0].begin
        for term in terms[1:]:
            all_of &= term.bits
            loose &= term.loose
            begin |= term.begin
        often = self._often.bits
        for pool in (all_of & begin & often, all_of & begin & ~often):
            self._judge(unpack(pool), terms)
        best = sum(score[0] <= Tier.BEGINNING for score in self.kept.values())
        if best >= self._limit:
            return  # whatever else matches comes after these
        for pool in (all_of & ~begin & often, all_of & ~begin & ~often):
            self._judge(unpack(pool), terms)
        if len(self.kept) < self._limit:
            self._judge(unpack(loose & ~all_of), terms)

    def guess(self, guess: Guess, others: Sequence[Term]) -> None:
        """Entries that were meant if the term has a slip, those that begin so first."""
        places: dict[tuple[str, ...], int | None] = {}  # many entries have the same texts
        for pool in (guess.begin & self._often.bits, guess.begin, guess.bits & ~guess.begin):
            for number in islice(unpack(pool), _POOL_GUESSED):
                if len(self.kept) >= self._limit + _POOL_KEPT // 2:
                    return
                if number in self.kept:
                    continue
                texts = self._entries.texts[number]
                if texts not in places:
                    self._work.guessed += 1
                    # Who judged much has less time left to guess.
                    if self._work.guessed + self._work.judged // 2 > MOST_GUESSED:
                        return
                    places[texts] = guess.place(texts)
                place = places[texts]
                fit = None if place is None else self._entries.fit(number, others)
                if place is not None and fit is not None:
                    self._keep(number, (Tier.SLIP, fit[1], fit[2] + place))

    def _judge(self, numbers: Iterator[int], terms: Sequence[Term]) -> None:
        kept = 0
        for number in islice(numbers, _POOL_JUDGED):
            if number in self.kept:
                continue
            self._work.judged += 1
            if self._work.judged > MOST_JUDGED:
                return
            fit = self._entries.fit(number, terms)
            if fit is not None:
                self._keep(number, fit)
                if not self.sure and fit[0] <= Tier.INSIDE:
                    self.sure = not any(self._entries.by_initials(number, term) for term in terms)
                kept += 1
                if kept == _POOL_KEPT:
                    return

    def _keep(self, number: int, fit: Fit) -> None:
        tier, by, place = fit
        self.kept[number] = (int(tier), -self._often.entries.get(number, 0), int(by), place)
