"""Buttons that carry their key; one of them on a page may be filled."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy

from ui.pages.widgets.look import set_look
from ui.pages.widgets.marks import key_cap, key_text, label


class ActButton(QPushButton):
    """A wide act: words left, key cap right. ``primary`` fills it; ``tight`` is for two in a
    row."""

    def __init__(self, text: str, key: str = "", *, quiet: str = "", tight: bool = False) -> None:
        super().__init__()
        self.setObjectName("act")
        self._quiet = quiet
        self.setProperty("role", quiet)
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        self._words = label(text)
        self._cap = key_cap(key)
        for part in (self._words, self._cap):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = self._inner = QHBoxLayout(self)
        if quiet:
            layout.setContentsMargins(*((6, 3, 7, 3) if key else (12, 3, 12, 3)))
            layout.setSpacing(5)
            layout.addWidget(self._cap)
            layout.addWidget(self._words)
            self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        else:
            layout.setContentsMargins(*((6, 5, 4, 5) if tight else (12, 6, 10, 6)))
            layout.setSpacing(3 if tight else layout.spacing())
            layout.addWidget(self._words)
            layout.addStretch(1)
            layout.addWidget(self._cap)
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

        self._cap.setVisible(bool(key))  # only now: without a parent it would open as a window

    def sizeHint(self) -> QSize:
        inner = self._inner.sizeHint()
        floor = 30 if self._quiet else 38
        return QSize(inner.width() + 2, max(inner.height() + 2, floor))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def set_words(self, text: str) -> None:
        self._words.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def words(self) -> str:
        return self._words.text()

    def set_key(self, key: str) -> None:
        self._cap.setText(key_text(key))
        self._cap.setVisible(bool(key))
        self.updateGeometry()

    def key(self) -> str:
        return self._cap.text()

    def set_primary(self, primary: bool) -> None:
        set_look(self, "role", "primary" if primary else self._quiet)

    def is_primary(self) -> bool:
        return bool(self.property("role") == "primary")


def small(text: str, key: str = "") -> ActButton:
    """A small act that stands alone: with a line around it."""
    return ActButton(text, key, quiet="small")


def link(text: str, key: str = "") -> ActButton:
    """A small act in a card's header: key cap first, then its word."""
    return ActButton(text, key, quiet="link")
