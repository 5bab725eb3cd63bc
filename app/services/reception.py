"""Serve one applicant: what they apply for, what they answer, and what they bring.

Nothing is kept outside the journal, so after a kill the window goes on where it was. Every act
takes the id of the matter's case (of a bundle, the first one's) and the names of the list shown;
in a bundle it becomes one fact for each item that it concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from app.domain.bundle import Bundle, form_fields
from app.domain.case import Case
from app.domain.case_events import (
    AgentIdentified,
    ApplicantChecked,
    ApplicantIdentified,
    BarFact,
    CaseAbandoned,
    CaseOpened,
    DemandKind,
    DemandRefused,
    FieldFilled,
    ItemChosen,
    MaterialFaulted,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    OrganisationIdentified,
    QuestionAnswered,
)
from app.domain.catalogue import Item, MaterialForm, list_hash
from app.domain.checklist import Evidence, check_answer, check_material
from app.domain.errors import BeyondTheList, NotReady, ReasonNeeded, SecondDemand
from app.domain.event import Event
from app.domain.events import BundleChosen, CaseBundled
from app.domain.form import check_value
from app.domain.notice import check_fault
from app.domain.parties import implied_answers
from app.domain.ticket import TicketState
from app.domain.ticket_events import TicketServed
from app.services.matter import Fact, Matter, Matters
from app.services.sign_in import Session
from app.storage.store import Unit
from app.storage.ticket_table import current_ticket

# Open, and last opened or resumed by this device: what another window has open is its own.
_OPEN_HERE = (
    "SELECT id, bundle FROM cases WHERE state = 'open' AND mine = 2 ORDER BY opened_at DESC"
)


class Reception:
    def __init__(
        self, matters: Matters, refresh: Callable[[], object],
        check_room: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        """``refresh`` takes up lists that were published meanwhile; between two cases only.
        ``check_room`` raises RoomLow while nothing new may be begun."""
        self._matters = matters
        self._store = matters.store
        self._refresh = refresh
        self._check_room = check_room

    # -- opening and leaving --------------------------------------------------------------------

    def current(self, session: Session) -> Matter | None:  # noqa: ARG002 - one device, one window
        """What was left open at this window, also by a crash."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(_OPEN_HERE).all()
            if not rows:
                return None
            case_id, bundle = rows[0]
            if bundle:  # the first case of a bundle stands for it
                members = [row[0] for row in rows if row[1] == bundle]
                case_id = members[-1]
            return self._matters.load_in(connection, case_id)

    def matter(self, case_id: str) -> Matter:
        return self._matters.load(case_id)

    def open_case(self, session: Session, ticket_id: str = "") -> Matter:
        """Begin to serve: the called ticket, or someone without one. Raises RoomLow."""
        self._check_room()
        self._refresh()
        case_id = self._store.new_id()
        with self._store.begin() as unit:
            ticket = current_ticket(unit.connection)
            if ticket and ticket.id == ticket_id and ticket.state is TicketState.CALLED:
                unit.append(TicketServed(), subject=f"ticket:{ticket_id}", actor=session.actor)
            opened = CaseOpened(window=session.window.id, ticket=ticket_id)
            unit.append(opened, subject=f"case:{case_id}", actor=session.actor)
            return self._matters.load_in(unit.connection, case_id)

    def abandon(self, session: Session, case_id: str, reason: str = "") -> Matter:
        """Close without any decision; nothing was issued. Raises CaseClosed for a numbered case."""
        left = CaseAbandoned(reason=reason.strip()[:200])
        return self._each(session, case_id, lambda _: left)

    # -- what -----------------------------------------------------------------------------------

    def choose(self, session: Session, case_id: str, code: str) -> Matter:
        """Freeze the newest list of this item, or those of a bundle's items, for the matter.

        What the identities say already is answered at once. Raises ItemNotFound, CaseClosed.
        """
        catalogue = self._matters.catalogue()
        bundle = catalogue.find_bundle(code)
        items = catalogue.items_of(bundle) if bundle else (catalogue.get(code),)

        def make(unit: Unit, matter: Matter) -> Iterator[Fact]:
            for former in matter.cases[1:]:
                yield former.id, CaseAbandoned(reason="改办其他事项")
            first = matter.cases[0]
            ids = [first.id, *(self._store.new_id() for _ in items[1:])]
            for member, item in zip(ids, items, strict=True):
                if member != first.id:
                    yield from self._joined(first, member)
                yield member, _chosen(item)
                for answer in implied_answers(first, item):
                    yield member, answer
            if bundle is not None:
                bundle_id = self._store.new_id()
                self._open_bundle(unit, session, bundle_id, bundle, ids)
                for member in ids:
                    yield member, CaseBundled(bundle=bundle_id)

        return self._matters.record(session, case_id, make)

    def _joined(self, first: Case, member: str) -> Iterator[Fact]:
        """Another case of the same people: read once, known to every item (一卡填表)."""
        yield member, CaseOpened(window=first.window, ticket=first.ticket)
        if first.applicant is not None:
            yield member, ApplicantIdentified(applicant=first.applicant)
        if first.organisation is not None:
            yield member, OrganisationIdentified(organisation=first.organisation)
        if first.agent is not None:
            yield member, AgentIdentified(agent=first.agent, authority=first.authority)
        bars = tuple(BarFact(bar=bar, reason=reason) for bar, reason in first.bars.items())
        yield member, ApplicantChecked(bars=bars)

    def _open_bundle(
        self, unit: Unit, session: Session, bundle_id: str, bundle: Bundle, ids: list[str]
    ) -> None:
        chosen = BundleChosen(
            code=bundle.code, name=bundle.name, version=bundle.version,
            list_hash=list_hash(bundle), cases=tuple(ids),
        )  # fmt: skip
        unit.append(chosen, subject=f"bundle:{bundle_id}", actor=session.actor)

    def answer(
        self, session: Session, case_id: str, question: str, options: frozenset[str]
    ) -> Matter:
        """Raises UnknownAnswer."""

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            for part, own in _listed(matter).questions_meant(question):
                check_answer(part.item, own, options)
                event = QuestionAnswered(question=own, options=tuple(sorted(options)))
                yield part.case.id, event

        return self._matters.record(session, case_id, make)

    def fill_field(self, session: Session, case_id: str, field: str, value: str) -> Matter:
        """A field of the form, for every item that asks it. Raises InvalidIdentity, NotReady."""

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            for part in _listed(matter).parts:
                for one in form_fields((part.item,)):
                    if one.id == field:
                        tidy = check_value(one, value)
                        yield part.case.id, FieldFilled(field=field, value=tidy)

        return self._matters.record(session, case_id, make)

    # -- materials ------------------------------------------------------------------------------

    def receive(
        self,
        session: Session,
        case_id: str,
        material: str,
        originals: int,
        copies: int,
        form: MaterialForm = MaterialForm.PAPER,
    ) -> Matter:
        """What lies on the counter for this material now; its scanned pages stay. Raises
        UnknownMaterial."""

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            for part, own in _listed(matter).materials_meant(material):
                check_material(part.item, own)
                brought = part.case.evidence.get(own, Evidence())
                received = MaterialReceived(
                    material=own, originals=max(0, originals), copies=max(0, copies), form=form,
                    scans=brought.scans,
                )  # fmt: skip
                yield part.case.id, received

        return self._matters.record(session, case_id, make)

    def fault(self, session: Session, case_id: str, material: str, reason: str) -> Matter:
        """Not acceptable because ``reason``.

        Raises ReasonNeeded, UnknownMaterial; BeyondTheList where no list asks for it now, and
        SecondDemand where an earlier notice found it in order: both attempts go on record.
        """
        reason = reason.strip()[:500]
        if not reason:
            raise ReasonNeeded

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            wanting: list[Fact] = []
            refusals: list[BeyondTheList] = []
            for part, own in _listed(matter).materials_meant(material):
                check_material(part.item, own)
                try:
                    check_fault(part.case, part.item, part.evaluation, own, self._matters.today())
                except BeyondTheList as error:
                    refusals.append(error)  # another item of the bundle may still ask for it
                else:
                    wanting.append((part.case.id, MaterialFaulted(material=own, reason=reason)))
            if not wanting:
                raise refusals[0]
            yield from wanting

        try:
            return self._matters.record(session, case_id, make)
        except (BeyondTheList, SecondDemand) as error:
            again = isinstance(error, SecondDemand)
            kind = DemandKind.TOLD_AGAIN if again else DemandKind.BEYOND_LIST
            refused = DemandRefused(kind=kind, materials=(material,), reason=reason)
            self._each(session, case_id, lambda _: refused, only_first=True)
            raise

    def promise(self, session: Session, case_id: str, material: str) -> Matter:
        """Raises NotReady where the list does not let a promise stand for this material, nor for
        what is kept of it (grade D)."""

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            for part, own in _listed(matter).materials_meant(material):
                listed = check_material(part.item, own)
                evidence = part.case.evidence.get(own)
                if not listed.promisable and not (evidence and evidence.stored):
                    raise NotReady(need="promise")
                yield part.case.id, MaterialPromised(material=own)

        return self._matters.record(session, case_id, make)

    def give_back(self, session: Session, case_id: str, material: str) -> Matter:
        return self._material(
            session, case_id, material, lambda own: MaterialReturned(material=own)
        )

    def _material(
        self, session: Session, case_id: str, material: str, event: Callable[[str], Event]
    ) -> Matter:
        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            for part, own in _listed(matter).materials_meant(material):
                check_material(part.item, own)
                yield part.case.id, event(own)

        return self._matters.record(session, case_id, make)

    def _each(
        self, session: Session, case_id: str, event: Callable[[Case], Event], *,
        only_first: bool = False,
    ) -> Matter:  # fmt: skip
        def make(_: Unit, matter: Matter) -> Iterable[Fact]:
            concerned = matter.cases[:1] if only_first else matter.cases
            return [(case.id, event(case)) for case in concerned]

        return self._matters.record(session, case_id, make)


def _listed(matter: Matter) -> Matter:
    if not matter.parts:
        raise NotReady(need="item")
    return matter


def _chosen(item: Item) -> ItemChosen:
    return ItemChosen(
        item=item.code, name=item.name, department=item.department.name, version=item.version,
        list_hash=list_hash(item),
    )  # fmt: skip
