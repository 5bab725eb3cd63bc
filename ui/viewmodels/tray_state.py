"""What the scan page shows, in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.scan_page import GENUINE, Flaw, ScanMode
from app.scan_ports import PaperSource
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.viewmodel import Note

if TYPE_CHECKING:
    from app.domain.scan_page import TrayPage

_UNKNOWN_KEY = "RCT-03"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrayLine:
    """One page of the strip. ``chip`` says what a clerk should look at; ``thumb`` is a PNG, empty
    until it is drawn; ``version`` changes with what the page looks like."""

    id: str
    number: int
    material: str
    label: str  # the material's number in the list, or that it is nobody's
    chip: str
    tone: Tone
    version: str
    thumb: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrayState:
    """``materials`` are (number, id, name) of those that are asked for, as the list has them;
    ``target`` is the one that pages go to."""

    case_id: str = ""
    materials: tuple[tuple[int, str, str], ...] = ()
    target: str = ""
    pages: tuple[TrayPage, ...] = ()
    lines: tuple[TrayLine, ...] = ()
    current: int = -1
    proof: bytes = b""
    scanning: bool = False
    progress: str = ""
    came: int = 0  # in this scan
    busy: int = 0  # files under way
    paper: PaperSource = PaperSource.AUTO
    retake: str = ""  # the page that the next one replaces
    asked: bool = False  # whether blank or blurred pages are filed all the same
    loaded: bool = False
    note: Note | None = None

    @property
    def page(self) -> TrayPage | None:
        return self.pages[self.current] if 0 <= self.current < len(self.pages) else None

    @property
    def target_name(self) -> str:
        return self.name_of(self.target)

    def name_of(self, material: str) -> str:
        return next((name for _, known, name in self.materials if known == material), "")


def paper_words(paper: PaperSource) -> str:
    return {
        PaperSource.AUTO: say("进纸自动"), PaperSource.GLASS: say("平板"),
        PaperSource.FEEDER: say("进纸器"), PaperSource.DUPLEX: say("双面"),
    }[paper]  # fmt: skip


def mode_words(mode: ScanMode | None) -> str:
    match mode:
        case ScanMode.COLOUR:
            return say("彩色")
        case ScanMode.GREY:
            return say("灰度")
        case ScanMode.BLACK:
            return say("黑白")
        case _:
            return say("按材料规定")


def flaw_words(flaw: Flaw) -> str:
    return {
        Flaw.BLANK: say("空白页"), Flaw.BLURRED: say("模糊"), Flaw.DARK: say("太暗")
    }[flaw]  # fmt: skip


def receipt_words(proven: str) -> tuple[str, Tone]:
    """What the signature of a receipt on the page says."""
    if proven == GENUINE:
        return say("凭证真实"), Tone.GOOD
    if proven == _UNKNOWN_KEY:
        return say("凭证未核"), Tone.WARN
    return say("凭证有假"), Tone.BAD


def tray_lines(
    pages: Sequence[TrayPage], materials: Sequence[tuple[int, str, str]], target: str
) -> tuple[TrayLine, ...]:
    numbers = {material: number for number, material, _ in materials}
    return tuple(_line(number, page, numbers, target) for number, page in enumerate(pages, 1))


def _line(number: int, page: TrayPage, numbers: dict[str, int], target: str) -> TrayLine:
    from app.domain.scan_stack import separator_of

    separator = separator_of(page.seen.codes) is not None
    chip, tone = "", Tone.NEUTRAL
    if separator:
        chip, tone = say("分隔页"), Tone.ACT
    elif page.seen.receipt not in {"", GENUINE}:
        chip, tone = receipt_words(page.seen.receipt)
    elif page.seen.other_case:
        chip, tone = say("别的办件"), Tone.WARN
    elif page.seen.receipt:
        chip, tone = receipt_words(page.seen.receipt)
    elif page.seen.flaws:
        chip, tone = flaw_words(page.seen.flaws[0]), Tone.WARN
    elif not page.seen.looked:
        chip = say("正在看…")
    elif page.seen.tilt and not page.edits.tilt:
        chip = say("有点斜")
    material = page.material or target
    label = "" if separator else f"→ {numbers[material]}" if material in numbers else ""
    return TrayLine(
        id=page.id, number=number, material=material, label=label, chip=chip, tone=tone,
        version=f"{page.sha} {page.edits}",
    )  # fmt: skip


def flawed(lines: Sequence[TrayLine], pages: Sequence[TrayPage]) -> str:
    """The pages that a clerk should look at before they are filed: blank, blurred, with the number
    of another case, or with a receipt that is not genuine; "" where there are none."""
    worst = {Flaw.BLANK, Flaw.BLURRED}
    found = [
        say("第 {n} 页：{what}", n=line.number, what=line.chip)
        for line, page in zip(lines, pages, strict=True)
        if page.seen.other_case
        or worst & set(page.seen.flaws)
        or page.seen.receipt not in {"", GENUINE}
    ]
    return say("，").join(found)
