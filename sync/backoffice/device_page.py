"""Draw the supervisors' page of devices: who may speak, how their chains stand, what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape

from app.domain.hall import Hall
from sync.backoffice.database import Transaction
from sync.backoffice.forms import draw_button, draw_form
from sync.backoffice.pages import draw_page, draw_section, draw_table, draw_time
from sync.devices import LARGE_SKEW, LONGEST_CODE_MINUTES, SHORTEST_CODE_MINUTES, CodeAnswer

_SHOWN = 2000
_ACTS = {
    "code": "发登记码",
    "enrolled": "登记",
    "revoke": "停用",
    "release": "恢复收数",
    "take-up": "收录隔离数据",
    "dismiss": "不予收录",
}
PAGE = "/devices"

Form = Callable[[dict[str, str], str], str]  # hidden fields and a button's words to HTML


def devices(
    connection: Transaction, hall: Hall, now: datetime, token: str, *, said: str = "",
    code: CodeAnswer | None = None,
) -> str:  # fmt: skip
    """``said`` is what came of the last act, ``code`` one just made: it is shown this once."""

    def form(hidden: dict[str, str], words: str) -> str:
        return draw_form(PAGE, token, hidden, draw_button(words))

    top = "".join(
        (
            f"<section><p><b>{escape(said)}</b></p></section>" if said else "",
            _code_made(code) if code else "",
            _new_code(token),
        )
    )
    body = (
        f"<header><h1>{escape(hall.head.name)} · 设备</h1>"
        f"<span>{draw_time(now.isoformat())}</span></header><main>{top}"
        + draw_section("已登记的设备", _devices(connection, form), "还没有设备登记。")
        + draw_section("数据链", _chains(connection, form), "还没有设备连接过。")
        + draw_section("隔离的数据（来自已停用的设备）", _kept(connection, form), "没有。")
        + draw_section("最近操作", _acts(connection), "没有。")
        + "</main>"
    )
    return draw_page(hall.head.name, body)


def _new_code(token: str) -> str:
    inside = (
        '<label>设备 <input name="device" required maxlength="64" placeholder="W03"></label> '
        f'<label>有效 <input name="minutes" type="number" value="60" min="{SHORTEST_CODE_MINUTES}"'
        f' max="{LONGEST_CODE_MINUTES}"> 分钟</label> <button>发登记码</button>'
    )
    form = draw_form(PAGE, token, {"act": "code"}, inside)
    return f"<section><h2>登记一台设备</h2>{form}</section>"


def _code_made(code: CodeAnswer) -> str:
    shown = f"，证书指纹 <code>{escape(code.fingerprint)}</code>" if code.fingerprint else ""
    return (
        f"<section><h2>{escape(code.device)} 的登记码（只显示这一次）</h2>"
        f'<p style="font-size:30px"><code style="font-size:30px">{escape(code.code)}</code></p>'
        f"<p class=note>有效至 {draw_time(code.ends_at)}{shown}。在窗口上运行 onewindow enrol，"
        "或在“后台”页里输入。</p></section>"
    )


def _devices(connection: Transaction, form: Form) -> str:
    rows = connection.execute(
        "SELECT device, install, enrolled_at, revoked_at, seen_at, version, skew FROM devices"
        " ORDER BY device LIMIT ?",
        (_SHOWN,),
    ).fetchall()
    return draw_table(
        ("设备", "状况", "登记", "最近联系", "程序", "时钟", "操作"),
        [
            (
                escape(row[0]),
                '<span class="tag bad">已停用</span>' if row[3]
                else '<span class="tag good">可用</span>',
                draw_time(row[2]), draw_time(row[4]) if row[4] else "—", escape(row[5] or "—"),
                _clock(row[6]),
                "" if row[3] else form({"act": "revoke", "device": row[0]}, "停用"),
            )
            for row in rows
        ],
    )  # fmt: skip


def _clock(skew: int) -> str:
    if abs(skew) <= LARGE_SKEW:
        return "准"
    way = "快" if skew > 0 else "慢"
    return f'<span class="tag warn">{way} {abs(skew) // 60} 分钟</span>'


def _chains(connection: Transaction, form: Form) -> str:
    rows = connection.execute(
        "SELECT c.device, c.install, c.acknowledged, c.head, c.set_aside, c.fault, c.seen_at,"
        " s.former_device, s.former_install FROM chains c"
        " LEFT JOIN successions s ON s.device = c.device AND s.install = c.install"
        " ORDER BY c.device, c.seen_at DESC LIMIT ?",
        (_SHOWN,),
    ).fetchall()
    return draw_table(
        ("设备", "链", "完整至", "链首", "状况", "接续", "最近数据", "操作"),
        [
            (
                escape(row[0]), f"<code>{escape(row[1][:8])}</code>", str(row[2]),
                f"<code>{escape(row[3][:8])}</code>", _chain_state(row[4], row[5]),
                f"{escape(row[7])} <code>{escape(row[8][:8])}</code>" if row[7] else "—",
                draw_time(row[6]),
                form({"act": "release", "device": row[0], "install": row[1]}, "恢复收数")
                if row[4] else "",
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


def _kept(connection: Transaction, form: Form) -> str:
    """One line for each chain; never what the entries say."""
    rows = connection.execute(
        "SELECT q.device, q.install, count(*), min(q.seq), max(q.seq), max(q.received_at),"
        " count(e.id) FROM quarantine q LEFT JOIN entries e ON e.id = q.id AND e.first = 1"
        " WHERE q.state = 'waiting' GROUP BY q.device, q.install"
        " ORDER BY q.device, q.install LIMIT ?",
        (_SHOWN,),
    ).fetchall()
    return draw_table(
        ("设备", "链", "条数", "序号", "其中已另行到达", "最近收到", "操作"),
        [
            (
                escape(row[0]), f"<code>{escape(row[1][:8])}</code>", str(row[2]),
                f"{row[3]}–{row[4]}", str(row[6]), draw_time(row[5]),
                form({"act": "take-up", "device": row[0], "install": row[1]}, "收录")
                + form({"act": "dismiss", "device": row[0], "install": row[1]}, "不予收录"),
            )
            for row in rows
        ],
    )  # fmt: skip


def _acts(connection: Transaction) -> str:
    rows = connection.execute(
        "SELECT at, act, device, actor FROM device_acts ORDER BY at DESC LIMIT 50"
    ).fetchall()
    return draw_table(
        ("时间", "操作", "设备", "操作人"),
        [
            (draw_time(row[0]), _ACTS.get(row[1], row[1]), escape(row[2]), escape(row[3] or "—"))
            for row in rows
        ],
    )
