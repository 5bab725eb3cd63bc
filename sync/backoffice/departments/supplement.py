"""Decide what a department may ask an applicant to bring after acceptance. Pure.

Only what the frozen list names and the answers call for, each with what is wrong with it; and once:
what an earlier notice or supplement could have named may not come up later (一次性告知).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.domain.case import ACCEPTED_STATES
from app.domain.case_events import NoticeLine, SupplementAsked
from app.domain.checklist import Evaluation, Row, RowState
from app.domain.decision import judge
from app.domain.errors import AppError, CaseClosed, SecondDemand, UnknownMaterial
from app.domain.notice import check_fault
from sync.backoffice.departments.errors import ListMissing, NothingAsked
from sync.backoffice.departments.facts import DeskCase

MOST_PROBLEM = 300  # characters
_NEVER = frozenset({RowState.NOT_REQUIRED, RowState.UNDECIDED})


def rows_to_ask(found: DeskCase, on: date) -> tuple[Row, ...]:
    """What may be asked for now, in the list's order; nothing where its list is not at hand."""
    item = found.item
    if item is None:
        return ()
    evaluation = judge(found.case, item, on)
    rows = []
    for row in evaluation.rows:
        if row.state in _NEVER:
            continue
        try:
            _check(found, evaluation, row, on)
        except AppError:
            continue
        rows.append(row)
    return tuple(rows)


def supplement_lines(
    found: DeskCase, wanted: Mapping[str, str], on: date
) -> tuple[NoticeLine, ...]:
    """``wanted`` is what is wrong by material.

    Raises CaseClosed where it is not under review, ListMissing, NothingAsked, UnknownMaterial,
    BeyondTheList, SecondDemand.
    """
    case, item = found.case, found.item
    if case.state not in ACCEPTED_STATES:
        raise CaseClosed(case=case.id)
    if item is None:
        raise ListMissing
    if not wanted or not all(problem.strip() for problem in wanted.values()):
        raise NothingAsked
    evaluation = judge(case, item, on)
    rows = {row.material.id: row for row in evaluation.rows}
    if unknown := [material for material in wanted if material not in rows]:
        raise UnknownMaterial(material=unknown[0][:64])
    told = _told(found)
    lines = []
    for material, row in rows.items():
        if material in wanted:
            _check(found, evaluation, row, on)
            lines.append(
                NoticeLine(
                    material=material, name=row.material.name,
                    problem=wanted[material].strip()[:MOST_PROBLEM], because=row.because,
                    told_before=material in told,
                )
            )  # fmt: skip
    return tuple(lines)


def _check(found: DeskCase, evaluation: Evaluation, row: Row, on: date) -> None:
    case, item, material = found.case, found.item, row.material.id
    if item is None:
        raise ListMissing
    check_fault(case, item, evaluation, material, on)
    told = _told(found)
    if told and material not in told and material not in case.brought_back:
        raise SecondDemand(materials=row.material.name)


def _told(found: DeskCase) -> frozenset[str]:
    """Materials that the department has asked for before."""
    return frozenset(
        line.material
        for fact in found.facts
        if isinstance(fact.event, SupplementAsked)
        for line in fact.event.lines
    )
