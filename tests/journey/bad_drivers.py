"""A clerk at a window whose reader's driver misbehaves in every way; the screen's longest pause.

``Window`` is the real screen over a real back office with one open case.
"""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer

from app.bootstrap import Client
from app.demo.hall import ReaderTrainer
from app.demo.play import Hands
from app.devices.cards.hosted import HostedReader
from app.devices.simulators.sam import SimulatedSamReader
from app.ports import ReaderStep
from app.screen import Screen, start_screen

# How a driver misbehaves, and what the clerk is told; "" where the clerk has to stop it by hand.
WAYS = {
    "crash": "DEV-CRASHED",
    "exit": "DEV-CRASHED",
    "lock": "DEV-HUNG",
    "torrent": "DEV-GARBLED",
    "large": "DEV-GARBLED",
    "hang": "",
    "flood": "",
}


class Pulse:
    """The longest time in which Qt's loop could not turn."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last = time.perf_counter()
        self.longest = 0.0

    def start(self) -> None:
        self._last, self.longest = time.perf_counter(), 0.0
        self._timer.start(2)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


class Window:
    """``sam`` is a good reader beside the bad one."""

    def __init__(self, client: Client, sam: SimulatedSamReader) -> None:
        self.client = client
        self.screen: Screen = start_screen(client)
        self.screen.window.resize(1366, 768)
        self.hands = Hands(self.screen, ReaderTrainer(sam, dict(client.people)))
        self.pulse = Pulse()

    def open_case(self) -> str:
        self.hands.sign_in()
        self.hands.wait(lambda: self.hands.model.line.state.waiting > 0, "line")
        self.hands.call_next()
        return self.hands.case.case_id

    @property
    def waiting_for_card(self) -> bool:
        return self.hands.model.card.state.step is ReaderStep.WAITING_FOR_CARD

    def use(self, spec: str) -> None:
        """Another reader, as if it were the window's setting."""
        reader = HostedReader(self.client.devices, spec, self.client.clock)
        self.client.__dict__["reader"] = reader

    def rest(self, seconds: float) -> float:
        """The screen's longest pause while nothing is asked of it."""
        self.pulse.start()
        self._wait(seconds)
        return self.pulse.longest

    def suffer(self, way: str) -> tuple[str, float]:
        """Read with a driver that misbehaves; what is shown, and the screen's longest pause."""
        card = self.hands.model.card
        self.use(f"bad:{way}")
        self.pulse.start()
        self.hands.press(Qt.Key.Key_F8)
        if not WAYS[way]:
            self._wait(1.5)
            card.cancel()
        self.hands.wait(lambda: not card.state.reading, way)
        self._wait(0.3)
        return (card.state.note.message if card.state.note else "", self.pulse.longest)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.hands.wait(lambda: time.monotonic() > end, "time")

    def close(self) -> None:
        self.screen.stop()
        self.client.store.close()
        self.screen.window.deleteLater()
