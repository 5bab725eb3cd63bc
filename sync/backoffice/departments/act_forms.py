"""Draw what a reviewer may do with a case now: one form for each act, no free demand among them.

Where an act was refused its form stands open again with what was typed: an opinion is long work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from app.domain.case import ACCEPTED_STATES, CaseState
from app.domain.checklist import Row
from app.domain.clocks import EXTENSION_LIMIT, Pause
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


def draw_acts(
    found: DeskCase, desk: Desk, who: SignedIn, today: date, typed: Mapping[str, str]
) -> str:
    """``typed`` are the fields of a form that was refused."""
    return _Acts(found, desk, who, today, typed).draw()


@dataclass(frozen=True, slots=True)
class _Acts:
    found: DeskCase
    desk: Desk
    who: SignedIn
    today: date
    typed: Mapping[str, str]

    def draw(self) -> str:
        case = self.found.case
        if case.state is CaseState.SUPPLEMENT:
            note = "已要求申请人补齐，窗口收到后审批继续。材料到之前也可以作出审批决定。"
            return f"<section><p>{note}</p></section>{self._review()}"
        if case.state not in ACCEPTED_STATES:
            return ""
        if case.review is not None:
            return self._finish() + self._clock()
        return self._review() + self._supplement() + self._clock()

    def _form(self, act: str, inside: str, legend: str) -> str:
        hidden = {"act": act, "seen": str(self.found.changed)}
        address = case_address(self.found.case.id)
        return f"<section>{draw_form(self.who, address, hidden, inside, legend=legend)}</section>"

    def _folded(self, act: str, inside: str, legend: str) -> str:
        is_open = " open" if self._kept(act) else ""
        inside = f"<details{is_open}><summary>填写</summary>{inside}</details>"
        return self._form(act, inside, legend)

    def _kept(self, act: str) -> Mapping[str, str]:
        """What was typed for that act and refused."""
        return self.typed if self.typed.get("act") == act else {}

    # -- review -------------------------------------------------------------------------------

    def _review(self) -> str:
        kept = self._kept("review")
        choices = "".join(
            f'<label><input type="radio" name="granted" value="{value}" required'
            f"{' checked' if kept.get('granted') == value else ''}> {words}</label>"
            for value, words in (("yes", "准予"), ("no", "不予"))
        )
        inside = (
            f"<fieldset>{choices}</fieldset>"
            + draw_area(
                "意见", "opinion", most=MOST_OPINION, more="required",
                value=kept.get("opinion", ""),
            )
            + draw_field(
                "依据（不予时必填）", "basis", more=f'maxlength="{MOST_REASON}" class="broad"',
                value=kept.get("basis", ""),
            )
            + "<button>作出审批决定</button>"
        )  # fmt: skip
        return self._form("review", inside, "审批")

    def _finish(self) -> str:
        review, item, kept = self.found.case.review, self.found.item, self._kept("finish")
        granted = review is not None and review.granted
        proposed = item.result if item and granted else "" if granted else "不予许可决定书"
        inside = (
            draw_field(
                "结果名称（证照或决定书）", "name", value=kept.get("name", proposed),
                more=f'required maxlength="{MOST_NAME}" class="broad"',
            )
            + draw_field(
                "编号", "number", more=f'required maxlength="{MOST_NAME}"',
                value=kept.get("number", ""),
            )
            + "<button>办结，交大厅出件</button>"
        )  # fmt: skip
        return self._form("finish", inside, "办结")

    def _supplement(self) -> str:
        rows = rows_to_ask(self.found, self.today)
        if not rows:
            return ""
        lines = "".join(self._ask(row) for row in rows)
        inside = (
            '<p class="note">只能从本办件的材料清单里选，一次说全：'
            "这次没有提出的，以后不能再提。</p>"
            f"{lines}<button>要求补齐</button>"
        )
        return self._folded("supplement", inside, "补齐补正")

    def _ask(self, row: Row) -> str:
        kept = self._kept("supplement")
        material = escape(row.material.id)
        name = escape(row.material.name)
        ticked = " checked" if MATERIAL + row.material.id in kept else ""
        problem = escape(kept.get(PROBLEM + row.material.id, ""))
        usual = "".join(f'<option value="{escape(one)}"></option>' for one in row.material.faults)
        return (
            f'<div class="ask"><label><input type="checkbox" name="{MATERIAL}{material}" value="1"'
            f'{ticked}> {name}</label><input name="{PROBLEM}{material}" maxlength="{MOST_PROBLEM}"'
            f' value="{problem}" aria-label="{name}有什么问题" placeholder="有什么问题"'
            f' list="usual-{material}"><datalist id="usual-{material}">{usual}</datalist></div>'
        )

    # -- clocks -------------------------------------------------------------------------------

    def _clock(self) -> str:
        lasting = [pause for pause in self.found.case.pauses if pause.end is None]
        return "".join(map(self._resume, lasting)) + self._pause(lasting) + self._extend(lasting)

    def _resume(self, pause: Pause) -> str:
        inside = (
            f"<p>{escape(pause.name)}自 {escape(words.day_words(pause.begin))} 起，"
            f"批准人 {escape(pause.approver)}。</p>"
            + draw_field(
                "恢复计时日", "on", more=_day(self.today), value=self.today.isoformat()
            )
            + f'<input type="hidden" name="procedure" value="{escape(pause.code)}">'
            "<button>恢复计时</button>"
        )  # fmt: skip
        return self._form("resume", inside, f"{pause.name}结束")

    def _pause(self, lasting: list[Pause]) -> str:
        kept, codes = self._kept("pause"), {pause.code for pause in lasting}
        options = {
            one.code: f"{one.name}（{one.basis}）"
            for one in self.desk.lists.procedures()
            if one.code not in codes
        }
        if not options:
            return ""
        inside = (
            draw_choice("程序", "procedure", options, kept.get("procedure", ""))
            + draw_field(
                "起算日", "on", more=_day(self.today),
                value=kept.get("on", "") or self.today.isoformat(),
            )
            + draw_field(
                "批准人", "approver", more='required maxlength="60"',
                value=kept.get("approver", ""),
            )
            + draw_area(
                "理由", "reason", most=MOST_REASON, more="required", value=kept.get("reason", "")
            )
            + "<button>暂停计时</button>"
        )  # fmt: skip
        return self._folded("pause", inside, "特别程序（所需时间不计入办理时限）")

    def _extend(self, lasting: list[Pause]) -> str:
        if self.found.case.extension or lasting:
            return ""
        kept = self._kept("extend")
        inside = (
            draw_field(
                "延长工作日", "days", value=kept.get("days", ""),
                more=f'type="number" min="1" max="{EXTENSION_LIMIT}" required',
            )
            + draw_field(
                "批准人（行政机关负责人）", "approver", more='required maxlength="60"',
                value=kept.get("approver", ""),
            )
            + draw_area(
                "理由（将告知申请人）", "reason", most=MOST_REASON, more="required",
                value=kept.get("reason", ""),
            )
            + "<button>延长</button>"
        )  # fmt: skip
        legend = f"延长审批（一次，最多 {EXTENSION_LIMIT} 个工作日）"
        return self._folded("extend", inside, legend)


def _day(today: date) -> str:
    return f'type="date" required max="{today.isoformat()}"'
