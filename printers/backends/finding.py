"""Find the printers that this computer can reach: CUPS's queues and devices, serial and USB ports.

What answers nothing in time is left out; nothing is printed, and no port is opened for writing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.domain.errors import AppError

_QUEUE_SECONDS = 3.0
_DEVICE_SECONDS = 12.0  # CUPS asks the whole network


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPrinter:
    """``slips``: it can only be a slip printer; ``place`` says in its own words what it is."""

    name: str
    specification: str
    slips: bool = False
    place: str = ""


def find_printers(cups: str = "", devices: Path = Path("/dev/usb")) -> tuple[FoundPrinter, ...]:
    """``cups`` is HOST[:PORT] of a print server, "" for this machine's. Each printer once."""
    server = cups or os.environ.get("CUPS_SERVER", "") or "127.0.0.1:631"
    queues = (*_queues(server), *_devices(server)) if not server.startswith("/") else ()
    found = (*_windows(), *queues, *_usb(devices), *_serial())
    return tuple({one.specification: one for one in found}.values())


def _windows() -> Iterator[FoundPrinter]:
    if os.name == "nt":
        from printers.backends.winspool import list_queues

        for name in list_queues():
            yield FoundPrinter(name=name, specification=f"winspool:{name}", place="Windows")


def _queues(server: str) -> Iterator[FoundPrinter]:
    host, _, port = server.partition(":")
    for told in _ask(server, "CUPS_GET_PRINTERS", _QUEUE_SECONDS):
        name = str(told.get("printer-name", ""))
        if name and name.isprintable() and "/" not in name:
            where = " ".join(
                str(told[key]) for key in ("printer-info", "printer-location") if told.get(key)
            )
            yield FoundPrinter(
                name=name, specification=f"ipp://{host}:{port or 631}/printers/{name}",
                slips=str(told.get("printer-make-and-model", "")) == "Local Raw Printer",
                place=where[:80],
            )  # fmt: skip


def _devices(server: str) -> Iterator[FoundPrinter]:
    """What CUPS sees on the network and has no queue for; by Bonjour where it has that."""
    for told in _ask(server, "CUPS_GET_DEVICES", _DEVICE_SECONDS):
        uri = str(told.get("device-uri", ""))
        name = str(told.get("device-info") or told.get("device-make-and-model") or uri)[:60]
        try:
            parts = urlsplit(uri)
            port = parts.port
        except ValueError:
            continue
        if not parts.hostname or not uri.isprintable():
            continue
        if parts.scheme in {"ipp", "ipps"}:
            yield FoundPrinter(name=name, specification=uri, place=parts.hostname)
        elif parts.scheme == "socket":
            spec = f"tcp://{parts.hostname}:{port or 9100}"
            yield FoundPrinter(name=name, specification=spec, slips=True, place=parts.hostname)


def _ask(server: str, operation: str, seconds: float) -> Iterable[Mapping[str, Any]]:
    from pyipp.enums import IppOperation

    from printers.backends.ipp_wire import IppWire

    try:
        told = IppWire(f"ipp://{server}/").ask(
            IppOperation[operation], {"requesting-user-name": "onewindow"}, seconds=seconds
        )
    except (AppError, ValueError):
        return ()
    printers = told.get("printers", [])
    return [one for one in printers if isinstance(one, dict)]


def _usb(folder: Path) -> Iterator[FoundPrinter]:
    for device in sorted(folder.glob("lp*")) if folder.is_dir() else ():
        yield FoundPrinter(name=device.name, specification=f"usb:{device}", slips=True, place="USB")


def _serial() -> Iterator[FoundPrinter]:
    from serial.tools import list_ports

    for port in list_ports.comports():
        # Ports that are built in and bear nothing have no hardware id.
        if port.hwid and port.hwid != "n/a":
            yield FoundPrinter(
                name=port.name, specification=f"serial:{port.device}", slips=True,
                place=str(port.description)[:80],
            )  # fmt: skip
