"""The material table: the list is the page. Model, painting and keys; it decides nothing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.widgets.look import Look, chip_font, paint_chip
from ui.viewmodels.case_view import RowView

_Index = QModelIndex | QPersistentModelIndex
NUMBER, NAME, ORIGINALS, COPIES, STATE, HINT = range(6)
_NUMERIC = {NUMBER, ORIGINALS, COPIES}


class MaterialsModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[RowView, ...] = ()

    @property
    def rows(self) -> tuple[RowView, ...]:
        return self._rows

    def show_rows(self, rows: tuple[RowView, ...]) -> None:
        """The same materials again only change; another list starts anew."""
        same = [r.id for r in rows] == [r.id for r in self._rows]
        if not same:
            self.beginResetModel()
        former, self._rows = self._rows, rows
        if not same:
            self.endResetModel()
            return
        for at, (old, new) in enumerate(zip(former, rows, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(at, 0), self.index(at, HINT))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else 6

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return (
                    "",
                    say("材料（按清单，不多要）"),
                    say("原件"),
                    say("复印件"),
                    say("状态"),
                    say("为什么 / 怎么补"),
                )[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignHCenter if section in _NUMERIC else _LEFT
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            cells = (str(row.number), row.name, row.originals, row.copies, row.chip, row.hint)
            return cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in {NAME, STATE, HINT}:
            return row.because if index.column() == HINT else self.data(index)
        return None


_LEFT = Qt.AlignmentFlag.AlignLeft


class _Painting(QStyledItemDelegate):
    def __init__(self, look: Look, model: MaterialsModel, parent: QTableView) -> None:
        super().__init__(parent)
        self._look = look
        self._model = model
        self._table = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), 38)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = self._model.rows[index.row()]
        rect: QRect = option.rect
        font: QFont = option.font
        current = index.row() == self._table.currentIndex().row() and self._table.isEnabled()
        if current:
            here = self._look.colour("act_soft" if self._table.hasFocus() else "hover")
            painter.fillRect(rect, here)
            if index.column() == NUMBER and self._table.hasFocus():
                bar = QRect(rect.left(), rect.top() + 6, 3, rect.height() - 12)
                painter.fillRect(bar, self._look.colour("act"))
        text = str(index.data())
        if index.column() == STATE:
            small = chip_font(font)
            painter.setFont(small)
            text = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, rect.width() - 32
            )
            left, middle = rect.left() + 8, rect.center().y()
            paint_chip(painter, self._look, left, middle, text, row.tone, small)
            return
        painter.save()
        painter.setFont(font)
        ink = "muted" if row.quiet or index.column() in {NUMBER, HINT} else "text"
        painter.setPen(self._look.colour(ink))
        if index.column() in _NUMERIC:
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        else:
            inner = rect.adjusted(8, 0, -8, 0)
            cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, _LEFT | Qt.AlignmentFlag.AlignVCenter, cut)
        painter.restore()


class MaterialsTable(QTableView):
    """Signals carry the material id. Keys act on the row under the cursor."""

    received = Signal(str)
    electronic = Signal(str)
    adjusted = Signal(str, int, int)  # originals, copies: +1 or -1
    faulted = Signal(str)
    promised = Signal(str)
    returned = Signal(str)
    asked_why = Signal(str)
    asked_pages = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._rows = MaterialsModel()
        self._look = look
        self.empty_text = ""
        self.setModel(self._rows)
        self.setItemDelegate(_Painting(look, self._rows, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(38)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setFixedHeight(40)
        self.setAccessibleName(say("材料表"))
        look.changed.connect(self.viewport().update)

    def show_rows(self, rows: tuple[RowView, ...]) -> None:
        current = self.currentIndex().row()
        self._rows.show_rows(rows)
        self.horizontalHeader().setVisible(bool(rows))
        if rows and not 0 <= self.currentIndex().row() < len(rows):
            at = current if 0 <= current < len(rows) else 0
            self.setCurrentIndex(self._rows.index(at, NAME))
        self.viewport().update()

    def current(self) -> RowView | None:
        at = self.currentIndex().row()
        return self._rows.rows[at] if 0 <= at < len(self._rows.rows) else None

    def step_on(self) -> None:
        """To the next row that may be ticked."""
        for at in range(self.currentIndex().row() + 1, len(self._rows.rows)):
            if self._rows.rows[at].open:
                self.setCurrentIndex(self._rows.index(at, NAME))
                return

    def to_missing(self) -> None:
        """The cursor to the first row that is wanting, told ones first."""
        rows = self._rows.rows
        wanting = [at for at, one in enumerate(rows) if one.tone is not Tone.GOOD and one.required]
        told = [at for at in wanting if rows[at].told]
        for at in (told or wanting)[:1]:
            self.setCurrentIndex(self._rows.index(at, NAME))

    def press(self, what: str) -> None:
        """The same acts by mouse: ``receive``, ``fault``, ``promise``, ``electronic``,
        ``return``, ``why``, ``pages``, ``more``, ``less``."""
        row = self.current()
        if row is None:
            return
        match what:
            case "why":
                self.asked_why.emit(row.id)
            case _ if not row.open:
                self.asked_why.emit(row.id)
            case "pages":
                self.asked_pages.emit(row.id)
            case "receive":
                self.received.emit(row.id)
                self.step_on()
            case "electronic":
                self.electronic.emit(row.id)
            case "fault":
                self.faulted.emit(row.id)
            case "promise":
                self.promised.emit(row.id)
            case "return":
                self.returned.emit(row.id)
            case "more":
                self.adjusted.emit(row.id, 1, 0)
            case "less":
                self.adjusted.emit(row.id, -1, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, row = event.key(), self.current()
        modifiers = event.modifiers()
        if row is None or modifiers & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            super().keyPressEvent(event)
            return
        act = _KEYS.get(key)
        if act is not None:
            self.press(act)
        elif key in _MORE | _LESS and row.open:
            step = 1 if key in _MORE else -1
            copies = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            self.adjusted.emit(row.id, 0 if copies else step, step if copies else 0)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Twice on a row: it was brought."""
        index = self.indexAt(event.position().toPoint())
        row = self._rows.rows[index.row()] if index.isValid() else None
        if row is not None and row.open:
            self.received.emit(row.id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._rows.rows and self.empty_text:
            painter = QPainter(self.viewport())
            painter.setPen(self._look.colour("muted"))
            painter.drawText(
                self.viewport().rect().adjusted(24, 0, -24, 0),
                int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                self.empty_text,
            )

    def _share(self) -> None:
        """Fixed places for the counts, the rest between name, state and reason."""
        width = self.viewport().width()
        free = width - 44 - 60 - 68
        name, state = int(free * 0.40), int(free * 0.24)
        for column, share in (
            (NUMBER, 44), (NAME, name), (ORIGINALS, 60), (COPIES, 68), (STATE, state),
            (HINT, free - name - state),
        ):  # fmt: skip
            self.setColumnWidth(column, share)


_MORE = frozenset({Qt.Key.Key_Plus, Qt.Key.Key_Equal})
_LESS = frozenset({Qt.Key.Key_Minus, Qt.Key.Key_Underscore})
_KEYS: dict[int, str] = {
    Qt.Key.Key_Space: "receive",
    Qt.Key.Key_E: "electronic",
    Qt.Key.Key_X: "fault",
    Qt.Key.Key_P: "promise",
    Qt.Key.Key_S: "pages",
    Qt.Key.Key_Delete: "return",
    Qt.Key.Key_Backspace: "return",
    Qt.Key.Key_Question: "why",
    Qt.Key.Key_Slash: "why",
}
