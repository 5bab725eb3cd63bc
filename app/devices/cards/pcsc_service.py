"""Speak with the operating system's PC/SC service: contexts, readers, connected cards.

Each read opens a context of its own: pyscard's CardMonitor and its shared context die with the
service and never come back, a fresh context finds the restarted service at once.
"""

from __future__ import annotations

from typing import Any

from app.devices.cards.chip_errors import (
    CardInUse,
    CardMute,
    NoReader,
    PcscDenied,
    PcscFailed,
    PcscMissing,
)
from app.devices.cards.errors import CardError, CardPulled, ReaderGone


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
        scard.SCARD_W_SECURITY_VIOLATION: PcscDenied(),
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

    def atr(self) -> bytes:
        """What the card said when it was powered, b"" where the reader does not tell."""
        status, _, _, _, atr = self._scard.SCardStatus(self._handle)
        return bytes(byte & 0xFF for byte in atr) if status == self._scard.SCARD_S_SUCCESS else b""

    def close(self) -> None:
        self._scard.SCardDisconnect(self._handle, self._scard.SCARD_LEAVE_CARD)


def pcsc_reader_names() -> list[str]:
    """Raises PcscMissing, PcscFailed."""
    context = PcscContext()
    try:
        return context.readers()
    finally:
        context.close()
