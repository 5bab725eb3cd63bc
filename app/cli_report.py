"""The command that writes the reports of a day as PDF, Excel or CSV."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]


def add_report_command(main: click.Group, command: Command) -> None:
    """Hang ``onewindow report`` under the program."""
    kind = click.argument("kind", type=click.Choice(["shift", "papers", "spared", "balance"]))
    file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    day = click.option(
        "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Of this day; today if not said."
    )
    command(main, "report")(kind(file(day(_report))))


def _report(*, home: Path, as_json: bool, kind: str, file: Path, day: datetime | None) -> None:
    """Write the hand-over of a shift, the day's papers, the spared materials or what came in
    against what went out (.pdf, .xlsx, .csv)."""
    from app.bootstrap import Client
    from app.domain.hall import HALL_ZONE
    from app.services.catalogue_export import write_whole
    from app.services.day_export import write_sheets
    from app.services.shift_reports import Report, sheets_of

    if file.suffix.lower() not in (".pdf", ".xlsx", ".csv"):
        raise click.BadParameter(f"{file.name}: .pdf / .xlsx / .csv")
    client = Client(home)
    on = day.date() if day else client.clock.now().astimezone(HALL_ZONE).date()
    report = client.shift_reports.report(Report(kind), on)
    if file.suffix.lower() == ".pdf":
        write_whole(file, client.press.make(report)[1])
    else:
        write_sheets(file, sheets_of(report))
    rows = {table.title: len(table.rows) for table in report.tables}
    said = "，".join(f"{name} {count}" for name, count in rows.items())
    plain = f"已写出 {file}：{said}。"
    value = {"ok": True, "rows": rows}
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)
