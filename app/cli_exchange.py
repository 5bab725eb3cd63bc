"""The command that gives cases in the shape of the national platform's exchange tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sync.backoffice.exchange.batches import Exchange, Lacking
    from sync.backoffice.exchange.dictionary import Dictionary

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]
_WHY = {"lacks": "没有填", "long": "太长", "form": "写法不对", "code": "代码不在标准里"}
_SHOWN = 50


def add_exchange_command(group: click.Group, command: Command) -> None:
    """Hang ``onewindow exchange`` up."""
    data = click.option(
        "--data", required=True, type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="The back office's folder.",
    )  # fmt: skip
    out = click.option(
        "--out", required=True, type=click.Path(path_type=Path, file_okay=False),
        help="Folder for the batches, a folder each.",
    )  # fmt: skip
    batch = click.option(
        "--batch", type=click.IntRange(1), help="Give this batch again; new ones if not said."
    )
    database = click.option(
        "--database", default="", envvar="ONEWINDOW_DATABASE", metavar="ADDRESS",
        help="postgresql://… where the back office uses one.",
    )  # fmt: skip
    command(group, "exchange")(data(out(batch(database(_exchange)))))
    file = click.option(
        "--out", required=True, type=click.Path(path_type=Path, dir_okay=False),
        help="File to write, one rating a line.",
    )  # fmt: skip
    after = click.option(
        "--after", default=0, show_default=True, type=click.IntRange(0),
        help="Only what arrived after this place; the last one is told.",
    )  # fmt: skip
    command(group, "ratings")(data(file(after(database(_ratings)))))


def _exchange(
    *, home: Path, as_json: bool, data: Path, out: Path, batch: int | None, database: str
) -> bool:
    """Write what changed as national exchange tables, batch by batch (docs/exchange.md)."""
    from app.bootstrap import Client
    from sync.backoffice.database import Database
    from sync.backoffice.exchange.batches import Exchange
    from sync.backoffice.exchange.dictionary import load_dictionary
    from sync.backoffice.exchange.errors import NoDatabase

    client = Client(home)
    dictionary = load_dictionary(data)
    file = data / "backoffice.db"
    if not database and not file.is_file():
        raise NoDatabase(folder=str(data))
    opened = Database.open(database or file, client.clock.now())
    try:
        exchange = Exchange(opened, dictionary, client.office_lists, client.hall, client.clock.now)
        if batch is not None:
            given = [_write(exchange, dictionary, batch, out)]
            lacking: list[Lacking] = []
        else:
            given = [_write(exchange, dictionary, one, out) for one in exchange.unwritten()]
            while (made := exchange.make()) is not None:
                given.append(_write(exchange, dictionary, made.number, out))
            lacking = exchange.lacking()
    finally:
        opened.close()
    _say(given, lacking, dictionary, as_json)
    return not lacking


def _ratings(
    *, home: Path, as_json: bool, data: Path, out: Path, after: int, database: str
) -> bool:
    """Write 好差评 with the fields the national platform wants, as JSON lines. They name people."""
    from app.bootstrap import Client
    from app.services.catalogue_export import write_whole
    from sync.backoffice.database import Database
    from sync.backoffice.exchange.errors import NoDatabase
    from sync.backoffice.ratings.records import payload, ratings

    client = Client(home)
    file = data / "backoffice.db"
    if not database and not file.is_file():
        raise NoDatabase(folder=str(data))
    opened = Database.open(database or file, client.clock.now())
    last, lines = after, []
    try:
        with opened.read() as reader:
            for record in ratings(reader, after, limit=1_000_000):
                last = record.arrival
                lines += [
                    json.dumps(row, ensure_ascii=False) for row in payload(record, client.hall)
                ]
    finally:
        opened.close()
    write_whole(out, "".join(f"{line}\n" for line in lines).encode())
    told = {"ok": True, "file": str(out), "rows": len(lines), "last": last}
    plain = f"{len(lines)} 条评价 → {out}；下次用 --after {last}"
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else plain)
    return True


def _write(exchange: Exchange, dictionary: Dictionary, number: int, out: Path) -> dict[str, Any]:
    from app.services.catalogue_export import make_folder, write_whole
    from sync.backoffice.exchange.files import batch_files, batch_name

    made = exchange.get(number)
    folder = out / batch_name(number)
    make_folder(folder)
    for name, content in batch_files(made, dictionary).items():  # the manifest comes last
        write_whole(folder / name, content, mode=0o600)
    exchange.note_written(number)
    return {"batch": number, "folder": str(folder), "rows": len(made.rows)}


def _say(
    given: list[dict[str, Any]], lacking: list[Lacking], dictionary: Dictionary, as_json: bool
) -> None:
    if as_json:
        value = {
            "ok": not lacking, "batches": given,
            "lacking": [
                {"number": one.number, "case": one.case_id, "faults": _faults(one, dictionary)}
                for one in lacking
            ],
        }  # fmt: skip
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    for one in given:
        click.echo(f"第 {one['batch']} 批：{one['rows']} 行，{one['folder']}")
    if not given:
        click.echo("没有新的变化。")
    if lacking:
        click.echo(f"{len(lacking)} 件缺少标准要求的内容，没有报送；补齐后下次自动报送：")
    for case in lacking[:_SHOWN]:
        click.echo(f"  {case.number}  {'、'.join(_faults(case, dictionary))}")
    if len(lacking) > _SHOWN:
        click.echo(f"  ……另有 {len(lacking) - _SHOWN} 件，用 --json 看全部。")


def _faults(one: Lacking, dictionary: Dictionary) -> list[str]:
    """Which column of which table lacks what; never the value itself."""
    said = []
    for fault in one.faults:
        table = dictionary.tables[fault.table]
        title = next(column.title for column in table.columns if column.name == fault.column)
        said.append(f"{table.title}的{title}{_WHY[fault.why]}")
    return said
