"""Load what is served at the window: one case with its list, or the cases of a bundle as one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from app.domain import bundle as bundles
from app.domain import bundle_merge
from app.domain import case as cases
from app.domain.bundle import Bundle
from app.domain.bundle_merge import Part, Saving
from app.domain.case import Case
from app.domain.catalogue import Item
from app.domain.checklist import Evaluation
from app.domain.decision import judge
from app.domain.errors import NotReady
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.services.catalogue import Catalogue
from app.services.frozen import FrozenLists
from app.services.sign_in import Session
from app.storage.database import Statements
from app.storage.folding import fold_case
from app.storage.store import Store, Unit

Fact = tuple[str, Event]  # what happened to the case of this id


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """``case``, ``item`` and ``evaluation`` are what the screen shows: of a bundle, the merged
    ones (the first item's case id stands for all). ``parts`` are the cases themselves, empty
    before an item is chosen."""

    case: Case
    item: Item | None = None
    evaluation: Evaluation | None = None
    parts: tuple[Part, ...] = ()
    bundle: Bundle | None = None
    saving: Saving | None = None

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(part.case for part in self.parts) or (self.case,)

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(part.item for part in self.parts)

    def materials_meant(self, key: str) -> tuple[tuple[Part, str], ...]:
        """The lists that name this material, each under its own id. Raises UnknownMaterial."""
        if self.bundle is None:
            return tuple((part, key) for part in self.parts)
        meant = bundles.materials_meant(self.bundle, self.items, key)
        return tuple((self.parts[place], material) for place, material in meant)

    def questions_meant(self, key: str) -> tuple[tuple[Part, str], ...]:
        """The lists that ask this question, each under its own id. Raises UnknownAnswer."""
        if self.bundle is None:
            return tuple((part, key) for part in self.parts)
        meant = bundles.questions_meant(self.bundle, self.items, key)
        return tuple((self.parts[place], question) for place, question in meant)


class Matters:
    """Loads matters, each case with the list that it froze."""

    def __init__(self, store: Store, catalogue: Callable[[], Catalogue]) -> None:
        self.store = store
        self.catalogue = catalogue
        self._lists = FrozenLists(catalogue)

    def today(self) -> date:
        return self.store.clock.now().astimezone(HALL_ZONE).date()

    def load(self, case_id: str) -> Matter:
        """Raises NotReady, ItemNotFound, ListChanged."""
        with self.store.read() as connection:
            return self.load_in(connection, case_id)

    def load_in(self, connection: Statements, case_id: str) -> Matter:
        """The same, inside a transaction. A numbered case is served by itself, whatever bundle it
        came with."""
        case = _get(connection, case_id)
        if not case.item:
            return Matter(case=case)
        if not case.bundle or case.decision is not None:
            part = self._part(case)
            return Matter(case=case, item=part.item, evaluation=part.evaluation, parts=(part,))
        return self.load_bundle(connection, case.bundle)

    def load_bundle(self, connection: Statements, bundle_id: str) -> Matter:
        """A bundle's cases as one matter, decided or not."""
        code, version, frozen, members = connection.exec_driver_sql(
            "SELECT code, version, list_hash, cases FROM bundles WHERE id = ?", (bundle_id,)
        ).one()
        bundle = self._lists.bundle(code, version, frozen)
        parts = tuple(self._part(_get(connection, member)) for member in json.loads(members))
        return Matter(
            case=bundle_merge.merged_case(bundle, parts),
            item=bundle_merge.merged_item(bundle, [part.item for part in parts]),
            evaluation=bundle_merge.merged_evaluation(bundle, parts),
            parts=parts,
            bundle=bundle,
            saving=bundle_merge.saving(bundle, parts),
        )

    def item(self, case: Case) -> Item:
        """The list that the case froze. Raises NotReady, ItemNotFound, ListChanged."""
        return self._lists.item(case)

    def _part(self, case: Case) -> Part:
        item = self.item(case)
        return Part(case=case, item=item, evaluation=judge(case, item, self.today()))

    def record(
        self, session: Session, case_id: str, make: Callable[[Unit, Matter], Iterable[Fact]]
    ) -> Matter:
        """One transaction: decide on what is known, append, and load what it came to.

        A fact that its case does not allow leaves no trace of any of them.
        """
        with self.store.begin() as unit:
            matter = self.load_in(unit.connection, case_id)
            known = {case.id: case for case in matter.cases}
            for about, event in make(unit, matter):
                known[about] = cases.apply(known.get(about), about, event)
                unit.append(event, subject=f"case:{about}", actor=session.actor)
            return self.load_in(unit.connection, case_id)


def _get(connection: Statements, case_id: str) -> Case:
    case = fold_case(connection, case_id)
    if case is None:
        raise NotReady(need="case")
    return case
