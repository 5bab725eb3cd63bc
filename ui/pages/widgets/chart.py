"""Paint a chart of a day: bars, a grid of loads, dots against a line. Decides nothing.

Painted here because three kinds of chart are all that is wanted, in the screen's own colours: Qt
Charts is under the GPL alone and given up by Qt since 6.10, and pyqtgraph takes half a second and
numpy to load (measured; see docs/supervisor.md).
"""

from __future__ import annotations

from math import ceil, floor, log10

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.pages.widgets.look import Look, chip_font
from ui.viewmodels.charts import Bars, Chart, Dots, Empty, Grid, table_of

_LEFT, _TOP, _RIGHT, _BOTTOM = 46, 40, 16, 30
_TICKS = 4
_ROUND = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 4.8, 6, 8, 10, 12)
_ANY = Qt.AlignmentFlag.AlignCenter


class ChartView(QWidget):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._chart: Chart = Empty()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    @property
    def chart(self) -> Chart:
        return self._chart

    def put(self, chart: Chart) -> None:
        if chart == self._chart:
            return
        self._chart = chart
        self.setAccessibleName(chart.title)
        rows = table_of(chart)[:40]
        self.setAccessibleDescription("\n".join(" ".join(map(str, one)) for one in rows))
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 180)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # Qt's signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(chip_font(self.font()))
        match self._chart:
            case Bars() as bars if bars.labels:
                self._bars(painter, bars)
            case Grid() as grid if grid.rows and grid.columns:
                self._grid(painter, grid)
            case Dots() as dots if dots.dots:
                self._dots(painter, dots)
            case chart:
                painter.setPen(self._colour("muted"))
                words = chart.words if isinstance(chart, Empty) else chart.title
                painter.drawText(self.rect(), int(_ANY), words)

    # -- bars -----------------------------------------------------------------------------------

    def _bars(self, painter: QPainter, chart: Bars) -> None:
        room = self._room()
        tops = [
            sum(values[at] for _, values in chart.series)
            if chart.stacked
            else max(values[at] for _, values in chart.series)
            for at in range(len(chart.labels))
        ]
        highest = [high for span in chart.ranges if span is not None for high in span]
        top = _ceiling(max([*tops, *(value for _, value in chart.lines), *highest, 0.0]))
        self._title(painter, chart.title, [name for name, _ in chart.series], stacked=chart.stacked)
        self._scale(painter, room, top, chart.unit)
        slot = room.width() / len(chart.labels)
        n = 1 if chart.stacked else len(chart.series)
        width = min(46.0, slot * 0.76 / n)
        metrics = painter.fontMetrics()
        every = max(1, ceil(max(map(metrics.horizontalAdvance, chart.labels)) * 1.2 / slot))
        for at, label in enumerate(chart.labels):
            middle = room.left() + slot * (at + 0.5)
            floor_ = room.bottom()
            for place, (_, values) in enumerate(chart.series):
                height = room.height() * values[at] / top
                x = middle - width * n / 2 + (0 if chart.stacked else width * place)
                bar = QRectF(x + 1, floor_ - height, width - 2, height)
                painter.fillRect(bar, self._series(place, stacked=chart.stacked))
                if chart.stacked:
                    floor_ -= height
                elif values[at] and width > 16 and not chart.ranges:
                    self._value(painter, bar, f"{values[at]:.{chart.decimals}f}")
            if chart.stacked and tops[at] and width > 16:
                bar = QRectF(middle - width / 2, floor_, width, 0)
                self._value(painter, bar, f"{tops[at]:.{chart.decimals}f}")
            if chart.ranges:
                value = chart.series[0][1][at]
                low, high = chart.ranges[at] or (value, value)
                tips = [room.bottom() - room.height() * tip / top for tip in (low, high)]
                if low < high:
                    self._span(painter, middle, tips)
                bar = QRectF(middle - width / 2, tips[1], width, 0)
                self._value(painter, bar, f"{value:.{chart.decimals}f}")
            if at % every == 0:
                painter.setPen(self._colour("muted"))
                rect = QRectF(middle - slot * every / 2, room.bottom() + 4, slot * every, 20)
                painter.drawText(rect, int(_ANY), label)
        for name, value in chart.lines:
            y = room.bottom() - room.height() * value / top
            painter.setPen(QPen(self._colour("bad_ink"), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.drawText(
                QRectF(room.right() - 240, y - 20, 238, 18),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), name,
            )  # fmt: skip

    def _span(self, painter: QPainter, x: float, tips: list[float]) -> None:
        painter.setPen(QPen(self._colour("muted"), 1.5))
        painter.drawLine(QPointF(x, tips[0]), QPointF(x, tips[1]))
        for y in tips:
            painter.drawLine(QPointF(x - 7, y), QPointF(x + 7, y))

    def _value(self, painter: QPainter, bar: QRectF, text: str) -> None:
        painter.setPen(self._colour("text"))
        painter.drawText(QRectF(bar.center().x() - 30, bar.top() - 18, 60, 16), int(_ANY), text)

    # -- a grid of loads ------------------------------------------------------------------------

    def _grid(self, painter: QPainter, chart: Grid) -> None:
        self._title(painter, f"{chart.title}（{chart.unit}）", [])
        metrics = painter.fontMetrics()
        left = max(map(metrics.horizontalAdvance, chart.rows)) + 14
        room = QRectF(left, _TOP + 20, self.width() - left - 8, self.height() - _TOP - 28)
        # Many windows stand in two or three blocks side by side, so that each row can be read.
        blocks = min(4, max(1, ceil(len(chart.rows) * 18 / room.height())))
        per = ceil(len(chart.rows) / blocks)
        block = (self.width() - 8) / blocks
        high = min(26.0, room.height() / per)
        wide = (block - left - 10) / len(chart.columns)
        most = max(max(values) for values in chart.values) or 1.0
        act = self._colour("act")
        small = QFont(painter.font())
        small.setPixelSize(int(min(13, max(9, high - 5))))
        painter.setFont(small)
        for number in range(blocks):
            x0 = block * number + left
            painter.setPen(self._colour("muted"))
            for column, name in enumerate(chart.columns):
                painter.drawText(QRectF(x0 + wide * column, _TOP, wide, 18), int(_ANY), name)
            for row in range(per):
                at = number * per + row
                if at >= len(chart.rows):
                    break
                y = room.top() + high * row
                painter.setPen(self._colour("text"))
                painter.drawText(
                    QRectF(x0 - left, y, left - 6, high),
                    int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                    chart.rows[at],
                )  # fmt: skip
                for column, value in enumerate(chart.values[at]):
                    cell = QRectF(x0 + wide * column + 1, y + 1, wide - 2, high - 2)
                    share = value / most
                    painter.fillRect(cell, _mixed(self._colour("card"), act, 0.08 + 0.72 * share))
                    if value:
                        dark = share > 0.55
                        painter.setPen(self._colour("act_text" if dark else "text"))
                        painter.drawText(cell, int(_ANY), f"{value:.0f}")

    # -- dots -----------------------------------------------------------------------------------

    def _dots(self, painter: QPainter, chart: Dots) -> None:
        room = self._room()
        top = _ceiling(max(max(x, y) for x, y in chart.dots))
        self._title(painter, chart.title, [])
        self._scale(painter, room, top, chart.y)
        painter.setPen(self._colour("muted"))
        for tick in range(_TICKS + 1):
            x = room.left() + room.width() * tick / _TICKS
            rect = QRectF(x - 40, room.bottom() + 4, 80, 20)
            painter.drawText(rect, int(_ANY), f"{top * tick / _TICKS:g}")
        painter.drawText(
            QRectF(room.right() - 240, room.bottom() - 22, 234, 18),
            int(Qt.AlignmentFlag.AlignRight), chart.x,
        )  # fmt: skip
        painter.setPen(QPen(self._colour("bad_ink"), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(room.bottomLeft(), room.topRight())
        colour = self._colour("act")
        colour.setAlpha(120)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for x, y in chart.dots:
            place = QPointF(
                room.left() + room.width() * x / top, room.bottom() - room.height() * y / top
            )
            painter.drawEllipse(place, 3.0, 3.0)

    # -- what they share ------------------------------------------------------------------------

    def _room(self) -> QRectF:
        return QRectF(
            _LEFT, _TOP + 22, self.width() - _LEFT - _RIGHT, self.height() - _TOP - 22 - _BOTTOM
        )

    def _title(
        self, painter: QPainter, title: str, series: list[str], *, stacked: bool = False
    ) -> None:  # fmt: skip
        bold = QFont(painter.font())
        bold.setBold(True)
        bold.setPixelSize(14)
        plain = painter.font()
        painter.setFont(bold)
        painter.setPen(self._colour("text"))
        painter.drawText(QRectF(4, 0, self.width() - 8, 24), int(Qt.AlignmentFlag.AlignLeft), title)
        x = painter.fontMetrics().horizontalAdvance(title) + 28.0
        painter.setFont(plain)
        for at, name in enumerate(series if len(series) > 1 else []):
            painter.fillRect(QRectF(x, 5, 11, 11), self._series(at, stacked=stacked))
            painter.setPen(self._colour("muted"))
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QRectF(x + 16, 0, width + 8, 22), int(_ANY), name)
            x += width + 40

    def _scale(self, painter: QPainter, room: QRectF, top: float, unit: str) -> None:
        for tick in range(_TICKS + 1):
            y = room.bottom() - room.height() * tick / _TICKS
            painter.setPen(self._colour("line"))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(self._colour("muted"))
            painter.drawText(
                QRectF(0, y - 10, _LEFT - 6, 20),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                f"{top * tick / _TICKS:g}",
            )  # fmt: skip
        painter.drawText(QRectF(4, _TOP - 12, 200, 18), int(Qt.AlignmentFlag.AlignLeft), unit)

    def _series(self, place: int, *, stacked: bool) -> QColor:
        """What is less wanted is the stronger colour of a stack."""
        act = self._colour("act")
        pale = _mixed(self._colour("card"), act, 0.45)
        colours = [pale, self._colour("warn_ink")] if stacked else [act, pale]
        return [*colours, self._colour("good_ink"), self._colour("muted")][place % 4]

    def _colour(self, name: str) -> QColor:
        return self._look.colour(name)


def _ceiling(value: float) -> float:
    """The next round number, of which quarters are round too."""
    if value <= 0:
        return 4.0
    step = 10.0 ** floor(log10(value))
    return next(round_ for n in _ROUND if (round_ := n * step) >= value)


def _mixed(one: QColor, other: QColor, part: float) -> QColor:
    return QColor(
        *(
            round(a + (b - a) * part)
            for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
        )
    )
