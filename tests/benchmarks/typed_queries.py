"""Draw what clerks might type for items of a catalogue: each way of typing, and with a slip."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from app.domain.catalogue import Item
from app.services.search_text import Readings, plain

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_READINGS = Readings()
_PHRASES: set[bool] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """``right`` is the same without the slip; both mean the item called ``name``."""

    kind: str
    text: str
    name: str
    right: str = ""


def _piece(rng: random.Random, name: str, least: int, most: int) -> str:
    """Some neighbouring characters, more often from the beginning."""
    text = plain(name)
    size = min(len(text), rng.randint(least, most))
    first = 0 if rng.random() < 0.6 else rng.randint(0, len(text) - size)
    return text[first : first + size]


@cache
def _spoken(text: str) -> tuple[str, ...]:
    """How the text is read aloud: here a dictionary of phrases decides, unlike in the search."""
    import pypinyin
    from pypinyin.phrases_dict import phrases_dict

    if not _PHRASES:
        pypinyin.load_phrases_dict(phrases_dict)
        _PHRASES.add(True)
    spoken = tuple(pypinyin.lazy_pinyin(text))
    return spoken if len(spoken) == len(text) else tuple(_READINGS.of(char)[0] for char in text)


def _syllables(rng: random.Random, text: str) -> list[str]:
    """Now and then a character of several readings is typed by another one."""
    return [
        rng.choice(_READINGS.of(char)) if rng.random() < 0.1 else syllable
        for char, syllable in zip(text, _spoken(text), strict=True)
    ]


def _pinyin(rng: random.Random, text: str) -> str:
    return "".join(_syllables(rng, text))


def _initials(rng: random.Random, text: str) -> str:
    return "".join(syllable[0] for syllable in _syllables(rng, text))


def _mixed(rng: random.Random, text: str) -> str:
    """Characters first, then syllables, then initials, as the patience of a clerk ends."""
    one, two = sorted(rng.choices(range(len(text) + 1), k=2))
    return text[:one] + _pinyin(rng, text[one:two]) + _initials(rng, text[two:])


def _two_terms(rng: random.Random, name: str) -> str:
    text = plain(name)
    middle = rng.randint(2, len(text) - 2)
    first, second = text[:middle][:5], text[middle:][:4]
    ways = (_pinyin, _initials, lambda _, some: some)
    return f"{rng.choice(ways)(rng, first)} {rng.choice(ways)(rng, second)}"


def _office(rng: random.Random, item: Item) -> str:
    county, agency = item.department.name[2:5], item.department.name[5:]
    office = rng.choice((agency, agency[:2], county + agency[:2], county))
    return rng.choice((office, _pinyin(rng, office), _initials(rng, office)))


def _slip(rng: random.Random, typed: str) -> tuple[str, str]:
    """One letter wrong, missing, doubled or swapped with the next; which, and what comes of it."""
    at = rng.randrange(len(typed) - 1)
    kind = rng.choice(("wrong", "missing", "doubled", "swapped"))
    if kind == "wrong":
        other = rng.choice([letter for letter in LETTERS if letter != typed[at]])
        return kind, typed[:at] + other + typed[at + 1 :]
    if kind == "missing":
        return kind, typed[:at] + typed[at + 1 :]
    if kind == "doubled":
        return kind, typed[: at + 1] + typed[at:]
    places = [n for n in range(len(typed) - 1) if typed[n] != typed[n + 1]]
    if not places:
        return "doubled", typed[: at + 1] + typed[at:]
    at = rng.choice(places)
    return kind, typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :]


def _wrong_character(rng: random.Random, typed: str, others: Sequence[str]) -> str:
    """Half of them sound alike, as an input method errs; half are just wrong."""
    at = rng.randrange(len(typed))
    alike = [
        c for c in others if c != typed[at] and set(_READINGS.of(c)) & set(_READINGS.of(typed[at]))
    ]
    pool = alike if alike and rng.random() < 0.5 else [c for c in others if c != typed[at]]
    return typed[:at] + rng.choice(pool) + typed[at + 1 :]


def queries(items: Sequence[Item], rng: random.Random, each: int) -> list[Typed]:
    """``each`` of every way of typing, without slips."""
    ways: dict[str, Callable[[Item], str]] = {
        "characters": lambda item: _piece(rng, item.name, 2, 8),
        "name": lambda item: item.name,
        "pinyin": lambda item: _pinyin(rng, _piece(rng, item.name, 2, 6)),
        "initials": lambda item: _initials(rng, _piece(rng, item.name, 2, 9)),
        "mixed": lambda item: _mixed(rng, _piece(rng, item.name, 3, 8)),
        "two terms": lambda item: _two_terms(rng, item.name),
        "department": lambda item: f"{_office(rng, item)} {_piece(rng, item.name, 2, 4)}",
        "department only": lambda item: _office(rng, item),
        "code": lambda item: item.code,
        "basic code": lambda item: item.code[-12:],
        "alias": lambda item: item.aliases[0] if item.aliases else plain(item.name)[:3],
        "alias in pinyin": lambda item: _pinyin(rng, (item.aliases or (item.name[:3],))[0]),
        "one character": lambda item: rng.choice(plain(item.name)),
        "nonsense": lambda _: "".join(rng.choices(LETTERS, k=rng.randint(2, 16))),
    }
    found = [
        Typed(kind=kind, text=way(item), name=item.name)
        for kind, way in ways.items()
        for item in rng.choices(items, k=each)
    ]
    return found + [Typed(kind="one letter", text=letter, name="") for letter in LETTERS]


def slips(items: Sequence[Item], rng: random.Random, each: int) -> list[Typed]:
    """``each`` of pinyin, initials and characters with one slip in them."""
    others = sorted({char for item in rng.choices(items, k=500) for char in plain(item.name)})
    found = []
    for item in rng.choices(items, k=each):
        right = "".join(_spoken(_piece(rng, item.name, 3, 8)))
        kind, text = _slip(rng, right)
        found.append(Typed(kind=f"pinyin {kind}", text=text, right=right, name=item.name))
    for item in rng.choices(items, k=each):
        right = "".join(one[0] for one in _spoken(_piece(rng, item.name, 6, 12)))
        kind, text = _slip(rng, right)
        found.append(Typed(kind=f"initials {kind}", text=text, right=right, name=item.name))
    for item in rng.choices(items, k=each):
        right = _piece(rng, item.name, 4, 8)
        text = _wrong_character(rng, right, others)
        found.append(Typed(kind="wrong character", text=text, right=right, name=item.name))
    return found
