"""Run the feed in a thread of its own beside the push, and keep published lists fresh with it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from app.domain.errors import AppError
from app.ports import AccessSource, LinkState, SyncStatus
from app.storage.inbox import Inbox
from sync.client.feed import Feed, Pull, PullKind
from sync.client.feed_transport import PatientTransport
from sync.client.published import PublishedKeeper
from sync.client.round import Pace, Patience, Reply, TurnKind
from sync.errors import LocalTrouble, Unreachable
from sync.feed import MAX_WAIT
from sync.published import PublishedKind

_log = logging.getLogger("onewindow.sync")

_LONGEST_SECONDS = 120.0  # a third of it without a byte: longer than an answer is put off
_ABSENT_SECONDS = 60.0
_QUICK_SECONDS = 0.5  # an empty answer that came sooner was not put off
_TIDY_SECONDS = 3600.0

_PACES = {
    PullKind.MORE: TurnKind.MOVED,
    PullKind.TAKEN: TurnKind.MOVED,
    PullKind.QUIET: TurnKind.MOVED,
    PullKind.FAILED: TurnKind.FAILED,
    PullKind.BLOCKED: TurnKind.BLOCKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A published list and where it is kept; ``on_kept`` hears of a new one."""

    kind: PublishedKind
    file: Path
    on_kept: Callable[[Path], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """``forget_days``: how long other windows' cases at rest stay here."""

    access: AccessSource
    lists: Sequence[Kept] = ()
    wait: int = MAX_WAIT
    forget_days: int = 30
    patience: Patience = field(default_factory=Patience)


class FeedWorker:
    """``start`` once, ``stop`` once. ``on_taken`` is called from the thread after each page."""

    def __init__(
        self, *, inbox: Inbox, settings: FeedSettings, random: Random,
        on_taken: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self._inbox = inbox
        self._settings = settings
        self._random = random
        self._transport = PatientTransport(settings.access, longest=_LONGEST_SECONDS)
        self._feed = Feed(inbox=inbox, ask=self._ask)
        self._keepers = [
            PublishedKeeper(one.kind, one.file, self._transport, on_kept=one.on_kept)
            for one in settings.lists
        ]
        self._pace = Pace(random, settings.patience)
        self._listeners = [on_taken] if on_taken else []
        self._tidied = -_TIDY_SECONDS
        self._link = LinkState.CONNECTING  # as the push saw it last
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self.last = Pull(kind=PullKind.FAILED)  # one frozen object, replaced as a whole

    def add_listener(self, on_taken: Callable[[], None]) -> None:
        """Add before ``start``."""
        self._listeners.append(on_taken)

    def line_changed(self, status: SyncStatus) -> None:
        """The push saw the line go: an answer that was put off will not come over it any more.
        It sees the line again: do not wait any longer. Safe from any thread."""
        if status.link is LinkState.CONNECTED and self.last.kind is PullKind.FAILED:
            self._woken.set()
        went = status.link is LinkState.OFFLINE and self._link is not LinkState.OFFLINE
        self._link = status.link
        if went:
            self._transport.hang_up()

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float = 0.2) -> bool:
        """Ask the thread to end. False where it is not done yet: what it still hears is dropped,
        and it ends by itself."""
        self._stopping.set()
        self._woken.set()
        self._transport.hang_up()
        if self._thread.is_alive():
            self._thread.join(patience)
        return not self._thread.is_alive()

    # -- the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._woken.clear()
                begun = time.monotonic()
                pull = self._turn()
                self._look(pull)
                self._tidy(pull)
                self._wait(pull, time.monotonic() - begun)
        finally:
            self._transport.close()

    def _ask(self, path: str, largest: int) -> Reply:
        reply = self._transport.get(path, largest)
        if self._stopping.is_set():  # the storage may be closed by now
            raise Unreachable
        return reply

    def _turn(self) -> Pull:
        try:
            pull = self._feed.turn(self._settings.wait)
        except AppError as error:
            pull = Pull(kind=PullKind.FAILED, code=error.code)
        except Exception as error:  # noqa: BLE001 - the thread must outlive a defect, or nothing
            # would ever come in again. Only the kind is logged: the text may quote a person's data.
            _log.warning("feed failed: %s", type(error).__name__)
            pull = Pull(kind=PullKind.FAILED, code=LocalTrouble.code)
        if (pull.kind, pull.code) != (self.last.kind, self.last.code):
            _log.info("feed %s %s", pull.kind.value, pull.code)
        self.last = pull
        if pull.kind in {PullKind.MORE, PullKind.TAKEN}:
            self._tell()
        return pull

    def _tell(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception as error:  # noqa: BLE001 - a screen being closed must not stop the feed
                _log.warning("feed listener failed: %s", type(error).__name__)

    def _look(self, pull: Pull) -> None:
        """Lists wait for the line."""
        if pull.kind in {PullKind.FAILED, PullKind.BLOCKED}:
            return
        for keeper in self._keepers:
            if self._stopping.is_set():
                return
            keeper.hear(pull.published.get(keeper.name, ""))
            keeper.look()

    def _tidy(self, pull: Pull) -> None:
        """Between two answers, now and then."""
        if pull.kind is not PullKind.QUIET or self._stopping.is_set():
            return
        try:
            self._inbox.sweep()
            if time.monotonic() - self._tidied >= _TIDY_SECONDS:
                self._tidied = time.monotonic()
                forgotten = self._inbox.forget(self._settings.forget_days)
                _log.info("feed: %d cases forgotten", forgotten)
        except AppError as error:
            _log.warning("feed not tidied: %s", error.code)

    def _wait(self, pull: Pull, took: float) -> None:
        if pull.kind is PullKind.ABSENT:
            seconds = _ABSENT_SECONDS * self._random.uniform(0.5, 1.0)
        else:
            seconds = self._pace.after(_PACES[pull.kind])
        if pull.kind is PullKind.QUIET and took < min(_QUICK_SECONDS, self._settings.wait):
            # Not put off: it stops, or is none of ours. Nobody asks it without a pause.
            seconds = _QUICK_SECONDS * self._random.uniform(1.0, 2.0)
        if seconds:
            self._woken.wait(seconds)
