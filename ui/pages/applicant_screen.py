"""The second screen, for the person at the window: calm, large, and touched rather than typed at.

It takes no focus: the clerk's keys never reach it, so no rating can be given from the clerk's side.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.kit.texts import say
from ui.pages.signature_pad import SignaturePage
from ui.pages.widgets.look import set_look
from ui.pages.widgets.touch import TouchButton, touch_label
from ui.viewmodels.applicant import ApplicantModel, ApplicantStage, ApplicantState, BroughtView
from ui.viewmodels.signing import SigningModel, SigningState

_SHOWN = 8  # materials; more are counted
_PREVIEW = (960, 600)


class _Brought(QFrame):
    """One material with its state in words."""

    def __init__(self, view: BroughtView) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        chip = touch_label(view.chip, "applicant-chip", middle=True)
        chip.setWordWrap(False)
        chip.setProperty("tone", view.tone.value)
        chip.setMinimumWidth(132)
        row.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(touch_label(view.name, "applicant"))
        if view.open and view.hint:
            words.addWidget(touch_label(view.hint, "applicant-small"))
        row.addLayout(words, 1)


class ApplicantScreen(QWidget):
    def __init__(self, model: ApplicantModel, signing: SigningModel) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setObjectName("page")
        self.setWindowTitle(say("申请人屏"))
        self._model = model
        self.hall = touch_label("", "applicant-small")
        self.window_name = touch_label("", "applicant-small")
        self.window_name.setAlignment(Qt.AlignmentFlag.AlignRight)
        head = QHBoxLayout()
        head.addWidget(self.hall, 1)
        head.addWidget(self.window_name, 0)
        self.pages = QStackedWidget()
        self.message, self.serving, self.rating, self.reasons = (QWidget() for _ in range(4))
        self._message = self._build_message()
        self._serving = QVBoxLayout(self.serving)
        self._rating = QVBoxLayout(self.rating)
        self._reasons = QVBoxLayout(self.reasons)
        for page in (self.message, self.serving, self.rating, self.reasons):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 28, 40, 32)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(self.pages, 1)
        self._drawn: ApplicantState | None = None
        self._signing = signing
        self.sign = SignaturePage(signing)
        self.pages.addWidget(self.sign)
        model.state_changed.connect(self.show_state)
        signing.state_changed.connect(self._show_signing)
        self._show_signing(signing.state)

    def open(self) -> None:
        """On the second display, whole; with one display as a window that the clerk may move."""
        other = second_screen()
        if other is not None:
            self.setScreen(other)
            self.setGeometry(other.geometry())
            self.showFullScreen()
        else:
            self.resize(*_PREVIEW)
            self.show()

    def _show_signing(self, state: SigningState) -> None:
        """A paper to be signed stands before everything else."""
        self.sign.show_state(state)
        if state.open:
            self._drawn = None
            self.pages.setCurrentWidget(self.sign)
        else:
            self.show_state(self._model.state)

    def show_state(self, state: ApplicantState) -> None:
        self.hall.setText(state.hall)
        self.window_name.setText(state.window)
        if self._signing.state.open:
            return
        before, self._drawn = self._drawn, state
        if before is not None and _same_but_time(before, state):
            return
        match state.stage:
            case ApplicantStage.SERVING if not state.headline:
                self._draw_serving(state)
                self.pages.setCurrentWidget(self.serving)
            case ApplicantStage.RATING:
                self._draw_rating(state)
                self.pages.setCurrentWidget(self.rating)
            case ApplicantStage.REASONS:
                self._draw_reasons(state)
                self.pages.setCurrentWidget(self.reasons)
            case _:
                self._draw_message(state)
                self.pages.setCurrentWidget(self.message)

    # -- pages ----------------------------------------------------------------------------------

    def _build_message(self) -> tuple[QLabel, QLabel, QLabel]:
        layout = QVBoxLayout(self.message)
        small, large, under = (
            touch_label("", "applicant", middle=True),
            touch_label("", "applicant-large", middle=True),
            touch_label("", "applicant", middle=True),
        )
        layout.addStretch(2)
        for part in (small, large, under):
            layout.addWidget(part)
        layout.addStretch(3)
        return small, large, under

    def _draw_message(self, state: ApplicantState) -> None:
        match state.stage:
            case ApplicantStage.CALLED:
                words = (say("请"), state.ticket, say("号到 {window}", window=state.window))
            case ApplicantStage.THANKS:
                words = ("", state.headline, "Thank you")
            case ApplicantStage.SERVING:
                words = (state.item, state.headline, state.case_number)
            case _:
                words = (state.hall, say("欢迎"), say("任何事项都可以在本窗口办理"))
        for part, text in zip(self._message, words, strict=True):
            part.setText(text)
        set_look(self._message[1], "look", "applicant-large")

    def _draw_serving(self, state: ApplicantState) -> None:
        layout = self._serving
        _empty(layout)
        if state.name:
            layout.addWidget(touch_label(say("读到的证件，请核对"), "applicant-small"))
            who = "　".join(x for x in (state.name, state.document, state.number) if x)
            layout.addWidget(touch_label(who, "applicant-strong"))
        if state.item:
            layout.addWidget(touch_label(say("办理事项"), "applicant-small"))
            layout.addWidget(touch_label(state.item, "applicant-strong"))
        if state.brought:
            words = say("还差 {n} 份材料", n=state.missing) if state.missing else say("材料齐了")
            layout.addWidget(touch_label(words, "applicant-strong"))
            order = sorted(state.brought, key=lambda one: not one.open)  # what is missing first
            for one in order[:_SHOWN]:
                layout.addWidget(_Brought(one))
            if len(order) > _SHOWN:
                more = say("另有 {n} 份已经核过", n=len(order) - _SHOWN)
                layout.addWidget(touch_label(more, "applicant-small"))
        elif not state.name:
            layout.addStretch(1)
            layout.addWidget(touch_label(say("正在为您办理"), "applicant-large", middle=True))
        layout.addStretch(1)

    def _draw_rating(self, state: ApplicantState) -> None:
        layout = self._rating
        _empty(layout)
        layout.addWidget(touch_label(state.item, "applicant", middle=True))
        layout.addWidget(touch_label(state.headline, "applicant-large", middle=True))
        number = say("办件编号 {number}", number=state.case_number) if state.case_number else ""
        layout.addWidget(touch_label(number, "applicant", middle=True))
        layout.addStretch(1)
        layout.addWidget(touch_label(say("请您评价这次服务"), "applicant-strong", middle=True))
        layout.addWidget(touch_label("How was this service?", "applicant-small", middle=True))
        row = QHBoxLayout()
        row.setSpacing(14)
        for score, chinese, english in state.levels:
            button = TouchButton(chinese, english)
            button.clicked.connect(lambda _=False, one=score: self._model.choose(one))
            row.addWidget(button)
        layout.addLayout(row)
        layout.addStretch(1)

    def _draw_reasons(self, state: ApplicantState) -> None:
        layout = self._reasons
        _empty(layout)
        layout.addWidget(touch_label(state.score_words, "applicant-large", middle=True))
        why = say("为什么？可以选几个，也可以不选")
        layout.addWidget(touch_label(why, "applicant", middle=True))
        grid = QGridLayout()
        grid.setSpacing(14)
        for place, (reason, chinese, english, chosen) in enumerate(state.reasons):
            button = TouchButton(chinese, english, "chosen" if chosen else "")
            button.clicked.connect(lambda _=False, one=reason: self._model.toggle(one))
            grid.addWidget(button, place // 3, place % 3)
        layout.addLayout(grid)
        layout.addStretch(1)
        last = QHBoxLayout()
        last.setSpacing(14)
        back, send = (
            TouchButton(say("返回"), "Back"),
            TouchButton(say("提交评价"), "Send", "primary"),
        )
        back.clicked.connect(self._model.back)
        send.clicked.connect(self._model.submit)
        last.addWidget(back, 1)
        last.addWidget(send, 2)
        layout.addLayout(last)


def second_screen() -> QScreen | None:
    first = QGuiApplication.primaryScreen()
    return next((one for one in QGuiApplication.screens() if one is not first), None)


def _same_but_time(one: ApplicantState, other: ApplicantState) -> bool:
    return replace(one, seconds=0) == replace(other, seconds=0)


def _empty(layout: QVBoxLayout | QHBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
        elif inner := item.layout():
            while (part := inner.takeAt(0)) is not None:
                if widget := part.widget():
                    widget.hide()
                    widget.deleteLater()
            inner.deleteLater()
