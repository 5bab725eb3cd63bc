"""What stands on papers that are about no single case: 办事指南. Pure.

They bear no case number, and nothing about a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.events import PaperKind
from app.domain.hall import HallHead


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideMaterial:
    """``wanted`` is form and counts, ``necessity`` whether it may follow or be promised,
    ``source`` who has it and ``standard`` what is accepted."""

    name: str
    wanted: str
    necessity: str
    source: str
    standard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideContent:
    """办事指南 in the order of 荔湾: name, number, place, time, limits, fees, materials, steps,
    example. ``situation`` are the applicant's answers, ``unanswered`` the questions left open:
    until they are answered ``materials`` are those that everybody needs."""

    hall: HallHead
    item: str
    item_code: str
    list_version: int
    department: str
    department_phone: str
    as_of: date
    kind: str
    served: str
    channels: str
    visits: int
    statutory_limit: str
    promised_limit: str
    fees: tuple[tuple[str, str, str], ...]  # name, amount in yuan, basis
    basis: tuple[str, ...]
    conditions: tuple[str, ...]
    result: str
    delivery: str
    situation: tuple[tuple[str, str], ...]
    unanswered: tuple[str, ...]
    materials: tuple[GuideMaterial, ...]
    fields: tuple[tuple[str, str], ...]  # of the form, each with an invented example
    remark: str = ""
    paper: PaperKind = PaperKind.GUIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """``widths`` are shares of the sheet, one for each of ``columns``."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """A report of a day at a window: 交接班表, 当日文书, 免交材料. ``signers`` write by hand."""

    hall: HallHead
    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[ReportTable, ...]
    signers: tuple[str, ...] = ()
