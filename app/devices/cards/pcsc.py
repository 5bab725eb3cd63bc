"""Wait for a chip card in a PC/SC reader and read it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final

from app.devices.cards.chip import read_chip
from app.devices.cards.chip_errors import CardInUse, CardMute, NoReader, PcscDenied, PcscMissing
from app.devices.cards.errors import CardCancelled, NoCard, ReaderGone
from app.devices.cards.pcsc_service import PcscCard, PcscContext, pcsc_reader_names
from app.devices.cards.timing import waiting_time
from app.domain.person import CardRead
from app.ports import Clock, ReaderStep

_SLICE_MS: Final = 100  # how long one wait for a change may last, so that a cancel is seen soon
_IN_USE_WAIT: Final = 2.0  # desktop services look into a fresh card for a moment; let them finish
BACK_WITHIN: Final = 3.0  # a service that restarts, a reader that is plugged in anew


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
        deadline = time.monotonic() + waiting_time(timeout)
        context, reader = self._wait(deadline, step, cancelled)
        with closing(context):
            step(ReaderStep.SELECTING)
            with closing(_connect(context, reader, cancelled)) as card:
                return self._read(card, step, cancelled)

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
        return read_chip(transmit, card.atr(), self._clock, self.name)

    def _matching(self, names: list[str]) -> list[str]:
        return [name for name in names if self._reader.lower() in name.lower()]

    def _wait(
        self, deadline: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> tuple[PcscContext, str]:
        """A context and the name of the first reader that holds a card.

        Where the service or the reader was there and goes, it is waited for a moment.
        """
        lost_at: float | None = None
        was_there = False
        while True:
            try:
                context = PcscContext()
                try:
                    if self._matching(context.readers()):
                        if not was_there:
                            step(ReaderStep.WAITING_FOR_CARD)
                        was_there, lost_at = True, None
                    return context, self._card_in(context, deadline, cancelled)
                except BaseException:
                    context.close()
                    raise
            except (PcscMissing, PcscDenied, ReaderGone, NoReader) as error:
                now = time.monotonic()
                lost_at = now if lost_at is None else lost_at
                if not was_there or now - lost_at >= BACK_WITHIN:
                    if was_there and isinstance(error, NoReader):
                        raise ReaderGone from None
                    raise
                if cancelled.wait(_SLICE_MS / 1000):
                    raise CardCancelled from None

    def _card_in(self, context: PcscContext, deadline: float, cancelled: threading.Event) -> str:
        states: dict[str, int] = {}
        names: list[str] = []
        looked = float("-inf")
        while True:
            if cancelled.is_set():
                raise CardCancelled
            now = time.monotonic()
            if now - looked >= _SLICE_MS / 1000:  # readers come and go while we wait
                looked = now
                names = self._matching(context.readers())
                if not names:
                    raise NoReader(name=self._reader)
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
