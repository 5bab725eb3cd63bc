"""The table of running clocks: a dot and a word, two lines a row. It decides nothing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ui.kit.texts import say
from ui.pages.widgets.look import Look, chip_font, paint_chip
from ui.viewmodels.worklist_words import WorklistLine

_Index = QModelIndex | QPersistentModelIndex
LIGHT, CASE, ITEM, CLOCK, DUE, LEFT, STATUTORY = range(7)
_ROW_HEIGHT = 48
_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_KEYS: dict[int, str] = {Qt.Key.Key_P: "pause", Qt.Key.Key_R: "resume", Qt.Key.Key_X: "extend"}


class WorklistTableModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[WorklistLine, ...] = ()

    def put(self, lines: tuple[WorklistLine, ...]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else 7

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                say("预警"),
                say("办件号、申请人"),
                say("事项、要做什么"),
                say("时限"),
                say("到期"),
                say("还剩"),
                say("法定到期"),
            )[section]
        return _MIDDLE if role == Qt.ItemDataRole.TextAlignmentRole else None

    def cell(self, index: _Index) -> tuple[str, str]:
        """The word and the small line under it."""
        line = self.lines[index.row()]
        return (
            (line.light, ""),
            (line.number, line.about),
            (line.item, line.step),
            (line.clock, line.remark),
            (line.due, line.due_remark),
            (line.left, ""),
            (line.statutory, line.statutory_remark),
        )[index.column()]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        word, under = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return word
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return "\n".join(part for part in (word, under) if part)
        return None


class _Painting(QStyledItemDelegate):
    def __init__(self, look: Look, model: WorklistTableModel, parent: QTableView) -> None:
        super().__init__(parent)
        self._look = look
        self._model = model
        self._table = parent

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        font: QFont = option.font
        line = self._model.lines[index.row()]
        if index.row() == self._table.currentIndex().row():
            ground = "act_soft" if self._table.hasFocus() else "hover"
            painter.fillRect(rect, self._look.colour(ground))
            if index.column() == LIGHT and self._table.hasFocus():
                bar = QRect(rect.left(), rect.top() + 8, 3, rect.height() - 16)
                painter.fillRect(bar, self._look.colour("act"))
        if index.column() == LIGHT:
            self._light(painter, rect, font, line)
            return
        word, under = self._model.cell(index)
        inner = rect.adjusted(8, 0, -8, 0)
        painter.save()
        painter.setFont(font)
        painter.setPen(self._look.colour("text"))
        if not under:
            self._text(painter, inner, word)
        else:
            half = rect.height() // 2
            self._text(painter, inner.adjusted(0, 4, 0, -half), word)
            painter.setFont(chip_font(font))
            warned = index.column() in {DUE, STATUTORY}
            painter.setPen(self._look.colour("warn_ink" if warned else "muted"))
            self._text(painter, inner.adjusted(0, half - 1, 0, -4), under)
        painter.restore()

    def _light(self, painter: QPainter, rect: QRect, font: QFont, line: WorklistLine) -> None:
        middle = rect.center().y()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.tone(line.dot)[1])
        painter.drawEllipse(QPointF(rect.left() + 18, middle + 0.5), 6, 6)
        painter.restore()
        small = chip_font(font)
        paint_chip(painter, self._look, rect.left() + 30, middle, line.light, line.tone, small)

    @staticmethod
    def _text(painter: QPainter, rect: QRect, text: str) -> None:
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, _MIDDLE, cut)


class WorklistTable(QTableView):
    """``wanted`` is pause, resume or extend, with the case under the cursor."""

    wanted = Signal(str, str)
    moved = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._lines = WorklistTableModel()
        self._look = look
        self.empty_text = ""
        self.setModel(self._lines)
        self.setItemDelegate(_Painting(look, self._lines, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setFixedHeight(36)
        self.setAccessibleName(say("办件时限"))
        look.changed.connect(self.viewport().update)

    @property
    def lines(self) -> tuple[WorklistLine, ...]:
        return self._lines.lines

    def put(self, lines: tuple[WorklistLine, ...]) -> None:
        """The cursor stays on its case, wherever that stands now."""
        if lines == self._lines.lines:
            return
        former, at = self.current(), self.currentIndex().row()
        self._lines.put(lines)
        self.horizontalHeader().setVisible(bool(lines))
        ids = [line.id for line in lines]
        if former is not None and former.id in ids:
            at = ids.index(former.id)
        if lines:
            self.setCurrentIndex(self._lines.index(min(max(at, 0), len(lines) - 1), CASE))
        self.moved.emit()

    def current(self) -> WorklistLine | None:
        at = self.currentIndex().row()
        return self._lines.lines[at] if 0 <= at < len(self._lines.lines) else None

    def want(self, act: str) -> None:
        if (line := self.current()) is not None:
            self.wanted.emit(act, line.id)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        act = None if held else _KEYS.get(event.key())
        if act is not None:
            self.want(act)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fixed = {LIGHT: 156, CASE: 224, CLOCK: 160, DUE: 124, LEFT: 160, STATUTORY: 124}
        for column, width in fixed.items():
            self.setColumnWidth(column, width)
        self.setColumnWidth(ITEM, max(160, self.viewport().width() - sum(fixed.values())))
        # A form above the table takes room; the case it is about stays in sight.
        self.scrollTo(self.currentIndex())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._lines.lines and self.empty_text:
            painter = QPainter(self.viewport())
            painter.setPen(self._look.colour("muted"))
            painter.drawText(
                self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty_text
            )
