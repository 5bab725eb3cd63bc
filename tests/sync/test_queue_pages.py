"""What a slip's QR opens, what the hall's page shows, and how bookings come in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from app.cli import main
from app.domain.ticket_events import (
    QueuePolicyChanged,
    TicketCalled,
    TicketPassed,
    TicketReplaced,
    WindowOpened,
    WindowPaused,
)
from app.ports import Access
from app.services.bookings_file import BadBookings, read_bookings
from sync.backoffice.queue.follow import draw_followed, find_followed
from sync.backoffice.queue.overview import draw_line
from sync.client.queue import RemoteQueue
from tests.sync.queue_world import Device, Line
from tests.sync.world import Nursery, enrolled


def shown(line: Line, number: str, check: str) -> str:
    with line.database.read() as reader:
        found = find_followed(reader, line.hall, number, check, line.now)
    return draw_followed(line.hall, found) if found else ""


def test_a_slip_shows_its_place_its_window_and_its_end(tmp_path: Path) -> None:
    line = Line(tmp_path / "b.db")
    one, boss = Device(line, "W01"), Device(line, "S1", actor="9001")
    line.take()
    taken = line.take()
    number, check = taken.ticket.number, taken.follow.rpartition("=")[2]
    assert "前面还有 1 人" in shown(line, number, check)
    assert "前面还有 1 人" in shown(line, number, check.lower())
    assert shown(line, number, "") == shown(line, number, "XXXXXX") == ""
    assert shown(line, "A099", check) == ""
    one.lease(2)
    one.act("A001", TicketCalled(window="W01"))
    assert "下一位就是您" in shown(line, number, check)
    one.act(number, TicketCalled(window="W01"))
    assert "请到 1 号窗口" in shown(line, number, check)
    one.act(number, TicketPassed())
    assert "已过号" in shown(line, number, check)
    new = TicketReplaced(act="r", reason="x", by="n1", number="A002B")
    assert boss.record(new, f"ticket:{taken.ticket.id}") == []
    assert "请看新号 A002B" in shown(line, number, check)
    line.later(minutes=60 * 24)
    assert shown(line, number, check) == "", "a slip is of its day"
    line.database.close()


def test_a_name_is_kept_and_shown_masked_and_only_where_the_hall_says_so(tmp_path: Path) -> None:
    line = Line(tmp_path / "b.db")
    one, boss = Device(line, "W01"), Device(line, "S1", actor="9001")
    plain = line.hall.queue

    def rule(shown: bool) -> None:
        event = QueuePolicyChanged(
            act=f"act-{shown}", policy=replace(plain, names_on_board=shown), reason="r"
        )
        assert boss.record(event, "hall") == []

    def called() -> dict[str, str]:
        return {one.number: one.name for one in line.view().calls}

    def kept() -> list[str]:
        with line.database.read() as reader:
            return [row[0] for row in reader.execute("SELECT name FROM queue_names").fetchall()]

    line.take(name="张样例")
    assert kept() == [], "not even kept"
    rule(shown=True)
    line.take(name="李样例")
    line.take()
    one.lease(3)
    for number in ("A001", "A002", "A003"):
        one.act(number, TicketCalled(window="W01"))
        one.act(number, TicketPassed())
    assert called() == {"A001": "", "A002": "李**", "A003": ""}
    rule(shown=False)
    assert set(called().values()) == {""}
    line.later(minutes=60 * 24)
    line.take(id_number="990100199001010014")
    assert kept() == [], "a name goes with its day"
    line.database.close()


def test_the_halls_page_shows_lines_and_windows(tmp_path: Path) -> None:
    line = Line(tmp_path / "b.db")
    one = Device(line, "W01")
    line.take()
    one.record(WindowOpened(clerk="1001"), "window:W01")
    one.record(WindowPaused(clerk="1001", reason="用餐<b>"), "window:W01")
    with line.database.read() as reader:
        page = draw_line(reader, line.hall, line.now)
    assert "A 综合业务" in page
    assert "用餐&lt;b&gt;" in page
    line.database.close()


def test_over_the_wire_a_slip_is_followed_and_bookings_are_imported(
    nursery: Nursery, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    line = Line(tmp_path / "unused.db")
    with nursery.served(data) as server:
        access = Access(url=server.url, token=enrolled(server, "K1"))
        taken = RemoteQueue(lambda: access).take(line.wish())
        path = taken.follow.partition("/ticket/")[2]
        page = requests.get(f"{server.url}/ticket/{path}", timeout=10)
        assert (page.status_code, "下一位就是您" in page.text) == (200, True)
        assert requests.get(f"{server.url}/ticket/A001?check=1", timeout=10).status_code == 404
        assert "综合业务" in server.get("/").text
        assert "onewindow_tickets_waiting 1" in server.get("/metrics").text
        file = tmp_path / "bookings.csv"
        file.write_text(
            "code,starts_at,business,id_number\nYY1,2026-11-23 09:30,general,990100199001010014\n"
            "YY2,2026-11-23 09:30,nowhere,\n", encoding="gb18030",
        )  # fmt: skip
        asked = ["bookings", "import", str(file), "--data", str(data), "--json"]
        done = CliRunner().invoke(main, asked)
        assert done.exit_code == 1
        assert json.loads(done.output) == {"ok": False, "kept": 1, "refused": {"YY2": "business"}}
    kept = b"".join(file.read_bytes() for file in data.rglob("*") if file.is_file())
    assert b"990100199001010014" not in kept
    line.database.close()


@pytest.mark.parametrize(
    "text",
    [
        "", "code\nX\n", "code,starts_at\nX,tomorrow\n", "code,starts_at,name\nX,2026-11-23,王\n",
        "[1]", "{", '[{"code": 1}]', '[{"code":"X"}]', "code,starts_at\nX,2026-11-23,more\n",
    ],
)  # fmt: skip
def test_a_bad_file_of_bookings_names_its_place_or_brings_nothing(
    text: str, tmp_path: Path
) -> None:
    file = tmp_path / "f"
    file.write_text(text, encoding="utf-8")
    if not text:
        assert read_bookings(file) == []
        return
    with pytest.raises(BadBookings):
        read_bookings(file)
