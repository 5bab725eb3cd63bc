"""What the three pages behind the status line share: a title, a way back, and Esc."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import link
from ui.pages.widgets.marks import label, row


class Panel(QWidget):
    """``closed`` when the clerk wants back to the counter. Its way back is the filled button."""

    closed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.back = link(say("回到窗口"), "Esc")
        self.back.set_primary(True)
        self.back.clicked.connect(self.closed)
        frame = QFrame()
        frame.setObjectName("card")
        self.inside = QVBoxLayout(frame)
        self.inside.setContentsMargins(24, 16, 24, 20)
        self.inside.setSpacing(12)
        self.top = row(label(title, "title"), 0, self.back)
        self.inside.addLayout(self.top)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def take_focus(self) -> None:
        """The page is opened: where the keys go first."""
        self.back.setFocus()
