"""Hold the one case at this window: acts go to the reception desk, answers redraw it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from app.domain.case import Case, CaseState
from app.domain.catalogue import Material, MaterialForm
from app.domain.checklist import Evidence, Outcome
from app.domain.decision import Decision
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from app.domain.person import CardRead, DocumentKind
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels import case_view as view
from ui.viewmodels.case_view import CaseFacts
from ui.viewmodels.outcomes import OUTCOME_OF
from ui.viewmodels.services import CounterServices, Preview
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.services.sign_in import Session


class _Emits(Protocol):
    def emit(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedView:
    headline: str
    number: str
    item: str
    jobs: tuple[str, ...]
    paper: view.PaperView


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScreen:
    """Everything of the case that the screen shows. ``selected`` is the clerk's own choice of
    outcome, None for the best one. ``counted`` says that at least one material was handled."""

    case_id: str = ""
    applicant: view.ApplicantView | None = None
    item: view.ItemView | None = None
    questions: tuple[view.QuestionView, ...] = ()
    rows: tuple[view.RowView, ...] = ()
    counts: str = ""
    counted: bool = False
    conclusion: view.Conclusion | None = None
    selected: Outcome | None = None
    reason: str = ""
    basis: str = ""
    paper: view.PaperView | None = None
    decided: DecidedView | None = None
    busy: bool = False
    note: Note | None = None

    @property
    def open(self) -> bool:
        return bool(self.case_id) and self.decided is None

    @property
    def outcome(self) -> Outcome | None:
        """What Ctrl+Enter would decide."""
        if self.conclusion is None:
            return None
        return self.selected or self.conclusion.best

    @property
    def unanswered(self) -> bool:
        return any(not q.answered for q in self.questions)


_EMPTY = CaseScreen()


class CaseModel(ViewModel[CaseScreen]):
    opened = Signal()
    identified = Signal()
    item_chosen = Signal()
    answered = Signal()
    decided = Signal()
    closed = Signal()  # left without a decision
    recorded = Signal()  # a form's act was taken

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, _EMPTY, parent)
        self._session: Session | None = None
        self._facts: CaseFacts | None = None
        self._unmasked = False

    # -- opening and leaving --------------------------------------------------------------------

    def take_session(self, session: Session | None) -> None:
        """Somebody signed in (or out): go on with a case that a crash left open."""
        self._session = session
        self.forget()
        if session is None:
            return
        desk = self._services.reception

        def work() -> CaseFacts | None:
            case = desk.current(session)
            return self._follow(session, case) if case else None

        def done(facts: CaseFacts | None) -> None:
            if facts is not None:
                self._see(facts)
                text = say("这一件上次没有办完，可以接着办。")
                self._show(replace(self.state, note=Note(tone=Tone.WARN, message=text)))
                self.opened.emit()

        self._services.lane.submit(work, done, self._fail, self)

    def open(self, ticket_id: str = "", then: Callable[[], None] | None = None) -> None:
        desk, session = self._services.reception, self._who()

        def done(facts: CaseFacts) -> None:
            self._see(facts)
            self.opened.emit()
            if then is not None:
                then()

        self._services.lane.submit(
            lambda: self._follow(session, desk.open_case(session, ticket_id)),
            done, self._fail, self,
        )  # fmt: skip

    def abandon(self, reason: str) -> None:
        desk, session, case_id = self._services.reception, self._who(), self.state.case_id

        def done(_: object) -> None:
            self.forget()
            self.closed.emit()

        self._services.lane.submit(
            lambda: desk.abandon(session, case_id, reason), done, self._fail, self
        )

    def forget(self) -> None:
        """Nothing of the last applicant remains."""
        self._facts = None
        self._unmasked = False
        self._show(_EMPTY)

    # -- who and what ---------------------------------------------------------------------------

    def identify(self, card: CardRead) -> None:
        desk = self._services.reception
        self._act(lambda s, c: desk.identify(s, c, card), self.identified)

    def identify_typed(self, document: DocumentKind, name: str, number: str, reason: str) -> None:
        desk = self._services.reception
        self._act(
            lambda s, c: desk.identify_typed(s, c, document, name, number, reason),
            self.identified, self.recorded,
        )  # fmt: skip

    def enter_phone(self, phone: str) -> None:
        desk = self._services.reception
        self._act(lambda s, c: desk.enter_phone(s, c, phone), self.recorded)

    def choose_item(self, code: str) -> None:
        desk = self._services.reception
        self._act(lambda s, c: desk.choose_item(s, c, code), self.item_chosen)

    def answer(self, question_id: str, options: frozenset[str]) -> None:
        desk = self._services.reception
        self._act(lambda s, c: desk.answer(s, c, question_id, options), self.answered)

    def unmask(self, unmasked: bool) -> None:
        self._unmasked = unmasked
        if self._facts is not None and self.state.applicant is not None:
            applicant = self._facts.case.applicant
            if applicant is not None:
                shown = view.applicant_view(applicant, self._today(), unmasked)
                self._show(replace(self.state, applicant=shown))

    # -- materials ------------------------------------------------------------------------------

    def receive_all(self, material_id: str) -> None:
        """Original and copies as the list wants them; for 非纸质 materials in their own form."""
        material = self._material(material_id)
        if material is None:
            return
        electronic = material.form is MaterialForm.ELECTRONIC
        form = MaterialForm.ELECTRONIC if electronic else MaterialForm.PAPER
        self._receive(material_id, material.originals, material.copies, form)

    def receive_electronic(self, material_id: str) -> None:
        """Only where the list takes an electronic one."""
        material = self._material(material_id)
        if material is not None and material.form is not MaterialForm.PAPER:
            form = MaterialForm.ELECTRONIC
            self._receive(material_id, material.originals, material.copies, form)

    def adjust(self, material_id: str, *, originals: int = 0, copies: int = 0) -> None:
        """One more or less, never more than the list asks for (按清单，不多要)."""
        material = self._material(material_id)
        if material is None or self._facts is None:
            return
        had = self._facts.case.evidence.get(material_id, Evidence())
        now = (
            min(max(had.originals + originals, 0), material.originals),
            min(max(had.copies + copies, 0), material.copies),
        )
        if now == (0, 0):
            self.give_back(material_id)
        elif now != (had.originals, had.copies) or had.fault:
            self._receive(material_id, *now, had.form)

    def _receive(self, material_id: str, originals: int, copies: int, form: MaterialForm) -> None:
        desk = self._services.reception
        self._act(lambda s, c: desk.receive(s, c, material_id, originals, copies, form))

    def fault(self, material_id: str, reason: str) -> None:
        desk = self._services.reception
        self._act(lambda s, c: desk.fault(s, c, material_id, reason), self.recorded)

    def promise(self, material_id: str) -> None:
        material = self._material(material_id)
        if material is not None and not material.promisable:
            text = say("清单没有允许这份材料以承诺代替。")
            self._show(replace(self.state, note=Note(tone=Tone.WARN, message=text)))
            return
        desk = self._services.reception
        self._act(lambda s, c: desk.promise(s, c, material_id))

    def give_back(self, material_id: str) -> None:
        desk = self._services.reception
        if self._facts is not None and material_id in self._facts.case.evidence:
            self._act(lambda s, c: desk.give_back(s, c, material_id))

    # -- deciding -------------------------------------------------------------------------------

    def select(self, outcome: Outcome | None) -> None:
        """Choose what the filled button decides; None goes back to the best."""
        conclusion = self.state.conclusion
        if conclusion is None or (outcome is not None and outcome not in conclusion.open):
            return
        self._show(replace(self.state, selected=outcome, reason="", basis="", note=None))
        self._repaper()

    def write_reason(self, reason: str, basis: str) -> None:
        self._show(replace(self.state, reason=reason, basis=basis))
        self._repaper()

    def decide(self) -> None:
        outcome = self.state.outcome
        if outcome is None or self.state.busy or not self.state.open:
            return
        desk, session, case_id = self._services.reception, self._who(), self.state.case_id
        rejecting = outcome is Outcome.REJECT
        decision = Decision(
            outcome=outcome,
            reason=self.state.reason if rejecting else "",
            basis=self.state.basis if rejecting else "",
        )
        self._show(replace(self.state, busy=True, note=None))

        def work() -> tuple[CaseFacts, tuple[str, ...]]:
            decided = desk.decide(session, case_id, decision)
            return self._follow(session, decided.case), tuple(decided.jobs)

        def done(answer: tuple[CaseFacts, tuple[str, ...]]) -> None:
            self._see(answer[0], answer[1])
            self.decided.emit()

        self._services.lane.submit(work, done, self._fail, self)

    # -- answers --------------------------------------------------------------------------------

    def _who(self) -> Session:
        assert self._session is not None, "a case is served by somebody signed in"  # noqa: S101  # a bug, not an input
        return self._session

    def _act(self, act: Callable[[Session, str], Case], *signals: _Emits) -> None:
        if not self.state.open:
            return
        session, case_id = self._who(), self.state.case_id

        def done(facts: CaseFacts) -> None:
            if self.state.case_id == case_id:
                self._show(replace(self.state, note=None))
                self._see(facts)
                for signal in signals:
                    signal.emit()

        self._services.lane.submit(
            lambda: self._follow(session, act(session, case_id)), done, self._fail, self
        )

    def _follow(self, session: Session, case: Case) -> CaseFacts:
        """On the lane: all that follows from the case."""
        desk = self._services.reception
        if not case.item:
            return CaseFacts(case=case)
        item, evaluation = desk.item(case), desk.evaluate(case)
        previews: dict[Outcome, Preview] = {}
        if case.state is CaseState.OPEN and case.applicant is not None:
            for outcome in evaluation.outcomes - {Outcome.REJECT}:
                previews[outcome] = desk.preview(session, case.id, Decision(outcome=outcome))
        return CaseFacts(case=case, item=item, evaluation=evaluation, previews=previews)

    def _see(self, facts: CaseFacts, jobs: tuple[str, ...] = ()) -> None:
        case, item, evaluation = facts.case, facts.item, facts.evaluation
        former = self._facts
        if case.state is not CaseState.OPEN and former is not None:
            # The paper says what the preview said: the same computation on the same day.
            facts = replace(facts, previews=former.previews)
        self._facts = facts
        state = replace(
            self.state,
            case_id=case.id,
            applicant=view.applicant_view(case.applicant, self._today(), self._unmasked)
            if case.applicant
            else None,
            conclusion=view.conclude(facts),
            counted=any(e != Evidence() for e in case.evidence.values()),
            busy=False,
        )
        if item is not None and evaluation is not None:
            state = replace(
                state,
                item=view.item_view(item, evaluation),
                questions=view.question_views(item, case),
                rows=view.row_views(case, evaluation),
                counts=view.counts_sentence(evaluation),
            )
        if state.selected and state.conclusion and state.selected not in state.conclusion.open:
            state = replace(state, selected=None)
        if case.state in OUTCOME_OF:
            outcome = OUTCOME_OF[case.state]
            decided = DecidedView(
                headline=view.decided_headline(outcome), number=case.number, item=case.item_name,
                jobs=jobs, paper=view.paper_view(facts, outcome, state.reason, state.basis),
            )  # fmt: skip
            state = replace(state, decided=decided, selected=None, paper=None)
        self._show(state)
        self._repaper()

    def _repaper(self) -> None:
        outcome = self.state.outcome
        paper = None
        if self._facts is not None and self.state.open and outcome is not None:
            paper = view.paper_view(self._facts, outcome, self.state.reason, self.state.basis)
        self._show(replace(self.state, paper=paper))

    def _material(self, material_id: str) -> Material | None:
        if self._facts is None or self._facts.item is None:
            return None
        return self._facts.item.get_material(material_id)

    def _today(self) -> date:
        return self._services.clock.now().astimezone(HALL_ZONE).date()

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, busy=False, note=self._note(error)))
