"""Hold the one matter at this window: acts go to the desks, answers redraw it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from app.domain.case import CaseState
from app.domain.checklist import Evidence, Outcome
from app.domain.decision import Decision
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels import case_view as view
from ui.viewmodels import decision_view, party_view
from ui.viewmodels.case_view import CaseFacts
from ui.viewmodels.material_acts import MaterialActs
from ui.viewmodels.party_acts import PartyActs
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.services.decision_desk import Preview
    from app.services.matter import Matter
    from app.services.sign_in import Session


class _Emits(Protocol):
    def emit(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScreen:
    """Everything of the matter that the screen shows. ``selected`` is the clerk's own choice of
    outcome, None for the best one. ``counted`` says that at least one material was handled,
    ``numbered`` that the case came back and keeps its number."""

    case_id: str = ""
    applicant: party_view.ApplicantView | None = None
    parties: party_view.PartiesView | None = None
    form: party_view.FormView | None = None
    item: view.ItemView | None = None
    questions: tuple[view.QuestionView, ...] = ()
    rows: tuple[view.RowView, ...] = ()
    counts: str = ""
    counted: bool = False
    numbered: bool = False
    aside: int = 0  # facts about it that the back office refused, not yet answered
    conclusion: decision_view.Conclusion | None = None
    selected: Outcome | None = None
    reason: str = ""
    basis: str = ""
    paper: decision_view.PaperView | None = None
    decided: decision_view.DecidedView | None = None
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
    """``materials`` and ``parties`` hold the acts on those; every act ends in ``act`` here."""

    opened = Signal()
    resumed = Signal()
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
        self.materials = MaterialActs(services, self)
        self.parties = PartyActs(services, self)

    @property
    def matter(self) -> Matter | None:
        return self._facts.matter if self._facts else None

    @property
    def session(self) -> Session | None:
        return self._session

    def look_again(self, case_id: str) -> None:
        """Something was recorded on another lane."""
        if self.state.case_id == case_id:
            desk = self._services.reception
            self.act(lambda _, c: desk.matter(c))

    # -- opening and leaving --------------------------------------------------------------------

    def take_session(self, session: Session | None) -> None:
        """Somebody signed in (or out): go on with a case that a crash left open."""
        self._session = session
        self.forget()
        if session is None:
            return
        desk = self._services.reception

        def work() -> CaseFacts | None:
            matter = desk.current(session)
            return self._follow(matter) if matter else None

        def done(facts: CaseFacts | None) -> None:
            if facts is not None:
                self._see(facts)
                text = say("这一件上次没有办完，可以接着办。")
                self.tell(Note(tone=Tone.WARN, message=text))
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
            lambda: self._follow(desk.open_case(session, ticket_id)), done, self._fail, self
        )

    def resume(self, case_id: str) -> None:
        """Go on with a case that waited; what was opened for this person meanwhile is left."""
        desk, session, fresh = self._services.returning, self._who(), self.state.case_id

        def done(facts: CaseFacts) -> None:
            self._show(_EMPTY)
            self._see(facts)
            self.opened.emit()
            self.resumed.emit()

        self._services.lane.submit(
            lambda: self._follow(desk.resume(session, case_id, fresh)), done, self._fail, self
        )

    def reopen(self, case_id: str) -> None:
        """A case of this window that is still open, or open again: its decision was refused."""
        desk = self._services.reception

        def done(facts: CaseFacts) -> None:
            self._see(facts)
            self.opened.emit()

        self._services.lane.submit(
            lambda: self._follow(desk.matter(case_id)), done, self._fail, self
        )

    def put_back(self) -> None:
        """A resumed case waits again; the applicant leaves."""
        desk = self._services.returning
        self._leave(desk.put_back)

    def hand_to_department(self) -> None:
        """What it asked for is here: its review goes on."""
        if (desk := self._services.results) is not None:
            self._leave(desk.supplemented)

    def leave_for_later(self, reason: str) -> None:
        """Undecided: any window may go on with it."""
        desk = self._services.returning
        self._leave(lambda session, case_id: desk.leave(session, case_id, reason))

    def abandon(self, reason: str) -> None:
        desk = self._services.reception
        self._leave(lambda session, case_id: desk.abandon(session, case_id, reason))

    def _leave(self, act: Callable[[Session, str], object]) -> None:
        session, case_id = self._who(), self.state.case_id

        def done(_: object) -> None:
            self.forget()
            self.closed.emit()

        self._services.lane.submit(lambda: act(session, case_id), done, self._fail, self)

    def forget(self) -> None:
        """Nothing of the last applicant remains."""
        self._facts = None
        self._unmasked = False
        self._show(_EMPTY)

    # -- what -----------------------------------------------------------------------------------

    def choose_item(self, code: str) -> None:
        desk = self._services.reception
        self.act(lambda s, c: desk.choose(s, c, code), self.item_chosen)

    def answer(self, question_id: str, options: frozenset[str]) -> None:
        desk = self._services.reception
        self.act(lambda s, c: desk.answer(s, c, question_id, options), self.answered)

    def unmask(self, unmasked: bool) -> None:
        self._unmasked = unmasked
        if self._facts is not None and self.state.applicant is not None:
            self._show(replace(self.state, **self._people(self._facts)))

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
        desk, session, case_id = self._services.decisions, self._who(), self.state.case_id
        rejecting = outcome is Outcome.REJECT
        decision = Decision(
            outcome=outcome,
            reason=self.state.reason if rejecting else "",
            basis=self.state.basis if rejecting else "",
        )
        paper = self.state.paper
        self._show(replace(self.state, busy=True, note=None))

        def work() -> tuple[CaseFacts, decision_view.DecidedView]:
            decided = desk.decide(session, case_id, decision)
            # The paper says what the preview said: the same computation on the same day.
            seen = decision_view.decided_view(decided, paper)
            return CaseFacts(matter=decided.matter), seen

        def done(answer: tuple[CaseFacts, decision_view.DecidedView]) -> None:
            self._see(answer[0])
            self._show(replace(self.state, decided=answer[1], selected=None, paper=None))
            self.decided.emit()

        self._services.lane.submit(work, done, self._fail, self)

    def hand_notice(self, way: str, *, signed: bool) -> None:
        """The notice of the case just decided was handed over to whoever stands here."""
        desk, decided = self._services.returning, self.state.decided
        if decided is None or not decided.notices:
            return
        session, notices, to = self._who(), decided.notices, decided.to

        def work() -> None:
            for case_id in notices:
                desk.hand_notice(session, case_id, to, way, signed=signed)

        def done(_: None) -> None:
            if self.state.decided is decided:
                handed = decision_view.handed_sentence(way, to, signed=signed)
                self._show(replace(self.state, decided=replace(decided, handed=handed)))

        self._services.lane.submit(work, done, self._fail, self)

    def print_form(self) -> None:
        """The application form, filled as far as it is known (一卡填表)."""
        desk = self._services.decisions
        if not self.state.open or self.state.form is None:
            return
        session, case_id = self._who(), self.state.case_id

        def done(_: str) -> None:
            text = say("申请表已送打印，请申请人核对后签字。")
            self.tell(Note(tone=Tone.GOOD, message=text))

        self._services.lane.submit(
            lambda: desk.print_form(session, case_id), done, self._fail, self
        )

    # -- answers --------------------------------------------------------------------------------

    def tell(self, note: Note | None) -> None:
        self._show(replace(self.state, note=note))

    def _who(self) -> Session:
        assert self._session is not None, "a case is served by somebody signed in"  # noqa: S101  # a bug, not an input
        return self._session

    def act(self, act: Callable[[Session, str], Matter], *signals: _Emits) -> None:
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
            lambda: self._follow(act(session, case_id)), done, self._fail, self
        )

    def _follow(self, matter: Matter) -> CaseFacts:
        """On the lane: all that follows from the matter."""
        desk = self._services.decisions
        aside = self._services.refused.marks(
            {f"case:{case.id}" for case in matter.cases} | {f"bundle:{matter.case.bundle}"}
        )
        if matter.evaluation is None:
            return CaseFacts(matter=matter, aside=aside)
        closed = desk.closed(matter)
        previews: dict[Outcome, tuple[Preview, ...]] = {}
        if matter.case.state is CaseState.OPEN and matter.case.applicant is not None:
            for outcome in matter.evaluation.outcomes - closed.keys() - {Outcome.REJECT}:
                previews[outcome] = desk.previews(matter, outcome)
        return CaseFacts(matter=matter, previews=previews, closed=closed, aside=aside)

    def _see(self, facts: CaseFacts) -> None:
        case, item, evaluation = facts.case, facts.matter.item, facts.matter.evaluation
        self._facts = facts
        state = replace(
            self.state,
            case_id=case.id,
            conclusion=decision_view.conclude(facts, self._note),
            counted=bool(case.brought_back)
            if case.decision is not None
            else any(e != Evidence() for e in case.evidence.values()),
            numbered=case.decision is not None,
            aside=facts.aside,
            busy=False,
            **self._people(facts),
        )
        if item is not None and evaluation is not None:
            state = replace(
                state,
                item=view.item_view(facts.matter, item, evaluation),
                questions=view.question_views(item, case),
                rows=view.row_views(case, evaluation),
                counts=view.counts_sentence(evaluation),
            )
        if state.selected and state.conclusion and state.selected not in state.conclusion.open:
            state = replace(state, selected=None)
        self._show(state)
        self._repaper()

    def _people(self, facts: CaseFacts) -> party_view.People:
        case, item = facts.case, facts.matter.item
        applicant = case.applicant
        return {
            "applicant": party_view.applicant_view(applicant, self._today(), self._unmasked)
            if applicant
            else None,
            "parties": party_view.parties_view(case, self._unmasked),
            "form": party_view.form_view(item, case, self._unmasked) if item else None,
        }

    def _repaper(self) -> None:
        outcome = self.state.outcome
        paper = None
        if self._facts is not None and self.state.open and outcome is not None:
            paper = decision_view.paper_view(
                self._facts, outcome, self.state.reason, self.state.basis
            )
        self._show(replace(self.state, paper=paper))

    def _today(self) -> date:
        return self._services.clock.now().astimezone(HALL_ZONE).date()

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, busy=False, note=self._note(error)))
