"""Papers that follow a decision, filled from the facts."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.case_events import (
    AgentIdentified,
    CaseAcceptedDeferred,
    CaseFinished,
    CaseRejected,
    CaseResumed,
    ClockPaused,
    ClockResumed,
    Deferral,
    LimitExtended,
    MaterialPromised,
    NoticeHanded,
    ResultHanded,
)
from app.domain.errors import NotReady
from app.domain.events import PaperKind
from app.domain.hall import HALL_ZONE
from app.domain.papers import (
    CollectionContent,
    DeferralPromiseContent,
    DeliveryReturnContent,
    LimitNoticeContent,
    PromiseContent,
    TransferContent,
)
from tests.unit.test_papers import (
    ACCEPTED,
    AGENT,
    FOOD,
    FORM,
    IDENTITY,
    OTHER_CLERK,
    PLAN,
    RULES,
    WINDOW,
    Counter,
    counter,
    got,
)

__all__ = ["counter"]  # the fixture

FOLLOWING = (
    PaperKind.DEFERRAL_PROMISE, PaperKind.TRANSFER, PaperKind.LIMIT_NOTICE,
    PaperKind.DELIVERY_RETURN, PaperKind.COLLECTION,
)  # fmt: skip


def test_a_promise_is_signed_before_the_decision_and_says_the_same_after(counter: Counter) -> None:
    counter.open("c", FOOD, got(FORM), got(IDENTITY), got(PLAN))
    with pytest.raises(NotReady):
        counter.paper(PaperKind.PROMISE, "case:c")
    counter.happen("case:c", MaterialPromised(material=RULES.id))
    before = counter.paper(PaperKind.PROMISE, "case:c")
    assert isinstance(before, PromiseContent)
    assert [one.name for one in before.materials] == ["规章制度"]
    assert before.head.number == ""
    decided = CaseAcceptedDeferred(
        number="N1", check="CHECK2", promise_due=date(2026, 11, 30), promised=(RULES.id,),
        deferrals=(Deferral(material=PLAN.id, name=PLAN.name, until=date(2026, 11, 27)),),
    )  # fmt: skip
    counter.happen("case:c", decided)
    after = counter.paper(PaperKind.PROMISE, "case:c")
    assert isinstance(after, PromiseContent)
    assert after.materials == before.materials
    assert after.head.number == "N1"
    deferred = counter.paper(PaperKind.DEFERRAL_PROMISE, "case:c")
    assert isinstance(deferred, DeferralPromiseContent)
    lacking = deferred.materials
    assert [(one.name, one.form, one.until) for one in lacking] == [
        ("平面图", "纸质，原件 1 份", date(2026, 11, 27))
    ]


@pytest.mark.parametrize("kind", FOLLOWING)
def test_nothing_follows_an_open_case(kind: PaperKind, counter: Counter) -> None:
    counter.open("c", FOOD, got(FORM))
    with pytest.raises(NotReady):
        counter.paper(kind, "case:c")


def test_what_is_transferred_is_what_was_brought(counter: Counter) -> None:
    counter.open("c", FOOD, got(FORM), got(IDENTITY), got(PLAN), got(RULES))
    counter.happen("case:c", ACCEPTED)
    paper = counter.paper(PaperKind.TRANSFER, "case:c")
    assert isinstance(paper, TransferContent)
    assert (paper.outcome, paper.due) == ("受理", date(2026, 11, 30))
    assert [line.name for line in paper.head.materials] == [
        "《样例许可申请表》", "身份证", "平面图", "规章制度",
    ]  # fmt: skip


def test_each_change_of_the_limit_with_its_reason(counter: Counter) -> None:
    counter.open("c", FOOD, got(FORM), got(IDENTITY), got(PLAN), got(RULES))
    counter.happen("case:c", ACCEPTED)
    for kind in (PaperKind.LIMIT_NOTICE, PaperKind.COLLECTION, PaperKind.DELIVERY_RETURN):
        with pytest.raises(NotReady):
            counter.paper(kind, "case:c")
    paused = ClockPaused(code="h", name="听证", reason="示例", approver="甲", on=date(2026, 11, 24))
    counter.happen("case:c", paused)
    first = counter.paper(PaperKind.LIMIT_NOTICE, "case:c")
    assert isinstance(first, LimitNoticeContent)
    assert [(one.name, one.until) for one in first.changes] == [("听证", None)]
    counter.happen("case:c", ClockResumed(code="h", on=date(2026, 11, 26)))
    at = counter.at
    extended = LimitExtended(days=5, reason="复杂", approver="乙", on=date(2026, 11, 27))
    counter.happen("case:c", extended, actor=OTHER_CLERK.id)
    paper = counter.paper(PaperKind.LIMIT_NOTICE, "case:c")
    assert isinstance(paper, LimitNoticeContent)
    assert [(one.name, one.approver, one.until, one.days) for one in paper.changes] == [
        ("听证", "甲", date(2026, 11, 26), 0), ("延长办理期限", "乙", None, 5),
    ]  # fmt: skip
    assert paper.head.issued_at == at.astimezone(HALL_ZONE)
    assert paper.head.clerk == f"{OTHER_CLERK.name}（{OTHER_CLERK.id}）"


@pytest.mark.parametrize(
    ("to", "for_another"), [("张示例", False), ("李样例", True), ("路人", False)]
)
def test_who_collects_the_result(to: str, for_another: bool, counter: Counter) -> None:
    counter.open(
        "c", FOOD, AgentIdentified(agent=AGENT, authority="授权委托书"), got(FORM), got(IDENTITY),
        got(PLAN), got(RULES),
    )  # fmt: skip
    counter.happen("case:c", ACCEPTED)
    counter.happen("case:c", CaseFinished(name="食品许可证", number="JY1", reviewer="R1"))
    blank = counter.paper(PaperKind.COLLECTION, "case:c")
    assert isinstance(blank, CollectionContent)
    assert (blank.collector, blank.handed, blank.result_number) == ("", None, "JY1")
    at = counter.at.astimezone(HALL_ZONE)
    counter.happen("case:c", ResultHanded(by="W9", to=to, way="直接", at=at, signed=True))
    paper = counter.paper(PaperKind.COLLECTION, "case:c")
    assert isinstance(paper, CollectionContent)
    assert paper.collector == to
    assert paper.for_another is for_another
    masked = {"张示例": paper.head.applicant_number, "李样例": paper.head.agent_number}
    assert paper.collector_number == masked.get(to, "")
    served = counter.paper(PaperKind.DELIVERY_RETURN, "case:c")
    assert isinstance(served, DeliveryReturnContent)
    assert (served.document, served.document_number) == ("食品许可证", "JY1")
    assert served.handed is not None
    assert served.handed.to == to


def test_a_notice_and_a_rejection_are_served_themselves(counter: Counter) -> None:
    counter.open("c", FOOD, got(FORM))
    counter.notice("c", "N1")
    at = counter.at.astimezone(HALL_ZONE)
    counter.happen("case:c", NoticeHanded(by="W9", to="张示例", way="邮寄", at=at, signed=False))
    served = counter.paper(PaperKind.DELIVERY_RETURN, "case:c")
    assert isinstance(served, DeliveryReturnContent)
    assert served.document == "补正材料一次性告知书"
    assert served.handed is not None
    assert (served.handed.way, served.handed.signed) == ("邮寄", False)
    counter.happen("case:c", CaseResumed(window=WINDOW.id, ticket=""))
    rejected = CaseRejected(number="N1", check="CHECK2", reason="不属于本机关", basis="第三十二条")
    counter.happen("case:c", rejected)
    served = counter.paper(PaperKind.DELIVERY_RETURN, "case:c")
    assert isinstance(served, DeliveryReturnContent)
    assert served.document == "不予受理通知书"
    assert served.handed is None
