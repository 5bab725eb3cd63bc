"""Set up the printers of this window: found, named, tried, and which paper goes where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.errors import AppError
from app.domain.events import PaperKind
from app.print_ports import PrinterState, PrinterStatus
from ui.kit.formats import paper_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel, note_for

if TYPE_CHECKING:
    from app.services.print_setup import PrinterSetup, Route
    from app.services.printer_desk import FoundOne
    from app.services.sign_in import Session

_MOST_COPIES = 9
_TRIALS = frozenset({PaperKind.TEST_PAGE, PaperKind.TEST_SLIP})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterLine:
    """``number`` is the key that sends a paper there, 0 for one that was only found."""

    specification: str
    name: str
    number: int
    chip: str
    tone: Tone
    under: str
    uses: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLine:
    """``own``: it goes elsewhere than by default."""

    paper: PaperKind
    title: str
    under: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintersState:
    printers: tuple[PrinterLine, ...] = ()
    papers: tuple[RouteLine, ...] = ()
    looking: bool = False
    note: Note | None = None


class PrintersModel(ViewModel[PrintersState]):
    def __init__(
        self,
        services: CounterServices,
        session: Callable[[], Session | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(services, PrintersState(), parent)
        self._session = session
        self._setup: PrinterSetup | None = None
        self._status: Mapping[str, PrinterStatus] = {}
        self._found: Sequence[FoundOne] = ()
        self._trays: dict[str, tuple[str, ...]] = {}

    def refresh(self) -> None:
        desk = self._services.printers
        if desk is None:
            return
        self._services.lane.submit(desk.setup, self._see_setup, self._fail, self)
        self._services.printer_lane.submit(
            self._services.papers.status, self._see_status, self._fail, self
        )

    def look_around(self) -> None:
        """Ask the network, which takes as long as it takes."""
        desk = self._services.printers
        if desk is None or self.state.looking:
            return
        self._show(replace(self.state, looking=True, note=None))
        self._services.printer_lane.submit(desk.found, self._see_found, self._fail, self)

    # -- printers -------------------------------------------------------------------------------

    def add(self, specification: str, name: str = "") -> None:
        desk = self._services.printers
        if desk is None:
            return
        known = (one.name for one in self._found if one.specification == specification)
        called = name or next(known, specification)
        self._found = tuple(o for o in self._found if o.specification != specification)
        self._change(lambda: desk.add(called, specification.strip()))

    def remove(self, specification: str) -> None:
        desk = self._services.printers
        if desk is not None:
            self._change(lambda: desk.remove(specification))

    def use_for_documents(self, specification: str) -> None:
        desk = self._services.printers
        if desk is not None:
            self._change(lambda: desk.use_for_documents(specification))

    def use_for_slips(self, specification: str) -> None:
        desk = self._services.printers
        if desk is not None:
            self._change(lambda: desk.use_for_slips(specification))

    def test(self, specification: str) -> None:
        session = self._session()
        if session is None:
            return

        def done(_: object) -> None:
            note = Note(tone=Tone.GOOD, message=say("测试页已送去打印，F12 看结果。"))
            self._show(replace(self.state, note=note))

        self._services.lane.submit(
            lambda: self._services.papers.test(session, specification), done, self._fail, self
        )

    # -- papers ---------------------------------------------------------------------------------

    def send(self, paper: PaperKind, number: int) -> None:
        """To the printer with this number; 0 for the default."""
        lines = {line.number: line for line in self.state.printers}
        if number == 0:
            self._route(paper, None)
        elif number in lines:
            route = self._of(paper)
            printer = lines[number].specification
            if route is not None:
                tray = route.tray if route.printer == printer else ""
                self._route(paper, replace(route, printer=printer, tray=tray))

    def more(self, paper: PaperKind, copies: int) -> None:
        route = self._of(paper)
        if route is not None:
            count = min(max(route.copies + copies, 1), _MOST_COPIES)
            self._route(paper, replace(route, copies=count))

    def toggle_apart(self, paper: PaperKind) -> None:
        route = self._of(paper)
        if route is not None:
            self._route(paper, replace(route, apart=not route.apart))

    def toggle_half(self, paper: PaperKind) -> None:
        route = self._of(paper)
        if route is not None:
            self._route(paper, replace(route, half=not route.half))

    def next_tray(self, paper: PaperKind) -> None:
        """The printer is asked for its trays once."""
        route, desk = self._of(paper), self._services.printers
        if route is None or desk is None:
            return

        def done(trays: tuple[str, ...]) -> None:
            self._trays[route.printer] = trays
            choices = ("", *trays)
            at = choices.index(route.tray) if route.tray in choices else 0
            if not trays:
                note = Note(tone=Tone.NEUTRAL, message=say("这台打印机没有可选的纸盒。"))
                self._show(replace(self.state, note=note))
                return
            self._route(paper, replace(route, tray=choices[(at + 1) % len(choices)]))

        if route.printer in self._trays:
            done(self._trays[route.printer])
        else:
            self._services.printer_lane.submit(
                lambda: desk.trays(route.printer), done, self._fail, self
            )

    def _of(self, paper: PaperKind) -> Route | None:
        return self._setup.route(paper) if self._setup else None

    def _route(self, paper: PaperKind, route: Route | None) -> None:
        desk = self._services.printers
        if desk is not None:
            self._change(lambda: desk.send(paper, route))

    # -- the rest -------------------------------------------------------------------------------

    def _change(self, act: Callable[[], None]) -> None:
        desk = self._services.printers
        if desk is None:
            return

        def work() -> PrinterSetup:
            act()
            return desk.setup()

        def done(setup: PrinterSetup) -> None:
            self._show(replace(self.state, note=None))
            self._see_setup(setup)

        self._services.lane.submit(work, done, self._fail, self)

    def _see_setup(self, setup: PrinterSetup) -> None:
        asked = self._setup is not None and set(setup.specifications()) - set(self._status)
        self._setup = setup
        self._draw()
        if asked:
            self._services.printer_lane.submit(
                self._services.papers.status, self._see_status, self._fail, self
            )

    def _see_status(self, status: Mapping[str, PrinterStatus]) -> None:
        self._status = status
        self._draw()

    def _see_found(self, found: Sequence[FoundOne]) -> None:
        self._found = found
        note = None if found else Note(tone=Tone.NEUTRAL, message=say("没有找到别的打印机。"))
        self._show(replace(self.state, looking=False, note=note))
        self._draw()

    def _draw(self) -> None:
        setup = self._setup
        if setup is None:
            return
        known = [
            self._line(setup, spec, number)
            for number, spec in enumerate(setup.specifications(), start=1)
        ]
        found = [
            PrinterLine(
                specification=one.specification, name=one.name, number=0, chip=say("找到"),
                tone=Tone.ACT, under=" · ".join(p for p in (one.place, one.specification) if p),
            )
            for one in self._found
        ]  # fmt: skip
        papers = tuple(
            RouteLine(
                paper=paper, title=paper_name(paper), under=_words(setup, setup.route(paper)),
                own=paper in setup.papers,
            )
            for paper in PaperKind
            if paper not in _TRIALS
        )  # fmt: skip
        self._show(replace(self.state, printers=(*known, *found), papers=papers))

    def _line(self, setup: PrinterSetup, specification: str, number: int) -> PrinterLine:
        status, under = self._status.get(specification), specification
        if status is None:
            chip, tone = "…", Tone.NEUTRAL
        elif status.state in {PrinterState.READY, PrinterState.BUSY}:
            chip, tone = say("就绪"), Tone.GOOD
        else:
            chip, tone = say("有问题"), Tone.WARN
            under = note_for(self._services, status.code, dict(status.details)).message
        uses = [
            words
            for words, one in ((say("默认文书"), setup.documents), (say("默认小票"), setup.slips))
            if one == specification
        ]
        return PrinterLine(
            specification=specification, name=setup.label(specification), number=number,
            chip=chip, tone=tone, under=under, uses=" · ".join(uses),
        )  # fmt: skip

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, looking=False, note=self._note(error)))


def _words(setup: PrinterSetup, route: Route) -> str:
    parts = [setup.label(route.printer)]
    if route.copies > 1:
        parts.append(say("{n} 份", n=route.copies))
    if route.apart:
        parts.append(say("各联分开"))
    if route.half:
        parts.append("A5")
    if route.tray:
        parts.append(say("纸盒 {tray}", tray=route.tray))
    return " · ".join(parts)
