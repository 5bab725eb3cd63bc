"""Identity cards on the command line: read one, watch a reader, list readers.

All of it goes through the device host, as it does at the window.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

import click

from app.domain.errors import AppError
from app.texts import explain

if TYPE_CHECKING:
    from app.bootstrap import Client
    from app.ports import CardReader, ReadDone, ReaderMessage, ReaderStep, ReadFailed

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]
_SPECS: Final = (
    "serial:PATH[@BAUD] | usb[:VVVV:PPPP] | pcsc[:NAME] | sdtapi:PATH[@PORT] | termb:PATH[@PORT]"
    " | simulated[:PERSON]; several by commas"
)
_BETWEEN_FAILURES: Final = 1.0  # seconds
_LOOK: Final = 0.2


def add_card_commands(card: click.Group, command: Command) -> None:
    """``read``, ``watch`` and ``readers`` under ``onewindow card``."""
    reader = click.option("--reader", default="", help=_SPECS)
    timeout = click.option(
        "--timeout", default=30.0, show_default=True, help="Seconds to wait for a card."
    )
    command(card, "read")(reader(timeout(_read)))
    count = click.option("--count", default=0, help="End after so many cards; 0 never.")
    command(card, "watch")(reader(count(_watch)))
    probe = click.option("--probe", is_flag=True, help="Ask the window's own readers how they are.")
    command(card, "readers")(reader(probe(_readers)))


def _read(*, home: Path, as_json: bool, reader: str, timeout: float) -> None:
    """Read one card and show what it says."""
    from app.ports import ReadFailed

    with _opened(home, reader) as (client, opened):
        end = _once(opened, timeout, lambda step: click.echo(step, err=True))
        if isinstance(end, ReadFailed):
            raise _failure(end)
        fields = _fields(client, end)
    plain = "\n".join(f"{name:14} {value}" for name, value in fields.items() if value is not None)
    click.echo(_packed({"ok": True, "read": fields}, 2) if as_json else plain)


def _watch(*, home: Path, as_json: bool, reader: str, count: int) -> None:
    """Read card after card until Ctrl+C: one line each, and one for each failure."""
    from app.ports import ReadFailed

    seen = 0
    last = ""
    with _opened(home, reader) as (client, opened):
        while not count or seen < count:
            end = _once(opened, 3600.0, lambda _step: None)
            if isinstance(end, ReadFailed):
                said = explain(end.code, end.details)
                if end.code not in {last, "CARD-NO-CARD"}:
                    line = {"ok": False, "code": end.code, "message": said.message}
                    plain = f"✗ {end.code} {said.message} {said.next_step}"
                    click.echo(_packed(line) if as_json else plain)
                last = end.code
                time.sleep(_BETWEEN_FAILURES)
                continue
            seen += 1
            last = ""
            fields = _fields(client, end)
            until = fields["valid_to"] or "长期"
            plain = f"✓ {fields['document']} {fields['name']} {fields['number']} 有效至 {until}"
            plain += "（已过期）" if fields["expired"] else ""
            click.echo(_packed({"ok": True, "read": fields}) if as_json else plain)
            if seen != count and end.card.reader.startswith("pcsc"):
                _until_lifted(opened, end)


def _until_lifted(reader: CardReader, read: ReadDone) -> None:
    """A chip card lies in its reader and can be read for ever; that is still one card."""
    from app.ports import ReadDone

    while True:
        end = _once(reader, _LOOK, lambda _step: None)
        if isinstance(end, ReadDone):
            still = end.card.text_block == read.card.text_block
        else:
            still = end.code == "CARD-PULLED"  # services see a removal a moment later
        if not still:
            return
        time.sleep(_LOOK)


def _readers(*, home: Path, as_json: bool, reader: str, probe: bool) -> None:
    """List the readers of this machine; a star is before those that the window uses."""
    from app.devices.cards.asking import find_readers, probe_readers
    from app.devices.cards.hosted import split_specifications

    client = _client(home)
    used = reader or client.settings.reader
    try:
        own = probe_readers(client.devices, used, client.clock.now()) if probe or reader else ()
        found = find_readers(client.devices)
    finally:
        client.close_devices()
    names = {info.specification for info in own}
    rows = [*own, *(info for info in found if info.specification not in names)]
    lines = []
    for info in rows:
        star = "*" if info.specification in split_specifications(used) else " "
        number = f" SAM {info.module}" if info.module else ""
        lines.append(f"{star} {info.state:8} {info.specification:32} {info.name}{number}")
        if info.code:
            said = explain(info.code, info.details)
            lines.append(f"    {info.code} {said.message} → {said.next_step}")
    value = {"ok": True, "used": used, "readers": [asdict(info) for info in rows]}
    click.echo(_packed(value, 2) if as_json else "\n".join(lines) or "没有找到读卡器。")


def _client(home: Path) -> Client:
    from app.bootstrap import Client

    return Client(home)


@contextmanager
def _opened(home: Path, reader: str) -> Iterator[tuple[Client, CardReader]]:
    client = _client(home)
    try:
        yield client, client.open_reader(reader or client.settings.reader)
    finally:
        client.close_devices()


def _once(
    reader: CardReader, timeout: float, tell: Callable[[ReaderStep], None]
) -> ReadDone | ReadFailed:
    from app.ports import ReadProgress

    heard: SimpleQueue[ReaderMessage] = SimpleQueue()
    reader.start(1, timeout, heard.put)
    while isinstance(message := heard.get(), ReadProgress):
        tell(message.step)
    return message


def _failure(end: ReadFailed) -> AppError:
    from app.devices.host.asking import error_named

    return error_named(end.code, end.details)


def _fields(client: Client, end: ReadDone) -> dict[str, Any]:
    from app.devices.cards.timing import hall_day

    card = end.card
    person = card.person
    day = hall_day(client.clock.now())
    return {
        "document": card.document.value,
        "name": person.name,
        "name_latin": person.name_latin,
        "sex": person.sex.value,
        "nation": person.nation,
        "nationality": person.nationality,
        "birth": person.birth.isoformat() if person.birth else None,
        "address": person.address,
        "newest_address": card.newest_address,
        "number": person.number,
        "permit_number": card.permit_number,
        "times": card.times,
        "issuer": card.issuer,
        "valid_from": card.valid_from.isoformat() if card.valid_from else None,
        "valid_to": card.valid_to.isoformat() if card.valid_to else None,  # None is 长期
        "expired": card.valid_to is not None and card.valid_to < day,
        "photo": card.photo_state.value,
        "reader": card.reader,
    }


def _packed(value: dict[str, Any], indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
