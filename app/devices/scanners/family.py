"""What scanners are asked and what they say, for the device host. Pages go by the spool."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, Final, Protocol

import msgspec

from app.devices.host import family as host
from app.devices.scanners.errors import BadScanner, NoSane, ScannerMissing
from app.domain.errors import AppError
from app.domain.scan_page import ScanMode
from app.ports import DeviceState
from app.scan_ports import PaperSource, ScannerInfo

_QUIET: Final = 90.0  # seconds: old glass scanners warm their lamp that long
FINDER: Final = "find"  # the device that FindScanners goes to: no scanner's own lane
PDF: Final = "pdf"  # the one that takes PDFs apart


class Scan(msgspec.Struct, frozen=True, kw_only=True, tag="scan"):
    folder: str
    key: bytes
    mode: ScanMode
    dpi: int
    paper: PaperSource
    most: int


class TakeApart(msgspec.Struct, frozen=True, kw_only=True, tag="pdf"):
    folder: str
    key: bytes
    file: str
    dpi: int


class FindScanners(msgspec.Struct, frozen=True, kw_only=True, tag="find"):
    """What is connected here; asks every driver of the system, which may take half a minute."""


class ProbeScanner(msgspec.Struct, frozen=True, kw_only=True, tag="probe"):
    """Whether it is there and answers; no paper moves."""


class PageTaken(msgspec.Struct, frozen=True, kw_only=True, tag="page"):
    """Page ``number`` lies in the spool as ``sha``."""

    number: int
    sha: str


class PageComing(msgspec.Struct, frozen=True, kw_only=True, tag="coming"):
    number: int
    percent: int = 0


class ScanDone(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    pages: int


class Found(msgspec.Struct, frozen=True, kw_only=True, tag="found"):
    scanners: tuple[ScannerInfo, ...]


class Source(Protocol):
    """One scanner, for one scan at a time."""

    def scan(
        self,
        order: Scan,
        keep: Callable[[bytes], None],
        coming: Callable[[int], None],
        cancelled: Event,
    ) -> None:
        """``keep`` each page; ``coming`` tells how many percent of the next one are here. Raises
        AppError; ScannerErrors get the number of pages that came."""
        ...

    def probe(self, cancelled: Event) -> None:
        """Raises AppError where it is not there or does not answer."""
        ...


class _Pages:
    """Writes pages into the spool, says so, and counts."""

    def __init__(self, order: Scan | TakeApart, tell: Callable[[Any], None]) -> None:
        self._folder, self._key, self._tell = Path(order.folder), order.key, tell
        self._percent = -1
        self.count = 0

    def keep(self, content: bytes) -> None:
        from app.devices.scanners.spool import write_page

        sha = write_page(self._folder, self._key, content)
        self.count, self._percent = self.count + 1, -1
        self._tell(PageTaken(number=self.count, sha=sha))

    def coming(self, percent: int) -> None:
        percent = max(0, min(100, percent)) // 5 * 5
        if percent != self._percent:
            self._percent = percent
            self._tell(PageComing(number=self.count + 1, percent=percent))


_Order = Scan | TakeApart | FindScanners | ProbeScanner


class _ScanRunner:
    def __init__(self, spec: str) -> None:
        self._spec = spec
        self._source: Source | None = None

    def run(
        self,
        order: Scan | TakeApart | FindScanners | ProbeScanner,
        tell: Callable[[Any], None],
        cancelled: Event,
    ) -> ScanDone | Found:
        from app.devices.scanners.listing import find_scanners, open_source

        if isinstance(order, FindScanners):
            return Found(scanners=find_scanners())
        if isinstance(order, ProbeScanner):
            open_source(self._spec).probe(cancelled)
            return ScanDone(pages=0)
        pages = _Pages(order, tell)
        try:
            if isinstance(order, TakeApart):
                from app.devices.scanners.pdf_pages import take_apart

                take_apart(order.file, order.dpi, pages.keep, cancelled)
            else:
                if self._source is None:
                    self._source = open_source(self._spec)
                pages.coming(0)
                self._source.scan(order, pages.keep, pages.coming, cancelled)
        except AppError as error:
            error.details.setdefault("pages", pages.count)
            raise
        return ScanDone(pages=pages.count)

    def close(self) -> None:
        """Sources hold nothing between two scans: a scanner is the whole hall's."""


def _state_after(error: AppError) -> DeviceState:
    if isinstance(error, ScannerMissing | NoSane):
        return DeviceState.MISSING
    return DeviceState.FAULTY if isinstance(error, BadScanner) else host.state_after(error)


FAMILY: Final = host.Family(
    order=_Order,
    news=PageTaken | PageComing,
    result=ScanDone | Found,
    open=_ScanRunner,
    state_after=_state_after,
    patience=lambda _order, _news: _QUIET,
)
