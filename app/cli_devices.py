"""The commands that enrol this device, and those by which an administrator lets devices in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.domain.errors import AppError, Blame

if TYPE_CHECKING:
    from app.bootstrap import Client

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]

_SECONDS = 15.0
_LARGEST = 64 * 1024


class OfficeSilent(AppError):
    """No back office runs over this data folder, or it refused (``reason``)."""

    code = "DEV-OFFICE"
    blame = Blame.MACHINE


def add_device_commands(main: click.Group, command: Command) -> None:
    """Hang ``enrol`` and the group ``devices`` under ``onewindow``."""
    enrol = _enrol
    for option in (
        click.option("--url", default="", help="Address of the back office."),
        click.option("--code", prompt=True, help="One-time code from the administrator."),
        click.option("--fingerprint", default="", help="SHA-256 of its certificate."),
    ):
        enrol = option(enrol)
    command(main, "enrol")(enrol)

    devices = click.Group("devices", help="Let devices in, at the back office's machine.")
    main.add_command(devices)
    code = _code
    for option in (
        click.argument("device"),
        click.option("--data", required=True, type=click.Path(path_type=Path, file_okay=False)),
        click.option("--minutes", default=60, show_default=True, type=click.IntRange(15, 4320)),
    ):
        code = option(code)
    command(devices, "code")(code)


def _client(home: Path) -> Client:
    from app.bootstrap import Client

    return Client(home)


def _say(value: dict[str, Any], as_json: bool, plain: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)


def _enrol(*, home: Path, as_json: bool, url: str, code: str, fingerprint: str) -> None:
    """Enrol this device at the hall's back office with a one-time code."""
    client = _client(home)
    done = client.enrolment.enrol(url, code, fingerprint)
    client.store.close()
    value = {
        "ok": True, "device": done.device, "hall": done.hall, "url": done.url,
        "sealed_anew": done.sealed_anew,
    }  # fmt: skip
    plain = f"本机已登记为 {done.device}（{done.hall}，{done.url}）。"
    if done.sealed_anew:
        plain += f"\n{done.sealed_anew} 条还没送出的记录改由新的数据链送出，一条不少。"
    _say(value, as_json, plain)


def _code(*, home: Path, as_json: bool, device: str, data: Path, minutes: int) -> None:  # noqa: ARG001 - every command has a home
    """Make a one-time code that enrols DEVICE at the back office over --data."""
    made = ask_office(data, "/api/devices/codes", {"device": device, "minutes": minutes})
    lines = [f"{made['device']} 的一次性登记码：{made['code']}", f"有效至 {made['ends_at']}"]
    if made.get("fingerprint"):
        lines.append(f"证书指纹 SHA-256：{made['fingerprint']}")
    _say({"ok": True, **made}, as_json, "\n".join(lines))


def ask_office(data: Path, path: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The running back office itself makes the change: it alone writes its database."""
    from contextlib import closing

    from app.ports import Access
    from sync.client.round import Post
    from sync.client.transport import PIN, HttpTransport
    from sync.errors import SyncError

    post = Post(
        path=path, body=json.dumps(asked).encode(), content_type="application/json",
        largest=_LARGEST,
    )  # fmt: skip
    try:
        port, *tls = (data / "port").read_text(encoding="ascii").split()
        token = (data / "token").read_text(encoding="ascii").strip()
        access = Access(url=f"http://127.0.0.1:{int(port)}", token=token)
        if tls:  # it is this machine's own, and its folder says which certificate it has
            access = Access(url=tls[0], token=token, verify=PIN + tls[1])
        with closing(HttpTransport(access, longest=_SECONDS)) as transport:
            answer = transport(post)
        said = json.loads(answer.body)
    except (OSError, ValueError, IndexError):
        raise OfficeSilent(reason="—") from None
    except SyncError as error:
        raise OfficeSilent(reason=error.code) from None
    if answer.status != 200 or not isinstance(said, dict):
        code = said.get("code") if isinstance(said, dict) else None
        raise OfficeSilent(reason=str(code or answer.status)[:40])
    return said
