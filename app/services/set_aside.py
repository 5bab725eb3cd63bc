"""Show what the back office refused or parked, and which answers are open for each fact.

Nothing vanishes: what is answered stays in a history, and what is parked is listed until the back
office has decided it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.case import WAITING_STATES, Case, CaseState
from app.domain.case_events import ApplicantIdentified
from app.domain.catalogue import Item
from app.domain.errors import AppError, BadEntry
from app.domain.event import Event
from app.domain.events import BundleDecided
from app.domain.journal import Entry, decode_event
from app.domain.masking import mask_name
from app.domain.ticket_events import TicketLeased, TicketTaken
from app.services.matter import Matters
from app.services.second_record import Again, again
from app.storage.database import Statements
from app.storage.folding import fold_case
from app.storage.set_aside_table import (
    Refused,
    all_parked,
    answered_refusals,
    open_refusals,
    open_refusals_about,
)
from app.storage.store import Store

ELSEWHERE = "SYNC-CASE-ELSEWHERE"


class Act(StrEnum):
    """What a person may do about a refused fact, or about all those of one case together."""

    DROP = "drop"  # 记录作废, with a note
    AGAIN = "again"  # 补记: recorded anew to the case as it now stands
    RENUMBER = "renumber"  # 换号: decided again under a fresh number, the paper printed anew
    LOOK = "look"  # fetch the case as the back office has it


class GoOn(StrEnum):
    """How the case may be served at this window now."""

    NO = "no"
    OPEN = "open"  # it is this window's and undecided, perhaps because its decision was refused
    RESUME = "resume"  # it waits for its applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """One fact. ``event`` and ``item`` (the list that its case froze) are None where they cannot be
    read here. ``answer`` is "" while it waits. ``parked``: it waits for the back office alone."""

    install: str
    seq: int
    subject: str
    kind: str
    event: Event | None
    item: Item | None
    actor: str
    recorded_at: datetime
    code: str
    detail: str
    at: datetime
    acts: frozenset[Act] = frozenset()
    answer: str = ""
    note: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    parked: bool = False

    @property
    def key(self) -> tuple[str, int]:
        return self.install, self.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideMatter:
    """What one case (bundle, ticket, or the device itself) has among these facts, in the order in
    which they were recorded. ``number`` may be "", ``applicant`` is masked. ``state`` and
    ``window`` are the case's as it now stands here, None and "" where there is none. ``acts`` are
    open for all its facts together."""

    subject: str
    number: str
    applicant: str
    item_name: str
    state: CaseState | None
    window: str
    facts: tuple[SetAside, ...]
    acts: frozenset[Act] = frozenset()
    go_on: GoOn = GoOn.NO

    @property
    def case_id(self) -> str:
        return self.subject.partition(":")[2] if self.subject.startswith("case:") else ""


class SetAsideDesk:
    def __init__(self, store: Store, matters: Matters) -> None:
        self._store = store
        self._matters = matters

    def waiting(self) -> tuple[AsideMatter, ...]:
        """What waits for a person, by case, the longest waiting case first. Raises StoreError."""
        with self._store.read() as connection:
            return self._matters_of(connection, open_refusals(connection))

    def history(self, limit: int = 200) -> tuple[AsideMatter, ...]:
        """What was answered, last first. Raises StoreError."""
        with self._store.read() as connection:
            return self._matters_of(connection, answered_refusals(connection, limit))

    def parked(self) -> tuple[AsideMatter, ...]:
        """What waits for the back office's upgrade, longest first. Raises StoreError."""
        with self._store.read() as connection:
            found = [
                Refused(entry=one.entry, code=one.code, detail="", at=one.at)
                for one in all_parked(connection)
            ]
            return self._matters_of(connection, found, parked=True)

    def marks(self, subjects: Iterable[str]) -> int:
        """How many facts about these cases or bundles wait for a person. Raises StoreError."""
        asked = tuple(subject for subject in subjects if subject.partition(":")[2])
        if not asked:
            return 0
        with self._store.read() as connection:
            return open_refusals_about(connection, asked)

    # -- reading --------------------------------------------------------------------------------

    def _matters_of(
        self, connection: Statements, refused: list[Refused], *, parked: bool = False
    ) -> tuple[AsideMatter, ...]:
        by_subject: dict[str, list[Refused]] = {}
        for one in refused:
            by_subject.setdefault(one.entry.subject, []).append(one)
        return tuple(
            self._matter(connection, subject, found, parked=parked)
            for subject, found in by_subject.items()
        )

    def _matter(
        self, connection: Statements, subject: str, found: list[Refused], *, parked: bool
    ) -> AsideMatter:
        found = sorted(found, key=lambda one: (one.entry.hlc, one.entry.seq))
        about, _, key = subject.partition(":")
        case = fold_case(connection, key) if about == "case" else None
        item = self._item(case)
        waits = not parked and not found[0].answer
        facts = tuple(self._fact(one, case, item, waits=waits, parked=parked) for one in found)
        events = [fact.event for fact in facts if fact.event is not None]
        number, item_name = _named(connection, about, key, events)
        return AsideMatter(
            subject=subject, number=number, applicant=_applicant(case, events),
            item_name=(case.item_name if case else "") or item_name,
            state=case.state if case else None, window=case.window if case else "", facts=facts,
            acts=self._acts(found, case, item) if waits else frozenset(),
            go_on=how_to_go_on(connection, case) if waits else GoOn.NO,
        )  # fmt: skip

    def _fact(
        self, one: Refused, case: Case | None, item: Item | None, *, waits: bool, parked: bool
    ) -> SetAside:
        entry = one.entry
        return SetAside(
            install=entry.install, seq=entry.seq, subject=entry.subject, kind=entry.kind,
            event=event_of(entry), item=item, actor=entry.actor, recorded_at=entry.at,
            code=one.code, detail=one.detail, at=one.at,
            acts=self._acts([one], case, item) if waits else frozenset(),
            answer=one.answer, note=one.note, answered_by=one.answered_by,
            answered_at=one.answered_at, parked=parked,
        )  # fmt: skip

    def _acts(self, found: list[Refused], case: Case | None, item: Item | None) -> frozenset[Act]:
        """What may be done about these facts together."""
        acts = {Act.DROP}
        if any(one.code == ELSEWHERE for one in found) and found[0].entry.subject[:5] == "case:":
            acts.add(Act.LOOK)
        facts = [(one, event) for one in found if (event := event_of(one.entry)) is not None]
        if len(facts) < len(found):
            return frozenset(acts)
        try:
            tried = self._try(facts, case, item)
        except AppError:
            return frozenset(acts)
        renumbered = any(one.renumbered for one in tried)
        acts.add(Act.RENUMBER if renumbered else Act.AGAIN)
        return frozenset(acts)

    def _try(
        self, facts: list[tuple[Refused, Event]], case: Case | None, item: Item | None
    ) -> list[Again]:
        """What recording them again would come to. Raises what speaks against it."""
        tried = []
        for one, event in facts:
            made = again(
                event, subject=one.entry.subject, code=one.code, case=case,
                item=item or self._item(case), on=self._matters.today(),
            )  # fmt: skip
            case = made.case
            tried.append(made)
        return tried

    def _item(self, case: Case | None) -> Item | None:
        if case is None or not case.item:
            return None
        try:
            return self._matters.item(case)
        except AppError:
            return None


def how_to_go_on(connection: Statements, case: Case | None) -> GoOn:
    if case is not None and case.state in WAITING_STATES:
        return GoOn.RESUME
    row = connection.exec_driver_sql(
        "SELECT 1 FROM cases WHERE id = ? AND state = 'open' AND mine = 2",
        (case.id if case else "",),
    ).one_or_none()
    return GoOn.OPEN if row is not None else GoOn.NO


def event_of(entry: Entry) -> Event | None:
    try:
        return decode_event(entry.kind, entry.version, entry.body)
    except BadEntry:
        return None


def _applicant(case: Case | None, events: list[Event]) -> str:
    """Masked; also where the identification itself was refused."""
    named = [event.applicant for event in events if isinstance(event, ApplicantIdentified)]
    applicant = case.applicant if case and case.applicant else (named[-1] if named else None)
    if applicant is None:
        return ""
    return mask_name(applicant.person.name or applicant.person.name_latin)


def _named(
    connection: Statements, about: str, key: str, events: list[Event]
) -> tuple[str, str]:  # fmt: skip
    """(number, item): as the tables have them, else as the facts say."""
    number, item = "", ""
    if about in {"case", "bundle", "ticket"}:
        name = {"case": "item_name", "bundle": "name", "ticket": "''"}[about]
        sql = f"SELECT number, {name} FROM {about}s WHERE id = ?"  # noqa: S608 - constants
        row = connection.exec_driver_sql(sql, (key,)).one_or_none()
        number, item = (row[0], row[1]) if row else ("", "")
    for event in events:
        if isinstance(event, BundleDecided | TicketTaken | TicketLeased):
            number = number or event.number
        number = number or str(getattr(event, "number", ""))
        item = item or str(getattr(event, "name", "")) if hasattr(event, "list_hash") else item
    return number, item
