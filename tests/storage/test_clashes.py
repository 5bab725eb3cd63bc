"""A copy of this disk may have used the same numbers; what clashes holds up no other case."""

from __future__ import annotations

from app.domain.case_events import NoticeIssued
from app.domain.journal import GENESIS, seal
from app.storage.folding import forget_rows, note_fit, try_project
from app.storage.inbox import FeedPage, Inbox
from app.storage.outbox import Outbox, Refusal
from app.storage.store import Store
from tests.storage.conftest import SettableClock
from tests.storage.test_take_in import noticed, save


def told_by_another(store: Store, clock: SettableClock) -> None:
    """The feed brings another window's case with the number that was given here."""
    entries = []
    previous = GENESIS
    for seq, event in enumerate(noticed(), 1):
        entry = seal(
            event, previous=previous, id=f"theirs-{seq}", device="W09", install="copy", seq=seq,
            at=clock.now(), hlc=f"{seq:012x}-000000", actor="1002", subject="case:theirs",
        )  # fmt: skip
        previous = entry.hash
        entries.append((seq, entry))
    inbox = Inbox(store)
    page = FeedPage(
        asked=inbox.cursor(), cursor=f"{'0' * 16}.{len(entries)}", said=clock.now(), reset=False,
        more=False, entries=entries, own=[], verdicts=[], damaged=[],
    )  # fmt: skip
    assert inbox.take(page)


def states(store: Store) -> dict[str, str]:
    with store.read() as connection:
        return {
            row[0]: row[1]
            for row in connection.exec_driver_sql("SELECT id, state FROM cases").all()
        }


def test_a_refusal_is_taken_in_though_its_case_clashes(store: Store, clock: SettableClock) -> None:
    save(store, "case:ours", *noticed())
    told_by_another(store, clock)
    assert states(store) == {"ours": "noticed"}  # the same number twice: the other one waits
    outbox = Outbox(store)
    # Refused is an earlier fact than the one that gave the number.
    outbox.acknowledge(3, [Refusal(seq=3, code="SYNC-CASE-ELSEWHERE")])
    assert outbox.counts()[1] == 1
    number = next(i for i, one in enumerate(noticed(), 1) if isinstance(one, NoticeIssued))
    outbox.acknowledge(number, [Refusal(seq=number, code="SYNC-NUMBER-USED")])
    assert states(store) == {"ours": "open", "theirs": "noticed"}
    assert outbox.counts() == (0, 2)


def test_the_case_that_gave_way_is_refused_without_an_error(
    store: Store, clock: SettableClock
) -> None:
    save(store, "case:ours", *noticed())
    told_by_another(store, clock)
    with store.begin() as unit:  # as after facts about both that came in another order
        forget_rows(unit.connection, "case:ours")
        assert try_project(unit.connection, "case:theirs") == ""
        note_fit(unit.connection, "case:theirs", "")
        note_fit(unit.connection, "case:ours", try_project(unit.connection, "case:ours"))
    assert states(store) == {"theirs": "noticed"}
    outbox = Outbox(store)
    outbox.acknowledge(4, [Refusal(seq=4, code="SYNC-CASE-ELSEWHERE")])
    outbox.acknowledge(5, [Refusal(seq=5, code="SYNC-NUMBER-USED")])
    assert states(store) == {"ours": "open", "theirs": "noticed"}
    assert outbox.counts() == (0, 2)
