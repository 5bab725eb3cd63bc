"""Twenty windows, two kiosks and a supervisor, each a process behind a line of its own that is cut.

All at once: people take numbers, windows call them, the supervisor moves tickets, changes the rules
and halts the hall; lines are cut, held up and refused, windows and the back office are killed and
frozen. In the end no ticket was called at two windows while it was anybody's, and nobody who holds
a number was forgotten. The seed is printed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest

from app.bootstrap import Client, resources_folder
from app.config import load_settings
from app.demo.back_office import own_command
from app.domain.journal import decode_event
from app.domain.ticket import TicketState
from app.domain.ticket_events import (
    Hold,
    TicketCalled,
    TicketHandedOver,
    TicketHeld,
    TicketReleased,
    TicketReplaced,
    TicketReturned,
)
from tests.journey.faulty_ends import rows
from tests.journey.faulty_hall import Office, OfficeFaults, Window, WindowFaults
from tests.journey.queue_ends import given

WINDOWS, KIOSKS = 20, 2
SECONDS = 40.0
REST_SECONDS = 90.0
FAULTS = ("cut_up", "cut_down", "delay", "hole", "late", "refuse", "reset", "freeze")
_LETTERS = "DEFGHIJKLMNOPQRSTUVWXYZ"


def make_hall(folder: Path) -> Path:
    """The demo hall with more windows and two kiosks."""
    made = folder / "hall"
    shutil.copytree(resources_folder() / "demo_hall", made)
    hall = json.loads((made / "hall.json").read_text(encoding="utf-8"))
    hall["windows"] = [
        {
            "id": f"W{number:02d}", "number": str(number), "name": f"{number} 号综合窗口",
            "ticket_prefix": _LETTERS[number],
        }
        for number in range(1, WINDOWS + 2)  # the last is where the supervisor sits
    ]  # fmt: skip
    hall["kiosks"] = [
        {"id": f"K{number}", "name": f"{number} 号取号机", "ticket_prefix": "K" * (number + 1)}
        for number in range(1, KIOSKS + 1)
    ]
    (made / "hall.json").write_text(json.dumps(hall, ensure_ascii=False), encoding="utf-8")
    return made


class HallOffice(Office):
    """The back office of that hall."""

    def __init__(self, folder: Path, hall: Path) -> None:
        super().__init__(folder)
        self._home = folder / "home"
        write_settings(self._home, hall, "W01")

    def command(self) -> list[str]:
        return own_command(
            "backoffice", "--home", str(self._home), "--data", str(self.data), "--port",
            str(self.port),
        )  # fmt: skip


class End(Window):
    """A window, kiosk or supervisor in a process of its own."""

    def __init__(self, folder: Path, role: str, device: str, office: Office, seed: int) -> None:
        self.role = role
        write_settings(folder / device, folder / "hall", device)
        super().__init__(folder, device, office, seed)

    def command(self) -> list[str]:
        seed = str(self._lives.getrandbits(32))
        return [
            *super().command()[:2], "tests.journey.queue_ends", self.role, str(self.home),
            self.device, seed,
        ]  # fmt: skip


def write_settings(home: Path, hall: Path, device: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    text = f"hall = {json.dumps(str(hall))}\nwindow = {json.dumps(device)}\n"
    (home / "settings.toml").write_text(text, encoding="utf-8")


def trouble(end: End, chance: Random, over: Event) -> int:
    """One fault after the other, with peace between; how many bit."""
    befall, count = WindowFaults(end, chance), 0
    kinds = FAULTS if end.role == "supervisor" else (*FAULTS, "kill")
    while not over.wait(chance.uniform(2.0, 8.0)):
        count += befall.befall(chance.choice(kinds))
    return count


def office_trouble(office: Office, chance: Random, over: Event) -> int:
    befall, count = OfficeFaults(office, chance), 0
    while not over.wait(chance.uniform(6.0, 12.0)):
        count += befall.befall(chance.choice(befall.kinds))
    return count


@pytest.mark.timeout(600)
def test_no_ticket_is_called_at_two_windows_and_nobody_is_forgotten(tmp_path: Path) -> None:
    seed = int(os.environ.get("ONEWINDOW_QUEUE", "0")) or int(time.time())
    print(f"ONEWINDOW_QUEUE={seed}")
    chance = Random(seed)
    hall = make_hall(tmp_path)
    with ExitStack() as closing:
        office = HallOffice(tmp_path / "office", hall)
        closing.callback(office.close)
        office.start()
        ends = [
            End(tmp_path, role, device, office, chance.getrandbits(32))
            for role, device in (
                *(("window", f"W{number:02d}") for number in range(1, WINDOWS + 1)),
                *(("kiosk", f"K{number}") for number in range(1, KIOSKS + 1)),
                ("supervisor", f"W{WINDOWS + 1:02d}"),
            )
        ]
        for end in ends:
            closing.callback(end.close)
            end.start()
        for end in ends:
            end.wait_until_it_serves()
        over = Event()
        with ThreadPoolExecutor(len(ends) + 1) as lanes:
            played = [
                lanes.submit(trouble, end, Random(chance.getrandbits(32)), over) for end in ends
            ]
            played.append(
                lanes.submit(office_trouble, office, Random(chance.getrandbits(32)), over)
            )
            over.wait(SECONDS)
            over.set()
            faults = sum(one.result() for one in played)
        for end in ends:
            end.wait_until_it_serves()
            end.send(signal.SIGUSR1)
        for end in ends:
            if end.role != "window":
                assert end.line() == b"quiet\n", end.device
        clients = {end.device: Client(end.home, load_settings(end.home)) for end in ends}
        for client in clients.values():
            closing.callback(client.store.close)

        calm = time.monotonic()
        while left := unsettled(office, ends, clients):
            assert time.monotonic() - calm < REST_SECONDS, left
            time.sleep(0.2)
        tickets = check_each_call(office)
        held: dict[str, str] = {}
        for end in ends:
            if end.role == "kiosk":
                held |= given(end.home)
        print(f"{faults} faults, {len(tickets)} tickets, {len(held)} of them from the kiosks")
        assert len(set(held.values())) == len(held) > 20
        assert held.keys() <= tickets


def unsettled(office: Office, ends: list[End], clients: dict[str, Client]) -> str:
    """What still waits somewhere, "" where nothing does."""
    for end in ends:
        end.check_alive()
    final = (TicketState.FINISHED, TicketState.DROPPED)
    states = ", ".join(f"'{one.value}'" for one in final)
    query = f"SELECT id, number, state, device FROM tickets WHERE state NOT IN ({states})"
    if left := rows(office, query):
        stories = "\n".join(story(office, one[0]) for one in left[:3])
        return f"{len(left)} tickets: {[one[1:] for one in left[:8]]}\n{stories}"
    for device, client in clients.items():
        if waiting := client.outbox.counts()[0]:
            return f"{device} has {waiting} facts to send"
    return ""


def story(office: Office, ticket: str) -> str:
    """What happened to a ticket, as it arrived."""
    return "\n  ".join(
        " ".join(str(part) for part in row)
        for row in rows(
            office,
            "SELECT c.device, e.kind, e.at, e.outcome, e.code, e.body"
            " FROM entries e JOIN chains c ON c.id = e.chain"
            f" WHERE e.subject = 'ticket:{ticket}' ORDER BY e.arrival",
        )
    )


def check_each_call(office: Office) -> set[str]:
    """Every ticket's facts in the order of arrival: each call by who held it, and none refused, for
    that would be a person called twice. Only of a ticket that was replaced it is foreseen, whose
    person has another number by then. Returns the tickets' ids."""
    told: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows(
        office,
        "SELECT e.subject, c.device, e.kind, e.version, e.body, e.outcome"
        " FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.subject LIKE 'ticket:%' ORDER BY e.arrival",
    ):
        told[row[0].removeprefix("ticket:")].append(row[1:])
    for ticket_id, facts in told.items():
        caller, replaced = "", False  # who has called it and not given it up
        for device, kind, version, body, outcome in facts:
            event = decode_event(kind, version, body)
            if isinstance(event, TicketCalled) and not replaced:
                assert outcome in {"applied", "repeated"}, story(office, ticket_id)
            if outcome != "applied":
                continue
            if isinstance(event, TicketCalled):
                assert caller in {"", device}, story(office, ticket_id)
                caller = device
            elif isinstance(event, TicketHandedOver | TicketReleased | TicketReturned) or (
                isinstance(event, TicketHeld) and event.hold is Hold.WITHOUT_PAPERS
            ):
                caller = ""
            replaced = replaced or isinstance(event, TicketReplaced)
    return set(told)
