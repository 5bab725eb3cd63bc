"""What other windows, departments and supervisors did reaches the clerk in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt

from app.domain.case_events import (
    CaseFinished,
    CaseReviewed,
    ConflictRecorded,
    NoticeLine,
    SupplementAsked,
)
from app.domain.checklist import Outcome
from app.domain.event import Event
from app.domain.events import OrderGiven
from app.storage.inbox import FeedPage, Inbox
from tests.sync.hall import SealedChain
from tests.ui.hall import Hall
from ui.pages.keys import page_keys
from ui.viewmodels.counter_state import Primary

Key = Qt.Key


class Elsewhere:
    """The back office's own chain, as its feed brings it to this window."""

    def __init__(self, hall: Hall) -> None:
        self._inbox = Inbox(hall.client.store)
        self._chain = SealedChain(device="backoffice", install="office")
        self._hall = hall
        self._told = 0

    def tells(self, *facts: tuple[Event, str]) -> None:
        """All that this window saved is applied; then these."""
        store = self._hall.client.store
        own = [(entry.seq, entry.seq) for entry in store.entries()]
        start = 1_000_000 + self._told
        entries = [
            (start + at, self._chain.add(event, subject))
            for at, (event, subject) in enumerate(facts)
        ]
        self._told += len(facts)
        page = FeedPage(
            asked=self._inbox.cursor(), cursor=f"e.{start + len(facts)}", said=datetime.now(UTC),
            own=own, entries=entries,
        )  # fmt: skip
        assert self._inbox.take(page)
        self._hall.window._hear_news().refresh()
        self._hall.settle()


def accepted(hall: Hall) -> tuple[str, str]:
    """(id, the first material's id) of a case accepted here; the counter is free again."""
    hall.begin()
    hall.read()
    hall.find("养犬登记")
    hall.answer_first()
    hall.receive_all()
    case_id, material = hall.model.case.state.case_id, hall.model.case.state.rows[0].id
    hall.model.select(Outcome.ACCEPT)
    hall.model.case.decide()
    hall.wait(lambda: hall.model.case.state.decided is not None, "a decision")
    return case_id, material


def words(hall: Hall) -> str:
    model = hall.window.news_model
    assert model is not None
    return "\n".join(f"{line.kind} {line.title} {line.meaning}" for line in model.state.lines)


def test_a_supplement_is_told_taken_in_and_handed_back_to_the_department(hall: Hall) -> None:
    hall.sign_in()
    case_id, material = accepted(hall)
    line = NoticeLine(material=material, name="养犬登记申请表", problem="缺签字", because="标准")
    asked = SupplementAsked(lines=(line,), reviewer="7001")
    Elsewhere(hall).tells((asked, f"case:{case_id}"))
    assert "要补齐" in words(hall)
    assert "养犬登记申请表" in words(hall)
    assert hall.window.status.news.isVisible()
    hall.ctrl(Key.Key_I)
    hall.key(Key.Key_A)
    hall.settle()
    assert not hall.window.status.news.isVisible()
    hall.key(Key.Key_Escape)
    # The applicant comes back with it.
    hall.key(Key.Key_F2)
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.open, "an open case")
    number = hall.client.store.find_case(case_id)
    assert number is not None
    hall.model.records.find(number.number)
    hall.wait(lambda: hall.model.case.state.case_id == case_id, "the case again")
    conclusion = hall.model.case.state.conclusion
    assert conclusion is not None
    assert conclusion.supplement
    assert conclusion.open == frozenset()
    assert "缺签字" in conclusion.lines[0]
    assert hall.primary() is not Primary.DECIDE
    hall.model.case.materials.receive_all(material)
    hall.settle()
    assert hall.primary() is Primary.SUPPLEMENT
    assert hall.page.decision.go.words() == "交回部门"


def test_a_result_that_came_is_told(hall: Hall) -> None:
    hall.sign_in()
    case_id, _ = accepted(hall)
    about = f"case:{case_id}"
    Elsewhere(hall).tells(
        (CaseReviewed(granted=True, opinion="符合", reviewer="7001"), about),
        (CaseFinished(name="养犬登记证", number="示犬〔2026〕12号", reviewer="7001"), about),
    )
    assert "养犬登记证 示犬〔2026〕12号 到了" in words(hall)


def test_both_clerks_read_who_went_on_with_a_case(hall: Hall) -> None:
    hall.sign_in()
    case_id, _ = accepted(hall)
    office = Elsewhere(hall)
    about = f"case:{case_id}"
    kinds = ("MaterialReceived", "CaseAccepted")
    theirs = ConflictRecorded(window="W07", kinds=kinds, code="SYNC-CASE-ELSEWHERE")
    ours = ConflictRecorded(window="W01", kinds=kinds, code="SYNC-CASE-ELSEWHERE")
    office.tells((theirs, about), (ours, about))
    told = words(hall)
    assert "W07 窗口同时也办了这件" in told
    assert "本窗口记的（收到材料、受理）没有采用" in told


def test_a_supervisors_word_stands_above_the_page_while_it_holds(hall: Hall) -> None:
    hall.sign_in()
    soon = datetime.now(UTC) + timedelta(hours=1)
    Elsewhere(hall).tells(
        (OrderGiven(order="drill", text="十一点半消防演练", until=soon), "device:W01")
    )
    assert hall.window.order.isVisible()
    hall.window.sign_out()
    assert not hall.window.order.isVisible()


def test_no_key_has_two_meanings() -> None:
    keys = [key for line in page_keys() for key in line.keys]
    assert sorted(keys) == sorted(set(keys))
