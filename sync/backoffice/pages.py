"""Draw the read-only pages as HTML: cases as they arrive, chains, refusals, leases, progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from app.domain.case import CaseState
from app.domain.hall import HALL_ZONE, Hall
from app.domain.ticket import TicketState
from sync.backoffice import blobs
from sync.backoffice.database import Transaction
from sync.backoffice.queue.rows import hall_day

STATES: dict[CaseState, tuple[str, str]] = {
    CaseState.OPEN: ("办理中", "plain"),
    CaseState.ACCEPTED: ("已受理", "good"),
    CaseState.ACCEPTED_DEFERRED: ("容缺受理", "good"),
    CaseState.ACCEPTED_ON_PROMISE: ("告知承诺受理", "good"),
    CaseState.NOTICED: ("已告知补正", "warn"),
    CaseState.REJECTED: ("不予受理", "bad"),
    CaseState.RECEIVED: ("已收件", "plain"),
    CaseState.DEEMED_ACCEPTED: ("视为受理", "warn"),
    CaseState.ABANDONED: ("未办", "mute"),
    CaseState.LEFT: ("留待续办", "plain"),
    CaseState.SUPPLEMENT: ("待补齐", "warn"),
    CaseState.FINISHED: ("已办结，待领取", "good"),
    CaseState.HANDED_OUT: ("已出件", "good"),
}
_LINE: dict[TicketState, str] = {
    TicketState.WAITING: "等候",
    TicketState.CALLED: "呼叫",
    TicketState.SERVING: "办理",
    TicketState.FINISHED: "完成",
    TicketState.PASSED: "过号",
    TicketState.HELD: "挂起",
    TicketState.DROPPED: "弃号",
}
_SHOWN = 100

_STYLE = """
:root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--ink:#1d2330;--soft:#697084;--line:#e3e6ec;
--accent:#1f5fbf;--good:#1b7a43;--warn:#9a6200;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#15181e;--card:#1d212a;--ink:#e7eaf0;--soft:#98a0b3;
--line:#2d3340;--accent:#7fb0ff;--good:#6fcf97;--warn:#f2b950;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.6
"Noto Sans CJK SC","Source Han Sans SC",
"PingFang SC","Microsoft YaHei",sans-serif}
header,main{max-width:1180px;margin:0 auto;padding:0 24px}
header{padding-top:28px;padding-bottom:4px;display:flex;align-items:baseline;gap:16px;flex-wrap:wrap}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:0 0 10px}
header span,.note{color:var(--soft);font-size:13px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;
margin:16px 0;overflow-x:auto}
.sums{display:flex;gap:12px;flex-wrap:wrap;margin:16px 0}
.sums div{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:12px 20px;min-width:128px}
.sums b{display:block;font-size:26px;line-height:1.25;font-variant-numeric:tabular-nums}
.sums span{color:var(--soft);font-size:13px}
table{border-collapse:collapse;width:100%}
th{font-weight:500;color:var(--soft);font-size:13px;text-align:left}
th,td{padding:7px 14px 7px 0;border-bottom:1px solid var(--line);white-space:nowrap}
tr:last-child td{border-bottom:0}
td.wide{white-space:normal;min-width:220px}
code{font:13px/1.4 ui-monospace,"DejaVu Sans Mono",monospace}
.tag{display:inline-block;padding:0 10px;border-radius:99px;border:1px solid currentColor;
font-size:13px}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.mute,.plain{color:var(--soft)}
a{color:var(--accent)}
nav{margin-left:auto;display:flex;gap:14px;align-items:center}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:10px 0 0}
dt{color:var(--soft)}dd{margin:0;white-space:pre-line;overflow-wrap:anywhere}
h3{font-size:15px;margin:0 0 10px}
label{display:inline-flex;flex-direction:column;gap:3px;margin:0 14px 10px 0;font-size:13px;
color:var(--soft)}
label.broad,label:has(.broad){display:flex;max-width:760px}
fieldset{border:0;padding:0;margin:0 0 10px}fieldset label,.ask label{flex-direction:row;gap:7px;
align-items:center;font-size:15px;color:var(--ink)}
input,select,textarea,button{font:inherit;color:var(--ink);background:var(--bg);padding:6px 10px;
border:1px solid var(--line);border-radius:7px}
input[type=checkbox],input[type=radio]{width:17px;height:17px;padding:0}
button{background:var(--accent);border-color:var(--accent);color:var(--card);cursor:pointer}
button.quiet{background:none;color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
summary{cursor:pointer;color:var(--accent);margin-bottom:8px}
.ask{display:flex;gap:12px;align-items:center;flex-wrap:wrap;margin-bottom:6px}
.ask label{min-width:280px;margin:0}.ask input[list]{flex:1;min-width:240px}
.told{border-left:5px solid currentColor}td form{display:flex;gap:8px;align-items:end}
td form label{margin:0}td summary{margin:0}
.find{display:flex;align-items:end;gap:4px;margin:16px 0 0}.find label{margin:0}
.slip label{display:flex;text-align:left}.slip input{width:100%}
.slip{max-width:460px;margin:12vh auto;text-align:center}
.slip .state{font-size:34px;margin:14px 0 4px;font-weight:600}
"""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def overview(connection: Transaction, hall: Hall, now: datetime, line: str) -> str:
    """The page that shows cases as they arrive, and the hall's line as it was drawn."""
    count = connection.execute
    day = hall_day(now)
    sums = (
        ("办件", count("SELECT count(*) FROM cases").fetchone()[0]),
        ("事件", count("SELECT count(*) FROM entries").fetchone()[0]),
        (
            "待处理退回",
            count("SELECT count(*) FROM entries WHERE outcome = 'refused'").fetchone()[0],
        ),
        (
            "大厅等候",
            count(
                "SELECT count(*) FROM tickets WHERE day = ? AND state = 'waiting'",
                (day,),
            ).fetchone()[0],
        ),
    )
    boxes = "".join(f"<div><b>{value}</b><span>{name}</span></div>" for name, value in sums)
    body = (
        f"<header><h1>{escape(hall.head.name)} · 后台</h1>"
        f"<span>每 5 秒自动刷新 · {draw_time(now.isoformat())}</span></header><main>"
        f'<div class="sums">{boxes}</div>'
        + line
        + draw_section("最近办件", _cases(connection), "还没有办件到达。")
        + draw_section("缺扫描页的办件", _lacking(connection), "没有：扫描页都到齐了。")
        + draw_section("窗口数据链", _chains(connection), "还没有窗口连接过。")
        + draw_section("退回与暂存的事件", draw_exceptions(connection), "没有。")
        + draw_section("号段与号票", _leases(connection, day), "还没有发出。")
        + '<p class="note"><a href="/orders">督导：对窗口说、放开办件</a> · '
        + '<a href="/devices">设备</a> · <a href="/demands">清单外要求与重复告知</a>'
        + "（需要口令）</p></main>"
    )
    return draw_page(hall.head.name, body, refresh=5)


def _cases(connection: Transaction) -> str:
    rows = connection.execute(
        "SELECT number, state, item_name, department, window, applicant, updated_at FROM cases"
        " ORDER BY changed DESC LIMIT ?",
        (_SHOWN,),
    )
    return draw_table(
        ("办件编号", "状态", "事项", "部门", "窗口", "申请人", "更新"),
        [
            (
                f"<code>{escape(row[0] or '—')}</code>", draw_state(CaseState(row[1]), row[0]),
                escape(row[2] or "—"), escape(row[3] or "—"), escape(row[4]),
                escape(row[5] or "—"), draw_time(row[6]),
            )
            for row in rows
        ],
        wide=2,
    )  # fmt: skip


def _lacking(connection: Transaction) -> str:
    return draw_table(
        ("办件编号", "事项", "窗口", "扫描页"),
        [
            (
                f"<code>{escape(one.number or '—')}</code>", escape(one.item_name or "—"),
                escape(one.window),
                f"缺 {one.pages} 页" + (f"，其中 {one.refused} 页被退回" if one.refused else ""),
            )
            for one in blobs.lacking_overview(connection, _SHOWN)
        ],
        wide=1,
    )  # fmt: skip


def _chains(connection: Transaction) -> str:
    rows = connection.execute(
        "SELECT device, acknowledged, head, set_aside, fault, seen_at FROM chains"
        " ORDER BY device, id LIMIT ?",
        (_SHOWN,),
    )
    return draw_table(
        ("窗口设备", "完整至", "链首", "状况", "最近联系"),
        [
            (
                escape(row[0]), str(row[1]), f"<code>{escape(row[2][:8])}</code>",
                _chain_state(row[3], row[4]), draw_time(row[5]),
            )
            for row in rows
        ],
    )  # fmt: skip


def _chain_state(set_aside: str, fault: str) -> str:
    if set_aside:
        return f'<span class="tag bad">已停收 {escape(set_aside)}</span>'
    if fault:
        return f'<span class="tag warn">有误 {escape(fault)}</span>'
    return '<span class="tag good">完整</span>'


def draw_exceptions(connection: Transaction) -> str:
    """What windows recorded and the back office does not apply, or not yet."""
    rows = connection.execute(
        "SELECT c.device, e.seq, e.kind, e.outcome, e.code, e.received_at FROM entries e"
        " JOIN chains c ON c.id = e.chain WHERE e.outcome IN ('refused', 'parked')"
        " ORDER BY e.arrival DESC LIMIT ?",
        (_SHOWN,),
    )
    return draw_table(
        ("窗口设备", "序号", "事件", "处理", "原因", "收到"),
        [
            (
                escape(row[0]), str(row[1]), f"<code>{escape(row[2])}</code>",
                '<span class="tag bad">退回</span>' if row[3] == "refused"
                else '<span class="tag warn">暂存</span>',
                f"<code>{escape(row[4])}</code>", draw_time(row[5]),
            )
            for row in rows
        ],
    )  # fmt: skip


def _leases(connection: Transaction, day: str) -> str:
    blocks = connection.execute(
        "SELECT device, first, last, confirmed, given_at FROM number_blocks"
        " ORDER BY first DESC LIMIT 20"
    )
    table = [
        (
            escape(row[0]), f"号段 {row[1]}–{row[2]}", "已确认" if row[3] else "待确认",
            draw_time(row[4]),
        )
        for row in blocks
    ]  # fmt: skip
    line = connection.execute(
        "SELECT device, number, state, taken_at FROM tickets WHERE day = ?"
        " ORDER BY taken_at, number LIMIT ?",
        (day, _SHOWN),
    )
    table += [
        (
            escape(row[0] or "大厅"), f"号票 {escape(row[1])}", _LINE[TicketState(row[2])],
            draw_time(row[3]),
        )
        for row in line
    ]  # fmt: skip
    return draw_table(("持有", "内容", "状态", "时间"), table)


def draw_page(title: str, body: str, *, refresh: int = 0) -> str:
    """``refresh``: after so many seconds, 0 for never."""
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"{again}<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{body}</body></html>"
    )


def draw_section(title: str, table: str, empty: str) -> str:
    return f"<section><h2>{title}</h2>{table or f'<p class=note>{empty}</p>'}</section>"


def draw_table(heads: Sequence[str], rows: Iterable[Sequence[str]], wide: int = -1) -> str:
    """``rows`` hold HTML already escaped. "" where there are none."""
    lines = [
        "<tr>"
        + "".join(
            f'<td class="wide">{cell}</td>' if place == wide else f"<td>{cell}</td>"
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    ]
    if not lines:
        return ""
    top = "".join(f"<th>{head}</th>" for head in heads)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def state_words(state: CaseState, number: str | None) -> tuple[str, str]:
    """(words, tone). One that has its number and is open again: the applicant came back."""
    return ("补正办理中", "plain") if number and state is CaseState.OPEN else STATES[state]


def draw_state(state: CaseState, number: str | None) -> str:
    words, tone = state_words(state, number)
    return f'<span class="tag {tone}">{words}</span>'


def draw_time(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(HALL_ZONE):%m-%d %H:%M:%S}"
