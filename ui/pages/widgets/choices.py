"""Chips to choose from: number keys, arrows and Enter, or the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.kit.theme import Tone
from ui.pages.widgets.flow import FlowLayout
from ui.pages.widgets.look import set_look

_NUMBERS = "①②③④⑤⑥⑦⑧⑨"


class Choices(QWidget):
    """``picked`` carries the ids chosen after every change. One Tab stop for the whole row.

    With ``multiple`` each pick switches one chip and Enter (``closed``) ends the choice.
    """

    picked = Signal(object)  # frozenset[str]
    closed = Signal()

    def __init__(
        self, *, multiple: bool = False, numbered: bool = True, wide: bool = False
    ) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._multiple = multiple
        self._numbered = numbered
        self._wide = wide
        self._ids: list[str] = []
        self._texts: list[str] = []
        self._chips: list[QPushButton] = []
        self._chosen: frozenset[str] = frozenset()
        self._at = 0
        self._flow = FlowLayout(gap=8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._flow)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        outer.addLayout(self._lines)

    def offer(
        self,
        options: Sequence[tuple[str, str]],
        chosen: frozenset[str] = frozenset(),
        *,
        multiple: bool | None = None,
    ) -> None:
        if multiple is not None:
            self._multiple = multiple
        ids, texts = [o[0] for o in options], [o[1] for o in options]
        if ids != self._ids or texts != self._texts:
            self._ids, self._texts, self._at = ids, texts, 0
            self._rebuild()
        self._chosen = chosen
        self._paint()

    @property
    def chosen(self) -> frozenset[str]:
        return self._chosen

    def pick(self, index: int) -> None:
        if not 0 <= index < len(self._ids):
            return
        self._at = index
        one = frozenset({self._ids[index]})
        self._chosen = self._chosen ^ one if self._multiple else one
        self._paint()
        self.picked.emit(self._chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9 and not event.modifiers() & ~_KEYPAD:
            self.pick(key - Qt.Key.Key_1)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right} and self._ids:
            step = 1 if key == Qt.Key.Key_Right else -1
            self._at = (self._at + step) % len(self._ids)
            self._paint()
        elif key == Qt.Key.Key_Space:
            self.pick(self._at)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers() & ~_KEYPAD:
            if not self._multiple and not self._chosen:
                self.pick(self._at)
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        chosen = [at for at, one in enumerate(self._ids) if one in self._chosen]
        if chosen and not self._multiple:
            self._at = chosen[0]  # what Enter takes, and where the arrows begin
        self._paint()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._paint()

    def _rebuild(self) -> None:
        self._flow.clear()
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for index, text in enumerate(self._texts):
            mark = f"{_NUMBERS[index]} " if self._numbered and index < len(_NUMBERS) else ""
            chip = _WideChip(mark + text) if self._wide else QPushButton(mark + text)
            chip.setObjectName("wide" if self._wide else "chip")
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.setToolTip(text)
            chip.clicked.connect(lambda _=False, i=index: self.pick(i))
            (self._lines if self._wide else self._flow).addWidget(chip)
            self._chips.append(chip)
        self.updateGeometry()

    def _paint(self) -> None:
        for index, chip in enumerate(self._chips):
            chosen = self._ids[index] in self._chosen
            set_look(chip, "tone", Tone.ACT.value if chosen else Tone.NEUTRAL.value)
            set_look(chip, "at", "here" if self.hasFocus() and index == self._at else "")


class _WideChip(QPushButton):
    """A choice of a whole sentence, in as many lines as it needs."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setAccessibleName(text)
        words = QLabel(text)
        words.setWordWrap(True)
        words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._inner = QVBoxLayout(self)
        self._inner.setContentsMargins(10, 5, 10, 5)
        self._inner.addWidget(words)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._inner.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(max(self.width(), 200)))


_KEYPAD = Qt.KeyboardModifier.KeypadModifier
