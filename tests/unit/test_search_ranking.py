"""Exact comes before beginning, then what this window does often, then the rest."""

from __future__ import annotations

import random

import pytest

from app.domain.catalogue import Department, Item
from app.services.search import MatchedBy, SearchIndex
from tests.benchmarks.many_items import item_named

OFFICE = Department(code="11370199MB00010022", name="示例县公安局")
NAMES = (
    "变更登记",  # exact
    "变更登记备案",  # begins so
    "变更登记（分支机构注销）",  # begins so, longer
    "企业变更登记",  # holds it
    "农民专业合作社变更登记",  # holds it, later and longer
    "变更住所登记",  # its characters, with others between
)


def items(names: tuple[str, ...]) -> list[Item]:
    """In no order, so that nothing comes first by luck."""
    made = [item_named(name, f"{n:031d}", OFFICE) for n, name in enumerate(names)]
    random.Random(7).shuffle(made)
    return made


INDEX = SearchIndex(items(NAMES))
CODES = {name: f"{n:031d}" for n, name in enumerate(NAMES)}


def names(query: str, often: dict[str, int] | None = None) -> list[str]:
    return [match.item.name for match in INDEX.find(query, often=often)]


@pytest.mark.parametrize("query", ["变更登记", "biangengdengji", "bgdj", "变更dj", "变geng登j"])
def test_exact_then_beginning_then_inside(query: str) -> None:
    assert names(query)[:5] == list(NAMES[:5])


def test_scattered_characters_come_last_and_say_so() -> None:
    found = INDEX.find("变更登记")
    assert found[-1].item.name == "变更住所登记"
    assert found[-1].matched_by is MatchedBy.SIMILAR


def test_often_used_comes_first_among_its_like() -> None:
    later = "变更登记（分支机构注销）"
    assert names("变更登记", {CODES[later]: 3})[:3] == ["变更登记", later, "变更登记备案"]


def test_often_used_passes_neither_exact_nor_beginning() -> None:
    inside = "农民专业合作社变更登记"
    assert names("变更登记", {CODES[inside]: 500})[:5] == [*NAMES[:3], inside, "企业变更登记"]


def test_of_two_used_often_the_more_frequent_comes_first() -> None:
    one, other = "变更登记备案", "变更登记（分支机构注销）"
    assert names("变更", {CODES[one]: 2, CODES[other]: 3})[:2] == [other, one]
    assert names("变更", {CODES[one]: 3, CODES[other]: 2})[:2] == [one, other]


def test_often_used_is_found_among_thousands_that_match_alike() -> None:
    many = [item_named(f"变更登记第{n}号", f"{n:031d}", OFFICE) for n in range(3_000)]
    found = SearchIndex(many).find("biangeng", often={many[2_999].code: 1})
    assert found[0].item is many[2_999]


def test_new_habits_count_at_the_next_keystroke() -> None:
    one, other = "变更登记备案", "变更登记（分支机构注销）"
    assert names("变更登记", {CODES[one]: 1})[1] == one
    assert names("变更登记", {CODES[other]: 1})[1] == other
    assert names("变更登记")[1] == one


def test_habits_of_items_that_are_gone_change_nothing() -> None:
    assert names("变更", {"9" * 31: 50}) == names("变更")


def test_an_exact_name_stands_first_among_thousands_that_begin_so() -> None:
    many = [item_named(f"取水{n}", f"{n:031d}", OFFICE) for n in range(2_000)]
    exact = item_named("取水", f"{2_000:031d}", OFFICE)
    assert SearchIndex([*many, exact]).find("取水")[0].item is exact


def test_of_equal_matches_the_shorter_name_comes_first() -> None:
    alike = items(tuple("食品" + "许" * n for n in range(1, 9)))
    found = [len(match.item.name) for match in SearchIndex(alike).find("sp")]
    assert found == sorted(found)


def test_a_name_comes_before_an_alias_before_pinyin_before_initials() -> None:
    index = SearchIndex(
        [
            item_named("sp", "1" * 31, OFFICE),
            item_named("某证", "2" * 31, OFFICE, ("sp",)),
            item_named("食品", "3" * 31, OFFICE),
        ]
    )
    assert [match.item.name for match in index.find("sp")] == ["sp", "某证", "食品"]


def test_words_typed_apart_mean_first_the_name_that_has_them_together() -> None:
    index = SearchIndex(items(("变更以后登记", "登记后变更公示", "变更登记申请书")))
    for query in ("变更 登记", "biangeng dj"):
        found = [match.item.name for match in index.find(query)]
        assert found[0] == "变更登记申请书"
        assert len(found) == 3
