"""What a supervisor is asked before an act: about what, which fields, and what will come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.hall import Hall
from app.domain.queue_view import HallView, TicketView, WindowState, WindowView
from app.domain.ticket import TicketState
from app.domain.ticket_events import NO_PRIORITY, WindowOrder
from ui.kit.texts import say
from ui.viewmodels.supervisor_names import lost_since, window_name
from ui.viewmodels.viewmodel import Note

_NAMED = 8
MOVABLE = frozenset({TicketState.WAITING, TicketState.PASSED, TicketState.HELD})


class Ask(StrEnum):
    ASSIGN = "assign"
    REPLACE = "replace"
    OPEN = "open"
    PAUSE = "pause"
    CLOSE = "close"
    MESSAGE = "message"
    SKILLS = "skills"
    HALT = "halt"
    RESUME = "resume"
    UNDO = "undo"


ORDERS = {
    Ask.OPEN: WindowOrder.OPEN, Ask.PAUSE: WindowOrder.PAUSE, Ask.CLOSE: WindowOrder.CLOSE,
    Ask.MESSAGE: WindowOrder.MESSAGE,
}  # fmt: skip
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActForm:
    """``targets`` are ids of tickets, windows or one act. ``armed``: asked once, and asks again
    before it is done. Empty options are not asked."""

    ask: Ask
    targets: tuple[str, ...]
    about: str
    button: str
    warn: str = ""
    lines: Options = ()
    windows: Options = ()
    priorities: Options = ()
    skills: Options = ()
    serves: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()
    reason_words: str = ""
    twice: bool = False
    armed: bool = False
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was chosen and typed. "" leaves a line and a priority, and means any window."""

    reason: str
    business: str = ""
    window: str = ""
    priority: str = ""
    serves: frozenset[str] = frozenset()
    today: bool = False


def assign_form(view: HallView, hall: Hall, tickets: Sequence[TicketView]) -> ActForm:
    windows = {one.id: one for one in view.windows}
    names = {one.id: one.number for one in tickets}
    keep = ("", say("业务不变"))
    return ActForm(
        ask=Ask.ASSIGN, targets=tuple(names), button=say("转移"),
        about=say("转移 {what}", what=_listed(tuple(names.values()))),
        warn=_held_words(tickets, windows),
        lines=(keep, *((one.id, one.name) for one in hall.businesses)),
        windows=(("", say("任意窗口")), *_window_options(view)),
        priorities=(
            ("", say("优先不变")), (NO_PRIORITY, say("去掉优先")),
            *((one.id, one.name) for one in view.policy.priorities),
        ),
        reasons=(say("窗口断线"), say("等得太久"), say("专人办理")),
    )  # fmt: skip


def replace_form(view: HallView, tickets: Sequence[TicketView]) -> ActForm:
    windows = {one.id: one for one in view.windows}
    reachable = [
        one for one in tickets
        if one.holder and (held := windows.get(one.holder)) and held.state is not WindowState.LOST
    ]  # fmt: skip
    warn = say("旧号作废，新号站原来的位置；小票在本机打印，请当面换给本人。")
    if reachable:
        warn = say(
            "{what} 所在的窗口连得上：一般转移就行，不用换号。",
            what=_listed([one.number for one in reachable]),
        )  # fmt: skip
    return ActForm(
        ask=Ask.REPLACE, targets=tuple(one.id for one in tickets), button=say("换号并打印"),
        about=say("换号 {what}", what=_listed([one.number for one in tickets])), warn=warn,
        reasons=(say("窗口断线，联系不上"), say("小票丢了")),
    )  # fmt: skip


def order_form(ask: Ask, view: HallView, hall: Hall, targets: Sequence[str]) -> ActForm:
    windows = {one.id: one for one in view.windows}
    all_of_them = len(targets) > 1 and len(targets) == len(hall.windows)
    what = say("全部窗口") if all_of_them else _listed(
        [window_name(windows.get(one), one) for one in targets]
    )  # fmt: skip
    words = {
        Ask.OPEN: say("开窗"), Ask.PAUSE: say("暂停窗口"), Ask.CLOSE: say("关窗"),
        Ask.MESSAGE: say("发消息"),
    }[ask]  # fmt: skip
    lost = [one for key in targets if (one := windows.get(key)) and one.state is WindowState.LOST]
    warn = ""
    if lost:
        warn = say(
            "{what}：连上以后才照办。",
            what=say("、").join(f"{window_name(one)} {lost_since(one)}" for one in lost[:_NAMED]),
        )
    elif ask in {Ask.PAUSE, Ask.CLOSE}:
        warn = say("手上的人办完为止；它手上等候的号回到大厅的队里。")
    return ActForm(
        ask=ask, targets=tuple(targets), button=words, warn=warn,
        about=say("{act}：{what}", act=words, what=what),
        reasons=tuple(view.policy.pause_reasons) if ask is Ask.PAUSE else (),
        reason_words=say("消息") if ask is Ask.MESSAGE else "",
    )  # fmt: skip


def skills_form(view: HallView, hall: Hall, targets: Sequence[str]) -> ActForm:
    windows = {one.id: one for one in view.windows}
    every = frozenset(one.id for one in hall.businesses)
    warn = say("选全部就是什么都办。已经在窗口手上的号不动。")
    if view.policy_until:
        warn += say("现在的规则只到今天：选“到再改为止”，今天临时的也一直有效。")
    named = next((one for one in view.policy.skills if one.window == targets[0]), None)
    return ActForm(
        ask=Ask.SKILLS, targets=tuple(targets), button=say("改业务范围"),
        about=say(
            "{what} 办哪些业务",
            what=_listed([window_name(windows.get(one), one) for one in targets]),
        ),
        warn=warn,
        skills=tuple((one.id, one.name) for one in hall.businesses),
        serves=frozenset(named.businesses) if named else every,
    )  # fmt: skip


def halt_form(view: HallView) -> ActForm:
    if view.halted:
        return ActForm(
            ask=Ask.RESUME, targets=(), button=say("全厅恢复"), about=say("恢复取号和叫号"),
            warn=say("所有人站原来的位置，一个号不少。"), twice=True,
        )  # fmt: skip
    return ActForm(
        ask=Ask.HALT, targets=(), button=say("全厅停止"), about=say("紧急停止：不取号，不叫号"),
        warn=say("正在办的办完为止；等候的人都留在原来的位置，恢复后接着叫。断线的窗口连上才停。"),
        reasons=(say("消防疏散"), say("停电"), say("系统故障")), twice=True,
    )  # fmt: skip


def undo_form(act_id: str, title: str) -> ActForm:
    return ActForm(
        ask=Ask.UNDO, targets=(act_id,), button=say("撤销"),
        about=say("撤销：{act}", act=title), reasons=(say("点错了"), say("情况变了")),
        warn=say("撤销也是一条指令：照原来的样子改回去，两条都留在记录里。"),
    )  # fmt: skip


def missing(form: ActForm, filled: Filled) -> str:
    """Why it cannot be sent yet, "" where it can."""
    if form.skills and not filled.serves:
        return say("至少留一类业务；一类都不办请用关窗。")
    if not filled.reason.strip():
        return say("先写消息。") if form.ask is Ask.MESSAGE else say("先写理由：会记在记录里。")
    return ""


def _window_options(view: HallView) -> Options:
    def name(window: WindowView) -> str:
        if window.state is WindowState.LOST:
            return say("{number} 号窗口（断线）", number=window.number)
        if window.state is WindowState.CLOSED:
            return say("{number} 号窗口（未开）", number=window.number)
        return window_name(window)

    return tuple((one.id, name(one)) for one in view.windows)


def _held_words(tickets: Sequence[TicketView], windows: dict[str, WindowView]) -> str:
    """Whom must be waited for before all of them are moved."""
    held: dict[str, list[str]] = {}
    for one in tickets:
        if one.state is TicketState.WAITING and one.holder:
            held.setdefault(one.holder, []).append(one.number)
    told = []
    for holder, numbers in held.items():
        window = windows.get(holder)
        words = say(
            "{what} 在 {window}手上，先向它要回",
            what=_listed(numbers), window=window_name(window, holder),
        )  # fmt: skip
        if window is not None and window.state is WindowState.LOST:
            words = say(
                "{what} 在 {window}手上（{lost}）：要等它连上；本人等不了就用换号",
                what=_listed(numbers), window=window_name(window), lost=lost_since(window),
            )  # fmt: skip
        told.append(words)
    return say("；").join(told) + say("。") if told else ""


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    shown = say("、").join(names[:_NAMED])
    more = say(" 等 {n} 个", n=len(names)) if len(names) > _NAMED else ""
    return shown + more
