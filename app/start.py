"""Load the screen with the garbage collector at rest: a start makes many objects and no garbage."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.bootstrap import Client
    from app.screen import Screen
    from ui.viewmodels.services import Trainer


def open_screen(
    client: Client, trainer: Trainer | None = None, *, maximized: bool = False
) -> Screen:
    """The shown window; the collector works again once it is ready to type. Raises AppError."""
    gc.disable()
    try:
        from app.screen import start_screen

        screen = start_screen(client, trainer, maximized=maximized)
    except BaseException:
        gc.enable()
        raise
    screen.when_ready(gc.enable)
    return screen


def run_window(client: Client, trainer: Trainer | None = None) -> int:
    """Until the window is closed. Ctrl+C and SIGTERM close it as the clerk would."""
    screen = open_screen(client, trainer, maximized=True)
    from PySide6.QtCore import QTimer

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: screen.quit())
    # Python sees a signal only when it runs; Qt's loop must let it, now and then.
    heartbeat = QTimer()
    heartbeat.timeout.connect(lambda: None)
    heartbeat.start(200)
    return screen.run()
