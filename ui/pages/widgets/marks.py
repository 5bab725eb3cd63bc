"""The small marks of every page: labels, chips, key caps, notes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.kit.theme import Tone
from ui.pages.widgets.look import set_look
from ui.viewmodels.viewmodel import Note


def label(text: str = "", look: str = "", *, wrap: bool = False) -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if look:
        made.setProperty("look", look)
    made.setWordWrap(wrap)
    return made


class Elided(QLabel):
    """One line that ends in … where it must; the whole text is its tool tip."""

    def __init__(self, text: str = "", look: str = "", *, keep_after: str = "") -> None:
        """What follows the first ``keep_after`` is cut last: the words before it give way, but
        never to less than nearly half of the line."""
        super().__init__(text)
        self._keep_after = keep_after
        self.setTextFormat(Qt.TextFormat.PlainText)
        if look:
            self.setProperty("look", look)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        cut = self.sizeHint().width() > self.width()
        self.setToolTip(self.text() if cut else "")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # Qt's signature
        painter = QPainter(self)
        metrics = self.fontMetrics()
        head, mark, tail = self.text(), "", ""
        if self._keep_after:
            head, mark, tail = self.text().partition(self._keep_after)
        cut = Qt.TextElideMode.ElideRight
        wanted = self.width() - metrics.horizontalAdvance(mark + tail)
        text = metrics.elidedText(head, cut, max(wanted, self.width() * 9 // 20)) + mark
        text += metrics.elidedText(tail, cut, self.width() - metrics.horizontalAdvance(text))
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), int(self.alignment()), text)


class Chip(QLabel):
    """A word with a colour; hidden while empty."""

    def __init__(self, text: str = "", tone: Tone = Tone.NEUTRAL) -> None:
        super().__init__(text)
        self.setObjectName("chip")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone.value)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, text: str, tone: Tone) -> None:
        self.setText(text)
        set_look(self, "tone", tone.value)
        self.setVisible(bool(text))


def key_cap(key: str) -> QLabel:
    cap = QLabel(key_text(key))
    cap.setObjectName("cap")
    cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
    cap.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return cap


def key_text(key: str) -> str:
    """What stands on the cap: ``Ctrl+Return`` is ``Ctrl+↵``, ``Shift+F4`` is ``⇧F4``."""
    return key.replace("Return", "↵").replace("Shift+F", "⇧F")


def card(*, spacing: int = 8, margins: tuple[int, int, int, int] = (16, 12, 16, 12)) -> QFrame:
    frame = QFrame()
    frame.setObjectName("card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    return frame


def card_rule() -> QFrame:
    """A hairline inside a card."""
    rule = QFrame()
    rule.setObjectName("rule")
    return rule


def row(*parts: QWidget | int, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side; 0 is a stretch, another number a gap."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif part == 0:
            layout.addStretch(1)
        else:
            layout.addSpacing(part)
    return layout


def boxed(layout: QLayout) -> QWidget:
    """A widget around a layout, so that it can be shown and hidden as one."""
    widget = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    widget.setLayout(layout)
    return widget


class NoteBar(QFrame):
    """An inline message: what happened, and under it what to do. Hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("note")
        self._message = label(wrap=True)
        self._step = label(wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(2)
        layout.addWidget(self._message)
        layout.addWidget(self._step)
        self.hide()

    def tell(self, note: Note | None) -> None:
        if note is None:
            self.hide()
            return
        set_look(self, "tone", note.tone.value)
        self._message.setText(note.message)
        self._step.setText(note.next_step)
        self._step.setVisible(bool(note.next_step))
        self.show()
