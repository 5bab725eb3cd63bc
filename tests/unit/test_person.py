"""Numbers and names of people: what the cards really carry must pass, what cannot be must not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidIdentity
from app.domain.person import (
    DocumentKind,
    Sex,
    check_character,
    check_citizen_number,
    check_credit_code,
    check_foreigner_2017_number,
    check_name,
    check_phone,
    typed_person,
    upgrade_number,
)

TODAY = date(2026, 11, 22)


def number(region: str, birth: str, serial: str) -> str:
    first17 = region + birth + serial
    return first17 + check_character(first17)


@pytest.mark.parametrize(
    ("text", "birth", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),  # the standard's own example
        ("11010519491231002x", date(1949, 12, 31), Sex.FEMALE),
        (" 11010519491231002X ", date(1949, 12, 31), Sex.FEMALE),
        (number("810000", "19940823", "002"), date(1994, 8, 23), Sex.FEMALE),
        (number("820000", "19940823", "001"), date(1994, 8, 23), Sex.MALE),
        (number("830000", "19940823", "001"), date(1994, 8, 23), Sex.MALE),
        ("911840198108050111", date(1981, 8, 5), Sex.MALE),  # permanent residence card 2023
        # county codes that were abolished, or younger than their bearer's birth
        (number("310103", "19360229", "996"), date(1936, 2, 29), Sex.FEMALE),
        (number("110103", "19550101", "001"), date(1955, 1, 1), Sex.MALE),
        (number("440604", "19900101", "002"), date(1990, 1, 1), Sex.FEMALE),
        (number("510104", "19800101", "002"), date(1980, 1, 1), Sex.FEMALE),
    ],
)
def test_real_kinds_of_numbers_pass(text: str, birth: date, sex: Sex) -> None:
    checked, found_birth, found_sex = check_citizen_number(text, TODAY)
    assert (found_birth, found_sex) == (birth, sex)
    assert checked == text.strip().upper()


def test_fifteen_digits_become_eighteen() -> None:
    assert upgrade_number("110105491231002") == "11010519491231002X"
    checked, birth, _ = check_citizen_number("310103360229996", TODAY)
    assert checked == number("310103", "19360229", "996")
    assert birth == date(1936, 2, 29)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "number"),
        ("1101051949123100", "number"),
        ("110105194912310020", "number_check"),
        ("１１０１０５１９４９１２３１００２X", "number"),  # full-width digits
        ("11010519491231002Ⅹ", "number_check"),
        (number("110105", "20270101", "001"), "birth"),  # not yet born
        (number("110105", "17000101", "001"), "birth"),
        (number("110105", "20010229", "001"), "date"),  # no such day
        (number("110105", "19991301", "001"), "date"),
        ("310103370229996", "date"),  # 1937 had no 29 February
    ],
)
def test_what_cannot_be_is_refused_with_its_field(text: str, field: str) -> None:
    with pytest.raises(InvalidIdentity) as caught:
        check_citizen_number(text, TODAY)
    assert caught.value.details["field"] == field


@given(
    region=st.text("0123456789", min_size=6, max_size=6),
    birth=st.dates(date(1900, 1, 1), TODAY),
    serial=st.text("0123456789", min_size=3, max_size=3),
    place=st.integers(0, 16),
    other=st.sampled_from("0123456789"),
)
def test_one_wrong_digit_never_passes(
    region: str, birth: date, serial: str, place: int, other: str
) -> None:
    good = number(region, birth.strftime("%Y%m%d"), serial)
    assert check_citizen_number(good, TODAY)[1] == birth
    bad = good[:place] + other + good[place + 1 :]
    if bad != good:
        with pytest.raises(InvalidIdentity):
            check_citizen_number(bad, TODAY)


@given(st.text(max_size=40))
def test_any_text_is_checked_or_refused_and_never_repeated(text: str) -> None:
    for check in (
        lambda: check_citizen_number(text, TODAY),
        lambda: check_name(text),
        lambda: check_phone(text),
        lambda: check_credit_code(text),
        lambda: check_foreigner_2017_number(text),
        lambda: typed_person(DocumentKind.PASSPORT, text, text, TODAY),
    ):
        refused = None
        try:
            check()
        except InvalidIdentity as error:
            refused = error
        # Details go to the log: they name the field, never what was typed.
        assert refused is None or set(refused.details) == {"field"}


@pytest.mark.parametrize("bad", ["91110000600037341M", "91110000600037341", "9111000060003734IL"])
def test_credit_codes_hold_their_check_character(bad: str) -> None:
    assert check_credit_code("91110000600037341l") == "91110000600037341L"
    with pytest.raises(InvalidIdentity):
        check_credit_code(bad)


def test_names_keep_one_separator_and_no_hidden_characters() -> None:
    for dot in "•・．‧∙●·":
        assert check_name(f" 阿依古丽{dot}测试 ") == "阿依古丽·测试"
    assert check_name("王\U0002c35b样例") == "王\U0002c35b样例"
    for bad in ("", "  ", "张\n示例", "张\u202e示例", "张\u200b示例", "张" * 101):
        with pytest.raises(InvalidIdentity):
            check_name(bad)


@pytest.mark.parametrize(
    ("document", "text", "passes"),
    [
        (DocumentKind.HK_MO_TW, number("810000", "19940823", "002"), True),
        (DocumentKind.HK_MO_TW, "11010519491231002X", False),
        (DocumentKind.FOREIGNER_2023, "911840198108050111", True),
        (DocumentKind.FOREIGNER_2023, "11010519491231002X", False),
        (DocumentKind.FOREIGNER_2017, "can379985071501", True),
        (DocumentKind.FOREIGNER_2017, "911840198108050111", False),
        (DocumentKind.PASSPORT, "e12345678", True),
        (DocumentKind.PASSPORT, "e1 2345678", False),
        (DocumentKind.PASSPORT, "护照12345", False),
    ],
)
def test_each_document_has_its_own_rule(document: DocumentKind, text: str, passes: bool) -> None:
    if passes:
        assert typed_person(document, "测试", text, TODAY).number == text.upper()
    else:
        with pytest.raises(InvalidIdentity):
            typed_person(document, "测试", text, TODAY)


@pytest.mark.parametrize("good", ["138 0013 8000", "0531-88880000", "+86 531 00000000"])
def test_phones_lose_their_spaces_and_hyphens(good: str) -> None:
    assert check_phone(good) == good.replace(" ", "").replace("-", "")
