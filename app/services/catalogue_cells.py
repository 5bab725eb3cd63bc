"""Take what a person typed into a cell for what it means, or say why it cannot be taken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from openpyxl.utils.datetime import from_excel

from app.domain.code_sets import CodeSet, CodeSets
from app.services.catalogue_sheets import UNIT_NAMES, Column, Kind

Cell = str | int | float | bool | datetime | date | None

_LONGEST_NUMBER = 15  # digits that a spreadsheet keeps; longer codes typed as numbers are lost
_LONGEST = 32_767  # characters that a cell holds
_BETWEEN = re.compile(r"[\s;,、^]+")
_DATE = re.compile(r"([12][0-9]{3})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
_UNITS = {name: unit.value for unit, name in UNIT_NAMES.items()} | {
    "个工作日": "working_day", "日": "day", "天": "day", "个月": "month",
}  # fmt: skip
_FLAGS = {"是": True, "否": False, "√": True, "✓": True, "×": False, "可": True, "不可": False}


class WrongCell(Exception):
    """Says in one short sentence why a cell cannot be taken."""


def narrow(text: str) -> str:
    """Full-width digits, letters, commas and blanks as the narrow ones they stand for."""
    return unicodedata.normalize("NFKC", text).strip()


def read_cell(column: Column, value: Cell, codes: CodeSets) -> Any:
    """The value as item files write it; None for an empty cell. Raises WrongCell."""
    if isinstance(value, str):
        value = value.strip()
        if len(value) > _LONGEST:
            raise WrongCell("文字太长")
    if value is None or value == "":
        return None
    if column.kind in {Kind.SET, Kind.SETS}:
        return _from_set(column, value, codes.get(column.set))
    return _READERS[column.kind](value)


def _text(value: Cell) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_LONGEST_NUMBER:
        return str(int(value))
    if isinstance(value, datetime) and value == datetime(value.year, value.month, value.day):  # noqa: DTZ001 - cells know no zone
        return value.date().isoformat()
    return str(value).strip()


def _lines(value: Cell) -> list[str]:
    return [line.strip() for line in _text(value).splitlines() if line.strip()]


def _code(value: Cell) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= 10**_LONGEST_NUMBER or value != int(value):
            raise WrongCell("编码写成了数字，末尾的位数已经丢失，请改为文本格式重新填写")
        return str(int(value))
    if not isinstance(value, str):
        raise WrongCell("编码要写成文本")
    text = narrow(value)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise WrongCell("编码里只能有字母、数字和连字符")
    return text


def _ids(value: Cell) -> list[str]:
    return [_code(part) for part in _BETWEEN.split(narrow(_text(value))) if part]


def _refs(value: Cell) -> list[dict[str, str]]:
    refs = []
    for part in _ids(value):
        question, equals, option = part.partition("=")
        if not (question and equals and option):
            raise WrongCell("提问条件要写成 问题编号=选项编号")
        refs.append({"question": question, "option": option})
    return refs


def _groups(value: Cell) -> list[tuple[str, str]]:
    groups = []
    for part in _BETWEEN.split(narrow(_text(value))):
        group, equals, question = part.partition("=")
        if part and not (group and equals and question):
            raise WrongCell("要写成 组名=问题编号")
        if part:
            groups.append((group, _code(question)))
    return groups


def _count(value: Cell) -> int:
    text = narrow(_text(value))
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
        raise WrongCell("要写 0 或者更大的整数")
    return int(text)


def _flag(value: Cell) -> bool:
    if isinstance(value, bool):
        return value
    try:
        return _FLAGS[narrow(_text(value))]
    except KeyError:
        raise WrongCell("要写“是”或者“否”") from None


def _date(value: Cell) -> str:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            if 19000101 <= value <= 29991231:
                value = str(int(value))
            elif 1 <= value < 200_000 and value == int(value):
                value = from_excel(value)
        if isinstance(value, datetime):
            if (value.hour, value.minute, value.second) != (0, 0, 0):
                raise WrongCell("日期不能带时刻")
            return value.date().isoformat()
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, str):
            found = _DATE.fullmatch(narrow(value).replace(" ", ""))
            if found:
                return date(*map(int, found.groups())).isoformat()
    except (ValueError, OverflowError, TypeError):
        pass
    raise WrongCell("不是日期，请写成 2026-01-01 的样子")


def _money(value: Cell) -> str:
    text = narrow(_text(value)).removesuffix("元").replace(",", "").strip()
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,14}(\.[0-9]{1,4})?", text, re.ASCII):
        raise WrongCell("要写金额，例如 80.00")
    return text


def _unit(value: Cell) -> str:
    try:
        return _UNITS[narrow(_text(value))]
    except KeyError:
        raise WrongCell(f"要写 {'、'.join(UNIT_NAMES.values())} 之一") from None


def _from_set(column: Column, value: Cell, known: CodeSet) -> Any:
    text = narrow(_text(value))
    if column.kind is Kind.SET:
        return _one_code(text, known)
    parts = [part.strip() for part in re.split(r"[\n;,、^]+", text) if part.strip()]
    found = [_one_code(part, known) for part in parts]
    if len(set(found)) != len(found):
        raise WrongCell("同一个代码写了两次")
    return found


def _one_code(text: str, known: CodeSet) -> str:
    """``4``, ``县`` or ``4 县``; where both stand they must mean the same."""
    names = {narrow(name): code for code, name in known.codes.items()}
    if text in names:
        return known.own_word(names[text])
    digits = re.match(r"[0-9]{1,2}|[A-Z](?![A-Za-z])", text, re.ASCII)
    if digits:
        code, name = digits.group(), text[digits.end() :].strip(" -:.")
        if code not in known and f"0{code}" in known:
            code = f"0{code}"  # a spreadsheet drops the zero
        if code in known:
            if name and names.get(name, code) != code:
                raise WrongCell(f"代码 {code} 和名称“{name[:20]}”不一致")
            if name and name not in names and code in known.codes:
                raise WrongCell(f"代码 {code} 的名称应是“{known.codes[code]}”")
            return known.own_word(code)
    raise WrongCell(f"不在代码表“{known.name}”里")


_READERS: dict[Kind, Callable[[Cell], Any]] = {
    Kind.TEXT: _text,
    Kind.LINES: _lines,
    Kind.CODE: _code,
    Kind.IDS: _ids,
    Kind.REFS: _refs,
    Kind.GROUPS: _groups,
    Kind.COUNT: _count,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    Kind.MONEY: _money,
    Kind.UNIT: _unit,
}
