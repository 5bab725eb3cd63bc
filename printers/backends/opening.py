"""Turn a printer's specification into a printer: ``folder:PATH`` or ``ipp://HOST[:PORT]/PATH``."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from app.ports import Printer
from printers.backends.folder import FolderPrinter
from printers.errors import BadPrinterSpecification


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
    raise BadPrinterSpecification(spec=specification[:80])
