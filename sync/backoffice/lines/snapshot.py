"""Put together what a department's own system is told of a case, and no more."""

from __future__ import annotations

from app.domain.person import Applicant
from sync.backoffice.departments.facts import DeskCase
from sync.backoffice.lines.outbox import Job
from sync.backoffice.lines.system import (
    CaseSnapshot,
    LineMaterial,
    LineOrganisation,
    LineParty,
)


def snapshot(job: Job, found: DeskCase) -> CaseSnapshot:
    case = found.case
    names = {one.id: one.name for one in found.item.materials} if found.item else {}
    organisation = case.organisation
    return CaseSnapshot(
        key=job.key, round=job.round, number=case.number, item=case.item,
        item_name=case.item_name, version=case.version, department=found.assignment.department,
        accepted_on=found.assignment.since, due=found.assignment.due,
        applicant=_party(case.applicant) or LineParty(name="", document="", number=""),
        organisation=LineOrganisation(
            name=organisation.name, credit_code=organisation.credit_code,
            representative=organisation.representative,
        ) if organisation else None,
        agent=_party(case.agent),
        answers={name: tuple(sorted(chosen)) for name, chosen in sorted(case.answers.items())},
        fields=dict(sorted(case.fields.items())),
        materials=tuple(
            LineMaterial(
                id=material, name=names.get(material, material), originals=brought.originals,
                copies=brought.copies, form=brought.form.value, scans=brought.scans,
            )
            for material, brought in sorted(case.evidence.items())
        ),
    )  # fmt: skip


def _party(one: Applicant | None) -> LineParty | None:
    if one is None:
        return None
    person = one.person
    return LineParty(
        name=person.name or person.name_latin, document=one.document.value, number=person.number,
        phone=one.phone,
    )  # fmt: skip
