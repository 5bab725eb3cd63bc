"""Draw what a reviewer may do with a case now: one form for each act, no free demand among them."""

from __future__ import annotations

from datetime import date
from html import escape

from app.domain.case import ACCEPTED_STATES, Case, CaseState
from app.domain.checklist import Row
from app.domain.clocks import EXTENSION_LIMIT
from sync.backoffice.departments import words
from sync.backoffice.departments.desk import MOST_NAME, MOST_OPINION, MOST_REASON, Desk
from sync.backoffice.departments.facts import DeskCase
from sync.backoffice.departments.page import (
    case_address,
    draw_area,
    draw_choice,
    draw_field,
    draw_form,
)
from sync.backoffice.departments.sessions import SignedIn
from sync.backoffice.departments.supplement import MOST_PROBLEM, rows_to_ask

PROBLEM = "problem-"  # what is wrong, followed by the material
MATERIAL = "material-"


def draw_acts(found: DeskCase, desk: Desk, who: SignedIn, today: date) -> str:
    case = found.case
    if case.state is CaseState.SUPPLEMENT:
        return _note("已要求申请人补齐，窗口收到后审批继续。材料到之前也可以作出审批决定。") + (
            _review(found, who)
        )
    if case.state not in ACCEPTED_STATES:
        return ""
    if case.review is not None:
        return _finish(found, who) + _clock(found, desk, who, today)
    return _review(found, who) + _supplement(found, who, today) + _clock(found, desk, who, today)


def _note(text: str) -> str:
    return f"<section><p>{escape(text)}</p></section>"


def _form(found: DeskCase, who: SignedIn, act: str, inside: str, legend: str) -> str:
    hidden = {"act": act, "seen": str(found.changed)}
    address = case_address(found.case.id)
    return f"<section>{draw_form(who, address, hidden, inside, legend=legend)}</section>"


def _review(found: DeskCase, who: SignedIn) -> str:
    inside = (
        '<fieldset><label><input type="radio" name="granted" value="yes" required> 准予</label>'
        '<label><input type="radio" name="granted" value="no" required> 不予</label></fieldset>'
        + draw_area("意见", "opinion", most=MOST_OPINION, more="required")
        + draw_field("依据（不予时必填）", "basis", more=f'maxlength="{MOST_REASON}" class="broad"')
        + "<button>作出审批决定</button>"
    )
    return _form(found, who, "review", inside, "审批")


def _finish(found: DeskCase, who: SignedIn) -> str:
    review, item = found.case.review, found.item
    granted = review is not None and review.granted
    proposed = item.result if item and granted else "" if granted else "不予许可决定书"
    inside = (
        draw_field(
            "结果名称（证照或决定书）", "name", value=proposed,
            more=f'required maxlength="{MOST_NAME}" class="broad"',
        )
        + draw_field("编号", "number", more=f'required maxlength="{MOST_NAME}"')
        + "<button>办结，交大厅出件</button>"
    )  # fmt: skip
    return _form(found, who, "finish", inside, "办结")


def _supplement(found: DeskCase, who: SignedIn, today: date) -> str:
    rows = rows_to_ask(found, today)
    if not rows:
        return ""
    lines = "".join(map(_ask, rows))
    inside = (
        '<p class="note">只能从本办件的材料清单里选，一次说全：这次没有提出的，以后不能再提。</p>'
        f"{lines}<button>要求补齐</button>"
    )
    return _folded(found, who, "supplement", inside, "补齐补正")


def _ask(row: Row) -> str:
    material = escape(row.material.id)
    name = escape(row.material.name)
    usual = "".join(f'<option value="{escape(one)}"></option>' for one in row.material.faults)
    return (
        f'<div class="ask"><label><input type="checkbox" name="{MATERIAL}{material}" value="1">'
        f' {name}</label><input name="{PROBLEM}{material}" maxlength="{MOST_PROBLEM}"'
        f' aria-label="{name}有什么问题" placeholder="有什么问题" list="usual-{material}">'
        f'<datalist id="usual-{material}">{usual}</datalist></div>'
    )


# -- clocks ---------------------------------------------------------------------------------------


def _clock(found: DeskCase, desk: Desk, who: SignedIn, today: date) -> str:
    forms = "".join(
        _form(
            found, who, "resume",
            f"<p>{escape(pause.name)}自 {escape(words.day_words(pause.begin))} 起，"
            f"批准人 {escape(pause.approver)}。</p>"
            + draw_field("恢复计时日", "on", more=_day(today), value=today.isoformat())
            + f'<input type="hidden" name="procedure" value="{escape(pause.code)}">'
            "<button>恢复计时</button>",
            f"{pause.name}结束",
        )
        for pause in found.case.pauses
        if pause.end is None
    )  # fmt: skip
    return forms + _pause(found, desk, who, today) + _extend(found, who)


def _pause(found: DeskCase, desk: Desk, who: SignedIn, today: date) -> str:
    lasting = {pause.code for pause in found.case.pauses if pause.end is None}
    options = {
        one.code: f"{one.name}（{one.basis}）"
        for one in desk.lists.procedures()
        if one.code not in lasting
    }
    if not options:
        return ""
    inside = (
        draw_choice("程序", "procedure", options)
        + draw_field("起算日", "on", more=_day(today), value=today.isoformat())
        + draw_field("批准人", "approver", more='required maxlength="60"')
        + draw_area("理由", "reason", most=MOST_REASON, more="required")
        + "<button>暂停计时</button>"
    )
    return _folded(found, who, "pause", inside, "特别程序（所需时间不计入办理时限）")


def _extend(found: DeskCase, who: SignedIn) -> str:
    case: Case = found.case
    if case.extension or any(pause.end is None for pause in case.pauses):
        return ""
    inside = (
        draw_field(
            "延长工作日", "days",
            more=f'type="number" min="1" max="{EXTENSION_LIMIT}" required',
        )
        + draw_field("批准人（行政机关负责人）", "approver", more='required maxlength="60"')
        + draw_area("理由（将告知申请人）", "reason", most=MOST_REASON, more="required")
        + "<button>延长</button>"
    )  # fmt: skip
    return _folded(
        found, who, "extend", inside, f"延长审批（一次，最多 {EXTENSION_LIMIT} 个工作日）"
    )


def _folded(found: DeskCase, who: SignedIn, act: str, inside: str, legend: str) -> str:
    return _form(found, who, act, f"<details><summary>填写</summary>{inside}</details>", legend)


def _day(today: date) -> str:
    return f'type="date" required max="{today.isoformat()}"'
