"""Machine-readable lines: what is right is read whole, one wrong character gives nobody."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidIdentity
from app.domain.mrz import check_digit, looks_like_mrz, parse_mrz
from app.domain.person import DocumentKind, Sex

ON = date(2026, 11, 23)

# Specimens of ICAO Doc 9303: the state of Utopia issues to nobody.
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD2 = (
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "D231458907UTO7408122F1204159<<<<<<<6",
)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)


def sealed(text: str) -> str:
    return text + check_digit(text)


def permit(kind: str, number: str, expiry: str, sex: str, birth: str) -> str:
    return kind + sealed(number.ljust(9, "<")) + "<<<" + sealed(expiry) + sex + sealed(birth)


def exit_permit(kind: str, number: str, expiry: str, birth: str) -> str:
    line = kind + sealed(number) + "<" + sealed(expiry) + "<" + sealed(birth)
    return line.ljust(30, "<")


def test_the_published_example_of_the_check_digit() -> None:
    assert [check_digit(one) for one in ("L898902C<", "690806", "940623")] == ["3", "1", "6"]


@pytest.mark.parametrize("lines", [TD1, TD2, TD3])
def test_specimens_are_read_whole(lines: tuple[str, ...]) -> None:
    read = parse_mrz(lines, ON)
    assert read.person.name == read.person.name_latin == "ERIKSSON ANNA MARIA"
    assert (read.person.birth, read.person.sex) == (date(1974, 8, 12), Sex.FEMALE)
    assert (read.valid_to, read.issuer, read.person.nationality) == (
        date(2012, 4, 15),
        "UTO",
        "UTO",
    )
    passport = len(lines[0]) == 44
    assert read.document is (DocumentKind.PASSPORT if passport else DocumentKind.OTHER)
    assert read.person.number == ("L898902C3" if passport else "D23145890")


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("CT", DocumentKind.TAIWAN_PERMIT),
        ("CR", DocumentKind.RETURN_PERMIT),
        ("C<", DocumentKind.RETURN_PERMIT),
    ],
)
def test_permits_of_three_lines(kind: str, document: DocumentKind) -> None:
    first = permit(kind, "H99010001", "300101", "M", "550229"[:4] + "28")
    read = parse_mrz((first, "YANG<<LI".ljust(30, "<"), "<" * 30), ON)
    assert (read.document, read.person.number) == (document, "H99010001")
    assert (read.person.birth, read.valid_to) == (date(1955, 2, 28), date(2030, 1, 1))
    assert read.person.name == "YANG LI"
    without = parse_mrz((first, "<" * 30, "<" * 30), ON)
    assert without.person.name == ""


@pytest.mark.parametrize(
    ("kind", "document"),
    [("CS", DocumentKind.EXIT_HK_MO), ("CD", DocumentKind.EXIT_TAIWAN)],
)
def test_permits_of_one_line(kind: str, document: DocumentKind) -> None:
    read = parse_mrz((exit_permit(kind, "C99010001", "290630", "000229"),), ON)
    assert (read.document, read.person.number) == (document, "C99010001")
    assert (read.person.birth, read.valid_to) == (date(2000, 2, 29), date(2029, 6, 30))
    assert (read.person.name, read.person.sex) == ("", Sex.UNKNOWN)


def test_a_long_number_goes_on_in_the_optional_field() -> None:
    number = "D23145890734"
    first = "I<UTO" + number[:9] + "<" + (number[9:] + check_digit(number)).ljust(15, "<")
    second = "7408122F1204159UTO<<<<<<<<<<<"
    second += check_digit(first[5:30] + second[:7] + second[8:15] + second[18:29])
    assert parse_mrz((first, second, TD1[2]), ON).person.number == number


@pytest.mark.parametrize("lines", [TD1, TD2, TD3])
@given(data=st.data())
def test_one_wrong_digit_gives_nobody(lines: tuple[str, ...], data: st.DataObject) -> None:
    """In every place that a check digit covers; in the names there is none."""
    number = 1 if len(lines[0]) != 30 else data.draw(st.sampled_from([0, 1]))
    line = lines[number]
    covered = range(5, 15) if (len(line), number) == (30, 0) else range(7)
    place = data.draw(st.sampled_from(covered))
    other = data.draw(st.sampled_from("0123456789"))
    # A and K, 0 and the filler weigh the same: only digits for digits are surely seen.
    if not line[place].isdigit() or line[place] == other:
        return
    spoilt = list(lines)
    spoilt[number] = line[:place] + other + line[place + 1 :]
    with pytest.raises(InvalidIdentity):
        parse_mrz(spoilt, ON)


@given(
    birth=st.dates(date(1930, 1, 1), ON),
    expiry=st.dates(ON - timedelta(days=9000), ON + timedelta(days=9000)),
)
def test_two_digits_of_a_year_are_the_right_century(birth: date, expiry: date) -> None:
    line = exit_permit("CS", "C99010001", f"{expiry:%y%m%d}", f"{birth:%y%m%d}")
    read = parse_mrz((line,), ON)
    assert read.valid_to == expiry
    born = read.person.birth
    assert born is not None
    assert (born.month, born.day) == (birth.month, birth.day)
    assert born == birth or (born.year - birth.year == 100 and born <= ON)


def test_a_card_of_another_state_may_begin_like_the_old_return_permit() -> None:
    read = parse_mrz(("C<" + TD1[0][2:], *TD1[1:]), ON)
    assert (read.document, read.issuer) == (DocumentKind.OTHER, "UTO")


@given(st.lists(st.text(max_size=50), max_size=4))
def test_anything_gives_somebody_whole_or_a_reason(lines: list[str]) -> None:
    with suppress(InvalidIdentity):
        assert parse_mrz(lines, ON).person.number


@given(
    st.sampled_from([(1, 30), (3, 30), (2, 36), (2, 44)]).flatmap(
        lambda shape: st.lists(
            st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<", min_size=shape[1], max_size=shape[1]),
            min_size=shape[0], max_size=shape[0],
        )
    )
)  # fmt: skip
def test_lines_of_the_right_shape_never_end_the_program(lines: list[str]) -> None:
    assert looks_like_mrz(lines)
    with suppress(InvalidIdentity):
        assert parse_mrz(lines, ON).person.number
