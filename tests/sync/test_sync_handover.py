"""A case begun at one window is finished at another; two that try at once lose nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.domain.case import CaseState
from app.domain.case_events import (
    CaseLeft,
    CaseOpened,
    CaseResumed,
    DemandKind,
    DemandRefused,
    MaterialReceived,
    NoticeHanded,
)
from app.domain.journal import GENESIS, seal
from sync.errors import RecordsUnavailable
from tests.sync.coming_back import (
    FIRM,
    PERSON,
    accepted,
    mended,
    notice,
    noticed_case,
    people_of,
    put_back,
    rebuilt_equals_kept,
    save,
    started,
    state_at,
    window_of,
)
from tests.sync.hall import START, SealedChain, number_of
from tests.sync.world import BadLine, ClientWindow, Forked, Nursery, wait_until


def set_aside(window: ClientWindow) -> list[tuple[str, str]]:
    """(kind, code) of what the back office would not take, in order."""
    with window.store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT j.kind, s.code FROM set_aside s JOIN journal j"
            " ON j.install = s.install AND j.seq = s.seq ORDER BY s.seq"
        ).all()
    return [(str(row[0]), str(row[1])) for row in rows]


def at_office(office: Forked, case_id: str) -> dict[str, object]:
    return next(row for row in office.cases() if row["id"] == case_id)


def test_noticed_here_accepted_there_under_one_number(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_of(tmp_path, office, "W01") as first,
        window_of(tmp_path, office, "W02") as second,
    ):
        started(first)
        started(second)
        number = notice(first, "k1")
        wait_until(first.settled)
        people = people_of(office)

        (found,) = people.waiting(PERSON)
        assert (found.id, found.number, found.window) == ("k1", number, "W01")
        assert (found.state, found.item_name) == (CaseState.NOTICED, "示例事项")
        left = second.outbox.numbers_left()
        second.store.take_in(people.history(found.number))
        assert state_at(second.store, "k1") is CaseState.NOTICED
        save(second.store, "case:k1", *mended("W02", number))
        wait_until(second.settled)

        row = at_office(office, "k1")
        assert (row["state"], row["number"], row["window"]) == ("accepted", number, "W02")
        assert second.outbox.counts() == (0, 0)
        assert second.outbox.numbers_left() == left  # another window's number uses up none
        assert people.waiting(PERSON) == ()

        first.store.take_in(people.history(number))
        case = first.store.find_case("k1")
        assert case is not None
        assert (case.state, case.number, case.window) == (CaseState.ACCEPTED, number, "W02")
        assert set(case.evidence) == {"M1", "M2"}
        assert case == second.store.find_case("k1")
        for window in (first, second):
            assert rebuilt_equals_kept(window.store)
            window.store.verify()
        before = first.store.verify()
        first.store.take_in(people.history(number))  # again: nothing new
        assert first.store.verify() == before


def test_what_was_left_undecided_goes_on_at_any_window(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_of(tmp_path, office, "W03") as first,
        window_of(tmp_path, office, "W07") as second,
    ):
        started(first)
        started(second)
        *begun, _notice = noticed_case("W03", "")
        save(first.store, "case:k1", *begun, CaseLeft(reason="去复印"))
        save(first.store, "case:k2", *begun[:2], CaseLeft(reason="没带材料"))  # no item yet
        wait_until(first.settled)
        people = people_of(office)
        found = {one.id: one for one in people.waiting(PERSON)}
        assert {(one.state, one.number) for one in found.values()} == {(CaseState.LEFT, "")}
        assert (found["k1"].item_name, found["k2"].item_name) == ("示例事项", "")
        # It has no number yet: its id stands for it.
        second.store.take_in(people.history("k1"))
        number = number_of(second.next_serial())
        save(
            second.store, "case:k1", CaseResumed(window="W07", ticket=""),
            MaterialReceived(material="M2", originals=1, copies=0), accepted(number),
        )  # fmt: skip
        wait_until(second.settled)
        assert second.outbox.counts() == (0, 0)
        row = at_office(office, "k1")
        assert (row["state"], row["number"], row["window"]) == ("accepted", number, "W07")
        assert [one.id for one in people.waiting(PERSON)] == ["k2"]
        assert people.history("k1") == people.history(number)


def test_what_is_put_back_waits_again_at_every_window(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_of(tmp_path, office, "W01") as first,
        window_of(tmp_path, office, "W02") as second,
    ):
        started(first)
        started(second)
        number = notice(first, "k1")
        wait_until(first.settled)
        people = people_of(office)
        second.store.take_in(people.history(number))
        resumed, back = put_back("W02")
        save(second.store, "case:k1", resumed)
        wait_until(second.settled)
        assert people.waiting(PERSON) == ()  # open at W02
        assert "补正办理中" in office.get("/").text
        asked = office.get(f"/progress/{number}?check=ABC234")
        assert "补正办理中" in asked.text
        save(second.store, "case:k1", back)
        wait_until(second.settled)
        assert "已告知补正" in office.get(f"/progress/{number}?check=ABC234").text
        (found,) = people.waiting(PERSON)
        assert (found.state, found.window) == (CaseState.NOTICED, "W02")
        # The first window, which issued the notice, goes on without having heard of it: allowed,
        # because the case waits.
        save(first.store, "case:k1", *mended("W01", number))
        wait_until(first.settled)
        assert at_office(office, "k1")["state"] == "accepted"
        assert first.outbox.counts() == (0, 0)


def test_both_resume_while_the_line_is_down(tmp_path: Path, nursery: Nursery) -> None:
    """The second to be heard is refused, act by act, and keeps all it recorded."""
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.up()
        with (
            window_of(tmp_path, office, "W01") as first,
            window_of(tmp_path, office, "W02", line.port) as second,
        ):
            started(first)
            started(second)
            number = notice(first, "k1")
            wait_until(first.settled)
            second.store.take_in(people_of(office).history(number))
            line.down()
            save(second.store, "case:k1", *mended("W02", number))
            save(first.store, "case:k1", *mended("W01", number))
            wait_until(first.settled)
            line.up()
            wait_until(lambda: second.outbox.counts()[0] == 0)
            assert at_office(office, "k1")["window"] == "W01"
            assert set_aside(first) == []
            kinds = [kind for kind, _ in set_aside(second)]
            assert kinds == ["CaseResumed", "MaterialReceived", "CaseAccepted"]
            # Closed by the other, or recorded before the other's acts: either tells what happened.
            assert {code for _, code in set_aside(second)} <= {"DOM-04", "SYNC-CASE-ELSEWHERE"}
            assert second.outbox.counts() == (0, 3)
            second.store.verify()
            assert rebuilt_equals_kept(second.store)
            # What was set aside no longer counts here either; it stays in the chain and on the
            # list for a person, and the other window's truth takes its place.
            assert state_at(second.store, "k1") is CaseState.NOTICED
            before = second.store.verify()
            second.store.take_in(people_of(office).history(number))
            assert second.store.verify() == before
            assert state_at(second.store, "k1") is CaseState.ACCEPTED
            case = second.store.find_case("k1")
            assert case is not None
            assert case.window == "W01"
            assert rebuilt_equals_kept(second.store)
            assert second.outbox.counts() == (0, 3)
        line.down()


def test_an_open_case_is_one_windows(tmp_path: Path, nursery: Nursery) -> None:
    """The first is still at it: what the second recorded meanwhile must not get in between."""
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.up()
        with (
            window_of(tmp_path, office, "W01") as first,
            window_of(tmp_path, office, "W02", line.port) as second,
        ):
            started(first)
            started(second)
            number = notice(first, "k1")
            wait_until(first.settled)
            second.store.take_in(people_of(office).history(number))
            line.down()
            save(first.store, "case:k1", CaseResumed(window="W01", ticket=""))
            wait_until(first.settled)
            save(second.store, "case:k1", *mended("W02", number))
            line.up()
            wait_until(lambda: second.outbox.counts()[0] == 0)
            assert [code for _, code in set_aside(second)] == ["SYNC-CASE-ELSEWHERE"] * 3
            assert at_office(office, "k1")["state"] == "open"
            save(first.store, "case:k1", *mended("W01", number)[1:])
            wait_until(first.settled)
            assert at_office(office, "k1")["state"] == "accepted"
            assert first.outbox.counts() == (0, 0)
        line.down()


def test_what_did_not_know_of_the_others_acts_is_refused(tmp_path: Path, nursery: Nursery) -> None:
    """By its own time earlier than what the other window did: it was decided without knowing."""
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.up()
        with (
            window_of(tmp_path, office, "W01", line.port) as first,
            window_of(tmp_path, office, "W02") as second,
        ):
            started(first)
            started(second)
            number = notice(first, "k1")
            wait_until(first.settled)
            second.store.take_in(people_of(office).history(number))
            line.down()
            save(first.store, "case:k1", *mended("W01", number))
            save(second.store, "case:k1", *put_back("W02"))
            wait_until(second.settled)
            line.up()
            wait_until(lambda: first.outbox.counts()[0] == 0)
            assert [code for _, code in set_aside(first)] == ["SYNC-CASE-ELSEWHERE"] * 3
            assert at_office(office, "k1")["state"] == "noticed"
            assert len(people_of(office).waiting(PERSON)) == 1
        line.down()


def test_a_time_that_nobody_can_read_is_refused(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office:
        for place, hlc in enumerate(("zzzz", "", "ffffffffffff-ffffff", "000000000001-0000000")):
            chain = SealedChain("W01", f"i{place}")
            event = CaseOpened(window="W01", ticket="")
            chain.entries = [
                seal(
                    event, previous=GENESIS, id=f"e{place}", device="W01", install=f"i{place}",
                    seq=1, at=START, hlc=hlc, actor="C01", subject=f"case:k{place}",
                )
            ]  # fmt: skip
            (refused,) = office.push(chain.entries).json()["exceptions"]
            assert refused["code"] == "JRN-01", hlc
        assert office.cases() == []


def test_a_case_has_one_number_for_life(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_of(tmp_path, office, "W01") as first,
        window_of(tmp_path, office, "W02") as second,
    ):
        started(first)
        started(second)
        number = notice(first, "k1")
        wait_until(first.settled)
        second.store.take_in(people_of(office).history(number))
        other = number_of(second.next_serial())
        save(
            second.store, "case:k1", CaseResumed(window="W02", ticket=""), accepted(other)
        )  # from its own block, but the case has one
        wait_until(lambda: second.outbox.counts() == (0, 1))
        assert set_aside(second) == [("CaseAccepted", "JRN-01")]
        assert at_office(office, "k1")["number"] == number


def test_an_organisations_case_waits_for_both(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_of(tmp_path, office, "W01") as first,
    ):
        started(first)
        notice(first, "k1", firm=FIRM)
        notice(first, "k2")
        wait_until(first.settled)
        people = people_of(office)
        assert {case.id for case in people.waiting(PERSON)} == {"k1", "k2"}
        assert [case.id for case in people.waiting(FIRM.lower())] == ["k1"]
        assert people.waiting("379901197605060137") == ()
        assert people.history("no such number") == ()


def test_refused_demands_are_on_record_for_supervisors(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_of(tmp_path, office, "W01") as first,
        window_of(tmp_path, office, "W02") as second,
    ):
        started(first)
        started(second)
        number = notice(first, "k1")
        wait_until(first.settled)
        second.store.take_in(people_of(office).history(number))
        before = at_office(office, "k1")["updated_at"]
        beyond = DemandRefused(
            kind=DemandKind.BEYOND_LIST, materials=("<b>盖章</b>",), reason="领导要求"
        )
        again = DemandRefused(kind=DemandKind.TOLD_AGAIN, materials=("M3", "M4"))
        # On record whatever the state, and whichever window has the case open.
        save(second.store, "case:k1", beyond, again)
        wait_until(second.settled)
        assert second.outbox.counts() == (0, 0)
        assert at_office(office, "k1")["updated_at"] == before  # no news for the applicant

        assert office.get("/demands", Authorization="").status_code == 401
        assert office.get("/demands").status_code == 401  # a window's own token is no password
        import requests

        locked = requests.get(office.url + "/demands", auth=("any", "wrong"), timeout=5)
        assert locked.status_code == 401
        assert locked.headers["WWW-Authenticate"].startswith("Basic")
        page = requests.get(office.url + "/demands", auth=("any", office.token), timeout=5)
        assert page.status_code == 200
        for shown in (
            number, "W02", "1001", "清单外要求", "重复告知", "M3、M4", "&lt;b&gt;盖章", "领导要求",
        ):  # fmt: skip
            assert shown in page.text, shown
        for hidden in (PERSON, "张", office.token, "<b>盖章"):
            assert hidden not in page.text


def test_a_notice_may_be_handed_over_at_any_window(tmp_path: Path, nursery: Nursery) -> None:
    from datetime import UTC, datetime

    with (
        nursery.served(tmp_path / "data") as office,
        window_of(tmp_path, office, "W01") as first,
        window_of(tmp_path, office, "W02") as second,
    ):
        started(first)
        started(second)
        number = notice(first, "k1")
        wait_until(first.settled)
        second.store.take_in(people_of(office).history(number))
        handed = NoticeHanded(
            by="1002",
            to="张示例",
            way="直接",
            at=datetime(2026, 11, 23, 2, tzinfo=UTC),
            signed=True,
        )
        save(second.store, "case:k1", handed)
        wait_until(second.settled)
        assert second.outbox.counts() == (0, 0)
        first.store.take_in(people_of(office).history(number))
        case = first.store.find_case("k1")
        assert case is not None
        assert case.handed == handed


def test_no_number_of_anybody_reaches_the_log(tmp_path: Path, nursery: Nursery) -> None:
    with (
        nursery.served(tmp_path / "data") as office,
        window_of(tmp_path, office, "W01") as first,
    ):
        (office.data / "licences.json").write_text(
            json.dumps(
                {
                    "licences": [
                        {
                            "holder": PERSON, "code": "licence.property", "name": "不动产权证书",
                            "number": "示例第0000017号", "issuer": "示例局", "issued": "2019-06-18",
                        }
                    ]
                }
            )
        )  # fmt: skip
        started(first)
        number = notice(first, "k1", firm=FIRM)
        wait_until(first.settled)
        people = people_of(office)
        assert len(people.licences(PERSON)) == 1
        assert people.waiting(FIRM)
        assert people.history(number)
        (office.data / "licences.json").write_text('{"licences": [{"holder": "' + PERSON)
        with pytest.raises(RecordsUnavailable) as caught:
            people.licences(PERSON)
        assert caught.value.details == {"cause": "SYNC-SERVER"}
        log = (office.data.parent / "backoffice.log").read_text(encoding="utf-8")
        for event in ("licences", "waiting", "history", "file_broken"):
            assert f'"event": "{event}"' in log, event
        for secret in (PERSON, FIRM, number, "张", "样例", "示例", office.token):
            assert secret not in log, secret
