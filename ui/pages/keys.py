"""Every key of the counter in one table: shortcuts, key caps and the help page come from it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.checklist import Outcome
from ui.kit.formats import outcome_name
from ui.kit.texts import say
from ui.viewmodels.outcomes import ORDER


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """``act`` names the handler; "" for keys that a focused part hears itself."""

    keys: tuple[str, ...]
    act: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGroup:
    title: str
    lines: tuple[KeyLine, ...]


def _line(act: str, words: str, *keys: str) -> KeyLine:
    return KeyLine(keys=keys, act=act, words=words)


def counter_keys() -> tuple[KeyGroup, ...]:
    return (
        KeyGroup(
            title=say("叫号"),
            lines=(
                _line("next", say("叫下一位"), "F2"),
                _line("recall", say("重呼"), "F3"),
                _line("pass", say("过号；办理中为离开（再按留待续办），补正回来的放回"), "F4"),
                _line("take", say("替窗口前的人取号"), "F5"),
                _line("walk_in", say("无号接待"), "Ctrl+N"),
                _line("line", say("到列表：Enter 叫这一位或回呼，Delete 弃号"), "F6"),
                _line("pause", say("暂停叫号；再按恢复"), "Shift+F2"),
                _line("undo", say("撤销上一步"), "Shift+F3"),
                _line("hold", say("挂起：持件、等待、不持件"), "Shift+F4"),
                _line("drop", say("弃号：叫到的人不办了"), "Shift+F5"),
                _line("move", say("转移到别的窗口或业务"), "Shift+F6"),
            ),
        ),
        KeyGroup(
            title=say("申请人和事项"),
            lines=(
                _line("phone", say("登记手机"), "F7"),
                _line("read", say("读卡"), "F8"),
                _line("type", say("手录"), "F9"),
                _line("organisation", say("以单位名义：登记单位"), "Ctrl+O"),
                _line("agent", say("代理人和委托书"), "Ctrl+G"),
                _line("delivery", say("自取还是邮寄"), "Ctrl+P"),
                _line("resume", say("接着办上次没办完的"), "Ctrl+H"),
                _line("find", say("找事项；也可输入告知书上的编号"), "F10"),
                _line("form", say("填申请表；填好再按，打印"), "Ctrl+F"),
                _line("questions", say("回答或改情形：数字键选"), "Ctrl+E"),
                _line("materials", say("到材料表"), "Ctrl+T"),
                _line("scan", say("扫描：收页、转正、分份、归入材料"), "Shift+F8"),
                _line("", say("按住看全号"), "Ctrl+M"),
            ),
        ),
        KeyGroup(
            title=say("材料表（光标所在的一行）"),
            lines=(
                _line("", say("收到：原件和复印件都齐"), say("空格")),
                _line("", say("原件加一份、减一份"), "+", "−"),
                _line("", say("复印件加一份、减一份"), "Shift +", "Shift −"),
                _line("", say("收到电子件（清单允许时）"), "E"),
                _line("", say("不符，写明哪里要改"), "X"),
                _line("", say("以告知承诺代替（清单允许时）"), "P"),
                _line("", say("扫描件：添加 A，拿掉 Delete"), "S"),
                _line("", say("退还，当作没有交"), "Delete"),
                _line("", say("为什么要这份材料"), "?"),
            ),
        ),
        KeyGroup(
            title=say("决定"),
            lines=(
                _line("primary", say("按下填色的按钮"), "Ctrl+Return", "Ctrl+Enter"),
                *(
                    _line(f"outcome:{o.value}", outcome_name(o), key)
                    for o, key in ORDER
                    if o is not Outcome.EACH  # the key of 受理
                ),
                _line("handed", say("记下告知书怎样送达"), "Ctrl+Y"),
                _line("back", say("退一步"), "Esc"),
            ),
        ),
        KeyGroup(
            title=say("本机"),
            lines=(
                _line("help", say("帮助"), "F1"),
                _line("sheets", say("文书：先看再打印；屏上签名、办事指南、报表"), "Shift+F12"),
                _line("clocks", say("办件时限：暂停 P，恢复 R，延长 X"), "Ctrl+J"),
                _line("news", say("消息：别的窗口、部门、督导"), "Ctrl+I"),
                _line("results", say("出件：读卡或扫码找结果，交给申请人"), "Ctrl+U"),
                _line("supervisor", say("督导：大厅、排队号、规则、统计"), "Ctrl+Shift+S"),
                _line("outbox", say("送后台的记录"), "F11"),
                _line("papers", say("打印的纸"), "F12"),
                _line("printers", say("打印机：添加、默认、测试页、哪种文书去哪台"), "Ctrl+F12"),
                _line("theme", say("换深色、浅色、随系统"), "Ctrl+Shift+T"),
                _line("applicant", say("申请人屏：显示、收起"), "Ctrl+Shift+A"),
                _line("sign_out", say("退出登录"), "Ctrl+Shift+Q"),
            ),
        ),
    )


def page_keys() -> tuple[KeyLine, ...]:
    """Those that the page itself listens to."""
    return tuple(line for group in counter_keys() for line in group.lines if line.act)


def supervisor_keys() -> tuple[KeyGroup, ...]:
    """For the help page alone: each of the supervisor's pages listens to its own."""
    return (
        KeyGroup(
            title=say("督导"),
            lines=(
                _line("", say("大厅、排队号、规则、统计、试算、我的指令"), "F2", "…", "F7"),
                _line("", say("全厅停止、恢复：问两遍"), "Ctrl+Shift+H"),
                _line("", say("办这一条"), "Ctrl+Return"),
                _line("", say("退一步"), "Esc"),
                _line("", say("督导和窗口之间来回"), "Ctrl+Shift+S"),
                _line("", say("退出登录"), "Ctrl+Shift+Q"),
            ),
        ),
        KeyGroup(
            title=say("填写"),
            lines=(
                _line("", say("下一格、上一格"), "↓", "↑"),
                _line("", say("选现成的理由，或一类业务"), "1", "…", "9"),
            ),
        ),
        KeyGroup(
            title=say("大厅（光标所在的窗口，或选中的几个）"),
            lines=(
                _line("", say("开窗"), "O"),
                _line("", say("暂停窗口"), "P"),
                _line("", say("关窗"), "C"),
                _line("", say("发消息"), "M"),
                _line("", say("业务范围：到再改为止，或只今天"), "K"),
                _line("", say("选几个窗口；全选"), "Shift", "Ctrl+A"),
                _line("", say("到那个窗口"), say("数字")),
                _line("", say("看它的号"), "Enter"),
                _line("", say("到队的列表；整队转移 T"), "Tab"),
            ),
        ),
        KeyGroup(
            title=say("排队号"),
            lines=(
                _line("", say("转移：到窗口、业务，给或去优先"), "T"),
                _line("", say("换号：窗口断线时，小票在本机打印"), "H"),
                _line("", say("找号；状态用数字选"), "/"),
            ),
        ),
        KeyGroup(
            title=say("规则、我的指令"),
            lines=(
                _line("", say("先看要改什么，再按一次才改"), "Ctrl+Return"),
                _line("", say("照原样"), "Ctrl+Z"),
                _line("", say("撤销光标所在的指令"), "Z"),
                _line("", say("知道了：被拒的不再提醒"), "X"),
            ),
        ),
        KeyGroup(
            title=say("统计、试算"),
            lines=(
                _line("", say("换一张图；多开、少开几个窗口"), "1", "…", "7"),
                _line("", say("存 Excel"), "Ctrl+E"),
                _line("", say("存 CSV"), "Ctrl+Shift+C"),
            ),
        ),
    )
