"""Name a fact of the journal in the trade's words, for lists of what was sent or refused."""

from __future__ import annotations

from ui.kit.texts import say


def fact_words(kind: str) -> str:
    """The fact in the trade's words."""
    names = {
        "CaseOpened": say("开始接待"),
        "ApplicantIdentified": say("登记申请人"),
        "PhoneEntered": say("登记手机"),
        "ItemChosen": say("选定事项"),
        "QuestionAnswered": say("回答情形"),
        "MaterialReceived": say("收到材料"),
        "MaterialFaulted": say("材料不符"),
        "MaterialPromised": say("材料承诺"),
        "MaterialReturned": say("退还材料"),
        "CaseAccepted": say("受理"),
        "CaseAcceptedDeferred": say("容缺受理"),
        "NoticeIssued": say("一次性告知补正"),
        "CaseRejected": say("不予受理"),
        "CaseReceived": say("只收件"),
        "CaseAbandoned": say("未办离开"),
        "OrganisationIdentified": say("登记单位"),
        "AgentIdentified": say("登记代理人"),
        "DeliveryChosen": say("选定送达"),
        "FieldFilled": say("填表"),
        "MaterialSpared": say("材料免交"),
        "CaseResumed": say("接着办"),
        "CasePutBack": say("放回待补正"),
        "NoticeHanded": say("告知书送达"),
        "DemandRefused": say("拒绝的要求"),
        "BundleChosen": say("选定一件事"),
        "BundleDecided": say("一件事办理"),
        "CaseDeemedAccepted": say("视为受理"),
        "ClockPaused": say("时限暂停"),
        "ClockResumed": say("时限恢复"),
        "LimitExtended": say("时限延长"),
        "CaseLeft": say("留待续办"),
        "CaseSupplemented": say("补齐"),
        "SupplementAsked": say("部门要求补齐"),
        "CaseReviewed": say("部门审批"),
        "CaseFinished": say("办结"),
        "ResultHanded": say("出件"),
        "ApplicantChecked": say("查失信名单"),
        "OrganisationWithdrawn": say("改为个人办理"),
        "AgentWithdrawn": say("改为本人办理"),
        "CaseBundled": say("并入一件事"),
        "CaseDispatched": say("转办"),
        "ConflictRecorded": say("冲突备案"),
        "TicketTaken": say("取号"),
        "TicketLeased": say("领号"),
        "TicketCalled": say("叫号"),
        "TicketServed": say("开始接待"),
        "TicketPassed": say("过号"),
        "TicketFinished": say("办完"),
        "CaseNumbersLeased": say("领办件编号"),
    }
    return names.get(kind, kind)
