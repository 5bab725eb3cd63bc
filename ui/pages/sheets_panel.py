"""Shift+F12: every paper that can be printed now, at true size; flip, look, print by one key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget

from ui.kit.formats import paper_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.panel import Panel
from ui.pages.signing_bar import SigningBar
from ui.pages.widgets.buttons import link, small
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import NoteBar, boxed, label, row
from ui.pages.widgets.two_line_list import TwoLineList, TwoLines
from ui.viewmodels.sheet_page import SheetPage
from ui.viewmodels.sheets import SheetsModel, SheetsState

if TYPE_CHECKING:
    from app.services.sheets import Offer

_INCH = 25.4
_PLAUSIBLE = (60.0, 400.0)  # what a screen says of itself is not always true
_MARGIN = 12


class SheetView(QWidget):
    """One page on its ground: white in both themes, because paper is."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self._size = QSize(0, 0)

    def put(self, page: SheetPage | None, ratio: float) -> None:
        if page is None:
            self._image = QImage()
            self._size = QSize(0, 0)
        else:
            image = QImage(
                page.rows, page.width, page.height, page.width * 3, QImage.Format.Format_RGB888
            )
            self._image = image.copy()  # the bytes go
            self._size = QSize(round(page.width / ratio), round(page.height / ratio))
        self.setFixedSize(self._size + QSize(2 * _MARGIN, 2 * _MARGIN))
        self.update()

    def sheet_size(self) -> QSize:
        return self._size

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # Qt's signature
        if self._image.isNull():
            return
        painter = QPainter(self)
        where = QRectF(_MARGIN, _MARGIN, self._size.width(), self._size.height())
        painter.fillRect(where.adjusted(2, 3, 2, 3), QColor(0, 0, 0, 36))
        painter.drawImage(where, self._image)


class SheetsPanel(Panel):
    def __init__(self, model: SheetsModel, look: Look) -> None:
        super().__init__(say("文书"))
        self._model = model
        self._whole = False  # the page as large as there is room, else as large as its paper
        self._size_known: float = 0.0
        self.note = NoteBar()
        self.list = TwoLineList(look, say("文书"))
        self.list.moved.connect(self._choose)
        self.list.chosen.connect(self._print)
        self._build_asking()
        self._build_controls()
        self.view = SheetView()
        self.area = QScrollArea()
        self.area.setObjectName("sheet_ground")
        self.area.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.area.setWidget(self.view)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.signing = SigningBar(model.signing)
        self.inside.addWidget(self.note)
        self.inside.addWidget(self.signing)
        self.inside.addWidget(self.asking)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(
            row(self.print_button, self.apart_button, self.half_button, self.size_button,
                self.sign_button, self.save_button, 0, self.place, self.earlier, self.later)
        )  # fmt: skip
        right.addWidget(self.area, 1)
        for key, pages in (("PgUp", -1), ("PgDown", 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._turn, pages))
        below = row(self.list, spacing=20)
        below.addLayout(right)
        below.setStretch(0, 3)
        below.setStretch(1, 7)
        self.inside.addLayout(below, 1)
        model.state_changed.connect(self.show_state)
        model.signing.state_changed.connect(lambda _: self.show_state(model.state))
        self.show_state(model.state)

    def _build_asking(self) -> None:
        model = self._model
        self.reason = QLineEdit()
        self.reason.setMaxLength(200)
        self.reason.setPlaceholderText(say("为什么补打"))
        self.reason.setAccessibleName(say("为什么补打"))
        self.reason.returnPressed.connect(lambda: model.print(self.reason.text()))
        self.print_again = link(say("补打"), "Enter")
        self.print_again.clicked.connect(lambda: model.print(self.reason.text()))
        self.cancel = link(say("取消"), "Esc")
        self.cancel.clicked.connect(model.stop_asking)
        self.asking = boxed(row(self.reason, self.cancel, self.print_again))

    def _build_controls(self) -> None:
        self.print_button = small(say("打印"), "Enter")
        self.print_button.clicked.connect(self._print)
        self.apart_button = small(say("各联分开"), "L")
        self.apart_button.clicked.connect(self._toggle_apart)
        self.half_button = small("A5", "H")
        self.half_button.clicked.connect(self._toggle_half)
        self.size_button = small(say("整页"), "Z")
        self.size_button.clicked.connect(self._toggle_size)
        self.sign_button = small(say("屏上签名"), "G")
        self.sign_button.clicked.connect(self._model.sign)
        self.save_button = small(say("存为表格"), "E")
        self.save_button.clicked.connect(self._model.save)
        self.earlier = small(say("上一页"), "PgUp")
        self.earlier.clicked.connect(lambda: self._turn(-1))
        self.later = small(say("下一页"), "PgDn")
        self.later.clicked.connect(lambda: self._turn(1))
        self.place = label("", "muted")
        keys = (
            self.print_button, self.apart_button, self.half_button, self.size_button,
            self.sign_button, self.save_button, self.earlier, self.later,
        )  # fmt: skip
        for button in keys:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def take_focus(self) -> None:
        self._model.refresh()
        self._set_dpi()
        self.list.setFocus()

    def step_back(self) -> bool:
        """Esc: first out of the reason, then out of the page. True where it was used up."""
        if self.signing.step_back():
            self.list.setFocus()
            return True
        if self._model.state.asking:
            self._model.stop_asking()
            return True
        return False

    def show_state(self, state: SheetsState) -> None:
        self.note.tell(state.note)
        asked = self.asking.isHidden() and state.asking
        self.asking.setVisible(state.asking)
        if asked:
            self.reason.clear()
            self.reason.setFocus()
        elif not state.asking and self.reason.hasFocus():
            self.list.setFocus()
        self.print_again.set_primary(state.asking)
        offer = state.offer
        again = offer is not None and offer.reprint and offer.state != "failed"
        self.print_button.set_words(say("补打") if again else say("打印"))
        busy = state.asking or self._model.signing.state.open
        self.print_button.set_primary(offer is not None and not busy)
        self.back.set_primary(offer is None and not busy)
        self.print_button.setEnabled(offer is not None)
        self.apart_button.set_words(say("只要一份") if state.apart else say("各联分开"))
        self.half_button.set_words("A4" if state.half else "A5")
        self.list.empty_text = say("没有可以打印的文书。") if state.loaded else say("正在读取…")
        self.list.put([_lines(place, one) for place, one in enumerate(state.offers)])
        self.save_button.setVisible(state.saves)
        self.sign_button.setVisible(state.signs)
        several = state.pages > 1
        for part in (self.place, self.earlier, self.later):
            part.setVisible(several)
        self.place.setText(say("第 {n} 页，共 {m} 页", n=state.page + 1, m=state.pages))
        self.view.put(state.picture, self.devicePixelRatioF())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._model.state.asking or self._model.signing.state.open:
            super().keyPressEvent(event)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._print()
        elif key == Qt.Key.Key_L:
            self._toggle_apart()
        elif key == Qt.Key.Key_H:
            self._toggle_half()
        elif key == Qt.Key.Key_Z:
            self._toggle_size()
        elif key == Qt.Key.Key_E:
            self._model.save()
        elif key == Qt.Key.Key_G:
            self._model.sign()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_dpi()

    def _print(self) -> None:
        self._model.print()

    def _turn(self, pages: int) -> None:
        """Down the page first, where it is longer than the screen."""
        bar = self.area.verticalScrollBar()
        at_end = bar.value() == (bar.maximum() if pages > 0 else bar.minimum())
        if not at_end:
            bar.setValue(bar.value() + pages * bar.pageStep())
            return
        self._model.turn(pages)
        bar.setValue(bar.minimum() if pages > 0 else bar.maximum())

    def _choose(self, chosen: str) -> None:
        if chosen.isdigit():
            self._model.choose(int(chosen))
            self.area.verticalScrollBar().setValue(0)

    def _toggle_apart(self) -> None:
        self._model.set_apart(not self._model.state.apart)

    def _toggle_half(self) -> None:
        self._model.set_half(not self._model.state.half)

    def _toggle_size(self) -> None:
        self._whole = not self._whole
        self.size_button.set_words(say("原大") if self._whole else say("整页"))
        self._set_dpi()

    def _set_dpi(self) -> None:
        self._model.set_dpi(self._dpi() * self.devicePixelRatioF())

    def _dpi(self) -> float:
        screen = self.screen()
        said = screen.physicalDotsPerInch()
        true = said if _PLAUSIBLE[0] <= said <= _PLAUSIBLE[1] else screen.logicalDotsPerInch()
        if not self._whole:
            return float(true)
        width, height = self._model.page_millimetres
        room = self.area.viewport().size() - QSize(2 * _MARGIN, 2 * _MARGIN)
        return max(min(room.width() / width, room.height() / height) * _INCH, 20.0)


def _lines(place: int, offer: Offer) -> TwoLines:
    if offer.state == "failed":
        chip, tone, under = say("没有打出"), Tone.BAD, say("再按一次就重试")
    elif offer.reprint:
        chip, tone = say("打过 {n} 次", n=offer.reprint), Tone.NEUTRAL
        under = say("补打要写原因")
    elif offer.state:
        chip, tone, under = say("打过"), Tone.NEUTRAL, ""
    else:
        chip, tone, under = say("没有打过"), Tone.ACT, ""
    day = offer.about.removeprefix("day:") if offer.about.startswith("day:") else ""
    return TwoLines(
        id=str(place), chip=chip, tone=tone, title=paper_name(offer.paper),
        under=" · ".join(part for part in (day, offer.number, under) if part),
    )  # fmt: skip
