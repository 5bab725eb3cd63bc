"""The right column: what may I decide now, why not more, and what will be printed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.domain.checklist import Outcome
from ui.kit.formats import outcome_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.widgets.buttons import ActButton
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.marks import Chip, Elided, NoteBar, boxed, label, row
from ui.viewmodels.case import CaseScreen
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form, Primary
from ui.viewmodels.decision_view import PaperView
from ui.viewmodels.outcomes import ORDER
from ui.viewmodels.papers import PapersModel

_USUAL = frozenset({Outcome.ACCEPT, Outcome.NOTICE, Outcome.RECEIVE_ONLY, Outcome.REJECT})
ROOM_FOR_BOTH = 760  # pixels: the form of a rejection and its sheet
SHOWN = 5  # missing papers named in full; the table names all


class DecisionColumn(QFrame):
    def __init__(self, model: CounterModel, papers: PapersModel) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setFixedWidth(276)
        self._model = model
        self._papers = papers
        self.headline = label("", "title", wrap=True)
        self.lines = MissingLines()
        self.why = label("", "muted", wrap=True)
        self.note = NoteBar()
        self.go = ActButton("", "Ctrl+Return")
        self.buttons: dict[Outcome, ActButton] = {}
        self.acts = QWidget()
        acts = QVBoxLayout(self.acts)
        acts.setContentsMargins(0, 0, 0, 0)
        acts.setSpacing(6)
        for outcome, key in ORDER:
            button = ActButton(outcome_name(outcome), key)
            button.clicked.connect(lambda _=False, o=outcome: model.select(o))
            self.buttons[outcome] = button
            acts.addWidget(button)
        self.reject = RejectForm(model)
        self.decided = DecidedPart(model)
        self.handed = HandedForm(model)
        self.paper_title = label(say("将打印"), "section")
        self.paper = PaperCard()

        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(label(say("结论"), "section"))
        for part in (
            self.headline, self.why, self.lines, self.note, self.go, self.acts, self.reject,
            self.decided, self.handed, self.paper_title, self.paper,
        ):  # fmt: skip
            layout.addWidget(part)
        layout.addStretch(1)

        self.go.clicked.connect(model.press_primary)
        model.state_changed.connect(self._render)
        model.case.state_changed.connect(self._render)
        papers.state_changed.connect(self._render)
        self._render()

    def _render(self) -> None:
        counter, case = self._model.state, self._model.case.state
        conclusion = case.conclusion if case.open else None
        headline = conclusion.headline if conclusion else say("叫号以后开始")
        self.headline.setText(headline)
        self.headline.setVisible(case.decided is None)
        lines = conclusion.lines if conclusion else ()
        unanswered = counter.primary is Primary.ANSWER
        self.why.setText(lines[0] if unanswered and lines else "")
        self.why.setVisible(bool(self.why.text()))
        self.lines.draw(() if unanswered or counter.form is Form.REJECT else lines)
        self.note.tell(case.note)
        going = counter.primary in {Primary.ANSWER, Primary.COUNT, Primary.PUT_BACK}
        self.go.setVisible(going)
        self.go.set_primary(going)
        words = {Primary.ANSWER: say("回答情形"), Primary.PUT_BACK: say("放回待补正")}
        self.go.set_words(words.get(counter.primary, say("清点材料")))
        self._draw_buttons(counter, case)
        self.acts.setVisible(case.decided is None and counter.form is not Form.REJECT)
        self.reject.open(counter, case)
        self.decided.draw(case, self._papers)
        self.handed.open(counter)
        paper = case.decided.paper if case.decided else case.paper
        if going:
            paper = None  # nothing is about to be printed yet
        if counter.form is Form.REJECT and self.height() < ROOM_FOR_BOTH:
            paper = None  # the grounds must be readable whole; the sheet says nothing more
        self.paper_title.setText(say("打印的内容") if case.decided else say("将打印"))
        self.paper_title.setVisible(paper is not None)
        self.paper.draw(paper)

    def _draw_buttons(self, counter: CounterState, case: CaseScreen) -> None:
        open_ = case.conclusion.open if case.conclusion and case.open else frozenset()
        known = case.conclusion.known if case.conclusion and case.open else _USUAL
        deciding = counter.primary is Primary.DECIDE
        for outcome, key in ORDER:
            button = self.buttons[outcome]
            filled = deciding and case.outcome is outcome
            button.setVisible(outcome in known)
            button.setEnabled(outcome in open_ and not case.busy)
            button.set_primary(filled)
            button.set_key("Ctrl+Return" if filled else key)
            words = outcome_name(outcome)
            if outcome is Outcome.REJECT:
                words = say("不予受理…")
            button.set_words(say("{act} 并打印", act=words) if filled else words)


class MissingLines(QWidget):
    """What is missing, one line each: the name gives way, what lacks stays."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.labels = [Elided(keep_after="：") for _ in range(SHOWN)]
        self.more = label("", "muted")
        for part in (*self.labels, self.more):
            layout.addWidget(part)

    def draw(self, lines: tuple[str, ...]) -> None:
        for at, part in enumerate(self.labels):
            part.setText(f"· {lines[at]}" if at < len(lines) else "")
            part.setVisible(at < len(lines))
        left = len(lines) - SHOWN
        self.more.setText(say("另有 {n} 份，见材料表", n=left) if left > 0 else "")
        self.more.setVisible(left > 0)
        self.setVisible(bool(lines))


class RejectForm(QWidget):
    """不予受理: why, and by which rule. Both stand on the paper."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.reason = QLineEdit()
        self.reason.setMaxLength(500)
        self.reason.setAccessibleName(say("理由"))
        self.reason.setPlaceholderText(say("理由，写给申请人看"))
        self.grounds = Choices(wide=True)
        self._offer_grounds()
        self.basis = QLineEdit()
        self.basis.setMaxLength(500)
        self.basis.setAccessibleName(say("法律依据"))
        self.basis.setPlaceholderText(say("法律依据：法名和条款"))
        self.note = NoteBar()
        self.submit_button = ActButton(say("不予受理 并打印"), "Ctrl+Return")
        cancel = ActButton(say("不做这个决定"), "Esc")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (
            label(say("不予受理的理由"), "section"), self.reason,
            label(say("依据"), "section"), self.grounds, self.basis, self.note,
            self.submit_button, cancel,
        ):  # fmt: skip
            layout.addWidget(part)
        self.grounds.picked.connect(lambda ids: self.basis.setText(next(iter(ids), "")))
        self.grounds.closed.connect(self.submit_button.setFocus)
        for field in (self.reason, self.basis):
            field.textChanged.connect(self._write)
        self.reason.returnPressed.connect(self.grounds.setFocus)
        self.basis.returnPressed.connect(self.submit_button.setFocus)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.step_back)
        self.hide()

    def open(self, counter: CounterState, case: CaseScreen) -> None:
        opened = counter.form is Form.REJECT and case.open
        if opened and not self.isVisible():
            self.reason.clear()
            self.basis.clear()
            self._offer_grounds()
            self.show()
            self.reason.setFocus()
        if not opened and self.isVisible():
            self.reason.clear()
            self.basis.clear()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        self.note.tell(counter.note if opened else None)

    def _offer_grounds(self) -> None:
        # On the button without 中华人民共和国, which every law bears; on the paper whole.
        short = [(g, g.replace("《中华人民共和国", "《")) for g in self._model.grounds]
        self.grounds.offer(short)

    def submit(self) -> None:
        self._model.reject()

    def _write(self) -> None:
        if self.isVisible():
            self._model.write_reason(self.reason.text(), self.basis.text())


class DecidedPart(QWidget):
    """After the decision: what it was, its number, and how the papers do."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self.headline = label("", "title", wrap=True)
        self.number = label("", "strong")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.item = label("", "muted", wrap=True)
        self.title = label("")
        self.state = Chip()
        self.hint = label("", "bad", wrap=True)
        self.hand = ActButton(say("记告知书送达"), "Ctrl+Y")
        self.handed = label("", "muted", wrap=True)
        self.next = ActButton(say("叫下一位"), "Ctrl+Return")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (
            self.headline, label(say("办件编号"), "section"), self.number, self.item,
            boxed(row(self.title, 0, self.state)), self.hint, self.hand, self.handed, self.next,
        ):  # fmt: skip
            layout.addWidget(part)
        self.hand.clicked.connect(model.hand_notice)
        self.next.clicked.connect(model.next_applicant)
        self.hide()

    def draw(self, case: CaseScreen, papers: PapersModel) -> None:
        decided = case.decided
        self.setVisible(decided is not None)
        self.next.set_primary(decided is not None)
        if decided is None:
            for part in (self.headline, self.number, self.item, self.title, self.hint):
                part.clear()
            self.state.clear()
            return
        self.hand.setVisible(bool(decided.notices) and not decided.handed)
        self.handed.setText(decided.handed)
        self.handed.setVisible(bool(decided.handed))
        self.headline.setText(decided.headline)
        self.number.setText(decided.number)
        self.item.setText(decided.item)
        rows = papers.find(decided.jobs)
        self.title.setText(rows[0].title if rows else decided.paper.title)
        self.state.say(*((rows[0].chip, rows[0].tone) if rows else ("", Tone.NEUTRAL)))
        trouble = rows[0].hint if rows and rows[0].state in {"failed", "doubted"} else ""
        self.hint.setText(say("{what} 按 F12 处理。", what=trouble) if trouble else "")
        self.hint.setVisible(bool(trouble))


class HandedForm(QWidget):
    """Who got the notice, and how: one key. Both names stand on the record."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.ways = Choices(wide=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(say("告知书怎样送达"), "section"))
        layout.addWidget(self.ways)
        self.ways.picked.connect(self._pick)
        self.hide()

    def open(self, counter: CounterState) -> None:
        opened = counter.form is Form.HANDED
        if opened and not self.isVisible():
            self.ways.offer([(way, words) for way, words in _ways()])
            self.show()
            self.ways.setFocus()
        self.setVisible(opened)

    def submit(self) -> None:
        self.ways.setFocus()

    def _pick(self, chosen: frozenset[str]) -> None:
        for way in chosen:
            self._model.handed(way, signed=way == "直接")


def _ways() -> tuple[tuple[str, str], ...]:
    """(what is recorded, what is shown): records are in the hall's language."""
    return (
        ("直接", say("当面交付，已签收")),
        ("留置", say("当面交付，不肯签收")),
        ("邮寄", say("邮寄")),
        ("电子", say("电子送达")),
    )


class PaperCard(QScrollArea):
    """A small sheet: white in both themes, because paper is."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sheet = QFrame()
        sheet.setObjectName("paper")
        self.title = label("", "strong", wrap=True)
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = label("", wrap=True)
        inside = QVBoxLayout(sheet)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.setSpacing(6)
        inside.addWidget(self.title)
        inside.addWidget(self.text)
        inside.addStretch(1)
        self.setWidget(sheet)
        self._inside = inside
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(72)
        self.hide()

    def sizeHint(self) -> QSize:
        """As tall as what stands on it; where the column is shorter, it scrolls."""
        width = max(self.width() - 2, 120)
        return QSize(120, self._inside.totalHeightForWidth(width) + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def draw(self, paper: PaperView | None) -> None:
        self.setVisible(paper is not None)
        self.title.setText(paper.title if paper else "")
        self.text.setText("\n".join(paper.lines) if paper else "")
        self.updateGeometry()
