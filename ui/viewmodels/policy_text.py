"""Write a queue policy as text to be edited, read it back, and say in words what is wrong with it
and what would change. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time

from app.domain.hall import Hall
from app.domain.queue_policy import Hours, LineRule, Order, QueuePolicy, Quota, ReturnRule
from ui.kit.texts import say

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~]\s*(\d{1,2}):(\d{2})(?:\s*=\s*(\d{1,5}))?")
_BETWEEN = re.compile(r"[\s,，、;；]+")
NUMBERS = (
    "priority_share", "lease", "repeats", "returns.after", "returns.minutes", "returns.times",
    "booked_minutes", "hold_minutes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LineText:
    """``hours`` as ``08:30-11:30 13:30-17:00``, ``quotas`` as ``08:30-10:00=40``."""

    business: str
    name: str
    open: bool
    green: bool
    hours: str
    quotas: str
    target: str
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """``numbers`` by the names of NUMBERS."""

    order: Order
    numbers: Mapping[str, str]
    lines: tuple[LineText, ...]


def text_of(policy: QueuePolicy, hall: Hall) -> PolicyText:
    return PolicyText(
        order=policy.order,
        numbers={name: str(_number_of(policy, name)) for name in NUMBERS},
        lines=tuple(
            _line_text(one.id, one.name, policy.line(one.id)) for one in hall.businesses
        ),
    )  # fmt: skip


def read_text(text: PolicyText, base: QueuePolicy) -> tuple[QueuePolicy, list[str]]:
    """The policy, and the places of what cannot be read; what is not asked stays as in ``base``.
    Places are those of ``queue_policy.faults``."""
    wrong: list[str] = []
    numbers: dict[str, int] = {}
    for name in NUMBERS:
        value = _number(text.numbers[name])
        if value is None:
            wrong.append(name)
        numbers[name] = value or 0
    lines = tuple(_read_line(one, base.line(one.business), wrong) for one in text.lines)
    known = {one.business for one in text.lines}
    kept = tuple(one for one in base.lines if one.business not in known)
    plain = tuple(
        one for one in lines
        if one != LineRule(business=one.business) or one in base.lines
    )  # fmt: skip
    policy = replace(
        base, order=text.order, lines=plain + kept, priority_share=numbers["priority_share"],
        lease=numbers["lease"], repeats=numbers["repeats"],
        booked_minutes=numbers["booked_minutes"], hold_minutes=numbers["hold_minutes"],
        returns=ReturnRule(
            after=numbers["returns.after"], minutes=numbers["returns.minutes"],
            times=numbers["returns.times"],
        ),
    )  # fmt: skip
    return policy, wrong


def fault_words(place: str, hall: Hall) -> str:
    """What is wrong at this place, and what would be right."""
    about, _, what = place.partition(": ")
    names = {one.id: one.name for one in hall.businesses}
    limits = {
        "priority_share": "0–10", "lease": "1–20", "repeats": "0–5", "returns.after": "0–1000",
        "returns.minutes": "0–1440", "returns.times": "0–100", "booked_minutes": "0–1440",
        "hold_minutes": "1–1440",
    }  # fmt: skip
    if about in limits:
        return say("{what}：写 {limits}。", what=number_name(about), limits=limits[about])
    if about == "hours":
        return say(
            "{line}：时段写成 08:30-11:30，限号写成 08:30-10:00=40，先早后晚。",
            line=names.get(what, what),
        )
    if about == "numbers":
        return say("{line}：目标至少 1 分钟，提醒人数写 0 就不提醒。", line=names.get(what, what))
    return say("规则里有大厅没有的业务或窗口：{what}。", what=what or about)


def number_name(name: str) -> str:
    return {
        "priority_share": say("优先：每叫十个最多几个"),
        "lease": say("窗口先领几个号（断线时接着叫）"),
        "repeats": say("最多重呼几次"),
        "returns.after": say("过号回来：排在几个人后面"),
        "returns.minutes": say("过号回来：几分钟内"),
        "returns.times": say("过号回来：最多几次"),
        "booked_minutes": say("预约可早到晚到几分钟"),
        "hold_minutes": say("挂起几分钟后提醒"),
    }[name]


def order_name(order: Order) -> str:
    return {
        Order.LONGEST_WAITING: say("等得最久的先叫"),
        Order.RANDOM: say("随机"),
    }[order]


def changes(old: QueuePolicy, new: QueuePolicy, hall: Hall) -> list[str]:
    """Each change as a sentence; none where they are the same."""
    found = []
    if old.order is not new.order:
        found.append(_changed(say("叫号顺序"), order_name(old.order), order_name(new.order)))
    found += [
        _changed(number_name(name), str(was), str(is_))
        for name in NUMBERS
        if (was := _number_of(old, name)) != (is_ := _number_of(new, name))
    ]
    for one in hall.businesses:
        former = _line_text(one.id, one.name, old.line(one.id))
        now = _line_text(one.id, one.name, new.line(one.id))
        found += [
            _changed(f"{one.name} {words}", was or "—", is_ or "—")
            for words, was, is_ in (
                (say("取号"), _yes(former.open), _yes(now.open)),
                (say("绿色通道"), _yes(former.green), _yes(now.green)),
                (say("时段"), former.hours, now.hours),
                (say("限号"), former.quotas, now.quotas),
                (say("目标分钟"), former.target, now.target),
                (say("提醒人数"), former.alarm, now.alarm),
            )
            if was != is_
        ]
    if old.skills != new.skills:
        found.append(say("窗口的业务范围"))
    return found


def skills_words(policy: QueuePolicy, hall: Hall) -> str:
    names = {one.id: one.name for one in hall.businesses}
    numbers = {one.id: one.number for one in hall.windows}
    told = [
        say(
            "{number} 号只办{lines}", number=numbers.get(one.window, one.window),
            lines=say("、").join(names.get(line, line) for line in one.businesses),
        )
        for one in policy.skills
    ]  # fmt: skip
    return say("；").join(told) if told else say("所有窗口都办全部业务")


# -- the rest -----------------------------------------------------------------------------------


def _changed(what: str, was: str, is_: str) -> str:
    return say("{what}：{was} → {now}", what=what, was=was, now=is_)


def _yes(value: bool) -> str:
    return say("是") if value else say("否")


def _number_of(policy: QueuePolicy, name: str) -> int:
    if name.startswith("returns."):
        return int(getattr(policy.returns, name.removeprefix("returns.")))
    return int(getattr(policy, name))


def _line_text(business: str, name: str, rule: LineRule) -> LineText:
    return LineText(
        business=business, name=name, open=rule.open, green=rule.green,
        hours=" ".join(_span(one.start, one.end) for one in rule.hours),
        quotas=" ".join(f"{_span(one.start, one.end)}={one.most}" for one in rule.quotas),
        target=str(rule.target_minutes), alarm=str(rule.alarm_at),
    )  # fmt: skip


def _span(start: time, end: time) -> str:
    return f"{start:%H:%M}-{end:%H:%M}"


def _read_line(line: LineText, base: LineRule, wrong: list[str]) -> LineRule:
    hours, quotas = _spans(line.hours), _spans(line.quotas)
    if hours is None or quotas is None or any(most is not None for *_, most in hours):
        wrong.append(f"hours: {line.business}")
        hours, quotas = [], []
    if any(most is None for *_, most in quotas):
        wrong.append(f"hours: {line.business}")
    target, alarm = _number(line.target), _number(line.alarm)
    if target is None or alarm is None:
        wrong.append(f"numbers: {line.business}")
    return replace(
        base, open=line.open, green=line.green,
        hours=tuple(Hours(start=start, end=end) for start, end, _ in hours),
        quotas=tuple(Quota(start=start, end=end, most=most or 0) for start, end, most in quotas),
        target_minutes=target or 0, alarm_at=alarm or 0,
    )  # fmt: skip


def _spans(text: str) -> Sequence[tuple[time, time, int | None]] | None:
    """None where something in it cannot be read."""
    found = []
    for match in _SPAN.finditer(text):
        one, two, three, four, most = match.groups()
        try:
            start, end = time(int(one), int(two)), time(int(three), int(four))
        except ValueError:
            return None
        found.append((start, end, int(most) if most else None))
    return None if _BETWEEN.sub("", _SPAN.sub("", text)) else found


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
