"""A search does bounded work for any text, finds each item its own ways, and heeds habits."""

from __future__ import annotations

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
