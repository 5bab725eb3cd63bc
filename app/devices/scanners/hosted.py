"""The scanner of the window: one in the device host, its pages fetched from the spool."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from threading import Event
from typing import Any

from app.devices.host.asking import ask, error_named
from app.devices.host.orders import OrderFailed, OrderMessage, OrderNews
from app.devices.host.supervisor import DeviceHost
from app.devices.scanners.errors import NoScannerSet, ScanCancelled
from app.devices.scanners.family import (
    FINDER,
    PDF,
    FindScanners,
    PageComing,
    PageTaken,
    ProbeScanner,
    Scan,
    TakeApart,
)
from app.devices.scanners.spool import Spool
from app.scan_ports import ScannerInfo, ScanProgress, ScanWish
from app.storage.blob_files import PageDamaged

log = logging.getLogger(__name__)

_LOOK = 0.1  # seconds between two looks whether it was cancelled
_PDF_DPI = 200


class HostedScanner:
    """The Scanner port."""

    def __init__(self, host: DeviceHost, spec: str, spool: Spool) -> None:
        self._host = host
        self._spec = spec
        self._spool = spool

    @property
    def name(self) -> str:
        return self._spec

    def scan(
        self, wish: ScanWish, case_id: str, *, keep: Callable[[bytes], object],
        tell: Callable[[ScanProgress], None], cancelled: Event,
    ) -> int:  # fmt: skip
        if not self._spec.strip():
            raise NoScannerSet
        order = Scan(
            folder=str(self._spool.place(case_id)), key=self._spool.key, mode=wish.mode,
            dpi=wish.dpi, paper=wish.paper, most=wish.most,
        )  # fmt: skip
        return self._run(self._spec, order, case_id, keep, tell, cancelled)

    def probe(self) -> None:
        """Raises AppError where it is not there or does not answer."""
        if not self._spec.strip():
            raise NoScannerSet
        ask(self._host, "scan", self._spec, ProbeScanner())

    def take_apart(self, file: str, case_id: str, *, keep: Callable[[bytes], object]) -> int:
        folder = str(self._spool.place(case_id))
        order = TakeApart(folder=folder, key=self._spool.key, file=file, dpi=_PDF_DPI)
        return self._run(PDF, order, case_id, keep, lambda _: None, Event())

    def left_over(self, keep: Callable[[str, bytes], object]) -> int:
        count = 0
        for case_id, sha in list(self._spool.left_over()):
            try:
                page = self._spool.read(case_id, sha)
            except PageDamaged:  # nobody can read it, ever
                log.warning("a page left in the scan spool is damaged")
            else:
                keep(case_id, page)
                count += 1
            self._spool.remove(case_id, sha)
        return count

    def _run(
        self, device: str, order: Any, case_id: str, keep: Callable[[bytes], object],
        tell: Callable[[ScanProgress], None], cancelled: Event,
    ) -> int:  # fmt: skip
        heard: queue.SimpleQueue[OrderMessage] = queue.SimpleQueue()
        number = self._host.order("scan", device, order, heard.put)
        count, stopped = 0, False
        try:
            while True:
                if cancelled.is_set() and not stopped:
                    stopped = True
                    self._host.cancel(number)
                try:
                    message = heard.get(timeout=_LOOK)
                except queue.Empty:
                    continue
                if not isinstance(message, OrderNews):
                    break
                match message.news:
                    case PageTaken() as taken:
                        keep(self._spool.read(case_id, taken.sha))
                        self._spool.remove(case_id, taken.sha)
                        count += 1
                    case PageComing() as coming:
                        tell(ScanProgress(number=coming.number, percent=coming.percent))
        except BaseException:
            self._host.cancel(number)
            raise
        if isinstance(message, OrderFailed):
            if stopped:
                raise ScanCancelled(pages=count)
            raise error_named(message.code, {**message.details, "pages": count})
        return count


def find_scanners(host: DeviceHost) -> tuple[ScannerInfo, ...]:
    """What is connected; may take half a minute. Raises AppError."""
    found: tuple[ScannerInfo, ...] = ask(host, "scan", FINDER, FindScanners()).scanners
    return found
