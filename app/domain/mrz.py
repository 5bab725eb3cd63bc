"""Read the machine-readable lines (机读码) of passports and travel permits. Pure.

Sources: ICAO Doc 9303 for TD1 (3 x 30), TD2 (2 x 36) and TD3 (2 x 44); the permits between the
mainland, Hong Kong, Macao and Taiwan have places of their own: 台胞证 CT and 回乡证 CR (old: C<) in
3 x 30, 往来港澳 CS and 往来台湾 CD in 1 x 30. Every check digit must be right (weights 7 3 1), so a
line that was read or typed wrong gives no person at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.errors import InvalidIdentity
from app.domain.person import DocumentKind, Person, Sex

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LINE = re.compile(r"[A-Z0-9<]{30,44}")
_NUMBER = re.compile(r"[A-Z0-9]{4,9}")
_DOMESTIC = {
    "CT": DocumentKind.TAIWAN_PERMIT,
    "CR": DocumentKind.RETURN_PERMIT,
    "C<": DocumentKind.RETURN_PERMIT,
    "CS": DocumentKind.EXIT_HK_MO,
    "CD": DocumentKind.EXIT_TAIWAN,
}
_OLDEST = 110  # years of a life


@dataclass(frozen=True, slots=True, kw_only=True)
class MrzRead:
    """``person.name`` is the Latin name, "" where the lines hold none; ``issuer`` the state's three
    letters, "" where they hold none."""

    document: DocumentKind
    person: Person
    issuer: str
    valid_to: date


def check_digit(text: str) -> str:
    """ICAO 9303: digits count as themselves, A-Z as 10-35, the filler as 0; weights 7 3 1."""
    total = sum(
        (0 if c == "<" else _ALPHABET.index(c)) * (7, 3, 1)[place % 3]
        for place, c in enumerate(text)
    )
    return str(total % 10)


def looks_like_mrz(lines: Sequence[str]) -> bool:
    """Whether these are lines of the right number and length, whatever they say."""
    shape = [len(line) for line in lines]
    return shape in ([30], [30] * 3, [36] * 2, [44] * 2) and all(map(_LINE.fullmatch, lines))


def parse_mrz(lines: Sequence[str], on: date) -> MrzRead:
    """``lines`` as read, upper case, fillers as ``<``. Raises InvalidIdentity with the field that
    does not hold: ``mrz`` where these are no such lines."""
    if not looks_like_mrz(lines):
        raise InvalidIdentity(field="mrz")
    domestic = _DOMESTIC.get(lines[0][:2])
    match [len(line) for line in lines], domestic:
        case [[30], DocumentKind()]:
            return _one_line(lines[0], domestic, on)
        case [[30, 30, 30], DocumentKind.TAIWAN_PERMIT | DocumentKind.RETURN_PERMIT]:
            if lines[0].startswith("C<") and _is_sealed(lines):  # other states begin so as well
                return _td1(lines, on)
            return _permit(lines, domestic, on)
        case [[30, 30, 30], None]:
            return _td1(lines, on)
        case [[36, 36], _]:
            return _td2_or_3(lines, on, 36)
        case [[44, 44], _]:
            return _td2_or_3(lines, on, 44)
    raise InvalidIdentity(field="mrz")


def _td1(lines: Sequence[str], on: date) -> MrzRead:
    first, second, third = lines
    # A number longer than nine goes on in the optional field, its check digit behind it.
    number, check = first[5:14], first[14]
    if check == "<":
        rest = first[15:].split("<", 1)[0]
        number, check = number + rest[:-1], rest[-1:]
    _checked("number_check", number, check)
    if not _is_sealed(lines):
        raise InvalidIdentity(field="mrz")
    return _read(
        _kind(first), number, first[2:5], third,
        nationality=second[15:18], birth=second[:7], sex=second[7], expiry=second[8:15], on=on,
    )  # fmt: skip


def _is_sealed(lines: Sequence[str]) -> bool:
    """Whether the last check digit of a TD1 is right, which is over nearly all of it."""
    first, second, _ = lines
    return check_digit(first[5:30] + second[:7] + second[8:15] + second[18:29]) == second[29]


def _td2_or_3(lines: Sequence[str], on: date, width: int) -> MrzRead:
    first, second = lines
    _checked("number_check", second[:9], second[9])
    if width == 44:
        personal, check = second[28:42], second[42]
        if not (check == "<" and not personal.strip("<")):
            _checked("mrz", personal, check)
    _checked("mrz", second[:10] + second[13:20] + second[21 : width - 1], second[width - 1])
    return _read(
        _kind(first), second[:9], first[2:5], first[5:],
        nationality=second[10:13], birth=second[13:20], sex=second[20], expiry=second[21:28], on=on,
    )  # fmt: skip


def _permit(lines: Sequence[str], kind: DocumentKind, on: date) -> MrzRead:
    first = lines[0]
    _checked("number_check", first[2:11], first[11])
    names = next((line for line in lines[1:] if re.fullmatch(r"[A-Z]+<<[A-Z<]*", line)), "")
    return _read(
        kind, first[2:11], "", names,
        nationality="", birth=first[23:30], sex=first[22], expiry=first[15:22], on=on,
    )  # fmt: skip


def _one_line(line: str, kind: DocumentKind, on: date) -> MrzRead:
    if kind not in {DocumentKind.EXIT_HK_MO, DocumentKind.EXIT_TAIWAN}:
        raise InvalidIdentity(field="mrz")
    _checked("number_check", line[2:11], line[11])
    return _read(
        kind, line[2:11], "", "",
        nationality="", birth=line[21:28], sex="", expiry=line[13:20], on=on,
    )  # fmt: skip


def _kind(first: str) -> DocumentKind:
    return DocumentKind.PASSPORT if first[0] == "P" else DocumentKind.OTHER


def _read(
    kind: DocumentKind, number: str, issuer: str, names: str, *, nationality: str, birth: str,
    sex: str, expiry: str, on: date,
) -> MrzRead:  # fmt: skip
    """``birth`` and ``expiry`` are yymmdd and their check digit."""
    _checked("birth", birth[:6], birth[6])
    _checked("valid_to", expiry[:6], expiry[6])
    plain = number.rstrip("<")
    if not _NUMBER.fullmatch(plain[:9]) or not re.fullmatch(r"[A-Z0-9]{4,30}", plain):
        raise InvalidIdentity(field="number")
    born = max((one for one in _dates("birth", birth, on) if one <= on), default=None)
    if born is None or on.year - born.year > _OLDEST:
        raise InvalidIdentity(field="birth")
    ends = min(_dates("valid_to", expiry, on), key=lambda one: abs(one - on))
    name = " ".join(" ".join(part.split("<")) for part in _names(names)).strip()
    return MrzRead(
        document=kind, issuer=issuer.rstrip("<"), valid_to=ends,
        person=Person(
            name=name, name_latin=name, number=plain, birth=born,
            nationality=nationality.rstrip("<"),
            sex={"M": Sex.MALE, "F": Sex.FEMALE}.get(sex, Sex.UNKNOWN),
        ),
    )  # fmt: skip


def _names(text: str) -> list[str]:
    """Family name and given names; fillers between words are single."""
    if text and not re.fullmatch(r"[A-Z<]+", text):
        raise InvalidIdentity(field="name")
    return [part.strip("<") for part in text.rstrip("<").split("<<") if part.strip("<")]


def _checked(field: str, text: str, digit: str) -> None:
    if check_digit(text) != digit:
        raise InvalidIdentity(field=field)


def _dates(field: str, text: str, on: date) -> list[date]:
    """What the six digits may mean: one date in each century near ``on``. Never empty."""
    if not (text[:6].isascii() and text[:6].isdigit()):
        raise InvalidIdentity(field=field)
    found = []
    for century in (on.year // 100 + step for step in (-1, 0, 1)):
        try:
            found.append(date(century * 100 + int(text[:2]), int(text[2:4]), int(text[4:6])))
        except ValueError:  # 29 February is in some
            continue
    if not found:
        raise InvalidIdentity(field=field)
    return found
