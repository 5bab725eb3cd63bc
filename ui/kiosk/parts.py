"""What the kiosk's pages are made of: labels, tiles with two lines, and keys to type with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.kiosk.look import Look
from ui.kit.texts import say

_ROWS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")


def label(
    kind: str, text: str = "", align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> QLabel:
    made = QLabel(text)
    made.setProperty("kind", kind)
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
    return made


def button(kind: str, text: str, press: Callable[[], object]) -> QPushButton:
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a ring would look like a choice
    made.clicked.connect(lambda _checked=False: press())
    return made


def show_words(shown: QLabel, text: str) -> None:
    """A label without words takes no room."""
    shown.setText(text)
    shown.setVisible(bool(text))


class Tile(QPushButton):
    """A large button: what it is, and a line about it."""

    def __init__(self, look: Look, press: Callable[[], object], name: str = "") -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)  # a long name takes two lines
        self.setSizePolicy(policy)
        self._least = look.px(13)
        self.name, self.told = label("name", name), label("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(2), look.px(1), look.px(2), look.px(1))
        column.setSpacing(look.px(0.6))
        column.addStretch()
        for one in (self.name, self.told):
            one.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(one)
        column.addStretch()
        self.clicked.connect(lambda _checked=False: press())

    def heightForWidth(self, width: int) -> int:
        column = self.layout()
        return max(self._least, column.heightForWidth(width) if column else 0)

    def sizeHint(self) -> QSize:
        width = super().sizeHint().width()
        return QSize(width, self.heightForWidth(max(width, self.width())))

    def say_of(self, words: str) -> None:
        show_words(self.told, words)
        self.setAccessibleName(f"{self.name.text()} {words}")


class Keys(QWidget):
    """Letters and digits: what pinyin, codes and numbers need."""

    typed = Signal(str)
    erased = Signal()

    def __init__(self, look: Look, entered: QPushButton | None = None) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(look.px(0.8))
        for row, letters in enumerate(_ROWS):
            for place, letter in enumerate(letters):
                key = button("key", letter, partial(self.typed.emit, letter))
                grid.addWidget(key, row, 2 * place + (row > 1) * (row - 1), 1, 2)
        erase = button("key", say("退格"), self.erased.emit)
        grid.addWidget(erase, 3, 16, 1, 4)
        if entered is not None:
            grid.addWidget(entered, 4, 0, 1, 20)
        for column in range(20):
            grid.setColumnStretch(column, 1)


def clear(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.setParent(None)
            widget.deleteLater()
