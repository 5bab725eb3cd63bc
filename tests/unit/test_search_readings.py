"""A character of several readings (多音字) is found by each of them, whole or by its initial."""

from __future__ import annotations

import pytest

from app.domain.catalogue import Department
from app.services.search import MatchedBy, SearchIndex
from app.services.search_text import Readings, find_term, plain
from tests.benchmarks.many_items import item_named

READINGS = Readings()
OFFICE = Department(code="11370199MB00010022", name="示例县办公室")
NAMES = (
    "行政复议受理", "银行网点设置", "重大事项备案", "重新核发证照", "长期护理保险", "校长任职登记",
    "会议场地使用", "会计从业资格", "参加保险证明", "人参种植登记", "车辆年度检验", "旅游线路备案",
    "朝阳街道服务", "调解协议确认", "工作调动手续", "还款计划变更", "种子生产许可", "种植补贴",
    "便民服务点", "便宜药房登记", "大夫执业注册", "大型活动许可",
)  # fmt: skip
INDEX = SearchIndex(
    item_named(name, f"11370199MB00010022{n:013d}", OFFICE) for n, name in enumerate(NAMES)
)


@pytest.mark.parametrize(
    ("typed", "name", "by"),
    [
        ("xingzheng", "行政复议受理", MatchedBy.PINYIN),
        ("xzfy", "行政复议受理", MatchedBy.INITIALS),
        ("yinhang", "银行网点设置", MatchedBy.PINYIN),
        ("yhwd", "银行网点设置", MatchedBy.INITIALS),
        ("zhongda", "重大事项备案", MatchedBy.PINYIN),
        ("zdsx", "重大事项备案", MatchedBy.INITIALS),
        ("chongxin", "重新核发证照", MatchedBy.PINYIN),
        ("cxhf", "重新核发证照", MatchedBy.INITIALS),
        ("changqi", "长期护理保险", MatchedBy.PINYIN),
        ("cqhl", "长期护理保险", MatchedBy.INITIALS),
        ("xiaozhang", "校长任职登记", MatchedBy.PINYIN),
        ("xzrz", "校长任职登记", MatchedBy.INITIALS),
        ("huiyi", "会议场地使用", MatchedBy.PINYIN),
        ("hycd", "会议场地使用", MatchedBy.INITIALS),
        ("kuaiji", "会计从业资格", MatchedBy.PINYIN),
        ("kjcy", "会计从业资格", MatchedBy.INITIALS),
        ("canjia", "参加保险证明", MatchedBy.PINYIN),
        ("renshen", "人参种植登记", MatchedBy.PINYIN),
        ("cheliang", "车辆年度检验", MatchedBy.PINYIN),
        ("chaoyang", "朝阳街道服务", MatchedBy.PINYIN),
        ("zhaoyang", "朝阳街道服务", MatchedBy.PINYIN),
        ("tiaojie", "调解协议确认", MatchedBy.PINYIN),
        ("gongzuodiaodong", "工作调动手续", MatchedBy.PINYIN),
        ("huankuan", "还款计划变更", MatchedBy.PINYIN),
        ("zhongzi", "种子生产许可", MatchedBy.PINYIN),
        ("pianyi", "便宜药房登记", MatchedBy.PINYIN),
        ("daifu", "大夫执业注册", MatchedBy.PINYIN),
        ("daxing", "大型活动许可", MatchedBy.PINYIN),
    ],
)
def test_the_reading_that_was_meant_comes_first(typed: str, name: str, by: MatchedBy) -> None:
    found = INDEX.find(typed)
    assert (found[0].item.name, found[0].matched_by) == (name, by)


@pytest.mark.parametrize(
    ("char", "readings"),
    [
        ("行", {"xing", "hang"}),
        ("重", {"zhong", "chong"}),
        ("长", {"chang", "zhang"}),
        ("会", {"hui", "kuai"}),
        ("旅", {"lv", "lu"}),  # u is typed for ü as well
        ("单", {"dan", "shan"}),
    ],
)
def test_each_reading_of_a_character_is_known(char: str, readings: set[str]) -> None:
    assert readings <= set(READINGS.of(char))
    for reading in readings:
        assert find_term("zai" + reading, plain("在" + char), READINGS)


@pytest.mark.parametrize("typed", ["lvyou", "luyou", "lüyou", "LVYOU"])
def test_every_way_to_type_the_umlaut_counts(typed: str) -> None:
    assert INDEX.find(typed)[0].item.name == "旅游线路备案"


def test_readings_may_differ_within_one_name() -> None:
    # 重 twice in one name, read in two ways; the second as an initial.
    index = SearchIndex([item_named("重大项目重新申报", "1" * 31, OFFICE)])
    for typed in ("zhongdaxiangmuchongxin", "zhongdaxmchongx", "zdxmcx", "重daxm重新"):
        assert len(index.find(typed)) == 1, typed
