"""A case goes from the window to its department and comes back as a result, over real processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import pytest
import requests

from app.bootstrap import Client
from app.demo.back_office import EmbeddedBackOffice
from app.domain.case import Case, CaseState
from app.domain.delivery import DeliveryMode, Proof
from app.services.result_list import ResultQuery
from app.services.results import HandOver
from app.services.sign_in import Session
from tests.desk_browser import Browser
from tests.journey.hall import office_cases, open_client, read_card, serve, sign_in, wait_until
from tests.postgres import PostgresServer, postgres_server

ITEM = "养犬登记"  # of a department with two reviewers
REVIEWERS = ("7001", "7002")


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EmbeddedBackOffice]:
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        monkeypatch.setenv("ONEWINDOW_DATABASE", server.new_database())
    started = EmbeddedBackOffice(tmp_path / "office")
    started.start()
    yield started
    started.kill()


@contextmanager
def window(tmp_path: Path, office: EmbeddedBackOffice, name: str = "W01") -> Iterator[Client]:
    client = open_client(tmp_path / name, office, window=name)
    client.sync.start()
    client.feed.start()
    wait_until(lambda: client.outbox.numbers_left() > 0, 20, "case numbers")
    try:
        yield client
    finally:
        client.feed.stop()
        client.sync.stop()
        client.store.close()


def accepted(client: Client, session: Session) -> Case:
    item = next(one for one in client.catalogue.items() if one.name == ITEM)
    case = serve(client, session, read_card(client), item)
    assert case.state is CaseState.ACCEPTED
    wait_until(lambda: client.outbox.counts()[0] == 0, 20, "sent")
    return case


def address_of(case: Case) -> str:
    return f"/desk/cases/{case.id}"


def has(browser: Browser, case: Case) -> bool:
    return case.number in browser.open("/desk").text


def who_has(browsers: dict[str, Browser], case: Case) -> Browser:
    wait_until(lambda: any(has(one, case) for one in browsers.values()), 20, "drawn")
    (found,) = [one for one in browsers.values() if has(one, case)]
    return found


def at_desk(office: EmbeddedBackOffice) -> dict[str, Browser]:
    return {staff: Browser(office, staff) for staff in REVIEWERS}


def state_there(office: EmbeddedBackOffice, case: Case) -> str:
    return next(str(row["state"]) for row in office_cases(office) if row["id"] == case.id)


def test_from_the_window_to_the_result_and_back(tmp_path: Path, office: EmbeddedBackOffice) -> None:
    with window(tmp_path, office) as client:
        session = sign_in(client)
        case = accepted(client, session)
        reviewer = who_has(at_desk(office), case)
        page = reviewer.open(address_of(case)).text
        assert case.applicant is not None
        assert case.applicant.person.number in page  # its reviewer sees the whole
        assert "养犬" in page
        assert case.applicant.person.number not in reviewer.open("/desk").text

        # 补齐: only from the list, with what is wrong; the window hears, and brings it.
        reviewer.open(address_of(case))
        material = re.search(r'name="material-([^"]+)"', reviewer.page.text)
        assert material, "what may be asked for"
        asked = unescape(material[1])
        done = reviewer.send(
            address_of(case), "supplement",
            **{f"material-{asked}": "1", f"problem-{asked}": "照片不清楚"},
        )  # fmt: skip
        assert "已要求补齐" in done.text
        wait_until(lambda: _state_at(client, case) is CaseState.SUPPLEMENT, 20, "asked for more")
        (news,) = client.news.recent()
        assert type(news).__name__ == "SupplementWanted"
        client.returning.resume(session, case.id)
        row = next(r for r in client.matters.item(case).materials if r.id == asked)
        client.reception.receive(
            session, case.id, asked, max(1, row.originals), row.copies, row.form
        )
        client.results.supplemented(session, case.id)
        wait_until(lambda: state_there(office, case) == "accepted", 20, "review goes on")

        # 特别程序: its time does not count.
        reviewer.open(address_of(case))
        procedure = re.search(r'<select name="procedure" required><option value="([^"]+)"',
                              reviewer.page.text)  # fmt: skip
        assert procedure
        today = re.search(r'name="on" value="([0-9-]+)"', reviewer.page.text)
        assert today
        stands = reviewer.send(
            address_of(case), "pause", procedure=procedure[1], reason="需现场核查",
            approver="李科长", on=today[1],
        )  # fmt: skip
        assert "暂停计时" in stands.text
        assert "特别程序中" in reviewer.open("/desk").text
        reviewer.open(address_of(case))
        again = reviewer.send(address_of(case), "resume", procedure=procedure[1], on=today[1])
        assert "已恢复计时" in again.text

        decided = reviewer.send(
            address_of(case), "review", granted="yes", opinion="符合条件", basis=""
        )
        assert "审批决定已记下" in decided.text
        finished = reviewer.send(
            address_of(case), "finish", name="养犬登记证", number="示例犬证0001"
        )
        assert "已办结" in finished.text
        wait_until(
            lambda: len(client.results.find(ResultQuery()).rows) == 1,
            20,
            "the result is at the hall",
        )
        (result,) = client.results.find(ResultQuery()).rows
        assert (result.result_name, result.result_number) == ("养犬登记证", "示例犬证0001")
        card = read_card(client)
        told = HandOver(
            mode=DeliveryMode.DIRECT, to=card.person.name, number=card.person.number,
            proof=Proof.CARD,
        )  # fmt: skip
        client.results.hand_over(session, case.id, told)
        wait_until(lambda: state_there(office, case) == "handed_out", 20, "handed out")
        assert "已出件" in reviewer.open(address_of(case)).text
        asked_for = requests.get(
            f"{office.url}/progress/{case.number}?check={_check(client, case)}", timeout=10
        )
        assert "已出件" in asked_for.text
        assert "张示例" not in asked_for.text
        assert client.outbox.counts() == (0, 0)


def _state_at(client: Client, case: Case) -> CaseState:
    found = client.store.find_case(case.id)
    assert found is not None
    return found.state


def _check(client: Client, case: Case) -> str:
    found = client.store.find_case(case.id)
    assert found is not None
    assert found.decision is not None
    return found.decision.check


def test_each_act_is_done_once_by_the_one_who_has_the_case(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    with window(tmp_path, office) as client:
        case = accepted(client, sign_in(client))
        desks = at_desk(office)
        reviewer = who_has(desks, case)
        (other,) = [one for one in desks.values() if one is not reviewer]
        assert other.open(address_of(case)).status_code == 404
        assert case.number not in other.page.text
        address = address_of(case)
        reviewer.open(address)
        seen = dict(reviewer.forms()[-1][1])
        # Without an opinion, and a refusal without its rule.
        assert "DOM-" in reviewer.send(address, "review", granted="yes", opinion=" ").text
        assert "DEP-08" in reviewer.send(address, "review", granted="no", opinion="不符").text
        # A supplement that asks for nothing, and for what is not on the list.
        assert "DEP-04" in reviewer.send(address, "supplement").text
        beyond = reviewer.send(
            address, "supplement", **{"material-xx": "1", "problem-xx": "再来一份"}
        )
        assert beyond.status_code == 409
        assert state_there(office, case) == "accepted"

        two = [Browser(office), Browser(office)]
        for one in two:
            one.session.cookies.update(reviewer.session.cookies)
            one.open(address)
        first = two[0].send(address, "review", granted="yes", opinion="符合条件")
        second = two[1].send(address, "review", granted="yes", opinion="符合条件")
        assert (first.status_code, second.status_code) == (200, 409)
        assert "DEP-02" in second.text
        # Another site's form, and another sign-in's.
        forged = reviewer.session.post(
            office.url + address, timeout=10,
            data={"act": "finish", "seen": seen.get("seen", "1"), "name": "假证", "number": "1"},
        )  # fmt: skip
        assert (forged.status_code, "DEP-07" in forged.text) == (400, True)
        other.session.post(office.url + address, data=seen, timeout=10)
        assert state_there(office, case) == "accepted"
        # Signed out is out.
        reviewer.open("/desk")
        reviewer.send("/desk/sign-out")
        assert "登录" in reviewer.open(address).text
        assert case.number not in reviewer.page.text


def test_a_supervisor_hands_over_and_nobody_who_is_away_is_drawn(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    with window(tmp_path, office) as client:
        session = sign_in(client)
        case = accepted(client, session)
        desks = at_desk(office)
        former = who_has(desks, case)
        staff = next(name for name, one in desks.items() if one is former)
        other = next(name for name in REVIEWERS if name != staff)
        chief = Browser(office, "9001")
        assert "部门办件督导" in chief.page.text
        assert case.number in chief.page.text
        hidden = next(hidden for _, hidden in chief.forms() if hidden.get("case") == case.id)
        unnamed = chief.session.post(
            office.url + "/desk/office",
            data=hidden | {"reviewer": other, "reason": " "},
            timeout=10,
        )
        assert unnamed.status_code == 409
        stranger = chief.session.post(
            office.url + "/desk/office",
            data=hidden | {"reviewer": "7003", "reason": "x"},
            timeout=10,
        )
        assert "DEP-05" in stranger.text
        given = chief.session.post(
            office.url + "/desk/office",
            data=hidden | {"reviewer": other, "reason": "休假"},
            timeout=10,
        )
        assert "已改派" in given.text
        assert has(desks[other], case)
        assert not has(former, case)

        for one in REVIEWERS:
            chief.open("/desk/office")
            form = next(
                h for _, h in chief.forms() if h.get("reviewer") == one and h.get("act") == "away"
            )
            chief.session.post(
                office.url + "/desk/office", data=form | {"reason": "培训"}, timeout=10
            )
        later = accepted(client, session)
        wait_until(
            lambda: later.number in chief.open("/desk/office").text.split("审批人员")[0], 20,
            "it waits for somebody",
        )  # fmt: skip
        form = next(
            h for _, h in chief.forms() if h.get("reviewer") == staff and h.get("act") == "back"
        )
        chief.session.post(office.url + "/desk/office", data=form, timeout=10)
        wait_until(lambda: has(former, later), 20, "somebody is back")
        # A reviewer has no supervisor's page.
        assert former.open("/desk/office").url.endswith("/desk")


def test_who_types_wrong_passwords_is_shut_out_for_a_while(office: EmbeddedBackOffice) -> None:
    browser = Browser(office)
    said = [browser.sign_in("7001", f"wrong-{n}") for n in range(7)]
    assert [one.status_code for one in said] == [401] * 6 + [429]
    assert browser.sign_in("7001", "demo-7001").status_code == 429
    assert Browser(office, "7002").page.url.endswith("/desk")  # nobody else is
    assert Browser(office, "1001").page.status_code == 401  # clerks have no desk


def test_the_draw_is_fair_and_each_case_is_drawn_once(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    with window(tmp_path, office) as client:
        session = sign_in(client)
        card = read_card(client)
        item = next(one for one in client.catalogue.items() if one.name == ITEM)
        served = [serve(client, session, card, item) for _ in range(40)]
        wait_until(lambda: client.outbox.counts()[0] == 0, 40, "sent")
        desks = at_desk(office)

        def counts() -> list[int]:
            pages = [one.open("/desk").text for one in desks.values()]
            return [sum(case.number in page for case in served) for page in pages]

        wait_until(lambda: sum(counts()) == 40, 40, "all drawn")
        # Of 40 fair draws fewer than 8 for one of two are one run in 20,000.
        assert min(counts()) >= 8
