"""Paint the hall's board, from its state and layout, at whatever size the screen has."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.domain.hall import HALL_ZONE
from app.domain.queue_view import HallView, LineView, WindowState, WindowView
from ui.board.layouts import Layout, Part, Region, number_pixels
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import DARK, Theme
from ui.viewmodels.board import BoardState, call_sentence, window_words

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter
_FRAME_MS = 50  # while a new call moves
_CALM_SECONDS = 2.0  # of one breath


@dataclass(frozen=True, slots=True)
class _Pen:
    painter: QPainter
    theme: Theme
    unit: float  # a hundredth of the shorter side

    def text(
        self, box: QRectF, words: str, size: float, colour: str,
        flags: Qt.AlignmentFlag = _LEFT, *, bold: bool = False,
    ) -> None:  # fmt: skip
        """Smaller where it does not fit, down to a half; then its end is left out."""
        font = QFont(self.painter.font())
        font.setBold(bold)
        font.setPixelSize(max(1, int(size)))
        wide = QFontMetricsF(font).horizontalAdvance(words)
        if wide > box.width() > 0:
            font.setPixelSize(max(1, int(size * max(0.5, 0.97 * box.width() / wide))))
        self.painter.setFont(font)
        self.painter.setPen(QColor(colour))
        shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, box.width() + 1)
        self.painter.drawText(box, int(flags), shown)

    def block(self, box: QRectF, colour: str | QColor) -> None:
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(colour))
        self.painter.drawRoundedRect(box, self.unit, self.unit)


class BoardCanvas(QWidget):
    """``window``: whose strip the layout ``window`` shows."""

    def __init__(
        self, layout: Layout, state: BoardState, window: str = "", theme: Theme = DARK
    ) -> None:
        super().__init__()
        self._layout, self._state, self._window, self._theme = layout, state, window, theme
        self._frames = QTimer(self)
        self._frames.setInterval(_FRAME_MS)
        self._frames.timeout.connect(self.update)
        self._paint = {
            Part.HEAD: self._head, Part.NEWEST: self._newest, Part.CALLS: self._calls,
            Part.LINES: self._lines, Part.WINDOWS: self._windows, Part.NOTICE: self._notice,
            Part.STRIP: self._strip,
        }  # fmt: skip

    def render_state(self, state: BoardState) -> None:
        self._state = state
        if state.fresh and not state.lost:
            self._frames.start()
        else:
            self._frames.stop()
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._theme.ground))
        width, height = self.width(), self.height()
        pen = _Pen(painter, self._theme, min(width, height) / 100)
        for region in self._layout.regions:
            # What it last knew is told apart from what is: everything but the head is pale.
            pale = self._state.lost is not None and region.part is not Part.HEAD
            painter.setOpacity(0.4 if pale else 1.0)
            gap = pen.unit
            box = QRectF(
                region.x * width, region.y * height, region.width * width, region.height * height
            ).adjusted(gap, gap / 2, -gap, -gap / 2)
            self._paint[region.part](pen, box, region)
        if self._state.lost is not None:
            painter.setOpacity(1.0)
            self._banner(pen, QRectF(0, height * 0.9, width, height * 0.1))
        painter.end()

    @property
    def _view(self) -> HallView | None:
        return self._state.view

    def _banner(self, pen: _Pen, box: QRectF) -> None:
        lost = self._state.lost
        if lost is None:
            return
        pen.painter.fillRect(box, QColor(pen.theme.bad))
        at = clock_text(lost)
        words = (
            say("{time} 起连不上后台，所示为当时情况。请听窗口人员叫号。", time=at)
            if self._view is not None
            else say("{time} 起连不上后台。连上后自动显示。", time=at)
        )
        inner = box.adjusted(2 * pen.unit, 0, -2 * pen.unit, 0)
        pen.text(inner, words, pen.unit * 4.5, pen.theme.bad_ink, _MIDDLE, bold=True)

    def _head(self, pen: _Pen, box: QRectF, _: Region) -> None:
        local = self._state.now.astimezone(HALL_ZONE)
        size = min(box.height() * 0.55, box.width() * 0.055)
        hall = self._view.hall if self._view else say("政务服务大厅")
        clock = QRectF(box.right() - size * 3.4, box.top(), size * 3.4, box.height())
        day = QRectF(clock.left() - size * 5, box.top(), size * 4.6, box.height())
        name = QRectF(box.left(), box.top(), day.left() - box.left() - size / 2, box.height())
        pen.text(name, hall, size, pen.theme.text, bold=True)
        date = say("{month} 月 {day} 日", month=local.month, day=local.day)
        pen.text(day, date, size * 0.62, pen.theme.muted, _RIGHT)
        pen.text(clock, clock_text(local), size * 1.2, pen.theme.text, _RIGHT, bold=True)

    def _newest(self, pen: _Pen, box: QRectF, region: Region) -> None:
        view, calls = self._view, self._state.calls
        if view is not None and view.halted:
            pen.block(box, pen.theme.warn)
            words = say("本厅暂停叫号：{reason}。您的号码保留。", reason=view.halted)
            pen.text(box.adjusted(pen.unit * 2, 0, -pen.unit * 2, 0), words, box.height() * 0.4,
                     pen.theme.warn_ink, _MIDDLE, bold=True)  # fmt: skip
            return
        pen.block(box, self._breath(calls[0].id) if calls else QColor(pen.theme.card))
        words = call_sentence(calls[0]) if calls else say("请等候叫号")
        size = number_pixels(region, self.width(), self.height())
        inner = box.adjusted(pen.unit * 2, 0, -pen.unit * 2, 0)
        pen.text(inner, words, size, pen.theme.text, _MIDDLE, bold=True)

    def _breath(self, call: str) -> QColor:
        """Between two quiet colours, once in two seconds: seen from afar, and no alarm."""
        quiet, bright = QColor(self._theme.act_soft), QColor(self._theme.act)
        if call not in self._state.fresh or self._state.lost:
            return quiet
        share = 0.1 * (1 - math.cos(2 * math.pi * time.monotonic() / _CALM_SECONDS))
        red, green, blue = (
            int(a + (b - a) * share)
            for a, b in (
                (quiet.red(), bright.red()),
                (quiet.green(), bright.green()),
                (quiet.blue(), bright.blue()),
            )
        )
        return QColor(red, green, blue)

    def _cells(self, box: QRectF, region: Region, gap: float) -> list[QRectF]:
        wide, high = box.width() / region.columns, box.height() / region.rows
        return [
            QRectF(box.left() + column * wide, box.top() + row * high, wide, high).adjusted(
                gap if column else 0, gap / 2, -gap if column + 1 < region.columns else 0, -gap / 2
            )
            for column in range(region.columns)
            for row in range(region.rows)
        ]

    def _calls(self, pen: _Pen, box: QRectF, region: Region) -> None:
        size = number_pixels(region, self.width(), self.height())
        cells = self._cells(box, region, pen.unit / 2)
        for cell, call in zip(cells, self._state.calls, strict=False):
            pen.block(cell, self._breath(call.id) if call.id in self._state.fresh else "#00000000")
            inner = cell.adjusted(pen.unit * 2, 0, -pen.unit * 2, 0)
            half = inner.width() / 2
            left = QRectF(inner.left(), inner.top(), half, inner.height())
            right = QRectF(inner.left() + half, inner.top(), half, inner.height())
            pen.text(left, call.number, size, pen.theme.text, bold=True)
            if call.name:
                beside = left.adjusted(size * 0.66 * len(call.number), 0, 0, 0)
                pen.text(beside, call.name, size * 0.5, pen.theme.muted, _RIGHT)
            window = say("{window} 号窗口", window=call.window)
            pen.text(right, window, size * 0.8, pen.theme.act_ink, _RIGHT, bold=True)
            pen.painter.fillRect(
                QRectF(cell.left(), cell.bottom(), cell.width(), max(1.0, pen.unit / 8)),
                QColor(pen.theme.line),
            )

    def _lines(self, pen: _Pen, box: QRectF, region: Region) -> None:
        lines = self._view.lines if self._view else ()
        shown = self._state.page_of(lines, region.rows * region.columns)
        for cell, line in zip(self._cells(box, region, pen.unit / 2), shown, strict=False):
            size = cell.height() * 0.42
            third = cell.width() / 3
            inner = cell.adjusted(pen.unit, 0, -pen.unit, 0)
            name = QRectF(inner.left(), inner.top(), third * 1.2, inner.height())
            rest = QRectF(name.right(), inner.top(), inner.right() - name.right(), inner.height())
            pen.text(name, f"{line.prefix}  {line.name}", size, pen.theme.text)
            pen.text(rest, line_words(line), size, pen.theme.muted, _RIGHT)

    def _windows(self, pen: _Pen, box: QRectF, region: Region) -> None:
        windows = self._view.windows if self._view else ()
        # Those that say something come first; where they fill the room, nobody misses the closed.
        closed = [one for one in windows if one.state is WindowState.CLOSED]
        room = region.rows * region.columns
        told = [one for one in windows if one.state is not WindowState.CLOSED]
        told += closed[: max(0, room - len(told))]
        shown = self._state.page_of(told, room)
        for cell, window in zip(self._cells(box, region, pen.unit / 2), shown, strict=False):
            ground, ink = self._window_colours(window)
            pen.block(cell, ground)
            inner = cell.adjusted(pen.unit, 0, -pen.unit, 0)
            number = QRectF(inner.left(), inner.top(), inner.width() * 0.36, inner.height())
            state = QRectF(number.right(), inner.top(), inner.width() * 0.64, inner.height())
            size = min(cell.height() * 0.34, pen.unit * 3.6)
            pen.text(number, say("{window} 号", window=window.number), size, ink, bold=True)
            words = window.ticket or window_words(window)
            pen.text(state, words, size, ink, _RIGHT)

    def _window_colours(self, window: WindowView) -> tuple[str, str]:
        theme = self._theme
        return {
            WindowState.CALLING: (theme.act_soft, theme.act_ink),
            WindowState.PAUSED: (theme.warn, theme.warn_ink),
            WindowState.FREE: (theme.good, theme.good_ink),
            WindowState.CLOSED: (theme.card, theme.faint),
        }.get(window.state, (theme.card, theme.text))

    def _notice(self, pen: _Pen, box: QRectF, _: Region) -> None:
        size = min(box.height() * 0.5, pen.unit * 4.2)
        pen.text(box, self._state.notice, size, pen.theme.muted, _MIDDLE)

    def _strip(self, pen: _Pen, box: QRectF, region: Region) -> None:
        """One window's own: its number, and whom it calls."""
        window = next((one for one in self._view.windows if one.id == self._window), None) \
            if self._view else None  # fmt: skip
        size = number_pixels(region, self.width(), self.height())
        number = QRectF(box.left(), box.top(), box.width(), box.height() * 0.25)
        below = QRectF(box.left(), number.bottom(), box.width(), box.height() * 0.65)
        if window is None:
            pen.text(below, say("请等候叫号"), size * 0.6, pen.theme.muted, _MIDDLE)
            return
        name = say("{window} 号窗口", window=window.number)
        pen.text(number, name, number.height() * 0.6, pen.theme.text, _MIDDLE, bold=True)
        call = next((one for one in self._state.calls if one.number == window.ticket), None)
        ground, ink = self._window_colours(window)
        if call is not None and window.state is WindowState.CALLING:
            pen.block(below, self._breath(call.id))
        elif window.state in (WindowState.PAUSED, WindowState.CALLING):
            pen.block(below, ground)
        words = window.ticket or strip_words(window)
        pen.text(below, words, size, ink, _MIDDLE, bold=True)


def strip_words(window: WindowView) -> str:
    return say("热情为您服务") if window.state is WindowState.FREE else window_words(window)


def line_words(line: LineView) -> str:
    if not line.open:
        return say("{time} 开始", time=line.opens) if line.opens else say("今日不再取号")
    if line.wait is None:
        return say("{n} 人等候", n=line.waiting)
    return say(
        "{n} 人等候 · 约 {least}-{most} 分钟",
        n=line.waiting, least=line.wait.least, most=line.wait.most,
    )  # fmt: skip
