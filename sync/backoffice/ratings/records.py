"""Read ratings with what the platform wants beside them, from their cases and tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.case import Case, fold
from app.domain.case_events import CaseOpened, Numbered
from app.domain.catalogue import Limit, LimitUnit
from app.domain.deadline import due_after
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE, Hall
from app.domain.journal import decode_event
from app.domain.person import DocumentKind
from app.domain.rating import BAD, RECTIFY_DAYS
from app.domain.ticket_events import RatingAnswered, RatingStep, ServiceRated
from sync.backoffice.cases import events_about
from sync.backoffice.database import Transaction
from sync.backoffice.departments.lists import Lists

_PERSON, _ORGANISATION = "1", "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedCase:
    """``opened`` and ``decided`` by the window's clock."""

    case: Case
    opened: datetime | None
    decided: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRecord:
    """``answers``: what was done for a 差评, with who did it and when."""

    id: str
    at: datetime
    arrival: int
    rated: ServiceRated
    ticket: str = ""  # its number
    cases: tuple[RatedCase, ...] = ()
    answers: dict[RatingStep, tuple[str, str, datetime]] = field(default_factory=dict)

    @property
    def is_bad(self) -> bool:
        return self.rated.score <= BAD

    def due(self, lists: Lists) -> date:
        """When a 差评 must be set right: 15 working days after it was given."""
        limit = Limit(count=RECTIFY_DAYS, unit=LimitUnit.WORKING_DAY)
        return due_after(self.at.astimezone(HALL_ZONE).date(), limit, lists.work()).day


def ratings(
    reader: Transaction, after: int = 0, *, worst: int = 5, limit: int = 1000
) -> Iterator[RatingRecord]:
    """In order of arrival, after that place; those of at most ``worst`` points. What can no longer
    be read is passed over: its hash stays."""
    rows = reader.execute(
        "SELECT arrival, subject, at, kind, version, body FROM entries"
        " WHERE arrival > ? AND kind = 'ServiceRated' AND outcome = 'applied'"
        " ORDER BY arrival LIMIT ?",
        (after, limit),
    ).fetchall()
    for arrival, subject, at, kind, version, body in rows:
        try:
            event = decode_event(kind, version, body)
        except AppError:
            continue
        if not isinstance(event, ServiceRated) or event.score > worst:
            continue
        yield RatingRecord(
            id=subject.partition(":")[2], at=datetime.fromisoformat(at), arrival=arrival,
            rated=event, ticket=_ticket(reader, event.ticket),
            cases=tuple(_cases(reader, event.cases)), answers=_answers(reader, subject),
        )  # fmt: skip


def _ticket(reader: Transaction, ticket: str) -> str:
    row = reader.execute("SELECT number FROM tickets WHERE id = ?", (ticket,)).fetchone()
    return str(row[0]) if row else ""


def _cases(reader: Transaction, ids: tuple[str, ...]) -> Iterator[RatedCase]:
    for case_id in ids:
        try:
            past = events_about(reader, f"case:{case_id}")
            case = fold(case_id, (event for event, _ in past))
        except AppError:
            continue
        if case is not None:
            opened = [at for event, at in past if isinstance(event, CaseOpened)]
            decided = [at for event, at in past if isinstance(event, Numbered)]
            yield RatedCase(
                case=case, opened=opened[0] if opened else None,
                decided=decided[-1] if decided else None,
            )  # fmt: skip


def _answers(
    reader: Transaction, subject: str
) -> dict[RatingStep, tuple[str, str, datetime]]:  # fmt: skip
    rows = reader.execute(
        "SELECT kind, version, body, actor, at FROM entries WHERE subject = ?"
        " AND kind = 'RatingAnswered' AND outcome = 'applied' ORDER BY arrival",
        (subject,),
    )
    found = {}
    for kind, version, body, actor, at in rows:
        event = decode_event(kind, version, body)
        if isinstance(event, RatingAnswered):
            found[event.step] = (event.text, actor, datetime.fromisoformat(at))
    return found


# -- for the platform ---------------------------------------------------------------------------


def payload(record: RatingRecord, hall: Hall) -> list[dict[str, str]]:
    """One row for each case of the service, or one without a case: 一次一评. Names of the fields as
    the platform has them (国办发〔2019〕51号); what nobody knows is "". Personal: for the platform
    alone."""
    rated = record.rated
    window = next((one.number for one in hall.windows if one.id == rated.window), rated.window)
    clerk = next((one.name for one in hall.staff if one.id == rated.clerk), "")
    common = {
        "hallCode": hall.code,
        "windowNo": window,
        "workNo": rated.clerk,
        "affairDealOfficer": clerk,
        "serviceNumber": record.ticket,
        "serviceTime": "",
        "evalTime": _moment(record.at),
        "satisfaction": str(rated.score),
        "evalDetail": ",".join(rated.reasons),
        "writingEvaluation": rated.text,
        "evalChannel": rated.channel,
    }
    return [common | _of_case(one) for one in record.cases] or [common]


def _of_case(one: RatedCase) -> dict[str, str]:
    case = one.case
    applicant, organisation = case.applicant, case.organisation
    stands = case.agent or applicant
    return {
        "departmentCode": case.department,
        "affairSerialNo": case.number,
        "affairCode": case.item,
        "affairName": case.item_name,
        "serviceName": case.item_name,
        "affairApplyTime": _moment(one.opened),
        "affairDoneTime": _moment(one.decided),
        "serviceTime": _moment(one.decided or one.opened),
        "projectType": "1",
        "userType": _ORGANISATION if organisation else _PERSON,
        "userName": (
            organisation.name if organisation else applicant.person.name if applicant else ""
        ),
        "certificateType": _document(
            organisation is not None, applicant.document if applicant else None
        ),
        "certificateNo": (
            organisation.credit_code
            if organisation
            else applicant.person.number if applicant else ""
        ),
        "contactPhone": stands.phone if stands else "",
    }  # fmt: skip


def _document(organisation: bool, kind: DocumentKind | None) -> str:
    return "organisation" if organisation else kind.value if kind else ""


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(HALL_ZONE):%Y-%m-%d %H:%M:%S}" if at else ""
