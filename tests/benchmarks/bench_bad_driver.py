"""How long the screen stands still while a reader's driver hangs, crashes or floods.

Qt's loop is asked every 2 ms; the longest time between two answers counts. The same reading with
a good reader is the measure of what the screen itself needs.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.demo.back_office import EmbeddedBackOffice
from app.devices.simulators.sam import SimulatedSamReader
from tests.journey.bad_drivers import WAYS, Window
from tests.journey.hall import open_client

LIMIT = 0.050
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = EmbeddedBackOffice(Path(folder) / "office", demo_line=5)
        office.start()
        client = open_client(Path(folder) / "window", office)
        sam = SimulatedSamReader()
        window = Window(client, sam)
        try:
            window.hands.wait(lambda: client.outbox.numbers_left() > 0, "numbers")
            window.open_case()
            window.use(f"serial:{sam.start()}")
            window.pulse.start()
            window.hands.read_card("zhang-shili")
            print(f"a good reader: longest pause {window.pulse.longest * 1000:.0f} ms")
            quiet = sorted(window.rest(1.0) for _ in range(2 * ROUNDS + 1))
            print(
                f"nothing at all: longest pause {quiet[ROUNDS] * 1000:.0f} ms,"
                f" at worst {quiet[-1] * 1000:.0f} ms: what this machine's other work takes"
            )
            for way in WAYS:
                pauses = sorted(window.suffer(way)[1] for _ in range(ROUNDS))
                shown = ", ".join(f"{pause * 1000:.0f}" for pause in pauses)
                fine = "" if pauses[ROUNDS // 2] <= LIMIT else "  OVER"
                print(f"{way:8} longest pause {shown} ms (limit 50){fine}", flush=True)
        finally:
            window.close()
            sam.stop()
            office.kill()


if __name__ == "__main__":
    main()
