"""Open the window client's screen over a client's parts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from app.bootstrap import Client, Later, resources_folder
from app.domain.errors import AppError
from app.ports import LinkState, SyncStatus, UploadProgress
from app.texts import Explanation, explain
from ui.kit.heartbeat import Heartbeat
from ui.kit.lane import Lane
from ui.kit.preferences import FilePreferences
from ui.kit.texts import install_language
from ui.kit.theme import ThemeMode
from ui.pages.main_window import MainWindow
from ui.pages.scan_keys import ScanKeys
from ui.pages.widgets.look import load_font
from ui.viewmodels.scan_parts import ScanParts
from ui.viewmodels.services import CounterServices, Trainer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.services.print_lane import PrintLane

_GOODBYE_SECONDS = 2.0


def later(make: Callable[[], object]) -> Any:
    """A part for the screen, not loaded before its first use on the lane."""
    return Later(make)


class _Link:
    """The back office as the status line sees it, also before the sync worker runs."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.running = False

    def status(self) -> SyncStatus:
        return self._client.sync.status() if self.running else SyncStatus()

    def wake(self) -> None:
        if self.running:
            self._client.sync.wake()


class _Scans:
    """The lanes of the scans as the screen sees them, also before they run."""

    def __init__(self, client: Client, link: _Link) -> None:
        self._client = client
        self._link = link

    def progress(self) -> UploadProgress:
        return self._client.uploads.progress() if self._link.running else UploadProgress()

    def wake(self) -> None:
        if self._link.running:
            self._client.uploads.wake()

    def add_listener(self, on_change: Callable[[UploadProgress], None]) -> None:
        self._client.uploads.add_listener(on_change)


class Screen:
    """The running window client: screen, lanes, sync and printing."""

    def __init__(self, app: QApplication, client: Client, trainer: Trainer | None) -> None:
        self.app = app
        self.client = client
        self._heartbeat = Heartbeat()
        self._link = _Link(client)
        self._print_lane: PrintLane | None = None
        self._ready: list[Callable[[], None]] = []
        self.lane = Lane("database")
        self._printer_lane = Lane("printers")
        self._people_lane = Lane("people")
        self._file_lane = Lane("files")
        self._scan_lane, self._page_lane = Lane("scanner"), Lane("pages")
        self._queue_lane = Lane("queue")
        self._figures_lane = Lane("figures")
        services = CounterServices(
            sign_in=client.sign_in,
            queue=later(lambda: client.queue),
            reception=later(lambda: client.reception),
            parties=later(lambda: client.parties),
            decisions=later(lambda: client.decisions),
            returning=later(lambda: client.returning),
            kept=later(lambda: client.kept),
            results=later(lambda: client.results),
            signing=later(lambda: client.signing),
            prove_receipt=client.prove_receipt,
            news=later(lambda: client.news),
            supervision=later(lambda: client.supervision),
            ratings=later(lambda: client.ratings),
            queue_office=later(lambda: client.queue_office),
            queue_lane=self._queue_lane,
            queue_days=later(lambda: client.queue_office),
            figures_lane=self._figures_lane,
            exports=_documents() / "onewindow",
            people=later(lambda: client.records),
            catalogue=later(lambda: client.finder),
            papers=later(lambda: client.papers),
            sheets=later(lambda: client.sheets),
            printers=later(lambda: client.printer_desk),
            refused=later(lambda: client.set_aside),
            answers=later(lambda: client.answers),
            waiting=later(lambda: client.waiting),
            refused_pages=later(lambda: client.refused_pages),
            worklist=later(lambda: client.worklist),
            back_office=self._link,
            reader=later(lambda: client.reader),
            presence=later(lambda: client.presence),
            clock=client.clock,
            lane=self.lane,
            printer_lane=self._printer_lane,
            people_lane=self._people_lane,
            file_lane=self._file_lane,
            attachments=later(lambda: client.attachments),
            scans=ScanParts(
                tray=later(lambda: client.tray),
                intake=later(lambda: client.intake),
                scan_lane=self._scan_lane,
                page_lane=self._page_lane,
                watches=bool(client.settings.scan_folder),
            ),
            uploads=_Scans(client, self._link),
            explain=self._explain,
            preferences=FilePreferences(client.home / "preferences.json"),
            legal_grounds=_grounds(client.hall_folder),
            trainer=trainer,
            hall_name=client.hall.head.name,
        )
        self.window = MainWindow(
            services, resources_folder(), theme=ThemeMode(client.settings.theme),
            window_id=client.settings.window,
        )  # fmt: skip

        self._keys = ScanKeys(self.window)
        self._keys.scanned.connect(self.window.take_scanned)

    def start(self, *, maximized: bool = False) -> None:
        """Show the window; everything else is loaded behind it."""
        sys.excepthook = self._bug
        if maximized:
            self.window.showMaximized()
        else:
            self.window.show()
        self.window.sign_in_model.state_changed.connect(self._loaded)
        self.window.start()

    def when_ready(self, tell: Callable[[], None]) -> None:
        """``tell`` once the window, the clerks and the windows are there to choose and type."""
        self._ready.append(tell)

    def run(self) -> int:
        code = self.app.exec()
        self.stop()
        return code

    def quit(self) -> None:
        self.window.close()
        self.app.quit()

    def stop(self) -> None:
        """End lanes and workers; whatever is saved but not sent or printed waits for the next
        start."""
        self.window.close()
        self.lane.stop()
        self._send_last()
        self.client.close_devices()
        if self._print_lane is not None:
            self._print_lane.stop()
        if self._link.running:
            self.client.sync.stop()
            self.client.feed.stop()
            self.client.uploads.stop()
        self._printer_lane.stop(1.0)
        self._people_lane.stop(1.0)
        self._file_lane.stop(5.0)
        self._scan_lane.stop(1.0)  # what it scanned lies in the spool
        self._page_lane.stop(5.0)
        self._figures_lane.stop(0.2)
        self._queue_lane.stop(0.2)  # it may be waiting for news; nothing is lost by leaving it
        self._heartbeat.stop()

    def _send_last(self) -> None:
        """People who waited for this window go back to the hall: not only at its next start."""
        end = time.monotonic() + _GOODBYE_SECONDS
        while self._link.status().link is LinkState.CONNECTED and time.monotonic() < end:
            if not self.client.outbox.counts()[0]:
                return
            self._link.wake()
            time.sleep(0.02)

    def _loaded(self) -> None:
        if not self.window.sign_in_model.state.windows or not self.window.isVisible():
            return
        self.window.sign_in_model.state_changed.disconnect(self._loaded)
        self._heartbeat.settle()
        # Not before: to see the window's first events would cost a third of its start.
        self.app.installEventFilter(self._keys)
        ready, self._ready = self._ready, []
        for tell in ready:
            tell()
        self.lane.submit(self._begin_work, lambda _: None, self._failed)

    def _begin_work(self) -> None:
        """On the lane: open the store, start sync and printing, warm what the first case needs."""
        client = self.client
        self._print_lane = client.print_lane(lambda: None)
        self._print_lane.start()
        uploads, feed = client.uploads, client.feed  # before sync begins: they listen to the line
        client.sync.start()
        uploads.start()
        feed.start()
        self._link.running = True
        client.catalogue.build_index()
        client.devices.warm()
        _ = client.reader, client.work

    def _failed(self, error: AppError) -> None:
        """The store cannot be opened: said where the clerk looks, at the sign-in."""
        self.window.tell_failure(error)

    def _bug(self, _kind: type[BaseException], error: BaseException, _where: object) -> None:
        """A bug in the screen's own thread: one banner, one line in the log, no values."""
        self.lane.report_bug(error)

    def _explain(self, code: str, details: Mapping[str, str | int]) -> Explanation:
        return explain(code, details, self.client.settings.language)


def _grounds(hall: Path) -> tuple[str, ...]:
    """The hall's own, where it has any. Raises WordingBroken."""
    from printers.wording import read_grounds

    own = hall / "wording" / "grounds.json"
    file = own if own.exists() else resources_folder() / "wording" / "grounds.json"
    return read_grounds(file)


def start_screen(
    client: Client, trainer: Trainer | None = None, *, maximized: bool = False
) -> Screen:
    """Build and show the window. Raises AppError where the hall or the settings cannot be read."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError
    load_font(_frozen_fonts())
    install_language(app, client.settings.language, resources_folder() / "texts")
    screen = Screen(app, client, trainer)
    screen.start(maximized=maximized)
    return screen


def _frozen_fonts() -> Path | None:
    return resources_folder() / "fonts" if getattr(sys, "frozen", False) else None


def _documents() -> Path:
    from PySide6.QtCore import QStandardPaths

    place = QStandardPaths.StandardLocation.DocumentsLocation
    return Path(QStandardPaths.writableLocation(place) or Path.home())
