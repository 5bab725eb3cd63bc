"""Run the hall's board: one full screen, one voice, no act."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from app.bootstrap import resources_folder
from app.devices.voice.espeak import EspeakSpeech, find_player, voices_here
from app.services.announcer import Announcer, Turns
from ui.board.canvas import BoardCanvas
from ui.board.layouts import LAYOUTS
from ui.kit.heartbeat import Heartbeat, end_on_signals
from ui.kit.lane import Lane
from ui.kit.texts import install_language
from ui.kit.theme import DARK, LIGHT
from ui.pages.widgets.look import load_font
from ui.viewmodels.board import BoardModel

if TYPE_CHECKING:
    from app.bootstrap import Client
    from app.domain.errors import AppError

_log = logging.getLogger(__name__)


def spoken_languages(wanted: str, here: tuple[str, ...]) -> tuple[str, ...]:
    """Of those the hall wants, in its order, the ones that have a voice here."""
    return tuple(one for one in (part.strip() for part in wanted.split(",")) if one in here)


class Board:
    """``layout`` of ``LAYOUTS``; a layout nobody knows is the usual one."""

    def __init__(self, client: Client, layout: str = "", window: str = "") -> None:
        app = QApplication.instance() or QApplication(sys.argv[:1])
        if not isinstance(app, QApplication):
            raise TypeError
        self.app = app
        settings = client.settings
        load_font(resources_folder() / "fonts" if getattr(sys, "frozen", False) else None)
        install_language(app, settings.language, resources_folder() / "texts")
        self._lane = Lane("board")
        self.model = BoardModel(lambda: client.queue_office, self._lane, client.clock)
        self.canvas = BoardCanvas(
            LAYOUTS.get(layout or settings.board_layout, LAYOUTS["calls"]), self.model.state,
            window or settings.window, LIGHT if settings.theme == "light" else DARK,
        )  # fmt: skip
        self.canvas.setWindowTitle("OneWindow")
        self.model.changed.connect(self.canvas.render_state)
        QShortcut(QKeySequence("Ctrl+Q"), self.canvas, self.canvas.close)
        self.announcer: Announcer | None = None
        languages = spoken_languages(settings.voice, voices_here()) if settings.voice else ()
        if languages and find_player():
            speech = EspeakSpeech(settings.voice_volume, settings.voice_speed)
            self.announcer = Announcer(
                speech, languages, Turns(settings.voice_times), time.monotonic, _unspoken
            )
            self.model.heard.connect(self.announcer.hear)

    def start(self, *, windowed: bool = False) -> None:
        if windowed:
            self.canvas.resize(1280, 720)
            self.canvas.show()
        else:
            self.canvas.setCursor(Qt.CursorShape.BlankCursor)
            # A screen that only shows the board may run without a window manager to widen it.
            self.canvas.setGeometry(self.canvas.screen().geometry())
            self.canvas.showFullScreen()
        if self.announcer is not None:
            self.announcer.start()
        self.model.start()

    def stop(self) -> None:
        self.model.stop()
        self.canvas.close()
        if self.announcer is not None:
            self.announcer.stop()
        self._lane.stop(0.2)  # it may be waiting for news


def _unspoken(error: AppError) -> None:
    _log.warning("a call was not spoken: %s %s", error.code, error.details)


def run_board(client: Client, layout: str, window: str, *, windowed: bool) -> None:
    """Until it is closed by Ctrl+Q, Ctrl+C or SIGTERM."""
    board = Board(client, layout, window)
    end_on_signals(board.canvas.close)
    heartbeat = Heartbeat()
    board.start(windowed=windowed)
    board.app.exec()
    heartbeat.stop()
    board.stop()
