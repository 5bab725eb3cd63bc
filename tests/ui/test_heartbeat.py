"""Garbage that holds widgets is collected where widgets live."""

from __future__ import annotations

import subprocess
import sys
import threading

from pytestqt.qtbot import QtBot

from ui.kit.heartbeat import Heartbeat


class _Cycle:
    """Says on which thread it was collected."""

    def __init__(self, collected: list[int]) -> None:
        self._collected = collected
        self._self = self

    def __del__(self) -> None:
        self._collected.append(threading.get_ident())


def test_only_this_thread_collects(qtbot: QtBot) -> None:
    collected: list[int] = []
    heartbeat = Heartbeat()

    def busy() -> None:
        for _ in range(200):
            _Cycle(collected)
            _ = [[n] for n in range(1000)]  # a worker's allocations would collect

    worker = threading.Thread(target=busy)
    worker.start()
    worker.join()
    assert collected == []
    _ = [[n] for n in range(1000)]
    qtbot.waitUntil(lambda: len(collected) == 200, timeout=10_000)
    heartbeat.stop()
    assert set(collected) == {threading.get_ident()}


_WIDGETS = """
import threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from ui.kit.heartbeat import Heartbeat

app = QApplication([])
heartbeat = Heartbeat()


class Turning(QWidget):
    def __init__(self):
        super().__init__()
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.update)
        self.timer.start(1)
        self.me = self


def busy():
    for _ in range(3000):
        [[n] for n in range(300)]


def make():
    for _ in range(20):
        Turning()
    threading.Thread(target=busy).start()


again = QTimer()
again.timeout.connect(make)
again.start(20)
QTimer.singleShot(3000, app.quit)
app.exec()
heartbeat.stop()
print("still here")
"""


def test_widgets_in_cycles_do_not_take_the_program_down() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WIDGETS], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "still here\n"), done.stderr[-2000:]
