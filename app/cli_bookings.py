"""The command that brings bookings (预约) to the hall's line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app.cli_devices import ask_office

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]

_AT_ONCE = 1000  # bookings in one request


def add_bookings_commands(main: click.Group, command: Command) -> None:
    """Hang the group ``bookings`` under ``onewindow``."""
    bookings = click.Group("bookings", help="Bookings that people check in with.")
    main.add_command(bookings)
    bring = _import
    for option in (
        click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False)),
        click.option("--data", required=True, type=click.Path(path_type=Path, file_okay=False)),
    ):
        bring = option(bring)
    command(bookings, "import")(bring)


def _import(*, home: Path, as_json: bool, file: Path, data: Path) -> bool:  # noqa: ARG001 - every command has a home
    """Bring the bookings of FILE (CSV or JSON) to the back office over --data."""
    from app.services.bookings_file import read_bookings

    left, kept, refused = read_bookings(file), 0, dict[str, str]()
    while left:
        some, left = left[:_AT_ONCE], left[_AT_ONCE:]
        answer = ask_office(data, "/api/bookings", {"bookings": some})
        kept += int(answer["kept"])
        refused |= answer["refused"]
    value = {"ok": not refused, "kept": kept, "refused": refused}
    lines = [f"已导入预约 {kept} 条。"]
    lines += [f"没有导入：{code}（{place}）" for code, place in refused.items()]
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))
    return not refused
