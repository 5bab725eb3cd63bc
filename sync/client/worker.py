"""Run sync in one thread beside the screen: rounds, waiting, and a status that others may read."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from app.domain.errors import AppError
from app.ports import AccessSource, Clock, LinkState, SyncStatus
from sync.client.lanes import Lanes
from sync.client.outbox import Outbox
from sync.client.round import LeaseAims, Pace, Patience, Rounds, Turn, TurnKind
from sync.client.transport import HttpTransport
from sync.devices import LARGE_SKEW
from sync.errors import LocalTrouble

_log = logging.getLogger("onewindow.sync")

_LINKS = {
    TurnKind.MOVED: LinkState.CONNECTED,
    TurnKind.QUIET: LinkState.CONNECTED,
    TurnKind.FAILED: LinkState.OFFLINE,
    TurnKind.BLOCKED: LinkState.BLOCKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings:
    access: AccessSource
    aims: LeaseAims = field(default_factory=LeaseAims)
    patience: Patience = field(default_factory=Patience)


def _told(skew: int) -> int:
    """A second of travel is no wrong clock, and the screen need not hear of each."""
    return skew if abs(skew) > LARGE_SKEW else 0


class SyncWorker:
    """Implements ``app.ports.BackOffice``. ``start`` once, ``stop`` once."""

    def __init__(
        self, *, outbox: Outbox, settings: SyncSettings, clock: Clock, random: Random,
        new_id: Callable[[], str], on_change: Callable[[SyncStatus], None] | None = None,
    ) -> None:  # fmt: skip
        self._outbox = outbox
        self._clock = clock
        self._transport = HttpTransport(settings.access, now=clock.now)
        self._lanes = Lanes(lambda: HttpTransport(settings.access, now=clock.now))
        self._rounds = Rounds(
            outbox=outbox, send=self._transport, new_id=new_id, aims=settings.aims,
            begin=self._lanes,
        )  # fmt: skip
        self._pace = Pace(random, settings.patience)
        self._listeners = [on_change] if on_change else []
        self._status = SyncStatus(since=clock.now())
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    # -- for the rest of the client ---------------------------------------------------------------

    def status(self) -> SyncStatus:
        return self._status  # one frozen object, replaced as a whole

    def wake(self) -> None:
        """Something was saved: push soon. Safe from any thread, also after ``stop``."""
        self._woken.set()

    def add_listener(self, on_change: Callable[[SyncStatus], None]) -> None:
        """``on_change`` is called from the sync thread; add before ``start``."""
        self._listeners.append(on_change)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float = 2.0) -> bool:
        """Ask the thread to end and wait. False where a request still runs; it ends by itself."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(patience)
        return not self._thread.is_alive()

    # -- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                turn = self._round()
                self._wait(turn.kind, self._pace.after(turn.kind, turn.later))
        finally:
            self._transport.close()
            self._lanes.close()

    def _round(self) -> Turn:
        self._woken.clear()
        try:
            self._rounds.begin()
            self._recount()
            turn = self._rounds.turn()
            while turn.kind is TurnKind.MOVED and not self._stopping.is_set():
                self._pace.after(turn.kind)
                self._publish(turn)
                turn = self._rounds.turn()
            self._publish(turn)
        except AppError as error:
            turn = self._trouble(error.code)
        except Exception as error:  # noqa: BLE001 - the thread must outlive a defect, or nothing
            # would ever be sent again. Only the kind is logged: the text may quote a person's data.
            _log.warning("sync round failed: %s", type(error).__name__)
            turn = self._trouble(LocalTrouble.code)
        return turn

    def _wait(self, kind: TurnKind, seconds: float) -> None:
        """A wake ends a quiet wait at once; a failing line is not hurried, only counted anew."""
        until = time.monotonic() + seconds
        while not self._stopping.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return
            if self._woken.wait(left) and not self._stopping.is_set():
                if kind in {TurnKind.MOVED, TurnKind.QUIET}:
                    return
                self._woken.clear()
                try:
                    self._recount()
                except AppError as error:
                    self._trouble(error.code)

    # -- status -----------------------------------------------------------------------------------

    def _publish(self, turn: Turn) -> None:
        waiting, refused = self._outbox.counts()
        acknowledged = self._outbox.acknowledged()
        self._change(
            replace(
                self._status, link=_LINKS[turn.kind], code=turn.code, waiting=waiting,
                refused=refused, acknowledged=acknowledged,
                quarantined=self._rounds.quarantined(acknowledged),
                number_days=self._outbox.numbers().days,
                skew_seconds=_told(self._rounds.skew),
            )
        )  # fmt: skip

    def _recount(self) -> None:
        waiting, refused = self._outbox.counts()
        acknowledged = self._outbox.acknowledged()
        self._change(
            replace(self._status, waiting=waiting, refused=refused, acknowledged=acknowledged)
        )

    def _trouble(self, code: str) -> Turn:
        self._change(replace(self._status, link=LinkState.OFFLINE, code=code))
        return Turn(kind=TurnKind.FAILED, code=code)

    def _change(self, status: SyncStatus) -> None:
        if status.link is not self._status.link or status.code != self._status.code:
            status = replace(status, since=self._clock.now())
            _log.info("link %s %s", status.link.value, status.code)
        if status == self._status:
            return
        self._status = status
        for listener in self._listeners:
            try:
                listener(status)
            except Exception as error:  # noqa: BLE001 - a screen being closed must not stop sync
                _log.warning("sync listener failed: %s", type(error).__name__)
