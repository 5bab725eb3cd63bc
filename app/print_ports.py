"""What a printer is to the rest: it takes finished bytes, and says what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.domain.papers import Paper


class PrinterState(StrEnum):
    READY = "ready"
    BUSY = "busy"
    MISSING = "missing"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterStatus:
    """``code`` is "" when ready, else an error code with sentence and next step."""

    state: PrinterState
    code: str = ""
    details: dict[str, str | int] = field(default_factory=dict)


class Fate(StrEnum):
    """What became of a job that a printer has taken whole."""

    OUT = "out"  # as far as the printer can tell
    WAITING = "waiting"  # still in the printer
    NOTHING = "nothing"  # given up, and surely no sheet came out
    UNKNOWN = "unknown"  # given up or forgotten, and a part may have come out


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a job is to come out. ``tray`` is the printer's own word for it, "" for its choice;
    ``pages`` of the document, 0 where that is not known; ``half`` sheets are A5; ``size`` of paper
    of its own in hundredths of a millimetre, (0, 0) for sheets."""

    copies: int = 1
    tray: str = ""
    pages: int = 0
    half: bool = False
    size: tuple[int, int] = (0, 0)


PLAIN = Sending()


class Printer(Protocol):
    """Takes finished bytes. Blocking: called from the printer's own lane."""

    @property
    def name(self) -> str: ...

    def accepts(self, media_type: str) -> bool:
        """``application/pdf`` or ``application/vnd.escpos``."""
        ...

    def send(self, job: str, title: str, media_type: str, data: bytes, how: Sending = PLAIN) -> str:
        """Deliver one job. Returns where it went (file name or the printer's job id).

        Raises AppError with a PRN code. NotSent (PRN-NOT-SENT and subclasses) promises that
        nothing left; anything else means that nobody knows whether paper came out. The same
        ``job`` sent twice to a folder is one file.
        """
        ...

    def find(self, job: str) -> str | None:
        """After a crash: where this job came out or waits; "" where it surely did not come out (it
        may be sent again); None where nobody can know (a person is asked)."""
        ...

    def follow(self, job: str, place: str, how: Sending = PLAIN) -> Fate:
        """What became of the job that ``send`` said to be at ``place``. Raises AppError where the
        printer cannot be asked now: it is asked again later."""
        ...

    def withdraw(self, job: str, place: str) -> Fate:
        """Take back a job that waits in the printer. NOTHING where it surely will not come out any
        more. Raises AppError where the printer cannot be asked."""
        ...

    def status(self) -> PrinterStatus: ...

    def trays(self) -> tuple[str, ...]:
        """The printer's own words for them; blocking. Empty where it has no choice."""
        ...


class PaperMaker(Protocol):
    """Lays a paper out: PDF for documents, ESC/POS for slips."""

    def make(
        self, paper: Paper, reprint: int = 0, *, apart: bool = False, half: bool = False
    ) -> tuple[str, bytes]:
        """(media type, bytes); ``apart`` makes each copy of a document under its own name, ``half``
        sets it on A5. Raises
        AppError (PRN code) where a field or font is missing."""
        ...
