"""Papers about invented people, for the printing tests and the benchmark."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from app.domain.bundle_merge import Saving
from app.domain.case_events import Deferral, NoticeLine
from app.domain.hall import HallHead
from app.domain.papers import (
    AcceptanceContent,
    ApplicationFormContent,
    BundleItemLine,
    BundleMaterialLine,
    BundleReceiptContent,
    CaseHead,
    CasePaper,
    CollectionContent,
    DeferralPromiseContent,
    DeferredMaterial,
    DeliveryLine,
    DeliveryReturnContent,
    FormLine,
    HandedOver,
    LimitChange,
    LimitNoticeContent,
    MaterialLine,
    NoticeContent,
    PromiseContent,
    PromisedMaterial,
    ReceiptContent,
    RejectionContent,
    ScreenSignature,
    TicketSlipContent,
    TransferContent,
)
from app.domain.signature import Point, Stroke
from app.services.signing import picture

HALL_TIME = timezone(timedelta(hours=8))
ISSUED = datetime(2026, 11, 20, 10, 12, tzinfo=HALL_TIME)
RARE = "𠮷䶮㛃龘喆㼆𬭳𫖮·"
NUMBER = "WD0120261120000123"
PROGRESS = "https://hall.example.cn/p/WD0120261120000123?c=7Q4M"

HALL = HallHead(
    name="示例市政务服务中心",
    address="示例市样例区测试路 1 号",
    phone="0000-12345",
    complaint_phone="0000-12346",
)

MATERIALS = (
    MaterialLine(name="居民身份证", originals=1, copies=1, state="收到"),
    MaterialLine(name="《食品经营许可申请书》", originals=1, copies=0, state="收到"),
    MaterialLine(
        name="与食品经营相适应的主要设备设施布局、操作流程等文件（加盖公章，附经营场所平面图）",
        originals=1,
        copies=2,
        state="收到",
    ),
    MaterialLine(
        name="营业执照", originals=0, copies=0, state="免交：已由电子证照库核验（电子营业执照）"
    ),
)


def some_materials(count: int) -> tuple[MaterialLine, ...]:
    """``count`` lines, numbered in the name, so that a reader can find each again."""
    return tuple(
        replace(MATERIALS[at % len(MATERIALS)], name=f"样例{at:03d}{MATERIALS[at % 4].name}")
        for at in range(1, count + 1)
    )


HEAD = CaseHead(
    hall=HALL,
    number=NUMBER,
    progress_url=PROGRESS,
    window="3 号窗口",
    clerk="示例员",
    issued_at=ISSUED,
    applicant="样例小明",
    applicant_document="居民身份证",
    applicant_number="110101********0015",
    phone="138****0000",
    item="食品经营许可（新办）",
    item_code="000131014000",
    list_version=3,
    department="示例市市场监督管理局",
    department_phone="0000-12347",
    delivery=(
        DeliveryLine(way="自行取件"),
        DeliveryLine(
            way="物流寄送", chosen=True, to="样例小明，13800000000，示例市样例区测试路 2 号 3 栋"
        ),
    ),
    situation=(("经营主体是哪一类", "个体工商户"), ("是否利用自动设备经营", "否")),
    materials=MATERIALS,
)


# An organisation, and an agent beside the person who stands for it.
FOR_ANOTHER = replace(
    HEAD,
    organisation="示例市样例区测试餐饮管理有限公司（样例小吃店连锁经营）",
    credit_code="91110000MA00000000",
    representative="测试大山",
    agent="样例小红",
    agent_document="居民身份证",
    agent_number="110101********0023",
    authority="授权委托书（2026年11月18日，期限一年）",
)


def receipt(head: CaseHead = HEAD) -> ReceiptContent:
    return ReceiptContent(head=head, notice_due=date(2026, 11, 27))


def acceptance(head: CaseHead = HEAD) -> AcceptanceContent:
    return AcceptanceContent(
        head=head,
        statutory_limit="20 个工作日",
        promised_limit="8 个工作日",
        promise_due=date(2026, 12, 2),
        due_provisional=False,
        basis=(
            "《中华人民共和国食品安全法》第三十五条",
            "《食品经营许可和备案管理办法》第四条、第十二条",
        ),
        fees=(),
        result="食品经营许可证",
    )


def deferred() -> AcceptanceContent:
    return replace(
        acceptance(),
        due_provisional=True,
        deferrals=(
            Deferral(material="m7", name="食品安全规章制度", until=date(2026, 12, 4)),
            Deferral(
                material="m8", name="从业人员健康证明（全体从业人员）", until=date(2026, 12, 4)
            ),
        ),
        fees=(("证照工本费", "10.00", "示例市物价局〔2020〕1 号"),),
    )


def deferred_on_promise() -> AcceptanceContent:
    return replace(deferred(), head=FOR_ANOTHER, promised=("经营场所使用权证明",))


def promised() -> AcceptanceContent:
    return replace(acceptance(), promised=("经营场所使用权证明", "设备设施布局图"))


def notice(head: CaseHead = HEAD) -> NoticeContent:
    return NoticeContent(
        head=head,
        lines=(
            NoticeLine(
                material="m1",
                name="与食品经营相适应的主要设备设施布局、操作流程等文件",
                problem="缺少：需原件 1 份、复印件 2 份",
                because="《食品经营许可和备案管理办法》第十二条第一款第（三）项",
            ),
            NoticeLine(
                material="m2",
                name="居民身份证",
                problem="不符：证件已过有效期。请换领新证后提交",
                because="《中华人民共和国居民身份证法》第十一条",
            ),
            NoticeLine(
                material="m3",
                name="授权委托书",
                problem="缺少：需原件 1 份",
                because="您选择了“委托他人代办”",
            ),
        ),
    )


def second_notice(*, signed: bool = True) -> NoticeContent:
    """Some of it was told before; the paper was handed over."""
    first = notice(FOR_ANOTHER)
    return replace(
        first,
        lines=(replace(first.lines[0], told_before=True), *first.lines[1:]),
        handed=HandedOver(
            by="示例员（W01）", to="样例小红", way="直接" if signed else "留置",
            at=ISSUED + timedelta(minutes=9), signed=signed,
        ),
    )  # fmt: skip


def rejection(head: CaseHead = HEAD) -> RejectionContent:
    return RejectionContent(
        head=head,
        reason="申请事项依法不属于本行政机关职权范围",
        basis="《中华人民共和国行政许可法》第三十二条第一款第（二）项",
        proper_agency="示例市交通运输局",
    )


BUNDLE_NUMBER = "YJS44010020261120000124"
BUNDLE_HEAD = replace(
    FOR_ANOTHER,
    number=BUNDLE_NUMBER,
    progress_url=f"https://hall.example.cn/p/{BUNDLE_NUMBER}?check=7Q4M2K",
    item="开办餐饮店一件事",
    item_code="YJS-000131",
    materials=(),
)


def bundle_receipt() -> BundleReceiptContent:
    number = "440100202611200001"
    return BundleReceiptContent(
        head=BUNDLE_HEAD,
        items=(
            BundleItemLine(
                item="食品经营许可（新办）", department="示例市市场监督管理局",
                number=f"{number}25", outcome="容缺受理", due=date(2026, 12, 2),
            ),
            BundleItemLine(
                item="设置大型户外广告及在城市建筑物、设施上悬挂、张贴宣传品审批（店铺招牌）",
                department="示例市城市管理和综合执法局", number=f"{number}26",
                outcome="告知承诺受理", due=date(2027, 1, 8), due_provisional=True,
            ),
            BundleItemLine(
                item="公众聚集场所投入使用、营业前消防安全检查", department="示例市消防救援支队",
                number=f"{number}27", outcome="补正告知", remark="见补正告知书",
            ),
            BundleItemLine(
                item="烟草专卖零售许可证核发", department="示例市烟草专卖局",
                number=f"{number}28", outcome="收件", due=date(2026, 11, 27),
                remark="决定是否受理",
            ),
            BundleItemLine(
                item="公共场所卫生许可", department="示例市卫生健康委员会",
                number=f"{number}29", outcome="不予受理", remark="见不予受理通知书",
            ),
        ),
        materials=(
            BundleMaterialLine(
                name="开办餐饮店一件事申请表", used_by=(1, 2, 3, 4, 5), originals=1, copies=0,
                state="收到",
            ),
            BundleMaterialLine(
                name="营业执照", used_by=(1, 3, 4), originals=0, copies=0,
                state="免交：营业执照（示例市电子证照库 91110000MA00000000）",
            ),
            BundleMaterialLine(
                name="法定代表人身份证", used_by=(1, 2, 3, 4, 5), originals=1, copies=2,
                state="收到",
            ),
            BundleMaterialLine(
                name="食品安全规章制度", used_by=(1,), originals=0, copies=0,
                state="容缺后补，2026年12月2日前",
            ),
            BundleMaterialLine(
                name="招牌效果图和安全承诺书", used_by=(2,), originals=0, copies=0,
                state="告知承诺",
            ),
            BundleMaterialLine(
                name="与食品经营相适应的主要设备设施布局、操作流程等文件（加盖公章，附平面图）",
                used_by=(1, 3, 5), originals=1, copies=1, state="收到",
            ),
            BundleMaterialLine(
                name="消防安全制度、灭火和应急疏散预案", used_by=(3,), originals=0, copies=0,
                state="缺",
            ),
        ),
        saving=Saving(
            materials_apart=21, materials_together=9, forms_apart=5, forms_together=1,
            fields_apart=62, fields_together=24,
        ),
        deferred=True,
        promised=True,
    )  # fmt: skip


def form_before() -> ApplicationFormContent:
    """Before any decision: no number."""
    return ApplicationFormContent(
        head=replace(HEAD, number="", progress_url="", materials=()),
        title="食品经营许可申请书",
        items=((HEAD.item, HEAD.department),),
        lines=(
            FormLine(label="申请人姓名", value="样例小明"),
            FormLine(label="证件类型", value="居民身份证"),
            FormLine(label="证件号码", value="11010119900101001X"),
            FormLine(label="性别", value="男"),
            FormLine(label="民族", value="汉族"),
            FormLine(label="出生日期", value="1990年1月1日"),
            FormLine(label="住址", value="示例市样例区测试路 1 号院 2 号楼 3 单元 401 室" * 2),
            FormLine(label="联系电话", value="13800000000"),
            FormLine(label="经营场所地址", value=""),
            FormLine(
                label="主体业态", value="餐饮服务经营者",
                choices=(
                    "食品销售经营者", "餐饮服务经营者", "单位食堂", "中央厨房", "集体用餐配送单位",
                ),
            ),
            FormLine(label="是否网络经营", value="", choices=("是", "否")),
            FormLine(label="经营项目（按经营许可项目分类填写，可以多选）", value=""),
        ),
    )  # fmt: skip


def form_of_bundle() -> ApplicationFormContent:
    form = form_before()
    return replace(
        form,
        head=BUNDLE_HEAD,
        title="开办餐饮店一件事申请表",
        items=tuple((line.item, line.department) for line in bundle_receipt().items),
        lines=(
            *form.lines,
            *(FormLine(label=f"样例栏目{at:02d}", value=f"内容{at:02d}") for at in range(13)),
        ),
    )


def promise(head: CaseHead = HEAD) -> PromiseContent:
    return PromiseContent(
        head=head,
        materials=(
            PromisedMaterial(
                name="经营场所使用权证明", proves="经营场所合法使用，期限不少于一年",
                basis="《食品经营许可和备案管理办法》第十二条",
            ),
            PromisedMaterial(name="设备设施布局图", proves="与实际一致", basis=""),
        ),
    )  # fmt: skip


def deferral_promise(head: CaseHead = HEAD) -> DeferralPromiseContent:
    until = date(2026, 12, 4)
    return DeferralPromiseContent(
        head=head,
        materials=(
            DeferredMaterial(name="食品安全规章制度", form="纸质，原件 1 份", until=until),
            DeferredMaterial(name="从业人员健康证明", form="纸质，复印件 2 份", until=until),
        ),
    )


def transfer(head: CaseHead = HEAD) -> TransferContent:
    return TransferContent(head=head, outcome="受理", due=date(2026, 12, 2))


def limit_notice(head: CaseHead = HEAD, *, days: int = 0) -> LimitNoticeContent:
    changes: tuple[LimitChange, ...] = (
        LimitChange(
            name="专家评审", reason="经营场所布局需要专家评审", approver="样例科长",
            since=date(2026, 11, 23), until=date(2026, 11, 30),
        ),
    )  # fmt: skip
    if days:
        changes = (
            *changes,
            LimitChange(
                name="延长办理期限", reason="情况复杂", approver="样例局长",
                since=date(2026, 12, 1), days=days,
            ),
        )  # fmt: skip
    return LimitNoticeContent(head=head, changes=changes)


HANDED = HandedOver(
    by="示例员（W01）", to="样例小明", way="直接", at=ISSUED + timedelta(days=9), signed=True
)


def delivery_return(head: CaseHead = HEAD, *, handed: bool = True) -> DeliveryReturnContent:
    return DeliveryReturnContent(
        head=head, document="食品经营许可证", document_number="JY20000000000000",
        handed=HANDED if handed else None,
    )  # fmt: skip


def collection(head: CaseHead = HEAD, *, handed: bool = True) -> CollectionContent:
    paper = CollectionContent(head=head, result="食品经营许可证", result_number="JY20000000000000")
    if not handed:
        return paper
    return replace(
        paper, collector="样例小明", collector_document="居民身份证",
        collector_number="110101********0015", handed=HANDED,
    )  # fmt: skip


def slip(number: str = "A012") -> TicketSlipContent:
    return TicketSlipContent(
        hall=HALL,
        number=number,
        business="综合业务",
        ahead=7,
        taken_at=ISSUED,
        priority="",
    )


def name_written() -> tuple[Stroke, ...]:
    """Two strokes like a name, the same each time."""
    points = tuple(
        Point(
            x=0.1 + 0.7 * at / 60, y=0.5 + 0.35 * math.sin(at / 4), at=at * 12,
            pressure=0.3 + 0.4 * (at % 7) / 7,
        )
        for at in range(60)
    )  # fmt: skip
    return points[:30], points[30:]


def on_screen(paper: CasePaper) -> CasePaper:
    """Signed on the applicant's screen."""
    signature = ScreenSignature(
        image=picture(name_written()), document="0123456789abcdef" * 4, at=paper.head.issued_at
    )
    return replace(paper, head=replace(paper.head, signature=signature))


def every_case_paper() -> dict[str, CasePaper]:
    """One of each kind that bears a number, and the special ones."""
    return {
        "receipt": receipt(),
        "acceptance": acceptance(),
        "deferred": deferred(),
        "promised": promised(),
        "deferred_on_promise": deferred_on_promise(),
        "notice": notice(),
        "second_notice": second_notice(),
        "rejection": rejection(),
        "bundle_receipt": bundle_receipt(),
        "form_of_bundle": form_of_bundle(),
        "promise": promise(),
        "deferral_promise": deferral_promise(FOR_ANOTHER),
        "transfer": transfer(),
        "limit_notice": limit_notice(),
        "extension": limit_notice(FOR_ANOTHER, days=10),
        "delivery_return": delivery_return(),
        "collection": collection(),
        "receipt_signed": on_screen(receipt()),
        "delivery_return_signed": on_screen(delivery_return()),
        "collection_signed": on_screen(collection()),
    }
