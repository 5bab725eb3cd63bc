"""Spare the applicant what is kept already: e-licences, and what earlier cases left (免交)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.domain.case import ACCEPTED_STATES, Case
from app.domain.case_events import MaterialSpared
from app.domain.catalogue import Material, ReuseGrade
from app.domain.checklist import RowState, Stored, unusable
from app.domain.errors import AppError, StoredUnusable
from app.domain.hall import Hall
from app.domain.stored import left_by
from app.ports import Licence
from app.services.matter import Fact, Matter, Matters
from app.services.sign_in import Session
from app.storage.database import Statements
from app.storage.folding import fold_case
from app.storage.store import Unit

_EARLIER = 20  # the newest cases of one applicant that are looked into


class Records:
    def __init__(self, matters: Matters, hall: Hall) -> None:
        self._matters = matters
        self._hall = hall

    def offers(
        self, connection: Statements, matter: Matter, licences: tuple[Licence, ...]
    ) -> dict[str, tuple[Stored, ...]]:
        """By material id of the items' own lists: what is kept and usable today, best first."""
        earlier = self._left(connection, matter.case)
        today = self._matters.today()
        found: dict[str, tuple[Stored, ...]] = {}
        for item in matter.items:
            for material in item.materials:
                kept = [*_of_licences(material, licences), *earlier.get(material.id, ())]
                usable = [one for one in kept if not unusable(material, one, today)]
                if usable:
                    found[material.id] = tuple(sorted(usable, key=lambda one: one.grade.value))
        return found

    def spare(self, session: Session, case_id: str, licences: tuple[Licence, ...] = ()) -> Matter:
        """Let what is kept stand for everything that is missing and that it may stand for.

        ``licences`` is what the back office knows of the applicant; earlier cases are looked up
        here. What was brought, faulted or given back by hand is left alone.
        """

        def make(unit: Unit, matter: Matter) -> Iterator[Fact]:
            offers = self.offers(unit.connection, matter, licences)
            for part in matter.parts:
                for row in part.evaluation.rows:
                    kept = offers.get(row.material.id)
                    touched = row.material.id in part.case.evidence
                    wanted = row.required and row.state is not RowState.RECEIVED
                    if kept and wanted and not touched:
                        spared = MaterialSpared(material=row.material.id, stored=kept[0])
                        yield part.case.id, spared

        return self._matters.record(session, case_id, make)

    def use(self, session: Session, case_id: str, material: str, stored: Stored) -> Matter:
        """One kept piece, chosen by the clerk. Raises StoredUnusable, UnknownMaterial."""

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            for part, own in matter.materials_meant(material):
                why = unusable(part.item.get_material(own), stored, self._matters.today())
                if why:
                    raise StoredUnusable(why=why)
                yield part.case.id, MaterialSpared(material=own, stored=stored)

        return self._matters.record(session, case_id, make)

    def _left(self, connection: Statements, case: Case) -> dict[str, tuple[Stored, ...]]:
        """What earlier accepted cases of the same applicant left, the newest first."""
        if case.applicant is None:
            return {}
        organisation = case.organisation.credit_code if case.organisation else ""
        column, holder = "person", case.applicant.person.number
        if organisation:
            column, holder = "organisation", organisation
        states = ", ".join(f"'{state.value}'" for state in sorted(ACCEPTED_STATES))
        rows = connection.exec_driver_sql(
            f"SELECT id, since FROM cases WHERE {column} = ? AND organisation = ? "  # noqa: S608 - constants
            f"AND state IN ({states}) AND id <> ? ORDER BY id DESC LIMIT {_EARLIER}",
            (holder, organisation, case.id),
        ).all()
        left: dict[str, tuple[Stored, ...]] = {}
        for id_, since in rows:
            earlier = fold_case(connection, id_)
            if earlier is None or not since:
                continue
            try:
                item = self._matters.item(earlier)
            except AppError:
                continue  # its list is gone or altered: what it left cannot be told apart
            kept = left_by(earlier, item, date.fromisoformat(since), self._hall.head.name)
            for material, stored in kept.items():
                left[material] = (*left.get(material, ()), stored)
        return left


def _of_licences(material: Material, licences: tuple[Licence, ...]) -> Iterator[Stored]:
    for one in licences:
        if material.licence and one.code == material.licence:
            yield Stored(
                grade=ReuseGrade.A, name=one.name, reference=one.number, keeper=one.issuer,
                seen=one.issued, valid_to=one.valid_to, licence=one.code,
            )  # fmt: skip
