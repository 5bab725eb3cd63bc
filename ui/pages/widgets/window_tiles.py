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
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
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
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


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


class _Brush:
    """What all tiles of one painting share."""

    def __init__(self, look: Look, tiles: WindowTiles) -> None:
        self.bold, self.small = QFont(tiles.font()), chip_font(tiles.font())
        self.bold.setBold(True)
        self.small.setPixelSize(12)
        self.metrics = QFontMetrics(self.small)
        self.text, self.muted = look.colour("text"), look.colour("muted")
        self.act, self.warned = look.colour("act"), look.colour("warn_ink")
        self.soft, self.ground = look.colour("act_soft"), look.colour("ground")
        self.card = look.colour("card")
        self.line, self.act_line = QPen(look.colour("line"), 1), QPen(self.act, 2)
        self.chosen = {index.row() for index in tiles.selectedIndexes()}
        self.here = tiles.currentIndex().row() if tiles.hasFocus() else -1


class _Painting(QStyledItemDelegate):
    def __init__(self, look: Look, tiles: _Tiles, parent: WindowTiles) -> None:
        super().__init__(parent)
        self._look = look
        self._tiles = tiles
        self._list = parent
        self.brush: _Brush | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        return self._list.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        brush = self.brush
        if brush is None:
            return
        tile = self._tiles.tiles[index.row()]
        rect: QRect = option.rect
        box = rect.adjusted(3, 3, -3, -3)
        here = index.row() == brush.here
        closed = tile.state is WindowState.CLOSED
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(brush.act_line if here else brush.line)
        chosen = index.row() in brush.chosen
        painter.setBrush(brush.soft if chosen else brush.ground if closed else brush.card)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        x, width, third = box.left() + 8, box.width() - 15, (box.height() - 8) // 3
        top = box.top() + 4
        middle, bottom = top + third, top + 2 * third

        word = f"{tile.mark} {tile.word}" if tile.mark else tile.word
        chip = brush.metrics.horizontalAdvance(word) + 20
        paint_chip(
            painter, self._look, box.right() - 6 - chip, top + third // 2 + 1, word,
            Tone.NEUTRAL if closed else tile.tone, brush.small,
        )  # fmt: skip
        painter.setFont(brush.bold)
        painter.setPen(brush.muted if closed else brush.text)
        painter.drawText(x, top, width, third, _LEFT, tile.number)
        if tile.ticket:
            painter.setPen(brush.act)
            painter.drawText(x, middle, width, third, _LEFT, tile.ticket)
        painter.setFont(brush.small)
        if not tile.ticket and tile.clerk:
            painter.setPen(brush.muted)
            clerk = self._cut(brush.metrics, tile.clerk, width - 44)
            painter.drawText(x, middle, width, third, _LEFT, clerk)
        painter.setPen(brush.muted if tile.tone in {Tone.GOOD, Tone.NEUTRAL} else brush.text)
        painter.drawText(x, middle, width, third, _RIGHT, tile.lasted)
        painter.setPen(brush.warned if tile.pending else brush.muted)
        shown = (tile.clerk, tile.under) if tile.ticket else (tile.under,)
        under = tile.pending or " · ".join(part for part in shown if part)
        under = self._cut(brush.metrics, under, width)
        painter.drawText(x, bottom, width, third, _LEFT, under)

    @staticmethod
    def _cut(metrics: QFontMetrics, text: str, width: int) -> str:
        if metrics.horizontalAdvance(text) <= width:
            return text
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


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
        self._painting = _Painting(look, self._rows, self)
        self.setItemDelegate(self._painting)
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
        self._painting.brush = _Brush(self._look, self)
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
