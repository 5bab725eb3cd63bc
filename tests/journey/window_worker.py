"""A real window that serves one applicant after the other until it is killed.

It is killed by SIGKILL from a thread of its own, a moment after a given number of facts was saved:
so the point of the job is random, and no slow machine makes it the same one again and again.

Usage: python -m tests.journey.window_worker HOME WINDOW URL SEED
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from random import Random
from threading import Semaphore, Thread

from app.bootstrap import Client
from app.config import Settings
from app.demo.hall import ReaderTrainer
from app.demo.play import Hands
from app.devices.simulators.sam import SimulatedSamReader
from app.domain.checklist import Outcome
from app.screen import start_screen
from app.storage.store import Saved

PEOPLE = ["zhang-shili", "ayiguli-ceshi", "wang-rare"]
ITEMS = ["spjyxk", "ggcswsxk", "养犬登记"]


def _die_after(facts: int, moment: float, client: Client) -> None:
    """The kill falls ``moment`` seconds after the ``facts``-th event."""
    left = Semaphore(0)

    def count(saved: Saved) -> None:
        for _ in saved:
            left.release()

    def wait() -> None:
        for _ in range(facts):
            left.acquire()
        time.sleep(moment)
        os.kill(os.getpid(), signal.SIGKILL)

    client.store.subscribe(count)
    Thread(target=wait, daemon=True).start()


def main() -> None:
    home, window, url, seed = sys.argv[1:]
    chance = Random(int(seed))
    sam = SimulatedSamReader()
    reader = f"serial:{sam.start()}"
    settings = Settings(window=window, reader=reader, backoffice_url=url)
    client = Client(Path(home), settings)
    screen = start_screen(client)
    hands = Hands(screen, ReaderTrainer(sam, dict(client.people)))
    _die_after(chance.randint(1, 70), chance.uniform(0.0, 0.05), client)
    hands.sign_in()
    hands.wait(lambda: client.outbox.numbers_left() > 0, "numbers")
    while True:
        hands.finish_open_case()
        hands.call_next()
        hands.read_card(chance.choice(PEOPLE))
        hands.find_item(chance.choice(ITEMS))
        hands.answer_first_options()
        outcome = chance.choice([Outcome.ACCEPT, Outcome.NOTICE, Outcome.RECEIVE_ONLY])
        hands.bring(leave_out=2 if outcome is Outcome.NOTICE else 0)
        print(hands.decide(outcome), flush=True)


if __name__ == "__main__":
    main()
