"""Print over IPP (RFC 8010, 8011) to a printer or a CUPS queue, and ask them how they are.

The messages are built and read by pyipp; the wire is requests, because its errors tell whether
anything left: a refused connection is safe to repeat, a silence after sending is not.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
from pyipp.enums import IppOperation
from pyipp.parser import parse
from pyipp.serializer import encode_dict
from urllib3.exceptions import HTTPError, NewConnectionError

from app.domain.errors import AppError
from app.ports import PrinterState, PrinterStatus
from printers.errors import (
    CoverOpen,
    FormatNotTaken,
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

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 15.0
_STATUS_SECONDS = 3.0
_LARGEST_ANSWER = 1024 * 1024
_NOT_POSSIBLE = 0x0400  # status codes from here on are errors
_FORMAT_NOT_SUPPORTED = 0x040A
_VALUES_NOT_SUPPORTED = 0x040B
_END_OF_ATTRIBUTES = 0x03
_FIRST_VALUE_TAG = 0x10
_STOPPED = 5
_PROCESSING = 4
_GIVEN_UP = (7, 8)  # job-state canceled, aborted (RFC 8011 5.3.7)

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

# What the queue must be told the bytes are: ESC/POS goes through untouched.
_FORMATS = {
    "application/pdf": "application/pdf",
    "application/vnd.escpos": "application/vnd.cups-raw",
}


class IppPrinter:
    """``uri`` like ``ipp://host:631/printers/NAME`` (CUPS) or ``ipp://host/ipp/print``.

    ``answer_seconds`` is how long the printer may be silent after it has the whole job.
    """

    def __init__(self, uri: str, *, answer_seconds: float = _ANSWER_SECONDS) -> None:
        self._answer_seconds = answer_seconds
        parts = urlsplit(uri)
        self._uri = uri
        scheme = "https" if parts.scheme == "ipps" else "http"
        self._url = f"{scheme}://{parts.hostname}:{parts.port or 631}{parts.path or '/ipp/print'}"
        self._session = requests.Session()
        self._session.trust_env = False  # a web proxy has no business between desk and printer

    @property
    def name(self) -> str:
        return self._uri

    def accepts(self, media_type: str) -> bool:
        return media_type in _FORMATS

    def send(self, job: str, title: str, media_type: str, data: bytes) -> str:
        """Returns ``#`` and the printer's job number once it has accepted the whole job.

        Raises PrinterUnreachable, PrinterRefused, FormatNotTaken, JobAborted (nothing printed) and
        PrintDoubted (nobody knows).
        """
        try:
            answer = self._ask(
                IppOperation.PRINT_JOB,
                {
                    "requesting-user-name": "onewindow",
                    "job-name": _job_name(job, title),
                    "document-format": _FORMATS[media_type],
                },
                data=data,
                seconds=self._answer_seconds,
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
                answer = self._ask(
                    IppOperation.GET_JOBS,
                    {
                        "requesting-user-name": "onewindow",
                        "which-jobs": which,
                        # CUPS names a finished job only when it has to load it, and the format
                        # is something that it must load.
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

    def status(self) -> PrinterStatus:
        try:
            answer = self._ask(
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
            state, reasons = int(printer["printer-state"]), _words(printer)
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

    def _ask(
        self,
        operation: IppOperation,
        attributes: dict[str, Any],
        *,
        seconds: float,
        data: bytes = b"",
    ) -> dict[str, Any]:
        message = {
            "version": (1, 1),
            "operation": operation,
            "operation-attributes-tag": {
                "attributes-charset": "utf-8",
                "attributes-natural-language": "zh-cn",
                "printer-uri": self._uri,
                **attributes,
            },
            "data": data,
        }
        try:
            response = self._session.post(
                self._url,
                data=encode_dict(message),
                # A kept connection may be dead by the next job, and then nobody knows what left.
                headers={"Content-Type": "application/ipp", "Connection": "close"},
                timeout=(_CONNECT_SECONDS, seconds),
                allow_redirects=False,
                stream=True,
            )
            with response:
                content = _content(response, within=seconds)
        except requests.ConnectTimeout:
            raise PrinterUnreachable(printer=self._uri) from None
        except requests.ConnectionError as error:
            if _never_connected(error):
                raise PrinterUnreachable(printer=self._uri) from None
            raise PrintDoubted(printer=self._uri) from None
        except (requests.RequestException, HTTPError):
            raise PrintDoubted(printer=self._uri) from None
        if content is None or response.status_code >= requests.codes.server_error:
            raise PrintDoubted(printer=self._uri)
        if response.status_code != requests.codes.ok:
            raise PrinterRefused(printer=self._uri, status=f"HTTP {response.status_code}")
        return self._read(content)

    def _read(self, content: bytes) -> dict[str, Any]:
        if not _well_framed(content):
            raise PrintDoubted(printer=self._uri)
        try:
            answer: dict[str, Any] = parse(content)
            status = int(answer["status-code"])
        except Exception:  # noqa: BLE001 - pyipp's parser raises whatever broken bytes provoke
            raise PrintDoubted(printer=self._uri) from None
        unsupported = answer["unsupported-attributes"]
        if status == _FORMAT_NOT_SUPPORTED or (
            status == _VALUES_NOT_SUPPORTED and any("document-format" in u for u in unsupported)
        ):
            raise FormatNotTaken(printer=self._uri)
        if status >= _NOT_POSSIBLE:
            raise PrinterRefused(printer=self._uri, status=f"IPP {status:#06x}")
        return answer


def _content(response: requests.Response, *, within: float) -> bytes | None:
    """None for an answer that is too long or drips in too slowly to be one."""
    end, parts, size = time.monotonic() + within, [], 0
    while part := response.raw.read1(65536):
        parts.append(part)
        size += len(part)
        if size > _LARGEST_ANSWER or time.monotonic() > end:
            return None
    return b"".join(parts)


def _well_framed(content: bytes) -> bool:
    """Every length stays inside (RFC 8010 3.1): pyipp reads them signed and could go in circles."""
    at = 8  # version, status, request id
    while at < len(content):
        tag = content[at]
        at += 1
        if tag == _END_OF_ATTRIBUTES:
            return True
        if tag < _FIRST_VALUE_TAG:
            continue
        for _ in ("name", "value"):
            length = int.from_bytes(content[at : at + 2], "big")
            at += 2 + length
            if length > 0x7FFF:
                return False
    return False


def _never_connected(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _job_name(job: str, title: str) -> str:
    """The job's id ends the name, so that it can be found again; 255 bytes are allowed."""
    plain = "".join(char for char in title if char.isprintable())
    return f"{plain[:60]} {job}"


def _words(printer: dict[str, Any]) -> list[str]:
    reasons = printer.get("printer-state-reasons", [])
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
