"""What the window loads before it can be typed into; the figure is in the benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from app.bootstrap import Client
from app.start import open_screen
screen = open_screen(Client(Path(sys.argv[1])))
screen.when_ready(lambda: (print(*sys.modules, sep="\\n"), screen.quit()))
screen.run()
"""
# Each of these costs a tenth of the start or more.
LATER = {
    "app.domain.events", "app.domain.catalogue", "app.storage.database", "sqlalchemy", "requests",
    "reportlab", "pypinyin", "argon2", "importlib.metadata", "platformdirs",
}  # fmt: skip


def test_the_window_opens_before_facts_catalogue_and_database_are_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, check=True, timeout=60,
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert {"ui.pages.main_window", "app.services.sign_in"} <= loaded
    assert not loaded & LATER
