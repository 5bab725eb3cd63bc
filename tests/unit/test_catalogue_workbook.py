"""Departments' workbooks: whole or refused, every wrong cell with its place, bounded in all."""

from __future__ import annotations

import time
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

import resources
from app.domain.catalogue import Fee, Item
from app.domain.errors import AppError
from app.services.catalogue import load_lists
from app.services.catalogue_codes import national_codes
from app.services.catalogue_export import list_as_json, write_template, write_workbook
from app.services.catalogue_files import read_list
from app.services.catalogue_json import Listed
from app.services.catalogue_sheets import (
    ITEMS,
    MATERIALS,
    MOST_ROWS,
    SHEETS,
    NotForWorkbook,
    TooManyRows,
    WorkbookFaults,
    WorkbookRefused,
)
from app.services.catalogue_workbook import read_workbook

CODES = national_codes()
LISTED = load_lists(resources.FOLDER / "demo_hall" / "items")
DEMO = LISTED.items
CODE = "11370199MB0001001Y4370131009009"
ITEM_ROW = {
    "code": CODE, "effective_from": "2026-01-01", "name": "示例事项",
    "department.code": "11370199MB0001001Y", "department.name": "示例局", "level": "4 县",
    "type": "01", "kind": "2", "served": "1；2", "statutory_limit.count": 20,
    "promised_limit.count": 5,
}  # fmt: skip
MATERIAL_ROW = {"code": CODE, "id": "form", "name": "申请表"}
Rows = dict[str, list[dict[str, Any]]]


def workbook(rows: Rows) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in SHEETS:
        page = book.create_sheet(sheet.name)
        page.append([column.heading for column in sheet.columns])
        for row in rows.get(sheet.name, []):
            page.append([row.get(column.key) for column in sheet.columns])
    return book


def good(**changes: Any) -> Rows:
    """One item with one material, changed."""
    return {
        "事项": [ITEM_ROW | changes.pop("item", {})],
        "材料": [MATERIAL_ROW | changes.pop("material", {})],
        "问题与选项": changes.pop("questions", []),
        "收费": changes.pop("fees", []),
    }


def read(tmp_path: Path, rows: Rows) -> tuple[Item, ...]:
    file = tmp_path / "list.xlsx"
    workbook(rows).save(file)
    return read_workbook(file, CODES).items


def faults(tmp_path: Path, rows: Rows) -> list[str]:
    with pytest.raises(WorkbookFaults) as caught:
        read(tmp_path, rows)
    return list(caught.value.faults)


def test_what_is_exported_comes_back_the_same(tmp_path: Path) -> None:
    odd = replace(DEMO[0], code="=1+1", name="=SUM(A1:A9)", guide="第一行\n第二行")
    fee = Fee(name="测试费", amount=Decimal("12.50"), basis="")
    ending = replace(DEMO[1], version=2, fees=(fee,), effective_to=date(2027, 12, 31), visits=0)
    withdrawn = replace(LISTED.bundles[0], version=2, effective_to=date(2027, 12, 31))
    listed = Listed(items=(*DEMO, odd, ending), bundles=(*LISTED.bundles, withdrawn))
    write_workbook(tmp_path / "list.xlsx", listed, CODES)
    assert read_list(tmp_path / "list.xlsx") == listed
    (tmp_path / "list.json").write_bytes(list_as_json(listed))
    assert read_list(tmp_path / "list.json") == listed
    assert {file.name for file in tmp_path.iterdir()} == {"list.xlsx", "list.json"}


@pytest.mark.parametrize("name", [" 前有空格", "a\rb", "\x01", "长" * 40_000])
def test_what_a_workbook_would_change_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotForWorkbook):
        write_workbook(tmp_path / "list.xlsx", Listed(items=(replace(DEMO[0], guide=name),)), CODES)
    assert not list(tmp_path.iterdir())


def test_the_template_has_headings_examples_lists_and_a_frozen_header(tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    write_template(file, CODES)
    book = load_workbook(file)
    assert book.sheetnames == [
        "说明",
        "事项",
        "问题与选项",
        "材料",
        "收费",
        "表单字段",
        "一件事",
        "代码",
    ]
    for sheet in SHEETS:
        page = book[sheet.name]
        assert page.freeze_panes == "C2"
        assert [str(cell.value).rstrip("*") for cell in page[1]] == [
            c.heading for c in sheet.columns
        ]
        assert str(page["A2"].value).startswith("例：")
    rules = book["事项"].data_validations.dataValidation
    assert len(rules) == 11
    listed = {cell.value for column in book["代码"].iter_cols() for cell in column}
    assert {"4 县", "01 行政许可", "3 容缺后补", "工作日"} <= listed
    with pytest.raises(WorkbookFaults) as caught:
        read_workbook(file, CODES)
    assert caught.value.faults == ("事项!A2：没有填写事项",)
    for sheet in (ITEMS, MATERIALS):  # the examples themselves are right
        for cell in book[sheet.name][2]:
            cell.value = str(cell.value or "").removeprefix("例：")
    book.save(file)
    assert len(read_workbook(file, CODES).items) == 1


def test_what_people_type_is_taken_for_what_it_means(tmp_path: Path) -> None:
    row = {
        "effective_from": datetime(2026, 3, 1), "level": "县", "type": 1, "kind": "２",
        "served": "自然人\n2 企业法人", "statutory_limit.count": "２０", "name": "示例事项　 ",
        "code": f" {CODE} ", "version": 3.0, "promise_allowed": "是", "aliases": "甲\n\n 乙 ",
    }  # fmt: skip
    material = {"necessity": "容缺后补", "copies": "１", "id": "ＦＯＲＭ".lower()}
    fees = [{"code": CODE, "name": "费", "amount": "１,200.50元"}]
    (item,) = read(tmp_path, good(item=row, material=material, fees=fees))
    assert item.effective_from == date(2026, 3, 1)
    assert (item.level, item.type, item.kind, item.served) == ("4", "01", "2", ("1", "2"))
    assert (item.statutory_limit.count, item.version, item.name) == (20, 3, "示例事项")
    assert (item.code, item.aliases, item.promise_allowed) == (CODE, ("甲", "乙"), True)
    assert (item.materials[0].necessity, item.materials[0].copies) == ("deferrable", 1)
    assert (item.materials[0].id, item.fees[0].amount) == ("form", Decimal("1200.50"))


@pytest.mark.parametrize(
    "typed",
    ["2026/3/1", "2026.03.01", "2026年3月1日", "20260301", 20260301, 46082, "２０２６-３-１"],
)
def test_a_date_is_read_however_it_is_written(tmp_path: Path, typed: Any) -> None:
    (item,) = read(tmp_path, good(item={"effective_from": typed}))
    assert item.effective_from == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"item": {"code": 11370199000100143701}}, "事项!A2", "数字"),
        ({"item": {"effective_from": "2026-02-30"}}, "事项!C2", "日期"),
        ({"item": {"effective_from": datetime(2026, 1, 1, 9, 5)}}, "事项!C2", "时刻"),
        ({"item": {"name": None}}, "事项!D2", "没有填"),
        ({"item": {"name": "=A1"}}, "事项!D2", "公式"),
        ({"item": {"level": "8"}}, "事项!I2", "行使层级"),
        ({"item": {"level": "4 市"}}, "事项!I2", "不一致"),
        ({"item": {"served": "1；1"}}, "事项!L2", "两次"),
        ({"item": {"statutory_limit.count": "二十"}}, "事项!M2", "整数"),
        ({"item": {"promised_limit.count": 2.5}}, "事项!O2", "整数"),
        ({"item": {"promised_limit.unit": "周"}}, "事项!P2", "工作日"),
        ({"item": {"promise_allowed": "也许"}}, "事项!V2", "是"),
        ({"material": {"code": "other"}}, "材料!A2", "没有这个事项编码"),
        ({"material": {"version": 2}}, "材料!B2", "版本"),
        ({"material": {"id": "表 格"}}, "材料!C2", "编码"),
        ({"material": {"originals": -1}}, "材料!G2", "整数"),
        ({"material": {"originals": 0}}, "材料!A2", "都是 0 份"),
        ({"material": {"promisable": "是"}}, "材料!A2", "告知承诺"),
        ({"fees": [{"code": CODE, "name": "费", "amount": "1.2.3"}]}, "收费!D2", "金额"),
    ],
)
def test_a_wrong_cell_is_named(
    tmp_path: Path, changes: dict[str, Any], place: str, said: str
) -> None:
    found = faults(tmp_path, good(**changes))
    assert any(one.startswith(f"{place}：") and said in one for one in found), found


def test_questions_are_checked_against_materials_and_each_other(tmp_path: Path) -> None:
    def option(question: str, option_id: str, **rest: Any) -> dict[str, Any]:
        return {"code": CODE, "id": question, "text": "？", "option.id": option_id,
                "option.text": "甲", **rest}  # fmt: skip

    right = [
        option("who", "self"),
        option("who", "agent", **{"option.materials": "form"}) | {"text": None},
        option("why", "one", asked_when="who=agent"),
        option("why", "two"),
    ]
    (item,) = read(tmp_path, good(questions=right))
    assert item.questions[1].asked_when[0].option == "agent"
    assert item.questions[0].options[1].materials == ("form",)
    wrong = [
        option("who", "self", asked_when="why=one"),
        option("who", "self", **{"option.materials": "gold"}),
        option("who", "x") | {"text": "另一个问法"},
    ]
    found = faults(tmp_path, good(questions=wrong))
    assert {one.partition("：")[0] for one in found} == {
        "问题与选项!F2", "问题与选项!G3", "问题与选项!I3", "问题与选项!D4",
    }  # fmt: skip


def test_all_wrong_cells_are_told_at_once(tmp_path: Path) -> None:
    rows = good(item={"level": "9", "kind": "7"}, material={"copies": "x", "type": "5"})
    rows["事项"].append(ITEM_ROW)
    found = faults(tmp_path, rows)
    assert [one.partition("：")[0] for one in found] == [
        "事项!I2", "事项!K2", "材料!E2", "材料!H2", "事项!A3",
    ]  # fmt: skip


def test_cells_merged_downwards_count_for_each_row_and_sideways_are_refused(
    tmp_path: Path,
) -> None:
    rows = good()
    rows["材料"] = [MATERIAL_ROW, MATERIAL_ROW | {"id": "photo", "code": None}]
    book = workbook(rows)
    book["材料"].merge_cells("A2:A3")
    book.save(tmp_path / "merged.xlsx")
    (item,) = read_workbook(tmp_path / "merged.xlsx", CODES).items
    assert [material.id for material in item.materials] == ["form", "photo"]
    assert faults(tmp_path, rows) == ["材料!A3：事项编码没有填"]  # an empty cell is no merged one
    book["材料"].merge_cells("D2:E2")
    book.save(tmp_path / "merged.xlsx")
    with pytest.raises(WorkbookFaults, match="材料!D2：横向合并"):
        read_workbook(tmp_path / "merged.xlsx", CODES)


def test_sheets_and_columns_are_named_where_they_are_wrong(tmp_path: Path) -> None:
    book = workbook(good())
    book["材料"]["D1"] = "材料名"
    book["材料"]["Z2"] = "旁注"
    book["收费"].title = "收费2"
    book.save(tmp_path / "list.xlsx")
    with pytest.raises(WorkbookFaults) as caught:
        read_workbook(tmp_path / "list.xlsx", CODES)
    said = " ".join(caught.value.faults)
    for place in ("材料!D1：不认识", "材料!A1：缺少“材料名称”", "材料!Z2：", "收费2!A1："):
        assert place in said


def test_a_zip_bomb_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    workbook(good()).save(file)
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/image1.png", "w") as part,
    ):
        for _ in range(300):
            part.write(b"\0" * 1024 * 1024)
    assert file.stat().st_size < 1024 * 1024
    started = time.monotonic()
    with pytest.raises(WorkbookRefused):
        read_workbook(file, CODES)
    assert time.monotonic() - started < 1


def test_too_many_parts_and_a_password_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    workbook(good()).save(file)
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(1100):
            archive.writestr(f"xl/media/{number}", b"")
    with pytest.raises(WorkbookRefused):
        read_workbook(file, CODES)
    workbook(good()).save(file)
    data = bytearray(file.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(data)
    with pytest.raises(WorkbookRefused):
        read_workbook(file, CODES)


def test_two_hundred_thousand_rows_are_refused_within_seconds(tmp_path: Path) -> None:
    file = tmp_path / "long.xlsx"
    workbook(good()).save(file)
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n * 7919) for n in range(2, 200_002)
    )
    longer = tmp_path / "list.xlsx"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(longer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", rows + b"</sheetData>")
            new.writestr(part.filename, data)
    started = time.monotonic()
    with pytest.raises(TooManyRows) as caught:
        read_workbook(longer, CODES)
    assert time.monotonic() - started < 8
    assert caught.value.details == {"sheet": "事项", "most": MOST_ROWS}


def test_a_size_that_lies_hides_no_rows(tmp_path: Path) -> None:
    file, lying = tmp_path / "list.xlsx", tmp_path / "lying.xlsx"
    workbook(good(material={"copies": "x"})).save(file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(lying, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            start = data.find(b'<dimension ref="')
            if start >= 0:
                end = data.index(b"/>", start)
                data = data[:start] + b'<dimension ref="A1:A1"' + data[end:]
            new.writestr(part.filename, data)
    with pytest.raises(WorkbookFaults, match="材料!H2"):
        read_workbook(lying, CODES)


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=20),
    st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(9999, 1, 1)),
    st.sampled_from(["是", "4 县", "1；2", "a=b", "=1", "#N/A", "²", "１", "2026-1-1"]),
)  # fmt: skip
PLACES = [(sheet, number) for sheet in SHEETS for number in range(len(sheet.columns))]
MUCH = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MUCH
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.integers(2, 4), CELLS), max_size=6))
def test_no_cell_crashes_the_reading(tmp_path: Path, changes: list[Any]) -> None:
    book = workbook(good())
    for (sheet, column), row, value in changes:
        book[sheet.name].cell(row, column + 1).value = value
    book.save(tmp_path / "list.xlsx")
    try:
        assert read_workbook(tmp_path / "list.xlsx", CODES)
    except AppError as refused:
        assert refused.code.startswith("CAT-")  # noqa: PT017 - taking and refusing are both right


@MUCH
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_no_damage_to_a_workbook_crashes(tmp_path: Path, place: int, damage: bytes) -> None:
    file = tmp_path / "list.xlsx"
    if not file.exists():
        workbook(good()).save(file)
    data = file.read_bytes()
    place %= len(data)
    (tmp_path / "bad.xlsx").write_bytes(data[:place] + damage + data[place + len(damage) :])
    try:
        read_workbook(tmp_path / "bad.xlsx", CODES)
    except AppError as refused:
        assert refused.code.startswith("CAT-")  # noqa: PT017


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + b"\0" * 18, b"no zip", b"{}"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "list.xlsx").write_bytes(data)
    with pytest.raises(WorkbookRefused):
        read_workbook(tmp_path / "list.xlsx", CODES)
    with pytest.raises(WorkbookRefused):
        read_workbook(tmp_path / "missing.xlsx", CODES)
