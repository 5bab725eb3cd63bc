"""The rules of a hall's line, as data: lines with hours and quotas, who may serve what, in which
order people are called, what priority means. Pure.

The hall's file gives the policy of every day; a supervisor may lay another over it, for today or
until further notice. Changing it moves no ticket and loses none: it only says who is next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

MAX_REPEATS = 5  # of a call, at most, whatever a hall's policy says


class Order(StrEnum):
    LONGEST_WAITING = "longest_waiting"
    RANDOM = "random"  # so that nobody can choose a window by choosing when to come


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Local time of the hall, ``start`` ≤ t < ``end``."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most ``most`` numbers are taken in this part of the day."""

    start: time
    end: time
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRule:
    """Of one business (业务). Without hours it is open whenever the hall is."""

    business: str
    hours: tuple[Hours, ...] = ()
    quotas: tuple[Quota, ...] = ()
    open: bool = True
    green: bool = False  # 绿色通道: called before the others
    target_minutes: int = 15  # nobody should wait longer
    alarm_at: int = 0  # so many waiting alarm the supervisor, 0 for never


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """A window that serves some businesses only; windows not named serve all."""

    window: str
    businesses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityReason:
    """``short`` fits on a chip and a slip."""

    id: str
    name: str
    name_en: str
    short: str


PRIORITIES = (
    PriorityReason(id="elderly", name="老年人", name_en="Elderly", short="老"),
    PriorityReason(id="ill", name="病人", name_en="Ill", short="病"),
    PriorityReason(id="disabled", name="残疾人", name_en="Disabled", short="残"),
    PriorityReason(id="pregnant", name="孕妇", name_en="Pregnant", short="孕"),
    PriorityReason(id="with_child", name="带婴幼儿", name_en="With an infant", short="幼"),
    PriorityReason(id="soldier", name="军人", name_en="Soldier or veteran", short="军"),
    PriorityReason(
        id="cross_province", name="跨省通办", name_en="From another province", short="跨"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRule:
    """How somebody passed over (过号) comes back: behind ``after`` others, within ``minutes`` of
    the call, at most ``times``; later a new number is needed."""

    after: int = 3
    minutes: int = 60
    times: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePolicy:
    """``priority_share``: of ten calls at most so many go to those with priority while others
    wait; 10 always calls them first. ``lease``: tickets that a window may hold ahead, so that it
    goes on while the back office cannot be reached. ``booked_minutes``: so much earlier than the
    booked time one may check in, and so much later."""

    order: Order = Order.LONGEST_WAITING
    lines: tuple[LineRule, ...] = ()
    skills: tuple[Skill, ...] = ()
    priorities: tuple[PriorityReason, ...] = PRIORITIES
    priority_share: int = 10
    lease: int = 3
    repeats: int = MAX_REPEATS
    returns: ReturnRule = ReturnRule()
    booked_minutes: int = 30
    common_line: str = ""  # business that takes whoever knows none, "" for the first
    pause_reasons: tuple[str, ...] = ("用餐", "交接", "设备故障", "临时离开")
    hold_minutes: int = 120  # after which somebody on hold is asked about
    names_on_board: bool = False  # masked, and only where the hall wants it
    last_of_id_on_slip: bool = False

    def line(self, business: str) -> LineRule:
        return next(
            (one for one in self.lines if one.business == business), LineRule(business=business)
        )

    def serves(self, window: str, business: str) -> bool:
        named = next((one for one in self.skills if one.window == window), None)
        return named is None or business in named.businesses

    def priority(self, reason: str) -> PriorityReason | None:
        return next((one for one in self.priorities if one.id == reason), None)


def faults(policy: QueuePolicy, businesses: frozenset[str], windows: frozenset[str]) -> list[str]:
    """What is wrong with it, by place; empty where it can be used."""
    found = []
    for name, ids in {
        "lines": [one.business for one in policy.lines],
        "skills": [one.window for one in policy.skills],
        "priorities": [one.id for one in policy.priorities],
    }.items():
        if len(set(ids)) != len(ids):
            found.append(f"{name}: twice")
    for line in policy.lines:
        if line.business not in businesses:
            found.append(f"lines: {line.business}")
        spans = [(one.start, one.end) for one in line.hours]
        spans += [(one.start, one.end) for one in line.quotas]
        if any(start >= end for start, end in spans):
            found.append(f"hours: {line.business}")
        if any(one.most < 0 for one in line.quotas) or line.target_minutes < 1 or line.alarm_at < 0:
            found.append(f"numbers: {line.business}")
    found += [
        f"skills: {skill.window}"
        for skill in policy.skills
        if skill.window not in windows or not set(skill.businesses) <= businesses
    ]
    if policy.common_line and policy.common_line not in businesses:
        found.append("common_line")
    limits = {
        "priority_share": (policy.priority_share, 0, 10),
        "lease": (policy.lease, 1, 20),
        "repeats": (policy.repeats, 0, MAX_REPEATS),
        "returns.after": (policy.returns.after, 0, 1000),
        "returns.minutes": (policy.returns.minutes, 0, 24 * 60),
        "returns.times": (policy.returns.times, 0, 100),
        "booked_minutes": (policy.booked_minutes, 0, 24 * 60),
        "hold_minutes": (policy.hold_minutes, 1, 24 * 60),
    }
    found += [name for name, (value, low, high) in limits.items() if not low <= value <= high]
    return found
