"""The window over real parts: encrypted store, demo hall, a card reader on a pseudo-terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.bootstrap import Client, resources_folder
from app.config import Settings
from app.devices.simulators.sam import SimulatedSamReader
from app.domain.case import Case
from app.domain.clock import Hlc, to_millis
from app.domain.errors import NotSent
from app.domain.event import Event
from app.domain.events import CaseNumbersLeased
from app.domain.journal import GENESIS, Entry, seal
from app.domain.papers import Paper
from app.domain.ticket_events import TicketTaken
from app.ports import Licence, LinkState, QueueDays, QueueOffice, SyncStatus, WaitingCase
from app.print_ports import PLAIN, Fate, Printer, PrinterState, PrinterStatus, Sending
from app.services.printer_desk import PrinterDesk
from app.services.printing import PrintDesk
from app.texts import explain
from printers.backends.finding import FoundPrinter
from tests.devices.reader_lane import open_reader
from tests.journey.hall import ORGANISATION
from ui.kit.lane import Lane
from ui.kit.preferences import ForgetfulPreferences
from ui.kit.theme import ThemeMode
from ui.pages.counter_page import CounterPage
from ui.pages.main_window import MainWindow
from ui.pages.widgets.buttons import ActButton
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import Form, Primary
from ui.viewmodels.line_state import LineStage
from ui.viewmodels.scan_parts import ScanParts
from ui.viewmodels.services import CounterServices
from ui.viewmodels.supervisor import SupervisorModel

FOOD = "食品经营许可新办（餐饮服务）"


class PlainPress:
    """Papers as their own text: these tests look at the screen, not at the sheet."""

    def make(
        self, paper: Paper, reprint: int = 0, *, apart: bool = False, half: bool = False
    ) -> tuple[str, bytes]:
        del apart, half
        return "application/pdf", f"{type(paper).__name__} {reprint}".encode()


@dataclass
class FolderPrinter:
    """Takes bytes into a folder, or says why not."""

    folder: Path
    fault: str = ""

    @property
    def name(self) -> str:
        return "folder"

    def accepts(self, media_type: str) -> bool:
        return bool(media_type)

    def send(self, job: str, title: str, media_type: str, data: bytes, how: Sending = PLAIN) -> str:
        del how
        if self.fault:
            raise NotSent(printer="folder")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{job}.pdf").write_bytes(data)
        return f"{job[:8]}.pdf"

    def find(self, job: str) -> str | None:
        return f"{job[:8]}.pdf" if (self.folder / f"{job}.pdf").exists() else ""

    def follow(self, job: str, place: str, how: Sending = PLAIN) -> Fate:
        del job, place, how
        return Fate.OUT

    def withdraw(self, job: str, place: str) -> Fate:
        return self.follow(job, place)

    def trays(self) -> tuple[str, ...]:
        return ()

    def status(self) -> PrinterStatus:
        if self.fault:
            return PrinterStatus(state=PrinterState.FAULTY, code=self.fault)
        return PrinterStatus(state=PrinterState.READY)


@dataclass
class StillOffice:
    """A back office that stands where it was put."""

    now: SyncStatus = field(default_factory=lambda: SyncStatus(link=LinkState.CONNECTED))
    woken: int = 0

    def status(self) -> SyncStatus:
        return self.now

    def wake(self) -> None:
        self.woken += 1


@dataclass
class StillPeople:
    """What the back office knows of people: as it was put, or nothing can be asked."""

    kept: dict[str, tuple[Licence, ...]] = field(default_factory=dict)
    elsewhere: dict[str, tuple[WaitingCase, ...]] = field(default_factory=dict)
    histories: dict[str, tuple[Entry, ...]] = field(default_factory=dict)

    def licences(self, holder: str) -> tuple[Licence, ...]:
        return self.kept.get(holder, ())

    def waiting(self, holder: str) -> tuple[WaitingCase, ...]:
        return self.elsewhere.get(holder, ())

    def history(self, case_number: str) -> tuple[Entry, ...]:
        return self.histories.get(case_number, ())


class Hall:
    """Everything of one window, and hands to work it with."""

    def __init__(
        self, home: Path, *, waiting: int = 5, theme: ThemeMode = ThemeMode.LIGHT,
        line: QueueOffice | None = None, days: QueueDays | None = None,
        folder: Path | None = None,
    ) -> None:  # fmt: skip
        """``line`` and ``days``: what a supervisor sees of the hall; ``folder``: another hall."""
        (home / "scans").mkdir(parents=True, exist_ok=True)
        self.client = Client(
            home,
            Settings(
                window="W01",
                hall=str(folder or ""),
                scanner="simulated",
                scan_folder=str(home / "scans"),
            ),
        )
        store = self.client.store
        with store.begin() as unit:
            leased = CaseNumbersLeased(first=1, last=500)
            unit.append(leased, subject="device", actor="system")
        businesses = [b.id for b in self.client.hall.businesses]
        for number in range(1, waiting + 1):
            taken = TicketTaken(
                number=f"A{number + 11:03d}", business=businesses[number % len(businesses)],
                priority="elderly" if number == 4 else "",
            )  # fmt: skip
            with store.begin() as unit:
                unit.append(taken, subject=f"ticket:{store.new_id()}", actor="system")
        self.sam = SimulatedSamReader()
        self.reader = open_reader(f"serial:{self.sam.start()}", self.client.clock)
        self.printer = FolderPrinter(home / "sheets")
        self.office = StillOffice()
        names = {self.client.document_printer, self.client.slip_printer}
        self.printers: dict[str, Printer] = dict.fromkeys(names, self.printer)
        routes = self.client.routes
        self.papers = PrintDesk(store, self.client.contents, PlainPress(), self.printers, routes)
        self.found: list[FoundPrinter] = []
        self.printer_desk = PrinterDesk(routes, self.printers, lambda: tuple(self.found))
        self.printing = self.papers.lane(lambda: None)
        self.printing.start()
        self.lane, self.printer_lane = Lane("database"), Lane("printers")
        self.people_lane, self.queue_lane = Lane("people"), Lane("queue")
        self.figures_lane = Lane("figures")
        self.scan_lane, self.page_lane = Lane("scanner"), Lane("pages")
        self.people = StillPeople()
        self.preferences = ForgetfulPreferences()
        grounds = json.loads((resources_folder() / "wording" / "grounds.json").read_text("utf-8"))
        self.services = CounterServices(
            sign_in=self.client.sign_in,
            queue=self.client.queue,
            reception=self.client.reception,
            parties=self.client.parties,
            decisions=self.client.decisions,
            returning=self.client.returning,
            kept=self.client.kept,
            people=self.people,
            catalogue=self.client.finder,
            papers=self.papers,
            sheets=self.client.sheets,
            printers=self.printer_desk,
            refused=self.client.set_aside,
            answers=self.client.answers,
            waiting=self.client.waiting,
            refused_pages=self.client.refused_pages,
            worklist=self.client.worklist,
            attachments=self.client.attachments,
            scans=ScanParts(
                tray=self.client.tray,
                intake=self.client.intake,
                scan_lane=self.scan_lane,
                page_lane=self.page_lane,
                watches=True,
            ),
            news=self.client.news,
            results=self.client.results,
            signing=self.client.signing,
            prove_receipt=self.client.prove_receipt,
            supervision=self.client.supervision,
            ratings=self.client.ratings,
            queue_office=line,
            queue_lane=self.queue_lane,
            queue_days=days,
            figures_lane=self.figures_lane,
            exports=home / "exports",
            back_office=self.office,
            reader=self.reader,
            clock=self.client.clock,
            lane=self.lane,
            printer_lane=self.printer_lane,
            people_lane=self.people_lane,
            explain=explain,
            preferences=self.preferences,
            legal_grounds=tuple(grounds["bases"]),
            card_timeout=5.0,
            hall_name=self.client.hall.head.name,
        )
        self.window = MainWindow(self.services, resources_folder(), theme=theme, window_id="W01")
        self.window.resize(1366, 768)
        self.window.show()
        self.window.start()
        self.wait(lambda: bool(self.window.sign_in_model.state.staff), "staff and windows")

    # -- looking --------------------------------------------------------------------------------

    @property
    def model(self) -> CounterModel:
        assert self.window.counter_model is not None
        return self.window.counter_model

    @property
    def page(self) -> CounterPage:
        assert self.window.counter is not None
        return self.window.counter

    def filled(self) -> list[ActButton]:
        """Every filled button that is on the screen now."""
        return [b for b in self.window.findChildren(ActButton) if b.isVisible() and b.is_primary()]

    def stage(self) -> LineStage:
        return self.model.line.state.stage

    def form(self) -> Form:
        return self.model.state.form

    def primary(self) -> Primary:
        return self.model.state.primary

    def case(self) -> Case:
        case = self.client.store.find_case(self.model.case.state.case_id)
        assert case is not None
        return case

    # -- waiting --------------------------------------------------------------------------------

    def wait(self, true: Callable[[], bool], what: str, seconds: float = 8.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"waited in vain: {what}"
            QCoreApplication.processEvents()
            QTest.qWait(5)
        QTest.qWait(5)

    def settle(self) -> None:
        """Let the lane answer everything that was asked, and the screen draw it."""
        for _ in range(2):
            answered: list[bool] = []
            self.lane.submit(lambda: True, answered.append, lambda _: None)
            self.wait(partial(bool, answered), "the lane")

    # -- doing ----------------------------------------------------------------------------------

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)
        self.settle()

    def ctrl(self, key: Qt.Key) -> None:
        self.key(key, Qt.KeyboardModifier.ControlModifier)

    def write(self, text: str) -> None:
        focus = QApplication.focusWidget()
        assert isinstance(focus, QLineEdit), f"nothing to write into: {focus}"
        for character in text:
            if character.isascii():
                QTest.keyClicks(focus, character)
            else:
                focus.insert(character)  # what an input method does
        self.settle()

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        assert widget.isVisible(), widget.accessibleName()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or QPoint())
        self.settle()

    def sign_in(self) -> None:
        self.write("demo-1001")
        self.key(Qt.Key.Key_Return)
        self.wait(lambda: self.window.counter is not None, "the counter")
        self.wait(lambda: bool(self.model.line.state.businesses), "the line")
        self.settle()

    def supervise(self) -> SupervisorModel:
        """The supervisor signs in, and sees the hall."""
        self.window.sign_in_model.choose_clerk("9001")
        self.write("demo-9001")
        self.key(Qt.Key.Key_Return)
        self.wait(lambda: self.window.supervisor_model is not None, "the supervisor's page")
        model = self.window.supervisor_model
        assert model is not None
        self.wait(lambda: model.state.rows is not None, "the hall")
        self.settle()
        return model

    def begin(self) -> None:
        self.key(Qt.Key.Key_F2)
        self.begin_called()

    def begin_called(self) -> None:
        self.ctrl(Qt.Key.Key_Return)
        self.wait(lambda: self.model.case.state.open, "an open case")

    def place(self, person: str = "zhang-shili") -> None:
        self.sam.place(self.client.people[person])

    def read(self, person: str = "zhang-shili") -> None:
        self.place(person)
        self.key(Qt.Key.Key_F8)
        self.wait(lambda: self.model.case.state.applicant is not None, "an applicant")
        self.settle()

    def find(self, text: str) -> None:
        self.key(Qt.Key.Key_F10)
        self.write(text)
        self.wait(lambda: self.model.search.state.answered, "search")
        self.key(Qt.Key.Key_Return)
        self.wait(lambda: self.model.case.state.item is not None, "an item")
        self.settle()

    def answer_first(self) -> None:
        """Number key 1 (and Enter) for every question."""
        for _ in range(20):
            asked = self.page.item.questions.current
            if asked is None:
                return
            self.key(Qt.Key.Key_1)
            if asked.multiple:
                self.key(Qt.Key.Key_Return)

    def name_organisation(self) -> None:
        """The person read is its legal representative."""
        person = self.case().applicant
        assert person is not None
        self.ctrl(Qt.Key.Key_O)
        for text in (*ORGANISATION, person.person.name):
            self.write(text)
            self.key(Qt.Key.Key_Return)
        self.wait(lambda: self.case().organisation is not None, "an organisation")
        self.settle()

    def receive_all(self) -> None:
        for row in self.model.case.state.rows:
            if row.open:
                self.model.case.materials.receive_all(row.id)
        self.settle()

    def refused(self, count: int) -> None:
        """What the sync worker would say."""
        self.office.now = replace(self.office.now, refused=count)

    def elsewhere(self, event: Event, case_id: str) -> Entry:
        """A fact about the case that another window recorded just now."""
        clock = self.client.clock.now() + timedelta(seconds=1)
        return seal(
            event, previous=GENESIS, id=self.client.store.new_id(), device="W02", install="i2",
            seq=1, at=clock, hlc=Hlc(to_millis(clock), 0).text(), actor="1002",
            subject=f"case:{case_id}",
        )  # fmt: skip

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()
        QTest.qWait(10)
        self.reader.close()
        self.sam.stop()
        self.printing.stop()
        self.lane.stop()
        self.printer_lane.stop()
        self.people_lane.stop()
        self.queue_lane.stop()
        self.figures_lane.stop()
        self.client.close_devices()
        self.scan_lane.stop()
        self.page_lane.stop()
        self.client.store.close()
        QTest.qWait(10)
