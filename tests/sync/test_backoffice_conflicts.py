"""Whoever comes second hears no, and both are told what happened: once for each case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.case_events import CaseOpened, ConflictRecorded, MaterialReceived
from app.domain.journal import decode_event
from sync.backoffice import intake
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database
from sync.wire import PushAnswer
from tests.sync.hall import HALL, START, SealedChain, accepted_case

NUMBERS = NumberPattern(HALL)


@pytest.fixture
def database(new_database: Callable[[], Path | str]) -> Iterator[Database]:
    opened = Database.open(new_database(), START)
    yield opened
    opened.close()


def push(database: Database, chain: SealedChain, first: int = 0) -> PushAnswer:
    with database.write() as connection:
        answer = intake.receive(connection, chain.entries[first:], START, NUMBERS)
    assert isinstance(answer, PushAnswer)
    return answer


def recorded(database: Database) -> list[tuple[str, ConflictRecorded]]:
    with database.read() as reader:
        rows = reader.execute(
            "SELECT subject, kind, version, body FROM entries WHERE kind = 'ConflictRecorded'"
            " AND outcome = 'applied' ORDER BY arrival"
        ).fetchall()
    events = [(row[0], decode_event(*row[1:])) for row in rows]
    return [(subject, one) for subject, one in events if isinstance(one, ConflictRecorded)]


def open_case(device: str, *cases: str) -> SealedChain:
    chain = SealedChain(device)
    for case in cases:
        chain.add(CaseOpened(window=device, ticket=""), f"case:{case}")
    return chain


def test_two_windows_in_one_case_are_told_of_each_other(database: Database) -> None:
    holder, second = open_case("W03", "c1", "c2"), open_case("W07", "c1")
    for event in accepted_case(9, "W07")[1:4]:
        second.add(event, "case:c1")
    second.add(MaterialReceived(material="M2", originals=1, copies=0), "case:c1")
    second.add(CaseOpened(window="W07", ticket=""), "case:c7")
    assert push(database, holder).exceptions == ()
    answer = push(database, second)
    assert [one.code for one in answer.exceptions] == ["SYNC-CASE-ELSEWHERE"] * 5
    kinds = ("CaseOpened", "ApplicantIdentified", "ItemChosen", "MaterialReceived")
    conflict = ConflictRecorded(window="W07", kinds=kinds, code="SYNC-CASE-ELSEWHERE")
    assert recorded(database) == [("case:c1", conflict)]
    # An answer that got lost is asked for again: it is still one conflict.
    assert push(database, second).exceptions == answer.exceptions
    assert len(recorded(database)) == 1


def test_each_case_and_window_has_its_own_record(database: Database) -> None:
    push(database, open_case("W03", "c1", "c2"))
    push(database, open_case("W07", "c1", "c2"))
    push(database, open_case("W08", "c1"))
    assert [(subject, one.window) for subject, one in recorded(database)] == [
        ("case:c1", "W07"), ("case:c2", "W07"), ("case:c1", "W08"),
    ]  # fmt: skip


def test_other_refusals_are_no_conflicts_and_the_case_is_the_holders(database: Database) -> None:
    holder = SealedChain("W03")
    holder.add_case("c1", 1)  # a number that was never leased is refused, and nobody else's matter
    assert push(database, holder).exceptions
    assert recorded(database) == []
    push(database, open_case("W07", "c1"))
    holder.add(MaterialReceived(material="M2", originals=1, copies=0), "case:c1")
    assert push(database, holder, 5).exceptions == ()
    with database.read() as reader:
        assert reader.execute("SELECT window FROM cases").fetchall() == [("W03",)]


def test_a_conflict_that_waited_for_an_upgrade_is_told_then(database: Database) -> None:
    push(database, open_case("W03", "c1"))
    push(database, open_case("W07", "c1"))
    with database.write() as connection:
        connection.execute("DELETE FROM entries WHERE kind = 'ConflictRecorded'")
        connection.execute(
            "UPDATE entries SET outcome = 'parked', code = 'SYNC-PARKED', detail = ''"
            " WHERE outcome = 'refused'"
        )
    with database.write() as connection:
        left = intake.take_up_parked(connection, START + timedelta(days=1), NUMBERS)
    assert left == 0
    assert [(subject, one.window) for subject, one in recorded(database)] == [("case:c1", "W07")]
