"""Describe people and their identity documents, and check numbers, names and dates. Pure.

Sources: GB 11643 (citizen number, MOD 11-2), GB 32100 (unified social credit code, MOD 31),
GB/T 2261.1 (sex), the card layouts of the second-generation identity card family.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.errors import InvalidIdentity


class DocumentKind(StrEnum):
    """What proved who somebody is."""

    RESIDENT = "resident"  # 居民身份证
    HK_MO_TW = "hk_mo_tw"  # 港澳台居民居住证, type J
    FOREIGNER_2017 = "foreigner_2017"  # 外国人永久居留身份证 2017, type I
    FOREIGNER_2023 = "foreigner_2023"  # 外国人永久居留身份证 2023, type Y
    SOCIAL_SECURITY = "social_security"  # 社会保障卡
    PASSPORT = "passport"  # 护照, by its machine-readable lines or typed
    RETURN_PERMIT = "return_permit"  # 港澳居民来往内地通行证, 回乡证
    TAIWAN_PERMIT = "taiwan_permit"  # 台湾居民来往大陆通行证, 台胞证
    EXIT_HK_MO = "exit_hk_mo"  # 往来港澳通行证
    EXIT_TAIWAN = "exit_taiwan"  # 大陆居民往来台湾通行证
    OTHER = "other"  # another legal document, typed by hand


class PhotoState(StrEnum):
    """Whether the photo on the card can be shown."""

    NONE = "none"  # the card has none
    SHOWN = "shown"
    NO_DECODER = "no_decoder"  # the vendor's program is not installed
    FAILED = "failed"  # it was, and made no picture of it


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class ValueSource(StrEnum):
    """Where a value came from: 读卡, 手录 or 电子证照. Only a typed one may be changed by hand."""

    CARD = "card"
    TYPED = "typed"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A natural person as a document states them.

    ``nation`` is the two-digit ethnic code (01-56, 97, 98) or "", ``nationality`` an ISO 3166
    alpha-3 code or "", ``number`` the document's own number (18 or 15 characters on cards).
    """

    name: str
    number: str
    name_latin: str = ""
    sex: Sex = Sex.UNKNOWN
    nation: str = ""
    nationality: str = ""
    birth: date | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRead:
    """One successful read of one card.

    ``valid_to`` is None for 长期 and where the card states none. ``text_block`` is the raw text
    as read (256 bytes UTF-16LE from a SAM module, concatenated records from a chip card).
    ``newest_address`` is where the holder moved after the card was made (追加地址), "" if nowhere;
    ``permit_number`` the 通行证号 of a 港澳台居民居住证, ``times`` how often that was issued
    (签发次数) or a foreigner's card of 2023 renewed (换证次数). ``photo`` is a picture where
    ``photo_state`` is SHOWN, within the driver the card's own bytes; it is kept nowhere.
    """

    document: DocumentKind
    person: Person
    issuer: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    reader: str
    read_at: datetime
    text_block: bytes = b""
    photo: bytes | None = None
    photo_state: PhotoState = PhotoState.NONE
    newest_address: str = ""
    permit_number: str = ""
    times: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who stands at the window, as recorded on the case."""

    document: DocumentKind
    person: Person
    source: ValueSource
    typed_reason: str = ""  # why the clerk typed instead of reading (手录 reason)
    issuer: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    phone: str = ""

    def expired(self, on: date) -> bool:
        return self.valid_to is not None and self.valid_to < on


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A legal person or other organisation (法人或者其他组织) in whose name is applied."""

    name: str
    credit_code: str
    representative: str  # 法定代表人（负责人）
    source: ValueSource
    typed_reason: str = ""


class DeliveryWay(StrEnum):
    """How the result reaches the applicant."""

    PICK_UP = "pick_up"  # 自取
    POST = "post"  # 邮寄


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The last three are for the post."""

    way: DeliveryWay
    recipient: str = ""
    phone: str = ""
    address: str = ""


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def check_character(first17: str) -> str:
    """GB 11643 MOD 11-2 check character of 17 digits."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def upgrade_number(number15: str) -> str:
    """Turn a 15-digit number into 18: insert 19 at index 6, append the check character."""
    first17 = number15[:6] + "19" + number15[6:]
    return first17 + check_character(first17)


def _ascii_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def parse_card_date(text: str) -> date:
    """``yyyymmdd`` to a date. Raises InvalidIdentity."""
    if len(text) != 8 or not _ascii_digits(text):
        raise InvalidIdentity(field="date")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise InvalidIdentity(field="date") from None


def check_citizen_number(number: str, on: date) -> tuple[str, date, Sex]:
    """Check an 18-character number (citizen, 81/82/83 residence permit, 9… permanent resident).

    15-digit numbers are upgraded. Structure, date and MOD 11-2 are checked; the county code is
    not, because real elders carry codes that no longer exist. Returns (18 characters, birth,
    sex by the 17th digit). Raises InvalidIdentity.
    """
    number = number.strip().upper()
    if len(number) == 15 and _ascii_digits(number):
        number = upgrade_number(number)
    if len(number) != 18 or not _ascii_digits(number[:17]):
        raise InvalidIdentity(field="number")
    if check_character(number[:17]) != number[17]:
        raise InvalidIdentity(field="number_check")
    birth = parse_card_date(number[6:14])
    if birth > on or birth.year < 1850:
        raise InvalidIdentity(field="birth")
    return number, birth, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def check_foreigner_2017_number(number: str) -> str:
    """Check the shape of a 15-character number of the 2017 permanent resident card.

    Three letters (country), then twelve digits; the check rule is not public, so only the
    shape is held. Raises InvalidIdentity.
    """
    number = number.strip().upper()
    if len(number) != 15 or not (number[:3].isascii() and number[:3].isalpha()):
        raise InvalidIdentity(field="number")
    if not _ascii_digits(number[3:]):
        raise InvalidIdentity(field="number")
    return number


_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_credit_code(code: str) -> str:
    """Check a unified social credit code (GB 32100, 18 characters, MOD 31).

    Raises InvalidIdentity.
    """
    code = code.strip().upper()
    if len(code) != 18 or any(c not in _USCC_ALPHABET for c in code):
        raise InvalidIdentity(field="credit_code")
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    if _USCC_ALPHABET[(31 - total % 31) % 31] != code[17]:
        raise InvalidIdentity(field="credit_code")
    return code


_DOTS = str.maketrans(dict.fromkeys("•・．‧∙●", "·"))


def check_name(name: str) -> str:
    """Tidy and check a typed name: 1-100 characters, no control characters, separator U+00B7."""
    name = unicodedata.normalize("NFC", name.strip()).translate(_DOTS)
    if not name or len(name) > 100:
        raise InvalidIdentity(field="name")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in name):
        raise InvalidIdentity(field="name")
    return name


def plain_name(name: str) -> str:
    """For comparing alone: what is written is never changed so."""
    return "".join(unicodedata.normalize("NFKC", name).translate(_DOTS).casefold().split())


def check_phone(phone: str) -> str:
    """A phone number: 7-20 digits, with an optional leading +, spaces and hyphens dropped."""
    plain = phone.replace(" ", "").replace("-", "")
    if not 7 <= len(plain) <= 20 or not _ascii_digits(plain.removeprefix("+")):
        raise InvalidIdentity(field="phone")
    return plain


# No public rule says more of their numbers than that they are letters and digits.
_NUMBERED_FREELY = frozenset(
    {DocumentKind.PASSPORT, DocumentKind.RETURN_PERMIT, DocumentKind.TAIWAN_PERMIT,
     DocumentKind.EXIT_HK_MO, DocumentKind.EXIT_TAIWAN, DocumentKind.OTHER}
)  # fmt: skip


def typed_person(document: DocumentKind, name: str, number: str, on: date) -> Person:
    """Build a person from what a clerk typed (手录), checked by the document's own rule.

    Raises InvalidIdentity with the field that does not hold.
    """
    name = check_name(name)
    if document is DocumentKind.FOREIGNER_2017:
        return Person(name=name, number=check_foreigner_2017_number(number))
    if document in _NUMBERED_FREELY:
        plain = number.strip().upper()
        if not 4 <= len(plain) <= 30 or not (plain.isascii() and plain.isalnum()):
            raise InvalidIdentity(field="number")
        return Person(name=name, number=plain)
    number, birth, sex = check_citizen_number(number, on)
    if document is DocumentKind.FOREIGNER_2023 and number[0] != "9":
        raise InvalidIdentity(field="number")
    if document is DocumentKind.HK_MO_TW and number[:2] not in {"81", "82", "83"}:
        raise InvalidIdentity(field="number")
    return Person(name=name, number=number, birth=birth, sex=sex)


def typed_organisation(name: str, credit_code: str, representative: str, why: str) -> Organisation:
    """Build an organisation from what a clerk typed. Raises InvalidIdentity with the field."""
    try:
        representative = check_name(representative)
    except InvalidIdentity:
        raise InvalidIdentity(field="representative") from None
    return Organisation(
        name=check_name(name), credit_code=check_credit_code(credit_code),
        representative=representative, source=ValueSource.TYPED, typed_reason=why.strip(),
    )  # fmt: skip


def check_delivery(delivery: Delivery) -> Delivery:
    """The same, tidied. The post needs recipient, phone and address. Raises InvalidIdentity."""
    if delivery.way is DeliveryWay.PICK_UP:
        return Delivery(way=DeliveryWay.PICK_UP)
    try:
        recipient = check_name(delivery.recipient)
    except InvalidIdentity:
        raise InvalidIdentity(field="recipient") from None
    address = " ".join(delivery.address.split())
    if not 5 <= len(address) <= 200 or not address.isprintable():
        raise InvalidIdentity(field="address")
    return Delivery(
        way=DeliveryWay.POST, recipient=recipient, phone=check_phone(delivery.phone),
        address=address,
    )  # fmt: skip
