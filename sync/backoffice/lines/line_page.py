"""Draw how the departments' own systems stand, and do what a supervisor decides of their answers.

An answer that was not taken is shown as it came, with the reason. It is taken under the same rules
or dismissed; what a person decides against the rules is done by hand: the case goes to a reviewer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape

from app.domain.errors import AppError
from app.domain.hall import Hall
from app.texts import explain
from sync.backoffice.database import Transaction
from sync.backoffice.departments.desk import Desk
from sync.backoffice.departments.page import (
    OFFICE,
    case_address,
    draw_form,
    draw_shell,
    draw_tag,
)
from sync.backoffice.departments.plan import Plan
from sync.backoffice.departments.sessions import SignedIn
from sync.backoffice.lines import answers, standing
from sync.backoffice.pages import draw_section, draw_table, draw_time

LINES = f"{OFFICE}/lines"
_SHOWN = 200
_STATES = {"waiting": ("等待送出", "warn"), "sent": ("已送出，等答复", "plain")}


def line_page(
    connection: Transaction, hall: Hall, plan: Plan, who: SignedIn, *, said: str = "",
    error: AppError | None = None,
) -> str:  # fmt: skip
    inside = (
        f'<p class="note"><a href="{OFFICE}">回督导页</a></p>'
        + draw_section("部门系统", _lines(connection, plan, who), "没有部门用自己的系统。")
        + draw_section("没有采用的答复", _parked(connection, who), "没有。")
        + draw_section("在路上的办件", _jobs(connection), "没有。")
    )
    return draw_shell(hall, "部门自有系统", inside, who, said=said, error=error)


def _lines(connection: Transaction, plan: Plan, who: SignedIn) -> str:
    places = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT line, asked_at, code, tries, next_at, failing_since FROM line_places"
        )
    }
    counts: dict[tuple[str, str], int] = {
        (row[0], row[1]): int(row[2])
        for row in connection.execute(
            "SELECT line, state, count(*) FROM line_jobs WHERE state IN ('waiting', 'sent')"
            " GROUP BY line, state"
        )
    }
    departments = {one.name: one.department for one in plan.lines}
    rows = []
    # A line that the plan does not name any more may still have cases.
    for name in sorted({*departments, *(line for line, _ in counts)}):
        asked_at, code, tries, next_at, failing_since = places.get(name, ("", "", 0, "", ""))
        stands = draw_tag("还没联系过", "mute")
        if name not in departments:
            stands = f"{draw_tag('不在设置里', 'bad')} 手头的件请改派。"
        elif failing_since:
            next_try = f"下次 {draw_time(next_at)}" if next_at else "马上再试"
            stands = (
                f"{draw_tag('不通', 'bad')} 自 {draw_time(failing_since)}，试了 {tries} 次，"
                f"{next_try}。{_sentence(code)}"
            )
        elif asked_at:
            stands = f"{draw_tag('正常', 'good')} {draw_time(asked_at)}"
        button = draw_form(who, LINES, {"act": "now", "line": name}, "<button>马上再试</button>")
        rows.append(
            (
                escape(name), escape(departments.get(name, "—")),
                str(counts.get((name, "waiting"), 0)), str(counts.get((name, "sent"), 0)), stands,
                button if name in departments else "",
            )
        )  # fmt: skip
    return draw_table(("系统", "部门", "等送出", "等答复", "状况", ""), rows, wide=4)


def _parked(connection: Transaction, who: SignedIn) -> str:
    rows = connection.execute(
        "SELECT a.line, a.digest, a.key, a.body, a.reason, a.times, a.received_at, c.id, c.number"
        " FROM line_answers a LEFT JOIN line_jobs j ON j.key = a.key AND a.key <> ''"
        " LEFT JOIN cases c ON c.id = j.case_id"
        " WHERE a.state = 'parked' ORDER BY a.received_at DESC LIMIT ?",
        (_SHOWN,),
    ).fetchall()
    lines = []
    for line, digest, key, body, reason, times, received_at, case_id, number in rows:
        case = escape(key[:64] or "—")
        if case_id:
            case = f'<a href="{escape(case_address(case_id))}"><code>{escape(number)}</code></a>'
        shown = escape(answers.show(body)[:4000])
        told = f"<details><summary>答复原文</summary><pre>{shown}</pre></details>"
        hidden = {"line": line, "answer": digest}
        acts = draw_form(
            who, LINES, {"act": "again", **hidden}, "<button>再按规则采用</button>"
        ) + draw_form(who, LINES, {"act": "dismiss", **hidden}, "<button>不采用</button>")
        often = f"（来过 {times} 次）" if times > 1 else ""
        lines.append(
            (
                draw_time(received_at), escape(line), case,
                f"{_sentence(reason)}{often}{told}", acts,
            )
        )  # fmt: skip
    return draw_table(("收到", "系统", "办件", "为什么没有采用", ""), lines, wide=3)


def _jobs(connection: Transaction) -> str:
    rows = connection.execute(
        "SELECT j.line, j.state, j.round, j.tries, j.code, j.made_at, j.next_at, j.ticket, c.id,"
        " c.number, c.item_name FROM line_jobs j JOIN cases c ON c.id = j.case_id"
        " WHERE j.state IN ('waiting', 'sent') ORDER BY j.made_at LIMIT ?",
        (_SHOWN,),
    ).fetchall()
    lines = []
    for line, state, round_, tries, code, made_at, next_at, ticket, case_id, number, item in rows:
        stands = draw_tag(*_STATES[state])
        if state == "waiting" and code:
            stands += f" 试了 {tries} 次，下次 {draw_time(next_at)}。{_sentence(code)}"
        elif ticket:
            stands += f" 对方编号 {escape(ticket)}"
        again = f"（第 {round_} 次）" if round_ > 1 else ""
        lines.append(
            (
                draw_time(made_at), escape(line),
                f'<a href="{escape(case_address(case_id))}"><code>{escape(number)}</code></a>',
                escape(item) + again, stands,
            )
        )  # fmt: skip
    return draw_table(("交给系统", "系统", "办件编号", "事项", "状况"), lines, wide=4)


def _sentence(code: str) -> str:
    if not code:
        return ""
    said = explain(code, {})
    return f'{escape(said.message)} <span class="note">{escape(code)}</span>'


# -- acts -----------------------------------------------------------------------------------------


def work_of(
    desk: Desk, plan: Plan, who: SignedIn, fields: Mapping[str, str], now: datetime
) -> Callable[[Transaction], str] | None:
    """What a form of this page asks for, and gives what to say of it; None for any other form."""
    line, digest = fields.get("line", ""), fields.get("answer", "")

    def settle(tables: Transaction, *, again: bool) -> str:
        code = answers.settle(tables, desk, line, digest, again=again, actor=who.member.id, now=now)
        if code:
            return f"仍然不能采用：{explain(code, {}).message}"
        return "已采用。" if again else "已记为不采用。"

    def retry(tables: Transaction) -> str:
        if plan.find_named(line) is None:
            return "设置里没有这个系统。"
        standing.try_now(tables, line, now)
        return "马上再试。"

    return {
        "again": lambda tables: settle(tables, again=True),
        "dismiss": lambda tables: settle(tables, again=False),
        "now": retry,
    }.get(fields.get("act", ""))
