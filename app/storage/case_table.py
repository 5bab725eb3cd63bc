"""Keep the table of cases, and that of bundles, in step with the facts about them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.domain import clocks
from app.domain.case import ACCEPTED_STATES, CaseState, state_after
from app.domain.case_events import (
    AgentIdentified,
    AgentWithdrawn,
    ApplicantIdentified,
    CaseAbandoned,
    CaseDeemedAccepted,
    CaseFinished,
    CaseLeft,
    CaseOpened,
    CasePutBack,
    CaseResumed,
    CaseReviewed,
    CaseSupplemented,
    ClockPaused,
    ClockResumed,
    DeliveryChosen,
    ItemChosen,
    LimitExtended,
    Numbered,
    OrganisationIdentified,
    OrganisationWithdrawn,
    ResultHanded,
    ResultReturned,
    SupplementAsked,
)
from app.domain.clocks import Pause
from app.domain.decoding import decode
from app.domain.event import Event
from app.domain.events import BundleChosen, BundleDecided, CaseBundled
from app.domain.hall import HALL_ZONE
from app.domain.masking import mask_name
from app.domain.person import DeliveryWay
from app.storage.database import Statements
from app.storage.number_stock import count_use
from app.storage.result_table import project_result

_HOLDS, _HELD = 2, 1  # the window opened or resumed the case last, or did so before
_LEFT_IN: dict[type[Event], CaseState] = {
    CaseLeft: CaseState.LEFT,
    SupplementAsked: CaseState.SUPPLEMENT,
    CaseFinished: CaseState.FINISHED,
    ResultHanded: CaseState.HANDED_OUT,
    ResultReturned: CaseState.FINISHED,
}


def project_case(
    connection: Statements, key: str, at: datetime, event: Event, *, own: bool, saving: bool
) -> None:
    """``own`` facts are this device's; it uses up its numbers while it is ``saving`` them."""
    match event:
        case CaseOpened():
            connection.exec_driver_sql(
                "INSERT INTO cases (id, state, window, ticket, opened_at, mine) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (key, CaseState.OPEN.value, event.window, event.ticket, at.isoformat(),
                 _HOLDS if own else 0),
            )  # fmt: skip
        case ApplicantIdentified():
            person = event.applicant.person
            connection.exec_driver_sql(
                "UPDATE cases SET applicant = ?, name = ?, person = ? WHERE id = ?",
                (mask_name(name := person.name or person.name_latin), name, person.number, key),
            )
        case OrganisationIdentified():
            one = event.organisation
            _set_organisation(connection, key, one.credit_code, one.name)
        case OrganisationWithdrawn():
            _set_organisation(connection, key, "", "")
        case AgentIdentified():
            _set_agent(connection, key, event.agent.person.number)
        case AgentWithdrawn():
            _set_agent(connection, key, "")
        case DeliveryChosen():
            post = event.delivery.way is DeliveryWay.POST
            connection.exec_driver_sql(
                "UPDATE cases SET posted = ? WHERE id = ?",
                (event.delivery.address if post else "", key),
            )
        case ItemChosen():
            connection.exec_driver_sql(
                "UPDATE cases SET item = ?, item_name = ?, version = ?, bundle = '' WHERE id = ?",
                (event.item, event.name, event.version, key),
            )
        case CaseBundled():
            connection.exec_driver_sql(
                "UPDATE cases SET bundle = ? WHERE id = ?", (event.bundle, key)
            )
        case CaseAbandoned():
            connection.exec_driver_sql(
                "UPDATE cases SET state = ?, decided_at = ? WHERE id = ?",
                (CaseState.ABANDONED.value, at.isoformat(), key),
            )
        case Numbered():
            _decide(connection, key, at, event, saving=own and saving)
        case CaseResumed():
            connection.exec_driver_sql(
                "UPDATE cases SET waiting = state, state = ?, window = ?, ticket = ?, "
                "mine = CASE WHEN ? THEN ? WHEN mine > 0 THEN ? ELSE 0 END WHERE id = ?",
                (CaseState.OPEN.value, event.window, event.ticket, own, _HOLDS, _HELD, key),
            )
        case CasePutBack():
            connection.exec_driver_sql("UPDATE cases SET state = waiting WHERE id = ?", (key,))
        case CaseSupplemented() | CaseReviewed():
            connection.exec_driver_sql("UPDATE cases SET state = accepted WHERE id = ?", (key,))
            project_result(connection, key, at, event)
        case CaseLeft() | SupplementAsked() | CaseFinished() | ResultHanded() | ResultReturned():
            connection.exec_driver_sql(
                "UPDATE cases SET state = ? WHERE id = ?", (_LEFT_IN[type(event)].value, key)
            )
            project_result(connection, key, at, event)
        case _:
            _project_clock(connection, key, event)


def _set_organisation(connection: Statements, key: str, code: str, name: str) -> None:
    connection.exec_driver_sql(
        "UPDATE cases SET organisation = ?, organisation_name = ? WHERE id = ?", (code, name, key)
    )


def _set_agent(connection: Statements, key: str, number: str) -> None:
    connection.exec_driver_sql("UPDATE cases SET agent = ? WHERE id = ?", (number, key))


def _decide(
    connection: Statements, key: str, at: datetime, event: Numbered, *, saving: bool
) -> None:
    state = state_after(event).value
    since = at.astimezone(HALL_ZONE).date().isoformat()
    due = getattr(event, "notice_due", None) or getattr(event, "promise_due", "")
    accepted = state if state in ACCEPTED_STATES else ""
    if saving:
        use_number(connection, at, key, event.number)
    connection.exec_driver_sql(
        "UPDATE cases SET state = ?, number = ?, decided_at = ?, since = ?, due = ?, accepted = ? "
        "WHERE id = ?",
        (state, event.number, at.isoformat(), since, str(due), accepted, key),
    )


def use_number(
    connection: Statements, at: datetime | None, case_id: str = "", number: str = ""
) -> None:
    """The next leased number is used up, unless the case has this one: it keeps its number.

    ``at`` is when it is given out, None where what was once given out is folded again."""
    used = connection.exec_driver_sql(
        "UPDATE number_blocks SET next = next + 1 "
        "WHERE first = (SELECT min(first) FROM number_blocks WHERE next <= last "
        "AND first NOT IN (SELECT first FROM closed_blocks)) "
        "AND NOT EXISTS (SELECT 1 FROM cases WHERE id = ? AND number = ?) RETURNING first",
        (case_id, number),
    ).one_or_none()
    if used is not None and at is not None:
        count_use(connection, at)


def project_bundle(
    connection: Statements, key: str, at: datetime, actor: str, event: Event, *, saving: bool
) -> None:
    match event:
        case BundleChosen():
            connection.exec_driver_sql(
                "INSERT INTO bundles (id, code, name, version, list_hash, cases) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (key, event.code, event.name, event.version, event.list_hash,
                 msgspec.json.encode(event.cases).decode()),
            )  # fmt: skip
        case BundleDecided():
            connection.exec_driver_sql(
                "UPDATE bundles SET number = ?, check_code = ?, decided_at = ?, actor = ? "
                "WHERE id = ?",
                (event.number, event.check, at.isoformat(), actor, key),
            )
            if saving:
                use_number(connection, at)


def _project_clock(connection: Statements, key: str, event: Event) -> None:
    match event:
        case CaseDeemedAccepted():
            connection.exec_driver_sql(
                "UPDATE cases SET state = ?1, accepted = ?1, since = ?2, due = ?3 WHERE id = ?4",
                (CaseState.DEEMED_ACCEPTED.value, event.since.isoformat(),
                 event.promise_due.isoformat(), key),
            )  # fmt: skip
        case LimitExtended():
            connection.exec_driver_sql(
                "UPDATE cases SET extension = ? WHERE id = ?", (event.days, key)
            )
        case ClockPaused() | ClockResumed():
            row = connection.exec_driver_sql(
                "SELECT pauses FROM cases WHERE id = ?", (key,)
            ).one_or_none()
            pauses = pauses_of(row[0] if row else "")
            if isinstance(event, ClockPaused):
                pauses = clocks.pause(
                    pauses, event.code, event.name, event.reason, event.approver, event.on
                )
            else:
                pauses = clocks.resume(pauses, event.code, event.on)
            connection.exec_driver_sql(
                "UPDATE cases SET pauses = ? WHERE id = ?",
                (msgspec.json.encode(pauses).decode(), key),
            )


def pauses_of(text: str) -> tuple[Pause, ...]:
    """The pauses as the table of cases keeps them."""
    return decode(text, tuple[Pause, ...]) if text else ()
