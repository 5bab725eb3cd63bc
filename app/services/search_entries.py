"""Judge how well one entry matches what was typed, and say by what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from app.domain.catalogue import Item
from app.services.search_bits import in_slices, sorted_gently
from app.services.search_text import Pattern, Reading, plain, scattered

BASIC_CODE = 12  # the last 12 characters of an implementing code: 基本编码


class Tier(IntEnum):
    """How well a term matches, best first."""

    EXACT = 0
    BEGINNING = 1
    INSIDE = 2
    SCATTERED = 3
    SLIP = 4


class By(IntEnum):
    """How it matches, best first."""

    NAME = 0
    ALIAS = 1
    PINYIN = 2
    INITIALS = 3
    DEPARTMENT = 4
    CODE = 5


Fit = tuple[int, int, int]  # tier, by what, place


@dataclass(slots=True)
class Term:
    """A term and the entries where it may match: as typed, at the beginning, also scattered."""

    pattern: Pattern
    bits: int
    begin: int
    loose: int
    # Counties share their lists: many entries have the same texts.
    fits: dict[tuple[str, ...], Fit | None] = field(default_factory=dict)
    departments: dict[str, Fit | None] = field(default_factory=dict)


class Entries:
    """The items in their own order, with every text plain.

    The number of an entry is its place among all: of two equal matches the shorter name wins.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        given = list(items)
        ranked = sorted_gently(
            (len(item.name), item.name, item.code, n) for n, item in enumerate(given)
        )
        self.items = [given[n] for *_, n in ranked]
        self.texts: list[tuple[str, ...]] = []
        self.departments: dict[str, list[int]] = {}
        self._department_of: list[str] = []
        # Counties share their lists, so many texts are the same: each is kept once.
        kept: dict[tuple[str, ...], tuple[str, ...]] = {}
        for some in in_slices(self.items):
            for item in some:
                (department,) = _once(kept, (item.department.name,))
                self.departments.setdefault(department, []).append(len(self.texts))
                self._department_of.append(department)
                self.texts.append(_once(kept, (item.name, *item.aliases)))

    def codes(self) -> Iterable[tuple[str, int]]:
        """What may be typed as the code of which entry."""
        for number, item in enumerate(self.items):
            code = plain(item.code)
            yield code, number
            if len(code) > BASIC_CODE:
                yield code[-BASIC_CODE:], number

    def fit(self, number: int, terms: Sequence[Term]) -> Fit | None:
        """The worst term decides the tier; the rest adds up. None where a term does not match."""
        tier = by = place = 0
        for term in terms:
            fit = self.fit_term(number, term)
            if fit is None:
                return None
            tier, by, place = max(tier, fit[0]), by + fit[1], place + fit[2]
        return tier, by, place

    def fit_term(self, number: int, term: Term) -> Fit | None:
        texts = self.texts[number]
        if texts not in term.fits:
            term.fits[texts] = _fit_texts(texts, term.pattern)
        best = term.fits[texts]
        if best is not None:
            return best
        typed = term.pattern.term
        if typed.isascii():
            code = plain(self.items[number].code)
            if code.startswith(typed) or code[-BASIC_CODE:].startswith(typed):
                whole = typed in {code, code[-BASIC_CODE:]}
                return (int(Tier.EXACT if whole else Tier.BEGINNING), int(By.CODE), 0)
        name = self._department_of[number]
        if name not in term.departments:
            term.departments[name] = _fit_department(name, term.pattern)
        by_department = term.departments[name]
        if by_department is not None and by_department[0] == Tier.INSIDE:
            return by_department
        apart = len(typed) > 1 and not typed.isascii()
        if apart and any(scattered(typed, text) for text in texts):
            return int(Tier.SCATTERED), int(By.NAME), 0
        return by_department

    def by_initials(self, number: int, term: Term) -> bool:
        """Initials match much that was never meant."""
        fit = self.fit_term(number, term)
        return fit is not None and fit[1] == By.INITIALS

    def text_of(self, number: int, by: By, pattern: Pattern) -> str:
        """What matched, where it was not the name."""
        item = self.items[number]
        if by is By.DEPARTMENT:
            return item.department.name
        if by is By.CODE:
            return item.code
        name, *aliases = self.texts[number]
        if by is not By.ALIAS and (not aliases or pattern.find(name) is not None):
            return ""
        return next(
            (
                alias
                for alias, text in zip(item.aliases, aliases, strict=True)
                if pattern.find(text) is not None
            ),
            "",
        )


def _once(kept: dict[tuple[str, ...], tuple[str, ...]], texts: tuple[str, ...]) -> tuple[str, ...]:
    known = kept.get(texts)
    if known is None:
        known = kept[texts] = tuple(map(plain, texts))
    return known


def _fit_texts(texts: tuple[str, ...], pattern: Pattern) -> Fit | None:
    best: Fit | None = None
    for which, text in enumerate(texts):
        found = pattern.find(text)
        if found is None:
            continue
        place, taken, reading = found
        if reading is Reading.CHARACTERS:
            by = By.ALIAS if which else By.NAME
        else:
            by = By.PINYIN if reading is Reading.PINYIN else By.INITIALS
        whole = place == 0 and taken == len(text)
        tier = Tier.EXACT if whole else Tier.INSIDE if place else Tier.BEGINNING
        fit = (int(tier), int(by), place)
        if best is None or fit < best:
            best = fit
    return best


def _fit_department(name: str, pattern: Pattern) -> Fit | None:
    found = pattern.find(name)
    if found is not None:
        return int(Tier.INSIDE), int(By.DEPARTMENT), found[0]
    typed = pattern.term
    # Departments go by their short names: 人社, 医保, 市监.
    if len(typed) > 1 and not typed.isascii() and scattered(typed, name):
        return int(Tier.SCATTERED), int(By.DEPARTMENT), 0
    return None
