"""Wire the window client: each part is made by plain constructor calls when it is first needed.

The screen must be ready to type long before the database, the network and the printers are, so
parts load late and may be asked for from any thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import resources
from app import bootstrap_scan
from app.config import BadSettings, Settings, load_settings, program_version
from app.domain.hall import HALL_ZONE, Hall
from app.ports import LinkState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.devices.cards.presence import ReaderPresence
    from app.devices.host.supervisor import DeviceHost
    from app.devices.simulators.people import SimulatedCard
    from app.domain.deadline import WorkCalendar
    from app.domain.receipt_statement import ReceiptStatement
    from app.ports import CardReader, Clock, PeopleRecords, QueueOffice, Secrets
    from app.print_ports import Printer
    from app.scan_ports import Scanner
    from app.services.attachments import Attachments
    from app.services.calendar import CalendarBook
    from app.services.catalogue import Catalogue
    from app.services.catalogue_signing import SigningKey
    from app.services.catalogue_watch import CatalogueWatch
    from app.services.clock_settings import ClockSettings
    from app.services.decision_desk import DecisionDesk
    from app.services.enrolment import Enrolment
    from app.services.matter import Matters
    from app.services.news import NewsDesk
    from app.services.office_lists import OfficeLists
    from app.services.often_used import ItemSearch
    from app.services.papers import PaperContents
    from app.services.party_desk import PartyDesk
    from app.services.print_lane import PrintLane
    from app.services.print_setup import PrintRoutes
    from app.services.printer_desk import PrinterDesk
    from app.services.printing import PrintDesk
    from app.services.queue_desk import QueueDesk
    from app.services.rating import RatingDesk
    from app.services.reception import Reception
    from app.services.records import Records
    from app.services.refused_pages import RefusedPages
    from app.services.results import Results
    from app.services.returning import ReturnDesk
    from app.services.scan_intake import ScanIntake
    from app.services.scan_tray import ScanTray
    from app.services.set_aside import SetAsideDesk
    from app.services.set_aside_answers import SetAsideAnswers
    from app.services.sheets import SheetDesk
    from app.services.shift_reports import ShiftReports
    from app.services.sign_in import SignIn
    from app.services.signing import SigningDesk
    from app.services.standing import Standing
    from app.services.supervision import Supervision
    from app.services.waiting_records import WaitingRecordsDesk
    from app.services.worklist import Worklist
    from app.storage.attachments import AttachmentShelf
    from app.storage.outbox import Outbox
    from app.storage.space import DiskRoom
    from app.storage.store import Store
    from printers.maker import PaperPress
    from sync.client.blob_worker import BlobWorker
    from sync.client.feed_worker import FeedWorker
    from sync.client.worker import SyncWorker

T = TypeVar("T")
_making = RLock()
_NUMBER_DAYS = 60  # of work without a back office: twelve weeks by the calendar


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def resources_folder() -> Path:
    return resources.FOLDER


class _Part(Generic[T]):
    """An attribute made once, at first use, also when two threads ask at the same time."""

    def __init__(self, make: Callable[[Client], T]) -> None:
        self._make = make
        self._name = make.__name__

    def __get__(self, client: Client, _owner: object = None) -> T:
        made: dict[str, T] = client.__dict__
        if self._name not in made:
            with _making:
                if self._name not in made:
                    made[self._name] = self._make(client)
        return made[self._name]


class Later:
    """Stands for a part until one of its methods is called, so that naming it loads nothing."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make_later = make

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            return getattr(self._make_later(), name)(*args, **named)

        return call


class Client:
    """One window client over one home folder."""

    def __init__(
        self,
        home: Path,
        settings: Settings | None = None,
        *,
        clock: Clock | None = None,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.home = home
        self.settings = settings or load_settings(home)
        self.clock: Clock = clock or SystemClock()
        self.random = random

    @_Part
    def hall_folder(self) -> Path:
        return Path(self.settings.hall) if self.settings.hall else resources_folder() / "demo_hall"

    @_Part
    def hall(self) -> Hall:
        from app.services.demo_hall import load_hall

        return load_hall(self.hall_folder)

    @_Part
    def work(self) -> WorkCalendar:
        return self.calendar().work

    def calendar(self) -> CalendarBook:
        """The years as they stand now, also those imported a moment ago."""
        from app.services.calendar import open_calendar

        shipped = resources_folder() / "calendar" / "workdays.json"
        return open_calendar(shipped, self.home / "calendar")

    @_Part
    def catalogue_watch(self) -> CatalogueWatch:
        from app.services.catalogue_watch import CatalogueWatch

        def today() -> date:
            return self.clock.now().astimezone(HALL_ZONE).date()

        return CatalogueWatch(self.hall_folder / "items", self.home, today)

    @property
    def catalogue(self) -> Catalogue:
        return self.catalogue_watch.current()

    @_Part
    def finder(self) -> ItemSearch:
        from app.services.often_used import ItemSearch, OftenUsed

        return ItemSearch(lambda: self.catalogue, OftenUsed(self.store))

    @_Part
    def secrets(self) -> Secrets:
        from app.storage.secrets import open_secrets

        return open_secrets(self.home)

    @_Part
    def store(self) -> Store:
        from app.storage.secrets import database_key
        from app.storage.store import Store

        key = database_key(self.home, self.secrets, self.random)
        return Store.open(
            self.home, key, device=self.settings.window, clock=self.clock, random=self.random
        )

    @_Part
    def room(self) -> DiskRoom:
        from app.storage.space import DiskRoom

        return DiskRoom(self.home)

    @_Part
    def outbox(self) -> Outbox:
        from app.storage.outbox import Outbox

        return Outbox(self.store)

    @_Part
    def sign_in(self) -> SignIn:
        from app.services.sign_in import SignIn

        store: Any = Later(lambda: self.store)
        return SignIn(store, self.hall)

    @_Part
    def queue(self) -> QueueDesk:
        from app.services.queue_desk import QueueDesk

        return QueueDesk(
            self.store, self.hall, self.routes, self.room.check,
            draw=lambda count: int.from_bytes(self.random(8)) % count,
        )  # fmt: skip

    @_Part
    def ratings(self) -> RatingDesk:
        from app.domain.rating import read_levels
        from app.services.rating import RatingDesk

        levels = (resources_folder() / "rating" / "levels.json").read_bytes()
        return RatingDesk(self.store, read_levels(levels))

    @_Part
    def supervision(self) -> Supervision:
        from app.services.supervision import Supervision

        return Supervision(self.store, self.hall, self.routes)

    @_Part
    def matters(self) -> Matters:
        from app.services.matter import Matters

        return Matters(self.store, lambda: self.catalogue)

    @_Part
    def reception(self) -> Reception:
        from app.services.reception import Reception

        return Reception(self.matters, self.catalogue_watch.refresh, self.room.check)

    @_Part
    def standing(self) -> Standing:
        from app.services.standing import Standing

        files = (self.home / "bars.json", self.hall_folder / "bars.json")
        return Standing(files, self.matters.today)

    @_Part
    def parties(self) -> PartyDesk:
        from app.services.party_desk import PartyDesk

        return PartyDesk(self.matters, self.standing)

    @_Part
    def decisions(self) -> DecisionDesk:
        from app.services.decision_desk import DecisionDesk

        return DecisionDesk(self.matters, self.hall, lambda: self.calendar().work, self.routes)

    @_Part
    def shelf(self) -> AttachmentShelf:
        from app.storage.attachments import AttachmentShelf
        from app.storage.blob_files import BlobFiles, attachment_key
        from app.storage.secrets import database_key

        store = self.store  # first: it refuses a database whose key is gone
        key = attachment_key(database_key(self.home, self.secrets, self.random))
        return AttachmentShelf(store, BlobFiles(self.home / "attachments", key, self.random))

    @_Part
    def attachments(self) -> Attachments:
        from app.services.attachments import Attachments
        from sync.client.blob_transport import RemotePages

        return Attachments(
            self.matters, self.shelf, check_room=self.room.check,
            uploads=lambda: self.uploads, source=lambda: RemotePages(self.enrolment.access),
        )  # fmt: skip

    @_Part
    def tray(self) -> ScanTray:
        return bootstrap_scan.open_tray(self)

    @_Part
    def intake(self) -> ScanIntake:
        return bootstrap_scan.open_intake(self)

    @_Part
    def scanner(self) -> Scanner:
        return bootstrap_scan.open_scanner(self, self.settings.scanner)

    @_Part
    def returning(self) -> ReturnDesk:
        from app.services.returning import ReturnDesk

        return ReturnDesk(self.matters)

    @_Part
    def news(self) -> NewsDesk:
        from app.services.news import NewsDesk

        return NewsDesk(self.store)

    @_Part
    def results(self) -> Results:
        from app.services.results import Results

        return Results(self.matters, self.routes, self.hall.collect_days)

    @_Part
    def signing(self) -> SigningDesk:
        from app.services.signing import SigningDesk

        return SigningDesk(self.store, self.contents, self.press, self.press.wording)

    @_Part
    def kept(self) -> Records:
        from app.services.records import Records

        return Records(self.matters, self.hall)

    @_Part
    def worklist(self) -> Worklist:
        from app.services.worklist import Worklist

        def ahead() -> int | None:
            told = self.sync.status()
            return told.skew_seconds if told.link is LinkState.CONNECTED else None

        return Worklist(
            self.store, lambda: self.catalogue, self.calendar, self.clock_settings, ahead
        )

    def clock_settings(self) -> ClockSettings:
        """Read anew at each call: the hall may change its file."""
        from app.services.clock_settings import load_clock_settings

        return load_clock_settings(resources_folder() / "clocks", self.home / "clocks.json")

    @_Part
    def office_lists(self) -> OfficeLists:
        from app.services.office_lists import OfficeLists

        return OfficeLists(self.catalogue_watch, self.calendar, self.clock_settings)

    @_Part
    def contents(self) -> PaperContents:
        from app.services.papers import PaperContents
        from app.services.receipt_signing import sign_receipt

        return PaperContents(
            self.store, self.hall, lambda: self.catalogue,
            lambda statement: sign_receipt(statement, self.receipt_key), self.shift_reports,
        )  # fmt: skip

    @_Part
    def shift_reports(self) -> ShiftReports:
        from app.services.print_jobs import TITLES
        from app.services.shift_reports import ShiftReports

        return ShiftReports(self.store, self.hall, self.settings.window, TITLES.__getitem__)

    @_Part
    def receipt_key(self) -> SigningKey:
        """Made from the database's key: one secret to keep."""
        from app.services.receipt_signing import receipt_key
        from app.storage.secrets import database_key, derived_key

        self.store  # noqa: B018  first: it refuses a database whose key is gone
        key = database_key(self.home, self.secrets, self.random)
        return receipt_key(derived_key(key, b"onewindow receipts 1"))

    def case_id(self, number: str) -> str:
        """Of the case with this number. Raises NotReady where this window knows none."""
        from app.domain.errors import NotReady

        with self.store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT id FROM cases WHERE number = ? AND number <> ''", (number.strip().upper(),)
            ).one_or_none()
        if row is None:
            raise NotReady(need="case")
        return str(row[0])

    def prove_receipt(self, text: str) -> ReceiptStatement:
        """What a signed receipt states. Raises ReceiptUnreadable, ReceiptKeyUnknown,
        ReceiptAltered."""
        from app.services.receipt_signing import trusted_keys, verify_receipt

        return verify_receipt(text, trusted_keys(self.home, self.receipt_key))[0]

    @property
    def document_printer(self) -> str:
        return self.settings.document_printer or f"folder:{self.home / 'papers'}"

    @property
    def slip_printer(self) -> str:
        return self.settings.slip_printer or f"folder:{self.home / 'papers'}"

    @_Part
    def routes(self) -> PrintRoutes:
        from app.bootstrap_print import open_routes

        return open_routes(self.home, self.document_printer, self.slip_printer)

    @_Part
    def printers(self) -> Mapping[str, Printer]:
        from app.bootstrap_print import PrinterShelf

        return PrinterShelf(self.routes)

    @_Part
    def press(self) -> PaperPress:
        from printers.documents.fonts import FontBook
        from printers.maker import PaperPress
        from printers.slips.profile import find_profile
        from printers.wording import Wording

        profile = find_profile(self.settings.slip_model)
        if profile is None:
            raise BadSettings(file="settings.toml", key="slip_model")
        fonts = FontBook.from_folders([resources_folder() / "fonts"])
        words = Wording.load(resources_folder() / "wording", self.hall_folder / "wording")
        return PaperPress(words, fonts, slip_profile=profile)

    @_Part
    def papers(self) -> PrintDesk:
        from app.services.printing import PrintDesk

        return PrintDesk(self.store, self.contents, self.press, self.printers, self.routes)

    @_Part
    def sheets(self) -> SheetDesk:
        from app.bootstrap_print import open_sheets

        return open_sheets(self.store, self.contents, self.press, self.clock)

    @_Part
    def printer_desk(self) -> PrinterDesk:
        from app.bootstrap_print import open_printer_desk

        return open_printer_desk(self.routes, self.printers)

    @_Part
    def set_aside(self) -> SetAsideDesk:
        from app.services.set_aside import SetAsideDesk

        return SetAsideDesk(self.store, self.matters)

    @_Part
    def refused_pages(self) -> RefusedPages:
        from app.services.refused_pages import RefusedPages

        return RefusedPages(self.store, self.matters, self.shelf)

    @_Part
    def answers(self) -> SetAsideAnswers:
        from app.services.set_aside_answers import SetAsideAnswers

        return SetAsideAnswers(self.matters, self.hall, self.routes)

    @_Part
    def waiting(self) -> WaitingRecordsDesk:
        from app.services.waiting_records import WaitingRecordsDesk

        return WaitingRecordsDesk(self.store)

    @_Part
    def reader(self) -> CardReader:
        return self.open_reader(self.settings.reader)

    @_Part
    def presence(self) -> ReaderPresence:
        from app.devices.cards.presence import ReaderPresence

        return ReaderPresence(self.devices, self.settings.reader)

    def open_reader(self, specs: str) -> CardReader:
        """One or several readers, parted by commas; which one had the card is remembered."""
        from app.devices.cards.hosted import HostedReader
        from app.devices.cards.remembered import RememberedReader

        remembered = RememberedReader(self.home / "readers.json", self.settings.window)
        decoder = self.settings.photo_decoder
        return HostedReader(self.devices, specs, self.clock, remembered, decoder)

    @_Part
    def devices(self) -> DeviceHost:
        """The process that drives readers and scanners; it starts with its first order."""
        from app.devices.host.supervisor import DeviceHost

        return DeviceHost(random=Random(self.random(8)))

    def close_devices(self) -> None:
        if "devices" in self.__dict__:
            self.devices.close()

    @_Part
    def people(self) -> Mapping[str, SimulatedCard]:
        """Cards that a simulated reader can hold: the demo hall's."""
        from app.devices.simulators.people import load_people

        file = resources_folder() / "demo_hall" / "people.json"
        return load_people(file.read_text(encoding="utf-8"))

    @_Part
    def enrolment(self) -> Enrolment:
        from app.services.enrolment import Enrolment
        from sync.client.enrol import ask_enrolment

        return Enrolment(
            lambda: self.store, self.secrets, ask_enrolment, url=self.settings.backoffice_url,
            authorities=self.settings.backoffice_ca, version=program_version(),
            random=self.random,
        )  # fmt: skip

    @_Part
    def records(self) -> PeopleRecords:
        from sync.client.people import RemotePeople

        return RemotePeople(self.enrolment.access)

    @_Part
    def queue_office(self) -> QueueOffice:
        from sync.client.queue import RemoteQueue

        return RemoteQueue(self.enrolment.access)

    @_Part
    def sync(self) -> SyncWorker:
        from sync.client.round import LeaseAims
        from sync.client.worker import SyncSettings, SyncWorker

        worker = SyncWorker(
            outbox=self.outbox,
            settings=SyncSettings(access=self.enrolment.access, aims=LeaseAims(days=_NUMBER_DAYS)),
            clock=self.clock,
            random=Random(self.random(8)),
            new_id=self.store.new_id,
        )
        self.store.subscribe(lambda _saved: worker.wake())
        return worker

    @_Part
    def feed(self) -> FeedWorker:
        from app.storage.inbox import Inbox
        from sync.client.feed_worker import FeedSettings, FeedWorker, Kept
        from sync.published import BARS, CALENDAR, CATALOGUE

        def take_up(file: Path) -> None:
            from app.services.catalogue_published import take_up_published

            take_up_published(file, self.home, self.hall_folder / "items")

        lists = (
            Kept(kind=BARS, file=self.home / "bars.json"),
            Kept(kind=CALENDAR, file=self.home / "calendar" / "published.json"),
            Kept(
                kind=CATALOGUE, file=self.home / "published" / "catalogue.json", on_kept=take_up
            ),
        )  # fmt: skip
        worker = FeedWorker(
            inbox=Inbox(self.store),
            settings=FeedSettings(
                access=self.enrolment.access, lists=lists, forget_days=self.settings.forget_days
            ),
            random=Random(self.random(8)),
        )
        self.sync.add_listener(worker.line_changed)
        return worker

    @_Part
    def uploads(self) -> BlobWorker:
        from sync.client.blob_worker import BlobSettings, BlobWorker

        worker = BlobWorker(
            shelf=self.shelf, settings=BlobSettings(access=self.enrolment.access),
            clock=self.clock, random=Random(self.random(8)),
        )  # fmt: skip
        self.sync.add_listener(worker.line_changed)
        return worker

    def print_lane(self, on_change: Callable[[], None]) -> PrintLane:
        return self.papers.lane(on_change)
