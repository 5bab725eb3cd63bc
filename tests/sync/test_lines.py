"""A department's own system gets each case once and its answers count once, whatever goes wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.case import CaseState
from app.domain.case_events import CaseResumed, CaseSupplemented
from sync.backoffice.departments.staff import Staff
from sync.backoffice.lines import answers
from sync.backoffice.lines.standing import LONGEST_PAUSE
from sync.backoffice.office import Office
from sync.line_example.moods import Moods
from tests.sync.exchange_world import Make
from tests.sync.line_world import LineHall, line_hall

CALM = Moods(faults=0.0, late=20.0)


@pytest.fixture
def hall(new_database: Make, tmp_path: Path) -> Iterator[LineHall]:
    with line_hall(tmp_path / "data", new_database(), CALM) as there:
        yield there


def answer_of(hall: LineHall, case_id: str, **changed: object) -> dict[str, Any]:
    """A good answer to the case's first round, with some fields changed."""
    told = hall.told()[f"{case_id}:1"]
    base: dict[str, Any] = {
        "key": told["key"], "ticket": told["ticket"], "number": told["number"],
        "department": hall.case(case_id).department, "verdict": "granted", "opinion": "同意",
        "basis": "", "result": {"name": "示例许可证", "number": "1"}, "wanted": [],
    }  # fmt: skip
    return base | changed


def take(hall: LineHall, answer: object) -> str:
    (line,) = hall.staff.plan()[0].lines
    raw = json.dumps(answer, ensure_ascii=False).encode()
    with hall.staff.office.database.write() as writer:
        return answers.take(writer, hall.staff.desk, line, raw, hall.now)


def sent_case(hall: LineHall, serial: int = 1) -> str:
    """A case that the line has, and has not answered."""
    case_id = hall.window.accept(serial)
    if hall.line is None:
        hall.open_line()
    hall.step()
    assert hall.jobs("sent")
    return case_id


def bring_what_was_asked(hall: LineHall, case_id: str) -> None:
    """The applicant comes to the hall with it."""
    hall.window.now = hall.now
    hall.window.record(case_id, CaseResumed(window="W01", ticket=""))
    hall.window.record(case_id, CaseSupplemented())


def test_each_case_is_told_once_and_its_answer_counts_once(hall: LineHall) -> None:
    hall.open_line()
    ids = [hall.window.accept(serial) for serial in range(1, 9)]
    hall.step()
    assert {one["times"] for one in hall.told().values()} == {1}
    for _ in range(20):
        hall.step(seconds=3)
        for case_id in ids:
            if hall.case(case_id).state is CaseState.SUPPLEMENT:
                bring_what_was_asked(hall, case_id)
    hall.until_quiet()
    assert hall.parked() == []
    for case_id in ids:
        case, kinds = hall.case(case_id), Counter(hall.kinds(case_id))
        assert case.state is CaseState.FINISHED
        assert (kinds["CaseDispatched"], kinds["CaseReviewed"], kinds["CaseFinished"]) == (1, 1, 1)
        rounds = 1 + kinds["SupplementAsked"]
        last = hall.told()[f"{case_id}:{rounds}"]
        assert case.result is not None
        assert case.result.number == last["answer"]["result"]["number"]
        assert case.review is not None
        assert case.review.granted is (last["answer"]["verdict"] == "granted")


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_worst_department_spoils_no_case(new_database: Make, tmp_path: Path, seed: int) -> None:
    """Late, twice, about others, in unknown words, contradicting itself, before the case was
    accepted, 503, cut off, no JSON: each case gets its right answer once, the rest is kept."""
    moods = Moods(seed=seed, faults=0.6, late=60.0)
    with line_hall(tmp_path / "data", new_database(), moods) as hall:
        hall.open_line()
        ids = [hall.window.accept(serial) for serial in range(1, 7)]
        for _ in range(30):
            hall.step(seconds=20)
            for case_id in ids:
                if hall.case(case_id).state is CaseState.SUPPLEMENT:
                    bring_what_was_asked(hall, case_id)
        hall.until_quiet(seconds=30)
        for case_id in ids:
            case, kinds = hall.case(case_id), Counter(hall.kinds(case_id))
            assert case.state is CaseState.FINISHED
            assert (kinds["CaseReviewed"], kinds["CaseFinished"]) == (1, 1)
            rounds = 1 + kinds["SupplementAsked"]
            right = hall.told()[f"{case_id}:{rounds}"]["answer"]
            assert case.result is not None
            assert case.result.number == right["result"]["number"]
        assert set(hall.parked()) <= {"LINE-03", "LINE-04", "LINE-05", "LINE-06", "LINE-08"}
        assert hall.parked() != []


def test_wrong_answers_wait_with_their_reason_and_change_nothing(hall: LineHall) -> None:
    case_id = sent_case(hall)
    before = hall.kinds(case_id)
    wrong: dict[str, list[object]] = {
        "LINE-03": ["什么", 7, None, {}, answer_of(hall, case_id, verdict="pending")],
        "LINE-04": [
            answer_of(hall, case_id, key="nobody's:1"), answer_of(hall, case_id, number="X1"),
            answer_of(hall, case_id, ticket="SL0"), answer_of(hall, case_id, key=f"{case_id}:2"),
        ],
        "LINE-05": [answer_of(hall, case_id, department="别的局")],
        "LINE-08": [answer_of(hall, case_id, result=None)],
        "DOM-": [answer_of(hall, case_id, opinion=" ")],
        "DEP-08": [answer_of(hall, case_id, verdict="refused")],
        "DEP-04": [answer_of(hall, case_id, verdict="supplement")],
    }  # fmt: skip
    count = 0
    for code, some in wrong.items():
        for one in some:
            assert take(hall, one) == "parked", one
            count += 1
            assert any(reason.startswith(code) for reason in hall.parked()), (code, hall.parked())
    assert len(hall.parked()) == count
    assert hall.kinds(case_id) == before
    assert take(hall, wrong["LINE-05"][0]) == "repeated"
    assert len(hall.parked()) == count
    # The right one is still taken; what says otherwise later is not, the same once more is known.
    right = answer_of(hall, case_id)
    assert take(hall, right) == "applied"
    assert take(hall, dict(reversed(right.items())) | {"sent_at": 1}) == "repeated"
    assert take(hall, answer_of(hall, case_id, verdict="refused", basis="第八条")) == "parked"
    assert "LINE-06" in hall.parked()
    assert hall.kinds(case_id)[len(before) :] == ["CaseReviewed", "CaseFinished"]


def test_an_answer_before_the_case_was_sent_is_not_believed(hall: LineHall) -> None:
    case_id = sent_case(hall)
    early = answer_of(hall, case_id)
    hall.shut_line()
    later = hall.window.accept(2)
    hall.step(seconds=0)  # dispatched, and the line is down
    hall.open_line()
    number = hall.case(later).number
    assert hall.jobs("waiting")[0][2] == 1  # it was tried: perhaps the line has it
    hall.rows("SELECT 1 FROM line_jobs")
    with hall.staff.office.database.write() as writer:
        writer.execute("UPDATE line_jobs SET tries = 0 WHERE key = ?", (f"{later}:1",))
    assert take(hall, early | {"key": f"{later}:1", "number": number}) == "parked"
    assert hall.parked() == ["LINE-04"]


def test_what_a_supervisor_took_away_is_not_decided_by_the_line(hall: LineHall) -> None:
    case_id = sent_case(hall)
    with hall.staff.office.database.write() as writer:
        writer.execute("UPDATE line_jobs SET state = 'ended'")
    assert take(hall, answer_of(hall, case_id)) == "parked"
    assert hall.parked() == ["LINE-07"]


def test_a_parked_answer_is_dismissed_or_taken_by_a_person(hall: LineHall) -> None:
    case_id = sent_case(hall)
    hall.staff.desk.lists.published = False  # type: ignore[attr-defined]
    hall.staff.desk.frozen._hashes.clear()
    material = next(iter(hall.case(case_id).evidence))
    wanted = answer_of(
        hall, case_id, verdict="supplement", result=None,
        wanted=[{"material": material, "problem": "看不清"}],
    )  # fmt: skip
    assert take(hall, wanted) == "parked"
    assert hall.parked() == ["DEP-09"]
    assert take(hall, answer_of(hall, case_id, number="X1")) == "parked"
    digests = {row[1]: row[0] for row in hall.rows("SELECT digest, reason FROM line_answers")}

    def settle(reason: str, *, again: bool) -> str:
        with hall.staff.office.database.write() as writer:
            return answers.settle(
                writer, hall.staff.desk, "market", digests[reason], again=again, actor="9001",
                now=hall.now,
            )  # fmt: skip

    assert settle("DEP-09", again=True) == "DEP-09"  # still not
    hall.staff.desk.lists.published = True  # type: ignore[attr-defined]
    assert settle("DEP-09", again=True) == ""
    assert hall.case(case_id).state is CaseState.SUPPLEMENT
    assert settle("DEP-09", again=True) == ""  # pressed twice
    assert hall.kinds(case_id).count("SupplementAsked") == 1
    assert settle("LINE-04", again=False) == ""
    assert hall.parked() == []
    settled = hall.rows("SELECT state, actor FROM line_answers ORDER BY state")
    assert settled == [("applied", "9001"), ("dismissed", "9001")]


def test_a_line_that_is_down_for_hours_loses_nothing(hall: LineHall) -> None:
    ids = [hall.window.accept(serial) for serial in range(1, 31)]
    knocks = 0
    for _ in range(3 * 60):
        hall.step(seconds=120)
    tries = [row[2] for row in hall.jobs("waiting")]
    assert len(tries) == 30
    (place,) = hall.rows("SELECT tries, failing_since, code, next_at FROM line_places")
    knocks, since, code, next_at = place
    # Six hours, thirty cases: knocked at as one line, not as thirty cases.
    assert 6 * 3600 / (LONGEST_PAUSE + 120) <= knocks <= 6 * 3600 / LONGEST_PAUSE * 2
    assert code == "LINE-01"
    assert since < next_at
    hall.open_line()
    hall.step(seconds=LONGEST_PAUSE)
    hall.step(seconds=6)
    assert hall.jobs("waiting") == []
    assert {one["times"] for one in hall.told().values()} == {1}
    assert len(hall.told()) == 30
    assert hall.rows("SELECT failing_since, tries FROM line_places") == [("", 0)]
    for _ in range(20):
        hall.step(seconds=5)
    assert all(hall.kinds(case_id).count("CaseDispatched") == 1 for case_id in ids)


def test_what_failed_with_the_line_goes_as_soon_as_it_answers(hall: LineHall) -> None:
    hall.window.accept(1)

    def wait_left() -> float:
        ((_, _, _, _, next_at),) = hall.jobs("waiting")
        return (datetime.fromisoformat(next_at) - hall.now).total_seconds()

    hall.step()
    while wait_left() < LONGEST_PAUSE:
        hall.step(seconds=60)
    hall.open_line()
    for _ in range(17):  # less than the case would wait: it is asked for answers, and gives none
        hall.step(seconds=15)
    assert hall.jobs("waiting") == []
    assert len(hall.told()) == 1


def test_one_case_that_the_line_refuses_holds_up_no_other(hall: LineHall) -> None:
    line = hall.open_line()
    first = hall.window.accept(1)
    line.refused.add(hall.case(first).number)
    hall.step()
    ((key, _, tries, code, next_at),) = hall.jobs("waiting")
    assert (key, tries, code) == (f"{first}:1", 1, "LINE-02")
    assert next_at > hall.now.isoformat()
    line.refused.clear()
    second = hall.window.accept(2)
    hall.step(seconds=0.5)
    assert [row[0] for row in hall.jobs("sent")] == [f"{second}:1"]
    hall.step(seconds=10)
    assert hall.jobs("waiting") == []
    assert len(hall.told()) == 2


def test_a_wrong_token_is_the_lines_trouble_and_mended_without_a_restart(hall: LineHall) -> None:
    line = hall.open_line()
    line.token = "another-token-than-agreed"
    hall.window.accept(1)
    hall.step()
    assert [row[3] for row in hall.jobs("waiting")] == ["LINE-01"]
    (hall.data / "line.token").write_text(line.token, encoding="ascii")
    hall.step(seconds=10)
    assert len(hall.jobs("sent")) == 1


def test_two_processes_over_one_database_send_each_case_once(
    hall: LineHall, new_database: Make
) -> None:
    hall.open_line()
    other = Staff(Office(hall.settings))
    try:
        ids = [hall.window.accept(serial) for serial in range(1, 11)]
        for turn in range(6):
            hall.step(seconds=3, staff=other if turn % 2 else hall.staff)
        assert {one["times"] for one in hall.told().values()} == {1}
        assert len(hall.told()) == len(ids)
    finally:
        other.office.close()


def test_two_at_the_same_moment_claim_different_cases(hall: LineHall) -> None:
    hall.open_line(slow=0.1)
    other = Staff(Office(hall.settings))
    try:
        for serial in range(1, 11):
            hall.window.accept(serial)
        hall.step(seconds=0, staff=other, wires=False)  # all are dispatched
        both = (hall.staff, other)
        with ThreadPoolExecutor(2) as threads:
            moved = list(threads.map(lambda one: hall.step(seconds=0, staff=one), both))
        assert {one["times"] for one in hall.told().values()} == {1}
        assert len(hall.told()) == 10
        assert min(moved) > 0  # both had a share
    finally:
        other.office.close()


def test_who_dies_over_its_claim_leaves_the_case_to_others(hall: LineHall) -> None:
    """The line has the case and nobody wrote that down: the same key again, one piece of work."""
    case_id = sent_case(hall)
    with hall.staff.office.database.write() as writer:  # as it stood before the answer came back
        writer.execute(
            "UPDATE line_jobs SET state = 'waiting', ticket = '', claimed_until = ?",
            ((hall.now.replace(microsecond=0)).isoformat() + "Z",),
        )
    former = hall.told()[f"{case_id}:1"]["ticket"]
    hall.step(seconds=61)
    told = hall.told()[f"{case_id}:1"]
    assert (told["times"], told["ticket"]) == (2, former)
    assert len(hall.told()) == 1
    assert hall.rows("SELECT state, ticket FROM line_jobs") in (
        [("sent", former)], [("answered", former)],
    )  # fmt: skip
