"""What windows ask about people: over real HTTP, and whatever answers in its place."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from msgspec.structs import replace

from app.domain.case import CaseState
from app.domain.errors import Blame
from app.domain.journal import Entry
from app.domain.person import check_credit_code
from app.ports import Access, Licence, PeopleRecords, WaitingCase
from sync import people, published, wire
from sync.client.people import RemotePeople
from sync.errors import RecordsUnavailable
from tests.sync.coming_back import FIRM, PERSON, noticed_case, people_of
from tests.sync.hall import SealedChain, number_of
from tests.sync.test_sync_lies import lying
from tests.sync.world import BadLine, Forked, Nursery, enrolled, free_port

HALL = Path(__file__).parents[2] / "resources" / "demo_hall"
NUMBER = number_of(1)


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data") as server:
        yield server


def licences_in(office: Forked, *licences: dict[str, Any]) -> None:
    text = json.dumps({"licences": licences}, ensure_ascii=False)
    (office.data / "licences.json").write_text(text, encoding="utf-8")


PROPERTY: dict[str, Any] = {
    "holder": PERSON, "code": "licence.property", "name": "不动产权证书", "number": "示例17号",
    "issuer": "示例局", "issued": "2019-06-18", "valid_to": None,
}  # fmt: skip


# -- the real one ----------------------------------------------------------------------------------


def test_licences_of_a_holder(office: Forked) -> None:
    known: PeopleRecords = people_of(office)
    assert known.licences(PERSON) == ()  # no file yet
    licences_in(office, PROPERTY, PROPERTY | {"holder": FIRM.lower(), "valid_to": "2029-06-11"})
    assert known.licences(f" {PERSON} ") == (
        Licence(
            code="licence.property", name="不动产权证书", number="示例17号", issuer="示例局",
            issued=date(2019, 6, 18),
        ),
    )  # fmt: skip
    (firm,) = known.licences(FIRM)
    assert firm.valid_to == date(2029, 6, 11)
    assert known.licences("379901197605060137") == ()
    assert known.licences("") == known.licences("\n") == known.licences("9" * 500) == ()
    assert known.waiting("") == ()
    assert known.history("") == known.history("\0") == ()
    licences_in(office, PROPERTY | {"number": "示例18号"})  # replaced while it runs
    (again,) = known.licences(PERSON)
    assert again.number == "示例18号"
    (office.data / "licences.json").unlink()
    assert known.licences(PERSON) == ()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"licences": [{"holder": "x"}]}', b"\xff", b"[" * 90_000]
)
def test_a_broken_licence_file_is_said_and_mended(office: Forked, content: bytes) -> None:
    (office.data / "licences.json").write_bytes(content)
    for _ in range(2):
        with pytest.raises(RecordsUnavailable):
            people_of(office).licences(PERSON)
    licences_in(office, PROPERTY)
    assert len(people_of(office).licences(PERSON)) == 1


def test_the_demo_halls_licences(office: Forked) -> None:
    data = json.loads((HALL / "licences.json").read_bytes())
    (office.data / "licences.json").write_bytes((HALL / "licences.json").read_bytes())
    invented = {
        (person["card"] or person["typed"])["number"]
        for person in json.loads((HALL / "people.json").read_bytes())["people"]
    }
    for firm in data["organisations"]:
        assert check_credit_code(firm["credit_code"]) == firm["credit_code"]
        assert "示例" in firm["name"]
        invented.add(firm["credit_code"])
    assert {one["holder"] for one in data["licences"]} <= invented
    assert {one["code"] for one in data["licences"]} == {
        "licence.resident-id", "licence.business", "licence.property", "licence.household",
        "licence.marriage", "licence.food", "licence.driving",
    }  # fmt: skip
    assert all("示例" in one["issuer"] for one in data["licences"])
    known = people_of(office)
    assert sum(len(known.licences(holder)) for holder in invented) == len(data["licences"])
    today = date(2026, 11, 23)
    ends = [one.valid_to for holder in invented for one in known.licences(holder)]
    assert any(end is not None and end < today for end in ends)  # one has run out


def test_who_may_ask(office: Forked) -> None:
    for path in (people.LICENCES_PATH, people.WAITING_PATH, people.HISTORY_PATH):
        for body in (b"", b"{}", b"[]", b'{"holder": 5, "number": 5}', b"[" * 4000, b"\xff"):
            answer = office.post(path, body)
            assert (answer.status_code, answer.json()["code"]) == (400, "SYNC-BAD-REQUEST"), body
        body = json.dumps({"holder": "9" * 200, "number": "9" * 200}).encode()
        assert office.post(path, body).status_code == 400
        assert office.post(path, b" " * (people.MAX_ASKED + 1)).status_code == 413
        good = json.dumps({"holder": PERSON, "number": NUMBER}).encode()
        assert office.post(path, good).status_code == 200
        assert office.post(path, good, Authorization="Bearer wrong").status_code == 401
        assert office.post(path, good, **{wire.PROTOCOL_HEADER: "0"}).status_code == 426
        assert office.get(path).status_code == 405  # never in an address
    assert requests.get(office.url + published.BARS.path, timeout=5).status_code == 401
    with pytest.raises(RecordsUnavailable) as caught:
        people_of(office, "wrong").waiting(PERSON)
    assert caught.value.details == {"cause": "SYNC-NOT-ENROLLED"}


def test_no_line_is_told_within_seconds() -> None:
    nobody = RemotePeople(Access(url=f"http://127.0.0.1:{free_port()}", token="t"))
    for ask in (nobody.licences, nobody.waiting, nobody.history):
        with pytest.raises(RecordsUnavailable) as caught:
            ask(PERSON)
        assert caught.value.details == {"cause": "SYNC-OFFLINE"}
        assert caught.value.blame is Blame.NETWORK
        assert caught.value.retryable


def test_an_answer_that_drips_is_given_up(office: Forked) -> None:
    licences_in(office, *[PROPERTY] * 150)
    line = BadLine(office.port)
    line.piece, line.pause = 100, 0.1  # 200 such pieces would take 20 s
    line.up()
    slow = RemotePeople(Access(url=line.url, token=enrolled(office, "W01")))
    started = time.monotonic()
    with pytest.raises(RecordsUnavailable):
        slow.licences(PERSON)
    assert time.monotonic() - started < 9
    line.down()


def test_an_answer_cut_short_is_none(office: Forked) -> None:
    licences_in(office, *[PROPERTY] * 50)
    line = BadLine(office.port)
    line.cut_answer_after = 700
    line.up()
    cut = RemotePeople(Access(url=line.url, token=enrolled(office, "W01")))
    with pytest.raises(RecordsUnavailable):
        cut.licences(PERSON)
    line.down()


# -- whatever answers in its place -----------------------------------------------------------------


def _history() -> list[Entry]:
    chain = SealedChain()
    for event in noticed_case("W01", NUMBER):
        chain.add(event, "case:k1")
    return chain.entries


_ENTRIES = _history()
_WAITING: dict[str, Any] = {
    "id": "k1", "number": NUMBER, "item_name": "示例事项", "state": "noticed", "window": "W01",
    "decided_at": "2026-11-20T01:00:00Z",
}  # fmt: skip
_LICENCE = {name: value for name, value in PROPERTY.items() if name != "holder"}

ANSWERS: dict[str, bytes] = {
    "empty": b"",
    "page": b"<html>",
    "list": b"[]",
    "object": b"{}",
    "deep": b'{"x":' + b"[" * 90_000,
    "not text": b"\xff\xfe",
    "types": b'{"licences": 5, "cases": 5, "entries": 5}',
}


def _lied(ask: Callable[[RemotePeople], object], status: int, answer: bytes) -> str:
    with (
        lying(lambda _path, _body: (status, answer)) as url,
        pytest.raises(RecordsUnavailable) as caught,
    ):
        ask(RemotePeople(Access(url=url, token="t")))
    return str(caught.value.details["cause"])


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_answer_is_believed_unread(answer: str) -> None:
    asks: tuple[Callable[[RemotePeople], object], ...] = (
        lambda known: known.licences(PERSON),
        lambda known: known.waiting(PERSON),
        lambda known: known.history(NUMBER),
    )
    for ask in asks:
        assert _lied(ask, 200, ANSWERS[answer]) == "SYNC-BAD-ANSWER"


@pytest.mark.parametrize(
    ("status", "answer", "cause"),
    [
        (302, b"", "SYNC-BAD-ANSWER"),
        (404, b"{}", "SYNC-BAD-ANSWER"),
        (204, b"", "SYNC-BAD-ANSWER"),
        (401, b"who?", "SYNC-NOT-ENROLLED"),
        (426, b"update", "SYNC-TOO-OLD"),
        (429, b"", "SYNC-SERVER"),
        (500, b"oops", "SYNC-SERVER"),
        (400, b'{"code":"SYNC-TOO-NEW"}', "SYNC-TOO-NEW"),
        (400, b'{"code":"DROP TABLE"}', "SYNC-BAD-ANSWER"),
    ],
)
def test_a_refusal_has_its_cause(status: int, answer: bytes, cause: str) -> None:
    assert _lied(lambda known: known.licences(PERSON), status, answer) == cause


LICENCE_LIES: dict[str, dict[str, object]] = {
    "control": {"name": "\x1b[2J"},
    "empty": {"number": ""},
    "long": {"issuer": "x" * 201},
    "date": {"issued": "2019-02-30"},
    "backwards": {"issued": "2019-06-18", "valid_to": "2018-01-01"},
}


@pytest.mark.parametrize("lie", LICENCE_LIES)
def test_no_licence_is_believed_unchecked(lie: str) -> None:
    answer = json.dumps({"licences": [_LICENCE | LICENCE_LIES[lie]]}).encode()
    assert _lied(lambda known: known.licences(PERSON), 200, answer) == "SYNC-BAD-ANSWER"


def test_no_endless_answer_is_held() -> None:
    many = json.dumps({"licences": [_LICENCE] * (people.MAX_LICENCES + 1)}).encode()
    assert _lied(lambda known: known.licences(PERSON), 200, many) == "SYNC-BAD-ANSWER"
    cases = json.dumps({"cases": [_WAITING] * (people.MAX_WAITING + 1)}).encode()
    assert _lied(lambda known: known.waiting(PERSON), 200, cases) == "SYNC-BAD-ANSWER"
    huge = b" " * (wire.MAX_ANSWER + 1)
    assert _lied(lambda known: known.waiting(PERSON), 200, huge) == "SYNC-BAD-ANSWER"
    entries = msgspec.json.encode({"entries": _ENTRIES * 400})
    assert _lied(lambda known: known.history(NUMBER), 200, entries) == "SYNC-BAD-ANSWER"


WAITING_LIES: dict[str, dict[str, object]] = {
    "decided": {"state": "accepted"},
    "unknown state": {"state": "eaten"},
    "no number": {"number": ""},
    "control": {"item_name": "a\nb"},
    "long": {"window": "x" * 129},
    "naive": {"decided_at": "2026-11-20T01:00:00"},
}


@pytest.mark.parametrize("lie", WAITING_LIES)
def test_no_waiting_case_is_believed_unchecked(lie: str) -> None:
    answer = json.dumps({"cases": [_WAITING | WAITING_LIES[lie]]}).encode()
    assert _lied(lambda known: known.waiting(PERSON), 200, answer) == "SYNC-BAD-ANSWER"


def test_a_good_waiting_case_is_told() -> None:
    answer = json.dumps({"cases": [_WAITING | {"later": "field"}]}).encode()
    with lying(lambda _path, _body: (200, answer)) as url:
        (case,) = RemotePeople(Access(url=url, token="t")).waiting(PERSON)
    assert case == WaitingCase(
        id="k1", number=NUMBER, item_name="示例事项", state=CaseState.NOTICED, window="W01",
        decided_at=datetime(2026, 11, 20, 1, tzinfo=UTC),
    )  # fmt: skip


_Alter = Callable[[list[Entry]], list[Entry]]

HISTORY_LIES: dict[str, tuple[_Alter, str]] = {
    "altered body": (lambda h: [*h[:-1], replace(h[-1], body=h[-1].body + " ")], "JRN-01"),
    "two cases": (lambda h: [*h, replace(h[0], subject="case:k2")], "SYNC-BAD-ANSWER"),
    "two bundles": (
        lambda h: [*h, replace(h[0], subject="bundle:1"), replace(h[0], subject="bundle:2")],
        "SYNC-BAD-ANSWER",
    ),
    "a ticket": (lambda h: [*h, replace(h[0], subject="ticket:t1")], "SYNC-BAD-ANSWER"),
    "a bundle alone": (lambda h: [replace(h[0], subject="bundle:1")], "SYNC-BAD-ANSWER"),
    "no number": (lambda h: h[:-1], "SYNC-BAD-ANSWER"),
    "naive": (
        lambda h: [replace(h[0], at=h[0].at.replace(tzinfo=None)), *h[1:]],
        "SYNC-BAD-ANSWER",
    ),
    "no time": (lambda h: [replace(h[0], hlc="zzzz"), *h[1:]], "SYNC-BAD-ANSWER"),
    "spent time": (
        lambda h: [replace(h[0], hlc="ffffffffffff-ffffff"), *h[1:]],
        "SYNC-BAD-ANSWER",
    ),
    "place": (lambda h: [replace(h[0], seq=0), *h[1:]], "SYNC-BAD-ANSWER"),
    "control": (lambda h: [replace(h[0], actor="\x1b"), *h[1:]], "SYNC-BAD-ANSWER"),
}  # fmt: skip


@pytest.mark.parametrize("lie", HISTORY_LIES)
def test_no_history_is_believed_unchecked(lie: str) -> None:
    alter, cause = HISTORY_LIES[lie]
    answer = msgspec.json.encode({"entries": alter(_ENTRIES)})
    assert _lied(lambda known: known.history(NUMBER), 200, answer) == cause


def test_another_cases_history_is_not_believed() -> None:
    answer = msgspec.json.encode({"entries": _ENTRIES})
    assert _lied(lambda known: known.history(number_of(2)), 200, answer) == "SYNC-BAD-ANSWER"
    with lying(lambda _path, _body: (200, answer)) as url:
        assert RemotePeople(Access(url=url, token="t")).history(NUMBER) == tuple(_ENTRIES)


def test_a_fact_of_tomorrow_is_left_to_the_store() -> None:
    """A newer back office may know kinds that this window does not: the whole is refused there."""
    strange = SealedChain()
    for event in noticed_case("W01", NUMBER):
        strange.add(event, "case:k1")
    strange.add_raw(kind="CaseBlessed", version=1, body="{}", subject="case:k1")
    answer = msgspec.json.encode({"entries": strange.entries})
    with lying(lambda _path, _body: (200, answer)) as url:
        found = RemotePeople(Access(url=url, token="t")).history(NUMBER)
    assert found[-1].kind == "CaseBlessed"


def test_an_endless_history_is_not_sent(office: Forked) -> None:
    block = office.lease(request="h", device="W01", numbers=True).json()["block"]
    chain = SealedChain()
    from app.domain.case_events import DemandKind, DemandRefused
    from app.domain.events import CaseNumbersLeased

    chain.add(CaseNumbersLeased(first=block["first"], last=block["last"]), "device")
    for event in noticed_case("W01", number_of(block["first"])):
        chain.add(event, "case:k1")
    refused = DemandRefused(kind=DemandKind.TOLD_AGAIN, materials=("M9",))
    for _ in range(people.MAX_HISTORY):
        chain.add(refused, "case:k1")
    for start in range(0, len(chain.entries), 500):
        assert office.push(chain.entries[start : start + 500]).json()["exceptions"] == []
    with pytest.raises(RecordsUnavailable):
        people_of(office).history(number_of(block["first"]))
