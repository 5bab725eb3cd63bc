"""Papers filled from the facts: as of their decision, with every party, and nothing in clear."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from app.bootstrap import resources_folder
from app.domain.bundle import Bundle, QuestionRef, SameQuestion
from app.domain.case_events import (
    AgentIdentified,
    ApplicantIdentified,
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseOpened,
    CaseReceived,
    CaseRejected,
    CaseResumed,
    ClockPaused,
    Deferral,
    DeliveryChosen,
    FieldFilled,
    ItemChosen,
    MaterialPromised,
    MaterialReceived,
    MaterialSpared,
    NoticeHanded,
    NoticeIssued,
    OrganisationIdentified,
    PhoneEntered,
    QuestionAnswered,
)
from app.domain.catalogue import (
    Department,
    FieldFill,
    FieldKind,
    FormField,
    Item,
    ItemKind,
    Limit,
    Material,
    MaterialType,
    Necessity,
    Option,
    Question,
    ReuseGrade,
    list_hash,
)
from app.domain.checklist import Stored
from app.domain.decision import judge
from app.domain.errors import ListChanged, NotReady
from app.domain.event import Event
from app.domain.events import BundleChosen, BundleDecided, CaseBundled, PaperKind, PaperQueued
from app.domain.hall import HALL_ZONE
from app.domain.nations import nation_words
from app.domain.notice import notice_lines
from app.domain.papers import (
    AcceptanceContent,
    ApplicationFormContent,
    BundleReceiptContent,
    NoticeContent,
    Paper,
    ReceiptContent,
    RejectionContent,
)
from app.domain.person import (
    Applicant,
    Delivery,
    DeliveryWay,
    DocumentKind,
    Organisation,
    Person,
    Sex,
    ValueSource,
)
from app.services.catalogue import Catalogue
from app.services.demo_hall import load_hall
from app.services.papers import PaperContents
from app.services.printing import PrintDesk
from app.storage.store import Store
from printers.documents.fonts import FontBook
from printers.maker import PDF, PaperPress
from printers.wording import Wording

HALL = load_hall(resources_folder() / "demo_hall")
WINDOW = HALL.windows[0]
OTHER_WINDOW = HALL.windows[1]
CLERK, OTHER_CLERK = HALL.staff[0], HALL.staff[1]

OWN = "11010519491231002X"
AGENTS = "110101199003070011"
APPLICANT = Applicant(
    document=DocumentKind.RESIDENT, source=ValueSource.CARD,
    person=Person(
        name="张示例", number=OWN, sex=Sex.FEMALE, nation="08", birth=date(1949, 12, 31),
        address="示例市样例区测试路 1 号",
    ),
)  # fmt: skip
AGENT = Applicant(
    document=DocumentKind.RESIDENT, source=ValueSource.CARD,
    person=Person(name="李样例", number=AGENTS),
)  # fmt: skip
COMPANY = Organisation(
    name="示例商贸有限公司", credit_code="91370199MB0001001N", representative="王测试",
    source=ValueSource.TYPED,
)  # fmt: skip
POST = Delivery(
    way=DeliveryWay.POST, recipient="张示例", phone="13800000000", address="示例市样例区测试路 1 号"
)
FORM = Material(id="form", name="《样例许可申请表》", type=MaterialType.APPLICATION_FORM)
IDENTITY = Material(
    id="identity", name="身份证", copies=1, reuse_grades=(ReuseGrade.A,), licence="id-card"
)
PLAN = Material(id="plan", name="平面图", necessity=Necessity.DEFERRABLE)
RULES = Material(id="rules", name="规章制度", promisable=True)
EXTRA = Material(id="extra", name="其他说明", necessity=Necessity.OPTIONAL)
FIELDS = (
    FormField(id="name", label="姓名", fill=FieldFill.NAME),
    FormField(id="document", label="证件类型", fill=FieldFill.DOCUMENT),
    FormField(id="number", label="证件号码", fill=FieldFill.NUMBER),
    FormField(id="nation", label="民族", fill=FieldFill.NATION),
    FormField(id="birth", label="出生日期", kind=FieldKind.DATE, fill=FieldFill.BIRTH),
    FormField(id="trade", label="业态", kind=FieldKind.CHOICE, choices=("零售", "餐饮")),
    FormField(id="place", label="经营场所"),
)


def an_item(code: str, name: str, *materials: Material, fields: tuple[FormField, ...]) -> Item:
    return Item(
        code=code, name=name, department=Department(code="1", name=f"示例{name}局"), level="4",
        type="01", kind=ItemKind.PROMISED, served=("1", "2"), statutory_limit=Limit(count=20),
        promised_limit=Limit(count=5), delivery=("自取", "邮寄"), promise_allowed=True,
        questions=(
            Question(
                id="who", text="谁来办",
                options=(Option(id="a", text="本人"), Option(id="b", text="代办")),
            ),
        ),
        fields=fields, materials=materials, effective_from=date(2026, 1, 1), version=2,
    )  # fmt: skip


FOOD = an_item("food", "食品许可", FORM, IDENTITY, PLAN, RULES, EXTRA, fields=FIELDS)
SIGN = an_item(
    "sign", "招牌审批", Material(id="sign-form", name="招牌申请表", type=FORM.type), IDENTITY,
    Material(id="picture", name="效果图"),
    fields=(*FIELDS[:3], FormField(id="size", label="招牌尺寸")),
)  # fmt: skip
HYGIENE = an_item("hygiene", "卫生许可", IDENTITY, PLAN, fields=())
RESTAURANT = Bundle(
    code="restaurant", name="开办餐饮店", department=Department(code="1", name="示例牵头局"),
    items=("food", "sign", "hygiene"), joint_form="开办餐饮店联合申请表", version=4,
    same_questions=(
        SameQuestion(
            members=tuple(QuestionRef(item=i, question="who") for i in ("food", "sign", "hygiene"))
        ),
    ),
    effective_from=date(2026, 1, 1),
)  # fmt: skip
CATALOGUE = Catalogue((FOOD, SIGN, HYGIENE), bundles=(RESTAURANT,))


class StandingClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Counter:
    """Facts appended as they happen, an hour apart."""

    def __init__(self, store: Store, clock: StandingClock) -> None:
        self.store = store
        self._clock = clock
        self.contents = PaperContents(store, HALL, lambda: CATALOGUE)

    @property
    def at(self) -> datetime:
        return self._clock.at

    def happen(self, subject: str, *events: Event, actor: str = CLERK.id) -> None:
        with self.store.begin() as unit:
            for event in events:
                unit.append(event, subject=subject, actor=actor)
        self._clock.at += timedelta(hours=1)

    def open(self, case: str, item: Item = FOOD, *more: Event) -> None:
        self.happen(
            f"case:{case}", CaseOpened(window=WINDOW.id, ticket=""),
            ApplicantIdentified(applicant=APPLICANT), PhoneEntered(phone="13800000000"),
            ItemChosen(
                item=item.code, name=item.name, department=item.department.name,
                version=item.version, list_hash=list_hash(item),
            ),
            QuestionAnswered(question="who", options=("a",)), *more,
        )  # fmt: skip

    def notice(self, case: str, number: str, item: Item = FOOD) -> None:
        found = self.store.find_case(case)
        assert found is not None
        lines = notice_lines(found, judge(found, item, self.at.date()))
        self.happen(f"case:{case}", NoticeIssued(number=number, check="CHECK2", lines=lines))

    def paper(self, kind: PaperKind, about: str) -> Paper:
        return self.contents.content(kind, about)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    clock = StandingClock()
    store = Store.open(tmp_path, bytes(32), device="W01", clock=clock, random=os.urandom)
    yield Counter(store, clock)
    store.close()


def got(material: Material) -> MaterialReceived:
    return MaterialReceived(
        material=material.id, originals=material.originals, copies=material.copies
    )


ACCEPTED = CaseAccepted(number="N1", check="CHECK2", promise_due=date(2026, 11, 30))


# -- as of the decision --------------------------------------------------------------------------


def test_noticed_then_accepted_each_paper_says_what_was_known_then(counter: Counter) -> None:
    counter.open("c", FOOD, got(FORM))
    noticed_at = counter.at
    counter.notice("c", "N1")
    before = counter.paper(PaperKind.NOTICE, "case:c")
    assert isinstance(before, NoticeContent)
    assert before.handed is None
    assert [line.name for line in before.lines] == ["身份证", "平面图", "规章制度"]

    counter.happen(
        "case:c", CaseResumed(window=OTHER_WINDOW.id, ticket=""), PhoneEntered(phone="13900000000"),
        got(IDENTITY), got(PLAN), got(RULES), actor=OTHER_CLERK.id,
    )  # fmt: skip
    assert counter.paper(PaperKind.NOTICE, "case:c") == before  # also while the case is open again
    with pytest.raises(NotReady):
        counter.paper(PaperKind.ACCEPTANCE, "case:c")
    accepted_at = counter.at
    counter.happen("case:c", ACCEPTED, actor=OTHER_CLERK.id)
    pause = ClockPaused(
        code="h", name="听证", reason="示例", approver="示例", on=date(2026, 11, 24)
    )
    counter.happen("case:c", pause, actor="system")

    assert counter.paper(PaperKind.NOTICE, "case:c") == before
    after = counter.paper(PaperKind.ACCEPTANCE, "case:c")
    assert isinstance(after, AcceptanceContent)
    assert before.head.number == after.head.number == "N1"
    assert before.head.phone == "13800000000"
    assert after.head.phone == "13900000000"
    assert before.head.issued_at == noticed_at.astimezone(HALL_ZONE)
    assert after.head.issued_at == accepted_at.astimezone(HALL_ZONE)
    assert before.head.clerk == f"{CLERK.name}（{CLERK.id}）"
    assert after.head.clerk == f"{OTHER_CLERK.name}（{OTHER_CLERK.id}）"
    assert before.head.window == WINDOW.name
    assert after.head.window == OTHER_WINDOW.name
    assert [line.name for line in before.head.materials] == ["《样例许可申请表》"]
    assert [line.state for line in after.head.materials] == ["收到"] * 4 + ["未交（非必要）"]


def test_the_last_notice_counts_and_marks_what_was_told(counter: Counter) -> None:
    counter.open("c", FOOD, got(FORM), got(IDENTITY))
    counter.notice("c", "N1")
    handed = NoticeHanded(
        by=CLERK.id, to="张示例", way="直接", at=counter.at.astimezone(HALL_ZONE), signed=True
    )
    counter.happen("case:c", handed)
    first = counter.paper(PaperKind.NOTICE, "case:c")
    assert isinstance(first, NoticeContent)
    assert first.handed is not None
    assert first.handed.by == f"{CLERK.name}（{CLERK.id}）"
    assert (first.handed.to, first.handed.way, first.handed.signed) == ("张示例", "直接", True)
    counter.happen("case:c", CaseResumed(window=WINDOW.id, ticket=""), got(PLAN))
    counter.notice("c", "N1")
    second = counter.paper(PaperKind.NOTICE, "case:c")
    assert isinstance(second, NoticeContent)
    assert second.handed is None  # the first was handed over, not this one
    assert [(line.name, line.told_before) for line in second.lines] == [("规章制度", True)]


def test_received_then_rejected_both_can_be_printed(counter: Counter) -> None:
    counter.open("c", FOOD, got(FORM))
    with pytest.raises(NotReady):
        counter.paper(PaperKind.RECEIPT, "case:c")
    received = CaseReceived(number="N1", check="CHECK2", notice_due=date(2026, 11, 30))
    counter.happen("case:c", received)
    counter.happen("case:c", CaseResumed(window=WINDOW.id, ticket=""))
    rejected = CaseRejected(number="N1", check="CHECK2", reason="不属于本机关", basis="第三十二条")
    counter.happen("case:c", rejected)
    receipt = counter.paper(PaperKind.RECEIPT, "case:c")
    assert isinstance(receipt, ReceiptContent)
    assert receipt.notice_due == date(2026, 11, 30)
    assert [line.state for line in receipt.head.materials] == [
        "收到", "缺", "缺（可容缺后补）", "缺", "未交（非必要）",
    ]  # fmt: skip
    rejection = counter.paper(PaperKind.REJECTION, "case:c")
    assert isinstance(rejection, RejectionContent)
    assert [line.name for line in rejection.head.materials] == ["《样例许可申请表》"]


def test_a_list_altered_under_its_version_prints_nothing(counter: Counter) -> None:
    decide_bundle(counter)
    altered = replace(FOOD, materials=(*FOOD.materials, Material(id="gold", name="金条")))
    for items, bundle, about in (
        ((altered, SIGN, HYGIENE), RESTAURANT, ("case:c1", "bundle:b")),
        ((FOOD, SIGN, HYGIENE), replace(RESTAURANT, joint_form=""), ("bundle:b",)),
    ):
        contents = PaperContents(counter.store, HALL, partial(Catalogue, items, bundles=(bundle,)))
        for one in about:
            kind = PaperKind.ACCEPTANCE if one == "case:c1" else PaperKind.BUNDLE_RECEIPT
            with pytest.raises(ListChanged):
                contents.content(kind, one)
            with pytest.raises(ListChanged):
                contents.content(PaperKind.APPLICATION_FORM, one)


# -- parties, delivery, states --------------------------------------------------------------------


def test_every_party_and_the_delivery_stand_in_the_head(counter: Counter) -> None:
    counter.open(
        "c", FOOD, OrganisationIdentified(organisation=COMPANY),
        AgentIdentified(agent=AGENT, authority="授权委托书"), DeliveryChosen(delivery=POST),
        *map(got, (FORM, IDENTITY, PLAN, RULES)), ACCEPTED,
    )  # fmt: skip
    paper = counter.paper(PaperKind.ACCEPTANCE, "case:c")
    assert isinstance(paper, AcceptanceContent)
    head = paper.head
    assert (head.organisation, head.credit_code) == (COMPANY.name, COMPANY.credit_code)
    assert head.representative == "王测试"
    assert (head.agent, head.authority) == ("李样例", "授权委托书")
    assert (head.applicant_number, head.agent_number) == (
        "1101**********002X",
        "1101**********0011",
    )
    assert head.addressee == COMPANY.name
    assert [(one.way, one.chosen) for one in head.delivery] == [
        ("自行取件", False), ("物流寄送", True),
    ]  # fmt: skip
    assert head.delivery[1].to == "张示例，13800000000，示例市样例区测试路 1 号"
    assert OWN not in repr(paper)
    assert AGENTS not in repr(paper)


def test_deferrals_promises_and_spared_papers_in_one_acceptance(counter: Counter) -> None:
    licence = Stored(
        grade=ReuseGrade.A, name="居民身份证", reference=OWN, keeper="示例市电子证照库",
        seen=date(2020, 1, 1), licence="id-card",
    )  # fmt: skip
    counter.open(
        "c", FOOD, got(FORM), MaterialSpared(material="identity", stored=licence),
        MaterialPromised(material="rules"),
        CaseAcceptedDeferred(
            number="N1", check="CHECK2", promise_due=date(2026, 11, 30), promised=("rules",),
            deferrals=(Deferral(material="plan", name="平面图", until=date(2026, 11, 27)),),
        ),
    )  # fmt: skip
    paper = counter.paper(PaperKind.ACCEPTANCE, "case:c")
    assert isinstance(paper, AcceptanceContent)
    assert paper.promised == ("规章制度",)
    assert [one.name for one in paper.deferrals] == ["平面图"]
    assert [line.state for line in paper.head.materials] == [
        "收到", "免交：示例市电子证照库 1101**********002X（居民身份证）",
        "容缺后补，2026年11月27日前", "告知承诺", "未交（非必要）",
    ]  # fmt: skip
    assert OWN not in repr(paper)


# -- bundles --------------------------------------------------------------------------------------


def begin_bundle(counter: Counter) -> None:
    for case, item in (("c1", FOOD), ("c2", SIGN), ("c3", HYGIENE)):
        counter.open(case, item, CaseBundled(bundle="b"))
    chosen = BundleChosen(
        code="restaurant", name="开办餐饮店", version=4, list_hash=list_hash(RESTAURANT),
        cases=("c1", "c2", "c3"),
    )  # fmt: skip
    counter.happen("bundle:b", chosen)


def decide_bundle(counter: Counter) -> None:
    begin_bundle(counter)
    counter.happen("case:c1", *map(got, (FORM, IDENTITY, RULES)), DeliveryChosen(delivery=POST))
    counter.happen("case:c2", MaterialReceived(material="sign-form", originals=1, copies=0))
    counter.happen("case:c2", got(IDENTITY))
    counter.happen("case:c3", got(IDENTITY), got(PLAN))
    counter.happen(
        "case:c1",
        CaseAcceptedDeferred(
            number="N1", check="C", promise_due=date(2026, 11, 30), due_provisional=True,
            deferrals=(Deferral(material="plan", name="平面图", until=date(2026, 11, 27)),),
        ),
    )  # fmt: skip
    counter.notice("c2", "N2", SIGN)
    counter.happen("case:c3", CaseAccepted(number="N3", check="C", promise_due=date(2026, 12, 1)))
    counter.happen("bundle:b", BundleDecided(number="YJS1", check="WHOLE2"), actor=OTHER_CLERK.id)


def test_an_undecided_bundle_has_no_receipt(counter: Counter) -> None:
    begin_bundle(counter)
    with pytest.raises(NotReady):
        counter.paper(PaperKind.BUNDLE_RECEIPT, "bundle:b")
    with pytest.raises(NotReady):
        counter.paper(PaperKind.BUNDLE_RECEIPT, "bundle:nothing")


def test_a_bundle_is_told_item_by_item_and_each_material_once(counter: Counter) -> None:
    decide_bundle(counter)
    paper = counter.paper(PaperKind.BUNDLE_RECEIPT, "bundle:b")
    assert isinstance(paper, BundleReceiptContent)
    head = paper.head
    assert (head.number, head.item, head.department) == ("YJS1", "开办餐饮店", "示例牵头局")
    assert "YJS1" in head.progress_url
    assert "WHOLE2" in head.progress_url
    assert head.clerk == f"{OTHER_CLERK.name}（{OTHER_CLERK.id}）"
    assert head.situation == (("谁来办", "本人"),)  # asked once
    assert head.delivery[1].chosen
    assert [(one.item, one.number, one.outcome, one.due, one.remark) for one in paper.items] == [
        ("食品许可", "N1", "容缺受理", date(2026, 11, 30), ""),
        ("招牌审批", "N2", "补正告知", None, "见补正告知书"),
        ("卫生许可", "N3", "受理", date(2026, 12, 1), ""),
    ]  # fmt: skip
    assert [one.due_provisional for one in paper.items] == [True, False, False]
    assert [(one.name, one.used_by, one.state) for one in paper.materials] == [
        ("开办餐饮店联合申请表", (1, 2), "收到"),
        ("身份证", (1, 2, 3), "收到"),
        ("平面图", (1, 3), "容缺后补，2026年11月27日前"),
        ("规章制度", (1,), "收到"),
        ("其他说明", (1,), "未交（非必要）"),
        ("效果图", (2,), "缺"),
    ]  # fmt: skip
    assert (paper.saving.materials_apart, paper.saving.materials_together) == (9, 5)
    assert (paper.saving.forms_apart, paper.saving.forms_together) == (2, 1)
    assert (paper.deferred, paper.promised) == (True, False)


def test_a_bundles_receipt_stays_as_it_was_when_one_case_goes_on(counter: Counter) -> None:
    decide_bundle(counter)
    before = counter.paper(PaperKind.BUNDLE_RECEIPT, "bundle:b")
    counter.happen(
        "case:c2", CaseResumed(window=WINDOW.id, ticket=""),
        MaterialReceived(material="picture", originals=1, copies=0),
        CaseAccepted(number="N2", check="C", promise_due=date(2026, 12, 3)),
    )  # fmt: skip
    assert counter.paper(PaperKind.BUNDLE_RECEIPT, "bundle:b") == before
    own = counter.paper(PaperKind.ACCEPTANCE, "case:c2")
    assert isinstance(own, AcceptanceContent)
    assert own.promise_due == date(2026, 12, 3)


# -- the form -------------------------------------------------------------------------------------


def test_a_form_before_any_decision_has_no_number_and_full_values(counter: Counter) -> None:
    counter.open("c", FOOD, FieldFilled(field="trade", value="餐饮"))
    paper = counter.paper(PaperKind.APPLICATION_FORM, "case:c")
    assert isinstance(paper, ApplicationFormContent)
    assert (paper.title, paper.head.number, paper.head.progress_url) == ("样例许可申请表", "", "")
    assert [(line.label, line.value) for line in paper.lines] == [
        ("姓名", "张示例"), ("证件类型", "居民身份证"), ("证件号码", OWN), ("民族", "壮族"),
        ("出生日期", "1949年12月31日"), ("业态", "餐饮"), ("经营场所", ""),
    ]  # fmt: skip
    assert paper.lines[5].choices == ("零售", "餐饮")
    assert OWN not in repr(paper.head)


def test_the_form_of_a_decided_case_is_that_of_its_decision(counter: Counter) -> None:
    counter.open("c", FOOD, FieldFilled(field="place", value="示例路"))
    counter.notice("c", "N1")
    decided = counter.paper(PaperKind.APPLICATION_FORM, "case:c")
    assert isinstance(decided, ApplicationFormContent)
    assert decided.head.number == "N1"
    counter.happen(
        "case:c",
        CaseResumed(window=WINDOW.id, ticket=""),
        FieldFilled(field="place", value="样例路"),
    )
    again = counter.paper(PaperKind.APPLICATION_FORM, "case:c")
    assert isinstance(again, ApplicationFormContent)
    assert (decided.lines[-1].value, again.lines[-1].value) == ("示例路", "样例路")
    assert again.head.issued_at > decided.head.issued_at


def test_the_form_of_a_bundle_asks_once(counter: Counter) -> None:
    begin_bundle(counter)
    paper = counter.paper(PaperKind.APPLICATION_FORM, "bundle:b")
    assert isinstance(paper, ApplicationFormContent)
    assert paper.title == "开办餐饮店联合申请表"
    assert paper.head.number == ""
    assert [item for item, _ in paper.items] == ["食品许可", "招牌审批", "卫生许可"]
    assert [line.label for line in paper.lines] == [
        "姓名", "证件类型", "证件号码", "民族", "出生日期", "业态", "经营场所", "招牌尺寸",
    ]  # fmt: skip


def test_a_list_without_fields_has_no_form(counter: Counter) -> None:
    counter.open("c", HYGIENE)
    with pytest.raises(NotReady):
        counter.paper(PaperKind.APPLICATION_FORM, "case:c")


def test_nations_by_their_standard_names() -> None:
    assert [nation_words(code) for code in ("01", "11", "56", "97")] == [
        "汉族", "满族", "基诺族", "其他",
    ]  # fmt: skip
    assert [nation_words(code) for code in ("", "00", "57", "x")] == ["", "00", "57", "x"]


def test_jobs_are_named_after_the_paper_and_the_number_of_what_it_is_about(
    counter: Counter,
) -> None:
    decide_bundle(counter)
    counter.open("c", FOOD)
    for job, paper, about in (
        ("1", PaperKind.APPLICATION_FORM, "case:c"),
        ("2", PaperKind.NOTICE, "case:c2"),
        ("3", PaperKind.BUNDLE_RECEIPT, "bundle:b"),
    ):
        queued = PaperQueued(paper=paper, about=about, printer="p", reprint=int(job) - 1)
        counter.happen(f"job:{job}", queued)
    wording, fonts = Wording.packaged(), FontBook.from_folders()
    desk = PrintDesk(counter.store, counter.contents, PaperPress(wording, fonts), {})
    assert [job.title for job in desk.jobs()] == [
        "一件事综合收件凭证 YJS1（补打 2）", "补正材料一次性告知书 N2（补打 1）", "申请表",
    ]  # fmt: skip


def test_every_paper_of_a_bundle_can_be_laid_out(counter: Counter) -> None:
    decide_bundle(counter)
    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    for kind, about in (
        (PaperKind.BUNDLE_RECEIPT, "bundle:b"), (PaperKind.APPLICATION_FORM, "bundle:b"),
        (PaperKind.ACCEPTANCE, "case:c1"), (PaperKind.NOTICE, "case:c2"),
        (PaperKind.ACCEPTANCE, "case:c3"),
    ):  # fmt: skip
        media, data = press.make(counter.paper(kind, about))
        assert media == PDF
        assert data.startswith(b"%PDF-")
