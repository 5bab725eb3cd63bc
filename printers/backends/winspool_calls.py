"""Windows' print spooler and its drawing on paper, as far as this program calls them.

Texts go over as UTF-16 (the ``W`` functions), numbers as the DWORDs that the headers name. Both
libraries are handed in, so that the same calls can be held to another library of these functions.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, byref, c_int, c_uint16, c_uint32, c_void_p, cast, sizeof
from dataclasses import dataclass
from typing import Any

_ENUM_LOCAL, _ENUM_CONNECTIONS = 2, 4
_CONTROL_DELETE = 5
_ROOM = 64 * 1024
_SRCCOPY = 0x00CC0020
_DPI_X, _DPI_Y, _OFFSET_X, _OFFSET_Y = 88, 90, 112, 113


class _DocInfo1(Structure):
    _fields_ = (("name", c_void_p), ("output", c_void_p), ("datatype", c_void_p))


class _DocInfo(Structure):
    _fields_ = (
        ("size", c_int), ("name", c_void_p), ("output", c_void_p), ("datatype", c_void_p),
        ("type", c_uint32),
    )  # fmt: skip


class _JobInfo1(Structure):
    _fields_ = (
        ("id", c_uint32), ("printer", c_void_p), ("machine", c_void_p), ("user", c_void_p),
        ("document", c_void_p), ("datatype", c_void_p), ("status_text", c_void_p),
        ("status", c_uint32), ("priority", c_uint32), ("position", c_uint32),
        ("pages", c_uint32), ("printed", c_uint32), ("submitted", c_uint16 * 8),
    )  # fmt: skip


class _PrinterInfo4(Structure):
    _fields_ = (("name", c_void_p), ("server", c_void_p), ("attributes", c_uint32))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledJob:
    """``status`` are the JOB_STATUS flags."""

    id: int
    document: str
    status: int
    pages: int
    printed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Of the device's paper: dots an inch, and where its printable part begins."""

    x: int
    y: int
    left: int
    top: int


def _text(value: str) -> Any:
    return ctypes.create_string_buffer(value.encode("utf-16-le") + b"\0\0")


def _read_text(at: int | None, longest: int = 1024) -> str:
    if not at:
        return ""
    units = []
    for unit in (c_uint16 * longest).from_address(at):
        if not unit:
            break
        units.append(unit)
    return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le", "replace")


class SpoolerCalls:
    """OSError where a call fails."""

    def __init__(self, spooler: Any, drawing: Any) -> None:
        self._spooler = spooler
        self._drawing = drawing
        for name in ("ClosePrinter", "StartPagePrinter", "EndPagePrinter", "EndDocPrinter"):
            getattr(spooler, name).argtypes = (c_void_p,)
        for name in ("StartPage", "EndPage", "EndDoc", "AbortDoc", "DeleteDC"):
            getattr(drawing, name).argtypes = (c_void_p,)
        spooler.OpenPrinterW.argtypes = (c_void_p, POINTER(c_void_p), c_void_p)
        spooler.StartDocPrinterW.argtypes = (c_void_p, c_uint32, c_void_p)
        spooler.StartDocPrinterW.restype = c_uint32
        spooler.WritePrinter.argtypes = (c_void_p, c_void_p, c_uint32, POINTER(c_uint32))
        spooler.GetPrinterW.argtypes = (
            c_void_p, c_uint32, c_void_p, c_uint32, POINTER(c_uint32),
        )  # fmt: skip
        spooler.GetJobW.argtypes = (
            c_void_p, c_uint32, c_uint32, c_void_p, c_uint32, POINTER(c_uint32),
        )  # fmt: skip
        spooler.EnumJobsW.argtypes = (
            c_void_p, c_uint32, c_uint32, c_uint32, c_void_p, c_uint32, POINTER(c_uint32),
            POINTER(c_uint32),
        )  # fmt: skip
        spooler.SetJobW.argtypes = (c_void_p, c_uint32, c_uint32, c_void_p, c_uint32)
        spooler.EnumPrintersW.argtypes = (
            c_uint32, c_void_p, c_uint32, c_void_p, c_uint32, POINTER(c_uint32), POINTER(c_uint32),
        )  # fmt: skip
        drawing.CreateDCW.argtypes = (c_void_p, c_void_p, c_void_p, c_void_p)
        drawing.CreateDCW.restype = c_void_p
        drawing.GetDeviceCaps.argtypes = (c_void_p, c_int)
        drawing.StartDocW.argtypes = (c_void_p, c_void_p)
        drawing.StretchDIBits.argtypes = (
            c_void_p, *(c_int,) * 8, c_void_p, c_void_p, c_uint32, c_uint32,
        )  # fmt: skip

    # -- the spooler ----------------------------------------------------------------------------

    def queues(self) -> tuple[str, ...]:
        room, needed, count = ctypes.create_string_buffer(_ROOM), c_uint32(), c_uint32()
        self._check(
            self._spooler.EnumPrintersW(
                _ENUM_LOCAL | _ENUM_CONNECTIONS, None, 4, room, len(room), byref(needed),
                byref(count),
            )
        )  # fmt: skip
        found = cast(room, POINTER(_PrinterInfo4))
        return tuple(_read_text(found[at].name) for at in range(count.value))

    def open(self, printer: str) -> c_void_p:
        handle = c_void_p()
        self._check(self._spooler.OpenPrinterW(_text(printer), byref(handle), None))
        return handle

    def close(self, handle: c_void_p) -> None:
        self._spooler.ClosePrinter(handle)

    def start_raw(self, handle: c_void_p, document: str) -> int:
        name, datatype = _text(document), _text("RAW")
        told = _DocInfo1(
            name=ctypes.addressof(name), output=None, datatype=ctypes.addressof(datatype)
        )
        number = int(self._spooler.StartDocPrinterW(handle, 1, byref(told)))
        self._check(number)
        return number

    def write_raw(self, handle: c_void_p, data: bytes) -> None:
        self._check(self._spooler.StartPagePrinter(handle))
        left = data
        while left:
            written = c_uint32()
            ok = self._spooler.WritePrinter(handle, left, len(left), byref(written))
            self._check(ok and written.value)
            left = left[written.value :]
        self._check(self._spooler.EndPagePrinter(handle))
        self._check(self._spooler.EndDocPrinter(handle))

    def printer_status(self, handle: c_void_p) -> int:
        """The PRINTER_STATUS flags."""
        status, needed = c_uint32(), c_uint32()
        self._check(
            self._spooler.GetPrinterW(handle, 6, byref(status), sizeof(status), byref(needed))
        )
        return int(status.value)

    def jobs(self, handle: c_void_p) -> tuple[SpooledJob, ...]:
        room, needed, count = ctypes.create_string_buffer(4 * _ROOM), c_uint32(), c_uint32()
        self._check(
            self._spooler.EnumJobsW(
                handle, 0, 200, 1, room, len(room), byref(needed), byref(count)
            )
        )  # fmt: skip
        found = cast(room, POINTER(_JobInfo1))
        return tuple(_job(found[at]) for at in range(count.value))

    def job(self, handle: c_void_p, number: int) -> SpooledJob | None:
        """None where the spooler knows no such job any more."""
        room, needed = ctypes.create_string_buffer(_ROOM), c_uint32()
        if not self._spooler.GetJobW(handle, number, 1, room, len(room), byref(needed)):
            return None
        return _job(cast(room, POINTER(_JobInfo1))[0])

    def delete(self, handle: c_void_p, number: int) -> None:
        self._check(self._spooler.SetJobW(handle, number, 0, None, _CONTROL_DELETE))

    # -- drawing --------------------------------------------------------------------------------

    def open_paper(self, printer: str) -> c_void_p:
        paper = self._drawing.CreateDCW(_text("WINSPOOL"), _text(printer), None, None)
        self._check(paper)
        return c_void_p(paper)

    def resolution(self, paper: c_void_p) -> Resolution:
        said = [
            int(self._drawing.GetDeviceCaps(paper, what))
            for what in (_DPI_X, _DPI_Y, _OFFSET_X, _OFFSET_Y)
        ]
        self._check(said[0] > 0 and said[1] > 0)
        return Resolution(x=said[0], y=said[1], left=said[2], top=said[3])

    def start_drawing(self, paper: c_void_p, document: str) -> int:
        name = _text(document)
        told = _DocInfo(size=sizeof(_DocInfo), name=ctypes.addressof(name))
        number = int(self._drawing.StartDocW(paper, byref(told)))
        self._check(number > 0)
        return number

    def draw_page(
        self, paper: c_void_p, where: tuple[int, int, int, int], size: tuple[int, int], grey: bytes
    ) -> None:
        """``where`` is left, top, width, height in the device's dots; ``grey`` are rows from the
        top, each filled up to four bytes."""
        head = b"".join((
            (40).to_bytes(4, "little"), size[0].to_bytes(4, "little"),
            (-size[1]).to_bytes(4, "little", signed=True),  # from the top
            (1).to_bytes(2, "little"), (8).to_bytes(2, "little"), bytes(24),
            *(bytes((shade, shade, shade, 0)) for shade in range(256)),
        ))  # fmt: skip
        self._check(self._drawing.StartPage(paper) > 0)
        drawn = self._drawing.StretchDIBits(
            paper, *where, 0, 0, *size, grey, head, 0, _SRCCOPY
        )  # fmt: skip
        self._check(drawn not in {0, -1})
        self._check(self._drawing.EndPage(paper) > 0)

    def end_drawing(self, paper: c_void_p) -> None:
        self._check(self._drawing.EndDoc(paper) > 0)

    def abort_drawing(self, paper: c_void_p) -> None:
        self._drawing.AbortDoc(paper)

    def close_paper(self, paper: c_void_p) -> None:
        self._drawing.DeleteDC(paper)

    def _check(self, ok: object) -> None:
        if not ok:
            raise OSError(getattr(ctypes, "get_last_error", lambda: 0)(), "print spooler")


def _job(told: _JobInfo1) -> SpooledJob:
    return SpooledJob(
        id=told.id, document=_read_text(told.document), status=told.status, pages=told.pages,
        printed=told.printed,
    )  # fmt: skip


def open_calls() -> SpoolerCalls:
    """Windows' own libraries. OSError elsewhere."""
    load: Any = getattr(ctypes, "WinDLL", None)
    if load is None:
        raise OSError("no print spooler here")
    return SpoolerCalls(
        load("winspool.drv", use_last_error=True), load("gdi32.dll", use_last_error=True)
    )
