"""Print over IPP (RFC 8011) to a printer or a CUPS queue, and ask them how they and their jobs are.

A printer that has taken a job has not printed it yet: it is asked for the job until it says what
became of it. Only a job that never began to print is believed to have left no sheet.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pyipp.enums import IppOperation

from app.domain.errors import AppError
from app.print_ports import PLAIN, Fate, PrinterState, PrinterStatus, Sending
from printers.backends.ipp_wire import IppWire, JobForgotten
from printers.errors import (
    CoverOpen,
    JobAborted,
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

_ANSWER_SECONDS = 15.0
_STATUS_SECONDS = 3.0
_WITHDRAW_SECONDS = 5.0
_STOPPED = 5
_PROCESSING = 4
# job-state (RFC 8011 5.3.7)
_HELD_BY_PRINTER = 6
_A5 = (14800, 21000)  # hundredths of a millimetre
_GIVEN_UP = (7, 8)
_COMPLETED = 9
# CUPS names a finished job only when it has to load it, and the format is something that it must
# load.
_JOB_WORDS = [
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-impressions-completed",
    "time-at-processing",
    "document-format",
]

# printer-state-reasons keywords (RFC 8011 5.4.12) by what a clerk can do about them, worst first.
_REASONS: tuple[tuple[str, type[PrinterCondition]], ...] = (
    ("media-empty", PaperOut),
    ("media-needed", PaperOut),
    ("media-jam", PaperJam),
    ("cover-open", CoverOpen),
    ("door-open", CoverOpen),
    ("interlock-open", CoverOpen),
    ("toner-empty", TonerOut),
    ("marker-supply-empty", TonerOut),
    ("offline", PrinterOffline),
    ("shutdown", PrinterOffline),
    ("timed-out", PrinterOffline),
    ("connecting-to-device", PrinterOffline),
)

PDF = "application/pdf"
# What the queue must be told the bytes are: ESC/POS goes through untouched.
_FORMATS = {
    PDF: PDF,
    "application/vnd.escpos": "application/vnd.cups-raw",
}


class IppPrinter:
    """``uri`` like ``ipp://host:631/printers/NAME`` (CUPS) or ``ipp://host/ipp/print``.

    ``answer_seconds`` is how long the printer may be silent after it has the whole job.
    """

    def __init__(self, uri: str, *, answer_seconds: float = _ANSWER_SECONDS) -> None:
        self._answer_seconds = answer_seconds
        self._uri = uri
        self._queue = urlsplit(uri).path.startswith(("/printers/", "/classes/"))
        self._wire = IppWire(uri)

    @property
    def name(self) -> str:
        return self._uri

    def accepts(self, media_type: str) -> bool:
        return media_type in _FORMATS

    def send(self, job: str, title: str, media_type: str, data: bytes, how: Sending = PLAIN) -> str:
        """Returns ``#`` and the printer's job number once it has accepted the whole job.

        Raises PrinterUnreachable, PrinterRefused, FormatNotTaken, JobAborted (nothing printed) and
        PrintDoubted (nobody knows).
        """
        slip = 1 if media_type == PDF else how.copies
        try:
            answer = self._wire.ask(
                IppOperation.PRINT_JOB,
                {
                    "requesting-user-name": "onewindow",
                    "job-name": _job_name(job, title),
                    "document-format": _FORMATS[media_type],
                },
                data=data if slip == 1 else data * slip,
                seconds=self._answer_seconds,
                # What goes through untouched is multiplied here: no filter will do it.
                job={"copies": how.copies} if how.copies > slip else None,
                tray=how.tray if media_type == PDF else "",
                size=(0, 0) if media_type != PDF else _A5 if how.half else how.size,
            )
            known = answer["jobs"][0]
            number = int(known["job-id"])
        except (LookupError, TypeError, ValueError):
            raise PrintDoubted(printer=self._uri) from None
        if known.get("job-state") in _GIVEN_UP:
            if known.get("job-impressions-completed") == 0:
                raise JobAborted(printer=self._uri)
            raise PrintDoubted(printer=self._uri)  # it may have printed while it received
        return f"#{number}"

    def find(self, job: str) -> str | None:
        """Looks through the printer's own list; a job that is not in it may have been forgotten,
        and one that was given up may have printed a part: neither is an answer."""
        try:
            for which in ("not-completed", "completed"):
                answer = self._wire.ask(
                    IppOperation.GET_JOBS,
                    {
                        "requesting-user-name": "onewindow",
                        "which-jobs": which,
                        "requested-attributes": [
                            "job-id", "job-name", "job-state", "document-format",
                        ],
                    },
                    seconds=_STATUS_SECONDS,
                )  # fmt: skip
                for known in answer["jobs"]:
                    if str(known.get("job-name", "")).endswith(job):
                        given_up = known.get("job-state") in _GIVEN_UP
                        return None if given_up else f"#{known['job-id']}"
        except (AppError, LookupError, TypeError):
            return None
        return None

    def follow(self, job: str, place: str, how: Sending = PLAIN) -> Fate:
        try:
            told = self._job(job, place)
        except JobForgotten:
            return Fate.UNKNOWN
        state, counted = told.get("job-state"), told.get("job-impressions-completed")
        if state in _GIVEN_UP:
            return Fate.UNKNOWN if _began(told) else Fate.NOTHING
        if state != _COMPLETED:
            return Fate.WAITING
        # Many printers do not count, and say 0: only a count that is short speaks against one. A
        # queue of CUPS miscounts what it had to send twice, and then is not asked.
        pages = 0 if self._queue else how.pages * how.copies
        short = isinstance(counted, int) and 0 < counted < pages
        wrong = any("error" in word for word in _words(told, "job-state-reasons"))
        return Fate.UNKNOWN if short or wrong else Fate.OUT

    def withdraw(self, job: str, place: str) -> Fate:
        try:
            before = self._job(job, place)
            if before.get("job-state") in {*_GIVEN_UP, _COMPLETED}:
                return self.follow(job, place)
            attributes = {"requesting-user-name": "onewindow", "job-id": _number(place)}
            self._wire.ask(IppOperation.CANCEL_JOB, attributes, seconds=_STATUS_SECONDS)
            end = time.monotonic() + _WITHDRAW_SECONDS
            while self._job(job, place).get("job-state") not in {*_GIVEN_UP, _COMPLETED}:
                if time.monotonic() > end:
                    return Fate.WAITING
                time.sleep(0.1)
            after = self._job(job, place)
        except JobForgotten:
            return Fate.UNKNOWN
        # One that the printer itself holds back, for want of paper, counts what it has printed.
        held = before.get("job-state") == _HELD_BY_PRINTER
        counted = [one.get("job-impressions-completed") for one in (before, after)]
        if after.get("job-state") in _GIVEN_UP and held and counted == [0, 0]:
            return Fate.NOTHING
        return self.follow(job, place)

    def _job(self, job: str, place: str) -> Mapping[str, Any]:
        attributes = {
            "requesting-user-name": "onewindow", "job-id": _number(place),
            "requested-attributes": _JOB_WORDS,
        }  # fmt: skip
        answer = self._wire.ask(
            IppOperation.GET_JOB_ATTRIBUTES, attributes, seconds=_STATUS_SECONDS
        )
        try:
            found: Mapping[str, Any] = answer["jobs"][0]
        except (LookupError, TypeError):
            raise PrintDoubted(printer=self._uri) from None
        # A printer that was switched off may count from 1 again: that is another's job then.
        if not str(found.get("job-name", "")).endswith(job):
            raise JobForgotten(printer=self._uri, status=place)
        return found

    def trays(self) -> tuple[str, ...]:
        try:
            answer = self._wire.ask(
                IppOperation.GET_PRINTER_ATTRIBUTES,
                {
                    "requesting-user-name": "onewindow",
                    "requested-attributes": ["media-source-supported"],
                },
                seconds=_STATUS_SECONDS,
            )
            words = _words(answer["printers"][0], "media-source-supported")
        except (AppError, LookupError, TypeError):
            return ()
        return tuple(word for word in words if word.isprintable() and word not in {"", "auto"})

    def status(self) -> PrinterStatus:
        try:
            answer = self._wire.ask(
                IppOperation.GET_PRINTER_ATTRIBUTES,
                {
                    "requesting-user-name": "onewindow",
                    "requested-attributes": [
                        "printer-state", "printer-state-reasons", "printer-is-accepting-jobs",
                    ],
                },
                seconds=_STATUS_SECONDS,
            )  # fmt: skip
            printer = answer["printers"][0]
            state, reasons = int(printer["printer-state"]), _words(printer, "printer-state-reasons")
        except (
            PrinterUnreachable,
            PrinterRefused,
            PrintDoubted,
            LookupError,
            TypeError,
            ValueError,
        ):
            return PrinterStatus(
                state=PrinterState.MISSING,
                code=PrinterUnreachable.code,
                details={"printer": self._uri},
            )
        return _status_of(state, reasons, self._uri)


def _job_name(job: str, title: str) -> str:
    """The job's id ends the name, so that it can be found again; 255 bytes are allowed."""
    plain = "".join(char for char in title if char.isprintable())
    return f"{plain[:60]} {job}"


def _number(place: str) -> int:
    return int(place.removeprefix("#"))


def _began(job: Mapping[str, Any]) -> bool:
    """Whether a sheet may have been drawn in: it names no time then, or no value for one."""
    return isinstance(job.get("time-at-processing"), int)


def _words(told: Mapping[str, Any], name: str) -> list[str]:
    reasons = told.get(name, [])
    return [str(r) for r in (reasons if isinstance(reasons, list) else [reasons])]


def _status_of(state: int, reasons: Iterable[str], uri: str) -> PrinterStatus:
    said = [r for r in reasons if r != "none"]
    for keyword, condition in _REASONS:
        if any(reason.startswith(keyword) for reason in said):
            return PrinterStatus(
                state=PrinterState.FAULTY, code=condition.code, details={"printer": uri}
            )
    if state == _STOPPED or any(r.startswith("paused") for r in said):
        return PrinterStatus(
            state=PrinterState.FAULTY,
            code=PrinterStopped.code,
            details={"printer": uri, "reason": said[0][:40] if said else "—"},
        )
    return PrinterStatus(state=PrinterState.BUSY if state == _PROCESSING else PrinterState.READY)
