"""Serve one applicant: every act of the clerk becomes a fact, every decision one transaction.

Nothing is kept outside the journal, so after a kill the window goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from app.domain import case as cases
from app.domain import decision as decisions
from app.domain.case import Case
from app.domain.catalogue import Item, MaterialForm, list_hash
from app.domain.checklist import Evaluation, Outcome, check_answer, check_material
from app.domain.deadline import Due, WorkCalendar
from app.domain.decision import Decision, judge
from app.domain.errors import ListChanged, NotReady, NumbersExhausted, ReasonNeeded
from app.domain.events import (
    ApplicantIdentified,
    CaseAbandoned,
    CaseOpened,
    Deferral,
    Event,
    ItemChosen,
    MaterialFaulted,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    NoticeLine,
    PaperKind,
    PaperQueued,
    PhoneEntered,
    QuestionAnswered,
    TicketServed,
)
from app.domain.hall import HALL_ZONE, Hall
from app.domain.person import (
    Applicant,
    CardRead,
    DocumentKind,
    ValueSource,
    check_phone,
    typed_person,
)
from app.domain.ticket import TicketState
from app.services.catalogue import Catalogue
from app.services.queue_desk import current_ticket
from app.services.sign_in import Session
from app.storage.store import Store, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a decision would say, before it is made."""

    promise_due: Due | None = None
    deferrals: tuple[Deferral, ...] = ()
    lines: tuple[NoticeLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    case: Case
    jobs: tuple[str, ...]  # ids of the print jobs saved with the decision


_PAPERS: dict[Outcome, PaperKind] = {
    Outcome.ACCEPT: PaperKind.ACCEPTANCE,
    Outcome.ACCEPT_DEFERRED: PaperKind.ACCEPTANCE,
    Outcome.ACCEPT_ON_PROMISE: PaperKind.ACCEPTANCE,
    Outcome.NOTICE: PaperKind.NOTICE,
    Outcome.REJECT: PaperKind.REJECTION,
    Outcome.RECEIVE_ONLY: PaperKind.RECEIPT,
}


class Reception:
    def __init__(
        self,
        store: Store,
        hall: Hall,
        catalogue: Callable[[], Catalogue],
        work: WorkCalendar,
        document_printer: str,
    ) -> None:
        self._store = store
        self._hall = hall
        self._catalogue = catalogue
        self._work = work
        self._document_printer = document_printer
        self._hashes: dict[tuple[str, int], str] = {}

    # -- who ------------------------------------------------------------------------------------

    def current(self, session: Session) -> Case | None:  # noqa: ARG002 - one device, one window
        """The case left open at this window, also by a crash."""
        with self._store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT id FROM cases WHERE state = 'open' ORDER BY opened_at DESC LIMIT 1"
            ).one_or_none()
        return self._store.find_case(row[0]) if row else None

    def open_case(self, session: Session, ticket_id: str = "") -> Case:
        """Begin to serve: the called ticket, or someone without one."""
        case_id = self._store.new_id()
        with self._store.begin() as unit:
            ticket = current_ticket(unit.connection)
            if ticket and ticket.id == ticket_id and ticket.state is TicketState.CALLED:
                unit.append(TicketServed(), subject=f"ticket:{ticket_id}", actor=session.actor)
            opened = CaseOpened(window=session.window.id, ticket=ticket_id)
            unit.append(opened, subject=f"case:{case_id}", actor=session.actor)
            return _get(unit, case_id)

    def identify(self, session: Session, case_id: str, card: CardRead) -> Case:
        """The applicant is who the card says (读卡)."""
        applicant = Applicant(
            document=card.document, person=card.person, source=ValueSource.CARD,
            issuer=card.issuer, valid_from=card.valid_from, valid_to=card.valid_to,
        )  # fmt: skip
        return self._identify(session, case_id, applicant)

    def identify_typed(
        self,
        session: Session,
        case_id: str,
        document: DocumentKind,
        name: str,
        number: str,
        reason: str,
    ) -> Case:
        """The clerk typed who it is (手录), and why. Raises InvalidIdentity, ReasonNeeded."""
        if not reason.strip():
            raise ReasonNeeded
        person = typed_person(document, name, number, self._today())
        applicant = Applicant(
            document=document, person=person, source=ValueSource.TYPED, typed_reason=reason.strip()
        )
        return self._identify(session, case_id, applicant)

    def _identify(self, session: Session, case_id: str, applicant: Applicant) -> Case:
        with self._store.begin() as unit:
            former = _get(unit, case_id).applicant
            if former is not None and former.person.number == applicant.person.number:
                # The same person read again keeps what was typed beside the card.
                applicant = replace(applicant, phone=former.phone)
            return _append(unit, session, case_id, ApplicantIdentified(applicant=applicant))

    def enter_phone(self, session: Session, case_id: str, phone: str) -> Case:
        """Raises InvalidIdentity."""
        return self._act(session, case_id, PhoneEntered(phone=check_phone(phone)))

    # -- what -----------------------------------------------------------------------------------

    def choose_item(self, session: Session, case_id: str, item_code: str) -> Case:
        """Freeze the newest list of this item for the case. Raises ItemNotFound."""
        item = self._catalogue().get(item_code)
        event = ItemChosen(
            item=item.code, name=item.name, department=item.department.name, version=item.version,
            list_hash=list_hash(item),
        )  # fmt: skip
        return self._act(session, case_id, event)

    def item(self, case: Case) -> Item:
        """The list that the case froze. Raises NotReady, ItemNotFound, ListChanged."""
        if not case.item:
            raise NotReady(need="item")
        item = self._catalogue().get_version(case.item, case.version)
        key = (item.code, item.version)
        if key not in self._hashes:
            self._hashes[key] = list_hash(item)
        if self._hashes[key] != case.list_hash:
            raise ListChanged(item=item.code, version=item.version)
        return item

    def answer(
        self, session: Session, case_id: str, question_id: str, options: frozenset[str]
    ) -> Case:
        """Raises UnknownAnswer."""
        with self._store.begin() as unit:
            check_answer(self.item(_get(unit, case_id)), question_id, options)
            event = QuestionAnswered(question=question_id, options=tuple(sorted(options)))
            return _append(unit, session, case_id, event)

    def receive(
        self,
        session: Session,
        case_id: str,
        material_id: str,
        originals: int,
        copies: int,
        form: MaterialForm = MaterialForm.PAPER,
    ) -> Case:
        """What lies on the counter for this material now. Raises UnknownMaterial."""
        event = MaterialReceived(
            material=material_id, originals=max(0, originals), copies=max(0, copies), form=form
        )
        return self._material(session, case_id, material_id, event)

    def fault(self, session: Session, case_id: str, material_id: str, reason: str) -> Case:
        """Not acceptable because ``reason``. Raises ReasonNeeded, UnknownMaterial."""
        if not reason.strip():
            raise ReasonNeeded
        event = MaterialFaulted(material=material_id, reason=reason.strip()[:500])
        return self._material(session, case_id, material_id, event)

    def promise(self, session: Session, case_id: str, material_id: str) -> Case:
        """Raises NotReady where the list does not let a promise stand for this material."""
        return self._material(session, case_id, material_id, MaterialPromised(material=material_id))

    def give_back(self, session: Session, case_id: str, material_id: str) -> Case:
        return self._material(session, case_id, material_id, MaterialReturned(material=material_id))

    def _material(self, session: Session, case_id: str, material_id: str, event: Event) -> Case:
        with self._store.begin() as unit:
            material = check_material(self.item(_get(unit, case_id)), material_id)
            if isinstance(event, MaterialPromised) and not material.promisable:
                raise NotReady(need="promise")
            return _append(unit, session, case_id, event)

    def evaluate(self, case: Case) -> Evaluation:
        return judge(case, self.item(case), self._today())

    # -- deciding -------------------------------------------------------------------------------

    def preview(self, session: Session, case_id: str, decision: Decision) -> Preview:  # noqa: ARG002
        """What the decision would say today. Raises what ``decide`` would raise."""
        case = self._store.find_case(case_id)
        if case is None:
            raise NotReady(need="case")
        event = decisions.decide(
            case, self.item(case), decision, number="-", check="-", on=self._today(),
            work=self._work,
        )  # fmt: skip
        due = getattr(event, "promise_due", None)
        return Preview(
            promise_due=Due(day=due, provisional=getattr(event, "due_provisional", False))
            if due
            else None,
            deferrals=getattr(event, "deferrals", ()),
            lines=getattr(event, "lines", ()),
        )

    def decide(self, session: Session, case_id: str, decision: Decision) -> Decided:
        """Decide, number the case and queue its paper: one transaction.

        Raises OutcomeNotOpen, NotReady, CaseClosed, ReasonNeeded, NumbersExhausted; then nothing
        is saved.
        """
        with self._store.begin() as unit:
            case = _get(unit, case_id)
            today = self._today()
            event = decisions.decide(
                case, self.item(case), decision, number=self._next_number(unit, today),
                check=self._store.check_code(), on=today, work=self._work,
            )  # fmt: skip
            subject = f"case:{case_id}"
            unit.append(event, subject=subject, actor=session.actor)
            job = self._store.new_id()
            queued = PaperQueued(
                paper=_PAPERS[decision.outcome], about=subject, printer=self._document_printer
            )
            unit.append(queued, subject=f"job:{job}", actor=session.actor)
            return Decided(case=cases.apply(case, case_id, event), jobs=(job,))

    def _next_number(self, unit: Unit, today: date) -> str:
        row = unit.connection.exec_driver_sql(
            "SELECT next FROM number_blocks WHERE next <= last ORDER BY first LIMIT 1"
        ).one_or_none()
        if row is None:
            raise NumbersExhausted
        return self._hall.case_number.format(
            region=self._hall.region, date=f"{today:%Y%m%d}", serial=int(row[0])
        )

    def abandon(self, session: Session, case_id: str, reason: str = "") -> Case:
        """Close without any decision; nothing was issued."""
        return self._act(session, case_id, CaseAbandoned(reason=reason.strip()[:200]))

    def _act(self, session: Session, case_id: str, event: Event) -> Case:
        with self._store.begin() as unit:
            return _append(unit, session, case_id, event)

    def _today(self) -> date:
        return self._store.clock.now().astimezone(HALL_ZONE).date()


def _get(unit: Unit, case_id: str) -> Case:
    case = unit.find_case(case_id)
    if case is None:
        raise NotReady(need="case")
    return case


def _append(unit: Unit, session: Session, case_id: str, event: Event) -> Case:
    """Append if the case allows it; the refusal leaves no trace."""
    after = cases.apply(_get(unit, case_id), case_id, event)
    unit.append(event, subject=f"case:{case_id}", actor=session.actor)
    return after
