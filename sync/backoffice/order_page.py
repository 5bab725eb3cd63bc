"""Draw the supervisors' page: a word to the windows, and cases that lie open at one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape

from app.domain.events import OrderGiven
from app.domain.hall import HALL_ZONE, Hall
from app.domain.journal import decode_event
from sync.backoffice.database import Transaction
from sync.backoffice.forms import draw_button, draw_form
from sync.backoffice.pages import draw_page, draw_section, draw_table, draw_time

PAGE = "/orders"
LONGEST_TEXT = 100  # signs; it stands in one line above a clerk's work
_SHOWN = 200
_LASTS = ((15, "15 分钟"), (60, "1 小时"), (240, "4 小时"), (1440, "到明天此时"))


def orders(
    connection: Transaction, hall: Hall, now: datetime, token: str, order: str, *, said: str = ""
) -> str:
    """``order`` names the next one, ``said`` is what came of the last act."""
    body = (
        f"<header><h1>{escape(hall.head.name)} · 督导</h1>"
        f"<span>{draw_time(now.isoformat())}</span></header><main>"
        + (f"<section><p><b>{escape(said)}</b></p></section>" if said else "")
        + _new_order(connection, token, order)
        + draw_section("最近的指令", _given(connection, token, now), "还没有发过指令。")
        + draw_section("窗口上开着的办件", _open(connection, token), "没有。")
        + '<p class="note"><a href="/ratings">差评</a> · <a href="/devices">设备</a> · '
        '<a href="/">办件</a></p></main>'
    )
    return draw_page(hall.head.name, body)


def _new_order(connection: Transaction, token: str, order: str) -> str:
    devices = connection.execute(
        "SELECT device FROM devices WHERE revoked_at = '' ORDER BY device LIMIT ?", (2000,)
    )
    whom = "".join(f"<option>{escape(row[0])}</option>" for row in devices)
    lasts = "".join(f'<option value="{minutes}">{words}</option>' for minutes, words in _LASTS)
    inside = (
        f'<p><label>内容 <input name="text" required maxlength="{LONGEST_TEXT}" size="48"'
        ' placeholder="一行话，显示在窗口屏幕上方" autofocus></label></p>'
        f'<p><label>发给 <select name="device"><option value="">全部窗口</option>{whom}</select>'
        f'</label> <label>显示 <select name="minutes">{lasts}</select></label> '
        "<button>发出</button></p>"
    )
    form = draw_form(PAGE, token, {"act": "order", "order": order}, inside)
    return f"<section><h2>对窗口说</h2>{form}</section>"


def given_orders(connection: Transaction) -> Iterator[tuple[OrderGiven, str]]:
    """With whom each was for (its subject), the newest first."""
    for _, subject, _, event in _orders(connection):
        yield event, subject


def _orders(connection: Transaction) -> Iterator[tuple[str, str, str, OrderGiven]]:
    rows = connection.execute(
        "SELECT at, subject, actor, kind, version, body FROM entries WHERE kind = 'OrderGiven'"
        " AND outcome = 'applied' ORDER BY arrival DESC LIMIT ?",
        (_SHOWN,),
    ).fetchall()
    for at, subject, actor, *fact in rows:
        event = decode_event(*fact)
        if isinstance(event, OrderGiven):
            yield at, subject, actor, event


def _given(connection: Transaction, token: str, now: datetime) -> str:
    lines = []
    ended: set[str] = set()
    for at, subject, actor, event in _orders(connection):
        if not event.text:
            ended.add(event.order)
            continue
        back = event.order in ended
        holds = not back and (event.until is None or event.until > now)
        lines.append(
            (
                draw_time(at), escape(subject.partition(":")[2] or "全部窗口"),
                escape(event.text),
                '<span class="tag mute">已收回</span>' if back else _until(event.until, now),
                escape(actor),
                draw_form(PAGE, token, {"act": "end", "order": event.order}, draw_button("收回"))
                if holds else "",
            )
        )  # fmt: skip
    return draw_table(("时间", "发给", "内容", "显示到", "谁", ""), lines, wide=2)


def _until(until: datetime | None, now: datetime) -> str:
    if until is None:
        return "一直"
    if until <= now:
        return '<span class="tag mute">已过</span>'
    return f"{until.astimezone(HALL_ZONE):%m-%d %H:%M}"


def _open(connection: Transaction, token: str) -> str:
    rows = connection.execute(
        "SELECT id, number, item_name, applicant, window, opened_at, received_at FROM cases"
        " WHERE state = 'open' ORDER BY opened_at LIMIT ?",
        (_SHOWN,),
    ).fetchall()
    return draw_table(
        ("打开", "窗口", "事项", "申请人", "编号", "最近数据", "放开给任何窗口"),
        [
            (
                draw_time(row[5]), escape(row[4]), escape(row[2] or "还没选"),
                escape(row[3] or "—"), f"<code>{escape(row[1] or '—')}</code>",
                draw_time(row[6]), _free(row[0], token),
            )
            for row in rows
        ],
        wide=2,
    )  # fmt: skip


def _free(case_id: str, token: str) -> str:
    inside = (
        f'<input name="text" required maxlength="{LONGEST_TEXT}" size="14" placeholder="为什么"'
        ' aria-label="为什么放开"> <button>放开</button>'
    )
    return draw_form(PAGE, token, {"act": "free", "case": case_id}, inside)
