"""Run work on one worker thread and bring its result back to the GUI thread: a lane, not a lock.

Results are dropped where their receiver has gone. A foreseen failure (AppError) goes to
``failed``; anything else is a bug: it is logged under a support id and reported once by ``bug``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """One object for the signal: a bare None as a signal's argument costs Qt's binding a
    reference that it does not own."""

    task: int
    result: Any = None
    error: AppError | None = None
    bug: str = ""  # its support id


class Lane(QObject):
    """``submit`` from the GUI thread; ``work`` runs on the lane, in order, one at a time.

    The tasks stay with the GUI thread until their answer is there, and the lane keeps nothing of
    one that is done: whatever it let go of last would be destroyed on its thread, and a widget or
    a timer destroyed there takes the program down.
    """

    bug = Signal(str)  # support id
    _back = Signal(object)  # _Reply, to the GUI thread

    def __init__(self, name: str = "database", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: dict[int, _Task] = {}
        self._numbers = count()
        self._due: SimpleQueue[int | None] = SimpleQueue()
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
        number = next(self._numbers)
        self._tasks[number] = _Task(work, done, failed, owner)
        self._due.put(number)

    def stop(self, wait: float = 5.0) -> None:
        """Finish what is queued, then end the thread."""
        self._due.put(None)
        self._thread.join(wait)

    def report_bug(self, error: BaseException) -> str:
        """Log it and tell the screen."""
        support_id = _log_bug(error)
        self.bug.emit(support_id)
        return support_id

    def _run(self) -> None:
        while (number := self._due.get()) is not None:
            reply = self._work(number)
            if shiboken6.isValid(self):
                self._back.emit(reply)

    def _work(self, number: int) -> _Reply:
        try:
            return _Reply(task=number, result=self._tasks[number].work())
        except AppError as error:
            return _Reply(task=number, error=_without_frames(error))
        except Exception as error:  # noqa: BLE001  # a bug must reach the crash banner, not end the lane
            return _Reply(task=number, bug=_log_bug(error))

    @Slot(object)
    def _deliver(self, reply: _Reply) -> None:
        task = self._tasks.pop(reply.task)
        if reply.bug:
            self.bug.emit(reply.bug)
        elif task.owner is None or shiboken6.isValid(task.owner):
            if reply.error is not None:
                task.failed(reply.error)
            else:
                task.done(reply.result)


def _log_bug(error: BaseException) -> str:
    """Where it happened, never its values: they may be personal. Its support id."""
    import secrets  # only a bug needs them, and the window must open fast
    import traceback

    support_id = secrets.token_hex(4).upper()
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))
    _log.error("bug %s: %s at %s", support_id, type(error).__name__, places)
    return support_id


def _without_frames(error: AppError) -> AppError:
    """Frames hold what the work held, for as long as the error is kept."""
    told: BaseException | None = error
    while told is not None:
        told.__traceback__ = None
        told = told.__cause__ or told.__context__
    return error
