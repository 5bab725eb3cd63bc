"""What can be unplugged: readers, printers, the back office, secrets and the clock.

Services and screens know these; the roof hands in the real ones or the simulators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # The first window needs the ports, and none of what papers and people bring with them.
    from app.domain.case import CaseState
    from app.domain.day_figures import DayTicket, DayTotal
    from app.domain.journal import Entry
    from app.domain.person import CardRead
    from app.domain.queue_view import HallView, NumberWish, TakenTicket


class Clock(Protocol):
    def now(self) -> datetime:
        """The device's time, UTC, aware."""
        ...


class Secrets(Protocol):
    """Where keys are kept: the system's keyring, or a file readable by its owner alone.

    Both raise OSError where it cannot be reached.
    """

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    @property
    def place(self) -> str:
        """In words, for the doctor."""
        ...


# -- devices ------------------------------------------------------------------------------------


class DeviceState(StrEnum):
    """How a reader or scanner is; the screen has a sentence for each."""

    READY = "ready"
    WAITING = "waiting"  # for a card, or for paper
    BUSY = "busy"
    MISSING = "missing"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """``device`` is its specification. ``code`` says why it is missing or faulty, with sentence
    and next step in the texts; "" otherwise."""

    device: str
    state: DeviceState
    code: str = ""
    details: dict[str, str | int] = field(default_factory=dict)


# -- card readers -------------------------------------------------------------------------------


class ReaderStep(StrEnum):
    """What the reader does now; the screen has a sentence for each."""

    OPENING = "opening"
    WAITING_FOR_CARD = "waiting_for_card"
    SELECTING = "selecting"
    READING = "reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadProgress:
    request: int
    step: ReaderStep


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDone:
    request: int
    card: CardRead


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFailed:
    """``code`` has its sentence and next step in the texts; ``details`` fill its holes."""

    request: int
    code: str
    details: dict[str, str | int] = field(default_factory=dict)


ReaderMessage = ReadProgress | ReadDone | ReadFailed


class CardReader(Protocol):
    """Message-shaped, so that a driver can live in another process.

    ``start`` returns at once; ``tell`` is called from another thread with any number of
    ReadProgress and then exactly one ReadDone or ReadFailed of the same request (a cancelled
    request ends with ReadFailed, code CARD-CANCELLED). One request at a time: a second ``start``
    while one runs fails with CARD-BUSY.
    """

    @property
    def name(self) -> str:
        """Its specification, e.g. ``serial:/dev/ttyUSB0@115200``."""
        ...

    def start(
        self, request: int, timeout: float, tell: Callable[[ReaderMessage], None]
    ) -> None: ...

    def cancel(self, request: int) -> None: ...

    def close(self) -> None:
        """End the driver; waits for a running request to stop."""
        ...


# -- sync ---------------------------------------------------------------------------------------


class LinkState(StrEnum):
    CONNECTED = "connected"
    CONNECTING = "connecting"
    OFFLINE = "offline"
    BLOCKED = "blocked"  # reached, but the back office will not take this device's chain


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """``code`` names why it is offline or blocked, "" otherwise.

    ``quarantined`` of those that wait are kept apart at the back office, undecided.
    ``skew_seconds`` is how far this device's clock is ahead of the back office's, 0 up to five
    minutes. ``number_days`` is how many days of work the leased case numbers last, by what goes in
    a day; None while that is not known.
    """

    link: LinkState = LinkState.CONNECTING
    waiting: int = 0
    acknowledged: int = 0
    refused: int = 0
    code: str = ""
    since: datetime | None = None  # of the present link state
    quarantined: int = 0
    skew_seconds: int = 0
    number_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the back office is and the token by which it knows this device, "" before enrolment.

    ``verify`` says how its certificate is checked: True by the system's authorities, else the path
    of the hall's own authorities, or ``sha256:`` and the certificate's fingerprint in hex.
    """

    url: str
    token: str
    verify: bool | str = True

    def __call__(self) -> Access:
        """Its own source, where it never changes."""
        return self


# Asked before each request: a device may be enrolled anew while the program runs.
AccessSource = Callable[[], Access]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentAsked:
    """``code`` as typed. ``fingerprint`` is the certificate's SHA-256 as the administrator gave
    it, "" to believe the system's authorities (or ``authorities``, a file). ``install`` names the
    chain to be written if the ``former_install`` of ``former_device`` cannot go on."""

    url: str
    code: str
    fingerprint: str = ""
    authorities: str = ""
    install: str
    former_device: str
    former_install: str
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """``acknowledged``, ``head`` and ``set_aside`` (a code): how the former chain stands there."""

    access: Access
    device: str
    hall: str
    acknowledged: int
    head: str
    set_aside: str


AskEnrolment = Callable[[EnrolmentAsked], Enrolled]  # blocking; raises AppError


class BackOffice(Protocol):
    """The sync worker as the rest of the client sees it."""

    def status(self) -> SyncStatus: ...

    def wake(self) -> None:
        """Something was saved: push soon."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadProgress:
    """How far the scans are on their way. Bytes are of all that waits now, also what has gone of
    it; ``seconds_left`` is None while nothing moves. ``under_way`` says how many bytes of a scan
    have arrived, by its name. ``code`` names why nothing moves, "" otherwise."""

    files_left: int = 0
    bytes_sent: int = 0
    bytes_total: int = 0
    seconds_left: float | None = None
    refused: int = 0  # scans that the back office will not take: a person must act
    under_way: Mapping[str, int] = field(default_factory=dict)
    code: str = ""


class Uploads(Protocol):
    """The lane that carries scans to the back office, as the rest of the client sees it."""

    def progress(self) -> UploadProgress: ...

    def wake(self) -> None:
        """Something was added: send soon. Safe from any thread."""
        ...

    def add_listener(self, on_change: Callable[[UploadProgress], None]) -> None:
        """``on_change`` is called from the lane's threads, a few times a second at most."""
        ...


class PageSource(Protocol):
    """Fetches scans of other windows. Blocking: not on the GUI's or the database's lane."""

    def fetch(self, sha: str) -> bytes:
        """The plain bytes, checked against their name. Raises AppError."""
        ...


# -- what the back office knows of a person ------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """An e-licence (电子证照) of a person or organisation; ``code`` is its kind's."""

    code: str
    name: str
    number: str
    issuer: str
    issued: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase:
    """A case of the same person that waits for something to be mended, at whichever window.

    ``number`` is "" where it was left before a decision; ``decided_at`` is when it was opened then.
    """

    id: str
    number: str
    item_name: str
    state: CaseState
    window: str
    decided_at: datetime


class PeopleRecords(Protocol):
    """Asked over the network, each call blocking for a few seconds at most: not on the GUI's or
    the database's lane. Every method raises AppError (blame NETWORK) when it cannot be asked."""

    def licences(self, holder: str) -> tuple[Licence, ...]:
        """``holder`` is an identity number or a credit code."""
        ...

    def waiting(self, holder: str) -> tuple[WaitingCase, ...]: ...

    def history(self, number: str) -> tuple[Entry, ...]:
        """All facts about the case with this number, or this id, that the back office has applied,
        in its order; with those of its bundle. Empty where it knows no such case."""
        ...


class QueueOffice(Protocol):
    """The hall's line at the back office. All raise AppError where it cannot be reached."""

    def view(self, after: int = -1, wait: float = 0.0, *, tickets: bool = False) -> HallView:
        """As it stands, or as soon as it is newer than version ``after``, at most ``wait`` seconds
        later. ``tickets``: with all of today's."""
        ...

    def take(self, wish: NumberWish) -> TakenTicket:
        """Raises LineClosed, QuotaSpent, HallIsHalted, UnknownPriority, NoSuchLine, NoSuchBooking,
        BookingNotNow."""
        ...

    def bring_back(self, number: str) -> TakenTicket:
        """Somebody passed over or on hold without papers is back. Raises NoSuchTicket,
        ReturnTooLate, TicketNotOpen."""
        ...

    def reprint(self, number: str) -> TakenTicket:
        """The slip of a ticket of today once more, counted. Raises NoSuchTicket."""
        ...


class QueueDays(Protocol):
    """What days at the hall were like. All raise AppError where the back office cannot be
    reached."""

    def days(self) -> tuple[DayTotal, ...]:
        """Of the last months, the newest first."""
        ...

    def day(self, day: date) -> tuple[DayTicket, ...]:
        """All tickets of one day, in the order in which they were taken."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """``language`` of zh, yue, en. ``pinyin``, with tones as digits, for a voice that reads no
    characters."""

    language: str
    text: str
    pinyin: str = ""


class Speech(Protocol):
    """A voice of the hall."""

    def say(self, sentences: Sequence[Sentence]) -> None:
        """After a bell, one after another, until they were heard. Raises AppError."""
        ...

    def hush(self) -> None:
        """At once, and for good."""
        ...
