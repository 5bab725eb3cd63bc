"""Give each printer a thread of its own: none ever stops the screen, or another printer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from app.domain.errors import AppError
from app.domain.events import PaperQueued, PaperRequeued
from app.services.print_run import PrintRun
from app.storage.store import Saved, Store

log = logging.getLogger(__name__)
_LOOK_AGAIN = 5.0  # seconds after the store failed
_ASK_FIRST, _ASK_LAST = 0.5, 10.0  # seconds between questions to a printer that has a job


class PrintLane:
    """Watches for papers and hands each to its printer's thread, made at the first job."""

    def __init__(self, run: PrintRun, store: Store, on_change: Callable[[], None]) -> None:
        self._run = run
        self._on_change = on_change
        self._wanted = threading.Event()
        self._ending = threading.Event()
        self._stranded = False  # the store failed while a job was under way
        self._workers: dict[str, _Worker] = {}
        self._thread = threading.Thread(target=self._watch, name="print-lane", daemon=True)
        store.subscribe(self._heard)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Ends after the jobs under way; a job not begun stays queued for the next start."""
        self._ending.set()
        self._wanted.set()
        for worker in self._workers.values():
            worker.wake()
        self._thread.join(patience)
        for worker in tuple(self._workers.values()):
            worker.join(patience)

    def _heard(self, saved: Saved) -> None:
        wanted = any(isinstance(event, PaperQueued | PaperRequeued) for _, event in saved)
        if wanted or self._stranded:  # what was saved shows that the store is well again
            self._wanted.set()

    def _watch(self) -> None:
        self._look_after()
        self._wanted.set()
        while not self._ending.is_set():
            self._wanted.wait(_LOOK_AGAIN if self._stranded else None)
            self._wanted.clear()
            if self._stranded and not self._ending.is_set():
                self._look_after()
            if not self._stranded and not self._ending.is_set():
                self._attempt(self._hand_out)

    def _look_after(self) -> None:
        self._stranded = False
        self._attempt(self._run.recover)

    def _hand_out(self) -> None:
        for printer in self._run.wanted():
            if printer not in self._workers:
                self._workers[printer] = _Worker(printer, self._work, self._ending)
            self._workers[printer].wake()

    def _work(self, printer: str) -> bool:
        """On the printer's own thread. Whether a job waits inside it."""
        waiting = False

        def work() -> None:
            nonlocal waiting
            self._run.run_pending(printer)
            waiting = self._run.follow(printer)

        self._attempt(work)
        if self._stranded:
            self._wanted.set()
        return waiting

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except AppError as error:
            # The store is busy or full: the job under way is looked for once it is well again.
            self._stranded = True
            log.warning("print lane: %s", error.code)
        self._on_change()


class _Worker:
    def __init__(self, printer: str, work: Callable[[str], bool], ending: threading.Event) -> None:
        self._printer = printer
        self._work = work
        self._ending = ending
        self._wanted = threading.Event()
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        self._wanted.set()

    def join(self, patience: float) -> None:
        self._thread.join(patience)

    def _run(self) -> None:
        pause: float | None = None
        while True:
            woken = self._wanted.wait(pause)
            self._wanted.clear()
            if self._ending.is_set():
                return
            waiting = self._work(self._printer)
            if not waiting:
                pause = None
            else:
                pause = _ASK_FIRST if woken or pause is None else min(pause * 2, _ASK_LAST)
