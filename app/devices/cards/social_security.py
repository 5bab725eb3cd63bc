"""Read a 社保卡: select its application, read EF05 and EF06 record by record, parse by tag.

Versions 1 and 2 leave these files free to read; where a region or the third generation asks for
authentication first, the read ends with CardLocked. Versions number the records differently, so
only tags count. Padding: ``F`` digits in cn fields, 00 in an fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.devices.cards.apdu import Transmit, exchange, status_error
from app.devices.cards.errors import TextContradicts, TextInvalid
from app.devices.cards.textblock import SEX_BY_DIGIT, agreeing_number, check_printable
from app.domain.errors import InvalidIdentity
from app.domain.person import Person, Sex, parse_card_date

APPLICATION = "sx1.sh.社会保障".encode("gbk")
SELECT = bytes([0x00, 0xA4, 0x04, 0x00, len(APPLICATION)]) + APPLICATION
EF05 = 0x2C  # P2 of READ RECORD: short file id 5, record number in P1
EF06 = 0x34
_LAST_RECORD = 16  # EF05 has 7, EF06 up to 7; newer issues may append some
_RECORD_NOT_FOUND = 0x6A83
_OK = 0x9000

_TAG_NAME = 0x09
_TAG_NAME_EXTENSION = 0x4E


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialSecurityText:
    """``issuer`` is the code of the initialising institution, digits as on the chip."""

    person: Person
    issuer: str
    version: str
    card_number: str
    issued: date | None
    expires: date | None
    raw: bytes


def read_social_security(transmit: Transmit, on: date) -> SocialSecurityText:
    """Raises CardUnknown, CardLocked, ChipStatus, TextInvalid, TextContradicts."""
    _, status = exchange(transmit, SELECT)
    if status != _OK:
        raise status_error(status)
    raw = b"".join([*_records(transmit, EF05), *_records(transmit, EF06)])
    return parse_records(raw, on)


def _records(transmit: Transmit, file: int) -> Iterator[bytes]:
    for record in range(1, _LAST_RECORD + 1):
        data, status = exchange(transmit, bytes([0x00, 0xB2, record, file, 0x00]))
        if status == _RECORD_NOT_FOUND and record > 1:
            return
        if status != _OK:
            raise status_error(status)
        yield data


def parse_tlv(data: bytes) -> dict[int, bytes]:
    """One-byte tag, one-byte length, value. Raises TextInvalid for a cut or doubled field."""
    fields: dict[int, bytes] = {}
    place = 0
    while place < len(data):
        if data[place] in {0x00, 0xFF}:
            place += 1  # filler behind a short value
            continue
        if place + 2 > len(data):
            raise TextInvalid(field="tlv")
        tag, length = data[place], data[place + 1]
        end = place + 2 + length
        if end > len(data) or tag in fields:
            raise TextInvalid(field="tlv")
        fields[tag] = data[place + 2 : end]
        place = end
    return fields


def parse_records(raw: bytes, on: date) -> SocialSecurityText:
    """Read all records' fields. Raises TextInvalid, TextContradicts."""
    fields = parse_tlv(raw)
    sex = _sex(fields)
    birth = _date(fields, 0x0D, "birth")
    number_text = _an(fields, 0x08, "number")
    if birth is None:
        raise TextInvalid(field="birth")
    number = agreeing_number(number_text, on, birth, sex)
    issued = _date(fields, 0x05, "valid_from")
    expires = _date(fields, 0x06, "valid_to")
    if birth > on or (issued is not None and expires is not None and expires < issued):
        raise TextContradicts(field="dates")
    return SocialSecurityText(
        person=Person(
            name=_name(fields),
            number=number,
            sex=sex,
            nation=_nation(fields),
            birth=birth,
        ),
        issuer=_digits(fields.get(0x04, b""), "issuer"),
        version=_an(fields, 0x03, "version"),
        card_number=_an(fields, 0x07, "card_number"),
        issued=issued,
        expires=expires,
        raw=raw,
    )


def _name(fields: dict[int, bytes]) -> str:
    """The extension goes on where the 30 bytes end, also in the middle of a character.

    GB 18030 contains GBK and reads the four-byte characters of newer cards too.
    """
    joined = _unpadded(fields.get(_TAG_NAME, b"")) + _unpadded(fields.get(_TAG_NAME_EXTENSION, b""))
    try:
        name = joined.decode("gb18030").strip()
    except UnicodeDecodeError:
        raise TextInvalid(field="name") from None
    if not name:
        raise TextInvalid(field="name")
    check_printable(name, "name")
    return name


def _unpadded(value: bytes) -> bytes:
    return value.rstrip(b"\0\xff ")  # none of these ends a GB 18030 character


def _an(fields: dict[int, bytes], tag: int, field: str) -> str:
    try:
        text = _unpadded(fields.get(tag, b"")).decode("ascii").strip()
    except UnicodeDecodeError:
        raise TextInvalid(field=field) from None
    if not text.isalnum() and not text.replace(".", "").isalnum():
        raise TextInvalid(field=field)
    return text


def _digits(value: bytes, field: str) -> str:
    text = value.hex().rstrip("f")
    if not text.isdigit() and text:
        raise TextInvalid(field=field)
    return text


def _date(fields: dict[int, bytes], tag: int, field: str) -> date | None:
    text = _digits(fields.get(tag, b""), field)
    if not text.strip("0"):
        return None
    try:
        return parse_card_date(text)
    except InvalidIdentity:
        raise TextInvalid(field=field) from None


def _sex(fields: dict[int, bytes]) -> Sex:
    sex = SEX_BY_DIGIT.get(_an(fields, 0x0A, "sex"))
    if sex is None:
        raise TextInvalid(field="sex")
    return sex


def _nation(fields: dict[int, bytes]) -> str:
    nation = _digits(fields.get(0x0B, b""), "nation")
    if nation and len(nation) != 2:
        raise TextInvalid(field="nation")
    return nation
