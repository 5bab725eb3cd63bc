"""Keep several server processes running on one listening socket: start, replace, stop them.

The parent takes no requests. It forks its workers before anything of it opens a connection or a
thread, starts another one for each that dies, and passes a stop on. Connections that nobody has
accepted yet stay with the socket, so a worker's death costs only the requests it was answering,
and those a client repeats.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from app.domain.errors import AppError
from sync.backoffice.logs import note

_STOPS = frozenset({signal.SIGTERM, signal.SIGINT})
_STEADY_SECONDS = 5.0  # who lived as long did not die of its start
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0


@dataclass(slots=True, kw_only=True)
class _Place:
    """One worker's place: who fills it, and when the next one may."""

    pid: int = 0
    since: float = 0.0
    due: float = 0.0
    pause: float = _FIRST_PAUSE


class Processes:
    """``work`` serves in a worker until SIGTERM; ``died`` hears of the process ids of the dead."""

    def __init__(
        self, count: int, work: Callable[[], None], *, patience: float,
        died: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._work = work
        self._patience = patience
        self._died = died
        self._places = [_Place() for _ in range(count)]
        # Held open by the parent alone: its end tells the workers that nobody watches them.
        self._watched, self._watching = os.pipe()

    def run(self) -> None:
        """Until SIGTERM or SIGINT. Returns once all workers have ended."""
        signals = {*_STOPS, signal.SIGCHLD}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        try:
            while True:
                self._fill()
                heard = signal.sigtimedwait(signals, self._until_due())
                if heard is not None and heard.si_signo in _STOPS:
                    break
                self._bury()
            self._stop(signals)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(self._watched)
            os.close(self._watching)

    # -- starting ---------------------------------------------------------------------------------

    def _fill(self) -> None:
        now = time.monotonic()
        for number, place in enumerate(self._places):
            if not place.pid and place.due <= now:
                place.since = now
                place.pid = os.fork()
                if not place.pid:
                    self._become_worker()
                note("worker_started", worker=number, process=place.pid)

    def _become_worker(self) -> None:
        """Never returns: nothing of the parent's may run in a child."""
        code = 1
        try:
            for number in _STOPS:  # one that comes before the server has its own is not lost
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {*_STOPS, signal.SIGCHLD})
            os.close(self._watching)
            threading.Thread(target=self._end_alone, name="parent", daemon=True).start()
            self._work()
            code = 0
        except AppError as error:
            note("worker_failed", code=error.code)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        except BaseException as error:  # noqa: BLE001 - it must not climb into the parent's frames
            note("worker_failed", error=type(error).__name__)
        finally:
            with suppress(OSError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _end_alone(self) -> None:
        os.read(self._watched, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    # -- ending -----------------------------------------------------------------------------------

    def _until_due(self) -> float:
        now = time.monotonic()
        return min((max(0.0, one.due - now) for one in self._places if not one.pid), default=3600.0)

    def _bury(self) -> None:
        """Take note of all that have ended, and say when their places may be filled."""
        for number, place in enumerate(self._places):
            if not place.pid:
                continue
            ended, status = os.waitpid(place.pid, os.WNOHANG)
            if not ended:
                continue
            now = time.monotonic()
            steady = now - place.since >= _STEADY_SECONDS
            place.pause = _FIRST_PAUSE if steady else min(2 * place.pause, _LONGEST_PAUSE)
            place.due = now if steady else now + place.pause
            place.pid = 0
            self._died(ended)
            note(
                "worker_ended", worker=number, process=ended,
                status=os.waitstatus_to_exitcode(status),
            )  # fmt: skip

    def _stop(self, signals: set[signal.Signals]) -> None:
        self._signal(signal.SIGTERM)
        until = time.monotonic() + self._patience
        while any(place.pid for place in self._places):
            left = until - time.monotonic()
            if left <= 0:
                note("stop_forced", workers=sum(1 for place in self._places if place.pid))
                self._signal(signal.SIGKILL)
                left = self._patience
            signal.sigtimedwait(signals, min(left, 1.0))
            self._bury()

    def _signal(self, number: signal.Signals) -> None:
        for place in self._places:
            if place.pid:
                os.kill(place.pid, number)
