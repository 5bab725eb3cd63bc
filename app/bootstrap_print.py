"""Wire the printers: which are set up, and each opened when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.config import locked_keys
from app.domain.hall import HALL_ZONE
from app.services.print_setup import PrinterSetup, PrintRoutes

if TYPE_CHECKING:
    from app.ports import Clock
    from app.print_ports import Printer
    from app.services.papers import PaperContents
    from app.services.printer_desk import PrinterDesk
    from app.services.sheets import SheetDesk
    from app.storage.store import Store
    from printers.maker import PaperPress


def open_routes(home: Path, documents: str, slips: str) -> PrintRoutes:
    names = {"document_printer": "documents", "slip_printer": "slips"}
    locked = frozenset(names[key] for key in locked_keys() if key in names)
    default = PrinterSetup(documents=documents, slips=slips, locked=locked)
    return PrintRoutes(default, home / "printers.json")


def open_printer_desk(routes: PrintRoutes, printers: Mapping[str, Printer]) -> PrinterDesk:
    from app.services.printer_desk import PrinterDesk
    from printers.backends.finding import find_printers

    return PrinterDesk(routes, printers, find_printers)


def open_sheets(
    store: Store, contents: PaperContents, press: PaperPress, clock: Clock
) -> SheetDesk:
    from app.services.sheets import SheetDesk
    from printers.pictures import open_pictures

    def today() -> date:
        return clock.now().astimezone(HALL_ZONE).date()

    return SheetDesk(store, contents, press, press.warning, open_pictures, today)


class PrinterShelf(Mapping[str, "Printer"]):
    """The printers that are set up now, by specification. One that was set up while a job went to
    it and is not any more is still answered for."""

    def __init__(self, routes: PrintRoutes) -> None:
        self._routes = routes
        self._open: dict[str, Printer] = {}
        self._lock = Lock()

    def __getitem__(self, specification: str) -> Printer:
        """Raises BadPrinterSpecification."""
        with self._lock:
            if specification not in self._open:
                from printers.backends import open_printer

                self._open[specification] = open_printer(specification)
            return self._open[specification]

    def __iter__(self) -> Iterator[str]:
        return iter(self._routes.setup().specifications())

    def __len__(self) -> int:
        return len(self._routes.setup().specifications())
