"""The left column: whom do I serve. Ticket, calling, the line."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import ActButton
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.lists import WaitingList
from ui.pages.widgets.look import Look, set_look
from ui.pages.widgets.marks import Elided, NoteBar, label, row
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form, Primary
from ui.viewmodels.line import LineStage, LineState


class LineColumn(QFrame):
    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setFixedWidth(236)
        self._model = model
        self.window_name = label("", "title")
        self.clerk = Elided("", "muted")
        self.stage = label("", "section")
        self.ticket = label("—", "ticket")
        self.times = Elided("", "muted")
        self.note = NoteBar()
        self.begin = ActButton(say("开始办理"), "Ctrl+Return")
        self.next = ActButton(say("叫下一位"), "F2")
        self.recall = ActButton(say("重呼"), "F3")
        self.pass_over = ActButton(say("过号"), "F4")
        self.take = ActButton(say("取号"), "F5")
        self.walk_in = ActButton(say("无号接待"), "Ctrl+N")
        self.acts = QWidget()
        acts = QVBoxLayout(self.acts)
        acts.setContentsMargins(0, 0, 0, 0)
        acts.setSpacing(8)
        for button in (
            self.begin, self.next, self.recall, self.pass_over, self.take, self.walk_in,
        ):  # fmt: skip
            acts.addWidget(button)
        self.take_form = TakeForm(model)
        self.leave_form = LeaveForm(model)
        self.waiting_title = label("", "section")
        self.waiting = WaitingList(look)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(row(self.window_name, 0, self.clerk))
        layout.addWidget(self.stage)
        layout.addWidget(self.ticket)
        layout.addWidget(self.times)
        layout.addSpacing(4)
        layout.addWidget(self.note)
        layout.addWidget(self.acts)
        layout.addWidget(self.take_form)
        layout.addWidget(self.leave_form)
        layout.addSpacing(6)
        layout.addWidget(self.waiting_title)
        layout.addWidget(self.waiting, 1)

        self._connect(model)
        model.line.state_changed.connect(self.show_line)
        model.state_changed.connect(self.show_counter)
        self.show_line(model.line.state)
        self.show_counter(model.state)

    def _connect(self, model: CounterModel) -> None:
        self.begin.clicked.connect(model.begin)
        self.next.clicked.connect(model.next_applicant)
        self.recall.clicked.connect(model.recall)
        self.pass_over.clicked.connect(model.pass_or_leave)
        self.take.clicked.connect(lambda: model.open_form(Form.TAKE))
        self.walk_in.clicked.connect(model.walk_in)
        self.waiting.chosen.connect(model.recall_passed)

    def show_line(self, state: LineState) -> None:
        self.window_name.setText(state.window)
        self.clerk.setText(state.clerk)
        self.ticket.setText(state.ticket or "—")
        self.times.setText(state.times)
        self.note.tell(state.note)
        self.recall.setEnabled(state.may_recall)
        waiting = say("等候 {n} 人", n=state.waiting) if state.waiting else say("没有人等候")
        self.waiting_title.setText(waiting)
        self.waiting.put(state.rows)
        self.take_form.offer(state.businesses)
        self._say_stage()

    def show_counter(self, state: CounterState) -> None:
        leaving = state.may_leave and not state.may_pass
        self.begin.setVisible(state.primary is Primary.BEGIN)
        self.begin.set_primary(state.primary is Primary.BEGIN)
        self.next.set_primary(state.primary is Primary.CALL_NEXT)
        self.next.setEnabled(state.may_call)
        back = self._model.case.state.open and self._model.case.state.numbered
        words = say("放回待补正") if back else say("未办离开")
        self.pass_over.set_words(words if leaving else say("过号"))
        self.pass_over.setEnabled(state.may_pass or state.may_leave)
        self.walk_in.setEnabled(state.may_walk_in)
        opened = state.form in {Form.TAKE, Form.LEAVE}
        self.acts.setVisible(not opened)
        self.take_form.open(state)
        self.leave_form.open(state)
        self._say_stage()

    def _say_stage(self) -> None:
        line, case = self._model.line.state, self._model.case.state
        if line.stage is LineStage.CALLED:
            text = say("已呼叫，等申请人到窗口")
        elif case.decided is not None:
            text = say("已办完")
        elif case.open and not line.ticket:
            text = say("无号接待")
        elif line.stage is LineStage.SERVING:
            text = say("正在办理 · {business}", business=line.business)
        else:
            text = say("空闲")
        self.stage.setText(text)
        set_look(self.ticket, "look", "ticket")


class TakeForm(QWidget):
    """F5: a number for somebody at the window; the slip prints here."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.business = Choices()
        self.priority = Choices(numbered=False)
        self.priority.offer(
            (
                ("", say("不优先")),
                ("老年人", say("老年人")),
                ("残疾人", say("残疾人")),
                ("孕产妇", say("孕产妇")),
                ("军人", say("军人")),
            ),
            frozenset({""}),
        )
        self.submit_button = ActButton(say("取号并打印"), "Enter")
        cancel = ActButton(say("不取了"), "Esc")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (
            label(say("哪一类业务"), "section"), self.business,
            label(say("优先"), "section"), self.priority, self.submit_button, cancel,
        ):  # fmt: skip
            layout.addWidget(part)
        self.business.closed.connect(self.submit)
        self.priority.closed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.step_back)
        self.hide()

    def offer(self, businesses: tuple[tuple[str, str], ...]) -> None:
        chosen = self.business.chosen or frozenset(b[0] for b in businesses[:1])
        self.business.offer(businesses, chosen)

    def open(self, state: CounterState) -> None:
        opened = state.form is Form.TAKE
        if opened and not self.isVisible():
            self.show()
            self.business.setFocus()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)

    def submit(self) -> None:
        for business in self.business.chosen:
            self._model.take(business, next(iter(self.priority.chosen), ""))


class LeaveForm(QWidget):
    """F4 while somebody is served: they go without a decision, and it is recorded why."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.reason = QLineEdit()
        self.reason.setMaxLength(200)
        self.reason.setPlaceholderText(say("原因，可以不写"))
        self.submit_button = ActButton(say("结束，未办"), "Enter")
        self.later = ActButton(say("留待续办"), "F4")
        cancel = ActButton(say("接着办"), "Esc")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(say("申请人没有办就离开？已收的材料先退还。"), wrap=True))
        layout.addWidget(
            label(say("马上回来的，留待续办：哪个窗口都能接着办。"), "muted", wrap=True)
        )
        layout.addWidget(self.reason)
        layout.addWidget(self.submit_button)
        layout.addWidget(self.later)
        layout.addWidget(cancel)
        self.later.clicked.connect(self.leave_for_later)
        self.reason.returnPressed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.step_back)
        self.hide()

    def open(self, state: CounterState) -> None:
        opened = state.form is Form.LEAVE
        if opened and not self.isVisible():
            self.reason.clear()
            self.show()
            self.reason.setFocus()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        case = self._model.case.state
        self.later.setEnabled(case.open and case.applicant is not None)

    def leave_for_later(self) -> None:
        self._model.leave_for_later(self.reason.text())

    def submit(self) -> None:
        self._model.leave(self.reason.text())
