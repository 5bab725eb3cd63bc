"""What a window holds in memory does not grow with what waits to be sent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.demo.back_office import EmbeddedBackOffice
from tests.journey.backlog_window import EACH
from tests.journey.hall import open_client

ROOT = Path(__file__).parents[2]
FEW, MANY = 1_000, 30_000
BAR = 80.0  # MB, with everything running but the screen
MARGIN = 12.0  # MB that a backlog thirty times as long may cost: two batches and their answers


def window(act: str, home: Path, *more: object) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.journey.backlog_window", act, str(home), *map(str, more)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=400,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_memory_is_flat_in_the_backlog(tmp_path: Path, office: EmbeddedBackOffice) -> None:
    waited: list[float] = []
    sent: list[float] = []
    for name, facts in (("few", FEW), ("many", MANY)):
        home = tmp_path / name
        client = open_client(home, office, window=name)
        client.store.close()
        (home / "settings.toml").write_text(
            f'backoffice_url = "{office.url}"\nwindow = "{name}"\n', encoding="utf-8"
        )
        assert window("fill", home, facts)["waiting"] >= facts // EACH * EACH
        office.kill()
        looked = window("look", home)
        assert looked["waiting"] >= facts
        office.start()
        pushed = window("send", home)
        assert pushed["waiting"] < EACH  # what it leased meanwhile may still be under way
        waited.append(looked["peak_mb"])
        sent.append(pushed["peak_mb"])
    print({"waiting": waited, "sending": sent})
    for few, many in (waited, sent):
        assert many <= BAR
        assert many - few <= MARGIN
