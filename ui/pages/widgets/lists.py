"""Two quiet lists: who waits, and what the search found. They paint rows and forward choices."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from ui.kit.texts import say
from ui.pages.widgets.look import Look, chip_font, paint_chip
from ui.viewmodels.line_state import LineRow, RowKind
from ui.viewmodels.search import Hit

_Index = QModelIndex | QPersistentModelIndex


class _Rows(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Any, ...] = ()

    def put(self, rows: tuple[Any, ...]) -> None:
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return None
        row = self.rows[index.row()]
        return row.number if isinstance(row, LineRow) else row.name


class _Painting(QStyledItemDelegate):
    def __init__(self, look: Look, view: QListView, height: int) -> None:
        super().__init__(view)
        self._look = look
        self._view = view
        self._height = height

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002  # Qt's signature
        return QSize(100, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        font: QFont = option.font
        row = index.model().rows[index.row()]  # type: ignore[attr-defined]  # our own model
        painter.save()
        painter.setFont(font)
        if isinstance(row, LineRow):
            self._line(painter, rect, font, row, here=index == self._view.currentIndex())
        else:
            self._hit(painter, rect, font, row, here=index == self._view.currentIndex())
        painter.restore()

    def _line(self, painter: QPainter, rect: QRect, font: QFont, row: LineRow, here: bool) -> None:
        if here and self._view.hasFocus():
            painter.fillRect(rect, self._look.colour("act_soft"))
        painter.setPen(self._look.colour("text" if row.kind is RowKind.WAITING else "muted"))
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(4, 0, 0, 0), middle, row.number)
        small = chip_font(font)
        painter.setFont(small)
        room = rect.width() - 100
        text = painter.fontMetrics().elidedText(row.tag, Qt.TextElideMode.ElideRight, room)
        width = painter.fontMetrics().horizontalAdvance(text) + 20
        left = rect.right() - width - 2
        paint_chip(painter, self._look, left, rect.center().y(), text, row.tone, small)

    def _hit(self, painter: QPainter, rect: QRect, font: QFont, row: Hit, here: bool) -> None:
        if here:
            painter.fillRect(rect, self._look.colour("act_soft"))
            bar = QRect(rect.left(), rect.top() + 6, 3, rect.height() - 12)
            painter.fillRect(bar, self._look.colour("act"))
        middle = Qt.AlignmentFlag.AlignVCenter
        small = chip_font(font)
        painter.setFont(small)
        metrics = painter.fontMetrics()
        painter.setPen(self._look.colour("muted"))
        # One width for all, so that names, departments and codes stand in columns.
        code_width = max(metrics.horizontalAdvance(row.code), rect.width() * 30 // 100) + 12
        code = QRect(rect.right() - code_width, rect.top(), code_width - 12, rect.height())
        painter.drawText(code, Qt.AlignmentFlag.AlignRight | middle, row.code)
        where = QRect(code.left() - 216, rect.top(), 200, rect.height())
        shown = metrics.elidedText(row.department, Qt.TextElideMode.ElideRight, where.width())
        painter.drawText(where, Qt.AlignmentFlag.AlignLeft | middle, shown)
        painter.setFont(font)
        painter.setPen(self._look.colour("text"))
        name = QRect(rect.left() + 12, rect.top(), where.left() - rect.left() - 24, rect.height())
        shown = painter.fontMetrics().elidedText(
            row.name, Qt.TextElideMode.ElideRight, name.width()
        )
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft | middle, shown)


class _List(QListView):
    def __init__(self, look: Look, height: int) -> None:
        super().__init__()
        self._rows = _Rows()
        self.setModel(self._rows)
        self.setItemDelegate(_Painting(look, self, height))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        look.changed.connect(self.viewport().update)


class WaitingList(_List):
    """Who is on hold here, who waits in calling order, who was passed over. Enter chooses one,
    Delete drops it."""

    chosen = Signal(str)  # ticket id
    dropped = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__(look, 30)
        self.setAccessibleName(say("等候的人"))
        self.doubleClicked.connect(self._choose)

    def put(self, rows: tuple[LineRow, ...]) -> None:
        at = self.currentIndex().row()
        self._rows.put(rows)
        if 0 <= at < len(rows):
            self.setCurrentIndex(self._rows.index(at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self._choose(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete:
            index = self.currentIndex()
            if index.isValid() and self._rows.rows[index.row()].kind is not RowKind.AWAY:
                self.dropped.emit(self._rows.rows[index.row()].id)
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self._rows.rows[index.row()].id)


class HitList(_List):
    """What the search found; the keyboard stays in the search line."""

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__(look, 34)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(say("找到的事项"))
        self.clicked.connect(lambda index: self.pointed.emit(index.row()))
        self.doubleClicked.connect(lambda index: self.chosen.emit(index.row()))

    def put(self, hits: tuple[Hit, ...], at: int) -> None:
        self._rows.put(hits)
        if 0 <= at < len(hits):
            self.setCurrentIndex(self._rows.index(at))
        self.setFixedHeight(34 * min(len(hits), 6))
