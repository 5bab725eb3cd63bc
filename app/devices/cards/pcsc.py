"""Read chip cards through PC/SC.

Each read opens a context of its own: pyscard's CardMonitor and its shared context die with the
service and never come back, a fresh context finds the restarted service at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from app.devices.cards.errors import (
    CardCancelled,
    CardError,
    CardInUse,
    CardMute,
    CardPulled,
    NoCard,
    NoReader,
    PcscFailed,
    PcscMissing,
    ReaderGone,
)
from app.devices.cards.social_security import read_social_security
from app.devices.cards.timing import hall_day, waiting_time
from app.domain.person import CardRead, DocumentKind
from app.ports import Clock, ReaderStep

_SLICE_MS = 100  # how long one wait for a change may last, so that a cancel is seen soon
_IN_USE_WAIT = 2.0  # desktop services look into a fresh card for a moment; let them finish


def _scard() -> Any:
    """pyscard's low level. Loaded late: without the PC/SC library it cannot be imported."""
    try:
        from smartcard import scard
    except (ImportError, OSError):
        raise PcscMissing from None
    return scard


def pcsc_error(status: int) -> CardError:
    """The error that a PC/SC status other than success stands for."""
    scard = _scard()
    kinds: dict[int, CardError] = {
        scard.SCARD_E_NO_SERVICE: PcscMissing(),
        scard.SCARD_E_SERVICE_STOPPED: PcscMissing(),
        scard.SCARD_F_COMM_ERROR: CardPulled(),
        scard.SCARD_E_NO_READERS_AVAILABLE: NoReader(name=""),
        scard.SCARD_E_UNKNOWN_READER: ReaderGone(),
        scard.SCARD_E_READER_UNAVAILABLE: ReaderGone(),
        scard.SCARD_E_SHARING_VIOLATION: CardInUse(),
        scard.SCARD_W_REMOVED_CARD: CardPulled(),
        scard.SCARD_W_RESET_CARD: CardInUse(),
        scard.SCARD_E_NO_SMARTCARD: CardPulled(),
        scard.SCARD_E_NOT_TRANSACTED: CardPulled(),
        scard.SCARD_W_UNRESPONSIVE_CARD: CardMute(),
        scard.SCARD_W_UNPOWERED_CARD: CardMute(),
        scard.SCARD_W_UNSUPPORTED_CARD: CardMute(),
        scard.SCARD_E_PROTO_MISMATCH: CardMute(),
    }
    return kinds.get(status) or PcscFailed(status=f"{status & 0xFFFFFFFF:08X}")


class PcscContext:
    """One connection to the PC/SC service; every method raises CardError."""

    def __init__(self) -> None:
        self._scard = _scard()
        status, self._handle = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_USER)
        self._check(status)

    def close(self) -> None:
        self._scard.SCardReleaseContext(self._handle)

    def _check(self, status: int) -> None:
        if status == self._scard.SCARD_F_COMM_ERROR:
            raise PcscMissing  # no card is involved here: the service went away while we spoke
        if status != self._scard.SCARD_S_SUCCESS:
            raise pcsc_error(status)

    def readers(self) -> list[str]:
        status, names = self._scard.SCardListReaders(self._handle, [])
        if status == self._scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        self._check(status)
        return list(names)

    def states(self, known: dict[str, int], wait_ms: int) -> dict[str, int]:
        """Wait until a reader's state differs from ``known``; returns all states as they are."""
        scard = self._scard
        asked = list(known.items())
        status, changed = scard.SCardGetStatusChange(self._handle, wait_ms, asked)
        if status == scard.SCARD_E_TIMEOUT:
            return known
        self._check(status)
        return {name: state & ~scard.SCARD_STATE_CHANGED for name, state, _ in changed}

    def has_card(self, state: int) -> bool:
        return bool(state & self._scard.SCARD_STATE_PRESENT)

    def is_mute(self, state: int) -> bool:
        return bool(state & self._scard.SCARD_STATE_MUTE)

    def is_gone(self, state: int) -> bool:
        scard = self._scard
        return bool(state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE))

    def connect(self, reader: str) -> PcscCard:
        scard = self._scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        # Exclusive: another program selecting its own application meanwhile would mix two cards.
        status, card, protocol = scard.SCardConnect(
            self._handle, reader, scard.SCARD_SHARE_EXCLUSIVE, protocols
        )
        self._check(status)
        return PcscCard(self, card, protocol)


class PcscCard:
    """A connected card."""

    def __init__(self, context: PcscContext, handle: Any, protocol: int) -> None:
        self._scard = _scard()
        self._context = context
        self._handle = handle
        t0 = protocol == self._scard.SCARD_PROTOCOL_T0
        self._pci = self._scard.SCARD_PCI_T0 if t0 else self._scard.SCARD_PCI_T1

    def transmit(self, apdu: bytes) -> bytes:
        status, answer = self._scard.SCardTransmit(self._handle, self._pci, list(apdu))
        if status != self._scard.SCARD_S_SUCCESS:
            self._context.readers()  # raises PcscMissing if it is the service that has gone
            raise pcsc_error(status)
        if len(answer) < 2:
            raise CardPulled  # some readers report success with nothing when the card left
        return bytes(byte & 0xFF for byte in answer)

    def close(self) -> None:
        self._scard.SCardDisconnect(self._handle, self._scard.SCARD_LEAVE_CARD)


def pcsc_reader_names() -> list[str]:
    """Raises PcscMissing, PcscFailed."""
    context = PcscContext()
    try:
        return context.readers()
    finally:
        context.close()


class PcscDriver:
    """Waits for a card in the named reader (part of the name), or in any, and reads it."""

    def __init__(self, reader: str, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self.name = f"pcsc:{reader}" if reader else "pcsc"

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        step(ReaderStep.OPENING)
        context = PcscContext()
        try:
            step(ReaderStep.WAITING_FOR_CARD)
            reader = self._wait(context, timeout, cancelled)
            step(ReaderStep.SELECTING)
            card = _connect(context, reader, cancelled)
            try:
                return self._read(card, step, cancelled)
            finally:
                card.close()
        finally:
            context.close()

    def check(self) -> None:
        """Is the reader there? Raises PcscMissing, NoReader, PcscFailed."""
        if not self._matching(pcsc_reader_names()):
            raise NoReader(name=self._reader)

    def close(self) -> None:
        """Nothing is held between two reads."""

    def _read(
        self, card: PcscCard, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        def transmit(apdu: bytes) -> bytes:
            if cancelled.is_set():
                raise CardCancelled
            return card.transmit(apdu)

        step(ReaderStep.READING)
        now = self._clock.now()
        text = read_social_security(transmit, hall_day(now))
        return CardRead(
            document=DocumentKind.SOCIAL_SECURITY,
            person=text.person,
            issuer=text.issuer,
            valid_from=text.issued,
            valid_to=text.expires,
            reader=self.name,
            read_at=now,
            text_block=text.raw,
        )

    def _matching(self, names: list[str]) -> list[str]:
        return [name for name in names if self._reader.lower() in name.lower()]

    def _wait(self, context: PcscContext, timeout: float, cancelled: threading.Event) -> str:
        """The name of the first reader that holds a card."""
        deadline = time.monotonic() + waiting_time(timeout)
        states: dict[str, int] = {}
        names: list[str] = []
        looked = float("-inf")
        while True:
            if cancelled.is_set():
                raise CardCancelled
            now = time.monotonic()
            if now - looked >= _SLICE_MS / 1000:  # readers come and go while we wait
                looked = now
                before, names = names, self._matching(context.readers())
                if not names:
                    raise ReaderGone if before else NoReader(name=self._reader)
            states = context.states(
                {name: states.get(name, 0) for name in names},
                max(0, min(_SLICE_MS, int((deadline - now) * 1000))),
            )
            for name, state in states.items():
                if context.has_card(state):
                    if context.is_mute(state):
                        raise CardMute
                    return name
            if any(context.is_gone(state) for state in states.values()):
                looked = float("-inf")
                states = {}
            if time.monotonic() >= deadline:
                raise NoCard


def _connect(context: PcscContext, reader: str, cancelled: threading.Event) -> PcscCard:
    deadline = time.monotonic() + _IN_USE_WAIT
    while True:
        try:
            return context.connect(reader)
        except CardInUse:
            if time.monotonic() >= deadline:
                raise
            if cancelled.wait(0.05):
                raise CardCancelled from None
