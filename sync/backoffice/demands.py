"""Show supervisors and auditors what windows tried to demand and the program refused."""

from __future__ import annotations

from datetime import datetime
from html import escape

from app.domain.case_events import DemandKind, DemandRefused
from app.domain.errors import AppError
from app.domain.hall import Hall
from app.domain.journal import decode_event
from sync.backoffice.database import Transaction
from sync.backoffice.pages import draw_page, draw_section, draw_table, draw_time

_SHOWN = 500
_KINDS = {
    DemandKind.BEYOND_LIST: ("清单外要求", "bad"),
    DemandKind.TOLD_AGAIN: ("重复告知", "warn"),
}


def demands(connection: Transaction, hall: Hall, now: datetime) -> str:
    """The newest first; about cases by their number, never by who applies."""
    rows = connection.execute(
        "SELECT e.at, c.device, e.actor, k.number, k.item_name, e.kind, e.version, e.body"
        " FROM entries e JOIN chains c ON c.id = e.chain"
        " LEFT JOIN cases k ON k.id = substr(e.subject, 6)"
        " WHERE e.kind = 'DemandRefused' AND e.outcome = 'applied'"
        " ORDER BY e.arrival DESC LIMIT ?",
        (_SHOWN,),
    )
    lines: list[tuple[str, ...]] = []
    for at, window, clerk, number, item, kind, version, body in rows:
        try:
            event = decode_event(kind, version, body)
        except AppError:  # erased after its time
            continue
        if isinstance(event, DemandRefused):
            words, tone = _KINDS[event.kind]
            materials = "、".join(event.materials[:50])[:500]
            lines.append(
                (
                    draw_time(at), escape(window), escape(clerk),
                    f"<code>{escape(number or '—')}</code>", escape(item or "—"),
                    f'<span class="tag {tone}">{words}</span>', escape(materials or "—"),
                    escape(event.reason[:200] or "—"),
                )
            )  # fmt: skip
    heads = ("时间", "窗口", "工号", "办件编号", "事项", "类别", "材料", "窗口所述理由")
    body_html = (
        f"<header><h1>{escape(hall.head.name)} · 清单外要求与重复告知</h1>"
        f"<span>系统已拦下，留痕备查 · {draw_time(now.isoformat())}</span></header><main>"
        + draw_section("拦下的要求", draw_table(heads, lines, wide=6), "没有。")
        + "</main>"
    )
    return draw_page(hall.head.name, body_html)
