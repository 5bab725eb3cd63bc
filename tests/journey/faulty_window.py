"""A window that serves without a break and notes each fact durably once ``save`` has returned.

The window without its screen: the product's own parts as the screen starts them, so that a restart
costs little. It is killed, frozen and cut off from outside. What it noted in ``HOME/noted`` is the
truth that the back office is held against; the chance of each act comes from the seed.

SIGUSR1 ends the serving, and the sending goes on until standard input closes.

Usage: python -m tests.journey.faulty_window HOME DEVICE SEED
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from random import Random
from threading import Event, Thread

from app.bootstrap import Client
from app.config import Settings
from app.domain.case import Case
from app.domain.case_events import CaseAccepted, CaseOpened, ItemChosen
from app.domain.catalogue import list_hash
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.errors import AppError, NumbersExhausted
from app.services.sign_in import Session
from app.storage.store import Saved
from tests.journey.hall import (
    answer_everything,
    begin,
    bring_everything,
    evaluation,
    name_parties,
    read_card,
    sign_in,
)
from tests.sync.blob_world import jpeg

NOTED = "noted"
PEOPLE = ("zhang-shili", "ayiguli-ceshi", "wang-rare")
NOT_OURS = 900_000_000_000  # serials that no block holds, in decisions that must be refused


def note(file: int, saved: Saved) -> None:
    """One line each, whole and durable before the window goes on."""
    lines = "".join(f"{entry.id} {entry.hash} {entry.subject} .\n" for entry, _ in saved)
    os.write(file, lines.encode("ascii"))
    os.fdatasync(file)


def noted(home: Path) -> dict[str, tuple[str, str]]:
    """Fact -> (hash, subject), of whole lines alone."""
    found = {}
    for line in (home / NOTED).read_text(encoding="ascii").splitlines():
        words = line.split(" ")
        if len(words) == 4 and words[3] == ".":
            found[words[0]] = (words[1], words[2])
    return found


class FaultyWindow:
    def __init__(self, client: Client, chance: Random) -> None:
        self.client = client
        self.chance = chance
        self.quiet = Event()
        self._session: Session = sign_in(client, window=f"W0{int(client.store.device[1:]) % 3 + 1}")

    def start(self) -> None:
        uploads, feed = self.client.uploads, self.client.feed  # before sync: they listen to it
        self.client.sync.start()
        uploads.start()
        feed.start()

    def serve_without_end(self) -> None:
        left = self.client.reception.current(self._session)
        if left is not None:  # of an earlier life
            self._leave(left.case)
        while not self.quiet.is_set():
            try:
                self._serve_one()
            except NumbersExhausted:
                if (open_case := self.client.reception.current(self._session)) is not None:
                    self._leave(open_case.case)
                self.quiet.wait(0.1)
            self.quiet.wait(self.chance.uniform(0.0, 0.5))

    def _leave(self, case: Case) -> None:
        if case.number:
            self.client.returning.put_back(self._session, case.id)
        else:
            self.client.reception.abandon(self._session, case.id, "程序重新打开")

    def _serve_one(self) -> None:
        match self.chance.choices(["new", "back", "wrong"], [12, 3, 1])[0]:
            case "new":
                card = read_card(self.client, self.chance.choice(PEOPLE))
                item = self.chance.choice(self.client.catalogue.items())
                case = begin(self.client, self._session, card, item.code)
                outcome = self.chance.choice(
                    [Outcome.ACCEPT, Outcome.ACCEPT, Outcome.NOTICE, Outcome.RECEIVE_ONLY]
                )
                if outcome is Outcome.ACCEPT:
                    self._accept(case)
                else:
                    case = answer_everything(self.client, self._session, case)
                    self._decide(case, outcome)
            case "back":
                self._resume()
            case _:
                self._record_wrongly()

    def _accept(self, case: Case) -> None:
        case = bring_everything(self.client, self._session, case)
        self._scan(case)
        self._decide(name_parties(self.client, self._session, case), Outcome.ACCEPT)

    def _decide(self, case: Case, outcome: Outcome) -> None:
        self.client.decisions.decide(self._session, case.id, Decision(outcome=outcome))

    def _scan(self, case: Case) -> None:
        rows = [row for row in evaluation(self.client, case).rows if row.required]
        for row in rows[: self.chance.choice([0, 0, 1, 2])]:
            size = self.chance.choice([20_000, 200_000, 400_000, 1_600_000])
            page = jpeg(size, self.chance.getrandbits(60))
            self.client.attachments.add(self._session, case.id, row.material.id, page)

    def _resume(self) -> None:
        """Somebody comes back to a window that need not be the first one's, nor the only one."""
        with self.client.store.read() as connection:
            waiting = connection.exec_driver_sql(
                "SELECT id FROM cases WHERE state IN ('noticed', 'received') ORDER BY id DESC "
                "LIMIT 20"
            ).all()
        if not waiting:
            return
        case_id = self.chance.choice(waiting)[0]
        try:
            case = self.client.returning.resume(self._session, case_id).case
            self._accept(case)
        except NumbersExhausted:
            raise
        except AppError:  # meanwhile decided elsewhere, or more cannot be brought
            still_open = self.client.reception.current(self._session)
            if still_open is not None:
                self._leave(still_open.case)

    def _record_wrongly(self) -> None:
        """A decision for nobody, under a number that is not this window's: it must be refused."""
        numbers = self.client.hall.case_number
        subject = f"case:{self.client.store.new_id()}"
        number = numbers.format(
            region=self.client.hall.region, date="20261120",
            serial=NOT_OURS + self.chance.getrandbits(36),
        )  # fmt: skip
        item = self.client.catalogue.items()[0]
        with self.client.store.begin() as unit:
            for event in (
                CaseOpened(window=self._session.window.id, ticket=""),
                ItemChosen(
                    item=item.code, name=item.name, department=item.department.name,
                    version=item.version, list_hash=list_hash(item),
                ),
                CaseAccepted(
                    number=number, check="ABC234", promise_due=self.client.matters.today()
                ),
            ):  # fmt: skip
                unit.append(event, subject=subject, actor=self._session.actor)


def main() -> None:
    home, device, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    Thread(target=_end_with_parent, daemon=True).start()
    client = Client(home, Settings(window=device))
    client.store.verify()
    file = os.open(home / NOTED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    client.store.subscribe(lambda saved: note(file, saved))
    window = FaultyWindow(client, Random(seed))
    signal.signal(signal.SIGUSR1, lambda *_: window.quiet.set())
    window.start()
    print("serving", flush=True)
    window.serve_without_end()
    print("quiet", flush=True)
    while True:
        signal.pause()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
