"""The commands that check a hall's own legal sentences, and show the papers of a case with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]


def add_wording_commands(main: click.Group, command: Command) -> None:
    """Hang the commands under ``onewindow wording``."""

    @main.group()
    def wording() -> None:
        """The legal sentences of the papers."""

    own = click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
    out = click.argument("out", type=click.Path(path_type=Path, file_okay=False))
    case = click.option("--case", "number", required=True, help="A case's number.")
    command(wording, "check")(own(_check))
    command(wording, "preview")(own(out(case(_preview))))


def _check(*, home: Path, as_json: bool, folder: Path) -> None:
    """Whether these files can stand for the packaged ones; names file and key where not."""
    from app.bootstrap import resources_folder
    from printers.wording import Wording, read_grounds

    del home
    if (folder / "grounds.json").exists():
        read_grounds(folder / "grounds.json")
    words = Wording.load(resources_folder() / "wording", folder)
    named = sorted(file.stem for file in folder.glob("*.json"))
    versions = {name: words.of(name).version for name in named if name != "grounds"}
    plain = "可以使用：" + "，".join(f"{name} {version}" for name, version in versions.items())
    value = {"ok": True, "versions": versions}
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)


def _preview(*, home: Path, as_json: bool, folder: Path, out: Path, number: str) -> None:
    """Every paper that a case has, as PDF, with these sentences. Nothing is printed or recorded."""
    from app.bootstrap import Client, resources_folder
    from app.domain.errors import NotReady
    from app.domain.events import PaperKind
    from app.services.catalogue_export import write_whole
    from app.services.print_jobs import TITLES
    from printers.documents.fonts import FontBook
    from printers.maker import PaperPress
    from printers.wording import Wording

    client = Client(home)
    words = Wording.load(resources_folder() / "wording", folder)
    press = PaperPress(words, FontBook.from_folders([resources_folder() / "fonts"]))
    about = f"case:{client.case_id(number)}"
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for paper in PaperKind:
        if paper in _NOT_OF_CASES:
            continue
        try:
            content = client.contents.content(paper, about)
        except NotReady:
            continue  # this case has none
        name = f"{TITLES[paper]}.pdf"
        write_whole(out / name, press.make(content)[1])
        files.append(name)
    plain = f"已写出 {len(files)} 份到 {out}：{'、'.join(files)}。"
    value = {"ok": True, "files": files}
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)


_NOT_OF_CASES = frozenset(
    {"ticket_slip", "bundle_receipt", "shift_report", "day_papers", "spared_report",
     "balance_report", "test_page", "test_slip"}
)  # fmt: skip
