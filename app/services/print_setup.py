"""Decide which printer, tray and how many sheets each paper gets: the hall's defaults, as data.

``HOME/printers.json`` is written by the settings page and read again at once; without it every
document goes to ``document_printer`` and every slip to ``slip_printer`` of the settings.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.domain.errors import AppError, Blame
from app.domain.events import PaperKind, PaperQueued

MOST_COPIES = 9
_MOST_PRINTERS = 20
_LONGEST = 300
SLIPS = frozenset({PaperKind.TICKET_SLIP, PaperKind.TEST_SLIP})


class BadPrinterSetup(AppError):
    """The file of printers cannot be read, or names what is not there."""

    code = "PRN-SETUP"
    blame = Blame.DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a paper goes. ``printer`` is a specification, ``tray`` the printer's own word ("" for
    its choice); ``apart`` prints each copy of a document under its own name, ``half`` on
    A5."""

    printer: str
    tray: str = ""
    copies: int = 1
    apart: bool = False
    half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterSetup:
    """``printers`` are specifications by the name that a clerk knows them by; ``papers`` the
    routes that differ from the default."""

    documents: str
    slips: str
    printers: Mapping[str, str] = field(default_factory=dict)
    papers: Mapping[PaperKind, Route] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()  # of documents, slips: the hall's policy has decided

    def route(self, paper: PaperKind) -> Route:
        default = Route(printer=self.slips if paper in SLIPS else self.documents)
        return self.papers.get(paper, default)

    def specifications(self) -> tuple[str, ...]:
        """Every printer that is set up, each once."""
        routed = (route.printer for route in self.papers.values())
        return tuple(dict.fromkeys((self.documents, self.slips, *self.printers.values(), *routed)))

    def label(self, specification: str) -> str:
        """What a clerk knows this printer by."""
        known = (name for name, one in self.printers.items() if one == specification)
        return next(known, specification)


class PrintRoutes:
    """The setup as it stands now."""

    def __init__(self, default: PrinterSetup, file: Path | None = None) -> None:
        self._default = default
        self._file = file
        self._read: tuple[tuple[int, int], PrinterSetup] | None = None

    @classmethod
    def single(cls, printer: str) -> PrintRoutes:
        return cls(PrinterSetup(documents=printer, slips=printer))

    def setup(self) -> PrinterSetup:
        """Raises BadPrinterSetup."""
        if self._file is None:
            return self._default
        try:
            told = self._file.stat()
        except OSError:
            return self._default
        stamp = (told.st_mtime_ns, told.st_size)
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, read_setup(self._file, self._default))
        return self._read[1]

    def queued(
        self, paper: PaperKind, about: str, *, reprint: int = 0, reason: str = ""
    ) -> PaperQueued:
        """The fact that this paper is to be printed, at its own printer. A setup that cannot be
        read must not stop a decision: the default printer takes it."""
        try:
            route = self.setup().route(paper)
        except BadPrinterSetup:
            route = self._default.route(paper)
        return PaperQueued(
            paper=paper, about=about, printer=route.printer, reprint=reprint, reason=reason,
            copies=route.copies, apart=route.apart, half=route.half,
        )  # fmt: skip

    def tray(self, paper: PaperKind, printer: str) -> str:
        """Trays are a printer's own: a paper moved to another is left to that one's choice."""
        try:
            route = self.setup().route(paper)
        except BadPrinterSetup:
            return ""
        return route.tray if route.printer == printer else ""

    def save(self, setup: PrinterSetup) -> None:
        """Whole or not at all. Raises OSError, BadPrinterSetup."""
        if self._file is None:
            raise BadPrinterSetup(problem="—")
        body = {
            "documents": setup.documents,
            "slips": setup.slips,
            "printers": dict(setup.printers),
            "papers": {
                paper.value: {
                    "printer": route.printer, "tray": route.tray, "copies": route.copies,
                    "apart": route.apart, "half": route.half,
                }
                for paper, route in setup.papers.items()
            },
        }  # fmt: skip
        setup_of(body, self._default)  # what could not be read again is not written
        part = self._file.with_name(self._file.name + ".part")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            json.dump(body, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._file)


def read_setup(file: Path, default: PrinterSetup) -> PrinterSetup:
    """Raises BadPrinterSetup."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise BadPrinterSetup(problem="—") from None
    return setup_of(body, default)


def setup_of(body: object, default: PrinterSetup) -> PrinterSetup:
    """Raises BadPrinterSetup naming what is wrong."""
    whole = _table(body, "—")
    printers = {
        _text(name, "printers"): _text(spec, "printers", least=1)
        for name, spec in _table(whole.get("printers", {}), "printers").items()
    }
    papers = {}
    for name, told in _table(whole.get("papers", {}), "papers").items():
        if name not in set(PaperKind):
            raise BadPrinterSetup(problem=str(name)[:40])
        papers[PaperKind(name)] = _route(_table(told, name), name)
    if len(printers) > _MOST_PRINTERS:
        raise BadPrinterSetup(problem="printers")
    return replace(
        default,
        documents=_unless_locked("documents", whole, default) or default.documents,
        slips=_unless_locked("slips", whole, default) or default.slips,
        printers=printers,
        papers=papers,
    )


def _unless_locked(name: str, whole: Mapping[str, object], default: PrinterSetup) -> str:
    return "" if name in default.locked else _text(whole.get(name, ""), name)


def _route(told: Mapping[str, object], name: str) -> Route:
    copies, apart = told.get("copies", 1), told.get("apart", False)
    half = told.get("half", False)
    if (
        type(copies) is not int
        or not 1 <= copies <= MOST_COPIES
        or {type(apart), type(half)} != {bool}
    ):
        raise BadPrinterSetup(problem=name)
    return Route(
        printer=_text(told.get("printer", ""), name, least=1),
        tray=_text(told.get("tray", ""), name), copies=copies, apart=apart is True,
        half=half is True,
    )  # fmt: skip


def _table(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise BadPrinterSetup(problem=name)
    return value


def _text(value: object, name: str, least: int = 0) -> str:
    fits = isinstance(value, str) and least <= len(value) <= _LONGEST and value.isprintable()
    if not fits:
        raise BadPrinterSetup(problem=name)
    return str(value)
