"""Print slips straight to an ESC/POS printer, asking it how it is before and after.

``GS r`` stands behind the slip: the printer answers it in its turn, after everything before it,
so its answer means that the slip was worked off. Without that answer nobody knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

from app.domain.errors import NotSent
from app.print_ports import PLAIN, Fate, PrinterState, PrinterStatus, Sending
from printers.backends.wire import Wire
from printers.errors import (
    FormatNotTaken,
    PrintDoubted,
    PrinterUnreachable,
    SlipCoverOpen,
    SlipPaperLow,
    SlipPaperOut,
    SlipPrinterBroken,
    SlipPrinterOffline,
    SlipPrinterSilent,
)

ASK = b"\x10\x04"  # DLE EOT n, answered at once
END_MARK = b"\x1dr\x01"  # GS r 1, answered in its turn
_ANSWER_SECONDS = 2.0
_PRINT_SECONDS = 15.0


class SlipPrinter:
    """``answers`` is False for a printer whose data line goes one way only: then the slip counts
    as printed once the wire has taken it, and no fault is seen."""

    def __init__(
        self,
        name: str,
        open_wire: Callable[[], Wire],
        *,
        answers: bool = True,
        print_seconds: float = _PRINT_SECONDS,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> None:
        self._name = name
        self._open_wire = open_wire
        self._answers = answers
        self._end_mark = END_MARK if answers else b""
        self._print_seconds = print_seconds
        self._answer_seconds = answer_seconds

    @property
    def name(self) -> str:
        return self._name

    def accepts(self, media_type: str) -> bool:
        return media_type == "application/vnd.escpos"

    def send(self, job: str, title: str, media_type: str, data: bytes, how: Sending = PLAIN) -> str:
        """Raises PrinterUnreachable, FormatNotTaken and the conditions of a slip printer (nothing
        left), PrintDoubted (a part may be on the paper)."""
        del job, title  # the printer keeps no list of its jobs
        if not self.accepts(media_type):
            raise FormatNotTaken(printer=self._name)
        with closing(self._open()) as wire:
            if self._answers and (fault := self._fault(wire)):
                raise fault
            try:
                wire.write(data * how.copies + self._end_mark, self._print_seconds)
                if self._answers and not self._worked_off(wire):
                    raise PrintDoubted(printer=self._name)
            except OSError:
                raise PrintDoubted(printer=self._name) from None
            if self._answers and self._fault(wire):
                raise PrintDoubted(printer=self._name)
        return self._name

    def find(self, job: str) -> str | None:
        """Such a printer keeps no list: nobody can know."""
        del job
        return None

    def follow(self, job: str, place: str, how: Sending = PLAIN) -> Fate:
        """``send`` waits for the printer's word, so that nothing is left to ask."""
        del job, place, how
        return Fate.OUT

    def withdraw(self, job: str, place: str) -> Fate:
        return self.follow(job, place)

    def trays(self) -> tuple[str, ...]:
        return ()

    def status(self) -> PrinterStatus:
        """Ready with the code PRN-SLIP-LOW where the roll is nearly used up."""
        try:
            with closing(self._open()) as wire:
                if not self._answers:
                    return PrinterStatus(state=PrinterState.READY)
                asked = self._ask_all(wire)
        except NotSent as error:
            return self._said(PrinterState.MISSING, error.code)
        except OSError:
            return self._said(PrinterState.MISSING, SlipPrinterSilent.code)
        if fault := _fault_in(asked):
            return self._said(PrinterState.FAULTY, fault.code)
        if asked[3] & 0x0C:
            return self._said(PrinterState.READY, SlipPaperLow.code)
        return PrinterStatus(state=PrinterState.READY)

    def _said(self, state: PrinterState, code: str) -> PrinterStatus:
        return PrinterStatus(state=state, code=code, details={"printer": self._name})

    def _open(self) -> Wire:
        try:
            return self._open_wire()
        except (OSError, ValueError, UnicodeError):
            raise PrinterUnreachable(printer=self._name) from None

    def _fault(self, wire: Wire) -> NotSent | None:
        try:
            kind = _fault_in(self._ask_all(wire))
        except OSError:
            kind = SlipPrinterSilent
        return kind(printer=self._name) if kind else None

    def _ask_all(self, wire: Wire) -> tuple[int, ...]:
        """The four status bytes. OSError where the printer does not say them in time."""
        found = []
        for which in (1, 2, 3, 4):
            wire.write(ASK + bytes((which,)), self._answer_seconds)
            found.append(self._byte(wire, 0x93, 0x12, self._answer_seconds))
        return tuple(found)

    def _worked_off(self, wire: Wire) -> bool:
        """False where the printer says that the paper ended meanwhile."""
        return not self._byte(wire, 0x90, 0x00, self._print_seconds) & 0x0C

    def _byte(self, wire: Wire, mask: int, fixed: int, seconds: float) -> int:
        """The next byte with these fixed bits: they tell the kinds of answer apart."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for byte in wire.read(left):
                if byte & mask == fixed:
                    return byte
        raise TimeoutError


def _fault_in(asked: tuple[int, ...]) -> type[NotSent] | None:
    """What a person must do first."""
    general, cause, broken, paper = asked
    if cause & 0x04:
        return SlipCoverOpen
    if paper & 0x60 or cause & 0x20:
        return SlipPaperOut
    if broken & 0x68 or cause & 0x40:
        return SlipPrinterBroken
    return SlipPrinterOffline if general & 0x08 else None
