"""A supervisor orders a hall of real processes: a back office, two windows that serve, her own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.demo.back_office import EmbeddedBackOffice
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from app.domain.queue_errors import HallIsHalted
from app.domain.queue_policy import Skill
from app.domain.queue_view import HallView, NumberWish, TicketView, WindowState
from app.domain.ticket import OPEN_STATES, TicketState
from app.domain.ticket_events import WindowOrder
from app.services.sign_in import Session
from tests.journey.hall import open_client, wait_until
from ui.viewmodels.supervisor_pending import ActLine, pending_of

WITHIN = 40.0  # seconds; each step takes one or two


@contextmanager
def window(tmp_path: Path, office: EmbeddedBackOffice, name: str) -> Iterator[Client]:
    client = open_client(tmp_path / name, office, window=name)
    client.sync.start()
    client.feed.start()
    try:
        yield client
    finally:
        client.feed.stop()
        client.sync.stop()
        client.store.close()


def seat(client: Client, staff: str) -> Session:
    session = client.sign_in.sign_in(staff, f"demo-{staff}", client.settings.window)
    client.queue.open(session)
    return session


class Supervisor:
    """Her device, and what she sees."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.desk = client.supervision
        self.session = client.sign_in.sign_in("9001", "demo-9001", client.settings.window)

    def view(self) -> HallView:
        return self.client.queue_office.view(tickets=True)

    def see(self, what: Callable[[HallView], object], say: str) -> HallView:
        def seen() -> bool:
            try:
                return bool(what(self.view()))
            except AppError:
                return False

        wait_until(seen, WITHIN, say)
        return self.view()

    def act(self, act_id: str) -> ActLine:
        """As it stands on her list."""
        pending = pending_of(
            self.desk.acts(), self.view(), self.desk.hall(), lambda code, _: code
        )  # fmt: skip
        return next(one for one in pending.acts if one.id == act_id)

    def done(self, act_id: str) -> None:
        wait_until(lambda: self.act(act_id).chip == "已执行", WITHIN, "the act is done")


def waiting_at(view: HallView, window_id: str) -> list[TicketView]:
    return [
        one for one in view.tickets
        if one.state is TicketState.WAITING and one.holder == window_id
    ]  # fmt: skip


def find(view: HallView, ticket_id: str) -> TicketView:
    return next(one for one in view.tickets if one.id == ticket_id)


def state_of(view: HallView, window_id: str) -> WindowState:
    return next(one.state for one in view.windows if one.id == window_id)


def count_open(view: HallView) -> Counter[str]:
    return Counter(one.number for one in view.tickets if one.state in OPEN_STATES)


@pytest.fixture
def seated(
    tmp_path: Path, office: EmbeddedBackOffice
) -> Iterator[tuple[Supervisor, Client, Session, Client, Session]]:
    """Both windows serve and hold some who wait."""
    with (
        window(tmp_path, office, "W01") as one,
        window(tmp_path, office, "W02") as two,
        window(tmp_path, office, "W03") as hers,
    ):
        first, second = seat(one, "1001"), seat(two, "1002")
        supervisor = Supervisor(hers)
        supervisor.see(lambda v: waiting_at(v, "W01") and waiting_at(v, "W02"), "leases")
        yield supervisor, one, first, two, second


def test_a_ticket_is_moved_from_one_window_to_the_other_and_called_there_first(
    seated: tuple[Supervisor, Client, Session, Client, Session],
) -> None:
    supervisor, _, _, two, second = seated
    moved = waiting_at(supervisor.view(), "W01")[-1]
    act = supervisor.desk.assign(supervisor.session, [moved], "专人办理", window="W02")
    supervisor.done(act)
    assert find(supervisor.view(), moved.id).window == "W02"
    two.queue.call_next(second)  # it held as many as it may: now there is room
    supervisor.see(lambda v: find(v, moved.id).holder == "W02", "the other window has it")
    wait_until(
        lambda: moved.id in [one.id for one in two.queue.snapshot(second).waiting], WITHIN,
        "the other window shows it",
    )  # fmt: skip
    assert two.queue.call_next(second).id == moved.id
    back = supervisor.desk.assign(supervisor.session, [moved], "太晚了", window="W01")
    wait_until(lambda: supervisor.act(back).chip == "拒 1/1", WITHIN, "the refusal")
    assert "DOM-" in supervisor.act(back).detail[0]


def test_a_window_that_is_gone_is_waited_for_and_its_ticket_given_another_number(
    seated: tuple[Supervisor, Client, Session, Client, Session], tmp_path: Path,
    office: EmbeddedBackOffice,
) -> None:  # fmt: skip
    supervisor, one, first, _, _ = seated
    one.feed.stop()
    one.sync.stop()
    kept = waiting_at(supervisor.view(), "W01")
    lost = kept[0]
    act = supervisor.desk.assign(supervisor.session, [lost], "断线", window="W02")
    supervisor.see(lambda v: find(v, lost.id).wanted, "it is asked back")
    line = supervisor.act(act)
    assert line.chip == "待办 1/1"
    assert line.detail[0].startswith(f"{lost.number}：等 1 号窗口交还")
    assert find(supervisor.view(), lost.id).holder == "W01"

    supervisor.desk.replace(supervisor.session, lost, "等不了")
    view = supervisor.see(
        lambda v: find(v, lost.id).state is TicketState.DROPPED, "the old number is void"
    )
    number = supervisor.desk.acts()[0].parts[0].event
    new = next(t for t in view.tickets if t.number == number.number)  # type: ignore[attr-defined]
    assert (new.place, new.business) == (lost.place, lost.business)
    assert new.state in OPEN_STATES

    # The window called it meanwhile, alone: when it is back, nobody is at two windows.
    called = one.queue.call(first, lost.id)
    assert called.number == lost.number
    one.store.close()
    with window(tmp_path, office, "W01") as again:
        wait_until(lambda: again.outbox.counts()[0] == 0, WITHIN, "all is sent")
        view = supervisor.see(lambda v: state_of(v, "W01") is not WindowState.LOST, "it is back")
        assert len([t for t in view.tickets if t.number == lost.number]) == 1


def test_a_window_is_paused_and_opened_and_loses_nobody(
    seated: tuple[Supervisor, Client, Session, Client, Session],
) -> None:
    supervisor, _, _, two, second = seated
    before = count_open(supervisor.view())
    act = supervisor.desk.order(supervisor.session, ["W02"], WindowOrder.PAUSE, "消防演练")
    wait_until(lambda: two.queue.follow(second), WITHIN, "the order is heard")
    view = supervisor.see(lambda v: state_of(v, "W02") is WindowState.PAUSED, "it is paused")
    assert next(one.reason for one in view.windows if one.id == "W02") == "消防演练"
    supervisor.done(act)
    supervisor.see(lambda v: not waiting_at(v, "W02"), "nobody waits at the paused window")
    supervisor.desk.undo(supervisor.session, act, "演练完了")
    wait_until(lambda: two.queue.follow(second), WITHIN, "the other order is heard")
    view = supervisor.see(lambda v: waiting_at(v, "W02"), "it serves again")
    assert count_open(view) == before
    assert supervisor.act(act).chip == "已撤销"


def test_a_window_calls_only_what_it_may_from_now_on(
    seated: tuple[Supervisor, Client, Session, Client, Session],
) -> None:
    supervisor, one, first, _, _ = seated
    business = supervisor.desk.hall().businesses[1].id
    former = supervisor.view().policy
    policy = replace(former, skills=(Skill(window="W01", businesses=(business,)),))
    today = one.clock.now().astimezone(HALL_ZONE).date()
    act = supervisor.desk.lay(supervisor.session, policy, former, "人手不够", until=today)
    supervisor.see(lambda v: v.policy == policy, "the policy is in force")

    def hears() -> bool:
        waiting = one.queue.snapshot(first).waiting
        return bool(waiting) and all(t.business == business for t in waiting)

    wait_until(hears, WITHIN, "the window holds only its own business")
    assert one.queue.call_next(first).business == business
    supervisor.desk.undo(supervisor.session, act, "人来了")
    supervisor.see(lambda v: v.policy == former, "the former policy")


def test_the_hall_halts_and_goes_on_with_everybody_in_place(
    seated: tuple[Supervisor, Client, Session, Client, Session],
) -> None:
    supervisor, one, first, two, second = seated
    before = supervisor.view()
    supervisor.desk.halt(supervisor.session, "消防疏散")
    for client, session in ((one, first), (two, second)):
        wait_until(
            lambda c=client, s=session: c.queue.snapshot(s).standing.halted == "消防疏散",  # type: ignore[misc]
            WITHIN, "the window hears it",
        )  # fmt: skip
        with pytest.raises(HallIsHalted):
            client.queue.call_next(session)
    with pytest.raises(HallIsHalted):
        supervisor.client.queue_office.take(
            NumberWish(request="while halted", business=supervisor.desk.hall().businesses[0].id)
        )
    assert supervisor.view().halted == "消防疏散"
    supervisor.desk.resume(supervisor.session, "警报解除")
    wait_until(lambda: not one.queue.snapshot(first).standing.halted, WITHIN, "it goes on")
    view = supervisor.see(lambda v: not v.halted, "the hall is open again")
    assert count_open(view) == count_open(before)
    places = {t.id: t.place for t in before.tickets}
    assert all(t.place == places[t.id] for t in view.tickets if t.id in places)
    wait_until(lambda: bool(one.queue.snapshot(first).waiting), WITHIN, "somebody waits here")
    one.queue.call_next(first)
