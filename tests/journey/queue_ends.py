"""One process of a busy hall's line: a window that calls, a kiosk, or the supervisor.

Usage: python -m tests.journey.queue_ends ROLE HOME DEVICE SEED

Its acts come by chance from the seed. It is killed, frozen and cut off from outside, and goes on
where its own store says that it was. A kiosk writes the numbers that it printed to ``HOME/given``:
what a person holds in the hand is the truth. SIGUSR1 ends the chances: a window then only serves.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event, Thread

from app.bootstrap import Client
from app.config import load_settings
from app.domain.errors import AppError
from app.domain.queue_errors import ReturnTooLate
from app.domain.queue_policy import PRIORITIES
from app.domain.queue_view import NumberWish, TicketView
from app.domain.ticket import TicketState
from app.domain.ticket_events import Hold
from app.services.kiosk_desk import KioskDesk
from app.services.line_standing import Service
from app.services.queue_desk import QueueSnapshot
from app.services.sign_in import Session
from tests.journey.hall import sign_in

GIVEN = "given"
CALLING = frozenset(f"W{number:02d}" for number in range(1, 21))  # the others call nobody
_REASON = "演练"


class Calling:
    """A window: calls, serves, passes over, gives numbers; all as its line says now."""

    def __init__(self, client: Client, chance: Random, quiet: Event) -> None:
        self._queue, self._chance, self._quiet = client.queue, chance, quiet
        self._office = client.queue_office
        staff = "1001" if chance.random() < 0.5 else "1002"
        self._session: Session = sign_in(client, staff, client.store.device)

    def run(self) -> None:
        while True:
            with suppress(AppError):  # what the rules of the line refuse is no failure
                self._act()
            self._quiet.wait(self._chance.uniform(0.02, 0.3))
            if self._quiet.is_set():
                Event().wait(0.05)

    def _act(self) -> None:
        queue, session, quiet = self._queue, self._session, self._quiet.is_set()
        queue.follow(session)  # as the screen does, when news came
        seen = queue.snapshot(session)
        current = seen.current
        if current is not None and current.state is TicketState.CALLED:
            self._called(current.id, quiet=quiet)
        elif current is not None:
            self._serving(current.id, quiet=quiet)
        elif quiet:
            self._settle(seen)
        else:
            match self._chance.choices(
                ["next", "take", "back", "held", "undo", "pause", "this"], [20, 2, 3, 3, 2, 1, 2]
            )[0]:
                case "take":
                    business = self._chance.choice(queue.businesses())
                    queue.take(session, business.id, self._priority())
                case "back" if seen.passed:
                    queue.back(session, self._chance.choice(seen.passed).id)
                case "held" if seen.held:
                    queue.call(session, self._chance.choice(seen.held).id)
                case "undo":
                    queue.undo(session)
                case "pause":
                    queue.pause(session, _REASON)
                    self._quiet.wait(self._chance.uniform(0.2, 1.5))
                    queue.open(session)
                case "this" if seen.waiting:
                    queue.call(session, self._chance.choice(seen.waiting).id)
                case _:
                    queue.call_next(session)

    def _called(self, ticket: str, *, quiet: bool) -> None:
        queue, session = self._queue, self._session
        match "serve" if quiet else self._chance.choices(
            ["serve", "again", "pass", "drop", "over", "undo"], [12, 2, 3, 1, 1, 1]
        )[0]:  # fmt: skip
            case "again":
                queue.recall(session, ticket)
            case "pass":
                queue.pass_over(session, ticket)
            case "drop":
                queue.drop(session, ticket, _REASON)
            case "over":
                self._hand_over(ticket)
            case "undo":
                queue.undo(session)
            case _:
                queue.serve(session, ticket)

    def _serving(self, ticket: str, *, quiet: bool) -> None:
        queue, session = self._queue, self._session
        match "finish" if quiet else self._chance.choices(
            ["finish", "hold", "over", "undo"], [12, 3, 2, 1]
        )[0]:  # fmt: skip
            case "hold":
                queue.hold(session, ticket, self._chance.choice(list(Hold)), _REASON)
            case "over":
                self._hand_over(ticket)
            case "undo":
                queue.undo(session)
            case _:
                queue.finish(session, ticket)

    def _hand_over(self, ticket: str) -> None:
        if self._chance.random() < 0.5:
            business = self._chance.choice(self._queue.businesses()).id
            self._queue.hand_over(self._session, ticket, _REASON, business=business)
        else:
            others = [one.id for one in self._queue.windows() if one.id in CALLING]
            window = self._chance.choice(others)
            self._queue.hand_over(self._session, ticket, _REASON, window=window)

    def _settle(self, seen: QueueSnapshot) -> None:
        """Whoever was passed over or is on hold comes back, or goes."""
        queue, session = self._queue, self._session
        if seen.standing.service is not Service.OPEN:
            queue.open(session)
        elif seen.held:
            queue.call(session, seen.held[0].id)
        elif seen.passed:
            try:
                queue.back(session, seen.passed[0].id)
            except ReturnTooLate:
                queue.drop(session, seen.passed[0].id, _REASON)
        elif seen.away and self._chance.random() < 0.3:
            self._office.bring_back(self._chance.choice(seen.away).number)
        else:
            queue.call_next(session)

    def _priority(self) -> str:
        return self._chance.choice([*(one.id for one in PRIORITIES), "", "", ""])


class Giving:
    """A kiosk: gives one number after the other, with the back office or alone."""

    def __init__(self, client: Client, chance: Random, quiet: Event, file: Path) -> None:
        self._office, self._chance, self._quiet = client.queue_office, chance, quiet
        self._desk = KioskDesk(
            client.store, client.hall, client.routes, client.queue_office, client.random
        )
        self._businesses = client.hall.businesses
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def run(self) -> None:
        while not self._quiet.is_set():
            self._give()
            self._quiet.wait(self._chance.uniform(0.05, 0.4))

    def bring_back(self) -> None:
        """At the end of the day, whoever took their papers along is back."""
        with suppress(AppError):
            for one in self._office.view(tickets=True).tickets:
                if one.state is TicketState.HELD and one.hold is Hold.WITHOUT_PAPERS:
                    with suppress(AppError):
                        self._office.bring_back(one.number)

    def _give(self) -> None:
        wish = NumberWish(
            request=self._desk.new_request(), business=self._chance.choice(self._businesses).id,
            priority=self._chance.choice(["", "", "", PRIORITIES[0].id]),
        )  # fmt: skip
        try:
            given = self._desk.take(wish)
        except AppError:  # the hall is halted
            return
        os.write(self._file, f"{given.ticket} {given.number} .\n".encode("ascii"))
        os.fdatasync(self._file)


class Supervising:
    """The supervisor: moves tickets, changes the rules, halts the hall and lets it go on."""

    def __init__(self, client: Client, chance: Random, quiet: Event) -> None:
        self._client, self._chance, self._quiet = client, chance, quiet
        self._session = client.sign_in.sign_in("9001", "demo-9001", client.store.device)

    def run(self) -> None:
        while not self._quiet.is_set():
            with suppress(AppError):
                self._act()
            self._quiet.wait(self._chance.uniform(0.2, 1.0))
        self._client.supervision.resume(self._session, _REASON)
        plain = self._client.hall.queue
        self._client.supervision.lay(self._session, plain, plain, _REASON)

    def _act(self) -> None:
        desk, session, chance = self._client.supervision, self._session, self._chance
        seen = self._client.queue_office.view(tickets=True)
        waiting = [one for one in seen.tickets if one.state is TicketState.WAITING]
        match chance.choices(["assign", "replace", "policy", "halt"], [8, 2, 1, 1])[0]:
            case "assign" if waiting:
                some = chance.sample(waiting, min(len(waiting), chance.randint(1, 4)))
                self._assign(some)
            case "replace" if held := [one for one in waiting if one.holder]:
                desk.replace(session, chance.choice(held), _REASON)
            case "policy":
                share = chance.randint(0, 10)
                changed = replace(seen.policy, priority_share=share, lease=chance.randint(1, 4))
                desk.lay(session, changed, seen.policy, _REASON)
            case "halt":
                desk.halt(session, _REASON)
                self._quiet.wait(chance.uniform(0.2, 1.0))
                desk.resume(session, _REASON)

    def _assign(self, some: list[TicketView]) -> None:
        chance = self._chance
        if chance.random() < 0.5:
            business = chance.choice(self._client.hall.businesses).id
            self._client.supervision.assign(self._session, some, _REASON, business=business)
        else:
            window = chance.choice(sorted(CALLING))
            self._client.supervision.assign(self._session, some, _REASON, window=window)


def given(home: Path) -> dict[str, str]:
    """Ticket id -> number, of whole lines alone."""
    file = home / GIVEN
    lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
    return {line.split(" ")[0]: line.split(" ")[1] for line in lines if line.endswith(" .")}


def main() -> None:
    role, home, device, seed = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    Thread(target=_end_with_parent, daemon=True).start()
    client = Client(home, load_settings(home))
    assert client.store.device == device
    client.store.verify()
    chance, quiet = Random(seed), Event()
    signal.signal(signal.SIGUSR1, lambda *_: quiet.set())
    feed = client.feed  # before sync: it listens to it
    client.sync.start()
    feed.start()
    work: Calling | Giving | Supervising
    match role:
        case "window":
            work = Calling(client, chance, quiet)
        case "kiosk":
            work = Giving(client, chance, quiet, home / GIVEN)
        case _:
            work = Supervising(client, chance, quiet)
    print("serving", flush=True)
    work.run()
    print("quiet", flush=True)
    while True:
        if isinstance(work, Giving):
            work.bring_back()
        Event().wait(1.0)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
