"""Draw one case as its reviewer sees it: who, what was asked and brought, its clocks, its history.

Names and numbers are whole here; opening this page is on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from app.domain.catalogue import Item
from app.domain.checklist import Evidence, Row
from app.domain.decision import judge
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE, Hall
from app.domain.person import Applicant, DeliveryWay
from sync.backoffice.blobs import known_blobs
from sync.backoffice.database import Transaction
from sync.backoffice.departments import words
from sync.backoffice.departments.act_forms import draw_acts
from sync.backoffice.departments.desk import Desk
from sync.backoffice.departments.facts import DeskCase, Fact
from sync.backoffice.departments.page import (
    case_address,
    draw_pairs,
    draw_shell,
    draw_tag,
)
from sync.backoffice.departments.roster import Roster
from sync.backoffice.departments.sessions import SignedIn
from sync.backoffice.pages import draw_section, draw_table, draw_time

_OFFICE = "backoffice"
_LOOKS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """What the page shows beside the case: which scans are there, and the staff's names."""

    found: DeskCase
    there: frozenset[str]
    today: date
    desk: Desk
    roster: Roster
    looked: tuple[tuple[str, str, str], ...]  # when, who, at what; the last first

    @property
    def lacking(self) -> int:
        shas = [sha for one in self.found.case.evidence.values() for sha in one.scans]
        return sum(sha not in self.there for sha in shas)


def view_case(
    connection: Transaction, desk: Desk, roster: Roster, found: DeskCase, today: date
) -> CaseView:
    shas = sorted({sha for one in found.case.evidence.values() for sha in one.scans})
    there = known_blobs(connection, shas) if shas else {}
    looked = connection.execute(
        "SELECT at, staff, what FROM desk_accesses WHERE case_id = ? ORDER BY at DESC LIMIT ?",
        (found.case.id, _LOOKS),
    ).fetchall()
    return CaseView(
        found=found, there=frozenset(there), today=today, desk=desk, roster=roster,
        looked=tuple((row[0], row[1], row[2]) for row in looked),
    )  # fmt: skip


def case_page(
    hall: Hall, view: CaseView, who: SignedIn, *, said: str = "", error: AppError | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """``typed`` are the fields of a form that was refused."""
    found = view.found
    case = found.case
    own = found.assignment.reviewer == who.member.id
    readings = found.readings(view.desk.lists, view.today)
    tags = draw_tag(*words.state_of(case)) + "".join(
        f" {draw_tag(words.clock_words(one), words.tone_of(one))}" for one in readings
    )
    lacking = (
        '<p class="warn"><b>附件未齐</b>：还有 '
        f"{view.lacking} 页扫描件没有传到，到齐之前不能作出审批决定。</p>"
        if view.lacking
        else ""
    )
    missing_list = (
        "" if found.item else '<p class="warn">这个版本的材料清单不在本机：时限按一般规定计算，'
        "暂不能要求补齐。请督导发布该事项的清单。</p>"
    )  # fmt: skip
    head = (
        f"<section><h2>{escape(case.item_name)}</h2><p>{tags}</p>{lacking}{missing_list}"
        + draw_pairs(_about(view))
        + "</section>"
    )
    inside = (
        head
        + draw_section("申请情况", draw_pairs(dict(_stated(view))), "没有填写。")
        + draw_section("材料", _materials(view, own=own or who.supervises), "没有材料。")
        + (draw_acts(view.found, view.desk, who, view.today, typed or {}) if own else "")
        + draw_section("经过", _history(view), "")
        + (draw_section("谁看过", _looks(view), "还没有人。") if who.supervises else "")
    )
    return draw_shell(hall, f"办件 {case.number}", inside, who, said=said, error=error)


def _about(view: CaseView) -> dict[str, str]:
    found, case = view.found, view.found.case
    organisation, delivery = case.organisation, case.delivery
    posted = delivery is not None and delivery.way is DeliveryWay.POST
    return {
        "申请人": _person(case.applicant),
        "单位": (
            f"{escape(organisation.name)}（{escape(organisation.credit_code)}），"
            f"法定代表人（负责人）{escape(organisation.representative or '—')}"
            if organisation
            else ""
        ),
        "代理人": f"{_person(case.agent)}，{escape(case.authority)}" if case.agent else "",
        "受理": f"{words.day_words(found.assignment.since)}，窗口 {escape(case.window)}",
        "告知申请人的期限": words.day_words(found.assignment.due),
        "部门": escape(found.assignment.department),
        "承办": escape(_name_of(view.roster, found.assignment.reviewer) or "待分派"),
        "结果送达": (
            f"邮寄：{escape(delivery.recipient)}，{escape(delivery.phone)}，"
            f"{escape(delivery.address)}"
            if delivery and posted
            else "自取"
        ),
        "审批意见": _paragraph(case.review.opinion) if case.review else "",
        "结果": escape(f"{case.result.name} {case.result.number}") if case.result else "",
    }


def _person(one: Applicant | None) -> str:
    if one is None:
        return ""
    person = one.person
    phone = f"，电话 {escape(one.phone)}" if one.phone else ""
    return (
        f"<b>{escape(person.name or person.name_latin)}</b>，{words.DOCUMENTS[one.document]}"
        f" <code>{escape(person.number)}</code>{phone}"
    )


def _stated(view: CaseView) -> Iterator[tuple[str, str]]:
    """Answers and form fields, by the list's own words where it is at hand."""
    case, item = view.found.case, view.found.item
    questions = {one.id: one for one in item.questions} if item else {}
    for name, chosen in case.answers.items():
        question = questions.get(name)
        options = {one.id: one.text for one in question.options} if question else {}
        yield (
            question.text if question else name,
            escape("、".join(options.get(one, one) for one in sorted(chosen))),
        )
    labels = {one.id: one.label for one in item.fields} if item else {}
    for name, value in case.fields.items():
        yield labels.get(name, name), escape(value)


# -- materials ------------------------------------------------------------------------------------


def _materials(view: CaseView, *, own: bool) -> str:
    case, item = view.found.case, view.found.item
    rows = _rows(view, item)
    lines = []
    for material, row in rows.items():
        brought = case.evidence.get(material, Evidence())
        name = row.material.name if row else material
        state = draw_tag(*words.ROWS[row.state]) if row else ""
        asked = next((one for one in case.asked if one.material == material), None)
        lines.append(
            (
                f"{escape(name)}<br><span class=note>{escape(row.because if row else '')}</span>",
                state + (f"<br>已要求补齐：{escape(asked.problem)}" if asked else "")
                + (f"<br>{escape(row.mend)}" if row and row.mend else ""),
                f"{brought.originals} / {brought.copies}",
                _scans(view, brought, linked=own),
            )
        )  # fmt: skip
    return draw_table(("材料", "状况", "原件 / 复印件", "扫描件"), lines, wide=0)


def _rows(view: CaseView, item: Item | None) -> dict[str, Row | None]:
    """The list's rows that matter, in its order; without it what was brought."""
    case = view.found.case
    if item is None:
        return dict.fromkeys(case.evidence)
    wanted = {row.material.id: row for row in judge(case, item, view.today).rows}
    return {
        material: row
        for material, row in wanted.items()
        if row.required or material in case.evidence
    }


def _scans(view: CaseView, brought: Evidence, *, linked: bool) -> str:
    pages = []
    for page, sha in enumerate(brought.scans, 1):
        if sha not in view.there:
            pages.append(f'<span class="warn">第 {page} 页未到</span>')
        elif linked:
            address = f"{case_address(view.found.case.id)}/scans/{sha}"
            pages.append(f'<a href="{escape(address)}" target="_blank">第 {page} 页</a>')
        else:
            pages.append(f"第 {page} 页")
    return " ".join(pages) or "—"


# -- history --------------------------------------------------------------------------------------


def _history(view: CaseView) -> str:
    item = view.found.item
    names = {one.id: one.name for one in item.materials} if item else {}
    lines = [line for fact in view.found.facts if (line := _fact(view, fact, names))]
    return draw_table(("时间", "谁", "什么"), reversed(lines), wide=2)


def _looks(view: CaseView) -> str:
    return draw_table(
        ("时间", "谁", "看了什么"),
        [
            (
                draw_time(at), escape(view.roster.name_of(staff)),
                "办件" if what == "case" else f"扫描件 {escape(what.removeprefix('scan '))}",
            )
            for at, staff, what in view.looked
        ],
        wide=2,
    )  # fmt: skip


def _fact(view: CaseView, fact: Fact, names: Mapping[str, str]) -> tuple[str, ...] | None:
    said = words.history_words(fact.event, lambda one: _name_of(view.roster, one) or one, names)
    if not said:
        return None
    who = _name_of(view.roster, fact.actor)
    where = "" if fact.device == _OFFICE else f" · {fact.device}"
    return (
        f"{fact.at.astimezone(HALL_ZONE):%Y-%m-%d %H:%M}", escape(f"{who}{where}"),
        _paragraph(said),
    )  # fmt: skip


def _name_of(roster: Roster, who: str) -> str:
    if who.startswith("line:"):
        return f"部门系统 {who.removeprefix('line:')}"
    return {"dispatch": "系统随机分派", "clock": "系统"}.get(who) or roster.name_of(who)


def _paragraph(text: str) -> str:
    return escape(text).replace("\n", "<br>")
