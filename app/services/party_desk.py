"""Record who applies, for whom and by whom, and how the result reaches them.

Read from a card or typed with a reason; recorded on every case of a bundle, and what it answers by
itself is answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from app.domain import case as cases
from app.domain.case import Case
from app.domain.case_events import (
    AgentIdentified,
    AgentWithdrawn,
    ApplicantIdentified,
    DeliveryChosen,
    OrganisationIdentified,
    OrganisationWithdrawn,
    PhoneEntered,
)
from app.domain.errors import InvalidIdentity, NotReady, OtherPerson, ReasonNeeded
from app.domain.event import Event
from app.domain.parties import holders, implied_answers
from app.domain.person import (
    Applicant,
    CardRead,
    Delivery,
    DeliveryWay,
    DocumentKind,
    Organisation,
    ValueSource,
    check_delivery,
    check_phone,
    typed_organisation,
    typed_person,
)
from app.domain.verification import differences, taken
from app.services.matter import Fact, Matter, Matters
from app.services.sign_in import Session
from app.services.standing import Standing
from app.storage.store import Unit

_EventOf = Callable[[Case], Event]
_PICK_UP = Delivery(way=DeliveryWay.PICK_UP)
_WAYS = {DeliveryWay.PICK_UP: "自取", DeliveryWay.POST: "邮寄"}


class PartyDesk:
    def __init__(self, matters: Matters, standing: Standing) -> None:
        self._matters = matters
        self._standing = standing

    # -- the applicant --------------------------------------------------------------------------

    def identify(
        self, session: Session, case_id: str, card: CardRead, *, replacing: bool = False
    ) -> Matter:
        """The applicant is who the card says (读卡). Raises OtherPerson where somebody else, or
        another name, is recorded and it is not ``replacing``; InvalidIdentity for the agent's."""

        def event(case: Case) -> Event:
            agent, known = case.agent, case.applicant
            came_first = _same_number(agent, known)  # an agent who was read in the other's place
            if agent is not None and agent.person.number == card.person.number:
                raise InvalidIdentity(field="agent")
            if not replacing and not came_first and differences(known, card):
                raise OtherPerson
            return ApplicantIdentified(applicant=taken(known, of_card(card)))

        return self._record(session, case_id, event)

    def identify_typed(
        self, session: Session, case_id: str, document: DocumentKind, name: str, number: str,
        reason: str,
    ) -> Matter:  # fmt: skip
        """The clerk typed who it is (手录), and why. Raises InvalidIdentity, ReasonNeeded."""
        applicant = self._typed(document, name, number, reason)

        def event(case: Case) -> Event:
            return ApplicantIdentified(applicant=taken(case.applicant, applicant))

        return self._record(session, case_id, event)

    def _typed(self, document: DocumentKind, name: str, number: str, reason: str) -> Applicant:
        if not reason.strip():
            raise ReasonNeeded
        person = typed_person(document, name, number, self._matters.today())
        return Applicant(
            document=document, person=person, source=ValueSource.TYPED, typed_reason=reason.strip()
        )

    def enter_phone(self, session: Session, case_id: str, phone: str) -> Matter:
        """Raises InvalidIdentity."""
        entered = PhoneEntered(phone=check_phone(phone))
        return self._record(session, case_id, lambda _: entered)

    # -- for whom and by whom -------------------------------------------------------------------

    def name_organisation(
        self, session: Session, case_id: str, name: str, credit_code: str, representative: str
    ) -> Matter:
        """Typed from the licence that lies on the counter. Raises InvalidIdentity."""
        organisation = typed_organisation(name, credit_code, representative, "营业执照")
        return self.identify_organisation(session, case_id, organisation)

    def identify_organisation(
        self, session: Session, case_id: str, organisation: Organisation
    ) -> Matter:
        identified = OrganisationIdentified(organisation=organisation)
        return self._record(session, case_id, lambda _: identified)

    def withdraw_organisation(self, session: Session, case_id: str) -> Matter:
        return self._record(session, case_id, lambda _: OrganisationWithdrawn())

    def identify_agent(
        self, session: Session, case_id: str, card: CardRead, authority: str,
        *, replacing: bool = False,
    ) -> Matter:  # fmt: skip
        """The agent's card; ``authority`` names the paper. Raises ReasonNeeded, OtherPerson as
        ``identify`` does, InvalidIdentity where it is the applicant's own card."""

        def check(case: Case) -> None:
            if not replacing and differences(case.agent, card):
                raise OtherPerson

        return self._agent(session, case_id, of_card(card), authority, check)

    def identify_agent_typed(
        self, session: Session, case_id: str, document: DocumentKind, name: str, number: str,
        reason: str, authority: str,
    ) -> Matter:  # fmt: skip
        agent = self._typed(document, name, number, reason)
        return self._agent(session, case_id, agent, authority)

    def _agent(
        self, session: Session, case_id: str, agent: Applicant, authority: str,
        check: Callable[[Case], None] = lambda _: None,
    ) -> Matter:  # fmt: skip
        authority = authority.strip()[:100]
        if not authority:
            raise ReasonNeeded

        def event(case: Case) -> Event:
            if case.applicant and case.applicant.person.number == agent.person.number:
                raise InvalidIdentity(field="agent")
            check(case)
            return AgentIdentified(agent=taken(case.agent, agent), authority=authority)

        return self._record(session, case_id, event)

    def came_for_another(self, session: Session, case_id: str, authority: str) -> Matter:
        """Who was read first is the agent; the applicant's own document comes next.

        Raises NotReady where nobody was read, ReasonNeeded.
        """
        authority = authority.strip()[:100]
        if not authority:
            raise ReasonNeeded

        def event(case: Case) -> Event:
            if case.applicant is None:
                raise NotReady(need="applicant")
            return AgentIdentified(agent=case.applicant, authority=authority)

        return self._record(session, case_id, event)

    def withdraw_agent(self, session: Session, case_id: str) -> Matter:
        return self._record(session, case_id, lambda _: AgentWithdrawn())

    # -- the result -----------------------------------------------------------------------------

    def choose_delivery(self, session: Session, case_id: str, delivery: Delivery) -> Matter:
        """Raises InvalidIdentity, NotReady where the item does not deliver that way."""
        tidy = check_delivery(delivery)

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            if matter.item is None or _WAYS[tidy.way] not in matter.item.delivery:
                raise NotReady(need="delivery" if matter.item else "item")
            for part in matter.parts:
                # An item of the bundle that is not posted is still picked up.
                own = tidy if _WAYS[tidy.way] in part.item.delivery else _PICK_UP
                yield part.case.id, DeliveryChosen(delivery=own)

        return self._matters.record(session, case_id, make)

    def _record(self, session: Session, case_id: str, event: _EventOf) -> Matter:
        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            items = matter.items or (None,) * len(matter.cases)
            for case, item in zip(matter.cases, items, strict=True):
                fact = event(case)
                yield case.id, fact
                after = cases.apply(case, case.id, fact)
                if holders(after) != holders(case) or not holders(case):
                    yield case.id, self._standing.check(holders(after))
                for answer in implied_answers(after, item) if item else ():
                    yield case.id, answer

        return self._matters.record(session, case_id, make)


def _same_number(one: Applicant | None, other: Applicant | None) -> bool:
    return one is not None and other is not None and one.person.number == other.person.number


def of_card(card: CardRead) -> Applicant:
    person = card.person
    if card.newest_address:  # the chip's own: what is printed on the card is where they lived
        person = replace(person, address=card.newest_address)
    return Applicant(
        document=card.document, person=person, source=ValueSource.CARD,
        issuer=card.issuer, valid_from=card.valid_from, valid_to=card.valid_to,
    )  # fmt: skip
