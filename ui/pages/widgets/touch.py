"""Large words and buttons for screens that are touched by those who are served."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout


def touch_label(text: str, look: str, *, middle: bool = False) -> QLabel:
    made = QLabel(text)
    made.setProperty("look", look)
    made.setWordWrap(True)
    if middle:
        made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


class TouchButton(QPushButton):
    """Two lines: Chinese large, English small."""

    def __init__(self, chinese: str, english: str, role: str = "") -> None:
        super().__init__()
        self.setObjectName("touch")
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(chinese)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(96)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 10, 8, 10)
        layout.setSpacing(2)
        for text, look in ((chinese, "touch"), (english, "touch-small")):
            if text:
                layout.addWidget(touch_label(text, look, middle=True))
