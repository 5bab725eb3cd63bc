"""Run a kiosk or a greeter's desk: its screen, its numbers, its slips, its line to the office."""

from __future__ import annotations

import sys
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import QApplication

from app.bootstrap import resources_folder
from app.devices.voice.espeak import EspeakSpeech, find_player, voices_here
from app.domain.hall import HALL_ZONE
from app.ports import Sentence
from app.services.guides import guide_of
from app.services.kiosk_desk import KioskDesk
from app.texts import explain
from ui.kiosk.window import KioskWindow
from ui.kit.heartbeat import Heartbeat, end_on_signals
from ui.kit.lane import Lane
from ui.kit.texts import install_language
from ui.kit.theme import DARK, LIGHT
from ui.pages.widgets.look import load_font
from ui.viewmodels.kiosk import KioskModel
from ui.viewmodels.kiosk_state import KioskServices

if TYPE_CHECKING:
    from app.bootstrap import Client
    from app.domain.sheet_papers import GuideContent
    from app.services.catalogue import Found
    from app.texts import Explanation


class Voice:
    """Says one sentence at a time; a new one ends the one before."""

    def __init__(self, volume: int, speed: int) -> None:
        self._volume, self._speed = volume, speed
        self._able = bool(find_player() and voices_here())
        self._now: EspeakSpeech | None = None

    def speak(self, words: str, english: bool) -> None:
        self.hush()
        if not self._able:
            return
        said = Sentence(language="en" if english else "zh", text=words, pinyin=_pinyin(words))
        if english:
            said = Sentence(language="en", text=words)
        speech = self._now = EspeakSpeech(self._volume, self._speed, bell=False)
        Thread(target=_say, args=(speech, said), name="kiosk-voice", daemon=True).start()

    def hush(self) -> None:
        if self._now is not None:
            self._now.hush()
            self._now = None


def _say(speech: EspeakSpeech, said: Sentence) -> None:
    from app.domain.errors import AppError

    try:
        speech.say([said])
    except AppError:
        return  # the words stand on the screen


def _pinyin(words: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(words, style=Style.TONE3, neutral_tone_with_five=True))


class KioskProgram:
    """Everything of one kiosk but Qt's loop."""

    def __init__(self, client: Client, *, greeter: bool = False) -> None:
        """Raises NotAKiosk where this device is none of the hall."""
        app = QApplication.instance() or QApplication(sys.argv[:1])
        if not isinstance(app, QApplication):
            raise TypeError
        self.app, self.client = app, client
        settings = client.settings
        load_font(resources_folder() / "fonts" if getattr(sys, "frozen", False) else None)
        self._translator: QTranslator | None = None
        self.heartbeat = Heartbeat()
        self._lanes = [Lane(name) for name in ("kiosk", "kiosk-view", "kiosk-printer")]
        self._voice = Voice(settings.voice_volume, settings.voice_speed)
        lane, view_lane, printer_lane = self._lanes
        self.services = KioskServices(
            desk=open_desk(client), businesses=client.hall.businesses,
            find=self._find, guide=self._guide,
            prints=client.papers, reader=client.reader, explain=self._explain, clock=client.clock,
            lane=lane, view_lane=view_lane, printer_lane=printer_lane, translate=self._translate,
            speak=self._voice.speak, slip_printer=client.slip_printer,
            sheet_printer=client.document_printer, priorities=client.hall.queue.priorities,
            greeter=greeter, done_ms=4_000 if greeter else 15_000,
        )  # fmt: skip
        self.model = KioskModel(self.services)
        self.window = KioskWindow(
            self.model, self.services, DARK if settings.theme == "dark" else LIGHT
        )
        self._prints = client.print_lane(lambda: None)

    def start(self, *, windowed: bool = False) -> None:
        client = self.client
        self._prints.start()
        client.feed  # noqa: B018  made before sync begins: it listens to the line
        client.sync.start()
        client.feed.start()
        if windowed or self.services.greeter:
            self.window.resize(1280, 900)
            self.window.show()
        else:
            self.window.setWindowFlags(
                Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
            )
            # A kiosk may run without a window manager to widen it.
            self.window.setGeometry(self.window.screen().geometry())
            self.window.showFullScreen()
        self.model.start()

    def stop(self) -> None:
        self.model.stop()
        self.window.end()
        self._voice.hush()
        self._translate(False)
        self._prints.stop()
        self.client.feed.stop()
        self.client.sync.stop()
        for lane in self._lanes:
            lane.stop(1.0)  # one may be waiting for news
        self.client.close_devices()
        self.heartbeat.stop()

    def _find(self, text: str, limit: int) -> tuple[Found, ...]:
        return self.client.catalogue.find(text, limit)

    def _guide(self, code: str) -> GuideContent:
        client = self.client
        on = client.clock.now().astimezone(HALL_ZONE).date()
        return guide_of(client.catalogue.get(code), {}, hall=client.hall.head, on=on)

    def _explain(self, code: str, details: dict[str, str | int]) -> Explanation:
        return explain(code, details, "en" if self._translator is not None else "zh")

    def _translate(self, english: bool) -> None:
        if self._translator is not None:
            self.app.removeTranslator(self._translator)
            self._translator = None
        if english:
            self._translator = install_language(self.app, "en", resources_folder() / "texts")


def open_desk(client: Client) -> KioskDesk:
    """Raises NotAKiosk."""
    from app.domain.queue_errors import NotAKiosk

    if client.settings.window not in {one.id for one in client.hall.kiosks}:
        raise NotAKiosk(device=client.settings.window)
    return KioskDesk(
        client.store,
        client.hall,
        client.routes,
        client.queue_office,
        client.random,
        client.room.check,
    )


def run_kiosk(client: Client, *, greeter: bool, windowed: bool) -> None:
    """Until SIGTERM or Ctrl+C; a greeter's also until it is closed."""
    program = KioskProgram(client, greeter=greeter)
    end_on_signals(program.window.end)
    program.start(windowed=windowed)
    program.app.exec()
    program.stop()
