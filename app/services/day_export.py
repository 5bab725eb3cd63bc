"""Write the figures of a day to a file: CSV for any program, or an Excel workbook. Nobody is named
in either."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from app.domain.day_figures import DayTicket
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE, Hall

Row = Sequence[str | int | float]
Sheets = Sequence[tuple[str, Sequence[Row]]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportFailed(AppError):
    """The file could not be written; ``place`` says where, ``cause`` why."""

    code = "SUP-01"
    retryable = True


def ticket_rows(tickets: Sequence[DayTicket], hall: Hall) -> list[Row]:
    """One line for each ticket, the first names the columns. Times are the hall's; minutes with one
    decimal, "" where it did not come to that."""
    names = {one.id: one.name for one in hall.businesses}
    numbers = {one.id: one.number for one in hall.windows}
    rows: list[Row] = [
        ("取号", "业务", "优先", "状态", "窗口", "叫号", "办理", "结束", "等候分钟", "办理分钟",
         "估计至少", "估计至多")
    ]  # fmt: skip
    states = {
        "waiting": "等候", "called": "呼叫", "serving": "办理", "held": "挂起", "passed": "过号",
        "finished": "办完", "dropped": "弃号",
    }  # fmt: skip
    for one in tickets:
        reason = hall.queue.priority(one.priority)
        rows.append(
            (
                _clock(one.taken_at), names.get(one.business, one.business),
                reason.name if reason else one.priority, states[one.state.value],
                numbers.get(one.window, one.window), _clock(one.called_at), _clock(one.served_at),
                _clock(one.ended_at), _minutes(one.waited), _minutes(one.handled),
                one.least if one.least >= 0 else "", one.most if one.most >= 0 else "",
            )
        )  # fmt: skip
    return rows


def write_csv(file: Path, rows: Sequence[Row]) -> None:
    """With a byte order mark, so that Excel reads Chinese. Raises ExportFailed."""
    part = _beside(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([[_safe(cell) for cell in row] for row in rows])
        part.replace(file)
    except OSError as error:
        raise _failed(file, part, error) from None


def write_workbook(file: Path, sheets: Sheets) -> None:
    """A sheet for each (name, rows). Raises ExportFailed."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, rows in sheets:
        sheet = book.create_sheet(name[:31])
        for row in rows:
            sheet.append([_safe(cell) for cell in row])
    part = _beside(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        book.save(part)
        part.replace(file)
    except OSError as error:
        raise _failed(file, part, error) from None


def write_sheets(file: Path, sheets: Sheets) -> None:
    """As its name ends: a workbook, or one CSV with the sheets one after another. Raises
    ExportFailed."""
    if file.suffix.lower() != ".csv":
        write_workbook(file, sheets)
        return
    rows: list[Row] = []
    for at, (name, own) in enumerate(sheets):
        rows += [(), (name,)] if at else []
        rows += own
    write_csv(file, rows)


def _beside(file: Path) -> Path:
    return file.with_name(f".{file.name}.part")


def _failed(file: Path, part: Path, error: OSError) -> ExportFailed:
    part.unlink(missing_ok=True)
    return ExportFailed(place=str(file.parent), cause=error.strerror or type(error).__name__)


def _safe(cell: str | float) -> str | float:
    """A text that a spreadsheet would take for a formula stays a text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _clock(at: datetime | None) -> str:
    return at.astimezone(HALL_ZONE).strftime("%H:%M:%S") if at else ""


def _minutes(seconds: int) -> float | str:
    return round(seconds / 60, 1) if seconds >= 0 else ""
