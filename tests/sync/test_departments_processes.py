"""Several server processes draw over one PostgreSQL, some of them killed meanwhile: each case is
given once, and a reviewer works at whichever process answers."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path

import requests

from tests.desk_browser import Browser
from tests.postgres import PostgresServer
from tests.sync.desk_world import REVIEWERS, Brought, DeskOffice, DeskWindow, desk_office
from tests.sync.world import wait_until

COUNT = 60


def push_until_taken(office: DeskOffice, window: DeskWindow) -> Brought:
    """As a client does: again until there is an answer."""
    case, entries = window.made()

    def taken() -> bool:
        try:
            answer = office.push(entries)
        except requests.RequestException:
            return False
        return answer.status_code == 200 and answer.json()["exceptions"] == []

    wait_until(taken, 60, "taken")
    return case


def test_each_case_is_drawn_once_by_processes_that_die(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.new_database()
    with (
        desk_office(tmp_path / "a", database=database, processes=3) as office,
        desk_office(tmp_path / "b", database=database) as elsewhere,  # another machine
    ):
        window, ended = DeskWindow(office), threading.Event()
        killed: set[int] = set()

        def kill() -> None:
            while not ended.wait(0.3) and len(killed) < 5:
                there = [pid for pid in office.workers() if pid not in killed]
                if len(there) == 3:
                    os.kill(there[0], signal.SIGKILL)
                    killed.add(there[0])

        killing = threading.Thread(target=kill)
        killing.start()
        try:
            brought = [push_until_taken(office, window) for _ in range(COUNT)]
        finally:
            ended.set()
            killing.join()
        assert killed

        def all_drawn() -> bool:
            return office.rows("SELECT count(*) FROM desk_cases WHERE reviewer <> ''") == [(COUNT,)]

        wait_until(all_drawn, 60, "all drawn")
        facts = Counter(
            row[0] for row in office.rows("SELECT subject FROM entries WHERE kind='CaseDispatched'")
        )
        assert facts == Counter(f"case:{one.id}" for one in brought)
        drawn = Counter(row[0] for row in office.rows("SELECT reviewer FROM desk_cases"))
        assert drawn.keys() == set(REVIEWERS)
        # The office's own chain has no gap and no fork, though several processes wrote it.
        places = office.rows(
            "SELECT e.seq FROM entries e JOIN chains c ON c.id = e.chain"
            " WHERE c.device = 'backoffice' ORDER BY e.seq"
        )
        assert [row[0] for row in places] == list(range(1, COUNT + 1))
        assert office.rows("SELECT count(*) FROM chains WHERE device = 'backoffice'") == [(1,)]
        assert elsewhere.url != office.url


def test_a_sign_in_holds_at_every_process(tmp_path: Path, postgres: PostgresServer) -> None:
    with desk_office(tmp_path / "a", database=postgres.new_database(), processes=3) as office:
        case = DeskWindow(office).bring()
        staff = office.reviewer_of(case.id)
        signed_in = Browser(office, staff)
        for _ in range(12):
            fresh = signed_in.another_tab()  # a connection of its own: any process may answer
            assert fresh.open(case.address).status_code == 200
            assert case.number in fresh.page.text
        # Wrong passwords are counted by all of them together.
        said = []
        for _ in range(8):
            stranger = Browser(office)
            other = next(one for one in REVIEWERS if one != staff)
            said.append(stranger.sign_in(other, "wrong").status_code)
        assert said == [401] * 6 + [429] * 2
        kept = [signed_in.another_tab() for _ in range(6)]
        signed_in.open("/desk")
        signed_in.send("/desk/sign-out")
        assert all(one.open("/desk").url.endswith("/desk/sign-in") for one in kept)
