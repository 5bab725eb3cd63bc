"""Open the demo hall for a newcomer, or play its main job where there is no display."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from app.demo.hall import DemoHall

if TYPE_CHECKING:
    from app.demo.play import Hands
    from app.domain.case import Case


def has_display() -> bool:
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_demo(home: Path, out: Path, *, offscreen: bool) -> bool:
    """True when all went well."""
    if offscreen or not has_display():
        return play_first_applicants(out)
    from app.start import run_window

    hall = DemoHall(home)
    click.echo(f"后台页面 {hall.office.url}  登录：1001 / demo-1001  数据 {home}")
    try:
        return run_window(hall.client, hall.trainer) == 0
    finally:
        hall.close()


def play_first_applicants(out: Path) -> bool:
    """Serve people through the real window, the back office gone for a while in between; one comes
    back after a notice, one has a bundle.

    Leaves papers, the slip and numbered pictures in ``out``.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.demo.play import Hands, PlayStuck
    from app.screen import start_screen

    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    home = out / "home"
    hall = DemoHall(home, simulate=True)
    screen = start_screen(hall.client, hall.trainer)
    screen.window.resize(1366, 768)
    try:
        if hall.trainer is None:
            raise PlayStuck(step="reader")
        numbers = _serve_three(Hands(screen, hall.trainer, out), hall)
        here, arrived = _numbered(hall), _arrived(hall)
    finally:
        screen.stop()
        hall.close()
    shutil.copytree(home / "papers", out, dirs_exist_ok=True)
    fine = sorted(here) == sorted(arrived) and set(numbers) <= set(here)
    click.echo(f"没有显示器：主要流程已在真实窗口里离屏走完，办件 {'、'.join(numbers)}。")
    click.echo(f"后台收到 {len(arrived)} 件，{'不多不少' if fine else '与窗口不符！'}。")
    click.echo(f"凭证、号票和逐步截图在 {out}/ 。")
    return fine


def _serve_three(hands: Hands, hall: DemoHall) -> list[str]:
    """Accepted with the back office there; noticed and received while it is gone."""
    from PySide6.QtCore import Qt

    from app.domain.checklist import Outcome
    from app.ports import LinkState

    client, office = hall.client, hall.office
    hands.sign_in()
    hands.wait(lambda: client.outbox.numbers_left() > 0, "case numbers")
    hands.wait(lambda: hands.model.line.state.waiting > 0, "line")
    hands.picture("line")
    hands.call_next()
    hands.read_card("zhang-shili")
    hands.find_item("spjyxk")
    hands.answer_first_options()
    hands.bring()
    with TemporaryDirectory() as scanned:
        hands.scan(Path(scanned), 2)
    numbers = [hands.decide(Outcome.ACCEPT)]
    hands.picture("accepted")

    office.stop()
    hands.wait(lambda: client.sync.status().link is LinkState.OFFLINE, "offline")
    hands.call_next()
    hands.read_card("ayiguli-ceshi")
    hands.find_item("ggcswsxk")
    hands.answer_first_options()
    hands.bring(leave_out=2)
    numbers.append(hands.decide(Outcome.NOTICE))
    hands.picture("noticed-offline")

    hands.call_next()
    hands.read_card("wang-rare")
    hands.find_item("养犬登记")
    hands.answer_first_options()
    hands.bring()
    numbers.append(hands.decide(Outcome.RECEIVE_ONLY))
    hands.picture("received-offline")
    hands.press(Qt.Key.Key_F5)
    hands.picture("take-a-number")
    hands.ctrl(Qt.Key.Key_Return)
    hands.wait(lambda: all(job.state == "printed" for job in client.papers.jobs()), "papers")

    office.start()
    hands.wait(lambda: client.outbox.counts() == (0, 0), "sent")
    hands.settle()
    hands.picture("sent")
    _serve_again(hands, hall)
    _bring_result(hands, hall, numbers[0])
    hands.press(Qt.Key.Key_F12)
    hands.picture("papers")
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_F11)
    hands.picture("outbox")
    hands.press(Qt.Key.Key_Escape)
    return numbers


def _serve_again(hands: Hands, hall: DemoHall) -> None:
    """Who was noticed comes back; a bundle's items are each decided by their own list."""
    from app.domain.checklist import Outcome

    client = hall.client
    hands.call_next()
    hands.read_card("ayiguli-ceshi")
    hands.come_back()
    hands.bring()
    hands.decide(Outcome.ACCEPT)
    hands.picture("accepted-after-notice")

    hands.call_next()
    hands.read_card("zhang-shili")
    hands.find_item("kaicanyindian")
    hands.answer_first_options()
    hands.bring(leave_out=2)
    hands.decide(Outcome.EACH)
    hands.picture("bundle-decided")
    hands.wait(lambda: all(job.state == "printed" for job in client.papers.jobs()), "papers")
    hands.wait(lambda: client.outbox.counts() == (0, 0), "all sent")


def _bring_result(hands: Hands, hall: DemoHall, number: str) -> None:
    """The department decides the first case, and the result is handed out at the window."""
    from PySide6.QtCore import Qt

    from app.demo.play import PlayStuck
    from app.demo.reviewer import find_reviewer
    from app.domain.hall import Role
    from app.services.result_list import ResultQuery

    client = hall.client
    case = _find_case(hall, number)
    staff = [
        one.id
        for one in client.hall.staff
        if one.role is Role.REVIEWER and case.department in one.departments
    ]
    reviewer = find_reviewer(hall.office.url, staff, number)
    if reviewer is None or not reviewer.grant(case.id, "食品经营许可证", "示例证0001"):
        raise PlayStuck(step="reviewer")
    hands.wait(lambda: bool(client.results.find(ResultQuery()).rows), "result")
    hands.ctrl(Qt.Key.Key_I)
    hands.picture("news")
    hands.press(Qt.Key.Key_Escape)
    hands.ctrl(Qt.Key.Key_U)
    hands.picture("results")
    hands.read_collector("zhang-shili")
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: hands.results.form.state.open, "the form of the hand-over")
    hands.picture("hand-over")
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: not hands.results.form.state.open, "handed over")
    hands.settle()
    hands.picture("handed-over")
    hands.press(Qt.Key.Key_Escape)
    hands.wait(lambda: client.outbox.counts() == (0, 0), "all sent")


def _find_case(hall: DemoHall, number: str) -> Case:
    from app.demo.play import PlayStuck

    with hall.client.store.read() as connection:
        (case_id,) = connection.exec_driver_sql(
            "SELECT id FROM cases WHERE number = ?", (number,)
        ).one()
    case = hall.client.store.find_case(case_id)
    if case is None:
        raise PlayStuck(step="case")
    return case


def _numbered(hall: DemoHall) -> list[str]:
    """Numbers of the cases that the window has, those of the bundle's items among them."""
    with hall.client.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT number FROM cases WHERE number <> ''").all()
    return [row[0] for row in rows]


def _arrived(hall: DemoHall) -> list[str]:
    """Numbers of the cases that the back office has."""
    import requests

    answer = requests.get(
        f"{hall.office.url}/api/cases", timeout=10,
        headers={"Authorization": f"Bearer {hall.office.token}"},
    )  # fmt: skip
    return [case["number"] for case in answer.json()["cases"] if case["number"]]
