"""Keep a kiosk told of the hall's line and of its printers, for as long as it runs."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.queue_view import HallView
from app.print_ports import PrinterState, PrinterStatus
from ui.viewmodels.kiosk_state import KioskServices

_VIEW_WAIT = 15.0  # seconds that the back office may put its answer off while nothing changes
_AGAIN_MS = 2000
_PAPER_MS = 5000


class KioskWatch(QObject):
    viewed = Signal(object)  # HallView
    unseen = Signal()
    papers = Signal(str, str)  # why no slip and no sheet can be printed, "" where it can

    def __init__(self, services: KioskServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._version = -1  # of what was seen last, -1 where it is to be asked anew
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._ask)
        self._paper = QTimer(self)
        self._paper.timeout.connect(self._ask_paper)
        services.view_lane.bug.connect(self._stumbled)

    def start(self) -> None:
        self._ask()
        self._ask_paper()
        self._paper.start(_PAPER_MS)

    def stop(self) -> None:
        self._again.stop()
        self._paper.stop()

    def _ask(self) -> None:
        after = self._version
        wait = 0.0 if after < 0 else _VIEW_WAIT
        self._services.view_lane.submit(
            lambda: self._services.desk.view(after, wait), self._told, lambda _: self._lose(), self
        )

    def _told(self, view: HallView) -> None:
        self._version = view.version
        self.viewed.emit(view)
        self._again.start(10)

    def _lose(self) -> None:
        self._version = -1
        self.unseen.emit()
        self._again.start(_AGAIN_MS)

    def _stumbled(self, _support_id: str) -> None:
        self._lose()

    def _ask_paper(self) -> None:
        self._services.printer_lane.submit(
            self._services.prints.status, self._paper_told, lambda _: None, self
        )

    def _paper_told(self, told: dict[str, PrinterStatus]) -> None:
        services = self._services
        self.papers.emit(
            self._fault(told.get(services.slip_printer)),
            self._fault(told.get(services.sheet_printer)),
        )

    def _fault(self, status: PrinterStatus | None) -> str:
        if status is None or status.state in {PrinterState.READY, PrinterState.BUSY}:
            return ""
        return self._services.explain(status.code or "APP-00", status.details).message
