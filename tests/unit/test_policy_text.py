"""A policy written as text and read back is the same; what cannot be read is named by its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap import resources_folder
from app.domain.queue_policy import (
    Hours,
    LineRule,
    Order,
    QueuePolicy,
    Quota,
    ReturnRule,
    Skill,
    faults,
)
from app.services.demo_hall import load_hall
from ui.viewmodels.policy_text import changes, fault_words, read_text, text_of

HALL = load_hall(resources_folder() / "demo_hall")
FIRST = HALL.businesses[0].id

_minutes = st.integers(0, 23 * 60 + 58)


@st.composite
def spans(draw: st.DrawFn) -> tuple[time, time]:
    start = draw(_minutes)
    end = draw(st.integers(start + 1, 24 * 60 - 1))
    return time(start // 60, start % 60), time(end // 60, end % 60)


@st.composite
def rules(draw: st.DrawFn) -> LineRule:
    hours = draw(st.lists(spans(), max_size=3))
    quotas = draw(st.lists(st.tuples(spans(), st.integers(0, 999)), max_size=3))
    return LineRule(
        business=draw(st.sampled_from([one.id for one in HALL.businesses])),
        hours=tuple(Hours(start=a, end=b) for a, b in hours),
        quotas=tuple(Quota(start=a, end=b, most=n) for (a, b), n in quotas),
        open=draw(st.booleans()), green=draw(st.booleans()),
        target_minutes=draw(st.integers(1, 999)), alarm_at=draw(st.integers(0, 999)),
    )  # fmt: skip


@given(rules(), st.sampled_from(Order), st.integers(0, 10), st.integers(1, 20), st.integers(0, 100))
def test_what_is_written_is_read_back(
    rule: LineRule, order: Order, share: int, lease: int, times: int
) -> None:
    policy = QueuePolicy(
        order=order, lines=(rule,), priority_share=share, lease=lease,
        returns=ReturnRule(times=times), skills=(Skill(window="W01", businesses=(FIRST,)),),
    )  # fmt: skip
    read, wrong = read_text(text_of(policy, HALL), policy)
    assert wrong == []
    assert read == policy
    assert changes(policy, read, HALL) == []


@pytest.mark.parametrize(
    "hours",
    ["08:30", "8-9", "25:00-26:00", "08:30-11:30=40", "08:30-11:30 x", "08:60-09:00", "-", "一"],
)
def test_hours_that_cannot_be_read_are_named(hours: str) -> None:
    text = text_of(QueuePolicy(), HALL)
    lines = (replace(text.lines[0], hours=hours), *text.lines[1:])
    _, wrong = read_text(replace(text, lines=lines), QueuePolicy())
    assert wrong == [f"hours: {FIRST}"]
    assert HALL.businesses[0].name in fault_words(wrong[0], HALL)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_no_text_breaks_the_page(hours: str, quotas: str, target: str, number: str) -> None:
    text = text_of(QueuePolicy(), HALL)
    line = replace(text.lines[0], hours=hours, quotas=quotas, target=target)
    numbers = {**text.numbers, "lease": number}
    read, wrong = read_text(
        replace(text, lines=(line, *text.lines[1:]), numbers=numbers), QueuePolicy()
    )
    known = frozenset(one.id for one in HALL.businesses)
    for place in [*wrong, *faults(read, known, frozenset(one.id for one in HALL.windows))]:
        assert fault_words(place, HALL)


def test_spans_may_be_apart_by_what_people_type() -> None:
    text = text_of(QueuePolicy(), HALL)
    line = replace(text.lines[0], hours="8:30-11:30，13:30 – 17:00", quotas="8:30-10:00 = 40；")
    read, wrong = read_text(replace(text, lines=(line, *text.lines[1:])), QueuePolicy())
    assert wrong == []
    rule = read.line(FIRST)
    assert [one.start for one in rule.hours] == [time(8, 30), time(13, 30)]
    assert [one.most for one in rule.quotas] == [40]
    assert len(changes(QueuePolicy(), read, HALL)) == 2
