"""The commands that show which days work and take a newly published year."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.bootstrap import Client

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]


def add_calendar_commands(group: click.Group, command: Command) -> None:
    """Hang the commands under ``onewindow calendar``."""
    year = click.argument("year", type=click.IntRange(2000, 2099))
    command(group, "show")(year(_show_year))
    file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    command(group, "import")(file(_import))


def _client(home: Path) -> Client:
    from app.bootstrap import Client

    return Client(home)


def _show_year(*, home: Path, as_json: bool, year: int) -> None:
    """Show the arrangement of one year: days off and weekend days worked."""
    book = _client(home).calendar()
    shown = book.get(year)
    value = {
        "ok": True, "year": year, "source": shown.source, "imported": shown.imported,
        "holidays": [day.isoformat() for day in shown.holidays],
        "workdays": [day.isoformat() for day in shown.workdays],
        "left_out": list(book.faults),
    }  # fmt: skip
    lines = [
        f"{year} {shown.source} {'（导入）' if shown.imported else '（随程序）'}",
        f"放假（只列周一至周五）：{'、'.join(_spans(shown.holidays))}",
        f"周末上班：{'、'.join(_spans(shown.workdays))}",
        *(f"没有使用：{fault}" for fault in book.faults),
    ]
    _say(value, as_json, "\n".join(lines))


def _import(*, home: Path, as_json: bool, file: Path) -> None:
    """Check a file of published years and take it; the shipped years stay as they are."""
    from app.services.calendar import import_calendar

    years = import_calendar(file, home / "calendar")
    listed = "、".join(map(str, years))
    plain = f"已导入 {listed} 年的放假安排。办件时限马上按它计算；受理的承诺日期从下次打开窗口起。"
    _say({"ok": True, "years": list(years)}, as_json, plain)


def _spans(days: tuple[date, ...]) -> list[str]:
    """Days in a row as one span."""
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    return [
        f"{span[0]:%m-%d}" if len(span) == 1 else f"{span[0]:%m-%d}—{span[-1]:%m-%d}"
        for span in spans
    ]


def _say(value: Any, as_json: bool, plain: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)
