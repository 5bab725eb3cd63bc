"""Draw the sign-in, and a reviewer's own cases: the most urgent first, names masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from app.domain import case as cases
from app.domain.case import ACCEPTED_STATES, CaseState
from app.domain.clocks import ClockReading
from app.domain.errors import AppError
from app.domain.hall import Hall
from app.domain.masking import mask_name
from sync.backoffice.blobs import lacks_pages
from sync.backoffice.database import Transaction
from sync.backoffice.departments import words
from sync.backoffice.departments.desk import Desk
from sync.backoffice.departments.facts import DeskCase
from sync.backoffice.departments.page import (
    SIGN_IN,
    case_address,
    draw_field,
    draw_shell,
    draw_tag,
)
from sync.backoffice.departments.sessions import SignedIn
from sync.backoffice.pages import draw_section, draw_table

_MOST = 300
_MOST_DONE = 30
_PAUSED = "特别程序中"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    found: DeskCase
    readings: tuple[ClockReading, ClockReading]
    lacks: bool

    @property
    def paused(self) -> bool:
        return any(pause.end is None for pause in self.found.case.pauses)


def sign_in_page(hall: Hall, token: str, *, error: AppError | None = None) -> str:
    inside = (
        f'<section class="slip"><form method="post" action="{SIGN_IN}">'
        f'<input type="hidden" name="form" value="{escape(token)}">'
        + draw_field("工号", "staff", more='required maxlength="32" autocomplete="username"')
        + draw_field(
            "密码", "password",
            more='type="password" required maxlength="200" autocomplete="current-password"',
        )
        + '<button>登录</button></form><p class="note">审批人员和督导在这里登录；'
        "离开座位前请退出，半小时不操作会自动退出。</p></section>"
    )  # fmt: skip
    return draw_shell(hall, "部门办件", inside, error=error)


def lost_page(hall: Hall, typed: Sequence[str]) -> str:
    """What was typed when the sign-in had ended: it is not recorded, and not lost either."""
    shown = "".join(
        f'<label class="broad"><textarea rows="4" readonly>\n{escape(one)}</textarea></label>'
        for one in typed
    )
    inside = (
        "<section><p><b>登录已结束，刚才的操作没有记下。</b></p>"
        + (f"<p>您填写的内容：请先复制，重新登录后再提交。</p>{shown}" if typed else "")
        + f'<p><a href="{SIGN_IN}">重新登录</a></p></section>'
    )
    return draw_shell(hall, "登录已结束", inside)


def list_page(
    connection: Transaction, hall: Hall, desk: Desk, who: SignedIn, today: date, *, said: str = ""
) -> str:
    """Those that the reviewer can go on with, those that wait for others, those just done."""
    lines = _open_lines(connection, desk, who.member.id, today)
    mine = [one for one in lines if one.found.case.state in ACCEPTED_STATES and not one.paused]
    stands = [one for one in lines if one.paused]
    waits = [one for one in lines if one not in mine and one not in stands]
    inside = (
        f'<div class="sums">{_sum(len(mine), "待办")}'
        f"{_sum(sum(one.readings[0].overdue for one in mine), '已超承诺时限')}"
        f"{_sum(len(stands), _PAUSED)}{_sum(len(waits), '等申请人补齐')}</div>"
        + draw_section("待办，按承诺到期日排列", _table(mine), "没有待办的办件。")
        + (draw_section(_PAUSED, _table(stands), "") if stands else "")
        + (draw_section("等申请人补齐", _table(waits), "") if waits else "")
        + draw_section("最近办结", _done(connection, who.member.id), "还没有。")
    )
    return draw_shell(hall, "我的办件", inside, who, said=said)


def _open_lines(connection: Transaction, desk: Desk, reviewer: str, today: date) -> list[_Line]:
    """A day on paper can only be put off, so the first on paper hold the first of all."""
    rows = connection.execute(
        "SELECT case_id FROM desk_cases WHERE reviewer = ? AND finished_at = ''"
        " ORDER BY due LIMIT ?",
        (reviewer, _MOST),
    ).fetchall()
    lines = []
    for (case_id,) in rows:
        try:
            found = desk.find(connection, case_id)
        except AppError:
            continue  # its facts cannot be read any more: the supervisors' page counts it
        if found is not None:
            readings = found.readings(desk.lists, today)
            lacks = lacks_pages(connection, case_id)
            lines.append(_Line(found=found, readings=readings, lacks=lacks))
    lines.sort(key=lambda one: (one.readings[0].due, one.found.case.number))
    return lines


def _sum(count: int, name: str) -> str:
    return f"<div><b>{count}</b><span>{escape(name)}</span></div>"


def _table(lines: list[_Line]) -> str:
    return draw_table(
        ("到期", "办件编号", "事项", "申请人", "状况", "法定"),
        [_cells(one) for one in lines],
        wide=2,
    )


def _cells(one: _Line) -> tuple[str, ...]:
    case = one.found.case
    promise, statutory = one.readings
    name = ""
    if case.organisation is not None:
        name = case.organisation.name
    elif case.applicant is not None:
        name = mask_name(case.applicant.person.name or case.applicant.person.name_latin)
    state = draw_tag(*words.state_of(case))
    lacking = f" {draw_tag('附件未齐', 'warn')}" if one.lacks else ""
    return (
        draw_tag(words.clock_words(promise).removeprefix("承诺 "), words.tone_of(promise)),
        f'<a href="{escape(case_address(case.id))}"><code>{escape(case.number)}</code></a>',
        escape(case.item_name), escape(name or "—"), state + lacking,
        escape(words.clock_words(statutory).removeprefix("法定 ")),
    )  # fmt: skip


def _done(connection: Transaction, reviewer: str) -> str:
    rows = connection.execute(
        "SELECT c.id, c.number, c.item_name, c.applicant, c.state FROM desk_cases d"
        " JOIN cases c ON c.id = d.case_id"
        " WHERE d.reviewer = ? AND d.finished_at <> '' ORDER BY d.finished_at DESC LIMIT ?",
        (reviewer, _MOST_DONE),
    ).fetchall()
    return draw_table(
        ("办件编号", "事项", "申请人", "状况"),
        [
            (
                f'<a href="{escape(case_address(row[0]))}"><code>{escape(row[1] or "")}</code></a>',
                escape(row[2]), escape(row[3] or "—"),
                draw_tag(*words.state_of(cases.Case(id=row[0], state=CaseState(row[4])))),
            )
            for row in rows
        ],
        wide=1,
    )  # fmt: skip
