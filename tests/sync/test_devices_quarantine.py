"""A withdrawn device hears nothing, loses nothing, and what it sends waits for a supervisor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.domain.case_events import CaseOpened
from app.ports import LinkState
from sync import people, published
from sync.backoffice import quarantine
from sync.devices import CLOCK_HEADER, SKEW_HEADER
from sync.wire import LEASE_PATH, PUSH_PATH, encode_batch
from tests.sync.hall import SealedChain
from tests.sync.supervising import Changing, act, asks, open_page
from tests.sync.world import (
    ClientWindow,
    Forked,
    Nursery,
    enrol,
    enrolled,
    serve_case,
    wait_until,
)


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data") as server:
        yield server


def chain_of(office: Forked, device: str, cases: int) -> SealedChain:
    """Cases that were opened there; the device is enrolled."""
    enrolled(office, device)
    chain = SealedChain(device)
    for number in range(cases):
        chain.add(CaseOpened(window=device, ticket=""), f"case:{device}-{number}")
    return chain


def push(office: Forked, chain: SealedChain, token: str, first: int = 0) -> requests.Response:
    body = encode_batch(chain.entries[first:])[1]
    headers = {"Content-Encoding": "zstd", "Authorization": f"Bearer {token}"}
    return office.post(PUSH_PATH, body, chain.device, **headers)


def cases(office: Forked) -> set[str]:
    return {row["id"] for row in office.cases()}


def test_nothing_comes_down_to_a_withdrawn_device(office: Forked) -> None:
    ask = asks(office, enrolled(office, "W03"))
    asked = (
        ("POST", people.LICENCES_PATH), ("POST", people.WAITING_PATH),
        ("POST", people.HISTORY_PATH), ("GET", published.BARS.path),
        ("GET", published.CALENDAR.path), ("POST", LEASE_PATH),
    )  # fmt: skip
    for method, path in asked:
        assert ask(method, path)[0] in {400, 404}, path
    assert "W03 已停用" in act(office, act="revoke", device="W03").text
    for method, path in asked:
        assert ask(method, path) == (403, "SYNC-REVOKED"), path
    assert "早已停用" in act(office, act="revoke", device="W03").text
    assert ask("POST", PUSH_PATH) == (400, "SYNC-BAD-BATCH")


def test_what_it_sends_is_kept_apart_and_taken_up(office: Forked) -> None:
    chain = chain_of(office, "W03", 3)
    token = enrolled(office, "W03")
    assert push(office, chain, token).status_code == 200
    act(office, act="revoke", device="W03")
    for number in range(3, 9):
        chain.add(CaseOpened(window="W03", ticket=""), f"case:W03-{number}")
    for _ in range(2):  # the same again is the same
        answer = push(office, chain, token, 3)
        assert answer.status_code == 403
        assert answer.json() == {
            "code": "SYNC-QUARANTINED", "acknowledged": 9, "head": chain.head,
        }  # fmt: skip
    assert len(cases(office)) == 3
    assert "4–9" in open_page(office)
    said = act(office, act="take-up", device="W03", install="i1").text
    assert "已收录" in said
    assert "4–9" not in said
    assert len(cases(office)) == 9
    assert office.chains()[0]["head"] == chain.head
    # Enrolled again, the window sends all of it anew: nothing happens twice.
    answer = push(office, chain, enrol(office, "W03"))
    assert answer.status_code == 200
    assert len(cases(office)) == 9


def test_what_does_not_follow_stays_and_is_said(office: Forked) -> None:
    chain = chain_of(office, "W03", 6)
    token = enrolled(office, "W03")
    act(office, act="revoke", device="W03")
    assert push(office, chain, token, 4).status_code == 403  # 5 and 6; the first four are not here
    assert "SYNC-GAP" in act(office, act="take-up", device="W03", install="i1").text
    assert cases(office) == set()
    assert push(office, chain, token).status_code == 403
    assert "已收录" in act(office, act="take-up", device="W03", install="i1").text
    assert len(cases(office)) == 6


def test_two_copies_of_one_disk_are_told_apart(office: Forked) -> None:
    chain = chain_of(office, "W03", 2)
    copy = SealedChain("W03", seed=2)
    copy.entries = list(chain.entries)
    chain.add(CaseOpened(window="W03", ticket=""), "case:true")
    chain.add(CaseOpened(window="W03", ticket=""), "case:true-2")
    copy.add(CaseOpened(window="W03", ticket="x"), "case:false")
    token = enrolled(office, "W03")
    assert push(office, chain, token).status_code == 200
    act(office, act="revoke", device="W03")
    assert push(office, copy, token).status_code == 403
    assert push(office, chain, token).status_code == 403
    assert "SYNC-GAP" in act(office, act="take-up", device="W03", install="i1").text
    assert "case:false" not in cases(office)
    assert "3–3" in open_page(office)  # what cannot follow stays to be seen
    assert "1 条不予收录" in act(office, act="dismiss", device="W03", install="i1").text
    assert "3–3" not in open_page(office)
    assert len(cases(office)) == 4


def test_rubbish_is_not_kept(office: Forked) -> None:
    chain = chain_of(office, "W03", 4)
    token = enrolled(office, "W03")
    act(office, act="revoke", device="W03")
    chain.entries = [chain.entries[0], chain.entries[2], chain.entries[3]]
    assert push(office, chain, token).json()["code"] == "SYNC-BAD-BATCH"
    assert "条数" not in open_page(office)
    other = chain_of(office, "W04", 1)
    assert push(office, other, token).json()["code"] == "SYNC-OTHER-DEVICE"


def test_a_chain_set_aside_is_released_by_a_supervisor(office: Forked) -> None:
    chain = chain_of(office, "W03", 1)
    copy = SealedChain("W03", seed=2)
    token = enrolled(office, "W03")
    copy.add(CaseOpened(window="W03", ticket="x"), "case:false")
    assert push(office, chain, token).status_code == 200
    assert push(office, copy, token).json()["code"] == "SYNC-FORK"
    assert push(office, chain, token).json()["code"] == "SYNC-FORK"
    assert "恢复收数" in act(office, act="release", device="W03", install="i1").text
    assert push(office, chain, token).status_code == 200
    assert "没有停收" in act(office, act="release", device="W03", install="i1").text


def test_a_window_says_so_and_goes_on_when_it_is_let_in_again(
    office: Forked, tmp_path: Path
) -> None:
    access = Changing(office.url, enrolled(office, "W01"))
    window = ClientWindow(tmp_path / "w", "", "", access=access)
    try:
        window.worker.start()
        wait_until(lambda: window.outbox.numbers_left() > 0 and window.settled())
        serve_case(window, "before")
        wait_until(window.settled)
        act(office, act="revoke", device="W01")
        for number in range(150):  # more than one batch
            serve_case(window, f"apart-{number}")
        waiting = window.outbox.counts()[0]
        assert waiting == 750
        wait_until(lambda: window.worker.status().quarantined == waiting)
        status = window.worker.status()
        assert (status.link, status.code) == (LinkState.BLOCKED, "SYNC-QUARANTINED")
        assert (status.waiting, window.outbox.counts()) == (waiting, (waiting, 0))
        assert cases(office) == {"before"}
        serve_case(window, "later")
        wait_until(lambda: window.worker.status().quarantined == waiting + 5)
        access.take(enrol(office, "W01"))
        wait_until(window.settled, what="all is decided")
        assert window.worker.status().quarantined == 0
        assert len(cases(office)) == 152
        seq, head = window.store.verify()
        (chain,) = office.chains()
        assert (chain["acknowledged"], chain["head"]) == (seq, head)
        # The supervisor sees that it all arrived by itself, and nothing comes of taking it up.
        assert ">755<" in open_page(office)
        assert "已收录" in act(office, act="take-up", device="W01", install=chain["install"]).text
        assert len(cases(office)) == 152
    finally:
        window.close()


def test_there_is_an_end_to_what_is_kept(tmp_path: Path) -> None:
    from sync.backoffice.database import Database
    from sync.errors import Revoked
    from tests.sync.hall import START

    database = Database.open(tmp_path / "other.db", START)
    chain = SealedChain("W03")
    for number in range(4):
        chain.add(CaseOpened(window="W03", ticket=""), f"case:{number}")
    with database.write() as connection:
        quarantine.keep(connection, chain.entries[:3], START, most=3)
        with pytest.raises(Revoked):
            quarantine.keep(connection, chain.entries[3:], START, most=3)
    database.close()


def test_an_answer_says_how_wrong_a_clock_is(office: Forked) -> None:
    for told, about in (("2020-01-01T00:00:00+08:00", -1), ("2099-01-01T00:00:00Z", 1)):
        answer = office.get(published.BARS.path, **{CLOCK_HEADER: told})
        assert int(answer.headers[SKEW_HEADER]) * about > 86400 * 300
    for told in ("", "2020-01-01T00:00:00", "yesterday", "9" * 400):
        assert SKEW_HEADER not in office.get(published.BARS.path, **{CLOCK_HEADER: told}).headers
