"""Load cases as they stood when a decision was saved: what a paper said stays what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import case as cases
from app.domain.bundle import Bundle
from app.domain.bundle_merge import Part
from app.domain.case import Case, CaseState
from app.domain.case_events import Numbered
from app.domain.catalogue import Item
from app.domain.checklist import Evaluation
from app.domain.decision import judge
from app.domain.errors import NotReady
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.services.catalogue import Catalogue
from app.services.frozen import FrozenLists
from app.storage.database import Statements
from app.storage.folding import facts_about
from app.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``at`` in hall time."""

    event: Event
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A case as it stood after a fact at ``at`` by ``actor``, checked on that day against the list
    that it froze. ``later`` are the facts that came after."""

    part: Part
    at: datetime
    actor: str
    later: tuple[Fact, ...] = ()

    @property
    def case(self) -> Case:
        return self.part.case

    @property
    def item(self) -> Item:
        return self.part.item

    @property
    def evaluation(self) -> Evaluation:
        return self.part.evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A bundle with its cases; ``number`` and ``check`` are "" before it is decided."""

    bundle: Bundle
    parts: tuple[Part, ...]
    number: str
    check: str
    at: datetime
    actor: str


class Stages:
    """A list that was altered under its version would make a paper say something else: refused."""

    def __init__(self, store: Store, catalogue: Callable[[], Catalogue]) -> None:
        self._store = store
        self._lists = FrozenLists(catalogue)

    def decided(self, case_id: str, kinds: tuple[type[Numbered], ...]) -> Stage:
        """At its last decision of these kinds. Raises NotReady where there is none, ItemNotFound,
        ListChanged."""
        facts = self._facts(case_id)
        places = [at for at, fact in enumerate(facts, start=1) if isinstance(fact.event, kinds)]
        if not places:
            raise NotReady(need="decision")
        return self._stage(case_id, facts, places[-1])

    def latest(self, case_id: str) -> Stage:
        """An open case as it stands, any other at its last decision. Raises NotReady,
        ItemNotFound, ListChanged."""
        facts = self._facts(case_id)
        case = cases.fold(case_id, (fact.event for fact in facts))
        places = [at for at, fact in enumerate(facts, start=1) if isinstance(fact.event, Numbered)]
        if case is None or case.state is CaseState.OPEN or not places:
            return self._stage(case_id, facts, len(facts))
        return self._stage(case_id, facts, places[-1])

    def whole(self, bundle_id: str) -> Whole:
        """A bundle's cases as they were decided together, or as they stand while they are not.

        Each by its own first decision: later the cases of a bundle go their own ways. Raises
        NotReady, ItemNotFound, ListChanged.
        """
        with self._store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT code, version, list_hash, cases, number, check_code, decided_at, actor "
                "FROM bundles WHERE id = ?",
                (bundle_id,),
            ).one_or_none()
            if row is None:
                raise NotReady(need="bundle")
            code, version, frozen, members, number, check, decided_at, actor = row
            histories = [(one, _facts_about(connection, one)) for one in json.loads(members)]
        stages = [self._stage(one, facts, _first_decision(facts)) for one, facts in histories]
        at = max(stage.at for stage in stages)
        if decided_at:
            at = datetime.fromisoformat(decided_at).astimezone(HALL_ZONE)
        return Whole(
            bundle=self._lists.bundle(code, version, frozen),
            parts=tuple(stage.part for stage in stages), number=number, check=check, at=at,
            actor=actor or stages[-1].actor,
        )  # fmt: skip

    def _facts(self, case_id: str) -> list[Fact]:
        with self._store.read() as connection:
            return _facts_about(connection, case_id)

    def _stage(self, case_id: str, facts: Sequence[Fact], count: int) -> Stage:
        case = cases.fold(case_id, (fact.event for fact in facts[:count]))
        if case is None:
            raise NotReady(need="item")
        item = self._lists.item(case)
        last = facts[count - 1]
        return Stage(
            part=Part(case=case, item=item, evaluation=judge(case, item, last.at.date())),
            at=last.at, actor=last.actor, later=tuple(facts[count:]),
        )  # fmt: skip


def _facts_about(connection: Statements, case_id: str) -> list[Fact]:
    """Those that count: a decision that the back office refused makes no paper."""
    return [
        Fact(event=event, actor=entry.actor, at=entry.at.astimezone(HALL_ZONE))
        for entry, event in facts_about(connection, case_id)
    ]


def _first_decision(facts: Sequence[Fact]) -> int:
    """How many facts lead to it; all where there is none."""
    for at, fact in enumerate(facts, start=1):
        if isinstance(fact.event, Numbered):
            return at
    return len(facts)
