"""Clerks find items by characters, pinyin, initials, code, alias, department, and any mix."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Item
from app.services.catalogue import Catalogue, load_catalogue
from app.services.search import MatchedBy, SearchIndex
from app.services.search_bits import pack, unpack
from app.services.search_index import Postings, Prefixes
from app.services.search_text import Readings, find_term, plain, scattered, terms_of
from tests.benchmarks.many_items import many_items

DEMO = load_catalogue(Path(__file__).parents[2] / "resources" / "demo_hall" / "items")
DEMO.build_index()
READINGS = Readings()
FOOD = "食品经营许可新办（餐饮服务）"


@pytest.mark.parametrize(
    ("query", "name", "by"),
    [
        ("食品", FOOD, MatchedBy.NAME),
        ("餐饮服务", FOOD, MatchedBy.NAME),
        ("（餐饮", FOOD, MatchedBy.NAME),  # brackets say nothing
        ("食品-经营", FOOD, MatchedBy.NAME),
        ("shipin", FOOD, MatchedBy.PINYIN),
        ("shipinj", FOOD, MatchedBy.PINYIN),
        ("SHIPINJINGYING", FOOD, MatchedBy.PINYIN),
        ("ｓｈｉｐｉｎ", FOOD, MatchedBy.PINYIN),  # full-width
        ("spjy", FOOD, MatchedBy.INITIALS),
        ("spjyxk", FOOD, MatchedBy.INITIALS),
        ("食品jy", FOOD, MatchedBy.INITIALS),
        ("shi品jing营", FOOD, MatchedBy.PINYIN),
        ("开饭馆", FOOD, MatchedBy.ALIAS),
        ("kaifanguan", FOOD, MatchedBy.PINYIN),
        ("kfg", FOOD, MatchedBy.INITIALS),
        ("狗证", "养犬登记", MatchedBy.ALIAS),
        ("gouzheng", "养犬登记", MatchedBy.PINYIN),
        ("370109002001", "养犬登记", MatchedBy.CODE),
        ("公安 犬", "养犬登记", MatchedBy.DEPARTMENT),
        ("yq gongan", "养犬登记", MatchedBy.INITIALS),
        ("养犬　登记", "养犬登记", MatchedBy.NAME),  # full-width space
        ("juzhuzheng", "居住证申领", MatchedBy.PINYIN),
        ("过户", "不动产转移登记（存量房买卖）", MatchedBy.ALIAS),
        ("sbk", "社会保障卡补领、换领", MatchedBy.INITIALS),
    ],
)
def test_the_first_answer_is_what_was_meant(query: str, name: str, by: MatchedBy) -> None:
    found = DEMO.find(query)
    assert (found[0].name, found[0].matched_by) == (name, by)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("食品许可", FOOD),  # characters with others between
        ("食品经迎", FOOD),  # same sound, wrong character
        ("shipnjingying", FOOD),  # a letter missing
        ("shipinjingyinng", FOOD),  # one too many
        ("gouzhegn", "养犬登记"),  # two swapped
        ("kaifangguan", FOOD),  # ang for an
        ("人社 补", "社会保障卡补领、换领"),  # the department's short name
    ],
)
def test_a_slip_still_finds_it_and_says_so(query: str, name: str) -> None:
    found = DEMO.find(query)
    assert found[0].name == name
    assert found[0].matched_by is MatchedBy.SIMILAR


def test_all_readings_of_a_character_count() -> None:
    for reading in ("zhong", "chong"):
        assert find_term(reading, plain("重大"), READINGS)
    for reading in ("yinhang", "yinxing"):
        assert find_term(reading, plain("银行"), READINGS)
    for reading in ("lvyou", "luyou"):
        assert find_term(reading, "旅游", READINGS)


@pytest.mark.parametrize("query", ["hip", "zzzz", "龘", "9", "食品 养犬"])
def test_what_does_not_match_finds_nothing(query: str) -> None:
    assert DEMO.find(query) == ()


def test_a_match_starts_where_a_character_starts() -> None:
    assert all(found.matched_by is MatchedBy.SIMILAR for found in DEMO.find("ipinjing"))
    assert find_term("ipin", "食品", READINGS) is None


@pytest.mark.parametrize("query", ["", " ", "（）", "　", "\x00", "-", "\u202e"])
def test_nothing_typed_finds_nothing(query: str) -> None:
    assert DEMO.find(query) == ()


def test_exact_before_beginning_before_inside() -> None:
    items = [renamed(n, name) for n, name in enumerate(["旧变更登记", "变更登记备案", "变更登记"])]
    names = [match.item.name for match in SearchIndex(items).find("变更登记")]
    assert names == ["变更登记", "变更登记备案", "旧变更登记"]


def test_of_equal_matches_the_shorter_name_comes_first() -> None:
    items = [renamed(n, "食品" + "许" * n) for n in range(1, 9)]
    names = [match.item.name for match in SearchIndex(items).find("sp")]
    assert [len(name) for name in names] == sorted(len(name) for name in names)


def test_the_limit_is_held_and_answers_are_distinct() -> None:
    for limit in (0, 1, 5, 50):
        found = DEMO.find("s", limit)
        assert len(found) <= limit
        assert len({one.code for one in found}) == len(found)
    assert len(DEMO.find("s", 5)) == 5


def renamed(number: int, name: str) -> Item:
    base = many_items(1)[0]
    fields = {field: getattr(base, field) for field in base.__slots__}
    return Item(**fields | {"name": name, "code": f"{number:031d}", "aliases": ()})


@given(st.text(max_size=300), st.integers(-1, 30))
def test_any_text_is_answered(query: str, limit: int) -> None:
    assert len(DEMO.find(query, limit)) <= max(limit, 0)


@given(st.data())
def test_any_part_of_any_name_finds_its_item(data: st.DataObject) -> None:
    """Each character as itself, as one of its syllables, or by its initial."""
    item = data.draw(st.sampled_from(DEMO.items()))
    text = plain(data.draw(st.sampled_from((item.name, *item.aliases))))
    first = data.draw(st.integers(0, len(text) - 2))
    last = data.draw(st.integers(first + 2, min(len(text), first + 6)))
    typed = ""
    for char in text[first:last]:
        reading = data.draw(st.sampled_from(READINGS.of(char)))
        typed += data.draw(st.sampled_from((char, reading, reading[0])))
    assert item.code in {found.code for found in DEMO.find(typed, 50)}, typed


@given(st.data())
def test_the_index_leaves_out_nothing_that_matches(data: st.DataObject) -> None:
    texts = data.draw(
        st.lists(st.text("重行食品shi1银a", min_size=1, max_size=6), min_size=1, max_size=12)
    )
    term = data.draw(st.text("重行食品shizngxc1银a", min_size=1, max_size=6))
    postings = Postings((((text,), (n,)) for n, text in enumerate(texts)), len(texts), READINGS)
    containing, beginning = postings.containing(term)
    candidates = set(unpack(containing))
    for number, text in enumerate(texts):
        found = find_term(term, text, READINGS)
        if found is not None:
            assert number in candidates
            place, taken, _ = found
            assert 0 <= place < place + taken <= len(text)
            if place == 0:
                assert number in set(unpack(beginning))
        if scattered(term, text):
            assert number in set(unpack(postings.with_all(term)))


@given(st.sets(st.integers(0, 40_000)))
def test_bit_sets_give_back_what_went_in(numbers: set[int]) -> None:
    assert list(unpack(pack(numbers, 40_001))) == sorted(numbers)


@given(st.text("1378a", max_size=4), st.integers(0, 2_000), st.integers(1, 97))
def test_prefixes_name_exactly_the_codes_that_begin_so(
    prefix: str, count: int, stride: int
) -> None:
    codes = [(f"{number * stride:06d}a"[number % 7 :], number) for number in range(count)]
    found = unpack(Prefixes(codes, count).beginning(prefix))
    assert list(found) == [number for code, number in codes if code.startswith(prefix)]


@given(st.text(max_size=80))
def test_plain_text_is_settled(text: str) -> None:
    # Case folding may compose anew, so it is the second pass that settles.
    twice = plain(plain(text))
    assert plain(twice) == twice
    assert all(term == "".join(term.split()) for term in terms_of(text))


def test_a_thousand_items_all_come_up_under_their_own_names() -> None:
    items = many_items(1_000)
    index = SearchIndex(items)
    for item in items[::25]:
        assert index.find(item.name)[0].item.name == item.name
        assert index.find(item.code)[0].item is item


def test_the_index_is_built_once_also_when_many_ask_at_once() -> None:
    catalogue = Catalogue(DEMO.items())
    assert not catalogue.index_ready
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(len(catalogue.find("食品"))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert catalogue.index_ready
    assert set(answers) == {len(DEMO.find("食品"))}
    assert len(answers) == 8


def test_loading_a_catalogue_does_not_load_the_dictionary() -> None:
    """The window opens first; the dictionary comes with the index, in a worker."""
    program = (
        "import sys; from pathlib import Path;"
        "from app.services.catalogue import load_catalogue;"
        "c = load_catalogue(Path('resources/demo_hall/items'));"
        "assert not any(name.startswith('pypinyin') for name in sys.modules);"
        "c.build_index();"
        "assert 'pypinyin' in sys.modules and 'pypinyin.phrases_dict' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
