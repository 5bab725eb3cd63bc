"""A bundle's number and its items' states, and data of an older back office."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from app.domain.case_events import (
    ApplicantIdentified,
    CaseAccepted,
    CaseOpened,
    CaseResumed,
    ItemChosen,
    MaterialReceived,
    NoticeIssued,
)
from app.domain.event import Event
from app.domain.events import BundleChosen, BundleDecided, CaseBundled, CaseNumbersLeased
from app.domain.person import Applicant, DocumentKind, Person, ValueSource
from sync.backoffice.database import steps
from tests.sync.coming_back import FIRM, PERSON, accepted, noticed_case, people_of, wanting
from tests.sync.hall import HALL, SealedChain, accepted_case, number_of
from tests.sync.world import Forked, Nursery


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data") as server:
        yield server


def leased(office: Forked, device: str = "W01") -> tuple[SealedChain, int]:
    """A chain that holds serials, and the first of them."""
    block = office.lease(request=f"b-{device}", device=device, numbers=True).json()["block"]
    chain = SealedChain(device)
    chain.add(CaseNumbersLeased(first=block["first"], last=block["last"]), "device")
    return chain, block["first"]


def bundle_number(serial: int) -> str:
    return HALL.bundle_number.format(region=HALL.region, date="20261120", serial=serial)


def chosen(*cases: str) -> BundleChosen:
    return BundleChosen(
        code="YJS-1", name="开办餐饮店一件事", version=1, list_hash="0" * 64, cases=cases
    )


def member(chain: SealedChain, case_id: str, bundle: str, item: str) -> None:
    person = Person(name="张示例", number=PERSON)
    applicant = Applicant(document=DocumentKind.RESIDENT, person=person, source=ValueSource.CARD)
    events: list[Event] = [
        CaseOpened(window=chain.device, ticket=""), ApplicantIdentified(applicant=applicant),
        ItemChosen(item=item, name=item, department="示例局", version=1, list_hash="0" * 64),
        CaseBundled(bundle=bundle),
    ]  # fmt: skip
    for event in events:
        chain.add(event, f"case:{case_id}")


def codes(office: Forked, chain: SealedChain) -> list[str]:
    answer = office.push(chain.entries)
    assert answer.status_code == 200, answer.text
    return [row["code"] for row in answer.json()["exceptions"]]


def decided_bundle(office: Forked) -> tuple[SealedChain, int]:
    """Two items, one accepted, one noticed."""
    chain, first = leased(office)
    chain.add(chosen("k1", "k2"), "bundle:b1")
    member(chain, "k1", "b1", "食品经营许可")
    member(chain, "k2", "b1", "门头招牌<设置>")
    chain.add(CaseAccepted(number=number_of(first), check="AAA222", promise_due=_due()), "case:k1")
    notice = NoticeIssued(number=number_of(first + 1), check="BBB222", lines=(wanting("M2"),))
    chain.add(notice, "case:k2")
    chain.add(BundleDecided(number=bundle_number(first + 2), check="CCC222"), "bundle:b1")
    assert codes(office, chain) == []
    return chain, first


def _due() -> date:
    return accepted("x").promise_due


def test_a_bundles_number_tells_of_each_item(office: Forked) -> None:
    chain, first = decided_bundle(office)
    number = bundle_number(first + 2)
    asked = office.get(f"/progress/{number}?check=ccc222")
    assert asked.status_code == 200
    words = re.sub(r"<[^>]*>", " ", asked.text)
    for shown in ("食品经营许可", "已受理", "门头招牌&lt;设置&gt;", "已告知补正", "2026年11月20日"):
        assert shown in words, shown
    assert asked.text.index("食品经营许可") < asked.text.index("门头招牌")  # as in the bundle
    for hidden in (number, PERSON, "张", "CCC222", "AAA222", number_of(first)):
        assert hidden not in asked.text, hidden
    wrong = office.get(f"/progress/{number}?check=AAA222")  # an item's check is not the bundle's
    nobody = office.get("/progress/1?check=CCC222")
    assert (wrong.status_code, wrong.text) == (404, nobody.text)
    chain.add(CaseResumed(window="W01", ticket=""), "case:k2")
    chain.add(MaterialReceived(material="M2", originals=1, copies=0), "case:k2")
    assert codes(office, chain) == []
    assert "补正办理中" in office.get(f"/progress/{number}?check=CCC222").text


def test_history_carries_the_bundle_and_not_its_other_cases(office: Forked) -> None:
    _, first = decided_bundle(office)
    entries = people_of(office).history(number_of(first + 1))
    assert {entry.subject for entry in entries} == {"case:k2", "bundle:b1"}
    assert [entry.kind for entry in entries if entry.subject == "bundle:b1"] == [
        "BundleChosen", "BundleDecided",
    ]  # fmt: skip
    assert [entry.seq for entry in entries] == sorted(entry.seq for entry in entries)


def test_a_bundles_number_is_leased_and_nobody_elses(office: Forked) -> None:
    chain, first = leased(office)
    for case_id, place in (("k1", 0), ("k2", 1)):
        for event in accepted_case(first + place):
            chain.add(event, f"case:{case_id}")
    chain.add(chosen("k1", "k2"), "bundle:b1")
    chain.add(BundleDecided(number=bundle_number(first + 500), check="CCC222"), "bundle:b1")
    chain.add(BundleDecided(number=number_of(first), check="CCC222"), "bundle:b1")  # a case's
    chain.add(BundleDecided(number=bundle_number(first + 2), check="CCC222"), "bundle:b1")
    chain.add(chosen("k3", "k4"), "bundle:b2")
    chain.add(BundleDecided(number=bundle_number(first + 2), check="DDD222"), "bundle:b2")
    assert codes(office, chain) == [
        "SYNC-NUMBER-NOT-LEASED", "SYNC-NUMBER-NOT-LEASED", "SYNC-NUMBER-USED",
    ]  # fmt: skip
    stranger, _ = leased(office, "W02")
    stranger.add(BundleDecided(number=bundle_number(first + 3), check="EEE222"), "bundle:b2")
    stranger.add(chosen("k5", "k6"), "bundle:b2")
    stranger.add(BundleDecided(number=bundle_number(first + 3), check="EEE222"), "bundle:b9")
    assert codes(office, stranger) == ["SYNC-CASE-ELSEWHERE", "DOM-15", "DOM-05"]


def test_what_is_no_bundle_is_refused(office: Forked) -> None:
    chain, first = leased(office)
    chain.add(chosen("k1"), "bundle:b1")
    chain.add(chosen("k1", "k1"), "bundle:b1")
    chain.add(chosen(*(f"k{n}" for n in range(51))), "bundle:b1")
    chain.add(chosen("k1", "\0"), "bundle:b1")
    chain.add(CaseOpened(window="W01", ticket=""), "bundle:b1")
    chain.add(chosen("k1", "k2"), "case:b1")
    chain.add(CaseResumed(window="W01", ticket=""), "bundle:b1")
    chain.add(chosen("k1", "k2"), "bundle:b1")
    chain.add(BundleDecided(number=bundle_number(first), check="CCC222"), "bundle:b1")
    chain.add(BundleDecided(number=bundle_number(first), check="CCC222"), "bundle:b1")
    assert codes(office, chain) == ["JRN-01"] * 7 + ["DOM-15"]


def test_a_bundle_shows_only_cases_that_are_its_own(office: Forked) -> None:
    """Another window's case does not appear because a bundle claims it."""
    victim, first = leased(office)
    for event in accepted_case(first):
        victim.add(event, "case:victim")
    assert codes(office, victim) == []
    chain, own = leased(office, "W02")
    chain.add(chosen("victim", "k2"), "bundle:b1")
    member(chain, "k2", "b1", "门头招牌设置")
    chain.add(BundleDecided(number=bundle_number(own), check="CCC222"), "bundle:b1")
    assert codes(office, chain) == []
    text = office.get(f"/progress/{bundle_number(own)}?check=CCC222").text
    assert "门头招牌设置" in text
    assert "示例事项" not in text


def test_a_case_number_and_a_bundle_number_never_meet(tmp_path: Path) -> None:
    """Also where a hall gives both one pattern."""
    from dataclasses import replace

    from sync.backoffice import intake, line
    from sync.backoffice.cases import NumberPattern
    from sync.backoffice.database import Database
    from sync.wire import LeaseRequest
    from tests.sync.hall import START

    hall = replace(HALL, bundle_number=HALL.case_number)
    database = Database.open(tmp_path / "backoffice.db", START)
    chain = SealedChain()
    with database.write() as connection:
        asked = LeaseRequest(request="r", device="W01", install="i1", numbers=True)
        line.lease(connection, HALL, asked, START, 10)
        chain.add(chosen("k1", "k2"), "bundle:b1")
        chain.add(BundleDecided(number=number_of(3), check="CCC222"), "bundle:b1")
        chain.add_case("k3", 3)
        chain.add_case("k4", 4)
        chain.add(chosen("k1", "k2"), "bundle:b2")
        chain.add(BundleDecided(number=number_of(4), check="CCC222"), "bundle:b2")
        answer = intake.receive(connection, chain.entries, START, NumberPattern(hall))
    database.close()
    assert [row.code for row in answer.exceptions] == ["SYNC-NUMBER-USED"] * 2  # type: ignore[union-attr]


def test_cases_of_an_older_back_office_are_found_by_their_people(
    tmp_path: Path, nursery: Nursery
) -> None:
    data = tmp_path / "data"
    with nursery.served(data) as office:
        chain, first = leased(office)
        for event in noticed_case("W01", number_of(first), firm=FIRM):
            chain.add(event, "case:k1")
        assert codes(office, chain) == []
        (before,) = people_of(office).waiting(PERSON)
    _make_old(data / "backoffice.db")
    with nursery.served(data) as office:
        people = people_of(office)
        assert people.waiting(PERSON) == people.waiting(FIRM) == (before,)
    assert list((data / "backups").glob("*-before-0002.db"))


def _make_old(path: Path) -> None:
    """The file as the first version would have left it."""
    newer = path.with_suffix(".newer")
    path.rename(newer)
    with closing(sqlite3.connect(path)) as raw, raw:
        (_, first), *_ = steps()
        raw.executescript(first)
        raw.execute("ATTACH ? AS newer", (str(newer),))
        for table in ("chains", "entries", "cases", "number_blocks", "lease_answers", "tickets"):
            columns = ",".join(row[1] for row in raw.execute(f"PRAGMA table_info({table})"))
            raw.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM newer.{table}")
        raw.execute("PRAGMA user_version = 1")


def test_no_look_up_reads_whole_tables(tmp_path: Path) -> None:
    """Anybody may ask for progress, and every window asks for every person it serves."""
    from sync.backoffice import cases, demands, progress, records
    from sync.backoffice.sqlite import SqliteDatabase, SqliteTransaction
    from tests.sync.hall import START

    plans: list[str] = []

    class Explained(SqliteTransaction):
        def execute(self, sql: str, parameters: Sequence[str | int | None] = ()) -> sqlite3.Cursor:
            plan = super().execute("EXPLAIN QUERY PLAN " + sql, parameters)
            plans.extend(f"{row[3]} in {sql}" for row in plan)
            return super().execute(sql, parameters)

    database = SqliteDatabase.opened(tmp_path / "backoffice.db", START)
    with database.write() as connection:
        assert isinstance(connection, SqliteTransaction)
        now = START.isoformat()
        connection.execute(
            "INSERT INTO bundles VALUES ('b1', 'YJS1', 'ABC234', '一件事', '[]', 'W01', ?)", (now,)
        )
        connection.execute(
            "INSERT INTO cases (id, number, state, item, item_name, department, window, applicant,"
            " opened_at, updated_at, received_at, changed, person)"
            " VALUES ('k1', '1', 'open', '', '', '', '', '', ?1, ?1, ?1, 1, '')",
            (now,),
        )
        explained = Explained(connection._driver)
        assert progress.find_progress(explained, "YJS1") is not None
        assert progress.find_progress(explained, "nobody's") is None
        records.waiting(explained, PERSON)
        records.history(explained, "1")
        cases.fill_in(explained)
        demands.demands(explained, HALL, START)
    database.close()
    assert len(plans) > 8
    scans = [plan for plan in plans if plan.startswith("SCAN") and "USING INDEX" not in plan]
    assert scans == []


def test_every_kind_of_event_has_its_place() -> None:
    """A new kind of fact is not forgotten here: it would be kept without effect."""
    from app.domain.events import KINDS
    from sync.backoffice import deciding

    without_effect = {
        "ClerkSignedIn", "ClerkSignedOut", "PaperQueued", "PaperSent", "PaperPrinted",
        "PaperFailed", "PaperDoubted", "PaperAnswered", "PaperRequeued",
            "PaperTaken", "PaperCancelled",
    }  # fmt: skip
    assert set(deciding.ABOUT) == set(KINDS) - without_effect
