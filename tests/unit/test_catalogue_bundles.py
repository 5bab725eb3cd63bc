"""Bundles go where lists go: folders, signed lists, workbooks, differences; never into a crash."""

from __future__ import annotations

import json
import os
import shutil
import time
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

import resources
from app.cli import main
from app.domain.bundle import Bundle, QuestionRef, SameQuestion
from app.domain.catalogue import FieldKind, Item, list_hash
from app.domain.code_sets import UnknownCode
from app.domain.errors import ItemNotFound
from app.domain.item_diff import diff_item, diff_lists
from app.services.catalogue import Catalogue, load_catalogue, load_lists
from app.services.catalogue_codes import national_codes
from app.services.catalogue_exchange import exchange_tables
from app.services.catalogue_export import list_as_json, write_workbook
from app.services.catalogue_fault_words import in_chinese
from app.services.catalogue_faults import CatalogueFaults, item_faults
from app.services.catalogue_files import read_list
from app.services.catalogue_json import Listed
from app.services.catalogue_sheets import BUNDLES, TooManyRows, WorkbookFaults
from app.services.catalogue_signing import (
    SCHEMES,
    ListAltered,
    SigningKey,
    canonical,
    public_of,
    sign_list,
)
from app.services.catalogue_store import ListOlder, install_list, open_catalogue, trust_key
from app.services.catalogue_watch import CatalogueWatch
from app.services.catalogue_words import in_words

HALL = resources.FOLDER / "demo_hall"
CODES = national_codes()
DAY = date(2026, 11, 22)
LISTED = load_lists(HALL / "items")
BY_CODE = {item.code: item for item in LISTED.items}
RESTAURANT = next(bundle for bundle in LISTED.bundles if "餐饮" in bundle.name)
KEY = SigningKey(scheme="ed25519", private=bytes(range(32)))
UNIT = "示例县政务服务局"


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    folder = tmp_path / "hall"
    shutil.copytree(HALL, folder)
    return folder


def change(file: Path, **fields: Any) -> None:
    raw = json.loads(file.read_text(encoding="utf-8")) | fields
    file.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")


# -- the catalogue ------------------------------------------------------------------------------


def test_bundles_are_found_like_items_and_keep_their_order() -> None:
    catalogue = Catalogue(LISTED.items, bundles=LISTED.bundles, on=DAY)
    assert {bundle.code for bundle in catalogue.bundles()} == {b.code for b in LISTED.bundles}
    assert catalogue.find_bundle(RESTAURANT.code) == RESTAURANT
    assert catalogue.find_bundle("no-such-bundle") is None
    assert catalogue.get_bundle_version(RESTAURANT.code, 1) == RESTAURANT
    with pytest.raises(ItemNotFound):
        catalogue.get_bundle_version(RESTAURANT.code, 2)
    assert tuple(item.code for item in catalogue.items_of(RESTAURANT)) == RESTAURANT.items
    for text in ("开办餐饮店", "kbcyd", "开餐饮店", RESTAURANT.code):
        first = next(found for found in catalogue.find(text) if found.bundle)
        assert (first.code, first.name) == (RESTAURANT.code, RESTAURANT.name)
    assert catalogue.find("开办餐饮店")[0].bundle
    assert not any(found.bundle for found in catalogue.find("养犬"))
    assert len(catalogue) == len(LISTED.items)
    assert catalogue.warnings == ()


def test_a_bundle_of_what_is_not_current_is_left_out_with_a_warning() -> None:
    some = tuple(item for item in LISTED.items if item.code != RESTAURANT.items[2])
    catalogue = Catalogue(some, bundles=LISTED.bundles, on=DAY)
    assert catalogue.find_bundle(RESTAURANT.code) is None
    assert len(catalogue.bundles()) == len(LISTED.bundles) - 1
    (warning,) = catalogue.warnings
    assert warning.code == "CAT-30"
    assert RESTAURANT.items[2] in str(warning.details["fault"])
    assert catalogue.get_bundle_version(RESTAURANT.code, 1) == RESTAURANT  # for cases that froze it
    assert not any(found.bundle for found in catalogue.find("开办餐饮店"))


def test_an_item_that_ended_takes_its_bundle_along() -> None:
    ended = replace(BY_CODE[RESTAURANT.items[0]], effective_to=date(2026, 11, 21))
    items = (ended, *(item for item in LISTED.items if item.code != ended.code))
    catalogue = Catalogue(items, bundles=LISTED.bundles, on=DAY)
    assert catalogue.find_bundle(RESTAURANT.code) is None
    with pytest.raises(ItemNotFound):
        catalogue.get(ended.code)
    assert catalogue.get_version(ended.code, 1) is ended
    last_day = Catalogue(items, bundles=LISTED.bundles, on=date(2026, 11, 21))
    assert last_day.get(ended.code) is ended
    assert last_day.find_bundle(RESTAURANT.code) == RESTAURANT


def test_an_older_version_does_not_come_back_when_the_newest_ends() -> None:
    first = BY_CODE[RESTAURANT.items[0]]
    last = replace(
        first, version=2, effective_from=date(2026, 6, 1), effective_to=date(2026, 6, 30)
    )
    for day, version in ((date(2026, 5, 31), 1), (date(2026, 6, 30), 2)):
        assert Catalogue((last, first), on=day).get(first.code).version == version
    with pytest.raises(ItemNotFound):
        Catalogue((last, first), on=date(2026, 7, 1)).get(first.code)
    withdrawn = replace(RESTAURANT, version=2, effective_to=date(2026, 6, 30))
    bundles = (withdrawn, RESTAURANT)
    assert Catalogue(LISTED.items, bundles=bundles, on=date(2026, 7, 1)).bundles() == ()
    assert Catalogue(LISTED.items, bundles=bundles, on=date(2026, 6, 1)).bundles() == (withdrawn,)


def test_one_bundle_version_twice_is_refused() -> None:
    with pytest.raises(CatalogueFaults):
        Catalogue(LISTED.items, bundles=(RESTAURANT, RESTAURANT))


# -- folders and files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"items": ["a"]}, "不到两个"),
        ({"items": [*RESTAURANT.items, RESTAURANT.items[0]]}, "写了两次"),
        ({"items": "a"}, "$.items"),
        ({"surprise": 1}, "$.surprise"),
        ({"code": "示例"}, "编码"),
        ({"name": " "}, "没有名称"),
        ({"version": 0}, "版本 0"),
        ({"effective_from": None}, "effective_from"),
        ({"effective_to": "2020-01-01"}, "停止日期早于生效日期"),
        ({"department": {"code": "x", "name": "示例局", "nature": "7"}}, "主体性质"),
        ({"same_questions": [{"members": [{"item": 1, "question": "who"}]}]}, "item"),
        ({"same_questions": [{"members": []}]}, "不到两个事项"),
    ],
)
def test_a_bundle_file_is_refused_with_its_place(
    hall: Path, fields: dict[str, Any], said: str
) -> None:
    change(hall / "bundles" / "open-restaurant.json", **fields)
    with pytest.raises(CatalogueFaults) as caught:
        load_catalogue(hall / "items", on=DAY)
    assert all(fault.startswith("open-restaurant.json: ") for fault in caught.value.faults)
    assert any(said in fault for fault in caught.value.said), caught.value.said


@pytest.mark.parametrize(
    "fields",
    [
        {"items": [*RESTAURANT.items, "no-such-item"]},
        {"code": RESTAURANT.items[0], "version": 9},
        {"same_questions": [{"members": [{"item": RESTAURANT.items[0], "question": "whom"},
                                         {"item": RESTAURANT.items[1], "question": "who"}]}]},
        {"same_questions": [{"members": [{"item": RESTAURANT.items[1], "question": "applicant"},
                                         {"item": RESTAURANT.items[1], "question": "who"}]}]},
    ],
)  # fmt: skip
def test_a_bundle_that_fits_no_items_stops_nobody(hall: Path, fields: dict[str, Any]) -> None:
    change(hall / "bundles" / "open-restaurant.json", **fields)
    catalogue = open_catalogue(hall / "items", hall.parent, on=DAY)
    assert [bundle.name for bundle in catalogue.bundles()] == ["不动产转移登记一件事"]
    assert [warning.code for warning in catalogue.warnings] == ["CAT-30"]
    assert len(catalogue.items()) == len(LISTED.items)


def test_a_hall_without_bundles_has_none(hall: Path) -> None:
    shutil.rmtree(hall / "bundles")
    catalogue = open_catalogue(hall / "items", hall.parent, on=DAY)
    assert (catalogue.bundles(), catalogue.warnings) == ((), ())


def test_a_list_is_read_from_every_place(tmp_path: Path) -> None:
    for file, value in (
        ("both.json", {"items": LISTED.items, "bundles": LISTED.bundles}),
        ("mixed.json", [*LISTED.items, *LISTED.bundles]),
        ("bundles.json", LISTED.bundles),
        ("bundle.json", LISTED.bundles[0]),
    ):
        (tmp_path / file).write_bytes(msgspec.json.encode(value))
    assert read_list(tmp_path / "both.json") == LISTED
    assert read_list(tmp_path / "mixed.json") == LISTED
    assert read_list(tmp_path / "bundles.json") == Listed(bundles=LISTED.bundles)
    assert read_list(tmp_path / "bundle.json").bundles == LISTED.bundles[:1]
    assert read_list(HALL) == read_list(HALL / "items") == LISTED
    with pytest.raises(CatalogueFaults):
        read_list(tmp_path / "bundles.json", beside={})
    assert read_list(tmp_path / "bundles.json", beside=BY_CODE).bundles == LISTED.bundles


def test_a_bundle_is_checked_against_the_items_that_come_with_it(tmp_path: Path) -> None:
    members = tuple(QuestionRef(item=code, question="who") for code in RESTAURANT.items[:2])
    strange = replace(members[0], question="whom")
    bad = replace(RESTAURANT, same_questions=(SameQuestion(members=(strange, members[1])),))
    file = tmp_path / "list.json"
    file.write_bytes(list_as_json(Listed(items=LISTED.items, bundles=(bad,))))
    with pytest.raises(CatalogueFaults) as caught:
        read_list(file)
    assert any("没有问题 whom" in fault for fault in caught.value.said)


# -- signed lists -------------------------------------------------------------------------------


def signed(listed: Listed, at: int = 1) -> bytes:
    moment = datetime(2026, 11, at, 8, tzinfo=UTC)
    return sign_list(listed, key=KEY, unit=UNIT, effective_from=DAY, at=moment)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    trust_key(home, msgspec.structs.replace(public_of(KEY), unit=UNIT))
    return home


def install(home: Path, data: bytes) -> Listed:
    file = home / "received.json"
    file.write_bytes(data)
    return install_list(file, home, HALL / "items")


def test_a_signed_bundle_is_installed_and_replaces_the_halls_own(home: Path) -> None:
    newer = replace(RESTAURANT, version=2, name="开餐饮店一件事（新）", effective_from=DAY)
    assert install(home, signed(Listed(bundles=(newer,)))).bundles == (newer,)
    catalogue = open_catalogue(HALL / "items", home, on=DAY)
    assert catalogue.find_bundle(newer.code) == newer
    assert catalogue.get_bundle_version(newer.code, 1) == RESTAURANT
    before = open_catalogue(HALL / "items", home, on=date(2026, 11, 21))
    assert before.find_bundle(newer.code) == RESTAURANT


def test_a_list_without_bundles_is_signed_as_it_always_was(home: Path) -> None:
    item = replace(LISTED.items[0], version=2)
    content = json.loads(signed(Listed(items=(item,))))["list"]
    assert content.keys() == {
        "format", "unit", "scheme", "key_id", "signed_at", "effective_from", "items",
    }  # fmt: skip
    # As a program signed it that knew none of the newer fields.
    listed = content["items"][0]
    for added in ("fields", "power_source", "channels", "special_procedures", "visits",
                  "effective_to"):  # fmt: skip
        del listed[added]
    for material in listed["materials"]:
        for added in ("reuse_grades", "reuse_months", "licence"):
            del material[added]
    for question in listed["questions"]:
        for option in question["options"]:
            del option["fact"]
    del listed["department"]["nature"]
    signature = b64encode(SCHEMES["ed25519"].sign(KEY.private, canonical(content))).decode()
    old = json.dumps({"list": content, "signature": signature}).encode()
    (read,) = install(home, old).items
    assert read == msgspec.convert(listed, type=Item)
    assert list_hash(read) != list_hash(item)
    assert open_catalogue(HALL / "items", home, on=DAY).get(item.code) == read


@pytest.mark.parametrize(
    ("bundle", "error"),
    [
        (replace(RESTAURANT, name="偷换"), CatalogueFaults),
        (replace(RESTAURANT, version=2, items=(*RESTAURANT.items, "nowhere")), CatalogueFaults),
        (replace(RESTAURANT, version=2, items=RESTAURANT.items[:1]), CatalogueFaults),
        (replace(RESTAURANT, code=RESTAURANT.items[0]), CatalogueFaults),
    ],
)
def test_a_bundle_that_cannot_be_used_is_not_installed(
    home: Path, bundle: Bundle, error: type[Exception]
) -> None:
    with pytest.raises(error):
        install(home, signed(Listed(bundles=(bundle,))))
    assert not (home / "catalogue").exists()


def test_bundles_do_not_go_back(home: Path) -> None:
    install(home, signed(Listed(bundles=(replace(RESTAURANT, version=3),))))
    with pytest.raises(ListOlder):
        install(home, signed(Listed(bundles=(replace(RESTAURANT, version=2),)), at=2))


def test_altered_bundles_are_refused(home: Path) -> None:
    raw = json.loads(signed(LISTED))
    others: list[Any] = [[], {"a": 1}, raw["list"]["bundles"][:1]]
    for bundles in others:
        altered = {**raw, "list": raw["list"] | {"bundles": bundles}}
        with pytest.raises(ListAltered):
            install(home, json.dumps(altered).encode())
    del raw["list"]["bundles"]
    with pytest.raises(ListAltered):
        install(home, json.dumps(raw).encode())


# -- workbooks ----------------------------------------------------------------------------------


def book_of(tmp_path: Path, listed: Listed = LISTED) -> tuple[Path, Any]:
    file = tmp_path / "list.xlsx"
    write_workbook(file, listed, CODES)
    return file, load_workbook(file)


def test_every_wrong_cell_of_the_new_sheets_is_told_at_once(tmp_path: Path) -> None:
    file, book = book_of(tmp_path)
    fields, bundles, materials = book["表单字段"], book["一件事"], book["材料"]
    column = {cell.value.rstrip("*"): cell.column_letter for cell in bundles[1]}
    fields["E2"] = "图片"
    fields["G3"] = "也许"
    fields["C5"] = fields["C4"].value
    fields["A6"] = "no-such-item"
    bundles[f"{column['同一问题']}2"] = "who"
    bundles[f"{column['事项编码']}4"] = bundles[f"{column['事项编码']}3"].value
    bundles[f"{column['一件事名称']}3"] = "别的名字"
    bundles[f"{column['生效日期']}2"] = "=TODAY()"
    bundles[f"{column['主体性质']}2"] = "7"
    headings = {cell.value.rstrip("*"): cell.column_letter for cell in materials[1]}
    materials[f"{headings['复用等级']}2"] = "E"
    book.save(file)
    with pytest.raises(WorkbookFaults) as caught:
        read_list(file)
    said = caught.value.faults
    for wanted in (
        "表单字段!E2：类型不在代码表", "表单字段!G3：必填要写“是”或者“否”",
        "表单字段!C5：这个事项里同一字段编号写了两次", "表单字段!A6：事项表里没有这个事项编码",
        f"一件事!{column['同一问题']}2：同一问题要写成 组名=问题编号",
        f"一件事!{column['事项编码']}4：这个一件事里同一事项写了两次",
        f"一件事!{column['一件事名称']}3：与该一件事的第一行不一致",
        f"一件事!{column['生效日期']}2：是公式",
        f"一件事!{column['主体性质']}2：主体性质不在代码表",
        f"材料!{headings['复用等级']}2：复用等级不在代码表",
    ):  # fmt: skip
        assert any(one.startswith(wanted) for one in said), (wanted, said)


def test_a_bundle_in_a_workbook_is_held_against_its_items(tmp_path: Path) -> None:
    file, book = book_of(tmp_path)
    page = book["一件事"]
    column = {cell.value.rstrip("*"): cell.column_letter for cell in page[1]}
    page[f"{column['同一问题']}2"] = "1=whom"
    book.save(file)
    with pytest.raises(WorkbookFaults) as caught:
        read_list(file)
    assert any(
        one.startswith("一件事!A2：") and "没有问题 whom" in one for one in caught.value.faults
    )


def test_a_bundle_needs_its_head(tmp_path: Path) -> None:
    file, book = book_of(tmp_path)
    page = book["一件事"]
    for cell in page[2][4:]:
        cell.value = None
    book.save(file)
    with pytest.raises(WorkbookFaults) as caught:
        read_list(file)
    for heading in ("一件事名称", "生效日期", "牵头部门编码", "牵头部门名称"):
        assert any(f"{heading}没有填" in one for one in caught.value.faults)


def test_a_workbook_may_hold_bundles_alone(tmp_path: Path) -> None:
    file, _ = book_of(tmp_path, Listed(bundles=LISTED.bundles))
    assert read_list(file) == Listed(bundles=LISTED.bundles)


def test_an_old_workbook_without_the_new_sheets_and_columns_is_read(tmp_path: Path) -> None:
    file, book = book_of(tmp_path, Listed(items=LISTED.items[:3]))
    del book["表单字段"], book["一件事"]
    items = book["事项"]
    for cell in reversed(items[1]):
        known = ("权力来源", "办理形式", "特别程序", "到现场次数", "停止日期", "主体性质")
        if str(cell.value).rstrip("*") in known:
            items.delete_cols(cell.column)
    book.save(file)
    read = read_list(file).items
    assert [item.code for item in read] == [item.code for item in LISTED.items[:3]]
    assert all(item.fields == () and item.channels == ("1",) for item in read)


def test_a_sheet_of_bundles_without_end_is_refused(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet(BUNDLES.name)
    page.append([column.heading for column in BUNDLES.columns])
    for _ in range(20_001):
        page.append(["a", "1", "b"])
    file = tmp_path / "long.xlsx"
    book.save(file)
    with pytest.raises(TooManyRows):
        read_list(file)


# -- differences, faults and tables -------------------------------------------------------------


def test_changes_of_bundles_and_fields_are_said_in_words() -> None:
    new = replace(
        RESTAURANT, version=2, items=RESTAURANT.items[:-1], joint_form="", effective_to=DAY,
        same_questions=RESTAURANT.same_questions[:1],
    )  # fmt: skip
    said = [in_words(one, CODES) for one in diff_lists([RESTAURANT], [new])]
    for wanted in (
        f"事项去掉{RESTAURANT.items[-1]}",
        "综合申请表由“开办餐饮店综合申请表”改为“（无）”",
        "停止日期由“（无）”改为“2026-11-22”",
        "版本 1→2",
    ):
        assert wanted in said, said
    assert any(one.startswith("合并成一问的问题去掉") for one in said)
    assert [in_words(one, CODES) for one in diff_lists([], [RESTAURANT])] == [
        "新增一件事「开办餐饮店一件事」"
    ]
    old = BY_CODE[RESTAURANT.items[1]]
    field, *fields = old.fields
    shop = replace(
        old,
        fields=(*fields[:-1], replace(fields[-1], label="改名", kind=FieldKind.NUMBER, fill=None)),
        channels=("1",),
        power_source="2",
        visits=3,
    )
    words = [in_words(one, CODES) for one in diff_item(old, shop)]
    for wanted in (
        f"删去表单字段「{field.label}」",
        f"表单字段「{fields[-1].label}」：名称由“{fields[-1].label}”改为“改名”",
        f"表单字段「{fields[-1].label}」：类型由“文字”改为“数字”",
        "权力来源由“法定本级”改为“上级下放”",
        "到现场次数 1→3",
    ):
        assert wanted in words, words
    assert any(one.startswith("办理形式去掉") for one in words)


def test_new_fields_of_an_item_are_checked() -> None:
    item = BY_CODE[RESTAURANT.items[1]]
    material, field = item.materials[1], item.fields[0]
    bad = replace(
        item,
        power_source="7",
        channels=("1", "6"),
        special_procedures=("3",),
        visits=-1,
        effective_to=date(2000, 1, 1),
        department=replace(item.department, nature="4"),
        fields=(
            replace(field, id="Name", label=" "),
            replace(item.fields[1], kind=FieldKind.CHOICE, choices=("是", "是")),
            item.fields[2],
            item.fields[2],
        ),
        materials=(item.materials[0], replace(material, licence="a b", reuse_months=3)),
        questions=(),
    )
    said = [in_chinese(fault) for fault in item_faults(bad)]
    for wanted in (
        "权力来源", "办理形式", "特别程序", "主体性质", "到现场次数 -1", "停止日期早于生效日期",
        "编号 'Name'", "没有名称，或者有空的可选值", "同一可选值写了两次", "写了两次",
        "电子证照编码 'a b'", "没有 B、C、D 等级",
    ):  # fmt: skip
        assert any(wanted in one for one in said), (wanted, said)
    for one in said:
        sentence = one.removeprefix(f"{item.code}: ")
        assert any(ord(char) > 0x3000 for char in sentence), one


def test_a_fault_that_nobody_translated_stays_as_it_is() -> None:
    assert in_chinese("list.json: something else") == "list.json: something else"
    assert in_chinese("list.json: x: no materials") == "list.json: x: 没有材料"
    assert in_chinese("") == ""
    started = time.monotonic()
    for hostile in (": " * 1_000_000, "material " * 200_000, "(" * 600, "a is no code of " * 37):
        assert len(in_chinese(hostile)) <= 601
    assert time.monotonic() - started < 1


def test_the_exchange_tables_hold_what_the_list_says() -> None:
    tables = exchange_tables(LISTED.items, "exchange", CODES)
    basic = {row["task_code"]: row for row in tables["up_task_general_basic"]}
    row = basic[RESTAURANT.items[1]]
    assert (row["power_source"], row["dept_type"], row["limit_scene_num"]) == ("1", "1", "1")
    assert row["special_procedure"] == "1^2"
    assert row["server_type"] == "1^2^9"  # 6 其他组织 is 9 there
    assert (row["anticipate_day"], row["anticipate_type"]) == ("20", "1")
    assert (row["promise_day"], row["catalog_code"]) == ("5", RESTAURANT.items[1][-12:])
    assert row["plan_effective_date"].isdigit()
    assert len(tables["up_task_general_material"]) == sum(len(i.materials) for i in LISTED.items)
    assert {row["is_need"] for row in tables["up_task_general_material"]} == {"0", "1", "2"}
    assert all(isinstance(v, str) for rows in tables.values() for row in rows for v in row.values())
    with pytest.raises(UnknownCode):
        exchange_tables(LISTED.items, "zhejiang", CODES)  # has no word for 两者均可
    with pytest.raises(UnknownCode):
        exchange_tables(LISTED.items, "atlantis", CODES)


def test_the_commands_carry_bundles(tmp_path: Path) -> None:
    def run(*arguments: object, code: int = 0) -> Any:
        words = ["catalogue", *map(str, arguments), "--home", str(tmp_path / "home"), "--json"]
        done = CliRunner().invoke(main, words)
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    book, plain, table = tmp_path / "a.xlsx", tmp_path / "a.json", tmp_path / "t.json"
    assert run("export", book)["bundles"] == 2
    assert run("import", book, "--out", plain)["bundles"] == 2
    assert run("check", plain)["bundles"] == 2
    assert run("check", HALL)["ok"] is True
    assert run("check")["bundles"] == 2
    assert run("diff", HALL, plain) == []
    assert run("export", table, "--platform", "exchange")["ok"] is True
    assert len(json.loads(table.read_text(encoding="utf-8"))) == 5
    assert run("export", table, "--platform", "atlantis", code=1)["error"]["code"] == "CAT-10"
    changed = [replace(RESTAURANT, version=2, guide="新的说明")]
    plain.write_bytes(msgspec.json.encode(changed))
    assert any("办事指南" in one["words"] for one in run("diff", HALL, plain))
    key = tmp_path / "unit.key"
    run("keygen", key)
    run("trust", f"{key}.pub", "--unit", UNIT)
    out = tmp_path / "signed.json"
    assert run("sign", plain, "--key", key, "--unit", UNIT, "--out", out)["bundles"] == 1
    assert run("import", out)["bundles"] == 1
    assert run("try", RESTAURANT.code)["version"] == 2
    plain.write_bytes(msgspec.json.encode([replace(RESTAURANT, version=3, items=("a", "b"))]))
    faults = run("check", plain, code=1)["faults"]
    assert any("没有事项 a" in fault for fault in faults)


# -- a new list while the window is open --------------------------------------------------------


def test_a_new_list_counts_when_it_is_asked_for(hall: Path, home: Path) -> None:
    days = [DAY]
    watch = CatalogueWatch(hall / "items", home, lambda: days[0])
    first = watch.current()
    assert watch.current() is first
    assert not watch.refresh()
    newer = replace(RESTAURANT, version=2, effective_from=DAY)
    install(home, signed(Listed(bundles=(newer,))))
    assert watch.current() is first  # nothing changes in the middle of a case
    assert watch.refresh()
    assert watch.current().find_bundle(newer.code) == newer
    days[0] = date(2026, 11, 23)
    assert watch.refresh()  # another day, other lists in force
    good = watch.current()
    (hall / "items" / "broken.json").write_text("{", encoding="utf-8")
    assert not watch.refresh()
    assert watch.current() is good
    (hall / "items" / "broken.json").unlink()
    file = hall / "items" / "shop-sign.json"
    os.utime(file, ns=(1, 1))
    assert watch.refresh()


def test_a_window_without_any_list_says_so(tmp_path: Path) -> None:
    watch = CatalogueWatch(tmp_path / "items", tmp_path, lambda: DAY)
    with pytest.raises(CatalogueFaults):
        watch.current()
