"""Measure how long the supervisor's screen is ever deaf: 60 windows, 1,450 tickets, a new picture
of the hall every second, while she scrolls, filters, chooses and looks at charts.

``python -m tests.benchmarks.bench_supervisor [SECONDS]``; the bar is 50 ms.

A turn of the event loop longer than that is a key that is answered late. ``own`` is the work of all
of this program's threads in a turn, so that what others do on the machine meanwhile can be told; so
is the longest turn of a window that does nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from string import ascii_uppercase

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.bootstrap import resources_folder
from app.domain.queue_view import HallView
from app.domain.ticket import TicketState
from app.services.demo_hall import load_hall
from tests.ui.hall import Hall
from tests.ui.supervised_hall import NOW, StillDays, StillLine, large_hall_view, worked_day
from ui.pages.supervisor_panel import SupervisorPanel, Tab
from ui.pages.widgets.look import load_font

_TICK = 4  # ms
_BAR = 50  # ms


class Pulse:
    """How long the event loop was away between two of its turns."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self.own: list[float] = []
        self._cpu = 0.0
        self._since = QElapsedTimer()
        self._timer = QTimer(interval=_TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.gaps, self.own = [], []
        self._cpu = time.process_time()
        self._since.start()
        self._timer.start()

    def stop(self) -> list[float]:
        self._timer.stop()
        return sorted(self.gaps)

    def _beat(self) -> None:
        self.gaps.append(self._since.nsecsElapsed() / 1e6 - _TICK)
        cpu = time.process_time()
        self.own.append((cpu - self._cpu) * 1e3)
        self._cpu = cpu
        self._since.restart()


def hall_folder(home: Path, windows: int = 60) -> Path:
    """The demo hall with so many windows."""
    folder = home / "hall"
    shutil.copytree(resources_folder() / "demo_hall", folder)
    file = folder / "hall.json"
    hall = json.loads(file.read_text("utf-8"))
    hall["windows"] = [
        {
            "id": f"W{n:02d}",
            "number": str(n),
            "name": f"{n} 号综合窗口",
            "ticket_prefix": f"Y{ascii_uppercase[n // 26]}{ascii_uppercase[n % 26]}",
        }
        for n in range(1, windows + 1)
    ]
    file.write_text(json.dumps(hall, ensure_ascii=False), "utf-8")
    return folder


def a_second_later(view: HallView, rng: Random) -> HallView:
    """Some are called, some served, one comes."""
    tickets = list(view.tickets)
    for at in rng.sample(range(len(tickets)), 12):
        one = tickets[at]
        if one.state is TicketState.WAITING:
            tickets[at] = replace(one, state=TicketState.CALLED, called_at=view.at, ahead=-1)
        elif one.state is TicketState.CALLED:
            tickets[at] = replace(one, state=TicketState.SERVING, served_at=view.at)
    tickets.append(
        replace(tickets[-1], id=f"new{view.version}", number=f"A{view.version:04d}",
                state=TicketState.WAITING, taken_at=view.at, place=view.at, ahead=200)
    )  # fmt: skip
    windows = list(view.windows)
    for at in rng.sample(range(len(windows)), 6):
        windows[at] = replace(windows[at], since=view.at, served=windows[at].served + 1)
    return replace(
        view, at=view.at + timedelta(seconds=1), tickets=tuple(tickets[1:]), windows=tuple(windows)
    )


def measure(seconds: float) -> dict[str, object]:
    app = QApplication.instance() or QApplication([])
    load_font()
    home = Path(tempfile.mkdtemp())
    folder = hall_folder(home)
    file = load_hall(folder)
    line = StillLine(large_hall_view(file))
    today = NOW.date()
    days = StillDays({date(2026, 11, 20): worked_day(file, date(2026, 11, 20)),
                      today: worked_day(file, today)})  # fmt: skip
    hall = Hall(home / "home", line=line, days=days, folder=folder)
    pulse = Pulse()
    try:
        hall.window.resize(1920, 1080)
        QTest.qWait(500)
        pulse.start()
        QTest.qWait(int(seconds * 250))
        idle = pulse.stop()
        hall.supervise()
        panel = hall.window.stack.currentWidget()
        assert isinstance(panel, SupervisorPanel)
        for tab in Tab:  # what a page costs when it is first built is the start of that page
            panel.choose(tab)
            QTest.qWait(200)
        rng = Random(1)
        pulse.start()
        end, second, step = time.monotonic() + seconds, time.monotonic() + 1, 0
        while time.monotonic() < end:
            if time.monotonic() > second:
                line.put(a_second_later(line.now, rng))
                second += 1
            _work(panel, step)
            step += 1
            QTest.qWait(40)
        gaps = pulse.stop()
    finally:
        hall.close()
        shutil.rmtree(home, ignore_errors=True)
    del app
    return {
        "seconds": seconds,
        "pictures": line.now.version,
        "steps": step,
        "turns": len(gaps),
        "over_50_ms": sum(gap > _BAR for gap in gaps),
        "longest_ms": round(gaps[-1], 1),
        "own_over_50_ms": sum(own > _BAR for own in pulse.own),
        "own_longest_ms": round(max(pulse.own), 1),
        "p999_ms": round(gaps[int(len(gaps) * 0.999)], 1),
        "idle_longest_ms": round(idle[-1], 1),
    }


def _work(panel: SupervisorPanel, step: int) -> None:
    """A busy supervisor: one key or so every 40 ms."""
    tickets = panel.tickets
    match step % 100:
        case 0:
            panel.choose(Tab.TICKETS)
        case n if n < 30:
            QTest.keyClick(tickets.table, Qt.Key.Key_PageDown if n % 2 else Qt.Key.Key_Down)
        case 30:
            tickets.text.setText("")
        case n if n < 36:
            tickets.text.setText("综合业"[: n - 30] if n < 34 else "")
        case 36:
            tickets.table.selectAll()
        case 40:
            tickets.table.clearSelection()
            panel.choose(Tab.HALL)
        case n if n < 60:
            QTest.keyClick(panel.hall.tiles, Qt.Key.Key_Right if n % 3 else Qt.Key.Key_Down)
        case 60:
            panel.choose(Tab.ACTS)
        case 65:
            panel.choose(Tab.FIGURES)
        case n if 66 < n < 74:
            view = panel.view(Tab.FIGURES)
            view.take_focus()
            QTest.keyClick(panel.focusWidget() or panel, Qt.Key(Qt.Key.Key_1 + n - 67))
        case 80:
            panel.choose(Tab.POLICY)


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]) if sys.argv[1:] else 60.0)))
