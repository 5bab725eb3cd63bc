"""Clerks find items by characters, pinyin, initials, code, alias, department, and any mix."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Department
from app.services.catalogue import Catalogue
from app.services.search import MatchedBy, SearchIndex
from app.services.search_bits import pack, unpack
from app.services.search_index import Postings, Prefixes
from app.services.search_text import Readings, find_term, plain, scattered, terms_of
from tests.benchmarks.many_items import item_named, many_items

POLICE = Department(code="11370199MB00010022", name="示例县公安局")
MARKET = Department(code="11370199MB0001001Y", name="示例县市场监督管理局")
LABOUR = Department(code="11370199MB00010035", name="示例县人力资源和社会保障局")
LAND = Department(code="11370199MB0001005B", name="示例县自然资源和规划局")
LISTED = [
    ("食品经营许可新办（餐饮服务）", ("开饭馆", "卫生证"), MARKET, "4370131001001"),
    ("个体工商户设立登记", ("办营业执照", "开小店"), MARKET, "4370131002001"),
    ("养犬登记", ("狗证", "办狗证"), POLICE, "4370109002001"),
    ("居住证申领", ("暂住证",), POLICE, "4370109001001"),
    ("户口迁移（夫妻投靠、购房落户）", ("迁户口", "落户"), POLICE, "4370109003001"),
    ("社会保障卡补领、换领", ("补社保卡",), LABOUR, "4371114002001"),
    ("失业登记", ("失业证",), LABOUR, "4371114003001"),
    ("不动产转移登记（存量房买卖）", ("二手房过户", "房子过户"), LAND, "4370115001001"),
    ("国有建设用地使用权首次登记", ("办土地证",), LAND, "4370115002001"),
    ("重大活动安全许可", (), POLICE, "4370109004001"),
]
HALL = Catalogue(
    [item_named(name, agency.code + code, agency, said) for name, said, agency, code in LISTED]
)
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
    found = HALL.find(query)
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
    found = HALL.find(query)
    assert found[0].name == name
    assert found[0].matched_by is MatchedBy.SIMILAR


@pytest.mark.parametrize("query", ["hip", "zzzz", "龘", "9", "食品 养犬"])
def test_what_does_not_match_finds_nothing(query: str) -> None:
    assert HALL.find(query) == ()


def test_a_match_starts_where_a_character_starts() -> None:
    assert all(found.matched_by is MatchedBy.SIMILAR for found in HALL.find("ipinjing"))
    assert find_term("ipin", "食品", READINGS) is None


@pytest.mark.parametrize("query", ["", " ", "（）", "　", "\x00", "-", "\u202e"])
def test_nothing_typed_finds_nothing(query: str) -> None:
    assert HALL.find(query) == ()


def test_the_limit_is_held_and_answers_are_distinct() -> None:
    for limit in (0, 1, 5, 50):
        found = HALL.find("s", limit)
        assert len(found) <= limit
        assert len({one.code for one in found}) == len(found)
    assert len(HALL.find("s", 5)) == 5


@given(st.text(max_size=300), st.integers(-1, 30))
def test_any_text_is_answered(query: str, limit: int) -> None:
    assert len(HALL.find(query, limit)) <= max(limit, 0)


@given(st.data())
def test_any_part_of_any_name_finds_its_item(data: st.DataObject) -> None:
    """Each character as itself, as one of its syllables, or by its initial."""
    item = data.draw(st.sampled_from(HALL.items()))
    text = plain(data.draw(st.sampled_from((item.name, *item.aliases))))
    first = data.draw(st.integers(0, len(text) - 2))
    last = data.draw(st.integers(first + 2, min(len(text), first + 6)))
    typed = ""
    for char in text[first:last]:
        reading = data.draw(st.sampled_from(READINGS.of(char)))
        typed += data.draw(st.sampled_from((char, reading, reading[0])))
    assert item.code in {found.code for found in HALL.find(typed, 50)}, typed


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
    catalogue = Catalogue(HALL.items())
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
    assert set(answers) == {len(HALL.find("食品"))}
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
