"""Lay out the documents of cases as PDF: receipt, acceptance, notice, rejection; and say who lays
out the others."""

from __future__ import annotations

from functools import singledispatchmethod

from reportlab.lib.units import mm

from app.domain.papers import (
    AcceptanceContent,
    ApplicationFormContent,
    BundleReceiptContent,
    CasePaper,
    CollectionContent,
    DeferralPromiseContent,
    DeliveryReturnContent,
    HandedOver,
    LimitNoticeContent,
    NoticeContent,
    PromiseContent,
    ReceiptContent,
    RejectionContent,
    TransferContent,
)
from app.domain.sheet_papers import GuideContent, ReportContent
from printers.documents.bundle_receipt import lay_out_bundle_receipt
from printers.documents.fonts import FontBook
from printers.documents.form import lay_out_form
from printers.documents.frame import Frame
from printers.documents.guide import lay_out_guide
from printers.documents.handovers import (
    lay_out_collection,
    lay_out_delivery_return,
    lay_out_limit_notice,
    lay_out_transfer,
    moment,
    way_ticks,
)
from printers.documents.parts import (
    NOTHING,
    check_head,
    chinese_date,
    delivery_rows,
    draw_body,
    draw_facts,
    draw_salutation,
    draw_titled_table,
)
from printers.documents.report import lay_out_report
from printers.documents.sheet import INNER, Sheets
from printers.documents.signing import Signing, usual_signing
from printers.documents.table import Align, Cell, Row, draw_table, label, last_rows_height
from printers.documents.text import clean
from printers.documents.undertakings import lay_out_deferral_promise, lay_out_promise
from printers.errors import FieldMissing
from printers.wording import Sentences, Wording

NUMBER_WIDTH = 12 * mm
# Before a decision there is no number to bear.
_UNNUMBERED = (ApplicationFormContent, PromiseContent)


class CasePapers:
    """Makes the PDF of a case paper; the same content gives the same bytes."""

    def __init__(self, wording: Wording, fonts: FontBook) -> None:
        self._wording = wording
        self._fonts = fonts
        self._frame = Frame(wording, fonts)

    def make(
        self,
        paper: CasePaper | GuideContent | ReportContent,
        reprint: int = 0,
        *,
        apart: bool = False,
        half: bool = False,
    ) -> bytes:
        """``apart``: each of its copies (申请人联, 件袋联, 留档联) one after another, named.
        ``half``: on A5 instead of A4.

        Raises FontsMissing, FieldMissing, BadCaseNumber, BadProgressAddress.
        """
        self._frame.apart, self._frame.half = apart, half
        self._fonts.check()
        if isinstance(paper, GuideContent):
            return lay_out_guide(self._frame, paper, reprint)
        if isinstance(paper, ReportContent):
            return lay_out_report(self._frame, paper)
        unnumbered = isinstance(paper, _UNNUMBERED) and not paper.head.number
        check_head(paper.head, paper.paper.value, codes=not unnumbered)
        return self._lay_out(paper, reprint)

    @singledispatchmethod
    def _lay_out(self, paper: CasePaper, reprint: int) -> bytes:
        raise TypeError(type(paper), reprint)

    @_lay_out.register
    def _(self, paper: ReceiptContent, reprint: int) -> bytes:
        words = self._wording.of("receipt")
        title = words.say("title")
        head = paper.head
        sheets = self._frame.open(head, words, title, reprint)
        draw_facts(sheets, head, delivery_rows(head.delivery))
        draw_salutation(sheets, words, head)
        draw_body(
            sheets, words, "body",
            item=head.item, count=sum(bool(m.originals or m.copies) for m in head.materials),
            due=chinese_date(paper.notice_due),
        )  # fmt: skip
        self._frame.provisional(sheets, paper.due_provisional)
        sheets.skip(2 * mm)
        signing, notes = usual_signing(head, words), words.list("notes")
        return self._frame.close(
            sheets, head, words, title, signing, "申请材料收取情况", notes, paper.signed
        )

    @_lay_out.register
    def _(self, paper: AcceptanceContent, reprint: int) -> bytes:
        words = self._wording.of("acceptance")
        title = words.say("title_deferred" if paper.deferrals else "title")
        mark = words.say("promise_mark") if paper.promised else ""
        head = paper.head
        sheets = self._frame.open(head, words, title, reprint, under_title=mark)
        due = chinese_date(paper.promise_due) + ("（暂定）" if paper.due_provisional else "")
        draw_facts(
            sheets, head,
            (
                ("法定时限", paper.statutory_limit),
                ("承诺时限", f"{paper.promised_limit or NOTHING}，最迟{due}"),
                ("办理结果", paper.result),
                *delivery_rows(head.delivery),
            ),
        )  # fmt: skip
        draw_salutation(sheets, words, head)
        day = chinese_date(head.issued_at.date())
        if paper.deferrals:
            count = len(paper.deferrals)
            body = "body_deferred_promised" if paper.promised else "body_deferred"
            draw_body(sheets, words, body, item=head.item, date=day, count=count)
        else:
            draw_body(sheets, words, "body", item=head.item, date=day)
        draw_body(sheets, words, "limits", due=chinese_date(paper.promise_due))
        self._frame.provisional(sheets, paper.due_provisional)
        sheets.skip(2 * mm)
        self._deferrals(sheets, words, paper)
        self._promises(sheets, words, paper)
        self._basis_and_fees(sheets, paper)
        signing, notes = usual_signing(head, words), words.list("notes")
        return self._frame.close(
            sheets, head, words, title, signing, "申请材料", notes, paper.signed
        )

    @_lay_out.register
    def _(self, paper: NoticeContent, reprint: int) -> bytes:
        words = self._wording.of("notice")
        title = words.say("title")
        if not paper.lines:
            raise FieldMissing(field="lines", paper=paper.paper.value)
        sheets = self._frame.open(paper.head, words, title, reprint)
        draw_facts(sheets, paper.head)
        draw_salutation(sheets, words, paper.head)
        draw_body(sheets, words, "body", item=paper.head.item, count=len(paper.lines))
        if again := sum(line.told_before for line in paper.lines):
            draw_body(sheets, words, "again", count=again)
        sheets.skip(2 * mm)
        told = words.say("told_before")
        problem, because = 48 * mm, 52 * mm
        name = INNER - NUMBER_WIDTH - problem - because
        header = (
            label("序号", NUMBER_WIDTH), label("材料名称", name),
            label("问题与补正要求", problem), label("要求的依据", because),
        )  # fmt: skip
        rows: list[Row] = [
            (
                Cell(str(at), NUMBER_WIDTH, Align.CENTRE),
                Cell(line.name or NOTHING, name),
                Cell(told, problem, under=(line.problem or NOTHING,))
                if line.told_before
                else Cell(line.problem or NOTHING, problem),
                Cell(line.because or NOTHING, because),
            )
            for at, line in enumerate(paper.lines, start=1)
        ]
        draw_titled_table(sheets, "需要补正的全部内容", header, rows)
        draw_body(sheets, words, "after")
        sheets.skip(3 * mm)
        signing = _handing_over(paper.handed)
        return self._frame.close(sheets, paper.head, words, title, signing, "本次已提交的材料")

    @_lay_out.register
    def _(self, paper: RejectionContent, reprint: int) -> bytes:
        words = self._wording.of("rejection")
        title = words.say("title")
        for field in ("reason", "basis"):
            if not clean(str(getattr(paper, field))).strip():
                raise FieldMissing(field=field, paper=paper.paper.value)
        sheets = self._frame.open(paper.head, words, title, reprint)
        draw_facts(sheets, paper.head)
        draw_salutation(sheets, words, paper.head)
        draw_body(sheets, words, "body", item=paper.head.item)
        sheets.skip(2 * mm)
        rows = [_fact("不予受理的理由", paper.reason), _fact("法律依据", paper.basis)]
        if paper.proper_agency:
            rows.append(_fact("有权受理的机关", paper.proper_agency))
        draw_table(sheets, rows)
        sheets.skip(3 * mm)
        if paper.proper_agency:
            draw_body(sheets, words, "agency", agency=paper.proper_agency)
        draw_body(sheets, words, "remedy")
        sheets.skip(3 * mm)
        signing = usual_signing(paper.head, words)
        return self._frame.close(sheets, paper.head, words, title, signing, "退回的申请材料")

    @_lay_out.register
    def _(self, paper: BundleReceiptContent, reprint: int) -> bytes:
        return lay_out_bundle_receipt(self._frame, paper, reprint)

    @_lay_out.register
    def _(self, paper: ApplicationFormContent, reprint: int) -> bytes:
        return lay_out_form(self._frame, paper, reprint)

    @_lay_out.register
    def _(self, paper: PromiseContent, reprint: int) -> bytes:
        return lay_out_promise(self._frame, paper, reprint)

    @_lay_out.register
    def _(self, paper: DeferralPromiseContent, reprint: int) -> bytes:
        return lay_out_deferral_promise(self._frame, paper, reprint)

    @_lay_out.register
    def _(self, paper: TransferContent, reprint: int) -> bytes:
        return lay_out_transfer(self._frame, paper, reprint)

    @_lay_out.register
    def _(self, paper: LimitNoticeContent, reprint: int) -> bytes:
        return lay_out_limit_notice(self._frame, paper, reprint)

    @_lay_out.register
    def _(self, paper: DeliveryReturnContent, reprint: int) -> bytes:
        return lay_out_delivery_return(self._frame, paper, reprint)

    @_lay_out.register
    def _(self, paper: CollectionContent, reprint: int) -> bytes:
        return lay_out_collection(self._frame, paper, reprint)

    # -- parts of these papers --

    def _deferrals(self, sheets: Sheets, words: Sentences, paper: AcceptanceContent) -> None:
        if not paper.deferrals:
            return
        until = 44 * mm
        name = INNER - NUMBER_WIDTH - until
        header = (
            label("序号", NUMBER_WIDTH), label("容缺材料", name), label("补正期限", until),
        )  # fmt: skip
        rows: list[Row] = [
            (
                Cell(str(at), NUMBER_WIDTH, Align.CENTRE),
                Cell(one.name or NOTHING, name),
                Cell(f"{chinese_date(one.until)}前", until, Align.CENTRE),
            )
            for at, one in enumerate(paper.deferrals, start=1)
        ]
        draw_body(sheets, words, "deferred_terms")
        sheets.skip(1 * mm)
        draw_titled_table(sheets, "容缺材料及补正期限", header, rows)
        draw_body(sheets, words, "deferred_promise")
        sheets.skip(3 * mm)

    def _promises(self, sheets: Sheets, words: Sentences, paper: AcceptanceContent) -> None:
        if not paper.promised:
            return
        header = (label("序号", NUMBER_WIDTH), label("以告知承诺代替的材料", INNER - NUMBER_WIDTH))
        rows: list[Row] = [
            (Cell(str(at), NUMBER_WIDTH, Align.CENTRE), Cell(name, INNER - NUMBER_WIDTH))
            for at, name in enumerate(paper.promised, start=1)
        ]
        draw_body(sheets, words, "promised_told")
        sheets.skip(1 * mm)
        draw_titled_table(sheets, "告知承诺", header, rows)
        draw_body(sheets, words, "promised_promise")
        sheets.skip(3 * mm)

    def _basis_and_fees(self, sheets: Sheets, paper: AcceptanceContent) -> None:
        rows = [_fact("办理依据", "；".join(paper.basis) or NOTHING)] if paper.basis else []
        rows.append(_fact("收费", _fees(paper.fees)))
        sheets.need(last_rows_height(sheets, rows))
        draw_table(sheets, rows)
        sheets.skip(3 * mm)


def _handing_over(handed: HandedOver | None) -> Signing:
    """送达: as recorded, else places to write it by hand."""
    way = handed.way if handed else ""
    signing = [("送达方式", way_ticks(way))]
    if handed is None:
        return (*signing, ("送达人", ""), ("签收人", ""), ("日　期", ""))
    signed = "已签收" if handed.signed else "未签收"
    to = f"{handed.to}（{signed}）"
    return (*signing, ("送达人", handed.by), ("签收人", to), ("日　期", moment(handed)))


def _fees(fees: tuple[tuple[str, str, str], ...]) -> str:
    """Every fee with its amount and basis, or that there is none."""
    if not fees:
        return "不收费"
    return "；".join(
        f"{name} {amount} 元" + (f"（{basis}）" if basis else "") for name, amount, basis in fees
    )


def _fact(name: str, value: str) -> Row:
    width = 34 * mm
    return (label(name, width), Cell(value or NOTHING, INNER - width))
