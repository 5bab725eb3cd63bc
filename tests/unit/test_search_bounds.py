"""A search does bounded work for any text, finds each item its own ways, and heeds habits."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Item
from app.services.search import MOST_GUESSED, MOST_JUDGED, SearchIndex, Work
from app.services.search_text import Readings
from tests.benchmarks.many_items import many_items

ITEMS = many_items(400)
INDEX = SearchIndex(ITEMS)
READINGS = Readings()


@given(st.text(max_size=300) | st.text("shipnjgyxukedl 食品经营许可", max_size=60))
def test_any_text_costs_bounded_work(query: str) -> None:
    work = Work()
    INDEX.find(query, 20, None, work)
    assert work.judged <= MOST_JUDGED + 40  # those that could not be afforded any more
    assert work.guessed <= MOST_GUESSED + 40


@given(st.sampled_from(ITEMS))
def test_each_item_is_found_in_its_own_ways(item: Item) -> None:
    name, code = item.name, item.code
    chars = [c for c in name if c.isalnum()]
    pinyin = "".join(READINGS.of(c)[0] for c in chars)
    initials = "".join(READINGS.of(c)[0][0] for c in chars)
    for query in (name, code, pinyin, initials):
        assert item in [match.item for match in INDEX.find(query, 20)], query
    assert INDEX.find(name)[0].item.name == name


def test_of_like_matches_the_one_used_often_comes_first() -> None:
    alike = [match.item for match in INDEX.find("申请", 20) if match.item.name.startswith("申请")]
    assert len(alike) > 2
    assert INDEX.find("申请", 20, {alike[-1].code: 9})[0].item is alike[-1]


@pytest.mark.parametrize(
    "query",
    [
        "食" * 10_000,
        "s" * 10_000,
        "shi" * 4_000,
        "spjy " * 3_000,
        " " * 10_000,
        "食\x00品\x1b[31m\x7f\r\n",
        "\u202e\u200b\ufeff食品\u2066",
        "🍜🍜 食品 👩‍👩‍👧",
        "𬍛𠮷",
        "\ud800",
        "'; DROP TABLE cases; --",
        '" OR 1=1 --',
        "食%品_*?",
        "食品 AND NOT (经营) NEAR/2",
        "..\\..\\/etc/passwd",
        "(a+)+$",
        "ﷺ" * 500,  # one character that folds to eighteen
        "ßİŉǰ" * 100,
        "1" * 10_000,
        "-" * 10_000 + "食品",
        "nan",
        "{0.__class__}",
    ],
)
def test_hostile_text_is_answered_quickly(query: str) -> None:
    work = Work()
    began = time.monotonic()
    assert len(INDEX.find(query, 20, {}, work)) <= 20
    assert time.monotonic() - began < 1
    assert work.judged <= MOST_JUDGED + 40
    assert work.guessed <= MOST_GUESSED + 40


def test_characters_that_nobody_sees_do_not_keep_an_item_from_being_found() -> None:
    seen = [match.item.name for match in INDEX.find("食品经营")]
    assert seen
    for typed in ("食\x00品经营", "\ufeff食品经营\u200b", "食品\u202e经营", "🍜食品经营"):
        assert [match.item.name for match in INDEX.find(typed)] == seen


def test_an_empty_catalogue_finds_nothing() -> None:
    assert SearchIndex([]).find("食品 sp 1") == ()


def test_answers_come_while_the_index_is_asked_from_many_threads() -> None:
    asked = ["食品", "spjyx", "shipinjngying", "公安 登记", "0", "食物经营"] * 5
    alone = {query: INDEX.find(query) for query in asked}
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(INDEX.find, asked)) == [alone[query] for query in asked]
