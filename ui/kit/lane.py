"""Run work on one worker thread and bring its result back to the GUI thread: a lane, not a lock.

Results are dropped where their receiver has gone. A foreseen failure (AppError) goes to
``failed``; anything else is a bug: it is logged under a support id and reported once by ``bug``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.domain.errors import AppError

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Task:
    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[AppError], None]
    owner: QObject | None


@dataclass(frozen=True, slots=True)
class _Reply:
    """One object for the signal: a bare None as a signal's argument costs Qt's binding a
    reference that it does not own."""

    owner: QObject | None
    call: Callable[[], object]


class Lane(QObject):
    """``submit`` from the GUI thread; ``work`` runs on the lane, in order, one at a time."""

    bug = Signal(str)  # support id
    _back = Signal(object)  # _Reply, to the GUI thread

    def __init__(self, name: str = "database", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        # Named explicitly: the emitting thread is not Qt's, so "auto" must not be left to guess.
        self._back.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)
        self._thread.start()

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[AppError], None],
        owner: QObject | None = None,
    ) -> None:
        """``owner`` (default: the object whose method ``done`` is) must still live at delivery."""
        if owner is None:
            bound = getattr(done, "__self__", None)
            owner = bound if isinstance(bound, QObject) else None
        self._tasks.put(_Task(work, done, failed, owner))

    def stop(self, wait: float = 5.0) -> None:
        """Finish what is queued, then end the thread."""
        self._tasks.put(None)
        self._thread.join(wait)

    def report_bug(self, error: BaseException) -> str:
        """Log where it happened (never its values: they may be personal) and tell the screen."""
        import secrets  # only a bug needs them, and the window must open fast
        import traceback

        support_id = secrets.token_hex(4).upper()
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))
        _log.error("bug %s: %s at %s", support_id, type(error).__name__, places)
        self.bug.emit(support_id)
        return support_id

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                result = task.work()
            except AppError as error:
                self._send(task.owner, partial(task.failed, error))
            except Exception as error:  # noqa: BLE001  # a bug must reach the crash banner, not end the lane
                self._send(None, partial(self.report_bug, error))
            else:
                self._send(task.owner, partial(task.done, result))

    def _send(self, owner: QObject | None, call: Callable[[], object]) -> None:
        if shiboken6.isValid(self):
            self._back.emit(_Reply(owner, call))

    @Slot(object)
    def _deliver(self, reply: _Reply) -> None:
        if reply.owner is None or shiboken6.isValid(reply.owner):
            reply.call()
