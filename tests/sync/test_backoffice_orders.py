"""A supervisor's word reaches its windows, and what a dead window has open goes on elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
import requests

from app.domain.case import CaseState
from app.domain.case_events import CaseLeft, CaseOpened, CaseResumed, MaterialReceived
from app.services.news import CaseFreed, NewsDesk
from tests.sync.coming_back import (
    PERSON,
    accepted,
    mended,
    notice,
    noticed_case,
    people_of,
    save,
    started,
    state_at,
    window_of,
)
from tests.sync.feeding import FedWindow, fed_window
from tests.sync.hall import number_of
from tests.sync.supervising import act, open_page, password
from tests.sync.world import Forked, Nursery, enrolled, wait_until

PAGE = "/orders"


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data") as server:
        yield server


def order(office: Forked, text: str, device: str = "", **fields: str) -> requests.Response:
    found = re.search(r'name="order" value="([0-9a-f-]{36})"', open_page(office, PAGE))
    assert found
    told = {"act": "order", "order": found[1], "minutes": "15", "text": text, "device": device}
    return act(office, PAGE, **told | fields)


def words(window: FedWindow) -> list[str]:
    return [one.text for one in NewsDesk(window.store).orders()]


def test_an_order_stands_at_its_windows_until_it_is_taken_back(
    tmp_path: Path, office: Forked
) -> None:
    with (
        fed_window(tmp_path / "a", office.url, enrolled(office, "W01"), device="W01") as first,
        fed_window(tmp_path / "b", office.url, enrolled(office, "W02"), device="W02") as second,
    ):
        first.start()
        second.start()
        assert "已发给全部窗口" in order(office, " 十一点半消防演练 ").text
        assert "已发给W02" in order(office, "请 <b>支援</b> 取号机", "W02").text
        wait_until(lambda: len(words(second)) == 2)
        assert words(second) == ["请 <b>支援</b> 取号机", "十一点半消防演练"]
        assert words(first) == ["十一点半消防演练"]
        drawn = open_page(office, PAGE)
        assert escape("请 <b>支援</b> 取号机") in drawn
        assert "督导甲" in drawn
        found = re.findall(r'value="end"><input type="hidden" name="order" value="([^"]+)"', drawn)
        assert len(found) == 2
        assert "已收回" in act(office, PAGE, act="end", order=found[1]).text
        wait_until(lambda: words(first) == [])
        assert "早已收回" in act(office, PAGE, act="end", order=found[1]).text
        assert words(second) == ["请 <b>支援</b> 取号机"]


def test_a_button_pressed_twice_gives_one_order(office: Forked) -> None:
    told = {"act": "order", "order": "o1", "minutes": "15", "text": "全部开窗", "device": ""}
    assert "已发给全部窗口" in act(office, PAGE, **told).text
    assert "已经发过" in act(office, PAGE, **told).text
    assert open_page(office, PAGE).count("全部开窗") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""}, {"text": " "}, {"text": "x" * 101}, {"text": "a\nb"}, {"minutes": "0"},
        {"minutes": "99999"}, {"minutes": "-5"}, {"order": ""}, {"act": "shout"},
    ],
)  # fmt: skip
def test_what_is_no_order_is_not_given(office: Forked, wrong: dict[str, str]) -> None:
    told = {"act": "order", "order": "o1", "minutes": "15", "text": "全部开窗", "device": ""}
    assert act(office, PAGE, **told | wrong).status_code == 400
    assert "还没有发过指令" in open_page(office, PAGE)
    assert "没有叫 W99 的设备" in order(office, "在吗", "W99").text


def test_only_supervisors_and_only_by_this_page(office: Forked) -> None:
    assert requests.get(office.url + PAGE, timeout=10).status_code == 401
    told = {"act": "order", "order": "o1", "minutes": "15", "text": "假的", "device": ""}
    assert requests.post(office.url + PAGE, data=told, timeout=10).status_code == 401
    foreign = requests.post(office.url + PAGE, data=told, auth=password(office), timeout=10)
    assert foreign.status_code == 400
    assert "还没有发过指令" in open_page(office, PAGE)


def test_what_a_dead_window_has_open_goes_on_elsewhere(tmp_path: Path, office: Forked) -> None:
    with (
        window_of(tmp_path, office, "W03") as dead,
        fed_window(tmp_path / "b", office.url, enrolled(office, "W07"), device="W07") as second,
    ):
        started(dead)
        *begun, _notice = noticed_case("W03", "")
        save(dead.store, "case:k1", *begun)
        number = notice(dead, "k2")
        save(dead.store, "case:k2", CaseResumed(window="W03", ticket=""))
        wait_until(dead.settled)
        dead.worker.stop(10)
        # What it still says afterwards must not be mixed in.
        save(dead.store, "case:k1", MaterialReceived(material="M9", originals=1, copies=0))

        second.start()
        wait_until(lambda: second.outbox.numbers_left() > 0)
        assert people_of(office).waiting(PERSON) == ()
        assert act(office, PAGE, act="free", case="k1", text="").status_code == 400
        assert "可以接着办" in act(office, PAGE, act="free", case="k1", text="设备故障").text
        assert number in act(office, PAGE, act="free", case="k2", text="设备故障").text
        assert "没有放开" in act(office, PAGE, act="free", case="k2", text="设备故障").text
        assert "没有放开" in act(office, PAGE, act="free", case="none", text="设备故障").text
        wait_until(lambda: state_at(second.store, "k2") is CaseState.NOTICED)
        wait_until(lambda: state_at(second.store, "k1") is CaseState.LEFT)

        serial = number_of(second.next_serial())
        save(second.store, "case:k1", CaseResumed(window="W07", ticket=""),
             MaterialReceived(material="M2", originals=1, copies=0), accepted(serial))  # fmt: skip
        save(second.store, "case:k2", *mended("W07", number))
        wait_until(second.settled)
        assert second.outbox.counts() == (0, 0)
        states = {row["id"]: (row["state"], row["window"]) for row in office.cases()}
        assert states == {"k1": ("accepted", "W07"), "k2": ("accepted", "W07")}


def test_the_window_it_was_taken_from_hears_why(tmp_path: Path, office: Forked) -> None:
    with fed_window(tmp_path / "a", office.url, enrolled(office, "W01"), device="W01") as window:
        window.start()
        save(window.store, "case:k1", CaseOpened(window="W01", ticket=""))
        wait_until(window.settled)
        act(office, PAGE, act="free", case="k1", text="设备故障")
        wait_until(lambda: state_at(window.store, "k1") is CaseState.LEFT)
        (told,) = NewsDesk(window.store).recent()
        assert isinstance(told, CaseFreed)
        assert (told.case_id, told.reason, told.by) == ("k1", "设备故障", "督导甲")
        with window.store.read() as connection:
            kinds = connection.exec_driver_sql("SELECT kind FROM journal ORDER BY hlc").all()
        assert [row[0] for row in kinds][-1] == CaseLeft.__name__
