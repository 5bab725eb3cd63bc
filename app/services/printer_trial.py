"""What stands on a test page: everything that may come out wrong, and nothing about a person."""

from __future__ import annotations

from datetime import datetime

from app.domain.events import PaperKind
from app.domain.hall import HALL_ZONE, HallHead
from app.domain.papers import Paper, TicketSlipContent
from app.domain.sheet_papers import ReportContent, ReportTable
from app.storage.projections import subject_id

_RARE = "𠮷䶮㛃龘喆㼆𬭳𫖮"
_WIDE = "国家机关政务服务大厅综合窗口收件凭证"


def trial_paper(kind: PaperKind, about: str, hall: HallHead, at: datetime) -> Paper:
    """Of ``printer:`` and its specification."""
    local = at.astimezone(HALL_ZONE)
    if kind is PaperKind.TEST_SLIP:
        return TicketSlipContent(
            hall=hall, number="A000", business="测试小票，不是号票", ahead=0, taken_at=local,
            priority=f"{_RARE}",
        )  # fmt: skip
    return ReportContent(
        hall=hall, title="打印机测试页",
        facts=(
            ("打印机", subject_id(about)),
            ("时间", f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}"),
            ("说明", "表格的边框应当完整、粗细一致，生僻字应当是字而不是方框。"),
        ),
        tables=(
            ReportTable(
                title="字", columns=("用途", "样字"), widths=(0.3, 0.7),
                rows=(
                    ("常用字", _WIDE), ("生僻字", _RARE),
                    ("数字和字母", "0123456789 ABCXYZ abcxyz"),
                    ("标点", "，。；：？！“”（）《》〔〕【】、—…·"),
                ),
            ),
        ),
        signers=("测试人",),
    )  # fmt: skip
