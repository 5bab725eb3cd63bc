"""The command line: plain text for people, ``--json`` for machines.

Exit codes: 0 fine, 1 refused or failing, 2 wrong usage. Every command takes ``--home DIR``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli_board import add_board_command
from app.cli_bookings import add_bookings_commands
from app.cli_calendar import add_calendar_commands
from app.cli_card import add_card_commands
from app.cli_catalogue import add_catalogue_commands
from app.cli_devices import add_device_commands
from app.cli_exchange import add_exchange_command
from app.cli_kiosk import add_kiosk_command
from app.cli_line import add_line_command
from app.cli_receipt import add_receipt_commands
from app.cli_report import add_report_command
from app.cli_scan import add_scan_commands
from app.cli_signature import add_signature_commands
from app.cli_wording import add_wording_commands
from app.config import default_home
from app.domain.errors import AppError
from app.texts import explain

if TYPE_CHECKING:
    from app.bootstrap import Client


def _client(home: Path) -> Client:
    from app.bootstrap import Client

    return Client(home)


def _show(value: Any, as_json: bool, plain: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)


def _failure(error: AppError) -> dict[str, Any]:
    said = explain(error.code, error.details)
    return {
        "ok": False,
        "error": {"code": error.code, "message": said.message, "next_step": said.next_step},
    }


def command(group: click.Group, name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with ``--home`` and ``--json`` that ends with 1 on a foreseen failure."""

    def decorate(work: Callable[..., Any]) -> click.Command:
        @wraps(work)
        def run(*, home: Path, as_json: bool, **rest: Any) -> None:
            try:
                fine = work(home=home, as_json=as_json, **rest)
            except AppError as error:
                failure = _failure(error)
                said = failure["error"]
                plain = f"{said['code']} {said['message']}\n{said['next_step']}"
                _show(failure, as_json, plain)
                sys.exit(1)
            sys.exit(0 if fine is not False else 1)

        with_json = click.option("--json", "as_json", is_flag=True, help="For machines.")(run)
        with_home = click.option(
            "--home", type=click.Path(path_type=Path, file_okay=False), default=default_home,
            help="Folder of this client's data.",
        )(with_json)  # fmt: skip
        return group.command(name)(with_home)

    return decorate


@click.group(invoke_without_command=True)
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), default=default_home)
@click.version_option(package_name="onewindow")
@click.pass_context
def main(context: click.Context, home: Path) -> None:
    """OneWindow 一窗: any item at any window. Without a command it opens the window client."""
    if context.invoked_subcommand is None:
        from app.start import run_window

        sys.exit(run_window(_client(home)))


@main.command("device-host", hidden=True)
def device_host() -> None:
    """Drive readers and scanners for a window: started by it, spoken to by a pipe."""
    from app.devices.host.child import main as serve

    serve()


@main.group()
def card() -> None:
    """Identity cards."""


add_card_commands(card, command)
add_scan_commands(main, command)


@main.group()
def catalogue() -> None:
    """Items and their material lists."""


@command(catalogue, "find")
@click.argument("text")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
def catalogue_find(*, home: Path, as_json: bool, text: str, limit: int) -> None:
    """Find items and bundles by characters, pinyin, initials or code; best first."""
    found = [
        {
            "code": item.code,
            "name": item.name,
            "department": item.department,
            "bundle": item.bundle,
        }
        for item in _client(home).catalogue.find(text, limit)
    ]
    plain = "\n".join(f"{f['code']}  {f['name']}  {f['department']}" for f in found)
    _show(found, as_json, plain or "没有找到事项。")


@command(catalogue, "try")
@click.argument("item")
@click.option("--answer", "answers", multiple=True, metavar="QUESTION=OPTION")
@click.option("--have", "have", multiple=True, metavar="MATERIAL[:ORIGINALS[:COPIES]]")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="As of this day; today if not said."
)
def catalogue_try(
    *,
    home: Path,
    as_json: bool,
    item: str,
    answers: tuple[str, ...],
    have: tuple[str, ...],
    day: datetime | None,
) -> None:
    """Check what was brought against the list of ITEM (or of a bundle), without a case."""
    from app.domain.hall import HALL_ZONE
    from app.services.catalogue_store import open_catalogue
    from app.services.trial import in_words, try_bundle, try_list

    client = _client(home)
    on = day.date() if day else client.clock.now().astimezone(HALL_ZONE).date()
    found = open_catalogue(client.hall_folder / "items", client.home, on=on)
    bundle = found.find_bundle(item)
    if bundle is None:
        result = try_list(found.get(item), answers, have, on)
    else:
        result = try_bundle(bundle, found.items_of(bundle), answers, have, on)
    _show(result, as_json, in_words(result))


add_catalogue_commands(catalogue, command)


@main.group()
def calendar() -> None:
    """Which days work, year by year."""


add_calendar_commands(calendar, command)
add_device_commands(main, command)
add_board_command(main, command)
add_kiosk_command(main, command)
add_bookings_commands(main, command)
add_exchange_command(main, command)
add_line_command(main, command)
add_receipt_commands(main, command)
add_report_command(main, command)
add_signature_commands(main, command)
add_wording_commands(main, command)


@main.group()
def journal() -> None:
    """The chain of facts."""


@command(journal, "verify")
def journal_verify(*, home: Path, as_json: bool) -> None:
    """Check every hash of the chain from the first entry to the last."""
    store = _client(home).store
    seq, head = store.verify()
    value = {
        "ok": True, "device": store.device, "install": store.install, "seq": seq, "head": head
    }  # fmt: skip
    _show(value, as_json, f"{store.device}: complete to {seq}, head {head}")


@command(main, "doctor")
@click.option("--rebuild", is_flag=True, help="Fold the projections again from the journal.")
def doctor(*, home: Path, as_json: bool, rebuild: bool) -> bool:
    """Ask every component how it is and what to do."""
    from dataclasses import asdict

    from app.doctor import Health, examine

    client = _client(home)
    if rebuild:
        client.store.rebuild()
    findings = examine(client)
    marks = {Health.OK: "✓", Health.WARN: "!", Health.FAIL: "✗"}
    lines = []
    for finding in findings:
        lines.append(
            f"{marks[finding.state]} {finding.component:14} {finding.version:18} {finding.detail}"
        )
        if finding.next_step:
            lines.append(f"    → {finding.next_step}")
    fine = all(finding.state is not Health.FAIL for finding in findings)
    value = {"ok": fine, "findings": [asdict(finding) for finding in findings]}
    _show(value, as_json, "\n".join(lines))
    return fine


@command(main, "backoffice")
@click.option("--data", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Others than this machine's want TLS."
)
@click.option("--certificate", type=click.Path(path_type=Path, dir_okay=False), help="PEM chain.")
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="PEM, its key.")
@click.option("--self-signed", is_flag=True, help="TLS by DATA/tls, made at the first start.")
@click.option("--demo-line", default=0, type=click.IntRange(0, 500), help="Tickets for today.")
@click.option(
    "--database",
    default="",
    envvar="ONEWINDOW_DATABASE",
    metavar="ADDRESS",
    help="postgresql://… instead of a file in DATA; better given as ONEWINDOW_DATABASE.",
)
@click.option(
    "--processes",
    default=1,
    envvar="ONEWINDOW_PROCESSES",
    show_default=True,
    type=click.IntRange(1, 64),
    help="Server processes; more than one need PostgreSQL.",
)
@click.option("--embedded", is_flag=True, help="End when standard input closes.")
def backoffice(
    *,
    home: Path,
    as_json: bool,  # noqa: ARG001 - its one line of output is JSON already
    data: Path,
    port: int,
    host: str,
    certificate: Path | None,
    key: Path | None,
    self_signed: bool,
    demo_line: int,
    database: str,
    processes: int,
    embedded: bool,
) -> None:
    """Run the hall's back office until it is told to stop."""
    from sync.backoffice.certificate import Certificate, own_certificate
    from sync.backoffice.server import serve

    if bool(certificate) is not bool(key) or (certificate and self_signed):
        raise click.UsageError("give --certificate with its --key, or --self-signed")
    if embedded:
        _end_with_parent()
    client = _client(home)
    files = Certificate(chain=certificate, key=key) if certificate and key else None
    if self_signed:
        files = own_certificate(data, host, client.clock.now())
    serve(
        data, port=port, host=host, hall=client.hall, demo_line=demo_line, database=database,
        processes=processes, certificate=files, lists=client.office_lists,
    )  # fmt: skip


def _end_with_parent() -> None:
    """A parent that is killed closes the pipe: no server is left behind without its window."""
    import os
    import signal
    from threading import Thread

    def wait() -> None:
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, name="parent", daemon=True).start()


@command(main, "demo")
@click.option("--offscreen", is_flag=True, help="Play the main job without a display.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/first-applicant")
)
def demo(*, home: Path, as_json: bool, offscreen: bool, out: Path) -> bool:  # noqa: ARG001
    """Open the demo hall: embedded back office, simulated reader and printers."""
    from app.demo.run import run_demo

    return run_demo(home, out, offscreen=offscreen)


if __name__ == "__main__":
    main()
