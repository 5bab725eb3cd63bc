"""Hand results out (出件): what waits, who takes it, what comes back; and hand a case with what its
department asked for back to it.

Any window does all of it, for any case of the hall: the case's own facts decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain import case as cases
from app.domain.case import Case
from app.domain.case_events import CaseSupplemented, ResultHanded, ResultReturned
from app.domain.delivery import (
    Authority,
    DeliveryMode,
    Proof,
    Recipient,
    ReturnKind,
    check_claim,
    tidy_waybill,
)
from app.domain.errors import HandOverIncomplete, NotReady
from app.domain.events import PaperCancelled, PaperKind
from app.domain.hall import HALL_ZONE
from app.domain.masking import mask_number
from app.domain.notice import still_asked
from app.domain.person import DocumentKind, typed_person
from app.services.matter import Fact, Matter, Matters
from app.services.print_jobs import next_reprint, select_jobs
from app.services.print_setup import PrintRoutes
from app.services.result_list import ResultQuery, ResultView, find_results
from app.services.sign_in import Session
from app.storage.folding import fold_case
from app.storage.store import Unit

AGAIN = "再次送达"  # why a paper of an earlier delivery is printed again
_PAPERS = (PaperKind.COLLECTION, PaperKind.DELIVERY_RETURN)
_MOST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What the clerk says of one delivery. ``number`` is the whole number of the collector's
    document; only its ends go on record. ``signed``: on paper or on the screen; else ``reason`` and
    ``witness`` say why not. ``on_screen``: its slip is printed once it was signed there."""

    mode: DeliveryMode
    to: str
    recipient: Recipient = Recipient.APPLICANT
    document: DocumentKind = DocumentKind.RESIDENT
    number: str = ""
    proof: Proof = Proof.UNSTATED
    proof_reason: str = ""
    authority: Authority = Authority.NONE
    relation: str = ""
    address: str = ""
    carrier: str = ""
    waybill: str = ""
    signed: bool = True
    reason: str = ""
    witness: str = ""
    on_screen: bool = False


class Results:
    """``collect_days``: the hall's, see ``Hall``."""

    def __init__(self, matters: Matters, routes: PrintRoutes, collect_days: int) -> None:
        self._matters = matters
        self._store = matters.store
        self._routes = routes
        self._late = timedelta(days=collect_days)

    def find(self, query: ResultQuery) -> ResultView:
        """Raises StoreError."""
        with self._store.read() as connection:
            return find_results(connection, query, self._store.clock.now(), self._late)

    def case(self, case_id: str) -> Case:
        """Raises NotReady where this window does not know it."""
        with self._store.read() as connection:
            case = fold_case(connection, case_id)
        if case is None:
            raise NotReady(need="case")
        return case

    def paper(self, case_id: str) -> PaperKind:
        """Which paper proves the delivery on record. Raises NotReady where there is none."""
        case = self.case(case_id)
        if case.handed_out is None:
            raise NotReady(need="delivery")
        return paper_of(case, case.handed_out)

    def hand_over(self, session: Session, case_id: str, told: HandOver) -> str:
        """Record the delivery and queue its paper, together or not at all. Returns the job's id, ""
        where it is signed on the screen first.

        Raises HandOverIncomplete, InvalidIdentity, OtherPerson where the document is not that of
        who it is said to be, CaseClosed where there is no result or it was handed out before.
        """
        with self._store.begin() as unit:
            case = unit.find_case(case_id)
            if case is None:
                raise NotReady(need="case")
            handed = self._handed(session, case, told)
            cases.apply(case, case_id, handed)
            unit.append(handed, subject=f"case:{case_id}", actor=session.actor)
            if told.on_screen:
                return ""
            return self._queue(unit, session, paper_of(case, handed), f"case:{case_id}")

    def print_slip(self, session: Session, case_id: str) -> str:
        """The paper of the delivery on record. Returns the job's id. Raises NotReady."""
        paper = self.paper(case_id)
        with self._store.begin() as unit:
            return self._queue(unit, session, paper, f"case:{case_id}")

    def take_back(self, session: Session, case_id: str, kind: ReturnKind, reason: str) -> None:
        """The post brought it back, or it was recorded wrongly today. Its paper, where none came
        out yet, is not printed any more. Raises ReasonNeeded, DeliveryStands, CaseClosed."""
        at = self._store.clock.now().astimezone(HALL_ZONE)
        returned = ResultReturned(
            kind=kind, reason=_plain(reason), by=session.staff_id, at=at
        )  # fmt: skip
        with self._store.begin() as unit:
            case = unit.find_case(case_id)
            if case is None:
                raise NotReady(need="case")
            cases.apply(case, case_id, returned)
            subject = f"case:{case_id}"
            unit.append(returned, subject=subject, actor=session.actor)
            for paper in _PAPERS:
                for job in select_jobs(
                    unit.connection,
                    "WHERE j.about = ? AND j.paper = ? AND j.state IN ('queued', 'failed')",
                    subject, paper.value,
                ):  # fmt: skip
                    gone = PaperCancelled(reason=returned.reason)
                    unit.append(gone, subject=f"job:{job.id}", actor=session.actor)

    def supplemented(self, session: Session, case_id: str) -> Matter:
        """What the department asked for was brought: it goes on with the case.

        Raises NotReady while something of it is missing or faulty still, or where nothing was
        asked for; CaseClosed.
        """

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            if still_asked(matter.case):
                raise NotReady(need="supplement")
            yield matter.case.id, CaseSupplemented()

        return self._matters.record(session, case_id, make)

    def _handed(self, session: Session, case: Case, told: HandOver) -> ResultHanded:
        at = self._store.clock.now().astimezone(HALL_ZONE)
        handed = ResultHanded(
            by=session.staff_id, to=_plain(told.to), way=told.mode.value, at=at,
            signed=told.signed and told.mode is DeliveryMode.DIRECT, recipient=told.recipient,
            reason=_plain(told.reason), witness=_plain(told.witness),
        )  # fmt: skip
        match told.mode:
            case DeliveryMode.DIRECT:
                return self._directly(case, told, handed, at)
            case DeliveryMode.POST:
                waybill = tidy_waybill(told.waybill)
                if told.waybill.strip() and not waybill:
                    raise HandOverIncomplete(field="waybill")
                return replace(
                    handed, address=_plain(told.address), carrier=_plain(told.carrier),
                    waybill=waybill,
                )  # fmt: skip
        return replace(handed, address=_plain(told.address))

    def _directly(
        self, case: Case, told: HandOver, handed: ResultHanded, at: datetime
    ) -> ResultHanded:
        if not told.number.strip():
            raise HandOverIncomplete(field="document_number")
        person = typed_person(told.document, told.to, told.number, at.date())
        check_claim(case, told.recipient, told.authority, person.name, person.number)
        return replace(
            handed, to=person.name, document=told.document.value,
            document_number=mask_number(person.number), proof=told.proof,
            proof_reason=_plain(told.proof_reason), authority=told.authority,
            relation=_plain(told.relation),
        )  # fmt: skip

    def _queue(self, unit: Unit, session: Session, paper: PaperKind, about: str) -> str:
        again = next_reprint(unit.connection, paper, about)
        queued = self._routes.queued(paper, about, reprint=again, reason=AGAIN if again else "")
        job = self._store.new_id()
        unit.append(queued, subject=f"job:{job}", actor=session.actor)
        return job


def paper_of(case: Case, handed: ResultHanded) -> PaperKind:
    """Who comes for a result that was granted signs the 领取凭证; a refusal, and all that nobody
    signs at the window, is proven by the 送达回证."""
    granted = case.review is not None and case.review.granted
    if handed.way == DeliveryMode.DIRECT and handed.signed and granted:
        return PaperKind.COLLECTION
    return PaperKind.DELIVERY_RETURN


def _plain(text: str) -> str:
    return " ".join(text.split())[:_MOST_TEXT]
