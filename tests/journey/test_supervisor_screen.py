"""The supervisor's real window over a real back office: she sees the hall, moves somebody, looks at
the day, loses the line and gets it back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.bootstrap import Client
from app.config import Settings
from app.demo.back_office import EmbeddedBackOffice
from app.domain.ticket import TicketState
from app.screen import Screen, start_screen
from tests.journey.hall import open_client
from tests.proxy import GOOD, Line, Proxy
from ui.pages.supervisor_panel import SupervisorPanel, Tab
from ui.viewmodels.supervisor import SupervisorModel


@pytest.fixture
def proxy(office: EmbeddedBackOffice) -> Iterator[Proxy]:
    with Proxy(int(office.url.rpartition(":")[2])) as line:
        yield line


@pytest.fixture
def clerk(tmp_path: Path, office: EmbeddedBackOffice) -> Iterator[Client]:
    """A window that serves, beside hers."""
    client = open_client(tmp_path / "W01", office, window="W01")
    client.sync.start()
    client.feed.start()
    session = client.sign_in.sign_in("1001", "demo-1001", "W01")
    client.queue.open(session)
    yield client
    client.feed.stop()
    client.sync.stop()
    client.store.close()


@pytest.fixture
def screen(qapp: QApplication, tmp_path: Path, office: EmbeddedBackOffice, proxy: Proxy,
           clerk: Client) -> Iterator[Screen]:  # fmt: skip
    settings = Settings(backoffice_url=proxy.url, window="W03", reader="none")
    client = Client(tmp_path / "W03", settings)
    client.enrolment.enrol(proxy.url, office.new_code(client.store.device))
    made = start_screen(client)
    made.window.resize(1366, 768)
    yield made
    made.stop()
    client.reader.close()
    client.store.close()
    made.window.deleteLater()
    qapp.processEvents()


def wait(true: Callable[[], bool], what: str, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited in vain: {what}"
        QTest.qWait(20)


def key(screen: Screen, pressed: Qt.Key, ctrl: bool = False) -> None:
    held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(QApplication.focusWidget() or screen.window, pressed, held)
    QTest.qWait(50)


def signed_in(screen: Screen) -> tuple[SupervisorModel, SupervisorPanel]:
    window = screen.window
    wait(lambda: bool(window.sign_in_model.state.staff), "staff and windows")
    window.sign_in_model.choose_clerk("9001")
    window.sign_in.password.setText("demo-9001")
    QTest.keyClick(window.sign_in.password, Qt.Key.Key_Return)
    wait(lambda: window.supervisor_model is not None, "the supervisor's page")
    model = window.supervisor_model
    assert model is not None
    wait(lambda: model.state.rows is not None, "the hall")
    panel = window.stack.currentWidget()
    assert isinstance(panel, SupervisorPanel)
    return model, panel


def test_she_sees_the_hall_moves_somebody_and_looks_at_the_day(screen: Screen) -> None:
    model, panel = signed_in(screen)
    assert [one.number for one in panel.hall.tiles.tiles] == ["1", "2", "3"]

    def held() -> list[str]:
        rows = model.state.rows
        return [
            one.id for one in (rows.view.tickets if rows else ())
            if one.holder == "W01" and one.state is TicketState.WAITING
        ]  # fmt: skip

    wait(lambda: bool(held()), "the clerk's window holds some")
    moved = held()[-1]
    key(screen, Qt.Key.Key_F3)
    number = next(row.number for row in model.state.shown if row.id == moved)
    panel.tickets.text.setText(number)
    panel.tickets.table.setFocus()
    panel.tickets.table.selectRow(0)
    key(screen, Qt.Key.Key_T)
    assert model.state.form is not None
    panel.form.window_.setCurrentIndex(panel.form.window_.findData("W02"))
    panel.form.reason.setText("专人办理")
    key(screen, Qt.Key.Key_Return, ctrl=True)
    wait(lambda: bool(model.state.pending.acts), "the act on her list")
    wait(lambda: model.state.pending.acts[0].chip == "已执行", "the act is done")

    def place() -> str:
        rows = model.state.rows
        return next((o.window for o in (rows.view.tickets if rows else ()) if o.id == moved), "")

    wait(lambda: place() == "W02", "she sees it there")
    key(screen, Qt.Key.Key_F5)
    figures = panel.view(Tab.FIGURES)
    wait(lambda: len(figures.day.currentText()) > 12, "the day")  # type: ignore[attr-defined]
    assert "20" in figures.day.currentText().partition("·")[2]  # type: ignore[attr-defined]


def test_without_the_line_the_picture_stays_and_an_order_waits(
    screen: Screen, proxy: Proxy
) -> None:
    model, panel = signed_in(screen)
    proxy.be(Line(refuse=True))
    wait(lambda: model.state.stale is not None, "the loss", seconds=90)
    assert panel.hall.tiles.tiles
    key(screen, Qt.Key.Key_F2)
    panel.hall.tiles.setFocus()
    key(screen, Qt.Key.Key_M)
    panel.form.reason.setText("请看一下网线")
    key(screen, Qt.Key.Key_Return, ctrl=True)
    wait(lambda: bool(model.state.pending.acts), "the act on her list")
    assert model.state.pending.acts[0].chip == "待办 1/1"
    assert "还没送到后台" in model.state.pending.acts[0].detail[0]
    proxy.be(GOOD)
    wait(lambda: model.state.stale is None, "the line", seconds=90)
    wait(lambda: model.state.pending.acts[0].chip == "已执行", "the order is sent", seconds=90)
