"""Turn a printer's specification into a printer.

``folder:PATH``, ``ipp://HOST[:PORT]/PATH``, ``winspool:NAME`` on Windows, and for slips ``tcp://HOST[:9100]``,
``serial:DEVICE[@BAUD]`` and ``usb:DEVICE``; ``?mute`` behind these three is a printer that never
answers, so that it is not asked how it is.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from app.print_ports import Printer
from printers.backends.folder import FolderPrinter
from printers.errors import BadPrinterSpecification

_RAW_PORT = 9100
_BAUD = 19200  # what hall printers leave the factory with
_CONNECT_SECONDS = 3.0


def open_printer(specification: str) -> Printer:
    """No connection is made yet. Raises BadPrinterSpecification."""
    kind, _, rest = specification.strip().partition(":")
    if kind == "folder" and rest:
        return FolderPrinter(Path(rest))
    if kind in {"ipp", "ipps"}:
        try:
            parts = urlsplit(specification.strip())
            fits = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            fits = False
        if fits:
            # The network side is loaded only where a network printer is set up.
            from printers.backends.ipp import IppPrinter

            return IppPrinter(specification.strip())
    if kind == "winspool" and rest.strip() and rest.isprintable():
        from printers.backends.winspool import WindowsPrinter

        return WindowsPrinter(rest.strip())
    if kind in {"tcp", "serial", "usb"} and (found := _slip_printer(specification.strip())):
        return found
    raise BadPrinterSpecification(spec=specification[:80])


def _slip_printer(specification: str) -> Printer | None:
    from printers.backends.slip_printer import SlipPrinter
    from printers.backends.wire import DeviceWire, SerialWire, TcpWire

    plain = specification.removesuffix("?mute")
    answers = plain == specification
    kind, _, rest = plain.partition(":")
    if kind == "tcp":
        try:
            parts = urlsplit(plain)
            host, port = parts.hostname, parts.port
        except ValueError:
            return None
        if not host or port == 0 or parts.path or parts.query:
            return None
        return SlipPrinter(
            plain, lambda: TcpWire(host, port or _RAW_PORT, _CONNECT_SECONDS), answers=answers
        )
    device, _, baud = rest.partition("@") if kind == "serial" else (rest, "", "")
    if not device or (baud and not (baud.isascii() and baud.isdigit() and len(baud) <= 7)):
        return None
    if kind == "usb":
        return SlipPrinter(plain, lambda: DeviceWire(Path(device)), answers=answers)
    return SlipPrinter(plain, lambda: SerialWire(device, int(baud or _BAUD)), answers=answers)
