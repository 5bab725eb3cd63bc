"""A strip of small pages, one under the other: number, picture, what to look at, where it goes."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from ui.kit.texts import say
from ui.pages.widgets.look import Look, chip_font, paint_chip
from ui.viewmodels.tray_state import TrayLine

_Index = QModelIndex | QPersistentModelIndex
_SIZE = QSize(168, 196)
_WIDTH = 196
_MOVES = frozenset({
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home,
    Qt.Key.Key_End,
})  # fmt: skip


class _Lines(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[TrayLine, ...] = ()

    def put(self, lines: tuple[TrayLine, ...]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.lines[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return " ".join(filter(None, (say("第 {n} 页", n=line.number), line.chip, line.label)))
        return None


class _Painter(QStyledItemDelegate):
    def __init__(self, view: QListView, lines: _Lines, look: Look) -> None:
        super().__init__(view)
        self._view = view
        self._lines = lines
        self._look = look
        self._pictures: dict[str, QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002  # Qt's signature
        return _SIZE

    def forget(self, known: set[str]) -> None:
        self._pictures = {v: picture for v, picture in self._pictures.items() if v in known}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line = self._lines.lines[index.row()]
        here = index == self._view.currentIndex()
        area: QRect = option.rect.adjusted(2, 2, -2, -2)
        painter.save()
        if here:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("act_soft"))
            painter.drawRoundedRect(area, 6, 6)
        room = area.adjusted(8, 8, -8, -32)
        picture = self._picture(line)
        size = QSize(round(room.height() * 0.7), room.height())
        if not picture.isNull():
            size = picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        at = QRect(room.topLeft(), size)
        at.moveCenter(room.center())
        painter.fillRect(at, Qt.GlobalColor.white)
        if not picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(at, picture)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._look.colour("act" if here else "line"), 2 if here else 1))
        painter.drawRect(at)
        foot = QRect(area.left() + 10, area.bottom() - 27, area.width() - 20, 22)
        painter.setPen(self._look.colour("text"))
        number = str(line.number)
        painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, number)
        if line.chip:
            font = chip_font(option.font)
            paint_chip(
                painter, self._look, foot.left() + 24, foot.center().y(), line.chip, line.tone, font
            )
        painter.setPen(self._look.colour("muted"))
        painter.drawText(
            foot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, line.label
        )
        painter.restore()

    def _picture(self, line: TrayLine) -> QPixmap:
        if line.thumb and line.version not in self._pictures:
            made = QPixmap()
            made.loadFromData(line.thumb)
            self._pictures[line.version] = made
        return self._pictures.get(line.version, QPixmap())


class PageStrip(QListView):
    chosen = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(say("扫描的页"))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._lines = _Lines()
        self._painter = _Painter(self, self._lines, look)
        self.setModel(self._lines)
        self.setItemDelegate(self._painter)
        look.changed.connect(self.viewport().update)

    def put(self, lines: tuple[TrayLine, ...], current: int) -> None:
        if lines != self._lines.lines:
            self._lines.put(lines)
            self._painter.forget({line.version for line in lines})
        if 0 <= current < len(lines) and self.currentIndex().row() != current:
            self.setCurrentIndex(self._lines.index(current, 0))

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down here; every other key is the page's."""
        if event.key() in _MOVES and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        else:
            event.ignore()
