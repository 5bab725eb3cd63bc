"""Read the rows of a department's workbook, in bounded time and memory, with every wrong cell."""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

from app.domain.code_sets import CodeSets
from app.domain.errors import AppError
from app.services.catalogue_archive import check_archive
from app.services.catalogue_cells import Cell, WrongCell, narrow, read_cell
from app.services.catalogue_sheets import (
    CODES,
    EXAMPLE,
    MOST_COLUMNS,
    MOST_ROWS,
    NOTES,
    SHEETS,
    Column,
    Sheet,
    TooManyRows,
    WorkbookRefused,
)

_MOST_FAULTS = 1000
_MOST_MERGED = 5000
_MOST_EMPTY = 100_000  # rows that carry only a format; whole columns get them by a slip
_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"'
)


@dataclass(slots=True)
class Faults:
    """Wrong cells in the order in which they were found; past a thousand they are counted."""

    said: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, sheet: str, column: str, row: int, what: str) -> None:
        self.count += 1
        if len(self.said) < _MOST_FAULTS:
            self.said.append(f"{sheet}!{column}{row}：{what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: values by column key as item files write them, and the letters of the columns."""

    number: int
    values: dict[str, Any]
    letters: dict[str, str]


def read_rows(file: Path, codes: CodeSets, faults: Faults) -> dict[str, list[Row]]:
    """The rows by sheet name. Raises WorkbookRefused and TooManyRows."""
    check_archive(file)
    found: dict[str, list[Row]] = {}
    # Opened here: a sheet left in the middle would keep openpyxl's own file open.
    with warnings.catch_warnings(), _opened(file) as stream:
        # openpyxl warns of styles and extensions that it does not keep; nothing is written back
        warnings.simplefilter("ignore")
        book = None
        try:
            book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
            for worksheet in book.worksheets:
                name = narrow(worksheet.title)
                sheet = next((known for known in SHEETS if known.name == name), None)
                if sheet is not None and sheet.name not in found:
                    found[sheet.name] = list(_SheetReader(sheet, codes, faults).rows(worksheet))
                elif not name.startswith((NOTES, CODES)):
                    faults.add(name[:31], "A", 1, "不认识这张工作表，请用模板里的表名")
        except AppError:
            raise
        except Exception:  # noqa: BLE001 - openpyxl fails in every way on a damaged workbook
            raise WorkbookRefused(reason="不是 xlsx 工作簿，或者已经损坏") from None
        finally:
            if book is not None:
                book.close()
    for sheet in SHEETS:
        if sheet.required and sheet.name not in found:
            faults.add(sheet.name, "A", 1, "缺少这张工作表")
    return found


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise WorkbookRefused(reason=error.strerror or "") from None


class _Merged:
    """Cells that were merged downwards: each row has the value of the first."""

    def __init__(self, xml: bytes, sheet: str, faults: Faults) -> None:
        self._spans: dict[int, list[tuple[int, int]]] = {}
        for number, match in enumerate(_MERGED.finditer(xml)):
            if number >= _MOST_MERGED:
                raise WorkbookRefused(reason="合并的单元格过多")
            left, right = (column_index_from_string(match[i].decode()) for i in (1, 3))
            first, last = int(match[2]), int(match[4])
            if left != right:
                if last > 1:  # above the headings nothing is read
                    faults.add(sheet, match[1].decode(), first, "横向合并的单元格，请拆开")
                continue
            self._spans.setdefault(left, []).append((first, last))
        for spans in self._spans.values():
            spans.sort()

    def first_row(self, column: int, row: int) -> int | None:
        spans = self._spans.get(column)
        if not spans:
            return None
        place = bisect_right(spans, (row, 1 << 30)) - 1
        return spans[place][0] if place >= 0 and spans[place][0] < row <= spans[place][1] else None


class _SheetReader:
    def __init__(self, sheet: Sheet, codes: CodeSets, faults: Faults) -> None:
        self._sheet = sheet
        self._codes = codes
        self._faults = faults
        self._columns: dict[int, Column] = {}

    def rows(self, worksheet: Any) -> Iterator[Row]:
        path = worksheet._worksheet_path  # noqa: SLF001 - openpyxl has no other way to merged cells here
        with worksheet.parent._archive.open(path) as xml:  # noqa: SLF001 - the archive it has open
            merged = _Merged(xml.read(), self._sheet.name, self._faults)
        worksheet.reset_dimensions()  # what the file says of its own size need not be true
        first_values: dict[tuple[int, int], Cell] = {}
        count = 0
        lines = worksheet.iter_rows(max_col=MOST_COLUMNS)
        for number, cells in enumerate(lines, start=1):
            if number > _MOST_EMPTY:
                raise TooManyRows(sheet=self._sheet.name, most=MOST_ROWS)
            if number == 1:
                self._read_headings(cells)
                continue
            values: dict[int, Cell] = {}
            for column, cell in enumerate(cells, start=1):
                value = cell.value
                if value is None or value == "":
                    start = merged.first_row(column, number)
                    value = first_values.get((column, start)) if start else None
                elif merged.first_row(column, number + 1) == number:
                    first_values[column, number] = value
                if value is None or (isinstance(value, str) and not value.strip()):
                    continue
                if cell.value is not None and cell.data_type in {"f", "e"}:
                    what = "是公式，请改为填写结果" if cell.data_type == "f" else "是错误值"
                    self._fault(column, number, what)
                    value = None
                values[column] = value
            if not values:
                continue
            count += 1
            if count > MOST_ROWS:
                raise TooManyRows(sheet=self._sheet.name, most=MOST_ROWS)
            row = self._read_row(number, values)
            if row is not None:
                yield row

    def _fault(self, column: int, row: int, what: str) -> None:
        self._faults.add(self._sheet.name, get_column_letter(column), row, what)

    def _read_headings(self, cells: tuple[Any, ...]) -> None:
        wanted = {column.heading: column for column in self._sheet.columns}
        for place, cell in enumerate(cells, start=1):
            heading = re.sub(r"[\s*]", "", narrow(str(cell.value or "")))
            if not heading:
                continue
            column = wanted.pop(heading, None)
            if column is None:
                self._fault(place, 1, f"不认识的列“{heading[:20]}”，或者写了两次")
            else:
                self._columns[place] = column
        for column in wanted.values():
            if column.required:
                self._faults.add(self._sheet.name, "A", 1, f"缺少“{column.heading}”一列")

    def _read_row(self, number: int, cells: dict[int, Cell]) -> Row | None:
        letters = {
            column.key: get_column_letter(place) for place, column in self._columns.items()
        }  # fmt: skip
        for place, column in self._columns.items():
            if column.key == "code" and str(cells.get(place) or "").startswith((EXAMPLE, "例:")):
                return None
        values: dict[str, Any] = {}
        for place in cells.keys() - self._columns.keys():
            self._fault(place, number, "这一列没有标题")
        for place, column in self._columns.items():
            try:
                value = read_cell(column, cells.get(place), self._codes)
            except WrongCell as wrong:
                self._fault(place, number, f"{column.heading}{wrong}")
                continue
            if value is not None:
                values[column.key] = value
            elif column.required and place not in cells:
                self._fault(place, number, f"{column.heading}没有填")
        return Row(number=number, values=values, letters=letters)
