"""Make the charts of a day, and of days, from its figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from app.domain.day_figures import DayTicket, DayTotal, by_hour, by_window, of_line, told
from app.domain.hall import Hall
from app.domain.queue_policy import QueuePolicy
from app.domain.ticket import TicketState
from ui.kit.texts import say
from ui.viewmodels.charts import Bars, Described, Dots, Empty, Grid

_MOST_DAYS = 31


class Figure(StrEnum):
    WAITS = "waits"
    SERVICES = "services"
    GONE = "gone"
    LOAD = "load"
    WINDOWS = "windows"
    TOLD = "told"
    DAYS = "days"


def figure_name(figure: Figure) -> str:
    return {
        Figure.WAITS: say("等候"),
        Figure.SERVICES: say("办理时长"),
        Figure.GONE: say("过号弃号"),
        Figure.LOAD: say("各窗各时"),
        Figure.WINDOWS: say("各窗"),
        Figure.TOLD: say("估计准不准"),
        Figure.DAYS: say("多日"),
    }[figure]


def draw(
    figure: Figure, tickets: Sequence[DayTicket], days: Sequence[DayTotal], business: str,
    policy: QueuePolicy, hall: Hall,
) -> Described:  # fmt: skip
    """``business`` "" for all lines; ``days`` newest first."""
    mine = of_line(tickets, business)
    if figure is not Figure.DAYS and not mine:
        return Described(chart=Empty(title=figure_name(figure), words=say("这天没有号。")))
    match figure:
        case Figure.WAITS:
            return _waits(mine, business, policy, hall)
        case Figure.SERVICES:
            return _services(mine)
        case Figure.GONE:
            return _gone(mine)
        case Figure.LOAD:
            return _load(mine, hall)
        case Figure.WINDOWS:
            return _windows(mine, hall)
        case Figure.TOLD:
            return _told(mine)
        case Figure.DAYS:
            return _days(days)


def _waits(
    mine: Sequence[DayTicket], business: str, policy: QueuePolicy, hall: Hall
) -> Described:  # fmt: skip
    hours = by_hour(mine)
    lines = [business] if business else [one.id for one in hall.businesses]
    target = max((policy.line(one).target_minutes for one in lines), default=15)
    waits = sorted(one.waited / 60 for one in mine if one.waited >= 0)
    over = sum(wait > target for wait in waits)
    says = ""
    if waits:
        says = say(
            "叫到 {n} 人：一半等不到 {middle} 分，九成不到 {high} 分，{over} 人超 {target} 分。",
            n=len(waits), middle=f"{waits[len(waits) // 2]:.0f}",
            high=f"{waits[min(len(waits) - 1, int(0.9 * len(waits)))]:.0f}", over=over,
            target=target,
        )  # fmt: skip
    chart = Bars(
        title=say("取号以后等了多久，按取号的钟点"), unit=say("分钟"),
        labels=tuple(_hour(one.hour) for one in hours),
        series=(
            (say("一半人不超过"), tuple(one.waits.middle for one in hours)),
            (say("九成人不超过"), tuple(one.waits.high for one in hours)),
        ),
        lines=((say("目标 {n} 分", n=target), float(target)),),
    )  # fmt: skip
    return Described(chart=chart, says=says)


def _services(mine: Sequence[DayTicket]) -> Described:
    hours = by_hour(mine)
    times = sorted(one.handled / 60 for one in mine if one.handled >= 0)
    says = ""
    if times:
        says = say(
            "办完 {n} 人，平均 {mean} 分，一半不到 {middle} 分（不算挂起的时间）。", n=len(times),
            mean=f"{sum(times) / len(times):.1f}", middle=f"{times[len(times) // 2]:.1f}",
        )  # fmt: skip
    chart = Bars(
        title=say("办一个人多久，按取号的钟点"), unit=say("分钟"), decimals=1,
        labels=tuple(_hour(one.hour) for one in hours),
        series=(
            (say("一半人不超过"), tuple(one.services.middle for one in hours)),
            (say("九成人不超过"), tuple(one.services.high for one in hours)),
        ),
    )  # fmt: skip
    return Described(chart=chart, says=says)


def _gone(mine: Sequence[DayTicket]) -> Described:
    hours = by_hour(mine)
    gone = sum(one.gone for one in hours)
    passed = sum(one.state is TicketState.PASSED for one in mine)
    chart = Bars(
        title=say("取了号没有办的，按取号的钟点"), unit=say("人"), stacked=True,
        labels=tuple(_hour(one.hour) for one in hours),
        series=(
            (say("办了或在等"), tuple(float(one.taken - one.gone) for one in hours)),
            (say("过号、弃号"), tuple(float(one.gone) for one in hours)),
        ),
    )  # fmt: skip
    says = say(
        "取号 {all}，没办成 {gone}（{part}%）：过号 {passed}，弃号 {dropped}。", all=len(mine),
        gone=gone, part=f"{100 * gone / len(mine):.1f}", passed=passed, dropped=gone - passed,
    )  # fmt: skip
    return Described(chart=chart, says=says)


def _load(mine: Sequence[DayTicket], hall: Hall) -> Described:
    loads = by_window(mine)
    hours = sorted({hour for one in loads for hour in one.by_hour})
    if not loads or not hours:
        return Described(chart=Empty(title=figure_name(Figure.LOAD), words=say("还没有办完的。")))
    span = range(hours[0], hours[-1] + 1)
    numbers = {one.id: one.number for one in hall.windows}
    chart = Grid(
        title=say("各窗口各钟点办完几人"), unit=say("人"),
        rows=tuple(say("{n} 号", n=numbers.get(one.window, one.window)) for one in loads),
        columns=tuple(_hour(hour) for hour in span),
        values=tuple(tuple(float(one.by_hour.get(hour, 0)) for hour in span) for one in loads),
    )  # fmt: skip
    most = max(loads, key=lambda one: one.served)
    least = min(loads, key=lambda one: one.served)
    says = say(
        "{n} 个窗口办完 {all} 人；最多 {most} 号 {m} 人，最少 {least} 号 {k} 人。", n=len(loads),
        all=sum(one.served for one in loads), most=numbers.get(most.window, most.window),
        m=most.served, least=numbers.get(least.window, least.window), k=least.served,
    )  # fmt: skip
    return Described(chart=chart, says=says)


def _windows(mine: Sequence[DayTicket], hall: Hall) -> Described:
    loads = by_window(mine)
    if not loads:
        words = say("还没有办完的。")
        return Described(chart=Empty(title=figure_name(Figure.WINDOWS), words=words))
    numbers = {one.id: one.number for one in hall.windows}
    chart = Bars(
        title=say("各窗口办完的人数和办理的钟头"), unit="",
        labels=tuple(numbers.get(one.window, one.window) for one in loads),
        series=(
            (say("人数"), tuple(float(one.served) for one in loads)),
            (say("办理小时"), tuple(one.busy / 60 for one in loads)),
        ),
    )  # fmt: skip
    busy = sum(one.busy for one in loads)
    people = sum(one.served for one in loads) / len(loads)
    says = say(
        "平均每窗 {n} 人、办理 {hours} 小时。", n=f"{people:.1f}",
        hours=f"{busy / 60 / len(loads):.1f}",
    )  # fmt: skip
    return Described(chart=chart, says=says)


def _told(mine: Sequence[DayTicket]) -> Described:
    found = told(mine)
    if not found.all:
        return Described(
            chart=Empty(
                title=figure_name(Figure.TOLD),
                words=say("取号时没有说过要等多久：最近一小时办得太少，不好估。"),
            )
        )
    part = round(100 * found.within / found.all)
    says = say(
        "说过 {all} 次，{part}% 说准了（差一分钟以内也算）；比说的早 {sooner}，比说的晚 {later}。",
        all=found.all, part=part, sooner=found.sooner, later=found.later,
    )  # fmt: skip
    chart = Dots(
        title=say("取号时说的，和真等的"), x=say("说的中间值，分钟"), y=say("真等的，分钟"),
        dots=found.pairs,
    )  # fmt: skip
    return Described(chart=chart, says=says)


def _days(days: Sequence[DayTotal]) -> Described:
    shown = list(reversed(days[:_MOST_DAYS]))
    if not shown:
        return Described(chart=Empty(title=figure_name(Figure.DAYS), words=say("没有别的天。")))
    chart = Bars(
        title=say("最近各天"), unit="",
        labels=tuple(one.day[5:] for one in shown),
        series=(
            (say("平均等候，分钟"), tuple(max(0.0, one.waited / 60) for one in shown)),
            (
                say("每百个号没办成"),
                tuple(100 * (one.passed + one.dropped) / max(1, one.taken) for one in shown),
            ),
        ),
    )  # fmt: skip
    known = [one.waited for one in shown if one.waited >= 0]
    mean = f"{sum(known) / len(known) / 60:.1f}" if known else "—"
    most = max(shown, key=lambda one: one.taken)
    says = say(
        "{n} 天，平均每天 {taken} 个号，等 {mean} 分；最多的是 {day}，{most} 个号。", n=len(shown),
        taken=round(sum(one.taken for one in shown) / len(shown)), mean=mean, day=most.day,
        most=most.taken,
    )  # fmt: skip
    return Described(chart=chart, says=says)


def _hour(hour: int) -> str:
    return say("{n} 时", n=hour)
