"""The small forms of the line's column: a number, a pause, on hold, handed over, dropped, left.

Each stands where the buttons stood, goes by number keys and Enter, and closes with Esc.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.domain.ticket_events import Hold
from ui.kit.texts import say
from ui.pages.widgets.buttons import ActButton
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.marks import NoteBar, label
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form
from ui.viewmodels.line_state import LineState

LONGEST = 200


class LineForm(QWidget):
    """``form`` says when it is open. Where the keys go first: ``first``."""

    form = Form.NONE

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.note = NoteBar()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.hide()

    def _lay(self, *parts: QWidget, first: QWidget) -> None:
        self._first = first
        for part in (*parts, self.note):
            self._column.addWidget(part)

    def _ends(self, words: str, back: str, key: str = "Enter") -> tuple[ActButton, ActButton]:
        self.submit_button = ActButton(words, key)
        cancel = ActButton(back, "Esc")
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(self._model.step_back)
        return self.submit_button, cancel

    def _reason(self) -> QLineEdit:
        line = QLineEdit()
        line.setMaxLength(LONGEST)
        line.returnPressed.connect(self.submit)
        return line

    def offer(self, line: LineState) -> None:
        """What there is to choose from."""

    def begin(self) -> None:
        """It is opened: nothing of the last time remains."""

    def open(self, state: CounterState) -> None:
        opened = state.form is self.form
        if opened and not self.isVisible():
            self.begin()
            self.show()
            self._first.setFocus()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        self.note.tell(state.note if opened else None)

    def submit(self) -> None:
        raise NotImplementedError


def _chosen(choices: Choices) -> str:
    return next(iter(choices.chosen), "")


class TakeForm(LineForm):
    """F5: a number for somebody at the window; the slip prints here."""

    form = Form.TAKE

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model)
        self.business = Choices()
        self.priority = Choices(numbered=False)
        self._lay(
            label(say("哪一类业务"), "section"), self.business,
            label(say("优先"), "section"), self.priority,
            *self._ends(say("取号并打印"), say("不取了")), first=self.business,
        )  # fmt: skip
        self.business.closed.connect(self.submit)
        self.priority.closed.connect(self.submit)

    def offer(self, line: LineState) -> None:
        chosen = self.business.chosen or frozenset(b[0] for b in line.businesses[:1])
        self.business.offer(line.businesses, chosen)
        priorities = (("", say("不优先")), *line.priorities)
        self.priority.offer(priorities, self.priority.chosen or frozenset({""}))

    def begin(self) -> None:
        self.priority.offer(
            (("", say("不优先")), *self._model.line.state.priorities), frozenset({""})
        )

    def submit(self) -> None:
        for business in self.business.chosen:
            self._model.calling.take(business, _chosen(self.priority))


class HoldForm(LineForm):
    """挂起: where the papers and the person are meanwhile."""

    form = Form.HOLD

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model)
        self.kind = Choices(wide=True)
        self._kinds = (
            (Hold.WITH_PAPERS.value, say("持件：材料留在本窗口，回本窗口")),
            (Hold.WAITING.value, say("等待：在窗口旁等，回本窗口")),
            (Hold.WITHOUT_PAPERS.value, say("不持件：材料带走，回来到任一窗口")),
        )
        self.kind.offer(self._kinds)
        self.reason = self._reason()
        self.reason.setPlaceholderText(say("原因，可以不写"))
        self.kind.closed.connect(self.submit)
        self._lay(
            label(say("怎样挂起"), "section"), self.kind, self.reason,
            *self._ends(say("挂起这个号"), say("接着办")), first=self.kind,
        )  # fmt: skip

    def begin(self) -> None:
        self.kind.offer(self._kinds, frozenset({Hold.WITH_PAPERS.value}))
        self.reason.clear()

    def submit(self) -> None:
        self._model.calling.hold(_chosen(self.kind), self.reason.text())


class MoveForm(LineForm):
    """转移 to another line or window; the place in time is kept."""

    form = Form.MOVE

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model)
        self.target = Choices()
        self.reason = self._reason()
        self.reason.setPlaceholderText(say("原因"))
        self.target.closed.connect(self.reason.setFocus)
        self._lay(
            label(say("转到哪里（排队时间不变）"), "section", wrap=True), self.target, self.reason,
            *self._ends(say("转移"), say("不转了")), first=self.target,
        )  # fmt: skip

    def offer(self, line: LineState) -> None:
        targets = tuple((f"line:{key}", name) for key, name in line.businesses)
        targets += tuple((f"window:{key}", name) for key, name in line.windows)
        self.target.offer(targets, self.target.chosen)

    def begin(self) -> None:
        self.reason.clear()

    def submit(self) -> None:
        if not _chosen(self.target):
            self.target.setFocus()
            return
        if not self.reason.text().strip():
            self.reason.setFocus()
        self._model.calling.hand_over(_chosen(self.target), self.reason.text())


class DropForm(LineForm):
    """弃号: the person went away, or does without."""

    form = Form.DROP

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model)
        self.about = label("", wrap=True)
        self.why = Choices(wide=True)
        words = (say("人已离开"), say("申请人不办了"), say("重复取号"))
        self.why.offer(tuple((one, one) for one in words), frozenset({words[0]}))
        self.why.closed.connect(self.submit)
        self._lay(self.about, self.why, *self._ends(say("弃掉这个号"), say("不弃")), first=self.why)

    def open(self, state: CounterState) -> None:
        line = self._model.line.state
        numbers = {row.id: row.number for row in line.rows} | {line.ticket_id: line.ticket}
        self.about.setText(say("{number} 弃号的原因", number=numbers.get(state.ticket, "")))
        super().open(state)

    def submit(self) -> None:
        self._model.calling.drop(_chosen(self.why))


class PauseForm(LineForm):
    """暂停服务; who waits here goes back to the hall."""

    form = Form.PAUSE

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model)
        self.why = Choices(wide=True)
        self.other = self._reason()
        self.other.setPlaceholderText(say("其他原因"))
        self.why.closed.connect(self.submit)
        self._lay(
            label(say("暂停的原因；在本窗口等的人回到大厅的队列。"), "muted", wrap=True),
            self.why, self.other, *self._ends(say("暂停叫号"), say("不暂停")), first=self.why,
        )  # fmt: skip

    def offer(self, line: LineState) -> None:
        reasons = tuple((one, one) for one in line.pause_reasons)
        self.why.offer(reasons, self.why.chosen or frozenset(line.pause_reasons[:1]))

    def begin(self) -> None:
        self.other.clear()

    def submit(self) -> None:
        self._model.calling.pause(self.other.text().strip() or _chosen(self.why))


class LeaveForm(LineForm):
    """F4 while somebody is served: they go without a decision, and it is recorded why."""

    form = Form.LEAVE

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model)
        self.reason = self._reason()
        self.reason.setPlaceholderText(say("原因，可以不写"))
        self.later = ActButton(say("留待续办"), "F4")
        self.later.clicked.connect(self.leave_for_later)
        submit, cancel = self._ends(say("结束，未办"), say("接着办"))
        self._lay(
            label(say("申请人没有办就离开？已收的材料先退还。"), wrap=True),
            label(say("马上回来的，留待续办：哪个窗口都能接着办。"), "muted", wrap=True),
            self.reason, submit, self.later, cancel, first=self.reason,
        )  # fmt: skip

    def begin(self) -> None:
        self.reason.clear()

    def open(self, state: CounterState) -> None:
        super().open(state)
        case = self._model.case.state
        self.later.setEnabled(case.open and case.applicant is not None)

    def leave_for_later(self) -> None:
        self._model.leave_for_later(self.reason.text())

    def submit(self) -> None:
        self._model.leave(self.reason.text())
