"""The hall's board: what it shows, from how far, and what it does while nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.queue_view import CallView, HallView, LineView, WindowState, WindowView
from app.domain.queueing import Wait
from app.ports import Access
from sync.client.queue import RemoteQueue
from tests.sync.queue_world import Line
from tests.sync.world import Nursery, enrolled
from ui.board.canvas import BoardCanvas, line_words, strip_words
from ui.board.layouts import CAPITALS, LAYOUTS, READABLE, Layout, Part, number_share
from ui.kit.lane import Lane
from ui.viewmodels.board import BoardModel, BoardState, call_sentence, window_words

NOW = datetime(2026, 11, 23, 1, 41, tzinfo=UTC)
_SIZES = {"portrait": ((1080, 1920), (2160, 3840))}
_WIDE = ((1920, 1080), (3840, 2160), (1366, 768))


def hall_view(version: int = 1, calls: int = 12) -> HallView:
    states = (
        WindowState.SERVING, WindowState.CALLING, WindowState.CALLING, WindowState.FREE,
        WindowState.PAUSED, WindowState.SERVING, WindowState.LOST, WindowState.SERVING,
        WindowState.CLOSED,
    )  # fmt: skip
    windows = tuple(
        WindowView(
            id=f"W{n:02d}", number=str(n), name=f"{n} 号综合窗口", state=state,
            ticket=f"A{n:03d}" if state in {WindowState.SERVING, WindowState.CALLING} else "",
        )
        for n, state in enumerate(states, 1)
    )  # fmt: skip
    lines = (
        LineView(business="general", name="综合业务", prefix="A", waiting=23,
                 wait=Wait(least=11, most=24)),
        LineView(business="property", name="不动产登记", prefix="B", waiting=8),
        LineView(business="social", name="社保医保", prefix="C", open=False, opens="13:30"),
    )  # fmt: skip
    shown = tuple(
        CallView(
            id=f"c{n}", number=f"{'ABC'[n % 3]}{12 + n:03d}", window=str(3 + n % 14),
            window_id="W03", business="general", count=1, at=NOW - timedelta(seconds=30 * n),
        )
        for n in range(calls)
    )  # fmt: skip
    return HallView(
        version=version, at=NOW, hall="示例区政务服务中心", lines=lines, windows=windows,
        calls=shown, notices=("周六上午 9:00-12:00 照常办理不动产登记和社保业务。",),
    )  # fmt: skip


def painted(layout: str, state: BoardState, size: tuple[int, int]) -> QImage:
    canvas = BoardCanvas(LAYOUTS[layout], state, "W02")
    canvas.resize(*size)
    image = canvas.grab().toImage()
    canvas.deleteLater()
    return image


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda one: one.id)
def test_a_called_number_is_read_from_ten_metres(screen: QApplication, layout: Layout) -> None:
    font = QFont(screen.font())
    font.setPixelSize(1000)
    assert QFontMetricsF(font).capHeight() / 1000 >= CAPITALS - 0.02
    for width, height in _SIZES.get(layout.id, _WIDE):
        for region in layout.regions:
            # Upright, the sentence is as wide as the screen lets it; its number heads the list.
            read = {Part.CALLS, Part.STRIP} | ({Part.NEWEST} if width > height else set())
            if region.part in read:
                assert number_share(region, width, height) >= READABLE - 0.001, region.part


def test_parts_stand_beside_each_other_on_the_screen() -> None:
    for layout in LAYOUTS.values():
        regions = layout.regions
        for one in regions:
            assert one.x >= 0
            assert one.x + one.width <= 1 + 1e-9
            assert one.y + one.height <= 1 + 1e-9
        for one in regions:
            for other in regions:
                apart = (
                    one is other
                    or one.x + one.width <= other.x + 1e-9
                    or other.x + other.width <= one.x + 1e-9
                    or one.y + one.height <= other.y + 1e-9
                    or other.y + other.height <= one.y + 1e-9
                )
                assert apart, (layout.id, one.part, other.part)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_painted_and_pale_while_nobody_answers(
    screen: QApplication, layout: str
) -> None:
    size = _SIZES.get(layout, _WIDE)[0]
    state = BoardState(now=NOW, view=hall_view())
    fine = painted(layout, state, size)
    gone = painted(layout, replace(state, lost=NOW), size)
    empty = painted(layout, BoardState(now=NOW), size)

    def brightest(image: QImage) -> int:
        middle = range(image.height() // 3, image.height() * 4 // 5, 3)
        return max(
            QColor(image.pixel(x, y)).lightness() for y in middle for x in range(0, size[0], 3)
        )

    assert brightest(fine) > brightest(gone) + 60
    assert fine != empty


def test_words_for_the_public() -> None:
    view = hall_view()
    assert call_sentence(view.calls[0]) == "请 A012 号到 3 号窗口办理"
    assert [window_words(one) for one in view.windows][3:] == [
        "空闲", "暂停服务", "办理中", "请等候叫号", "办理中", "未开放",
    ]  # fmt: skip
    assert strip_words(view.windows[3]) == "热情为您服务"
    assert [line_words(one) for one in view.lines] == [
        "23 人等候 · 约 11-24 分钟", "8 人等候", "13:30 开始",
    ]  # fmt: skip
    again = replace(view.calls[0], id="later", count=2)
    state = BoardState(now=NOW, view=replace(view, calls=(again, *view.calls)))
    assert [one.id for one in state.calls][:2] == ["later", "c1"]


class SystemTime:
    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def lane(screen: QApplication) -> Iterator[Lane]:
    made = Lane("board")
    yield made
    made.stop()


def test_it_keeps_the_last_state_says_since_when_and_goes_on_by_itself(
    qtbot: QtBot, lane: Lane, tmp_path: Path
) -> None:
    access = Access(url="http://127.0.0.1:9", token="")

    def office() -> RemoteQueue:
        return RemoteQueue(lambda: access)

    model = BoardModel(office, lane, SystemTime())
    model.start()
    qtbot.waitUntil(lambda: model.state.lost is not None, timeout=20_000)
    assert model.state.view is None
    line = Line(tmp_path / "unused.db")
    with (
        closing(Nursery()) as nursery,
        nursery.served(tmp_path / "data") as server,
        closing(line.database),
    ):
        access = Access(url=server.url, token=enrolled(server, "BOARD"))
        qtbot.waitUntil(lambda: model.state.view is not None, timeout=30_000)
        assert model.state.lost is None
        RemoteQueue(lambda: access).take(line.wish())
        qtbot.waitUntil(
            lambda: model.state.view is not None and model.state.view.lines[0].waiting == 1,
            timeout=30_000,
        )
    qtbot.waitUntil(lambda: model.state.lost is not None, timeout=60_000)
    assert model.state.view is not None
    assert model.state.view.lines[0].waiting == 1
    model.stop()


def test_it_asks_on_after_a_bug(qtbot: QtBot, lane: Lane) -> None:
    asked = 0

    def office() -> RemoteQueue:
        nonlocal asked
        asked += 1
        raise ZeroDivisionError

    model = BoardModel(office, lane, SystemTime())
    model.start()
    qtbot.waitUntil(lambda: asked >= 2, timeout=20_000)
    assert model.state.lost is not None
    model.stop()


def test_what_has_no_room_comes_in_turn() -> None:
    state = BoardState(now=NOW, view=hall_view())
    seen: list[int] = []
    for second in range(0, 8 * 4, 8):
        later = replace(state, now=NOW + timedelta(seconds=second))
        page = later.page_of(range(20), 9)
        assert 0 < len(page) <= 9
        seen += page
    assert set(seen) == set(range(20))
    assert list(state.page_of(range(9), 9)) == list(range(9))
    assert list(state.page_of([], 9)) == []


def test_a_name_stands_beside_the_number_and_in_the_sentence(qtbot: QtBot) -> None:
    view = hall_view()
    named = replace(view, calls=tuple(replace(one, name="欧阳**") for one in view.calls))
    assert "欧阳**" in call_sentence(named.calls[0])
    assert "**" not in call_sentence(view.calls[0])
    for layout in ("calls", "list", "portrait"):
        size = _SIZES.get(layout, _WIDE)[0]
        plain = painted(layout, BoardState(now=NOW, view=view), size)
        assert painted(layout, BoardState(now=NOW, view=named), size) != plain
