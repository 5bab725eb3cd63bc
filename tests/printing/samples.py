"""Papers about invented people, for the printing tests and the benchmark."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from app.domain.events import Deferral, NoticeLine
from app.domain.hall import HallHead
from app.domain.papers import (
    AcceptanceContent,
    CaseHead,
    CasePaper,
    MaterialLine,
    NoticeContent,
    ReceiptContent,
    RejectionContent,
    TicketSlipContent,
)

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
    situation=(("经营主体是哪一类", "个体工商户"), ("是否利用自动设备经营", "否")),
    materials=MATERIALS,
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
        delivery=("窗口领取", "邮寄送达"),
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


def rejection(head: CaseHead = HEAD) -> RejectionContent:
    return RejectionContent(
        head=head,
        reason="申请事项依法不属于本行政机关职权范围",
        basis="《中华人民共和国行政许可法》第三十二条第一款第（二）项",
        proper_agency="示例市交通运输局",
    )


def slip(number: str = "A012") -> TicketSlipContent:
    return TicketSlipContent(
        hall=HALL,
        number=number,
        business="综合业务",
        ahead=7,
        taken_at=ISSUED,
        priority="",
    )


def every_case_paper() -> dict[str, CasePaper]:
    """One of each kind, and the two special acceptances."""
    return {
        "receipt": receipt(),
        "acceptance": acceptance(),
        "deferred": deferred(),
        "promised": promised(),
        "notice": notice(),
        "rejection": rejection(),
    }
