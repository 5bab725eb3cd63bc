"""Draw the page of 差评: what each says, by when it must be set right, and what was done."""

from __future__ import annotations

from datetime import datetime
from html import escape

from app.domain.hall import HALL_ZONE, Hall
from app.domain.rating import RatingLevels
from app.domain.ticket_events import RatingStep
from sync.backoffice.database import Transaction
from sync.backoffice.departments.lists import Lists
from sync.backoffice.forms import draw_form
from sync.backoffice.pages import draw_page, draw_section, draw_table, draw_time
from sync.backoffice.ratings.records import RatingRecord, ratings

PAGE = "/ratings"
LONGEST_TEXT = 200
_SHOWN = 200
_STEPS = {RatingStep.CALLED_BACK: "回访", RatingStep.RECTIFIED: "整改"}


def draw_ratings(
    reader: Transaction, hall: Hall, lists: Lists, levels: RatingLevels, now: datetime, token: str,
    *, said: str = "",
) -> str:  # fmt: skip
    found = list(ratings(reader, worst=2, limit=100_000))[-_SHOWN:]
    open_ones = [one for one in found if len(one.answers) < len(_STEPS)]
    done = [one for one in found if len(one.answers) == len(_STEPS)]
    today = now.astimezone(HALL_ZONE).date()

    def row(one: RatingRecord) -> tuple[str, ...]:
        due = one.due(lists)
        late = due < today and RatingStep.RECTIFIED not in one.answers
        names = {reason.id: reason.name for reason in levels.get(one.rated.score).reasons}
        why = "、".join(names.get(reason, reason) for reason in one.rated.reasons)
        words = "；".join(part for part in (why, one.rated.text) if part) or "没有说为什么"
        cases = "、".join(part.case.number or part.case.item_name for part in one.cases)
        return (
            draw_time(one.at.isoformat()),
            escape(levels.get(one.rated.score).name),
            escape(words),
            escape(" ".join(part for part in (one.ticket, cases) if part)),
            escape(f"{one.rated.window} · {one.rated.clerk}"),
            f"<b>{due:%m-%d} 已过期</b>" if late else f"{due:%m-%d}",
            "".join(_step(one, step, name, token) for step, name in _STEPS.items()),
        )

    heads = ("时间", "评价", "原因", "号票和办件", "窗口和工号", "整改期限", "回访和整改")
    body = (
        f"<header><h1>{escape(hall.head.name)} · 差评</h1>"
        f"<span>{draw_time(now.isoformat())}</span></header><main>"
        + (f"<section><p><b>{escape(said)}</b></p></section>" if said else "")
        + draw_section("要回访、要整改的", draw_table(heads, map(row, open_ones)), "没有。")
        + draw_section("已经办完的", draw_table(heads, map(row, reversed(done))), "没有。")
        + '<p class="note">差评逐条回访，15 个工作日内整改（国办发〔2019〕51号）。'
        '<a href="/orders">督导</a> · <a href="/">办件</a></p></main>'
    )
    return draw_page(hall.head.name, body)


def _step(one: RatingRecord, step: RatingStep, words: str, token: str) -> str:
    done = one.answers.get(step)
    if done is not None:
        text, actor, at = done
        return f"<p>{words}：{escape(text)}（{escape(actor)}，{draw_time(at.isoformat())}）</p>"
    inside = (
        f'<input name="text" required maxlength="{LONGEST_TEXT}" size="18"'
        f' placeholder="{words}的结果"> <button>记下{words}</button>'
    )
    return draw_form(PAGE, token, {"rating": one.id, "step": step.value}, inside)
