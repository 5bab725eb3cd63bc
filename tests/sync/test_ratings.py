"""Ratings at the back office: bad ones wait for a person, all of them go to the platform."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.domain.deadline import WorkCalendar
from app.domain.ticket_events import ServiceRated
from sync.backoffice.database import Database
from sync.backoffice.departments.lists import NoLists
from sync.backoffice.ratings.records import ratings
from tests.sync.coming_back import PERSON, notice, save, started, window_of
from tests.sync.supervising import act, open_page
from tests.sync.world import Forked, Nursery, wait_until

PAGE = "/ratings"


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data") as server:
        yield server


def rated(score: int, *reasons: str, cases: tuple[str, ...] = (), text: str = "") -> ServiceRated:
    return ServiceRated(
        ticket="", cases=cases, clerk="1001", window="W01", score=score, reasons=reasons, text=text
    )


def test_a_bad_rating_waits_until_it_is_called_back_and_set_right(
    tmp_path: Path, office: Forked
) -> None:
    with window_of(tmp_path, office, "W01") as window:
        started(window)
        save(window.store, "rating:r1", rated(1, "wait", text="等了<b>三小时</b>"))
        save(window.store, "rating:r2", rated(5, "quick"))
        save(window.store, "rating:r1", rated(4))  # 一次一评: refused
        wait_until(lambda: window.outbox.counts() == (0, 1))
    drawn = open_page(office, PAGE)
    assert "非常不满意" in drawn
    assert escape("等了<b>三小时</b>") in drawn
    assert "等候太久" in drawn
    assert "非常满意" not in drawn.replace("非常不满意", "")
    assert drawn.count("记下") == 2
    assert "已记下" in act(office, PAGE, rating="r1", step="called_back", text="已致歉并说明").text
    assert "已经记过" in act(office, PAGE, rating="r1", step="called_back", text="再打一次").text
    assert "没有这条" in act(office, PAGE, rating="r9", step="rectified", text="x").text
    assert act(office, PAGE, rating="r1", step="other", text="x").status_code == 400
    after = act(office, PAGE, rating="r1", step="rectified", text="增开一个窗口").text
    assert "已经办完的" in after
    assert re.search(r"整改：增开一个窗口（督导甲", after)


def test_it_is_due_fifteen_working_days_later(tmp_path: Path, office: Forked) -> None:
    with window_of(tmp_path, office, "W01") as window:
        started(window)
        save(window.store, "rating:r1", rated(2, "slow"))
        wait_until(lambda: window.outbox.counts() == (0, 0))
        now = window.store.clock.now()
    database = Database.open(office.data / "backoffice.db", now)
    with database.read() as reader:
        [found] = ratings(reader, worst=2)
    database.close()
    due = found.due(NoLists())
    work = NoLists().work()
    assert isinstance(work, WorkCalendar)
    day, left = found.at.astimezone(now.tzinfo).date(), 15
    while day < due:
        day += timedelta(days=1)
        left -= work.works(day)
    assert left in {0, -1}


def test_the_platforms_rows_name_case_clerk_and_applicant(tmp_path: Path, office: Forked) -> None:
    with window_of(tmp_path, office, "W01") as window:
        started(window)
        number = notice(window, "c1")
        save(window.store, "rating:r1", rated(4, "clear", cases=("c1",)))
        wait_until(lambda: window.outbox.counts() == (0, 0))
    out = tmp_path / "ratings.jsonl"
    done = CliRunner().invoke(
        main,
        ["ratings", "--home", str(tmp_path / "home"), "--data", str(office.data), "--out", str(out),
         "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    [row] = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert told["rows"] == 1
    assert (row["satisfaction"], row["evalDetail"], row["workNo"]) == ("4", "clear", "1001")
    assert (row["affairSerialNo"], row["affairName"]) == (number, "示例事项")
    assert (row["userName"], row["certificateNo"]) == ("张示例", PERSON)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["evalTime"])
    again = CliRunner().invoke(
        main,
        ["ratings", "--home", str(tmp_path / "home"), "--data", str(office.data), "--out", str(out),
         "--after", str(told["last"]), "--json"],
    )  # fmt: skip
    assert json.loads(again.output)["rows"] == 0
