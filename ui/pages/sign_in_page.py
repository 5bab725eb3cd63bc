"""Sign in: window, clerk, password, Enter."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import ActButton
from ui.pages.widgets.chooser import Chooser
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import NoteBar, card, label
from ui.viewmodels.sign_in import SignInModel, SignInState


class SignInPage(QWidget):
    def __init__(self, model: SignInModel, look: Look, hall_name: str = "") -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self.window_choice = Chooser(look)
        self.window_choice.setAccessibleName(say("窗口"))
        self.clerk_choice = Chooser(look)
        self.clerk_choice.setAccessibleName(say("工作人员"))
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMaxLength(200)
        self.password.setAccessibleName(say("密码"))
        self.enter = ActButton(say("登录"), "Enter")
        self.enter.set_primary(True)
        self.note = NoteBar()

        box = card(spacing=6, margins=(32, 28, 32, 28))
        box.setFixedWidth(400)
        inside = box.layout()
        assert isinstance(inside, QVBoxLayout)  # noqa: S101  # card() made it
        inside.addWidget(label(say("一窗受理"), "brand"))
        inside.addWidget(label(hall_name or say("政务服务大厅窗口"), "muted"))
        inside.addSpacing(18)
        for words, part in (
            (say("窗口"), self.window_choice),
            (say("工作人员"), self.clerk_choice),
            (say("密码"), self.password),
        ):
            inside.addWidget(label(words, "section"))
            inside.addWidget(part)
            inside.addSpacing(8)
        inside.addWidget(self.note)
        inside.addSpacing(6)
        inside.addWidget(self.enter)

        outer = QVBoxLayout(self)
        outer.addStretch(4)
        outer.addWidget(box, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(5)

        self.window_choice.activated.connect(
            lambda _: model.choose_window(self.window_choice.chosen)
        )
        self.clerk_choice.activated.connect(lambda _: model.choose_clerk(self.clerk_choice.chosen))
        self.password.returnPressed.connect(self.submit)
        self.enter.clicked.connect(self.submit)
        model.state_changed.connect(self.show_state)
        model.cleared.connect(self.password.clear)
        self.show_state(model.state)

    def submit(self) -> None:
        self._model.choose_window(self.window_choice.chosen)
        self._model.choose_clerk(self.clerk_choice.chosen)
        self._model.sign_in(self.password.text())

    def show_state(self, state: SignInState) -> None:
        self.window_choice.offer(state.windows, state.window)
        self.clerk_choice.offer(state.staff, state.clerk)
        self.note.tell(state.note)
        self.enter.set_words(say("正在登录…") if state.busy else say("登录"))
        if state.note is not None:
            self.password.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.password.setFocus()
