"""One slip of the fingers is forgiven: in pinyin, in initials, in one of four characters."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Department
from app.services.search import MatchedBy, SearchIndex
from app.services.search_slips import find_slipped, one_slip
from tests.benchmarks.many_items import item_named, many_items
from tests.benchmarks.typed_queries import slips

OFFICE = Department(code="11370199MB00010022", name="示例县公安局")
NAMES = (
    "食品经营许可变更", "养犬登记", "道路旅客运输经营许可", "长期护理保险待遇申领",
    "机动车驾驶证换发", "最低生活保障金给付", "银行网点设置备案",
)  # fmt: skip
FOOD, DOG, ROAD, CARE, DRIVE, _, BANK = NAMES
INDEX = SearchIndex(item_named(name, f"{n:031d}", OFFICE) for n, name in enumerate(NAMES))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        # pinyin: wrong, missing, doubled, swapped; at the beginning, inside, at the end
        ("dhipinjingying", FOOD),
        ("shipimjingying", FOOD),
        ("shipinjingyinh", FOOD),
        ("shipnjingying", FOOD),
        ("hipinjingying", FOOD),
        ("sshipinjingying", FOOD),
        ("shippinjingying", FOOD),
        ("shipinjingyying", FOOD),
        ("hsipinjingying", FOOD),
        ("shipnijingying", FOOD),
        ("shipijningying", FOOD),  # swapped across two syllables
        ("shipinjnig", FOOD),
        ("shipinjni", FOOD),  # the last syllable is not even finished
        ("yangqauan", DOG),
        ("yagnquan", DOG),
        ("chagqihuli", CARE),  # of a character with two readings
        ("yinhamgwangdian", BANK),
        # initials: wrong, missing, doubled, swapped
        ("spjyxlbg", FOOD),
        ("spjykbg", FOOD),
        ("spjjyxkbg", FOOD),
        ("spyjxkbg", FOOD),
        ("dllkysjt", ROAD),
        ("jdcjszf", DRIVE),
        # one wrong character of four or more, of another sound and of the same
        ("食品经常", FOOD),
        ("饮品经营", FOOD),
        ("食物经营", FOOD),
        ("机动车加驶证", DRIVE),
        ("道路旅客运书经营", ROAD),
        ("养全登记", DOG),
        ("食拼经营", FOOD),
        # characters and pinyin mixed
        ("食品jinying", FOOD),
        ("机动车jiashhizheng", DRIVE),
        # in one of two terms
        ("shipn 变更", FOOD),
        ("变更 shipn", FOOD),
    ],
)
def test_the_item_is_found_and_the_answer_says_it_is_a_guess(typed: str, name: str) -> None:
    found = INDEX.find(typed)
    assert found, typed
    assert (found[0].item.name, found[0].matched_by) == (name, MatchedBy.SIMILAR)


@pytest.mark.parametrize(
    "typed",
    [
        "shixxnjingying",  # two slips
        "spjz",  # four initials may mean anything
        "饮酒经营",  # two of four characters
        "饮品",  # one of two
        "shipn 登录",  # the other word does not match at all
        "1137019900000",
    ],
)
def test_more_than_a_slip_is_no_guess(typed: str) -> None:
    assert INDEX.find(typed) == ()


def test_nothing_is_guessed_where_something_surely_matches() -> None:
    index = SearchIndex(
        item_named(name, f"{n:031d}", OFFICE) for n, name in enumerate(("养犬登记", "养全登记"))
    )
    assert [match.item.name for match in index.find("养犬登记")] == ["养犬登记"]


def test_a_guess_stands_after_what_matches_as_initials() -> None:
    index = SearchIndex(
        item_named(name, f"{n:031d}", OFFICE)
        for n, name in enumerate(("食品经营许可", "商铺经营许了"))
    )
    found = index.find("spjyxl")
    assert [match.matched_by for match in found] == [MatchedBy.INITIALS, MatchedBy.SIMILAR]


def test_two_words_that_match_only_as_initials_do_not_hide_a_guess() -> None:
    index = SearchIndex(
        item_named(name, f"{n:031d}", OFFICE)
        for n, name in enumerate(("食品经营许可变更", "商铺经营许了被告"))
    )
    found = index.find("spjyxl bg")
    assert [match.item.name for match in found] == ["商铺经营许了被告", "食品经营许可变更"]
    assert found[1].matched_by is MatchedBy.SIMILAR


def test_most_slips_among_thousands_are_found_in_the_first_twenty() -> None:
    items = many_items(3_000)
    index = SearchIndex(items)
    asked = found = 0
    for typed in slips(items, random.Random(3), 60):
        if typed.name in {match.item.name for match in index.find(typed.right)}:
            asked += 1
            found += typed.name in {match.item.name for match in index.find(typed.text)}
    assert asked > 120
    assert found / asked > 0.9


def every_slip(word: str) -> set[str]:
    letters = "abc"
    cut = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        word,
        *(one + two[1:] for one, two in cut if two),
        *(one + two[1] + two[0] + two[2:] for one, two in cut if len(two) > 1),
        *(one + letter + two[1:] for one, two in cut if two for letter in letters),
        *(one + letter + two for one, two in cut for letter in letters),
    }


WORDS = st.text("abc", min_size=2, max_size=7)


@given(WORDS, WORDS)
def test_one_slip_is_exactly_one_slip(typed: str, meant: str) -> None:
    assert one_slip(typed, meant) == (typed in every_slip(meant))


@given(WORDS.filter(lambda word: len(word) > 3), st.text("abcABC", max_size=10))
def test_a_slip_is_found_wherever_it_may_begin(typed: str, marked: str) -> None:
    text = marked.lower()
    meant = [
        at
        for at in range(len(text))
        if not marked[at].islower()
        and any(text.startswith(right, at) for right in every_slip(typed) if right)
    ]
    assert find_slipped(typed, marked) == min(meant, default=None)
