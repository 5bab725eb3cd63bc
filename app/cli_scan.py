"""Scanners on the command line: list them, scan a page, make separator sheets.

All of it goes through the device host, as it does at the window.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from app.bootstrap import Client
    from app.domain.scan_page import TrayPage

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]
_SPECS: Final = "sane:NAME[;OPTION=VALUE...] | escl:URL | simulated"


def add_scan_commands(main: click.Group, command: Command) -> None:
    """The group ``scan`` under ``onewindow``."""
    scan = click.Group("scan", help="Scanners of this window.")
    main.add_command(scan)
    command(scan, "list")(_list)
    page = _page
    for option in (
        click.option("--scanner", default="", help=_SPECS),
        click.option("--out", default=None, type=click.Path(path_type=Path, file_okay=False),
                     help="Write the pages there, instead of keeping them in the tray."),
        click.option("--mode", default="colour", type=click.Choice(["colour", "grey", "black"])),
        click.option("--dpi", default=200, show_default=True, type=click.IntRange(50, 1200)),
        click.option("--paper", default="auto", show_default=True,
                     type=click.Choice(["auto", "glass", "feeder", "duplex"])),
        click.option("--most", default=200, show_default=True, type=click.IntRange(1, 200)),
    ):  # fmt: skip
        page = option(page)
    command(scan, "page")(page)
    sheets = click.option("--count", default=12, show_default=True, type=click.IntRange(0, 99))
    file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    command(scan, "separators")(sheets(file(_separators)))


def _list(*, home: Path, as_json: bool) -> None:
    """List the scanners of this machine; a star is before the window's own."""
    from app.devices.scanners.hosted import find_scanners

    with _opened(home) as client:
        used = client.settings.scanner
        found = find_scanners(client.devices)
    lines = [f"{'*' if one.spec == used else ' '} {one.spec:40} {one.name}" for one in found]
    if used and used not in {one.spec for one in found}:
        lines.append(f"* {used}")
    value = {"ok": True, "used": used, "scanners": [asdict(one) for one in found]}
    _say(value, as_json, "\n".join(lines) or "没有找到扫描仪。")


def _page(
    *, home: Path, as_json: bool, scanner: str, out: Path | None, mode: str, dpi: int, paper: str,
    most: int,
) -> None:  # fmt: skip
    """Scan until there is no more paper, into the tray or a folder."""
    from app.bootstrap_scan import open_scanner
    from app.domain.scan_page import ScanMode
    from app.scan_ports import PaperSource, ScanProgress, ScanWish
    from app.services.scan_intake import ScanIntake, Target

    wish = ScanWish(mode=ScanMode(mode), dpi=dpi, paper=PaperSource(paper), most=most)
    files: list[str] = []
    pages: dict[str, TrayPage] = {}

    def write(content: bytes) -> None:
        assert out is not None  # noqa: S101 - only asked for with a folder
        files.append(_written(out, content))

    def tell(progress: ScanProgress) -> None:
        click.echo(f"\r第 {progress.number} 页 {progress.percent}%   ", err=True, nl=False)

    def came(page: TrayPage) -> None:
        pages[page.id] = page

    with _opened(home) as client:
        opened = open_scanner(client, scanner or client.settings.scanner)
        try:
            if out is not None:
                opened.scan(wish, "", keep=write, tell=tell, cancelled=_never())
            else:
                intake = ScanIntake(client.tray, lambda: opened, None)
                intake.scan(Target(), wish, came=came, tell=tell)
        finally:
            click.echo("", err=True)
    told = [_told(page) for page in pages.values()]
    value = {"ok": True, "files": files} if out is not None else {"ok": True, "pages": told}
    lines = files or [
        f"{at} {one['width']}×{one['height']} {' '.join((*one['flaws'], *one['codes']))}".rstrip()
        for at, one in enumerate(told, 1)
    ]
    _say(value, as_json, "\n".join(lines))


def _separators(*, home: Path, as_json: bool, file: Path, count: int) -> None:
    """Write separator sheets to FILE (PDF): one for the next material, COUNT for numbered ones."""
    from app.bootstrap import resources_folder
    from app.domain.scan_stack import separator_code
    from printers.documents.separators import separator_sheets

    del home
    codes = [(separator_code(number), number) for number in range(count + 1)]
    sheets = separator_sheets(codes, [resources_folder() / "fonts"])
    try:
        file.write_bytes(sheets)
    except OSError as error:
        raise click.FileError(str(file), error.strerror or "") from None
    _say({"ok": True, "file": str(file), "sheets": len(codes)}, as_json, f"{file}：{len(codes)} 张")


def _written(folder: Path, content: bytes) -> str:
    """Under the next number that is free."""
    kind = "png" if content.startswith(b"\x89PNG") else "jpg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while any(folder.glob(f"{number:03d}.*")):
            number += 1
        with (folder / f"{number:03d}.{kind}").open("xb") as file:
            file.write(content)
    except OSError as error:
        raise click.FileError(str(folder), error.strerror or "") from None
    return f"{number:03d}.{kind}"


def _told(page: TrayPage) -> dict[str, Any]:
    return {
        "id": page.id, "case": page.case_id, "width": page.width, "height": page.height,
        "dpi": page.dpi, "flaws": [flaw.value for flaw in page.seen.flaws],
        "codes": list(page.seen.codes), "tilt": page.seen.tilt,
    }  # fmt: skip


def _never() -> Any:
    from threading import Event

    return Event()


@contextmanager
def _opened(home: Path) -> Iterator[Client]:
    from app.bootstrap import Client

    client = Client(home)
    try:
        yield client
    finally:
        client.close_devices()


def _say(value: dict[str, Any], as_json: bool, plain: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)
