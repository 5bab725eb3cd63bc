"""Load the screen with the garbage collector at rest: a start makes many objects and no garbage."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.bootstrap import Client
    from app.screen import Screen
    from ui.viewmodels.services import Trainer


def open_screen(
    client: Client, trainer: Trainer | None = None, *, maximized: bool = False
) -> Screen:
    """The shown window. Raises AppError."""
    gc.disable()
    try:
        # First: after Qt each module's source is read for what it imports of Qt.
        _ = client.hall
        from app.screen import start_screen

        return start_screen(client, trainer, maximized=maximized)
    except BaseException:
        gc.enable()
        raise


def run_window(client: Client, trainer: Trainer | None = None) -> int:
    """Until the window is closed. Ctrl+C and SIGTERM close it as the clerk would."""
    screen = open_screen(client, trainer, maximized=True)
    from ui.kit.heartbeat import end_on_signals

    end_on_signals(screen.quit)
    return screen.run()
