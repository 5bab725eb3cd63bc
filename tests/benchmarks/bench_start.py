"""Time from process start to a window ready to type, against a bare PySide6 main window."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 9
BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication(sys.argv)
window = QMainWindow()
window.show()
QTimer.singleShot(0, lambda: (print("ready", flush=True), app.quit()))
app.exec()
"""
OURS = """
import sys
from pathlib import Path
from app.start import open_screen
from app.bootstrap import Client
screen = open_screen(Client(Path(sys.argv[1])))
screen.when_ready(lambda: (print("ready", flush=True), screen.quit()))
screen.run()
"""


def _environment() -> dict[str, str]:
    """As an installed program finds it: with compiled bytecode beside the source."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {"QT_QPA_PLATFORM": "offscreen", **kept}


def _seconds(code: str, *arguments: str) -> float:
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        env=_environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"ready"
    taken = time.perf_counter() - start
    process.wait()
    process.stdout.close()
    return taken


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = str(Path(folder))
        _seconds(BARE), _seconds(OURS, home)  # warm the disk
        bare, ours = [], []
        for _ in range(ROUNDS):
            bare.append(_seconds(BARE))
            ours.append(_seconds(OURS, home))
    a, b = statistics.median(bare), statistics.median(ours)
    print(f"ready to type: {b:.2f} s; bare window {a:.2f} s; ratio {b / a:.2f} (limit 2.5)")


if __name__ == "__main__":
    main()
