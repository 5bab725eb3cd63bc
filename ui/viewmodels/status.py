"""Keep the status line true: back office, what waits to be sent, reader, printers, the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import AppError
from app.ports import DeviceStatus, LinkState, SyncStatus, UploadProgress
from app.print_ports import PrinterState, PrinterStatus
from ui.kit.amounts import lasting_text, size_text
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices, PaperJob
from ui.viewmodels.viewmodel import ViewModel, note_for

if TYPE_CHECKING:
    from ui.viewmodels.card import CardState

_FEW_DAYS = 10  # of work that the case numbers still last


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusState:
    """Each part is (words, tone); ``hint`` of a faulty one is its next step."""

    link: tuple[str, Tone] = ("", Tone.NEUTRAL)
    sending: tuple[str, Tone] = ("", Tone.NEUTRAL)
    reader: tuple[str, Tone] = ("", Tone.NEUTRAL)
    printers: tuple[str, Tone] = ("", Tone.NEUTRAL)
    refused: int = 0  # facts that wait for an answer
    clock: str = ""


class StatusModel(ViewModel[StatusState]):
    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, StatusState(reader=(say("读卡器 就绪"), Tone.GOOD)), parent)
        self._asking_printers = False
        self._card: CardState | None = None
        self._presence: DeviceStatus | None = None
        self._papers: tuple[int, int] = (0, 0)  # doubted, failed
        self._printers: Mapping[str, PrinterStatus] = {}
        self._printer_names: Mapping[str, str] = {}  # where there are several
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.refresh)

    def start(self) -> None:
        self._timer.start()
        self.refresh()

    def stop(self) -> None:
        self._timer.stop()

    def follow_card(self, state: CardState) -> None:
        self._card = state
        self._see_presence(self._presence)

    def refresh(self) -> None:
        services = self._services
        self._show(replace(self.state, clock=clock_text(services.clock.now())))
        services.lane.submit(self._ask_sync, self._see_sync, self._quiet, self)
        services.lane.submit(self._ask_jobs, self._count_papers, self._quiet, self)
        services.lane.submit(self._ask_presence, self._see_presence, self._quiet, self)
        if not self._asking_printers:
            # One question at a time: a printer that hangs is asked once, not every second.
            self._asking_printers = True
            services.printer_lane.submit(
                self._ask_printers, self._see_printers, self._no_printers, self
            )

    # A part of the client may be made at its first use: also naming it belongs on the lane.

    def _ask_sync(self) -> tuple[SyncStatus, UploadProgress | None]:
        uploads = self._services.uploads
        return self._services.back_office.status(), uploads.progress() if uploads else None

    def _ask_jobs(self) -> Sequence[PaperJob]:
        return self._services.papers.jobs()

    def _ask_printers(self) -> tuple[Mapping[str, PrinterStatus], Mapping[str, str]]:
        """How they are, and what each is called."""
        papers = self._services.papers
        status = papers.status()
        return status, papers.choices() if len(status) > 1 else {}

    def _ask_presence(self) -> DeviceStatus | None:
        presence = self._services.presence
        return presence.status() if presence is not None else None

    def _see_presence(self, presence: DeviceStatus | None) -> None:
        self._presence = presence
        self._show(replace(self.state, reader=self._reader()))

    def _reader(self) -> tuple[str, Tone]:
        card, presence = self._card, self._presence
        if card is not None and card.reading:
            return say("读卡器 正在读卡"), Tone.ACT
        if card is not None and card.note is not None:
            what = card.note.next_step or card.note.message
            return say("读卡器：{what}", what=what), Tone.WARN
        if presence is not None and presence.code:
            said = note_for(self._services, presence.code, presence.details)
            return say("读卡器：{what}", what=said.message), Tone.WARN
        return say("读卡器 就绪"), Tone.GOOD

    def _see_sync(self, answer: tuple[SyncStatus, UploadProgress | None]) -> None:
        sync, scans = answer
        self._show(
            replace(
                self.state, link=link_words(sync), sending=_sending(sync, scans),
                refused=sync.refused,
            )
        )  # fmt: skip

    def _count_papers(self, jobs: Sequence[PaperJob]) -> None:
        doubted = sum(job.state == "doubted" for job in jobs)
        failed = sum(job.state == "failed" for job in jobs)
        self._papers = (doubted, failed)
        self._show(replace(self.state, printers=self._printers_line()))

    def _see_printers(self, told: tuple[Mapping[str, PrinterStatus], Mapping[str, str]]) -> None:
        self._asking_printers = False
        self._printers, self._printer_names = told
        self._show(replace(self.state, printers=self._printers_line()))

    def _printers_line(self) -> tuple[str, Tone]:
        doubted, failed = self._papers
        for printer, status in self._printers.items():
            if status.state in {PrinterState.MISSING, PrinterState.FAULTY}:
                note = note_for(self._services, status.code, dict(status.details))
                if name := self._printer_names.get(printer, ""):
                    what = note.next_step or note.message
                    return say("{name}：{what}", name=name, what=what), Tone.WARN
                return say("打印机：{what}", what=note.next_step or note.message), Tone.WARN
        if doubted:
            return say("{n} 份不知是否打出：按 F12 回答", n=doubted), Tone.WARN
        if failed:
            return say("{n} 份没有打出：按 F12 重试", n=failed), Tone.WARN
        if not self._printers:
            return say("打印机 …"), Tone.NEUTRAL
        if any(s.state is PrinterState.BUSY for s in self._printers.values()):
            return say("打印机 正在打印"), Tone.ACT
        return say("打印机 就绪"), Tone.GOOD

    def _no_printers(self, error: AppError) -> None:
        self._asking_printers = False
        note = self._note(error)
        text = say("打印机：{what}", what=note.next_step or note.message)
        self._show(replace(self.state, printers=(text, Tone.WARN)))

    def _quiet(self, error: AppError) -> None:
        """The next second asks again; the act that failed has said so at its own place."""


def link_words(sync: SyncStatus) -> tuple[str, Tone]:
    """What a clerk must know of the back office; the most pressing, where there are several."""
    if sync.link is LinkState.BLOCKED:
        return say("后台不收本机记录：请找管理员"), Tone.BAD
    away = sync.link is LinkState.OFFLINE
    if away and sync.number_days is not None and sync.number_days < _FEW_DAYS:
        if not sync.number_days:
            return say("后台断开，编号快用完了：请尽快恢复网络"), Tone.BAD
        return say("后台断开，编号还够 {n} 天：请恢复网络", n=sync.number_days), Tone.WARN
    if sync.skew_seconds:
        return _clock_wrong(sync.skew_seconds), Tone.WARN
    if away:
        return say("后台断开，照常办理"), Tone.WARN
    if sync.link is LinkState.CONNECTING:
        return say("正在连接后台…"), Tone.NEUTRAL
    return say("后台已连接"), Tone.GOOD


def _clock_wrong(skew: int) -> str:
    """Dates on papers go by this device's clock."""
    minutes = abs(skew) // 60
    if minutes < 2 * 60:
        span = say("{n} 分钟", n=minutes)
    elif minutes < 2 * 24 * 60:
        span = say("{n} 小时", n=minutes // 60)
    else:
        span = say("{n} 天", n=minutes // (24 * 60))
    if skew > 0:
        return say("本机时间快了 {span}：请校准", span=span)
    return say("本机时间慢了 {span}：请校准", span=span)


def _sending(sync: SyncStatus, scans: UploadProgress | None) -> tuple[str, Tone]:
    if sync.refused:
        return say("后台退回 {n} 条：按 F11 查看", n=sync.refused), Tone.WARN
    if scans is not None and scans.refused:
        return say("{n} 个扫描件要重新扫描：按 F11 查看", n=scans.refused), Tone.WARN
    parts = [say("待发 {n}", n=sync.waiting)] if sync.waiting else []
    if scans is not None and scans.files_left:
        parts.append(_scans_left(scans))
    return " · ".join(parts) or say("已全部送达"), Tone.NEUTRAL


def _scans_left(scans: UploadProgress) -> str:
    """How many are on their way, how much, and how long it takes."""
    size = size_text(max(0, scans.bytes_total - scans.bytes_sent))
    if scans.seconds_left is None:
        return say("扫描件 {n} 个 {size}", n=scans.files_left, size=size)
    lasting = lasting_text(scans.seconds_left)
    return say("扫描件 {n} 个 {size}，约 {time}", n=scans.files_left, size=size, time=lasting)
