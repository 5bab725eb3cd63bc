"""Print through Windows' spooler: slips untouched (RAW), documents drawn page by page (GDI).

The spooler forgets a job when it is done. One that is gone was printed where nothing had gone wrong
when it was last seen, by this run of the program; otherwise nobody can know.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_void_p
from functools import cached_property

from PIL import Image

from app.print_ports import PLAIN, Fate, PrinterState, PrinterStatus, Sending
from printers.backends.winspool_calls import SpooledJob, SpoolerCalls, open_calls
from printers.errors import (
    CoverOpen,
    FormatNotTaken,
    PaperJam,
    PaperOut,
    PrintDoubted,
    PrinterCondition,
    PrinterOffline,
    PrinterRefused,
    PrinterStopped,
    PrinterUnreachable,
    TonerOut,
)

_PDF, _ESCPOS = "application/pdf", "application/vnd.escpos"
_MOST_DPI = 300  # of the picture; the device draws it as fine as it can
_WITHDRAW_SECONDS = 5.0

# PRINTER_STATUS flags, and JOB_STATUS flags of jobs in its queue, by what a clerk can do, worst
# first: many drivers say what is wrong only of the job.
_PRINTER_FLAGS: tuple[tuple[int, type[PrinterCondition]], ...] = (
    (0x10 | 0x40, PaperOut), (0x08, PaperJam), (0x400000, CoverOpen), (0x40000, TonerOut),
    (0x80 | 0x1000 | 0x800000, PrinterOffline), (0x01 | 0x02 | 0x100000, PrinterStopped),
)  # fmt: skip
_JOB_FLAGS: tuple[tuple[int, type[PrinterCondition]], ...] = (
    (0x40, PaperOut),
    (0x20, PrinterOffline),
    (0x02 | 0x200 | 0x400, PrinterStopped),
)
_BUSY = 0x100 | 0x200 | 0x400 | 0x4000
_JOB_PRINTING, _JOB_PRINTED, _JOB_COMPLETE = 0x10, 0x80, 0x1000
_JOB_WRONG = 0x02 | 0x04 | 0x20 | 0x40 | 0x100 | 0x200 | 0x400
_JOB_DELETED = 0x04 | 0x100


class WindowsPrinter:
    """``queue`` is the printer's name in Windows."""

    def __init__(self, queue: str, calls: SpoolerCalls | None = None) -> None:
        self._queue = queue
        self._given = calls
        self._seen: dict[str, SpooledJob] = {}  # as each was last seen, by its place

    @property
    def name(self) -> str:
        return f"winspool:{self._queue}"

    def accepts(self, media_type: str) -> bool:
        return media_type in {_PDF, _ESCPOS}

    def send(self, job: str, title: str, media_type: str, data: bytes, how: Sending = PLAIN) -> str:
        """Raises PrinterUnreachable, PrinterRefused (nothing left), PrintDoubted."""
        if not self.accepts(media_type):
            raise FormatNotTaken(printer=self.name)
        document = f"{''.join(c for c in title if c.isprintable())[:60]} {job}"
        if media_type == _ESCPOS:
            return self._send_raw(document, data * how.copies)
        return self._draw(document, data, how.copies)

    def find(self, job: str) -> str | None:
        try:
            with self._opened() as handle:
                jobs = self._calls.jobs(handle)
        except (OSError, PrinterUnreachable):
            return None
        return next((f"#{one.id}" for one in jobs if one.document.endswith(job)), None)

    def follow(self, job: str, place: str, how: Sending = PLAIN) -> Fate:
        del how  # the spooler counts what it was given, not what came out
        with self._opened() as handle:
            now = self._calls.job(handle, _number(place))
        if now is None or not now.document.endswith(job):  # numbers begin anew with the spooler
            last = self._seen.pop(place, None)
            well = last is not None and not last.status & _JOB_WRONG
            return Fate.OUT if well else Fate.UNKNOWN
        self._seen[place] = now
        if now.status & (_JOB_PRINTED | _JOB_COMPLETE) and not now.status & _JOB_WRONG:
            return Fate.OUT
        return Fate.WAITING

    def withdraw(self, job: str, place: str) -> Fate:
        with self._opened() as handle:
            before = self._calls.job(handle, _number(place))
            if before is None or not before.document.endswith(job):
                return self.follow(job, place)
            try:
                self._calls.delete(handle, before.id)
            except OSError:
                return Fate.WAITING
            end = time.monotonic() + _WITHDRAW_SECONDS
            while (now := self._calls.job(handle, before.id)) is not None:
                if time.monotonic() > end:
                    return Fate.WAITING
                before = now
                time.sleep(0.1)
        self._seen.pop(place, None)
        begun = before.printed or before.status & (_JOB_PRINTING | _JOB_PRINTED | _JOB_COMPLETE)
        return Fate.UNKNOWN if begun else Fate.NOTHING

    def trays(self) -> tuple[str, ...]:
        return ()  # they are chosen in Windows' own settings of the printer

    def status(self) -> PrinterStatus:
        try:
            with self._opened() as handle:
                flags = self._calls.printer_status(handle)
                jobs = [one.status for one in self._calls.jobs(handle)]
        except (PrinterUnreachable, OSError):
            return self._said(PrinterState.MISSING, PrinterUnreachable)
        for mask, condition in _PRINTER_FLAGS:
            if flags & mask:
                return self._said(PrinterState.FAULTY, condition)
        for mask, condition in _JOB_FLAGS:
            if any(status & mask for status in jobs):
                return self._said(PrinterState.FAULTY, condition)
        busy = flags & _BUSY or any(status & _JOB_PRINTING for status in jobs)
        return PrinterStatus(state=PrinterState.BUSY if busy else PrinterState.READY)

    # -- the two ways ---------------------------------------------------------------------------

    def _send_raw(self, document: str, data: bytes) -> str:
        with self._opened() as handle:
            try:
                number = self._calls.start_raw(handle, document)
            except OSError:
                raise PrinterRefused(printer=self.name, status="StartDocPrinter") from None
            try:
                self._calls.write_raw(handle, data)
            except OSError:
                raise PrintDoubted(printer=self.name) from None
            return self._note(handle, number)

    def _draw(self, document: str, data: bytes, copies: int) -> str:
        from printers.pictures import open_pictures

        pictures = open_pictures(_PDF, data)
        try:
            paper = self._calls.open_paper(self._queue)
        except OSError:
            raise PrinterUnreachable(printer=self.name) from None
        try:
            try:
                device = self._calls.resolution(paper)
                number = self._calls.start_drawing(paper, document)
            except OSError:
                raise PrinterRefused(printer=self.name, status="StartDoc") from None
            try:
                for _ in range(copies):
                    for page in range(pictures.count):
                        width, height, rgb = pictures.draw(page, min(device.x, _MOST_DPI))
                        size, grey = _grey(width, height, rgb)
                        across, down = pictures.size(page)
                        where = (
                            -device.left, -device.top, round(across / 25.4 * device.x),
                            round(down / 25.4 * device.y),
                        )  # fmt: skip
                        self._calls.draw_page(paper, where, size, grey)
                self._calls.end_drawing(paper)
            except OSError:
                self._calls.abort_drawing(paper)
                # The spooler may have begun to print what it had.
                raise PrintDoubted(printer=self.name) from None
        finally:
            self._calls.close_paper(paper)
        with self._opened() as handle:
            return self._note(handle, number)

    def _note(self, handle: c_void_p, number: int) -> str:
        """Remember the job as it was taken: it may be gone when it is asked for next."""
        place = f"#{number}"
        taken = self._calls.job(handle, number)
        self._seen[place] = taken or SpooledJob(
            id=number, document="", status=0, pages=0, printed=0
        )
        return place

    @cached_property
    def _calls(self) -> SpoolerCalls:
        if self._given is not None:
            return self._given
        try:
            return open_calls()
        except OSError:
            raise PrinterUnreachable(printer=self.name) from None

    @contextmanager
    def _opened(self) -> Iterator[c_void_p]:
        try:
            handle = self._calls.open(self._queue)
        except OSError:
            raise PrinterUnreachable(printer=self.name) from None
        try:
            yield handle
        finally:
            self._calls.close(handle)

    def _said(
        self, state: PrinterState, condition: type[PrinterCondition | PrinterUnreachable]
    ) -> PrinterStatus:
        details: dict[str, str | int] = {"printer": self.name}
        if condition is PrinterStopped:
            details["reason"] = "—"
        return PrinterStatus(state=state, code=condition.code, details=details)


def list_queues(calls: SpoolerCalls | None = None) -> tuple[str, ...]:
    """The printers of this Windows; empty where they cannot be asked."""
    try:
        return (calls or open_calls()).queues()
    except OSError:
        return ()


def _number(place: str) -> int:
    return int(place.removeprefix("#"))


def _grey(width: int, height: int, rgb: bytes) -> tuple[tuple[int, int], bytes]:
    """Rows of a picture end at a multiple of four bytes."""
    picture = Image.frombytes("RGB", (width, height), rgb).convert("L")
    whole = Image.new("L", (-(-width // 4) * 4, height), 255)
    whole.paste(picture, (0, 0))
    return (whole.width, height), whole.tobytes()
