"""Say once and completely what is missing, and hold every later demand against it. Pure.

行政许可法 art. 32 (4): all of it, the first time. What the first notice could have named and did
not, nobody may ask for later (重复告知); what the list does not ask for, nobody may ask for at
all (清单外要求).
"""

from __future__ import annotations

from datetime import date

from app.domain.case import Case
from app.domain.case_events import NoticeLine
from app.domain.catalogue import Item
from app.domain.checklist import Evaluation, Row, RowState, evaluate, unusable
from app.domain.errors import BeyondTheList, NothingNewToTell, SecondDemand

_ASKED_FOR = frozenset(RowState) - {RowState.NOT_REQUIRED, RowState.UNDECIDED}


def notice_lines(case: Case, evaluation: Evaluation) -> tuple[NoticeLine, ...]:
    """Everything that is missing, in the list's order; what was told before is marked."""
    told = _told(case)
    return tuple(
        NoticeLine(
            material=row.material.id, name=row.material.name, problem=row.mend,
            because=row.because,
            told_before=row.material.id in told and not _found_anew(case, row),
        )
        for row in evaluation.missing
    )  # fmt: skip


def too_late_to_name(case: Case, item: Item, evaluation: Evaluation, on: date) -> tuple[Row, ...]:
    """Missing rows that an earlier notice could have named and did not."""
    told = _told(case)
    return tuple(
        row
        for row in evaluation.missing
        if row.material.id not in told and _could_have_named(case, item, row, on)
    )


def check_later_notice(case: Case, item: Item, evaluation: Evaluation, on: date) -> None:
    """Raises SecondDemand, and NothingNewToTell where the first notice says it all."""
    if not case.notices:
        return
    if late := too_late_to_name(case, item, evaluation, on):
        raise SecondDemand(materials="、".join(row.material.name for row in late))
    if all(line.told_before for line in notice_lines(case, evaluation)):
        raise NothingNewToTell


def still_asked(case: Case) -> tuple[NoticeLine, ...]:
    """What the department asked for after acceptance and nobody has brought since, or brought
    anew with a fault."""
    return tuple(
        line
        for line in case.asked
        if line.material not in case.brought_back
        or (line.material in case.evidence and case.evidence[line.material].fault)
    )


def check_fault(case: Case, item: Item, evaluation: Evaluation, material_id: str, on: date) -> None:
    """May something be found wrong with this material now?

    Raises BeyondTheList where the answers do not call for it, SecondDemand where an earlier
    notice found it in order.
    """
    row = next(row for row in evaluation.rows if row.material.id == material_id)
    if row.state not in _ASKED_FOR:
        raise BeyondTheList(material=row.material.name)
    untold = row.required and material_id not in _told(case)
    if untold and _could_have_named(case, item, row, on):
        raise SecondDemand(materials=row.material.name)


def _told(case: Case) -> frozenset[str]:
    return frozenset(line.material for notice in case.notices for line in notice.lines)


def _found_anew(case: Case, row: Row) -> bool:
    """Brought since the notice and not acceptable: nobody could have said so before."""
    evidence = case.evidence.get(row.material.id)
    return bool(evidence and evidence.fault) and row.material.id in case.brought_back


def _could_have_named(case: Case, item: Item, row: Row, on: date) -> bool:
    for notice in case.notices:
        then = evaluate(item, notice.answers, notice.evidence, on=on)
        former = next(r for r in then.rows if r.material.id == row.material.id)
        if not former.required:
            continue  # the answers of that day did not call for it
        evidence = notice.evidence.get(row.material.id)
        stored = evidence.stored if evidence else None
        if stored is not None and unusable(row.material, stored, on):
            continue  # what spared it then has run out since
        return True
    return False
