"""Every document that this program prints, with one content each; for what must hold for all.

``python -m tests.printing.documents`` draws the golden images anew: look at each before keeping it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.domain.events import PaperKind
from app.domain.papers import Paper
from app.domain.sheet_papers import ReportContent, ReportTable
from app.services.printer_trial import trial_paper
from printers.documents.fonts import FontBook
from printers.maker import PaperPress
from printers.wording import Wording
from tests.printing.pdf import ReadBack
from tests.printing.samples import HALL, every_case_paper, form_before
from tests.printing.test_print_guide import guide

GOLDEN = Path(__file__).parent / "golden"
GOLDEN_DPI = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """``number`` and ``address`` are what its two codes say, "" where it bears none."""

    paper: Paper
    reprint: int = 0
    apart: bool = False
    half: bool = False
    number: str = ""
    address: str = ""


def shift_report() -> ReportContent:
    rows = tuple(
        (
            f"370199202611200001{n:02d}",
            "食品经营许可（餐饮服务）",
            "受理",
            "10:12",
            "2026-11-27",
        )
        for n in range(60)
    )
    table = ReportTable(
        title="本班办理", columns=("编号", "事项", "结果", "时间", "期限"),
        widths=(0.325, 0.285, 0.13, 0.1, 0.16), rows=rows,
    )  # fmt: skip
    return ReportContent(
        hall=HALL, title="交接班表", facts=(("日期", "2026年11月20日"), ("窗口", "1 号窗口")),
        tables=(table,), signers=("交班人", "接班人", "监交人"),
    )  # fmt: skip


def every_document() -> dict[str, Document]:
    at = datetime(2026, 11, 20, 2, 12, tzinfo=UTC)
    cases = {
        name: Document(
            paper=paper, number=paper.head.number, address=paper.head.progress_url
        )
        for name, paper in every_case_paper().items()
    }  # fmt: skip
    receipt = cases["receipt"]
    return {
        **cases,
        "receipt_again": Document(
            paper=receipt.paper, reprint=2, number=receipt.number, address=receipt.address
        ),
        "receipt_copies": Document(
            paper=receipt.paper, apart=True, number=receipt.number, address=receipt.address
        ),
        "form_before": Document(paper=form_before()),
        "guide": Document(paper=guide(premises="rented")),
        "shift_report": Document(paper=shift_report()),
        "test_page": Document(
            paper=trial_paper(PaperKind.TEST_PAGE, "printer:ipp://192.0.2.10/ipp/print", HALL, at)
        ),
    }  # fmt: skip


def made(press: PaperPress, one: Document) -> bytes:
    return press.make(one.paper, one.reprint, apart=one.apart, half=one.half)[1]


def main() -> None:
    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    with tempfile.TemporaryDirectory() as folder:
        for name, one in every_document().items():
            picture = ReadBack(made(press, one), Path(folder)).picture(dpi=GOLDEN_DPI)
            picture.quantize(16).save(GOLDEN / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
