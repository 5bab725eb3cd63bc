"""Draw and do what supervisors decide of the departments: who is away, who gets which case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from html import escape

from app.domain.case import CaseState
from app.domain.errors import AppError, ReasonNeeded
from app.domain.hall import Hall, StaffMember
from sync.backoffice.database import Transaction
from sync.backoffice.departments.desk import MOST_REASON
from sync.backoffice.departments.dispatch import Dispatcher
from sync.backoffice.departments.errors import NotEligible
from sync.backoffice.departments.page import (
    OFFICE,
    case_address,
    draw_choice,
    draw_field,
    draw_form,
    draw_shell,
    draw_tag,
)
from sync.backoffice.departments.plan import Plan, reviewer_of
from sync.backoffice.departments.roster import Roster
from sync.backoffice.departments.sessions import SignedIn
from sync.backoffice.pages import draw_exceptions, draw_section, draw_state, draw_table, draw_time

_SHOWN = 300


def office_page(
    connection: Transaction, hall: Hall, roster: Roster, plan: Plan, who: SignedIn, today: date, *,
    sought: str = "", said: str = "", error: AppError | None = None,
) -> str:  # fmt: skip
    """``sought`` is a case number or its end; "" for all."""
    draw = "在岗人员中随机" if plan.draw == "random" else "在岗且手头最少的人员中随机"

    def cases(which: _Which) -> str:
        return _cases(connection, roster, plan, who, today, which, sought)

    inside = (
        f'<p class="note">新受理的件自动分派：{draw}。'
        f'<a href="{OFFICE}/lines">部门自有系统</a></p>' + _ask(sought)
    )
    if sought:
        inside += draw_section("找到的办件", cases(_Which.SOUGHT), "没有这个编号的在办件。")
    inside += (
        draw_section("等人接的办件", cases(_Which.WAITING), "没有。")
        + draw_section("审批人员", _people(connection, roster, who), "大厅没有登记审批人员。")
        + draw_section("办理中", cases(_Which.GIVEN), "没有。")
        + draw_section("最近改派", _again(connection, roster), "没有。")
        + draw_section("退回与暂存的事件", draw_exceptions(connection), "没有。")
    )
    return draw_shell(hall, "部门办件督导", inside, who, said=said, error=error)


def _people(connection: Transaction, roster: Roster, who: SignedIn) -> str:
    counts, away = roster.open_counts(connection), roster.absences(connection)
    lines = []
    for one in roster.reviewers:
        absence = away.get(one.id)
        if absence is None:
            hidden = {"act": "away", "reviewer": one.id}
            inside = draw_field("原因", "reason", more=f'required maxlength="{MOST_REASON}"')
            form = draw_form(who, OFFICE, hidden, inside + "<button>暂不分派</button>")
            form = f"<details><summary>暂不分派</summary>{form}</details>"
            stands = draw_tag("在岗", "good")
        else:
            hidden = {"act": "back", "reviewer": one.id}
            form = draw_form(who, OFFICE, hidden, "<button>恢复分派</button>")
            stands = (
                f"{draw_tag('不在', 'warn')} {escape(absence.reason)}"
                f"（{draw_time(absence.since)}，{escape(roster.name_of(absence.actor))}）"
            )
        lines.append(
            (
                escape(roster.name_of(one.id)), escape("、".join(one.departments)),
                str(counts.get(one.id, 0)), stands, form,
            )
        )  # fmt: skip
    return draw_table(("人员", "部门", "手头", "状况", ""), lines, wide=1)


def _ask(sought: str) -> str:
    """A GET: looking changes nothing, and the address can be kept."""
    field = draw_field(
        "办件编号，或其末几位", "number", more='maxlength="64" inputmode="numeric"', value=sought
    )
    return f'<form class="find" method="get" action="{OFFICE}">{field}<button>找</button></form>'


class _Which(Enum):
    """Condition on d (desk_cases) and c (cases)."""

    WAITING = "d.reviewer = ''"
    GIVEN = "d.reviewer <> ''"
    SOUGHT = "c.number LIKE ? ESCAPE '!'"


def _cases(
    connection: Transaction, roster: Roster, plan: Plan, who: SignedIn, today: date, which: _Which,
    sought: str,
) -> str:  # fmt: skip
    """Open cases by their day."""
    rows = connection.execute(
        "SELECT c.id, c.number, c.item_name, c.applicant, c.state, d.department, d.reviewer, d.due"  # noqa: S608 - constants
        " FROM desk_cases d JOIN cases c ON c.id = d.case_id"
        f" WHERE {which.value} AND d.finished_at = '' ORDER BY d.due LIMIT ?",
        (_ending_in(sought), _SHOWN) if which is _Which.SOUGHT else (_SHOWN,),
    ).fetchall()
    present = roster.present(connection)
    lines = []
    for case_id, number, item, applicant, state, department, has, due in rows:
        late = date.fromisoformat(due) < today
        lines.append(
            (
                draw_tag(due, "bad" if late else "plain"),
                _link(case_id, number),
                escape(item), escape(applicant or "—"), draw_state(CaseState(state), number),
                _in_hands(roster, department, has),
                _give(roster, plan, who, present, case_id, department, has),
            )
        )  # fmt: skip
    more = (
        f'<p class="note">只列出最早到期的 {_SHOWN} 件，其余请按编号找。</p>'
        if len(rows) == _SHOWN
        else ""
    )
    heads = ("到期", "办件编号", "事项", "申请人", "状况", "在谁手里", "改派")
    return draw_table(heads, lines, wide=2) + more


def _ending_in(text: str) -> str:
    return "%" + "".join(f"!{one}" if one in "%_!" else one for one in text)


def _in_hands(roster: Roster, department: str, has: str) -> str:
    """With a mark where the hall has nobody of that number any more: somebody must hand it over."""
    gone = has and not has.startswith(reviewer_of("")) and roster.find(has) is None
    return escape(_name(roster, has) or department) + (
        f" {draw_tag('已不在名册，请改派', 'bad')}" if gone else ""
    )


def _link(case_id: str, number: str | None) -> str:
    address = escape(case_address(case_id))
    return f'<a href="{address}"><code>{escape(number or "—")}</code></a>'


def _give(
    roster: Roster, plan: Plan, who: SignedIn, present: Sequence[StaffMember], case_id: str,
    department: str, has: str,
) -> str:  # fmt: skip
    may = {one.id: roster.name_of(one.id) for one in present if department in one.departments}
    line = plan.find_line(department)
    if line is not None:
        may[line.reviewer] = _name(roster, line.reviewer)
    may.pop(has, None)
    if not may:
        return "没有别人可接"
    inside = (
        draw_choice("给", "reviewer", may)
        + draw_field("原因", "reason", more=f'required maxlength="{MOST_REASON}"')
        + "<button>改派</button>"
    )
    form = draw_form(who, OFFICE, {"act": "give", "case": case_id}, inside)
    return f"<details><summary>改派</summary>{form}</details>"


def _again(connection: Transaction, roster: Roster) -> str:
    rows = connection.execute(
        "SELECT d.at, c.number, d.former, d.reviewer, d.actor, d.reason FROM dispatches d"
        " JOIN cases c ON c.id = d.case_id WHERE d.reason <> '' ORDER BY d.at DESC LIMIT 50"
    ).fetchall()
    return draw_table(
        ("时间", "办件编号", "从", "到", "谁", "原因"),
        [
            (
                draw_time(row[0]), f"<code>{escape(row[1] or '—')}</code>",
                escape(_name(roster, row[2]) or "—"), escape(_name(roster, row[3])),
                escape(roster.name_of(row[4])), escape(row[5]),
            )
            for row in rows
        ],
        wide=5,
    )  # fmt: skip


def _name(roster: Roster, reviewer: str) -> str:
    if reviewer.startswith(reviewer_of("")):
        return f"部门系统 {reviewer.removeprefix(reviewer_of(''))}"
    return roster.name_of(reviewer) if reviewer else ""


# -- acts -----------------------------------------------------------------------------------------


def work_of(
    dispatcher: Dispatcher, plan: Plan, who: SignedIn, fields: Mapping[str, str], now: datetime
) -> Callable[[Transaction], str] | None:
    """What a form of this page asks for, and gives what to say of it; None for any other form.

    It raises ReasonNeeded, NotEligible, and what the fold raises.
    """
    roster, actor = dispatcher.roster, who.member.id
    act, reviewer = fields.get("act", ""), fields.get("reviewer", "")
    reason = fields.get("reason", "").strip()[:MOST_REASON]

    def away(tables: Transaction) -> str:
        _check(roster, reviewer)
        if not reason:
            raise ReasonNeeded
        roster.note_absence(tables, reviewer, reason, actor, now)
        return f"{roster.name_of(reviewer)} 不再分到新件；手头的件仍在，可以逐件改派。"

    def back(tables: Transaction) -> str:
        _check(roster, reviewer)
        roster.end_absence(tables, reviewer)
        return f"{roster.name_of(reviewer)} 恢复分派。"

    def give(tables: Transaction) -> str:
        if not reason:
            raise ReasonNeeded
        case_id = fields.get("case", "")
        dispatcher.dispatch_again(tables, plan, case_id, reviewer, reason, actor, now)
        return f"已改派给{_name(roster, reviewer)}。"

    return {"away": away, "back": back, "give": give}.get(act)


def _check(roster: Roster, reviewer: str) -> None:
    if all(one.id != reviewer for one in roster.reviewers):
        raise NotEligible
