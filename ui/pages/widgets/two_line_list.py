"""A quiet list of two-line rows: a chip, a title, what it means, and the time. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from ui.kit.theme import Tone
from ui.pages.widgets.look import Look, chip_font, paint_chip

_Index = QModelIndex | QPersistentModelIndex
_HEIGHT = 54
_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLines:
    """``strong`` draws the title bold: unread, or new."""

    id: str
    chip: str
    tone: Tone
    title: str
    under: str = ""
    right: str = ""
    strong: bool = False


class _Rows(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[TwoLines, ...] = ()

    def put(self, rows: tuple[TwoLines, ...]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return "\n".join(part for part in (row.chip, row.title, row.under) if part)
        return None


class _Painting(QStyledItemDelegate):
    def __init__(self, look: Look, rows: _Rows, view: TwoLineList) -> None:
        super().__init__(view)
        self._look = look
        self._rows = rows
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002  # Qt's signature
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        font = QFont(option.font)
        row = self._rows.rows[index.row()]
        small = chip_font(font)
        painter.save()
        if index == self._view.currentIndex():
            ground = "act_soft" if self._view.hasFocus() else "hover"
            painter.fillRect(rect, self._look.colour(ground))
            if self._view.hasFocus():
                bar = QRect(rect.left(), rect.top() + 8, 3, rect.height() - 16)
                painter.fillRect(bar, self._look.colour("act"))
        paint_chip(
            painter, self._look, rect.left() + 12, rect.center().y(), row.chip, row.tone, small
        )
        painter.setFont(small)
        painter.setPen(self._look.colour("muted"))
        right = painter.fontMetrics().horizontalAdvance(row.right) + 12
        painter.drawText(
            rect.adjusted(rect.width() - right, 0, -12, 0),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.right,
        )  # fmt: skip
        inner = rect.adjusted(self._view.chip_room, 0, -right - 20, 0)
        half = rect.height() // 2
        under = inner.adjusted(0, half - 2, 0, -5)
        self._text(painter, under, row.under)
        font.setBold(row.strong)
        painter.setFont(font)
        painter.setPen(self._look.colour("text"))
        self._text(painter, inner.adjusted(0, 5, 0, -half) if row.under else inner, row.title)
        painter.restore()

    @staticmethod
    def _text(painter: QPainter, rect: QRect, text: str) -> None:
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, _MIDDLE, cut)


class TwoLineList(QListView):
    """``chosen`` carries the id of the row on Enter or a double click, ``moved`` the row under the
    cursor ("" for none)."""

    chosen = Signal(str)
    moved = Signal(str)

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look = look
        self._rows = _Rows()
        self.empty_text = ""
        self.chip_room = 132
        self.setModel(self._rows)
        self.setItemDelegate(_Painting(look, self._rows, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)
        self.setAccessibleName(name)
        self.doubleClicked.connect(lambda _: self._choose())
        self.selectionModel().currentChanged.connect(lambda *_: self.moved.emit(self.current()))
        look.changed.connect(self.viewport().update)

    @property
    def rows(self) -> tuple[TwoLines, ...]:
        return self._rows.rows

    def put(self, rows: Sequence[TwoLines]) -> None:
        """The cursor stays on its row, wherever that stands now."""
        rows = tuple(rows)
        if rows == self._rows.rows:
            return
        former, at = self.current(), self.currentIndex().row()
        self._rows.put(rows)
        ids = [row.id for row in rows]
        if former in ids:
            at = ids.index(former)
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(row.chip) for row in rows), default=0)
        self.chip_room = max(96, widest + 44)
        if rows:
            self.setCurrentIndex(self._rows.index(min(max(at, 0), len(rows) - 1)))
        else:
            self.moved.emit("")

    def current(self) -> str:
        at = self.currentIndex().row()
        return self._rows.rows[at].id if 0 <= at < len(self._rows.rows) else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self._choose()
        elif event.text().isprintable() and event.text():
            event.ignore()  # the page's own letters; no searching by typing here
        else:
            super().keyPressEvent(event)

    def _choose(self) -> None:
        if self.current():
            self.chosen.emit(self.current())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._rows.rows and self.empty_text:
            painter = QPainter(self.viewport())
            painter.setPen(self._look.colour("muted"))
            painter.drawText(
                self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty_text
            )
