"""Codes are named as the standard names them and mapped as each platform wants them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import resources
from app.domain.code_sets import UnknownCode
from app.services.catalogue import load_catalogue
from app.services.catalogue_codes import BadCodeSets, code_faults, load_code_sets, national_codes
from app.services.catalogue_faults import CatalogueFaults

CODES = national_codes()
ITEMS = resources.FOLDER / "demo_hall" / "items"


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("item_type", "01", "行政许可"),
        ("item_type", "20", "公共服务"),
        ("item_type", "21", "21"),
        ("level", "6", "村（社区）"),
        ("served", "5", "行政机关"),
        ("item_kind", "9", "其他"),
        ("channel", "4", "快递"),
        ("authority", "3", "受委托组织"),
        ("special_procedure", "1", "延长审批"),
        ("satisfaction", "1", "非常满意"),
        ("necessity", "deferrable", "容缺后补"),
        ("material_form", "either", "两者均可"),
        ("material_type", "2", "申请表格"),
        ("material_source", "20", "政府部门核发"),
        ("power_source", "6", "同级委托"),
    ],
)
def test_a_code_has_its_name(name: str, code: str, said: str) -> None:
    assert CODES.name(name, code) == said


@pytest.mark.parametrize(
    ("platform", "name", "code", "theirs"),
    [
        ("exchange", "served", "5", "6"),
        ("exchange", "served", "6", "9"),
        ("exchange", "necessity", "required", "0"),
        ("exchange", "level", "4", "4"),
        ("stars", "satisfaction", "1", "5"),
        ("stars", "satisfaction", "5", "1"),
        ("beijing", "material_source", "20", "20"),
        ("zhejiang", "material_form", "paper", "1"),
        ("zhejiang", "item_type", "21", "21"),
    ],
)
def test_a_platform_gets_its_own_code(platform: str, name: str, code: str, theirs: str) -> None:
    assert CODES.map(platform, name, code) == theirs


def test_several_codes_stand_in_one_field() -> None:
    assert CODES.map_several("exchange", "served", ("1", "5", "6")) == "1^6^9"


@pytest.mark.parametrize(
    ("name", "code"),
    [("item_type", "1"), ("item_type", "30"), ("level", "8"), ("colour", "1"), ("served", "²")],
)
def test_an_unknown_code_is_refused(name: str, code: str) -> None:
    with pytest.raises(UnknownCode):
        CODES.name(name, code)
    with pytest.raises(UnknownCode):
        CODES.map("zhejiang", name, code)


def test_an_unknown_platform_and_a_code_it_lacks_are_refused() -> None:
    with pytest.raises(UnknownCode):
        CODES.map("atlantis", "served", "1")
    with pytest.raises(UnknownCode):
        CODES.map("zhejiang", "material_form", "either")


def test_a_list_with_unknown_codes_is_refused_with_each_place(tmp_path: Path) -> None:
    text = (ITEMS / "shop-sign.json").read_text(encoding="utf-8")
    text = text.replace('"source": "10"', '"source": "11"').replace('"type": "01"', '"type": "31"')
    (tmp_path / "list.json").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueFaults) as caught:
        load_catalogue(tmp_path)
    assert sum("来源渠道" in fault for fault in caught.value.faults) == text.count('"11"')
    assert sum("事项类型" in fault for fault in caught.value.faults) == 1
    assert all(fault.startswith("list.json: ") for fault in caught.value.faults)


def test_a_regions_own_item_type_is_taken() -> None:
    item = replace(load_catalogue(ITEMS).items()[0], type="21")
    assert not list(code_faults(item, CODES))


def test_damaged_tables_are_refused_with_their_place(tmp_path: Path) -> None:
    folder = tmp_path / "code_sets"
    shutil.copytree(resources.FOLDER / "code_sets", folder)
    stars = folder / "platforms" / "stars.json"
    good = stars.read_text(encoding="utf-8")
    for bad in ("{", "[]", good.replace('"1": "5"', '"1": "7"'), good.replace('"maps"', '"mops"')):
        stars.write_text(bad, encoding="utf-8")
        with pytest.raises(BadCodeSets) as caught:
            load_code_sets(folder)
        assert "stars.json" in str(caught.value.details["place"])
    with pytest.raises(BadCodeSets):
        load_code_sets(tmp_path / "missing")


def test_the_demo_hall_uses_every_level_and_kind() -> None:
    items = load_catalogue(ITEMS).items()
    assert len(items) >= 40
    assert {item.level for item in items} >= set("123456")
    assert {item.kind.value for item in items} == set(CODES.get("item_kind").codes)
