"""Let Python run on the GUI thread now and then, where Qt alone would sit in its loop.

So signals of the system are seen, and garbage is collected on this thread and on no other: a cycle
that holds a widget takes the program down if a worker's allocation happens to collect it.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_BEAT_MS = 200


class Heartbeat(QObject):
    """Automatic collection is off from here on, in every thread, until ``stop``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)
        self._timer.start(_BEAT_MS)

    def stop(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.collect()
        gc.enable()

    def settle(self) -> None:
        """What is there now stays to the end: it is not looked through again."""
        gc.freeze()

    def _beat(self) -> None:
        due = [
            generation
            for generation, (count, limit) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if count > limit
        ]
        if due:
            gc.collect(due[-1])


def end_on_signals(end: Callable[[], object]) -> None:
    """Ctrl+C and SIGTERM end the program as its user would."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end())
