"""Run the upload of scans in lanes beside the push: one plans, all send, and a status for others.

While nothing waits only the first lane lives; the others begin with the first scan. What is added
while the first lane sends is planned by one that is free: a small page waits for no large one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from app.domain.errors import AppError
from app.ports import AccessSource, Clock, LinkState, SyncStatus, UploadProgress
from sync.client.blob_answers import SendBlob
from sync.client.blob_meter import Meter
from sync.client.blob_shelf import Shelf
from sync.client.blob_transport import BlobTransport
from sync.client.blob_upload import Upload
from sync.client.blobs import BlobRounds
from sync.client.round import Pace, Patience, Turn, TurnKind
from sync.errors import LocalTrouble

_log = logging.getLogger("onewindow.sync.blobs")

_TELL_SECONDS = 0.2
_BAD = frozenset({TurnKind.FAILED, TurnKind.BLOCKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobSettings:
    access: AccessSource
    lanes: int = 3
    patience: Patience = field(default_factory=Patience)


class BlobWorker:
    """Implements ``app.ports.Uploads``. ``start`` once, ``stop`` once."""

    def __init__(
        self, *, shelf: Shelf, settings: BlobSettings, clock: Clock, random: Random
    ) -> None:
        self._settings = settings
        self._rounds = BlobRounds(shelf=shelf, now=clock.now)
        self._pace = Pace(random, settings.patience)
        self._meter = Meter()
        self._progress = UploadProgress()
        self._told = 0.0
        self._listeners: list[Callable[[UploadProgress], None]] = []
        self._lock = threading.Lock()  # of meter and progress
        self._work = threading.Condition()
        self._plans = 0  # how often something was planned
        self._trouble: Turn | None = None  # the first failure since the last plan
        self._leading = True  # the first lane plans, or waits to
        self._planning = threading.Lock()
        self._uncounted = False  # something was added since the backlog was counted
        self._woken = threading.Event()
        self._hurried = threading.Event()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._lead, name="scans-1", daemon=True)]

    # -- for the rest of the client -----------------------------------------------------------

    def progress(self) -> UploadProgress:
        return self._progress  # one frozen object, replaced as a whole

    def wake(self) -> None:
        self._uncounted = True
        self._woken.set()
        with self._work:
            self._work.notify_all()

    def line_changed(self, status: SyncStatus) -> None:
        """The push has just reached the back office: do not sit a pause out."""
        if status.link is LinkState.CONNECTED and self._progress.code:
            self._hurried.set()
            self._woken.set()

    def add_listener(self, on_change: Callable[[UploadProgress], None]) -> None:
        self._listeners.append(on_change)

    def start(self) -> None:
        self._threads[0].start()

    def stop(self, patience: float = 2.0) -> bool:
        """False where a request still runs; it ends by itself and spoils nothing."""
        self._stopping.set()
        self._woken.set()
        self._call_lanes()
        until = time.monotonic() + patience
        alive = [thread for thread in self._threads if thread.is_alive()]
        for thread in alive:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in alive)

    # -- the first lane -----------------------------------------------------------------------

    def _lead(self) -> None:
        transport = BlobTransport(self._settings.access)
        try:
            while not self._stopping.is_set():
                turn = self._round(transport)
                self._wait(turn.kind, self._pace.after(turn.kind))
        finally:
            transport.close()

    def _round(self, send: SendBlob) -> Turn:
        """Plan and send until nothing waits or something fails."""
        self._woken.clear()
        self._trouble = None
        while not self._stopping.is_set():
            turn = self._plan(send)
            if turn.kind is TurnKind.MOVED:
                self._pace.after(turn.kind)
                self._tell(code="", at_once=True)
                self._begin_others()
                self._call_lanes()
                self._leading = False
                self._send_all(send)
                self._leading = True
                turn = self._trouble or turn
            if turn.kind is not TurnKind.MOVED:
                break
        self._rounds.forget_plan()
        self._tell(code=turn.code, at_once=True)
        return turn

    def _plan(self, send: SendBlob) -> Turn:
        with self._planning:
            turn = self._guarded(lambda: self._rounds.plan(send))
        self._count()
        return turn

    def _begin_others(self) -> None:
        wanted = self._settings.lanes
        for number in range(len(self._threads) + 1, wanted + 1):
            thread = threading.Thread(target=self._follow, name=f"scans-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _call_lanes(self) -> None:
        with self._work:
            self._plans += 1
            self._work.notify_all()

    def _wait(self, kind: TurnKind, seconds: float) -> None:
        """A wake ends a quiet wait at once; a failing line is hurried only by the push."""
        until = time.monotonic() + seconds
        while not self._stopping.is_set():
            left = until - time.monotonic()
            if left <= 0 or (kind in _BAD and self._hurried.is_set()):
                break
            if self._woken.wait(left) and kind not in _BAD:
                break
            if not self._hurried.is_set():
                self._woken.clear()
        self._hurried.clear()

    # -- every lane ---------------------------------------------------------------------------

    def _follow(self) -> None:
        transport = BlobTransport(self._settings.access)
        try:
            seen = 0
            while not self._stopping.is_set():
                seen = self._next_plan(seen)
                if self._is_wanted():
                    self._woken.clear()
                    self._take_up(self._plan(transport))
                self._send_all(transport)
        finally:
            transport.close()

    def _next_plan(self, seen: int) -> int:
        with self._work:
            self._work.wait_for(
                lambda: self._plans != seen or self._is_wanted() or self._stopping.is_set()
            )
            return self._plans

    def _is_wanted(self) -> bool:
        """Something was added, and the first lane is busy sending."""
        return self._woken.is_set() and not self._leading and self._trouble is None

    def _take_up(self, turn: Turn) -> None:
        """What a lane has planned beside the first one."""
        if turn.kind in _BAD:
            self._trouble = self._trouble or turn
        elif turn.kind is TurnKind.MOVED:
            self._tell(code="", at_once=True)
            self._call_lanes()

    def _send_all(self, send: SendBlob) -> None:
        while not self._stopping.is_set() and self._trouble is None:
            upload = self._rounds.take()
            if upload is None:
                self._note(all_of_it=True)
                return
            try:
                self._send_one(upload, send)
            finally:
                self._rounds.drop(upload)
                self._note()

    def _note(self, *, all_of_it: bool = False) -> None:
        with suppress(AppError):  # what is not written down is asked for anew
            if all_of_it:
                self._rounds.note_arrivals()
            else:
                self._rounds.note_due_arrivals()

    def _send_one(self, upload: Upload, send: SendBlob) -> None:
        kind = TurnKind.MOVED
        while kind is TurnKind.MOVED and not self._stopping.is_set():
            before, begun = upload.offset, time.monotonic()
            turn = self._guarded(lambda: self._rounds.step(upload, send))
            kind = turn.kind
            moved, now = upload.offset - before, time.monotonic()
            if moved > 0:
                self._rounds.line.moved(moved, now - begun)
            with self._lock:
                if moved > 0:
                    self._meter.moved(moved, now)
                    upload.metered = upload.offset
                if kind is TurnKind.QUIET:
                    self._meter.done()
            if self._uncounted:
                self._count()
            self._note()
            if kind in _BAD:
                self._trouble = self._trouble or turn
            else:
                self._tell(code="")

    def _guarded(self, work: Callable[[], Turn]) -> Turn:
        try:
            return work()
        except AppError as error:
            return Turn(kind=TurnKind.FAILED, code=error.code)
        except Exception as error:  # noqa: BLE001 - a lane must outlive a defect, or nothing would
            # ever be sent again. Only the kind is logged: the text may quote a person's data.
            _log.warning("scans failed: %s", type(error).__name__)
            return Turn(kind=TurnKind.FAILED, code=LocalTrouble.code)

    # -- status -------------------------------------------------------------------------------

    def _count(self) -> None:
        self._uncounted = False
        with suppress(AppError), self._lock:
            self._meter.backlog(*self._rounds.backlog(), time.monotonic())

    def _tell(self, *, code: str, at_once: bool = False) -> None:
        now = time.monotonic()
        uploads = self._rounds.under_way()
        with self._lock:
            if not at_once and now - self._told < _TELL_SECONDS:
                return
            self._told = now
            progress = self._meter.progress(uploads, code, now)
            if progress == self._progress:
                return
            if progress.code != self._progress.code:
                _log.info("scans %s waiting %d", progress.code or "moving", progress.files_left)
            self._progress = progress
        for listener in self._listeners:
            try:
                listener(progress)
            except Exception as error:  # noqa: BLE001 - a screen being closed must not stop it
                _log.warning("scan listener failed: %s", type(error).__name__)
