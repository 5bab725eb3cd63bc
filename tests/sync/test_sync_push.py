"""The back office's side of a push, over real HTTP against a real process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import requests
import zstandard
from msgspec.structs import replace

from app.domain.case_events import CaseAbandoned, CaseOpened
from app.domain.events import PaperKind, PaperQueued
from sync.wire import (
    LEASE_PATH,
    MAX_DECODED,
    MAX_EVENTS,
    MAX_LONE_EVENT,
    PROTOCOL_HEADER,
    PUSH_PATH,
    encode_batch,
)
from tests.sync.hall import SealedChain, number_of
from tests.sync.world import Forked, Nursery


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path_factory.mktemp("office") / "data") as server:
        yield server


@pytest.fixture
def chain(office: Forked, request: pytest.FixtureRequest) -> SealedChain:
    """A device of this test's own that holds serials."""
    return _leased(office, request.node.name[:40])


def _leased(office: Forked, device: str) -> SealedChain:
    from app.domain.events import CaseNumbersLeased

    answer = office.lease(request=f"lease-{device}", device=device, numbers=True)
    assert answer.status_code == 200, answer.text
    block = answer.json()["block"]
    chain = SealedChain(device)
    chain.add(CaseNumbersLeased(first=block["first"], last=block["last"]), "device")
    return chain


def first_serial(chain: SealedChain) -> int:
    return int(json.loads(chain.entries[0].body)["first"])


def code(answer: requests.Response) -> str:
    return str(answer.json()["code"])


def stored(office: Forked, chain: SealedChain) -> dict[str, object]:
    return next(row for row in office.chains() if row["device"] == chain.device)


def test_a_batch_is_decided_and_shown(office: Forked, chain: SealedChain) -> None:
    serial = first_serial(chain)
    chain.add_case("c-shown", serial)
    answer = office.push(chain.entries)
    assert answer.status_code == 200
    assert answer.json() == {"acknowledged": 6, "head": chain.head, "exceptions": []}
    shown = {row["id"]: row for row in office.cases()}["c-shown"]
    assert shown["number"] == number_of(serial)
    assert (shown["state"], shown["applicant"]) == ("accepted", "张**")
    assert stored(office, chain)["head"] == chain.head


def test_the_same_batch_again_changes_nothing(office: Forked, chain: SealedChain) -> None:
    chain.add_case("c-again", first_serial(chain))
    chain.add(CaseAbandoned(), "case:c-again")  # too late: refused
    first = office.push(chain.entries)
    before = office.cases()
    again = office.push(chain.entries)
    tail = office.push(chain.entries[3:])
    assert first.json()["exceptions"][0]["code"] == "DOM-04"
    assert again.json() == first.json() == tail.json()
    assert office.cases() == before


def test_a_gap_stores_nothing(office: Forked, chain: SealedChain) -> None:
    chain.add_case("c-gap", first_serial(chain))
    assert office.push(chain.entries[:2]).status_code == 200
    for hole in (chain.entries[3:], [chain.entries[2], chain.entries[4]]):
        answer = office.push(hole)
        assert (answer.status_code, code(answer)) == (409, "SYNC-GAP")
        assert (answer.json()["acknowledged"], answer.json()["head"]) == (2, chain.entries[1].hash)
    assert stored(office, chain)["acknowledged"] == 2
    assert office.push(chain.entries).status_code == 200


def test_a_fork_sets_the_chain_aside(office: Forked, chain: SealedChain) -> None:
    other = SealedChain(chain.device)
    other.entries = list(chain.entries)
    chain.add(CaseOpened(window="W01", ticket=""), "case:c-fork-1")
    other.add(CaseOpened(window="W01", ticket="x"), "case:c-fork-2")
    assert office.push(chain.entries).status_code == 200
    answer = office.push(other.entries)
    assert (answer.status_code, code(answer)) == (409, "SYNC-FORK")
    assert code(office.push(chain.entries)) == "SYNC-FORK"  # also the true one, until a person acts
    lease = office.lease(request="fork-lease", device=chain.device, numbers=True)
    assert (lease.status_code, code(lease)) == (409, "SYNC-FORK")
    assert "c-fork-2" not in {row["id"] for row in office.cases()}
    assert "SYNC-FORK" in office.get("/").text


def test_an_entry_that_does_not_follow_is_not_taken(office: Forked, chain: SealedChain) -> None:
    assert office.push(chain.entries).status_code == 200
    entry = chain.add(CaseOpened(window="W01", ticket=""), "case:c-chain")
    for bad in (
        replace(entry, body='{"ticket":"","window":"W99"}'),
        replace(entry, actor="someone else"),
        replace(entry, hash="0" * 64),
    ):
        answer = office.push([bad])
        assert (answer.status_code, code(answer)) == (409, "SYNC-CHAIN")
    assert office.push([entry]).status_code == 200


def test_a_poisonous_event_is_refused_and_the_chain_goes_on(
    office: Forked, chain: SealedChain
) -> None:
    serial = first_serial(chain)
    poison = [
        chain.add_raw(kind="CaseOpened", version=1, body=body, subject="case:p")
        for body in ("{", "[]", '{"window": 1}', "", '{"window":"\\ud800","ticket":""}', "[" * 5000)
    ]
    poison.append(
        chain.add_raw(
            kind="CaseNumbersLeased", version=1, subject="device",
            body='{"first":1,"last":99999999999999999999999}',
        )
    )  # fmt: skip
    strayed = chain.add(CaseOpened(window="W01", ticket=""), "ticket:t")
    chain.add_case("c-after-poison", serial)
    answer = office.push(chain.entries)
    assert answer.status_code == 200
    assert answer.json()["acknowledged"] == len(chain.entries)
    refused = {row["id"]: row["code"] for row in answer.json()["exceptions"]}
    assert set(refused) == {entry.id for entry in (*poison, strayed)}
    assert set(refused.values()) <= {"JRN-01", "SYNC-NUMBER-NOT-LEASED"}
    assert "c-after-poison" in {row["id"] for row in office.cases()}


def test_a_newer_event_and_its_case_are_parked(office: Forked, chain: SealedChain) -> None:
    chain.add_raw(kind="CaseBlessed", version=1, body="{}", subject="case:c-new")
    chain.add_raw(kind="CaseOpened", version=2, body="{}", subject="case:c-new2")
    chain.add(CaseOpened(window="W01", ticket=""), "case:c-new")
    chain.add(CaseOpened(window="W01", ticket=""), "case:c-old")
    answer = office.push(chain.entries).json()
    assert [(row["outcome"], row["seq"]) for row in answer["exceptions"]] == [
        ("parked", 2), ("parked", 3), ("parked", 4),
    ]  # fmt: skip
    known = {row["id"] for row in office.cases()}
    assert "c-old" in known
    assert "c-new" not in known


def test_an_illegal_event_blocks_only_its_own_case(office: Forked, chain: SealedChain) -> None:
    serial = first_serial(chain)
    chain.add_case("c-one", serial)
    chain.add(CaseOpened(window="W01", ticket=""), "case:c-one")
    chain.add(CaseAbandoned(), "case:c-never-opened")
    chain.add_case("c-two", serial + 1)
    answer = office.push(chain.entries).json()
    assert [(row["seq"], row["code"]) for row in answer["exceptions"]] == [
        (7, "DOM-04"), (8, "DOM-05"),
    ]  # fmt: skip
    assert {"c-one", "c-two"} <= {row["id"] for row in office.cases()}


def test_numbers_must_be_leased_and_free(office: Forked, chain: SealedChain) -> None:
    serial = first_serial(chain)
    chain.add_case("c-n1", serial)
    chain.add_case("c-n2", serial)  # used by the first
    chain.add_case("c-n3", serial + 500)  # nobody's
    answer = office.push(chain.entries).json()
    assert [row["code"] for row in answer["exceptions"]] == [
        "SYNC-NUMBER-USED", "SYNC-NUMBER-NOT-LEASED",
    ]  # fmt: skip
    stranger = SealedChain("stranger")
    stranger.add_case("c-n4", serial + 1)  # another device's serial
    assert office.push(stranger.entries).json()["exceptions"][0]["code"] == "SYNC-NUMBER-NOT-LEASED"


def test_an_id_has_one_meaning(office: Forked, chain: SealedChain) -> None:
    paper = PaperQueued(paper=PaperKind.RECEIPT, about="case:x", printer="p")
    mine = chain.add(paper, "job:j1")
    assert office.push(chain.entries).status_code == 200
    other = SealedChain(chain.device, "i2")
    other.add(paper, "job:j1", id=mine.id)  # re-chained after a restore: the same fact
    other.add(CaseOpened(window="W01", ticket=""), "case:c-id", id=mine.id)
    answer = office.push(other.entries).json()
    assert [(row["seq"], row["code"]) for row in answer["exceptions"]] == [(2, "SYNC-ID-REUSED")]
    assert "c-id" not in {row["id"] for row in office.cases()}


def test_bombs_and_oversize_are_refused(office: Forked, chain: SealedChain) -> None:
    zstd = zstandard.ZstdCompressor()
    line = msgspec.json.encode(chain.entries[0])
    padding = msgspec.json.encode("x" * MAX_DECODED)
    lone = line[:-1] + b',"padding":' + padding + b"}"
    cases = {
        "bomb": zstd.compress(b"\0" * 64 * 1024 * 1024),
        "bomb of lines": zstd.compress((line + b"\n") * 40_000),
        "too many": zstd.compress(b"\n".join([line] * (MAX_EVENTS + 1))),
        "two large": zstd.compress(lone + b"\n" + line),
        "lone but huge": zstd.compress(b'"' + b"x" * MAX_LONE_EVENT + b'"'),
    }
    for name, body in cases.items():
        answer = office.post(PUSH_PATH, body, **{"Content-Encoding": "zstd"})
        assert (name, answer.status_code, code(answer)) == (name, 413, "SYNC-TOO-LARGE")
    answer = office.post(
        PUSH_PATH, zstd.compress(lone + b"\n"), chain.device, **{"Content-Encoding": "zstd"}
    )
    assert answer.status_code == 200  # one event is always allowed alone


def test_what_is_not_a_batch_is_refused(office: Forked, chain: SealedChain) -> None:
    _, whole = encode_batch(chain.entries * 2)
    stranger = SealedChain("someone").add(CaseOpened(window="W01", ticket=""), "case:x")
    bodies = {
        "empty": b"",
        "not zstd": b"hello",
        "cut": whole[:-7],
        "two devices": encode_batch([*chain.entries, stranger])[1],
        "empty line": zstandard.ZstdCompressor().compress(b"\n\n"),
        "naive time": encode_batch([replace(stranger, at=stranger.at.replace(tzinfo=None))])[1],
        "seq": encode_batch([replace(stranger, seq=2**62)])[1],
        "control": encode_batch([replace(stranger, subject="case:\0")])[1],
    }
    for name, body in bodies.items():
        answer = office.post(PUSH_PATH, body, **{"Content-Encoding": "zstd"})
        assert (name, answer.status_code, code(answer)) == (name, 400, "SYNC-BAD-BATCH")


def test_who_may_speak(office: Forked, chain: SealedChain) -> None:
    def ask(path: str, **headers: str) -> tuple[int, str]:
        answer = office.post(path, b"{}", **headers)
        return answer.status_code, code(answer)

    for path in (PUSH_PATH, LEASE_PATH):
        assert ask(path, Authorization="Bearer wrong") == (401, "SYNC-NOT-ENROLLED")
        assert ask(path, Authorization="") == (401, "SYNC-NOT-ENROLLED")
        assert ask(path, **{PROTOCOL_HEADER: "0"}) == (426, "SYNC-TOO-OLD")
        assert ask(path, **{PROTOCOL_HEADER: "99"}) == (400, "SYNC-TOO-NEW")
        assert ask(path, **{PROTOCOL_HEADER: "abc"}) == (400, "SYNC-BAD-REQUEST")
        assert ask(path, Authorization=f"Bearer {office.token}") == (401, "SYNC-NOT-ENROLLED")
    assert requests.get(office.url + "/api/cases", timeout=5).status_code == 401
    theirs = encode_batch(chain.entries)[1]
    brought = office.post(PUSH_PATH, theirs, "somebody else", **{"Content-Encoding": "zstd"})
    assert (brought.status_code, code(brought)) == (403, "SYNC-OTHER-DEVICE")
    asked = json.dumps({"request": "x", "device": chain.device, "install": "i1"}).encode()
    leased = office.post(LEASE_PATH, asked, "somebody else")
    assert (leased.status_code, code(leased)) == (403, "SYNC-OTHER-DEVICE")
    assert ask(LEASE_PATH) == (400, "SYNC-BAD-REQUEST")
    assert ask(PUSH_PATH, **{"Content-Encoding": "br"}) == (400, "SYNC-BAD-REQUEST")
    assert office.get("/docs").status_code == 404
    assert stat_mode(office.data / "token") == 0o600
    assert stat_mode(office.data / "backoffice.db") == 0o600


def stat_mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_an_answer_does_not_wait_for_nagle(office: Forked) -> None:
    times = []
    with requests.Session() as session:
        for _ in range(10):
            session.get(office.url + "/health", timeout=5).raise_for_status()
            started = time.perf_counter()
            session.get(office.url + "/health", timeout=5).raise_for_status()
            times.append(time.perf_counter() - started)
    assert min(times) < 0.03  # Nagle against delayed acknowledgements makes every one 40 ms


def test_the_log_has_no_personal_data(office: Forked, chain: SealedChain) -> None:
    chain.add_case("c-log", first_serial(chain), name="李样例")
    assert office.push(chain.entries).status_code == 200
    log = (office.data.parent / "backoffice.log").read_text(encoding="utf-8")
    assert '"event": "push"' in log
    for secret in ("样例", "示例", "990100199001010014", office.token):
        assert secret not in log
