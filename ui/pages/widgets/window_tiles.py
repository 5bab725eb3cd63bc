"""All windows of the hall at a glance: one tile each, as wide as all of them fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.domain.queue_view import WindowState
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.widgets.look import Look, chip_font, paint_chip
from ui.viewmodels.supervisor_words import WindowTile

_Index = QModelIndex | QPersistentModelIndex
_HEIGHT, _HIGH = 64, 84
_NARROW, _WIDE = 116, 200
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Tiles(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.tiles: tuple[WindowTile, ...] = ()

    def put(self, tiles: tuple[WindowTile, ...]) -> None:
        if [one.id for one in tiles] == [one.id for one in self.tiles]:
            former, self.tiles = self.tiles, tiles
            for at, (one, other) in enumerate(zip(former, tiles, strict=True)):
                if one != other:
                    self.dataChanged.emit(self.index(at), self.index(at))
            return
        self.beginResetModel()
        self.tiles = tiles
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.tiles)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        tile = self.tiles[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return tile.number  # typing a number goes to its window
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return tile.spoken
        return None


class _Painting(QStyledItemDelegate):
    def __init__(self, look: Look, tiles: _Tiles, parent: WindowTiles) -> None:
        super().__init__(parent)
        self._look = look
        self._tiles = tiles
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        return self._list.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        tile = self._tiles.tiles[index.row()]
        rect: QRect = option.rect
        font: QFont = option.font
        box = rect.adjusted(3, 3, -3, -3)
        chosen = self._list.selectionModel().isSelected(index)
        here = index.row() == self._list.currentIndex().row() and self._list.hasFocus()
        closed = tile.state is WindowState.CLOSED
        colour = self._look.colour
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("act" if here else "line"), 2 if here else 1))
        painter.setBrush(colour("act_soft" if chosen else "ground" if closed else "card"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        inner = box.adjusted(8, 4, -7, -4)
        third = inner.height() // 3
        top = QRect(inner.left(), inner.top(), inner.width(), third)
        middle = top.translated(0, third)
        bottom = middle.translated(0, third)

        bold = QFont(font)
        bold.setBold(True)
        small = chip_font(font)
        small.setPixelSize(12)
        word = f"{tile.mark} {tile.word}".strip()
        metrics = painter.fontMetrics()
        painter.setFont(small)
        width = painter.fontMetrics().horizontalAdvance(word) + 20
        paint_chip(
            painter, self._look, top.right() - width + 1, top.center().y() + 1, word,
            Tone.NEUTRAL if closed else tile.tone, small,
        )  # fmt: skip
        painter.setFont(bold)
        painter.setPen(colour("muted" if closed else "text"))
        painter.drawText(top, _LEFT, tile.number)
        if tile.ticket:
            painter.setPen(colour("act"))
            painter.drawText(middle, _LEFT, tile.ticket)
        else:
            painter.setFont(font)
            painter.setPen(colour("muted"))
            painter.drawText(middle, _LEFT, self._cut(metrics, tile.clerk, inner.width() - 44))
        painter.setFont(small)
        painter.setPen(colour("muted" if tile.tone in {Tone.GOOD, Tone.NEUTRAL} else "text"))
        painter.drawText(middle, _RIGHT, tile.lasted)
        painter.setPen(colour("warn_ink" if tile.pending else "muted"))
        clerk = tile.clerk if tile.ticket else ""
        under = tile.pending or " · ".join(part for part in (clerk, tile.under) if part)
        painter.drawText(
            bottom, _LEFT, self._cut(painter.fontMetrics(), under, inner.width())
        )  # fmt: skip
        painter.restore()

    @staticmethod
    def _cut(metrics: Any, text: str, width: int) -> str:
        return str(metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))


class WindowTiles(QListView):
    """``wanted`` is a key of those given, with the ids chosen; ``opened`` one id."""

    wanted = Signal(str, object)  # tuple[str, ...]
    opened = Signal(str)

    def __init__(self, look: Look, keys: dict[int, str]) -> None:
        super().__init__()
        self._look = look
        self._keys = keys
        self._rows = _Tiles()
        self.empty_text = ""
        self.setModel(self._rows)
        self.setItemDelegate(_Painting(look, self._rows, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(say("窗口"))
        self.activated.connect(lambda index: self.opened.emit(self._rows.tiles[index.row()].id))
        look.changed.connect(self.viewport().update)

    @property
    def tiles(self) -> tuple[WindowTile, ...]:
        return self._rows.tiles

    def put(self, tiles: tuple[WindowTile, ...]) -> None:
        fresh = not self._rows.tiles
        count = len(self._rows.tiles)
        self._rows.put(tiles)
        if count != len(tiles):
            self._arrange()
        if fresh and tiles:
            self.setCurrentIndex(self._rows.index(0))

    def chosen(self) -> tuple[str, ...]:
        """Those selected, else the one under the cursor."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        if not rows and self.currentIndex().isValid():
            rows = [self.currentIndex().row()]
        return tuple(self._rows.tiles[row].id for row in rows)

    def choose(self, ids: Sequence[str]) -> None:
        wanted = set(ids)
        selection = QItemSelection()
        for row, tile in enumerate(self._rows.tiles):
            if tile.id in wanted:
                selection.select(self._rows.index(row), self._rows.index(row))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

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
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not held:
            self.activated.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._rows.tiles and self.empty_text:
            painter = QPainter(self.viewport())
            painter.setPen(self._look.colour("muted"))
            painter.drawText(
                self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty_text
            )

    def _arrange(self) -> None:
        """As wide and high as lets all be seen; where they cannot, as small as can be read."""
        bar = self.verticalScrollBar().sizeHint().width()  # Qt keeps its room free
        width, height = self.contentsRect().width() - bar - 2, self.viewport().height() - 2
        most, least = max(1, width // _NARROW), max(1, width // _WIDE)
        fitting = max(1, height // _HEIGHT)
        needed = -(-len(self._rows.tiles) // fitting)
        columns = min(most, max(least, needed))
        rows = max(1, -(-len(self._rows.tiles) // columns))
        self.setGridSize(
            QSize(min(width // columns, _WIDE + 40), max(_HEIGHT, min(height // rows, _HIGH)))
        )
