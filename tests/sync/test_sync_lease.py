"""Numbers and tickets are given to one device only, ever; the pages show no more than they may."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from app.domain.events import (
    CaseNumbersLeased,
)
from app.domain.ticket_events import TicketCalled, TicketFinished, TicketLeased, TicketTaken
from sync.backoffice import database as module
from sync.backoffice.database import Database, newest_step
from sync.errors import StoreTooNew
from tests.sync.hall import SealedChain, number_of
from tests.sync.world import Forked, Nursery, Served


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data", demo_line=12) as server:
        yield server


def test_a_start_says_where_and_a_stop_is_clean(tmp_path: Path) -> None:
    first = Served(tmp_path / "data", 0)
    assert json.loads(first.said)["port"] == first.port
    told = first.get("/health").json()
    assert told == {"ok": True, "version": "0.1.0", "protocol": 1, "schema": newest_step()}
    token = first.token
    assert first.stop() == 0
    assert not (first.data / "port").exists()
    again = Served(tmp_path / "data", 0)
    assert again.token == token
    assert again.stop() == 0  # also in the moment of its start


def test_blocks_never_overlap_and_a_lost_answer_is_given_again(office: Forked) -> None:
    first = office.lease(request="a", device="W01", numbers=True).json()
    assert first["block"] == {"first": 1, "last": 200}
    assert office.lease(request="a", device="W01", numbers=True).json() == first
    # Another request before the lease event came back: the device died before it saved.
    assert office.lease(request="b", device="W01", numbers=True).json()["block"] == first["block"]
    other = office.lease(request="c", device="W02", numbers=True).json()["block"]
    assert other == {"first": 201, "last": 400}
    chain = SealedChain("W01")
    chain.add(CaseNumbersLeased(first=1, last=200), "device")
    assert office.push(chain.entries).json()["exceptions"] == []
    third = office.lease(request="d", device="W01", numbers=True).json()["block"]
    assert third == {"first": 401, "last": 600}
    assert office.lease(request="a", device="W09", numbers=True).status_code == 400


def test_a_ticket_is_given_to_one_device_only(office: Forked) -> None:
    held: dict[str, list[str]] = {}
    for round_ in range(4):
        for device in ("W01", "W02", "W03"):
            answer = office.lease(request=f"{device}{round_}", device=device, tickets=3).json()
            assert len(answer["tickets"]) <= 3
            held[device] = [ticket["id"] for ticket in answer["tickets"]]
    every = [ticket for tickets in held.values() for ticket in tickets]
    assert len(every) == len(set(every)) == 9
    first = office.lease(request="again", device="W01", tickets=0).json()["tickets"]
    assert [ticket["number"] for ticket in first] == ["A001", "B001", "A002"]


def test_a_ticket_that_was_called_is_not_given_again(office: Forked) -> None:
    """Whatever was heard of its lease: it must not stand in the way of the next one."""
    (first,) = office.lease(request="a", device="W01", tickets=1).json()["tickets"]
    (same,) = office.lease(request="b", device="W01", tickets=1).json()["tickets"]
    assert same == first
    chain = SealedChain("W01")
    chain.add(TicketCalled(window="W01"), f"ticket:{first['id']}")
    assert office.push(chain.entries).json()["exceptions"] == []
    (second,) = office.lease(request="c", device="W01", tickets=1).json()["tickets"]
    assert second["id"] != first["id"]


def test_the_demo_line_is_made_once_a_day(office: Forked, tmp_path: Path, nursery: Nursery) -> None:
    office.lease(request="x", device="W01", tickets=20)
    office.stop()
    with nursery.served(tmp_path / "data", demo_line=12) as again:
        assert len(again.lease(request="y", device="W02", tickets=20).json()["tickets"]) == 0
        given = again.lease(request="z", device="W01", tickets=0).json()["tickets"]
        assert len({ticket["number"] for ticket in given}) == 12


def test_tickets_follow_their_window(office: Forked) -> None:
    given = office.lease(request="x", device="W01", tickets=1).json()["tickets"][0]
    taken_at = datetime.fromisoformat(given["taken_at"])
    leased = TicketLeased(
        number=given["number"], business=given["business"], taken_at=taken_at, priority=""
    )
    subject = f"ticket:{given['id']}"
    thief = SealedChain("W02")
    thief.add(leased, subject)
    thief.add(TicketCalled(window="W02"), subject)
    answer = office.push(thief.entries).json()
    assert {row["code"] for row in answer["exceptions"]} == {"SYNC-TICKET-ELSEWHERE"}
    chain = SealedChain("W01")
    chain.add(leased, subject)
    chain.add(TicketCalled(window="W01"), subject)
    chain.add(TicketFinished(), subject)
    chain.add(TicketCalled(window="W01"), subject)  # finished: not open
    chain.add(TicketTaken(number="X001", business="general"), "ticket:own")
    chain.add(TicketCalled(window="W01"), "ticket:own")
    answer = office.push(chain.entries).json()
    assert [(row["seq"], row["code"]) for row in answer["exceptions"]] == [(4, "DOM-07")]
    assert office.lease(request="y", device="W01", tickets=0).json()["tickets"] == []


def _with_case(office: Forked, name: str = "张示例") -> str:
    office.lease(request="n", device="W01", numbers=True)
    chain = SealedChain("W01")
    chain.add(CaseNumbersLeased(first=1, last=200), "device")
    chain.add_case("c1", 7, name)
    assert office.push(chain.entries).json()["exceptions"] == []
    return number_of(7)


def test_the_page_shows_cases_masked(office: Forked) -> None:
    number = _with_case(office, "<b>示例</b>")
    page = requests.get(office.url + "/", timeout=5)
    assert page.status_code == 200
    for shown in (
        number,
        "已受理",
        "示例局",
        "完整",
        "号段 1–200",
        "&lt;***",
        "A001",
        "示例市政务服务大厅",
    ):
        assert shown in page.text, shown
    for hidden in ("990100199001010014", "<b>示", "ABC234", office.token):
        assert hidden not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert requests.post(office.url + "/", timeout=5).status_code == 405


def test_progress_tells_state_and_date_and_nothing_to_guessers(office: Forked) -> None:
    number = _with_case(office)

    def ask(path: str) -> tuple[int, str]:
        answer = requests.get(office.url + path, timeout=5)
        return answer.status_code, answer.text

    status, text = ask(f"/progress/{number}?check=abc234")
    assert status == 200
    assert "已受理" in text
    assert "2026年11月20日" in text
    for hidden in (number, "示例事项", "张", "ABC234"):
        assert hidden not in text
    wrong = {
        ask(path)
        for path in (
            f"/progress/{number}?check=ABC235", f"/progress/{number}", "/progress/1?check=ABC234",
            "/progress/1?check=", f"/progress/{number}?check=%00%FF", "/progress/%E4%BD%A0?check=1",
        )
    }  # fmt: skip
    assert len(wrong) == 1
    assert next(iter(wrong))[0] == 404
    statuses = [ask(f"/progress/{number}?check=ABC23{n}")[0] for n in range(40)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_parked_events_are_taken_up_after_an_upgrade(tmp_path: Path, nursery: Nursery) -> None:
    """The file of an older back office, which parked what this one knows."""
    with nursery.served(tmp_path / "data") as office:
        _with_case(office)
    with sqlite3.connect(tmp_path / "data" / "backoffice.db") as database:
        database.execute(
            "UPDATE entries SET outcome = 'parked', code = 'SYNC-PARKED' WHERE seq > 1"
        )
        database.execute("DELETE FROM cases")
    database.close()
    with nursery.served(tmp_path / "data") as office:
        assert [row["state"] for row in office.cases()] == ["accepted"]


def test_a_newer_store_is_not_opened_and_an_older_one_is_copied_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "backoffice.db"
    now = datetime(2026, 11, 20, tzinfo=UTC)
    Database.open(path, now).close()
    assert not (tmp_path / "backups").exists()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(StoreTooNew):
        Database.open(path, now)
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 1")  # and nothing more, as before the third step
        raw.execute("DROP TABLE schema_steps")
    raw.close()
    monkeypatch.setattr(module, "steps", lambda: [(1, ""), (2, "DROP TABLE cases; -- ;")])
    Database.open(path, now).close()
    name = "20261120T000000-before-0002.db"
    with sqlite3.connect(tmp_path / "backups" / name) as raw:
        assert raw.execute("SELECT count(*) FROM cases").fetchone() == (0,)
    raw.close()


def test_the_port_may_be_taken(office: Forked, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = Served(tmp_path / "second" / "data", office.port)
    assert second.said == b""
    assert second.stop() == 1
    assert "SYNC-PORT" in (tmp_path / "second" / "backoffice.log").read_text(encoding="utf-8")
