"""Write lists for departments: JSON, a filled workbook, or the empty workbook to fill in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from app.domain.bundle import Bundle
from app.domain.catalogue import Limit, LimitUnit
from app.domain.code_sets import CodeSets
from app.domain.errors import AppError, Blame
from app.services.catalogue_json import Listed
from app.services.catalogue_sheets import (
    BUNDLES,
    CODES,
    EXAMPLE,
    FEES,
    FIELDS,
    ITEMS,
    MATERIALS,
    MOST_ROWS,
    NOTES,
    QUESTIONS,
    SHEETS,
    UNIT_NAMES,
    Column,
    Kind,
    NotForWorkbook,
    Sheet,
)
from app.services.catalogue_workbook import read_workbook

_LONGEST_CELL = 32_767
_HEADING = PatternFill("solid", fgColor="DDE7F3")
_GREY = Font(italic=True, color="808080")
_TOP = Alignment(vertical="top", wrap_text=True)


class NotWritten(AppError):
    """The file could not be written; what stood there before is unchanged."""

    code = "CAT-16"
    blame = Blame.MACHINE
    retryable = True


def write_whole(file: Path, data: bytes, mode: int = 0o644) -> None:
    """The whole file or none of it, also when the power fails. Raises NotWritten."""
    beside = file.with_name(f".{file.name}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise NotWritten(file=file.name, reason=error.strerror or "") from None


def make_folder(folder: Path) -> None:
    """Raises NotWritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotWritten(file=folder.name, reason=error.strerror or "") from None


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # a folder cannot be opened there, and need not be
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def list_as_json(listed: Listed) -> bytes:
    """An array of items, or both with names, as ``docs/item.schema.json`` describes them."""
    content = listed if listed.bundles else listed.items
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def write_workbook(file: Path, listed: Listed, codes: CodeSets) -> None:
    """Raises NotForWorkbook (a list that would come back changed) and NotWritten."""
    texts = [
        value
        for sheet in SHEETS
        for row in _rows(sheet, listed, codes)
        for value in row.values()
        if isinstance(value, str)
    ]
    if any(len(text) > _LONGEST_CELL or ILLEGAL_CHARACTERS_RE.search(text) for text in texts):
        raise NotForWorkbook(file=file.name)
    beside = file.with_name(f".{file.stem}.part.xlsx")
    try:
        _save(beside, _book(listed, codes))
        try:
            same = read_workbook(beside, codes) == listed
        except AppError:
            same = False
        if not same:
            raise NotForWorkbook(file=file.name)
        write_whole(file, beside.read_bytes())
    except OSError as error:
        raise NotWritten(file=file.name, reason=error.strerror or "") from None
    finally:
        beside.unlink(missing_ok=True)


def write_template(file: Path, codes: CodeSets) -> None:
    """The workbook to fill in, with an example on each sheet. Raises NotWritten."""
    beside = file.with_name(f".{file.stem}.part.xlsx")
    try:
        _save(beside, _book(Listed(), codes, examples=True))
        write_whole(file, beside.read_bytes())
    except OSError as error:
        raise NotWritten(file=file.name, reason=error.strerror or "") from None
    finally:
        beside.unlink(missing_ok=True)


def _save(file: Path, book: Workbook) -> None:
    book.save(file)


def _book(listed: Listed, codes: CodeSets, *, examples: bool = False) -> Workbook:
    book = Workbook(write_only=True)
    _notes(book)
    lists = _code_columns(codes)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "C2"
        for place, column in enumerate(sheet.columns, start=1):
            page.column_dimensions[get_column_letter(place)].width = column.width
            _drop_down(page, place, column, lists)
        page.append([_heading(page, column) for column in sheet.columns])
        if examples:
            page.append([_example(page, column) for column in sheet.columns])
        for row in _rows(sheet, listed, codes):
            page.append([_cell(page, row.get(column.key)) for column in sheet.columns])
    page = book.create_sheet(CODES)
    longest = max(len(entries) for entries in lists.values())
    page.append([_cell(page, heading) for heading in lists])
    for number in range(longest):
        page.append(
            [
                _cell(page, entries[number] if number < len(entries) else None)
                for entries in lists.values()
            ]
        )
    return book


def _notes(book: Workbook) -> None:
    page = book.create_sheet(NOTES)
    for letter, width in (("A", 14), ("B", 16), ("C", 8), ("D", 70)):
        page.column_dimensions[letter].width = width
    page.append(
        [
            _cell(
                page,
                "政务服务事项清单：一个事项一行，材料、问题、收费、表单字段、一件事各在自己的表里。",
            )
        ]
    )
    page.append([_cell(page, f"灰色的“{EXAMPLE}”一行是样子，不会读入。标 * 的列必须填写。")])
    page.append([_cell(page, "不要写公式，不要横向合并单元格；编码、版本可以纵向合并。")])
    page.append([])
    page.append([_cell(page, heading) for heading in ("工作表", "列", "必填", "怎样填写")])
    for sheet in SHEETS:
        for column in sheet.columns:
            note = column.note or ("从下拉列表中选择。" if _listed(column) else "")
            wanted = "是" if column.required else ""
            page.append([_cell(page, text) for text in (sheet.name, column.heading, wanted, note)])


def _listed(column: Column) -> str:
    """The heading of the list on the sheet of codes from which the column chooses."""
    if column.kind in {Kind.SET, Kind.SETS}:
        return column.set
    return {Kind.FLAG: "flag", Kind.UNIT: "unit"}.get(column.kind, "")


def _code_columns(codes: CodeSets) -> dict[str, list[str]]:
    listed = {_listed(column) for sheet in SHEETS for column in sheet.columns} - {""}
    named = {
        name: [f"{code} {text}" for code, text in codes.get(name).codes.items()]
        for name in sorted(listed - {"flag", "unit"})
    }
    return named | {"flag": ["是", "否"], "unit": list(UNIT_NAMES.values())}


def _drop_down(page: Any, place: int, column: Column, lists: dict[str, list[str]]) -> None:
    listed = _listed(column)
    if not listed:
        return
    letter = get_column_letter(list(lists).index(listed) + 1)
    rule = DataValidation(
        type="list",
        formula1=f"{CODES}!${letter}$2:${letter}${len(lists[listed]) + 1}",
        allow_blank=True,
        # several codes in one cell are typed; a region's own code is, too
        showErrorMessage=column.kind not in {Kind.SET, Kind.SETS},
    )
    own = get_column_letter(place)
    rule.add(f"{own}2:{own}{MOST_ROWS + 1}")
    page.data_validations.append(rule)


def _heading(page: Any, column: Column) -> Any:
    cell = _cell(page, column.heading + ("*" if column.required else ""))
    cell.font = Font(bold=True)
    cell.fill = _HEADING
    return cell


def _example(page: Any, column: Column) -> Any:
    text = f"{EXAMPLE}{column.example}" if column.key == "code" else column.example
    cell = _cell(page, text)
    cell.font = _GREY
    return cell


def _cell(page: Any, value: str | int | None) -> Any:
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with "=" is still a text
        cell.number_format = "@"
        cell.alignment = _TOP
    return cell


def _rows(sheet: Sheet, listed: Listed, codes: CodeSets) -> Iterable[dict[str, str | int | None]]:
    if sheet is BUNDLES:
        for bundle in listed.bundles:
            yield from _bundle_rows(bundle, codes)
        return
    for item in listed.items:
        key: dict[str, str | int | None] = {"code": item.code, "version": item.version}
        if sheet is ITEMS:
            yield key | _values(sheet, item, codes)
        elif sheet is MATERIALS:
            for material in item.materials:
                yield _values(sheet, material, codes) | key
        elif sheet is FEES:
            for fee in item.fees:
                yield _values(sheet, fee, codes) | key
        elif sheet is FIELDS:
            for field in item.fields:
                yield _values(sheet, field, codes) | key
        elif sheet is QUESTIONS:
            for question in item.questions:
                for option in question.options:
                    row = _values(sheet, question, codes)
                    for column in sheet.columns:
                        if column.key.startswith("option."):
                            value = getattr(option, column.key.removeprefix("option."))
                            row[column.key] = _shown(column, value, codes)
                    yield row | key


def _bundle_rows(bundle: Bundle, codes: CodeSets) -> Iterable[dict[str, str | int | None]]:
    for place, code in enumerate(bundle.items):
        row = _values(BUNDLES, bundle, codes) if place == 0 else {}
        groups = [
            (str(number), ref.question)
            for number, same in enumerate(bundle.same_questions, start=1)
            for ref in same.members
            if ref.item == code
        ]
        same_here = "；".join(f"{group}={question}" for group, question in groups)
        yield row | {
            "code": bundle.code, "version": bundle.version, "item": code, "same": same_here,
        }  # fmt: skip


def _values(sheet: Sheet, part: Any, codes: CodeSets) -> dict[str, str | int | None]:
    found: dict[str, str | int | None] = {}
    for column in sheet.columns:
        value = part
        for name in column.key.split("."):
            value = getattr(value, name, None)
        found[column.key] = _shown(column, value, codes)
    return found


def _shown(column: Column, value: Any, codes: CodeSets) -> str | int | None:
    if value is None or (column.kind is Kind.SET and not value):
        return None
    match column.kind:
        case Kind.LINES:
            return "\n".join(value)
        case Kind.IDS:
            return "；".join(value)
        case Kind.REFS:
            return "；".join(f"{ref.question}={ref.option}" for ref in value)
        case Kind.FLAG:
            return "是" if value else "否"
        case Kind.UNIT:
            return UNIT_NAMES[LimitUnit(value)]
        case Kind.SET:
            return _code_and_name(column, value, codes)
        case Kind.SETS:
            return "；".join(_code_and_name(column, one, codes) for one in value)
        case _:
            if isinstance(value, Decimal | date | Limit):
                return str(value)
            return value if isinstance(value, int) else str(value)


def _code_and_name(column: Column, value: str, codes: CodeSets) -> str:
    code, name = codes.get(column.set).own.get(value, value), codes.name(column.set, value)
    return code if code == name else f"{code} {name}"
