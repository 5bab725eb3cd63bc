"""The back office tells every window what is for it, in order, at once, and to nobody too much."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import requests
import zstandard

from app.domain.case_events import CaseAbandoned, CaseOpened, DemandKind, DemandRefused
from app.domain.events import BundleChosen, ClerkSignedIn, OrderGiven
from app.domain.ticket_events import TicketTaken
from sync.feed import FEED_PATH, MAX_FED, FeedAnswer
from tests.sync.feeding import ask_feed, beginning
from tests.sync.hall import SealedChain
from tests.sync.world import Forked, Nursery, Served, free_port, wait_until


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data") as office:
        yield office


def push(office: Forked, chain: SealedChain, first: int = 1) -> None:
    entries = chain.entries[first - 1 :]
    for start in range(0, len(entries), 500):
        answer = office.push(entries[start : start + 500])
        assert answer.status_code == 200, answer.text


def opened(chain: SealedChain, count: int, prefix: str = "k") -> None:
    for number in range(count):
        chain.add(CaseOpened(window=chain.device, ticket=""), f"case:{prefix}{number}")


def test_every_fact_about_cases_and_bundles_of_others_is_told(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    chain.add(ClerkSignedIn(clerk="1001", window="W02"), "session")
    chain.add(TicketTaken(number="X1", business="general"), "ticket:t1")
    told = [
        chain.add(CaseOpened(window="W02", ticket=""), "case:k1"),
        chain.add(
            DemandRefused(kind=DemandKind.BEYOND_LIST, materials=("M1",)), "case:k1"
        ),
        chain.add(
            BundleChosen(code="B", name="示例", version=1, list_hash="0" * 64, cases=("a", "b")),
            "bundle:b1",
        ),
    ]  # fmt: skip
    chain.add(OrderGiven(order="o", text="假的"), "hall")  # a window gives no orders
    chain.add(OrderGiven(order="o", text="假的"), "device:W01")
    push(office, chain)
    page = beginning(office)
    assert [one.entry for one in page.entries] == told
    assert [one.arrival for one in page.entries] == [3, 4, 5]
    assert not page.more
    assert page.cursor.split(".")[1] == "7"  # past what is not for it
    again = ask_feed(office, page.cursor)
    assert (again.cursor, again.entries, again.reset) == (page.cursor, (), False)


def test_refused_facts_are_not_told(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    chain.add(CaseOpened(window="W02", ticket=""), "case:k1")
    chain.add(CaseAbandoned(), "case:k1")
    chain.add(CaseAbandoned(), "case:k1")
    push(office, chain)
    assert [one.entry.seq for one in beginning(office).entries] == [1, 2]


def test_of_its_own_facts_a_window_hears_where_they_stand(office: Forked) -> None:
    other, own = SealedChain("W02", "i2"), SealedChain("W01", "i1")
    opened(other, 2, "a")
    opened(own, 2, "b")
    own.add(ClerkSignedIn(clerk="1001", window="W01"), "session")
    own.add(CaseAbandoned(), "case:nobody")  # refused
    push(office, other)
    push(office, own)
    page = beginning(office, install="i1")
    assert [one.entry.install for one in page.entries] == ["i2", "i2"]
    assert [(one.seq, one.arrival) for one in page.own] == [(1, 3), (2, 4)]
    assert page.verdicts == ()
    # Another install of the same device hears of them as of anybody's.
    copy = beginning(office, install="i9")
    assert [one.entry.install for one in copy.entries] == ["i2", "i2", "i1", "i1"]
    assert copy.own == ()


def test_a_cursor_that_names_no_place_begins_anew(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    opened(chain, 3)
    push(office, chain)
    page = beginning(office)
    epoch, place, mark = page.cursor.split(".")
    assert ask_feed(office, f"{epoch}.{place}").reset is False  # the mark may be left out
    for wrong in (
        "", "nonsense", f"{'0' * 16}.1", f"{epoch}.99", f"{epoch}.{place}.00000000",
        f"{epoch}.2.{mark}", f"{epoch}.-1", f"{epoch}.1e3", f"{epoch}.٣",
    ):  # fmt: skip
        answer = ask_feed(office, wrong)
        assert (answer.reset, answer.more, answer.entries) == (True, True, ()), wrong
        assert answer.cursor == f"{epoch}.0"


def test_it_comes_in_pages(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    opened(chain, 1203)
    push(office, chain)
    page = beginning(office)
    told = [one.entry for one in page.entries]
    assert len(told) == MAX_FED
    while page.more:
        page = ask_feed(office, page.cursor)
        told += [one.entry for one in page.entries]
    assert told == chain.entries


def test_a_page_is_bounded_in_bytes_and_one_large_fact_goes_alone(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    for number in range(4):
        chain.add(CaseOpened(window="W02", ticket="示" * 300_000), f"case:k{number}")
    chain.add(CaseOpened(window="W02", ticket='"' * 3_000_000), "case:k4")
    for one in chain.entries:
        assert office.push([one]).status_code == 200
    page = beginning(office)
    sizes = [len(page.entries)]
    while page.more:
        page = ask_feed(office, page.cursor)
        sizes.append(len(page.entries))
    assert sum(sizes) == 5
    assert sizes[-1] == 1
    assert max(sizes) == 2


def test_it_is_compressed_for_who_asks(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    opened(chain, 50)
    push(office, chain)
    cursor = ask_feed(office).cursor
    path = f"{FEED_PATH}?cursor={cursor}&install=i1"
    plain = office.get(path, **{"Accept-Encoding": "identity"})
    packed = requests.get(
        office.url + path, headers=office.headers("W01") | {"Accept-Encoding": "zstd"},
        stream=True, timeout=10,
    )  # fmt: skip
    assert packed.headers["Content-Encoding"] == "zstd"
    body = packed.raw.read(decode_content=False)
    assert len(body) < len(plain.content) / 3
    unpacked = zstandard.ZstdDecompressor().decompress(body)
    one, other = (msgspec.json.decode(text, type=FeedAnswer) for text in (unpacked, plain.content))
    assert one.entries == other.entries
    assert "Content-Encoding" not in plain.headers


def test_who_may_ask_and_what(office: Forked) -> None:
    url = office.url + FEED_PATH
    spoken = office.headers("W01")
    assert requests.get(url, params={"install": "i"}, timeout=5).json()["code"] == (
        "SYNC-NOT-ENROLLED"
    )
    hall = spoken | {"Authorization": f"Bearer {office.token}"}
    assert requests.get(url, params={"install": "i"}, headers=hall, timeout=5).status_code == 401
    wrong: list[dict[str, str]] = [
        {}, {"install": ""}, {"install": "x" * 129}, {"install": "a\nb"},
        {"install": "i", "wait": "-1"}, {"install": "i", "wait": "1.5"},
        {"install": "i", "wait": "99999"}, {"install": "i", "wait": "٣"},
    ]  # fmt: skip
    for asked in wrong:
        answer = requests.get(url, params=asked, headers=spoken, timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (400, "SYNC-BAD-REQUEST"), asked
    long = requests.get(
        url, params={"install": "i", "cursor": "9" * 5000}, headers=spoken, timeout=5
    )
    assert long.json()["reset"]


# -- waiting ---------------------------------------------------------------------------------------


def test_a_long_poll_hears_of_a_commit_at_once(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    opened(chain, 1)
    push(office, chain)
    cursor = beginning(office).cursor
    told: list[tuple[float, FeedAnswer]] = []

    def listen() -> None:
        answer = ask_feed(office, cursor, wait=20)
        told.append((time.monotonic(), answer))

    listener = threading.Thread(target=listen)
    listener.start()
    time.sleep(0.5)
    assert told == []
    opened(chain, 1, "later")
    begun = time.monotonic()
    push(office, chain, 2)
    listener.join(10)
    ((when, answer),) = told
    assert when - begun < 2
    assert [one.entry.subject for one in answer.entries] == ["case:later0"]


def test_what_is_not_for_it_does_not_end_its_wait(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    opened(chain, 1)
    push(office, chain)
    page = beginning(office)
    told: list[FeedAnswer] = []
    listener = threading.Thread(target=lambda: told.append(ask_feed(office, page.cursor, wait=2)))
    listener.start()
    time.sleep(0.5)
    chain.add(ClerkSignedIn(clerk="1001", window="W02"), "session")
    push(office, chain, 2)
    time.sleep(0.5)
    assert told == []
    listener.join(10)
    (answer,) = told
    assert answer.entries == ()
    assert answer.cursor.split(".")[1] == "2"


def test_a_stop_answers_those_who_wait(tmp_path: Path) -> None:
    served = Served(tmp_path / "data", free_port())
    cursor = ask_feed(served, ask_feed(served).cursor).cursor
    answers: list[FeedAnswer] = []
    listeners = [
        threading.Thread(target=lambda: answers.append(ask_feed(served, cursor, wait=25)))
        for _ in range(5)
    ]
    for one in listeners:
        one.start()
    time.sleep(0.7)
    begun = time.monotonic()
    assert served.stop() == 0
    assert time.monotonic() - begun < 3
    for one in listeners:
        one.join(10)
    assert len(answers) == 5


def test_a_listener_that_goes_away_is_no_trouble(office: Forked) -> None:
    cursor = ask_feed(office).cursor
    path = f"{FEED_PATH}?cursor={cursor}&install=i1&wait=20"
    for _ in range(20):
        with pytest.raises(requests.Timeout):
            requests.get(office.url + path, headers=office.headers("W01"), timeout=(2, 0.05))
    chain = SealedChain("W02", "i2")
    opened(chain, 1)
    push(office, chain)
    assert len(beginning(office).entries) == 1


# -- restored, killed ------------------------------------------------------------------------------


def copy_of(data: Path, to: Path) -> None:
    to.mkdir()
    for file in data.glob("backoffice.db*"):
        shutil.copy(file, to / file.name)


def test_a_restored_copy_is_noticed_also_after_it_went_on(tmp_path: Path, nursery: Nursery) -> None:
    data, chain = tmp_path / "data", SealedChain("W02", "i2")
    with nursery.served(data) as office:
        opened(chain, 3)
        push(office, chain)
        beginning(office)  # enrolled before the copy
        office.stop()
        copy_of(data, tmp_path / "copy")
        office.start()
        wait_until(office.answers)
        lost = SealedChain("W03", "i3")
        opened(lost, 3, "lost")
        push(office, lost)
        cursor = beginning(office).cursor
        assert cursor.split(".")[1] == "6"
        office.stop()
        for file in (tmp_path / "copy").iterdir():
            shutil.copy(file, data / file.name)
        for file in data.glob("backoffice.db-*"):
            if not (tmp_path / "copy" / file.name).exists():
                file.unlink()
        office.start()
        wait_until(office.answers)
        assert ask_feed(office, cursor).reset  # beyond the end
        new = SealedChain("W04", "i4")
        opened(new, 4, "new")
        push(office, new)
        assert ask_feed(office, cursor).reset  # another entry stands there now
        assert len(beginning(office).entries) == 7


def test_a_kill_changes_no_cursor(office: Forked) -> None:
    chain = SealedChain("W02", "i2")
    opened(chain, 5)
    push(office, chain)
    cursor = beginning(office).cursor
    for number in range(3):
        office._end(signal.SIGKILL)
        office.start()
        wait_until(office.answers)
        opened(chain, 1, f"again{number}-")
        push(office, chain, 6 + number)
        page = ask_feed(office, cursor)
        assert not page.reset
        assert [one.entry.subject for one in page.entries] == [f"case:again{number}-0"]
        cursor = page.cursor
