"""A disk that was restored or copied is noticed, enrolled anew, and loses nothing that it saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.case_events import CaseAccepted, CaseOpened
from app.domain.ticket_events import TicketCalled, TicketFinished, TicketServed
from app.ports import LinkState
from sync.client.round import LeaseAims
from tests.sync.coming_back import rebuilt_equals_kept, save
from tests.sync.enrolling import (
    EnrolledWindow,
    all_ids,
    copy_disk,
    enrolled_window,
    facts_at,
    new_code,
    refused_at,
)
from tests.sync.hall import accepted_case
from tests.sync.supervising import act, open_page
from tests.sync.world import Forked, Nursery, serve_case, wait_until


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data", demo_line=20) as server:
        yield server


def cases(office: Forked) -> dict[str, str]:
    return {row["id"]: row["state"] for row in office.cases()}


def blocked_by(window: EnrolledWindow, code: str) -> None:
    wait_until(lambda: window.worker.status().code == code, what=code)
    assert window.worker.status().link is LinkState.BLOCKED


def waits_for_nothing(window: EnrolledWindow) -> None:
    wait_until(
        lambda: window.settled() and window.outbox.numbers_left() > 0 and window.settled(), 30,
        what=f"{window.worker.status()}",
    )  # fmt: skip
    window.store.verify()
    assert rebuilt_equals_kept(window.store)


def called(store: EnrolledWindow, ticket: str) -> None:
    save(store.store, f"ticket:{ticket}", TicketCalled(window="1"))


def waiting_tickets(window: EnrolledWindow) -> list[str]:
    with window.store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id FROM tickets WHERE state = 'waiting' ORDER BY taken_at"
        ).all()
    return [row[0] for row in rows]


def test_a_restored_disk_loses_nothing_that_was_saved(office: Forked, tmp_path: Path) -> None:
    home, image = tmp_path / "w", tmp_path / "image"
    saved: list[str] = []
    with enrolled_window(home, office, new_code(office, "W01")) as window:
        window.start()
        for number in range(5):
            serve_case(window, f"early-{number}")
        waits_for_nothing(window)
        assert window.worker.stop(10)
        serve_case(window, "unsent")
        save(window.store, "case:open", CaseOpened(window="1", ticket=""))
        saved += window.saved
    copy_disk(home, image)  # with six facts that are not sent yet
    with enrolled_window(home, office) as window:  # the future that will be lost
        window.start()
        for number in range(6):
            serve_case(window, f"lost-{number}")
        waits_for_nothing(window)
        saved += window.saved
        former = window.store.install
        through = window.store.verify()[0]
    with enrolled_window(image, office) as window:
        for number in range(8):  # two of them with numbers that the lost future did not reach
            serve_case(window, f"after-{number}")
        window.worker.start()
        blocked_by(window, "SYNC-FORK")
        waiting = window.outbox.counts()[0]
        assert waiting == 6 + 8 * 5
        assert "恢复收数" in open_page(office)
        done = window.enrol(new_code(office, "W01"))
        assert (done.device, done.sealed_anew) == ("W01", waiting)
        assert window.store.install != former
        waits_for_nothing(window)
        serve_case(window, "next")
        waits_for_nothing(window)
        saved += window.saved
        refused = window.outbox.counts()[1]
        here = all_ids(window.store)
    there = cases(office)
    # Its own and those of the lost future: each is there, once.
    expected = {f"early-{n}" for n in range(5)} | {"unsent", "open", "next"}
    expected |= {f"lost-{n}" for n in range(6)} | {f"after-{n}" for n in range(8)}
    assert set(there) == expected
    # Six numbers had been used by the lost future: those decisions are refused, and seen.
    assert refused == 6
    again = {f"after-{n}" for n in range(6)}
    assert {case for case, state in there.items() if state != "accepted"} == again | {"open"}
    first, second = office.chains()
    assert (first["acknowledged"], first["set_aside"]) == (through, "SYNC-FORK")
    assert second["set_aside"] == ""
    office.stop()
    taken = facts_at(office)
    assert set(saved) <= set(taken)
    assert set(taken.values()) == {1}
    assert set(refused_at(office).values()) == {"SYNC-NUMBER-USED"}
    assert set(refused_at(office)) <= here


def test_of_a_copied_disk_both_machines_bring_all_their_cases(
    office: Forked, tmp_path: Path
) -> None:
    home, copy = tmp_path / "a", tmp_path / "b"
    aims = LeaseAims(numbers_low=50, tickets=3)
    saved: list[str] = []
    with enrolled_window(home, office, new_code(office, "W01"), aims=aims) as window:
        window.start()
        wait_until(lambda: len(waiting_tickets(window)) == 3 and window.settled())
        tickets = waiting_tickets(window)
        serve_case(window, "before")
        waits_for_nothing(window)
        saved += window.saved
    copy_disk(home, copy)
    with (
        enrolled_window(home, office, aims=aims) as first,
        enrolled_window(copy, office, aims=aims) as second,
    ):
        called(first, tickets[0])
        for number in range(3):
            serve_case(first, f"first-{number}")
        called(second, tickets[0])  # both hold it: nobody could know
        for number in range(4):
            serve_case(second, f"second-{number}")
        second.worker.start()
        waits_for_nothing(second)  # who comes first is believed
        first.worker.start()
        blocked_by(first, "SYNC-FORK")
        serve_case(second, "second-4")
        blocked_by(second, "SYNC-FORK")
        assert first.enrol(new_code(office, "W01")).sealed_anew == 16
        waits_for_nothing(first)
        # The other is told again, now because this name is the first one's alone.
        wait_until(lambda: second.worker.status().code == "SYNC-QUARANTINED")
        wait_until(lambda: second.worker.status().quarantined == second.outbox.counts()[0])
        assert second.enrol(new_code(office, "W03")).device == "W03"
        waits_for_nothing(second)
        assert "SYNC-FORK" in open_page(office)
        for window, name in ((first, "first"), (second, "second")):
            serve_case(window, f"{name}-after")
            waits_for_nothing(window)
            saved += window.saved
        # What the line gives now is given to one of them only.
        wait_until(lambda: len(waiting_tickets(first)) == len(waiting_tickets(second)) == 3)
        held = waiting_tickets(first) + waiting_tickets(second)
        assert len(set(held)) == 6
        assert tickets[0] not in held
        refused = [window.outbox.counts()[1] for window in (first, second)]
    there = cases(office)
    names = {f"first-{n}" for n in (0, 1, 2, "after")} | {f"second-{n}" for n in (0, 1, 2, 3, 4)}
    assert set(there) == names | {"before", "second-after"}
    # The second's came first: the first's three numbers were used by then.
    assert refused == [3, 0]
    assert there["second-4"] == there["first-after"] == there["second-after"] == "accepted"
    office.stop()
    taken = facts_at(office)
    assert set(saved) <= set(taken)
    assert set(taken.values()) == {1}
    codes = Counter(refused_at(office).values())
    assert codes.pop("SYNC-NUMBER-USED") == 3
    # A ticket that the second had just been given is the first's now; it is not called there.
    assert set(codes) <= {"SYNC-TICKET-ELSEWHERE"}


def test_a_machine_that_gets_another_name_goes_on_with_its_cases(
    office: Forked, tmp_path: Path
) -> None:
    """Nothing was copied: its open case, the one at the window and its number are its own."""
    home = tmp_path / "w"
    aims = LeaseAims(numbers_low=50, tickets=3)
    with enrolled_window(home, office, new_code(office, "W01"), aims=aims) as window:
        window.start()
        wait_until(lambda: len(waiting_tickets(window)) == 3 and window.settled())
        (ticket, *others) = waiting_tickets(window)
        called(window, ticket)
        events = accepted_case(window.next_serial())
        save(window.store, "case:open", *events[:3])
        waits_for_nothing(window)
        assert window.worker.stop(10)
        save(window.store, f"ticket:{ticket}", TicketServed())
        save(window.store, "case:open", *events[3:])  # with the number of the former block
        assert isinstance(events[-1], CaseAccepted)
    act(office, act="revoke", device="W01")
    with enrolled_window(home, office, new_code(office, "W07"), aims=aims) as window:
        assert window.store.device == "W07"
        window.start()
        save(window.store, f"ticket:{ticket}", TicketFinished())
        waits_for_nothing(window)
        assert window.outbox.counts() == (0, 0)
        assert cases(office) == {"open": "accepted"}
        # Those who waited are still held by this window: they are given anew.
        wait_until(lambda: set(others) <= set(waiting_tickets(window)))
        page = open_page(office)
    assert "W01 <code>" in page


def test_somebody_elses_numbers_are_not_inherited(office: Forked, tmp_path: Path) -> None:
    """A chain that still speaks is nobody's to go on with."""
    home, copy = tmp_path / "a", tmp_path / "b"
    with enrolled_window(home, office, new_code(office, "W01")) as window:
        window.start()
        waits_for_nothing(window)
    copy_disk(home, copy)
    with enrolled_window(copy, office) as second:
        serve_case(second, "second")
        second.enrol(new_code(office, "W03"))  # while W01 is as it was
        second.worker.start()
        waits_for_nothing(second)
        assert second.outbox.counts() == (0, 1)
    office.stop()
    assert list(refused_at(office).values()) == ["SYNC-NUMBER-NOT-LEASED"]


def test_a_disk_restored_to_before_its_last_enrolment(office: Forked, tmp_path: Path) -> None:
    """Its token was ended since: what it sends is kept apart until it is let in again."""
    home, image = tmp_path / "w", tmp_path / "image"
    with enrolled_window(home, office, new_code(office, "W01")) as window:
        window.start()
        serve_case(window, "early")
        waits_for_nothing(window)
    copy_disk(home, image)
    with enrolled_window(home, office, new_code(office, "W01")) as window:
        window.start()
        serve_case(window, "lost")
        waits_for_nothing(window)
    with enrolled_window(image, office) as window:
        serve_case(window, "after")
        window.worker.start()
        blocked_by(window, "SYNC-QUARANTINED")
        # No fork was seen yet; the enrolment itself finds it.
        assert window.enrol(new_code(office, "W01")).sealed_anew == 5
        waits_for_nothing(window)
        assert window.outbox.counts() == (0, 1)  # the number was used by the lost future
    assert set(cases(office)) == {"early", "lost", "after"}


def test_enrolling_a_sound_window_again_keeps_its_chain(office: Forked, tmp_path: Path) -> None:
    with enrolled_window(tmp_path / "w", office, new_code(office, "W01")) as window:
        window.start()
        serve_case(window, "one")
        waits_for_nothing(window)
        former = window.store.install
        left = window.outbox.numbers_left()
        assert window.enrol(new_code(office, "W01")).sealed_anew == 0
        assert window.store.install == former
        serve_case(window, "two")
        waits_for_nothing(window)
        assert window.outbox.numbers_left() == left - 1
        assert set(cases(office)) == {"one", "two"}
    assert len(office.chains()) == 1
