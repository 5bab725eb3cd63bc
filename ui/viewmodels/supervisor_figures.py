"""Show what a day at the hall was like and save it; say what other windows would have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from PySide6.QtCore import QObject

from app.domain.day_figures import DayTicket, DayTotal, of_line, shifts_of, visitors_of
from app.domain.day_replay import Shift, WhatIf, what_if
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE, Hall
from app.domain.queue_policy import QueuePolicy
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.charts import Bars, Described, Empty, table_of
from ui.viewmodels.services import CounterServices
from ui.viewmodels.supervisor import SupervisorModel
from ui.viewmodels.supervisor_charts import Figure, draw, figure_name
from ui.viewmodels.viewmodel import Note, ViewModel

NOTHING = Described()
LEAST_SERVED = 30  # of a day, to play it again
_SEED = 20_190_101  # the same question gets the same answer
_TIMES = 20  # replays of each


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresState:
    """``days`` newest first as (id, words). ``other``: windows more or fewer in ``guess``."""

    days: tuple[tuple[str, str], ...] = ()
    day: str = ""
    business: str = ""
    figure: Figure = Figure.WAITS
    described: Described = NOTHING
    busy: bool = False
    other: int = 0
    guess: Described = NOTHING
    doubt: str = ""
    note: Note | None = None


class FiguresModel(ViewModel[FiguresState]):
    def __init__(
        self, services: CounterServices, hall: SupervisorModel, parent: QObject | None = None
    ) -> None:
        super().__init__(services, FiguresState(), parent)
        self._hall = hall
        self._days: tuple[DayTotal, ...] = ()
        self._tickets: tuple[DayTicket, ...] = ()

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        desk = self._services.supervision
        named = [(one.id, one.name) for one in desk.hall().businesses] if desk else []
        return (("", say("全部业务")), *named)

    def start(self) -> None:
        """The page is opened: today, anew."""
        today = self._hall.now().astimezone(HALL_ZONE).date().isoformat()
        self.choose_day(self.state.day or today)

    def choose_day(self, day: str) -> None:
        source, lane = self._services.queue_days, self._services.figures_lane
        if source is None or lane is None:
            return
        self._show(replace(self.state, day=day, busy=True, note=None))

        def fetch() -> tuple[tuple[DayTotal, ...], tuple[DayTicket, ...]]:
            return source.days(), source.day(date.fromisoformat(day))

        def come(found: tuple[tuple[DayTotal, ...], tuple[DayTicket, ...]]) -> None:
            self._days, self._tickets = found
            days = {one.day: one for one in self._days}
            named = tuple(
                (key, say("{day} · {n} 个号", day=key, n=days[key].taken if key in days else 0))
                for key in sorted({*days, day}, reverse=True)
            )
            self._show(replace(self.state, days=named, busy=False, guess=NOTHING, doubt=""))
            self._draw()

        lane.submit(fetch, come, self._failed, self)

    def choose(self, *, figure: Figure | None = None, business: str | None = None) -> None:
        figure = self.state.figure if figure is None else figure
        business = self.state.business if business is None else business
        self._show(replace(self.state, figure=figure, business=business, note=None))
        self._draw()

    def _draw(self) -> None:
        desk, lane = self._services.supervision, self._services.figures_lane
        if desk is None or lane is None:
            return
        wanted, business, policy = self.state.figure, self.state.business, self._policy()
        tickets, days, hall = self._tickets, self._days, desk.hall()

        def drawn(described: Described) -> None:
            if (wanted, business) == (self.state.figure, self.state.business):
                self._show(replace(self.state, described=described))

        lane.submit(
            lambda: draw(wanted, tickets, days, business, policy, hall), drawn, self._failed, self
        )

    def _policy(self) -> QueuePolicy:
        rows, desk = self._hall.state.rows, self._services.supervision
        if rows is not None:
            return rows.view.policy
        return desk.hall().queue if desk is not None else QueuePolicy()

    def _failed(self, error: AppError) -> None:
        self._show(replace(self.state, busy=False, note=self._note(error, Tone.WARN)))

    # -- to a file ------------------------------------------------------------------------------

    def export(self, ending: str) -> None:
        """``csv``: the day's tickets; ``xlsx``: those and every figure as a sheet."""
        folder, desk, lane = (
            self._services.exports, self._services.supervision, self._services.figures_lane
        )  # fmt: skip
        if folder is None or desk is None or lane is None or not self._tickets:
            self._show(
                replace(self.state, note=Note(tone=Tone.WARN, message=say("这天没有可存的。")))
            )  # fmt: skip
            return
        stamp = self._hall.now().astimezone(HALL_ZONE).strftime("%H%M%S")
        file = folder / f"onewindow-{self.state.day}-{stamp}.{ending}"
        tickets, days, policy = self._tickets, self._days, self._policy()
        hall = desk.hall()

        def done(saved: Path) -> None:
            note = Note(tone=Tone.GOOD, message=say("已存到 {file}", file=str(saved)))
            self._show(replace(self.state, note=note))

        lane.submit(
            lambda: _save(file, tickets, days, policy, hall), done, self._failed, self
        )  # fmt: skip

    # -- what if --------------------------------------------------------------------------------

    def suppose(self, other: int) -> None:
        """So many windows more (or fewer, where negative) on the day that is shown."""
        lane = self._services.figures_lane
        tickets = of_line(self._tickets, self.state.business)
        visitors, waits = visitors_of(tickets)
        was = shifts_of(tickets)
        served = sum(one.service is not None for one in visitors)
        if lane is None or served < LEAST_SERVED or len(was) + min(other, 0) < 1:
            words = say("这天办完的太少（{n} 人），或窗口不够减：算不出。", n=served)
            guess = Described(chart=Empty(words=words))
            self._show(replace(self.state, other=other, guess=guess, doubt=""))
            return
        changed = other_windows(tickets, was, other)
        policy = self._policy()
        self._show(replace(self.state, other=other, busy=True, doubt=""))

        def compute() -> WhatIf:
            return what_if(visitors, waits, was, changed, policy, Random(_SEED), times=_TIMES)

        def answer(found: WhatIf) -> None:
            described, doubt = tell_guess(found, other, len(was))
            self._show(replace(self.state, busy=False, guess=described, doubt=doubt))

        lane.submit(compute, answer, self._failed, self)


def other_windows(
    tickets: Sequence[DayTicket], was: Sequence[Shift], other: int
) -> list[Shift]:  # fmt: skip
    """More: from the first opening to the last closing. Fewer: without those that stand in the
    middle by how many they served, neither the busiest nor the idlest."""
    if other >= 0:
        opens, closes = min(one.opens for one in was), max(one.closes for one in was)
        more = [Shift(window=f"+{n}", opens=opens, closes=closes) for n in range(1, other + 1)]
        return [*was, *more]
    served = {one.window: 0 for one in was}
    for ticket in tickets:
        if ticket.window in served:
            served[ticket.window] += 1
    ranked = sorted(was, key=lambda one: (served[one.window], one.window))
    start = max(0, (len(ranked) + other) // 2)
    gone = {one.window for one in ranked[start : start - other]}
    return [one for one in was if one.window not in gone]


def tell_guess(found: WhatIf, other: int, windows: int) -> tuple[Described, str]:
    """The answer as a chart and a sentence, and how far it can be believed."""
    name = say("多开 {n} 个", n=other) if other > 0 else say("少开 {n} 个", n=-other)
    chart = Bars(
        title=say("平均等候"), unit=say("分钟"), decimals=1,
        labels=(say("当天真的"), say("重放当天"), name),
        series=(
            (
                say("平均等候"),
                (found.happened, found.as_it_was.middle, found.otherwise.middle),
            ),
        ),
        ranges=(
            None, (found.as_it_was.least, found.as_it_was.most),
            (found.otherwise.least, found.otherwise.most),
        ),
    )  # fmt: skip
    says = say(
        "当天 {windows} 个窗口，平均等 {was} 分。"
        "{name}：平均等 {now} 分，十次里九次落在 {least}–{most} 分。",
        windows=windows, was=f"{found.happened:.1f}", name=name,
        now=f"{found.otherwise.middle:.1f}", least=f"{found.otherwise.least:.1f}",
        most=f"{found.otherwise.most:.1f}",
    )  # fmt: skip
    doubt = say(
        "误差：照原样重放得 {replayed} 分，和真的差 {off} 分；别的窗口数也可能差这么多。"
        "不知道窗口暂停了多久，按一直能叫算；办理时长从当天同一业务里抽。",
        replayed=f"{found.as_it_was.middle:.1f}", off=f"{found.off:+.1f}",
    )  # fmt: skip
    if abs(found.off) > max(2.0, 0.5 * found.happened):
        doubt = say("重放和当天差得多，这个答案只能看方向。{doubt}", doubt=doubt)
    return Described(chart=chart, says=says), doubt


def _save(
    file: Path, tickets: Sequence[DayTicket], days: Sequence[DayTotal], policy: QueuePolicy,
    hall: Hall,
) -> Path:  # fmt: skip
    from app.services.day_export import ticket_rows, write_csv, write_workbook

    rows = ticket_rows(tickets, hall)
    if file.suffix == ".csv":
        write_csv(file, rows)
        return file
    sheets = [
        (figure_name(one), table_of(draw(one, tickets, days, "", policy, hall).chart))
        for one in Figure
    ]
    write_workbook(file, [(say("排队号"), rows), *sheets])
    return file
