"""Scan over the network by eSCL (Mopria; AirScan), as nearly every office device since 2015 has it.

Capabilities and status are read, one job is made, its documents are fetched until there are no
more. Names of elements are looked up whatever their namespace: devices differ in it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event
from typing import Any, Final

from app.devices.scanners import errors
from app.devices.scanners.errors import ScanCancelled, ScannerError, ScannerGarbled
from app.devices.scanners.escl_http import Answer, ScannerLine
from app.devices.scanners.family import Scan
from app.domain.scan_page import ScanMode
from app.scan_ports import PaperSource
from app.storage.scan_kinds import JPEG, MAX_SCAN, PDF, PNG, ScanRefused, check_scan

_SHORT: Final = 10.0  # seconds for an answer without paper
_PAGE: Final = 75.0  # for a page
_READY: Final = 40.0  # a scanner may take to wake, or to bring the next page
_WORDS: Final = 256 * 1024  # bytes of capabilities or status
_MODES: Final = {
    ScanMode.COLOUR: "RGB24", ScanMode.GREY: "Grayscale8", ScanMode.BLACK: "Grayscale8"
}  # fmt: skip
_FAILURES: Final[dict[str, type[ScannerError]]] = {
    "ScannerAdfEmpty": errors.NoPaper,
    "ScannerAdfJam": errors.PaperJam,
    "ScannerAdfMispick": errors.PaperJam,
    "ScannerAdfMultipickDetected": errors.PaperJam,
    "ScannerAdfHatchOpen": errors.CoverOpen,
}
_JOB = re.compile(r"/ScanJobs/([A-Za-z0-9._~-]{1,128})/?\Z")
_ASKED = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"
 xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03">
<pwg:Version>2.0</pwg:Version><scan:Intent>Document</scan:Intent>
<pwg:ScanRegions><pwg:ScanRegion><pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches\
</pwg:ContentRegionUnits><pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>\
<pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height></pwg:ScanRegion></pwg:ScanRegions>
<pwg:InputSource>{source}</pwg:InputSource><scan:Duplex>{duplex}</scan:Duplex>
<scan:ColorMode>{mode}</scan:ColorMode><scan:XResolution>{dpi}</scan:XResolution>\
<scan:YResolution>{dpi}</scan:YResolution>
<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>\
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>
</scan:ScanSettings>"""


class EsclScanner:
    def __init__(self, url: str) -> None:
        """Raises BadScanner."""
        self._line = ScannerLine(url)

    def scan(
        self, order: Scan, keep: Callable[[bytes], None], coming: Callable[[int], None],
        cancelled: Event,
    ) -> None:  # fmt: skip
        settings, feeds = self._settings(order, cancelled)
        job = self._begin(settings, feeds, cancelled)
        pages = 0
        try:
            for _ in range(order.most):
                page = self._next(job, coming, cancelled)
                if page is None:
                    break
                keep(page)
                pages += 1
                if not feeds:
                    break
        finally:
            with suppress(ScannerError):  # a job that is over is gone by itself
                self._line.ask("DELETE", job, cancelled=Event(), seconds=1.5, largest=_WORDS)
        if not pages or (feeds and pages < order.most):
            self._check(feeds, pages, cancelled)

    def probe(self, cancelled: Event) -> None:
        if "State" not in {_name(element) for element in self._words("ScannerStatus", cancelled)}:
            raise ScannerGarbled

    def _settings(self, order: Scan, cancelled: Event) -> tuple[bytes, bool]:
        able = self._words("ScannerCapabilities", cancelled)
        has_feeder, has_glass = bool(_all(able, "Adf")), bool(_all(able, "Platen"))
        if not has_feeder and not has_glass:
            raise ScannerGarbled
        loaded = "ScannerAdfLoaded" in _texts(self._words("ScannerStatus", cancelled), "AdfState")
        feeds = has_feeder and (
            order.paper in {PaperSource.FEEDER, PaperSource.DUPLEX}
            or (order.paper is PaperSource.AUTO and (loaded or not has_glass))
        )
        found = [
            int(text) for text in _texts(able, "XResolution") if re.fullmatch(r"\d{2,4}", text)
        ]
        dpi = min(found, key=lambda one: abs(one - order.dpi), default=order.dpi)
        both = (
            feeds and order.paper is PaperSource.DUPLEX and bool(_all(able, "AdfDuplexInputCaps"))
        )
        settings = _ASKED.format(
            width=2480, height=3508, source="Feeder" if feeds else "Platen",
            duplex="true" if both else "false", mode=_MODES[order.mode], dpi=dpi,
        )  # fmt: skip
        return settings.encode(), feeds

    def _begin(self, settings: bytes, feeds: bool, cancelled: Event) -> str:
        """The path of the new job. A scanner that wakes, or ends another job, is waited for."""
        end = time.monotonic() + _READY
        while True:
            answer = self._line.ask(
                "POST", f"{self._line.path}/ScanJobs", body=settings, cancelled=cancelled,
                seconds=_SHORT, largest=_WORDS,
            )  # fmt: skip
            if answer.status in {200, 201}:
                found = _JOB.search(answer.headers.get("location", ""))
                if found is None:
                    raise ScannerGarbled
                return f"{self._line.path}/ScanJobs/{found[1]}"  # the host is the scanner's own
            if answer.status == 409:
                self._check(feeds, 0, cancelled)
            if answer.status != 503:
                raise _refused(answer)
            self._check(feeds, 0, cancelled, empty=False)
            if time.monotonic() > end:
                raise errors.ScannerBusy
            _rest(1.0, cancelled)

    def _next(self, job: str, coming: Callable[[int], None], cancelled: Event) -> bytes | None:
        """None where there are no more."""
        end = time.monotonic() + _READY
        while True:
            answer = self._line.ask(
                "GET", f"{job}/NextDocument", cancelled=cancelled, seconds=_PAGE, largest=MAX_SCAN,
                coming=coming,
            )  # fmt: skip
            if answer.status == 200:
                return _picture(answer.body)
            if answer.status in {404, 410}:
                return None
            if answer.status != 503:
                raise _refused(answer)
            if time.monotonic() > end:
                raise errors.ScannerSilent
            _rest(0.5, cancelled)

    def _check(self, feeds: bool, pages: int, cancelled: Event, *, empty: bool = True) -> None:
        """Why no (more) page came. Raises ScannerError, unless the stack simply came to its end."""
        status = self._words("ScannerStatus", cancelled)
        for text in _texts(status, "AdfState") if feeds else ():
            failure = _FAILURES.get(text)
            if failure is errors.NoPaper and (pages or not empty):
                continue
            if failure is not None:
                raise failure
        if "Stopped" in _texts(status, "State"):
            raise ScannerError(what="Stopped")
        if empty and not pages:
            raise errors.NoPaper if feeds else ScannerGarbled

    def _words(self, name: str, cancelled: Event) -> Any:
        answer = self._line.ask(
            "GET", f"{self._line.path}/{name}", cancelled=cancelled, seconds=_SHORT, largest=_WORDS
        )
        if answer.status == 503:
            raise errors.ScannerBusy
        if answer.status != 200:
            raise _refused(answer)
        return _xml(answer.body)


def _picture(body: bytes) -> bytes:
    """What is no picture is no page, whatever its Content-Type says."""
    try:
        media = check_scan(body)
    except ScanRefused:
        raise ScannerGarbled from None
    if media not in {JPEG, PNG} or media == PDF:
        raise ScannerGarbled
    return body


def _refused(answer: Answer) -> ScannerError:
    if answer.status in {401, 403}:
        return errors.ScannerDenied()
    if answer.status == 404:
        return errors.ScannerMissing()
    return ScannerError(what=f"HTTP {answer.status}")


def _xml(body: bytes) -> Any:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        return fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        raise ScannerGarbled from None


def _all(root: Any, name: str) -> list[Any]:
    return list(_named(root, name))


def _named(root: Any, name: str) -> Iterator[Any]:
    return (element for element in root.iter() if _name(element) == name)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _texts(root: Any, name: str) -> list[str]:
    return [(element.text or "").strip()[:64] for element in _named(root, name)]


def _rest(seconds: float, cancelled: Event) -> None:
    if cancelled.wait(seconds):
        raise ScanCancelled
