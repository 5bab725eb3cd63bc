"""Read the 256-byte text block of the identity card family, whole or not at all. Pure.

UTF-16LE; offsets and lengths are in bytes. The character at 248 tells the layout:
J 港澳台居民居住证, I 外国人永久居留身份证 2017, Y the same of 2023, anything else 居民身份证.
A block that cannot be is a TextInvalid or TextContradicts, never half a person.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from app.devices.cards.errors import TextContradicts, TextInvalid
from app.domain.errors import InvalidIdentity
from app.domain.person import (
    DocumentKind,
    Person,
    Sex,
    check_citizen_number,
    check_foreigner_2017_number,
    parse_card_date,
)

BLOCK_BYTES = 256
_ADDRESS_BYTES = 70
_MOST_ADDRESSES = 4
LONG_TERM = "长期"

Span = tuple[int, int]
"""Offset and length in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a kind of card holds what; None where it does not."""

    document: DocumentKind
    type_character: str
    name: Span
    latin: tuple[Span, ...] = ()
    sex: Span
    nation: Span | None = None
    nationality: Span | None = None
    birth: Span
    address: Span | None = None
    number: Span
    issuer: Span
    permit_number: Span | None = None
    times: Span | None = None
    valid_from: Span = (188, 16)
    valid_to: Span = (204, 16)


TYPE_SPAN: Span = (248, 2)

LAYOUTS: dict[DocumentKind, Layout] = {
    layout.document: layout
    for layout in (
        Layout(
            document=DocumentKind.RESIDENT,
            type_character="",
            name=(0, 30),
            sex=(30, 2),
            nation=(32, 4),
            birth=(36, 16),
            address=(52, 70),
            number=(122, 36),
            issuer=(158, 30),
        ),
        Layout(
            document=DocumentKind.HK_MO_TW,
            type_character="J",
            name=(0, 30),
            sex=(30, 2),
            birth=(36, 16),
            address=(52, 70),
            number=(122, 36),
            issuer=(158, 30),
            permit_number=(220, 18),
            times=(238, 4),
        ),
        Layout(
            document=DocumentKind.FOREIGNER_2017,
            type_character="I",
            name=(158, 30),
            latin=((0, 120),),
            sex=(120, 2),
            nationality=(152, 6),
            birth=(220, 16),
            number=(122, 30),
            issuer=(240, 8),
        ),
        Layout(
            document=DocumentKind.FOREIGNER_2023,
            type_character="Y",
            name=(0, 30),
            latin=((52, 70), (220, 22)),
            sex=(30, 2),
            nationality=(242, 6),
            times=(32, 4),
            birth=(36, 16),
            number=(122, 36),
            issuer=(158, 30),
        ),
    )
}
_BY_TYPE = {layout.type_character: layout for layout in LAYOUTS.values()}

SEX_BY_DIGIT = {"0": Sex.UNKNOWN, "1": Sex.MALE, "2": Sex.FEMALE, "9": Sex.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardText:
    """What the text block says; ``valid_to`` is None for 长期."""

    document: DocumentKind
    person: Person
    issuer: str
    valid_from: date
    valid_to: date | None
    permit_number: str = ""
    times: str = ""


def parse_text_block(block: bytes, on: date) -> CardText:
    """Read a whole block; ``on`` is today at the window. Raises TextInvalid, TextContradicts.

    A foreigner's card without a Chinese name gives the Latin one as the name too.
    """
    if len(block) != BLOCK_BYTES:
        raise TextInvalid(field="length")
    layout = _BY_TYPE.get(_decode(block, TYPE_SPAN, "type"), LAYOUTS[DocumentKind.RESIDENT])
    latin = "".join(_decode(block, span, "name_latin") for span in layout.latin).rstrip(" \0")
    name = _text(block, layout.name, "name", required=not latin) or latin
    check_printable(latin, "name_latin")
    birth = _date(block, layout.birth, "birth")
    sex = _sex(block, layout)
    number = _number(block, layout, on, birth, sex)
    valid_from = _date(block, layout.valid_from, "valid_from")
    valid_to = _valid_to(block, layout)
    if birth > on or valid_from < birth or (valid_to is not None and valid_to < valid_from):
        raise TextContradicts(field="dates")
    return CardText(
        document=layout.document,
        person=Person(
            name=name,
            name_latin=latin,
            sex=sex,
            nation=_nation(block, layout),
            nationality=_nationality(block, layout),
            birth=birth,
            address=_text(block, layout.address, "address") if layout.address else "",
            number=number,
        ),
        issuer=_text(block, layout.issuer, "issuer"),
        valid_from=valid_from,
        valid_to=valid_to,
        permit_number=_permit_number(block, layout),
        times=_times(block, layout),
    )


def newest_address(records: bytes) -> str:
    """The last of up to four addresses (追加地址) that were written later, 70 bytes each.

    "" where there is none. Raises TextInvalid.
    """
    if len(records) % _ADDRESS_BYTES or len(records) > _MOST_ADDRESSES * _ADDRESS_BYTES:
        raise TextInvalid(field="newest_address")
    found = [
        _text(records, (start, _ADDRESS_BYTES), "newest_address")
        for start in range(0, len(records), _ADDRESS_BYTES)
    ]
    return next((address for address in reversed(found) if address), "")


def check_printable(text: str, field: str) -> None:
    """Refuse what no card prints: controls, direction marks, line separators.

    Nothing is normalised: rare, compatibility and private-use characters stay as they are.
    """
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text):
        raise TextInvalid(field=field)


def _decode(block: bytes, span: Span, field: str) -> str:
    offset, length = span
    try:
        return block[offset : offset + length].decode("utf-16-le")
    except UnicodeDecodeError:
        raise TextInvalid(field=field) from None


def _text(block: bytes, span: Span, field: str, *, required: bool = False) -> str:
    text = _decode(block, span, field).rstrip(" \0\u3000")
    check_printable(text, field)
    if required and not text:
        raise TextInvalid(field=field)
    return text


def _date(block: bytes, span: Span, field: str) -> date:
    try:
        return parse_card_date(_text(block, span, field))
    except InvalidIdentity:
        raise TextInvalid(field=field) from None


def _valid_to(block: bytes, layout: Layout) -> date | None:
    if _text(block, layout.valid_to, "valid_to") == LONG_TERM:
        return None
    return _date(block, layout.valid_to, "valid_to")


def _sex(block: bytes, layout: Layout) -> Sex:
    sex = SEX_BY_DIGIT.get(_text(block, layout.sex, "sex"))
    if sex is None:
        raise TextInvalid(field="sex")
    return sex


def _nation(block: bytes, layout: Layout) -> str:
    if layout.nation is None:
        return ""
    nation = _text(block, layout.nation, "nation")
    if len(nation) != 2 or not (nation.isascii() and nation.isdigit()):
        raise TextInvalid(field="nation")
    return nation


def _nationality(block: bytes, layout: Layout) -> str:
    if layout.nationality is None:
        return ""
    code = _text(block, layout.nationality, "nationality")
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise TextInvalid(field="nationality")
    return code


def _permit_number(block: bytes, layout: Layout) -> str:
    """A letter and eight digits of Hong Kong or Macao, eight digits of Taiwan; older cards none."""
    if layout.permit_number is None:
        return ""
    number = _text(block, layout.permit_number, "permit_number")
    if number and not (number.isascii() and number.isalnum()):
        raise TextInvalid(field="permit_number")
    return number


def _times(block: bytes, layout: Layout) -> str:
    """How often it was issued (J) or renewed (Y), one or two digits; blank on older cards."""
    if layout.times is None:
        return ""
    times = _text(block, layout.times, "times")
    if times and not (times.isascii() and times.isdigit()):
        raise TextInvalid(field="times")
    return times


def _number(block: bytes, layout: Layout, on: date, birth: date, sex: Sex) -> str:
    text = _text(block, layout.number, "number", required=True)
    if layout.document is DocumentKind.FOREIGNER_2017:
        try:
            return check_foreigner_2017_number(text)
        except InvalidIdentity:
            raise TextInvalid(field="number") from None
    if layout.document is DocumentKind.FOREIGNER_2023 and not text.startswith("9"):
        raise TextInvalid(field="number")
    if layout.document is DocumentKind.HK_MO_TW and text[:2] not in {"81", "82", "83"}:
        raise TextInvalid(field="number")
    return agreeing_number(text, on, birth, sex)


def agreeing_number(text: str, on: date, birth: date, sex: Sex) -> str:
    """Check a citizen number against the birth and sex beside it.

    Raises TextInvalid, TextContradicts. An unknown sex contradicts nothing.
    """
    try:
        number, number_birth, number_sex = check_citizen_number(text, on)
    except InvalidIdentity:
        raise TextInvalid(field="number") from None
    if number_birth != birth:
        raise TextContradicts(field="birth")
    if sex is not Sex.UNKNOWN and sex is not number_sex:
        raise TextContradicts(field="sex")
    return number
