"""The right column: what may I decide now, why not more, and what will be printed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.domain.checklist import Outcome
from app.domain.parties import Party
from ui.kit.formats import outcome_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.decision_forms import HandedForm, RejectForm
from ui.pages.widgets.buttons import ActButton
from ui.pages.widgets.marks import Chip, Elided, NoteBar, boxed, label, row
from ui.viewmodels.case import CaseScreen
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form, Primary
from ui.viewmodels.decision_view import Conclusion, PaperView
from ui.viewmodels.outcomes import ORDER
from ui.viewmodels.papers import PapersModel

_USUAL = frozenset({Outcome.ACCEPT, Outcome.NOTICE, Outcome.RECEIVE_ONLY, Outcome.REJECT})
ROOM_FOR_BOTH = 760  # pixels: the form of a rejection and its sheet
PAPERS = 4  # of one decision, with how they do
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
        self.why.setText(conclusion.why if conclusion else "")
        self.why.setVisible(bool(self.why.text()))
        bundled = case.item is not None and case.item.bundled
        self.lines.draw(() if counter.form is Form.REJECT else lines, items=bundled)
        self.note.tell(case.note)
        going = counter.primary in _GOING
        self.go.setVisible(going)
        self.go.set_primary(going)
        self.go.set_words(_going_words(counter.primary, conclusion))
        self._draw_buttons(counter, case)
        self.acts.setVisible(case.decided is None and counter.form is not Form.REJECT)
        self.reject.open(counter, case)
        self.decided.draw(case, self._papers)
        self.handed.open(counter)
        paper = case.decided.paper if case.decided else case.paper
        if going:
            paper = None  # nothing is about to be printed yet
        if counter.form is Form.HANDED:
            paper = None  # it is in the applicant's hands
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


_GOING = frozenset(
    {Primary.ANSWER, Primary.COUNT, Primary.PARTY, Primary.PUT_BACK, Primary.SUPPLEMENT}
)


def _going_words(primary: Primary, conclusion: Conclusion | None) -> str:
    if primary is Primary.PARTY:
        return {
            Party.ORGANISATION: say("登记单位"),
            Party.AGENT: say("登记代理人"),
            Party.APPLICANT: say("读申请人的证件"),
        }[conclusion.lacking if conclusion and conclusion.lacking else Party.APPLICANT]
    put_back = say("放回待补齐") if conclusion and conclusion.supplement else say("放回待补正")
    words = {
        Primary.ANSWER: say("回答情形"),
        Primary.PUT_BACK: put_back,
        Primary.SUPPLEMENT: say("交回部门"),
    }
    return words.get(primary, say("清点材料"))


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

    def draw(self, lines: tuple[str, ...], *, items: bool) -> None:
        """``items``: the lines are items of a bundle, not papers."""
        for at, part in enumerate(self.labels):
            part.setText(f"· {lines[at]}" if at < len(lines) else "")
            part.setVisible(at < len(lines))
        left = len(lines) - SHOWN
        more = say("另有 {n} 项", n=left) if items else say("另有 {n} 份，见材料表", n=left)
        self.more.setText(more if left > 0 else "")
        self.more.setVisible(left > 0)
        self.setVisible(bool(lines))


class DecidedPart(QWidget):
    """After the decision: what it was, its number, and how the papers do."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self.headline = label("", "title", wrap=True)
        self.number = label("", "strong")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.item = label("", "muted", wrap=True)
        self.papers = [(Elided(), Chip()) for _ in range(PAPERS)]
        self.lines = [boxed(row(title, 0, state)) for title, state in self.papers]
        self.hint = label("", "bad", wrap=True)
        self.hand = ActButton(say("记告知书送达"), "Ctrl+Y")
        self.handed = label("", "muted", wrap=True)
        self.next = ActButton(say("叫下一位"), "Ctrl+Return")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (
            self.headline, label(say("办件编号"), "section"), self.number, self.item,
            *self.lines, self.hint, self.hand, self.handed, self.next,
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
            for part in (self.headline, self.number, self.item, self.hint):
                part.clear()
            for title, state in self.papers:
                title.clear()
                state.clear()
            return
        self.hand.setVisible(bool(decided.notices) and not decided.handed)
        self.handed.setText(decided.handed)
        self.handed.setVisible(bool(decided.handed))
        self.headline.setText(decided.headline)
        self.number.setText(decided.number)
        self.item.setText(decided.item)
        rows = papers.find(decided.jobs)
        for at, (title, state) in enumerate(self.papers):
            title.setText(rows[at].title if at < len(rows) else "")
            state.say(*((rows[at].chip, rows[at].tone) if at < len(rows) else ("", Tone.NEUTRAL)))
            self.lines[at].setVisible(at < len(rows))
        trouble = next((r.hint for r in rows if r.state in {"failed", "doubted"}), "")
        self.hint.setText(say("{what} 按 F12 处理。", what=trouble) if trouble else "")
        self.hint.setVisible(bool(trouble))


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
