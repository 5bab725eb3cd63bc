"""Set up printers: find them, name them, choose the default, and say which paper goes where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from app.domain.errors import AppError, Blame, DomainError
from app.domain.events import PaperKind
from app.print_ports import Printer
from app.services.print_setup import PrinterSetup, PrintRoutes, Route


class LockedByPolicy(DomainError):
    """The machine's policy has decided which printer this is."""

    code = "PRN-LOCKED"


class StillNeeded(DomainError):
    """Papers go to this printer: first they must go elsewhere."""

    code = "PRN-NEEDED"


class SetupNotSaved(AppError):
    """The file of printers cannot be written."""

    code = "PRN-SETUP-SAVE"
    blame = Blame.MACHINE


class FoundOne(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def specification(self) -> str: ...

    @property
    def slips(self) -> bool: ...

    @property
    def place(self) -> str: ...


class PrinterDesk:
    def __init__(
        self,
        routes: PrintRoutes,
        printers: Mapping[str, Printer],
        find: Callable[[], Sequence[FoundOne]],
    ) -> None:
        self._routes = routes
        self._printers = printers
        self._find = find

    def setup(self) -> PrinterSetup:
        """Raises BadPrinterSetup."""
        return self._routes.setup()

    def found(self) -> tuple[FoundOne, ...]:
        """What is not set up yet. Blocking, for as long as a network takes."""
        known = set(self.setup().specifications())
        return tuple(one for one in self._find() if one.specification not in known)

    def add(self, name: str, specification: str) -> None:
        """Raises BadPrinterSpecification, SetupNotSaved."""
        self._printers[specification]
        setup = self.setup()
        if specification in setup.specifications():
            return
        plain = "".join(c for c in name if c.isprintable()).strip()[:40] or specification[:40]
        taken, count = plain, 1
        while taken in setup.printers:
            count += 1
            taken = f"{plain} {count}"
        self._save(replace(setup, printers={**setup.printers, taken: specification}))

    def remove(self, specification: str) -> None:
        """Raises StillNeeded, SetupNotSaved."""
        setup = self.setup()
        routed = {route.printer for route in setup.papers.values()}
        if specification in {setup.documents, setup.slips, *routed}:
            raise StillNeeded(printer=setup.label(specification))
        left = {name: one for name, one in setup.printers.items() if one != specification}
        self._save(replace(setup, printers=left))

    def use_for_documents(self, specification: str) -> None:
        """Raises LockedByPolicy, SetupNotSaved."""
        self._save(replace(self._open("documents"), documents=specification))

    def use_for_slips(self, specification: str) -> None:
        self._save(replace(self._open("slips"), slips=specification))

    def send(self, paper: PaperKind, route: Route | None) -> None:
        """Where a paper goes; None for the default. Raises SetupNotSaved."""
        setup = self.setup()
        papers = {kind: one for kind, one in setup.papers.items() if kind is not paper}
        if route is not None:
            papers[paper] = route
        self._save(replace(setup, papers=papers))

    def trays(self, specification: str) -> tuple[str, ...]:
        """Blocking: the printer is asked."""
        try:
            return self._printers[specification].trays()
        except AppError:
            return ()

    def _open(self, what: str) -> PrinterSetup:
        setup = self.setup()
        if what in setup.locked:
            raise LockedByPolicy
        return setup

    def _save(self, setup: PrinterSetup) -> None:
        # A printer that was only ever the default keeps its place in the list.
        named = set(setup.printers.values())
        kept = {
            one[:40]: one
            for one in (self.setup().documents, self.setup().slips)
            if one not in named and one not in {setup.documents, setup.slips}
        }
        try:
            self._routes.save(replace(setup, printers={**setup.printers, **kept}))
        except OSError:
            raise SetupNotSaved from None
