"""A replayed day: nobody is lost, nobody is called twice, and its arithmetic is that of a line."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.day_replay import Shift, Visitor, replay, what_if
from app.domain.queue_policy import LineRule, Order, QueuePolicy, Skill
from tests.simulation.hall_day import departments, invent_day, shifts_of, slower

POLICY = QueuePolicy()


def one_window(opens: float = 0, closes: float = 10_000) -> list[Shift]:
    return [Shift(window="W1", opens=opens, closes=closes)]


def at(
    minute: float, service: float | None = 10.0, business: str = "a", priority: str = ""
) -> Visitor:
    return Visitor(arrives=minute, business=business, service=service, priority=priority)


def test_one_window_serves_one_after_the_other() -> None:
    waits = replay([at(0), at(1), at(2), at(40)], one_window(), POLICY, Random(1))
    assert waits.minutes == {0: 0.0, 1: 9.0, 2: 18.0, 3: 0.0}
    assert waits.busy == {"W1": 40.0}
    assert (waits.mean, waits.quantile(0.5), waits.share_over(8)) == (27 / 4, 9.0, 0.5)


def test_who_went_away_costs_a_minute_and_is_in_no_mean() -> None:
    waits = replay([at(0), at(1, None), at(2)], one_window(), POLICY, Random(1))
    assert waits.minutes == {0: 0.0, 2: 9.0}


def test_a_window_calls_nobody_after_it_closed_and_ends_what_it_began() -> None:
    waits = replay([at(0, 30.0), at(1)], one_window(closes=20), POLICY, Random(1))
    assert waits.minutes == {0: 0.0}
    assert waits.unserved == 1


def test_skills_and_priority_decide_as_at_the_window() -> None:
    policy = QueuePolicy(skills=(Skill(window="W1", businesses=("a",)),))
    waits = replay([at(0, business="b"), at(1)], one_window(), policy, Random(1))
    assert (waits.minutes, waits.unserved) == ({1: 0.0}, 1)
    line = [at(0), at(1), at(2, priority="elderly")]
    assert replay(line, one_window(), POLICY, Random(1)).minutes == {0: 0.0, 2: 8.0, 1: 19.0}
    never = QueuePolicy(priority_share=0)
    assert replay(line, one_window(), never, Random(1)).minutes == {0: 0.0, 1: 9.0, 2: 18.0}


visits = st.lists(
    st.builds(
        Visitor,
        arrives=st.floats(0, 480),
        business=st.sampled_from("abc"),
        service=st.one_of(st.none(), st.floats(0, 60)),
        priority=st.sampled_from(["", "", "ill"]),
    ),
    max_size=40,
)
windows = st.lists(
    st.builds(
        Shift, window=st.sampled_from(["W1", "W2", "W3"]), opens=st.floats(0, 200),
        closes=st.floats(200, 600),
    ),
    max_size=3, unique_by=lambda shift: shift.window,
)  # fmt: skip
policies = st.builds(
    QueuePolicy,
    order=st.sampled_from(list(Order)),
    priority_share=st.integers(0, 10),
    lines=st.sampled_from([(), (LineRule(business="b", green=True),)]),
    skills=st.sampled_from([(), (Skill(window="W1", businesses=("a", "b")),)]),
)


@given(visits, windows, policies, st.integers())
def test_everybody_is_served_once_or_left_and_the_same_seed_gives_the_same_day(
    visitors: list[Visitor], shifts: list[Shift], policy: QueuePolicy, seed: int
) -> None:
    waits = replay(visitors, shifts, policy, Random(seed))
    real = {place for place, one in enumerate(visitors) if one.service is not None}
    assert set(waits.minutes) <= real
    assert len(waits.minutes) + waits.unserved == len(real)
    assert all(wait >= 0 for wait in waits.minutes.values())
    served = sum(visitors[place].service or 0 for place in waits.minutes)
    assert sum(waits.busy.values()) == pytest.approx(served)
    assert replay(visitors, shifts, policy, Random(seed)) == waits


@pytest.mark.parametrize("seed", range(12))
def test_the_pool_waits_less_than_departments_even_where_clerks_are_slower(seed: int) -> None:
    """A tenth slower, because nobody knows everything as well as one department."""
    day = invent_day(Random(seed))
    assert 850 <= len(day.visitors) <= 1450
    pool = replay(slower(day, 1.1).visitors, shifts_of(day), POLICY, Random(seed))
    apart = replay(day.visitors, shifts_of(day), departments(day), Random(seed))
    assert pool.unserved == apart.unserved == 0
    assert pool.mean < apart.mean
    assert pool.quantile(0.9) < apart.quantile(0.9)
    assert pool.share_over(15) < apart.share_over(15)


def test_the_day_has_its_peaks_at_nine_and_at_fourteen() -> None:
    hours = Counter(
        int(one.arrives // 60) for seed in range(10) for one in invent_day(Random(seed)).visitors
    )
    by_count = [hour for hour, _ in hours.most_common()]
    assert by_count[0] == 9
    assert by_count.index(14) < by_count.index(12)
    assert hours[14] > hours[13]
    assert hours[14] > hours[15]


def test_what_if_knows_the_day_it_replays_and_one_window_more_shortens_it() -> None:
    day = invent_day(Random(5))
    shifts = shifts_of(day)
    happened = replay(day.visitors, shifts, POLICY, Random(99))
    real = list(happened.minutes.values())
    more = [*shifts, Shift(window="W99", opens=shifts[0].opens, closes=shifts[0].closes)]
    found = what_if(day.visitors, real, shifts, more, POLICY, Random(3), times=12)
    assert found.happened == pytest.approx(happened.mean)
    assert found.as_it_was.least <= found.as_it_was.middle <= found.as_it_was.most
    assert found.otherwise.middle < found.as_it_was.middle
    # The day itself lies among its replays, or not far outside.
    assert abs(found.off) < 3 * (found.as_it_was.most - found.as_it_was.least) + 1
    fewer = what_if(day.visitors, real, shifts, shifts[1:], POLICY, Random(3), times=12)
    assert fewer.otherwise.middle > fewer.as_it_was.middle
