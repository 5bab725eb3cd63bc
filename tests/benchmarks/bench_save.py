"""Time the save of one decision against a bare durable commit on the same disk, in turns."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

import sqlcipher3

from app.bootstrap import Client
from app.config import Settings
from app.domain.case_events import CaseReceived
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.events import PaperKind, PaperQueued
from app.storage.outbox import Outbox
from tests.journey.hall import begin, read_card, sign_in

ROUNDS = 300


def _bare(path: Path) -> sqlcipher3.Connection:
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE cases (id INTEGER PRIMARY KEY, body TEXT)")
    return connection


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        client = Client(home, Settings())
        Outbox(client.store).lease_numbers(1, 10 * ROUNDS)
        session, card = sign_in(client), read_card(client)
        item = client.catalogue.items()[0]
        bare = _bare(home / "bare.db")
        saves, decisions, commits = [], [], []
        for number in range(2 * ROUNDS):
            case = begin(client, session, card, item.code)
            start = time.perf_counter()
            if number % 2:
                client.decisions.decide(session, case.id, Decision(outcome=Outcome.RECEIVE_ONLY))
                decisions.append(time.perf_counter() - start)
                continue
            received = CaseReceived(
                number=f"bench-{number}", check="ABCDEF", notice_due=date(2026, 12, 1)
            )
            about = f"case:{case.id}"
            queued = PaperQueued(paper=PaperKind.RECEIPT, about=about, printer="folder:x")
            with client.store.begin() as unit:
                unit.append(received, subject=about, actor="1001")
                unit.append(queued, subject=f"job:{client.store.new_id()}", actor="1001")
            saves.append(time.perf_counter() - start)
            start = time.perf_counter()
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO cases (body) VALUES (?)", (os.urandom(300).hex(),))
            bare.execute("COMMIT")
            commits.append(time.perf_counter() - start)
        bare.close()
        client.store.close()
    saved, decided, committed = (
        statistics.median(times) * 1000 for times in (saves, decisions, commits)
    )
    print(
        f"save of a decision: median {saved:.2f} ms; bare durable commit {committed:.2f} ms; "
        f"ratio {saved / committed:.2f} (limit 2)"
    )
    print(f"with fold, checklist and numbering: {decided:.2f} ms; ratio {decided / committed:.2f}")


if __name__ == "__main__":
    main()
