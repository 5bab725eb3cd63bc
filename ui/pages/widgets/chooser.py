"""A drop-down list with its own chevron, so that it looks the same in both themes."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox

from ui.pages.widgets.look import Look


class Chooser(QComboBox):
    """Items are (id, text); ``chosen`` is the id."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setMaxVisibleItems(12)

    def offer(self, pairs: tuple[tuple[str, str], ...], chosen: str) -> None:
        if [self.itemData(i) for i in range(self.count())] != [p[0] for p in pairs]:
            self.blockSignals(True)
            self.clear()
            for key, text in pairs:
                self.addItem(text, key)
            self.blockSignals(False)
        at = self.findData(chosen)
        if at != self.currentIndex():
            self.blockSignals(True)
            self.setCurrentIndex(at)
            self.blockSignals(False)

    @property
    def chosen(self) -> str:
        return str(self.currentData() or "")

    def choose(self, value: str) -> None:
        self.setCurrentIndex(max(0, self.findData(value)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel turned over a closed list must not change who signs in."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("muted"), 1.6))
        x, y = self.width() - 18.0, self.height() / 2
        painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])
