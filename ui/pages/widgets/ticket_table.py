"""The table of all tickets of the day: many may be chosen; it decides nothing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
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
from ui.viewmodels.supervisor_words import TicketRow

_Index = QModelIndex | QPersistentModelIndex
NUMBER, LINE, STATE, LASTED, AHEAD, WINDOW, PRIORITY, SOURCE, TAKEN, REMARK = range(10)
_ROW_HEIGHT = 30
_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WIDTHS = {
    NUMBER: 84, LINE: 116, STATE: 112, LASTED: 172, AHEAD: 56, WINDOW: 96, PRIORITY: 84,
    SOURCE: 76, TAKEN: 66,
}  # fmt: skip


class TicketTableModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[TicketRow, ...] = ()

    def put(self, rows: tuple[TicketRow, ...]) -> bool:
        """Whether rows came, went or moved; else only what changed is drawn anew."""
        if [row.id for row in rows] == [row.id for row in self.rows]:
            former, self.rows = self.rows, rows
            for at, (one, other) in enumerate(zip(former, rows, strict=True)):
                if one != other:
                    self.dataChanged.emit(self.index(at, NUMBER), self.index(at, REMARK))
            return False
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        return True

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else 10

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                say("号码"), say("业务"), say("状态"), say("等候、办理"), say("前面"),
                say("窗口"), say("优先"), say("来源"), say("取号"), say("待办"),
            )[section]  # fmt: skip
        return _MIDDLE if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            extra = row.light if index.column() == LASTED else ""
            return " ".join(part for part in (row.cells[index.column()], extra) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.remark or None
        return None


class _Painting(QStyledItemDelegate):
    def __init__(self, look: Look, model: TicketTableModel, parent: TicketTable) -> None:
        super().__init__(parent)
        self._look = look
        self._model = model
        self._table = parent

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        font: QFont = option.font
        row = self._model.rows[index.row()]
        focus = self._table.hasFocus()
        if self._table.selectionModel().isSelected(index):
            painter.fillRect(rect, self._look.colour("act_soft" if focus else "hover"))
        if index.row() == self._table.currentIndex().row() and index.column() == NUMBER and focus:
            bar = QRect(rect.left(), rect.top() + 6, 3, rect.height() - 12)
            painter.fillRect(bar, self._look.colour("act"))
        inner = rect.adjusted(8, 0, -8, 0)
        middle = rect.center().y()
        if index.column() == STATE:
            paint_chip(
                painter, self._look, inner.left(), middle, row.word, row.tone, chip_font(font)
            )  # fmt: skip
            return
        painter.save()
        bold = QFont(font)
        bold.setBold(index.column() == NUMBER)
        painter.setFont(bold)
        quiet = index.column() in {SOURCE, TAKEN}
        warned = index.column() == REMARK and row.remark
        colour = "warn_ink" if warned else "muted" if quiet else "text"
        painter.setPen(self._look.colour(colour))
        text = row.cells[index.column()]
        if index.column() == LASTED and row.light:
            width = painter.fontMetrics().horizontalAdvance(text)
            small = chip_font(font)
            painter.drawText(inner, _MIDDLE, text)
            x = inner.left() + width + 8
            paint_chip(painter, self._look, x, middle, row.light, row.light_tone, small)
        else:
            cut = Qt.TextElideMode.ElideRight
            painter.drawText(
                inner, _MIDDLE, painter.fontMetrics().elidedText(text, cut, inner.width())
            )
        painter.restore()


class TicketTable(QTableView):
    """``wanted`` is a key of those given, with the ids chosen."""

    wanted = Signal(str, object)  # tuple[str, ...]
    moved = Signal()

    def __init__(self, look: Look, keys: dict[int, str]) -> None:
        super().__init__()
        self._rows = TicketTableModel()
        self._look = look
        self._keys = keys
        self.empty_text = ""
        self.setModel(self._rows)
        self.setItemDelegate(_Painting(look, self._rows, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
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
        header.setFixedHeight(32)
        self.setAccessibleName(say("排队号"))
        look.changed.connect(self.viewport().update)

    @property
    def rows(self) -> tuple[TicketRow, ...]:
        return self._rows.rows

    def put(self, rows: tuple[TicketRow, ...]) -> None:
        """What was chosen stays chosen, and the cursor on its ticket, wherever they stand now."""
        chosen = set(self.chosen()) if self.selectionModel().hasSelection() else set()
        at = self.currentIndex().row()
        here = self._rows.rows[at].id if 0 <= at < len(self._rows.rows) else ""
        if not self._rows.put(rows):
            return
        if not rows:
            self.moved.emit()
            return
        places = {row.id: place for place, row in enumerate(rows)}
        at = places.get(here, min(max(at, 0), len(rows) - 1))
        none = QItemSelectionModel.SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(self._rows.index(at, NUMBER), none)
        self._select(sorted(places[one] for one in chosen if one in places))
        self.moved.emit()

    def _select(self, places: list[int]) -> None:
        selection = QItemSelection()
        start = last = None
        for place in [*places, -2]:
            if last is not None and start is not None and place != last + 1:
                selection.select(self._rows.index(start, NUMBER), self._rows.index(last, REMARK))
                start = None
            start = place if start is None else start
            last = place
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def chosen(self) -> tuple[str, ...]:
        """Those selected, else the one under the cursor."""
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        if not rows and self.currentIndex().isValid():
            rows = [self.currentIndex().row()]
        return tuple(self._rows.rows[row].id for row in sorted(rows))

    def want(self, act: str) -> None:
        if chosen := self.chosen():
            self.wanted.emit(act, chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        act = None if held else self._keys.get(event.key())
        if act is not None:
            self.want(act)
        else:
            super().keyPressEvent(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        rest = self.viewport().width() - sum(_WIDTHS.values())
        self.setColumnWidth(REMARK, max(160, rest))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._rows.rows and self.empty_text:
            painter = QPainter(self.viewport())
            painter.setPen(self._look.colour("muted"))
            painter.drawText(
                self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty_text
            )
