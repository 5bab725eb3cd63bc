"""The commands that check a signed receipt without a network, and exchange the keys for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.bootstrap import Client

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]


def add_receipt_commands(main: click.Group, command: Command) -> None:
    """Hang the commands under ``onewindow receipt``."""

    @main.group()
    def receipt() -> None:
        """Signed receipts, checked with no network."""

    command(receipt, "verify")(click.argument("source", metavar="FILE|TEXT")(_verify))
    file = click.Path(path_type=Path, dir_okay=False)
    command(receipt, "key")(click.argument("file", type=file)(_key))
    command(receipt, "trust")(click.argument("file", type=file)(_trust))


def _client(home: Path) -> Client:
    from app.bootstrap import Client

    return Client(home)


def _verify(*, home: Path, as_json: bool, source: str) -> None:
    """Check a receipt: its PDF, a picture of it, or the text of its second code."""
    from app.domain.hall import HALL_ZONE
    from app.services.receipt_signing import read_receipt, trusted_keys, verify_receipt

    client = _client(home)
    text = read_receipt(source)
    statement, key = verify_receipt(text, trusted_keys(client.home, client.receipt_key))
    at = statement.time.astimezone(HALL_ZONE)
    counts = list(zip(statement.counts[::2], statement.counts[1::2], strict=True))
    value = {
        "ok": True, "number": statement.number, "paper": statement.paper, "item": statement.item,
        "list_version": statement.list_version, "list_hash": statement.list_hash.hex(),
        "materials": statement.lines, "counts": [list(pair) for pair in counts],
        "materials_hash": statement.materials.hex(), "at": at.isoformat(),
        "window": statement.window, "device": statement.device, "key": key.key_id,
    }  # fmt: skip
    lines = [
        f"凭证真实，没有改动。编号：{statement.number}",
        f"事项：{statement.item}，材料清单第 {statement.list_version} 版",
        f"清单校验值：{statement.list_hash.hex()}",
        f"出具：{at:%Y-%m-%d %H:%M}，{statement.window}，设备 {statement.device}",
        f"密钥：{key.key_id}",
        f"材料 {statement.lines} 项" + ("：" if counts else ""),
        *(
            f"  {at_line}. 原件 {originals} 份，复印件 {copies} 份"
            for at_line, (originals, copies) in enumerate(counts, start=1)
        ),
    ]
    _say(value, as_json, "\n".join(lines))


def _key(*, home: Path, as_json: bool, file: Path) -> None:
    """Write the public key of this window, for others to check its receipts by."""
    import msgspec

    from app.services.catalogue_signing import PublicKey, public_of

    client = _client(home)
    bare = public_of(client.receipt_key)
    key = PublicKey(scheme=bare.scheme, public=bare.public, unit=client.settings.window)
    file.write_bytes(msgspec.json.encode(key) + b"\n")
    _say({"ok": True, "key": key.key_id}, as_json, f"已写出 {file}，密钥 {key.key_id}。")


def _trust(*, home: Path, as_json: bool, file: Path) -> None:
    """Believe the receipts of the window whose public key this is."""
    from app.services.receipt_signing import trust_key

    key = trust_key(home, file)
    said = f"已登记 {key.unit or '（未署名）'} 的密钥 {key.key_id}。"
    _say({"ok": True, "key": key.key_id, "unit": key.unit}, as_json, said)


def _say(value: Any, as_json: bool, plain: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)
