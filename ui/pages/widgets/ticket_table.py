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
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
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
_LONG = frozenset({LINE, PRIORITY, REMARK})  # columns whose text may not fit
_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MIDDLE_FLAGS = int(_MIDDLE)
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
                say("窗口"), say("优先"), say("来源"), say("取号时间"), say("待办"),
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


class _Brush:
    """What all cells of one painting share: made for each cell it would cost more than the cell."""

    def __init__(self, look: Look, table: TicketTable) -> None:
        plain = table.font()
        self.bold = QFont(plain)
        self.bold.setBold(True)
        self.plain, self.chip = plain, chip_font(plain)
        self.metrics = QFontMetrics(plain)
        self.text, self.muted = look.colour("text"), look.colour("muted")
        self.warned, self.act = look.colour("warn_ink"), look.colour("act")
        self.focus = table.hasFocus()
        self.ground = look.colour("act_soft" if self.focus else "hover")
        self.chosen = {row for span in table.spans() for row in span}
        self.here = table.currentIndex().row() if self.focus else -1


class _Painting(QStyledItemDelegate):
    def __init__(self, look: Look, model: TicketTableModel, parent: TicketTable) -> None:
        super().__init__(parent)
        self._look = look
        self._model = model
        self.brush: _Brush | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        brush = self.brush
        if brush is None:
            return
        at, column = index.row(), index.column()
        row = self._model.rows[at]
        text = row.cells[column]
        rect: QRect = option.rect
        if at in brush.chosen:
            painter.fillRect(rect, brush.ground)
        if column == NUMBER and at == brush.here:
            bar = QRect(rect.left(), rect.top() + 6, 3, rect.height() - 12)
            painter.fillRect(bar, brush.act)
        if not text:
            return
        x, middle = rect.left() + 8, rect.center().y()
        if column == STATE:
            paint_chip(painter, self._look, x, middle, row.word, row.tone, brush.chip)
            return
        painter.setFont(brush.bold if column == NUMBER else brush.plain)
        if column == REMARK:
            painter.setPen(brush.warned)
        else:
            painter.setPen(brush.muted if column in {SOURCE, TAKEN} else brush.text)
        room = rect.width() - 16
        if column in _LONG and brush.metrics.horizontalAdvance(text) > room:
            text = brush.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(x, rect.top(), room + 8, rect.height(), _MIDDLE_FLAGS, text)
        if column == LASTED and row.light:
            x += brush.metrics.horizontalAdvance(text) + 8
            paint_chip(painter, self._look, x, middle, row.light, row.light_tone, brush.chip)


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
        self._painting = _Painting(look, self._rows, self)
        self.setItemDelegate(self._painting)
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
        # With the table's own it would ask of each column whether all rows are chosen: 60 ms.
        header.setSelectionModel(QItemSelectionModel(self._rows, header))
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
        rows = {row for span in self.spans() for row in span}
        if not rows and self.currentIndex().isValid():
            rows = {self.currentIndex().row()}
        return tuple(self._rows.rows[row].id for row in sorted(rows))

    def how_many(self) -> int:
        """Selected."""
        return sum(len(span) for span in self.spans())

    def spans(self) -> list[range]:
        """By ranges: an index for each of a thousand rows would take longer than a key may."""
        chosen = self.selectionModel().selection()
        return [range(one.top(), one.bottom() + 1) for one in map(chosen.at, range(chosen.count()))]

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
        self._painting.brush = _Brush(self._look, self)
        super().paintEvent(event)
        if not self._rows.rows and self.empty_text:
            painter = QPainter(self.viewport())
            painter.setPen(self._look.colour("muted"))
            painter.drawText(
                self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty_text
            )
