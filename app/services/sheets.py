"""Say which papers can be printed now, and show each as it will come out, before it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

from app.domain.errors import AppError, NotReady
from app.domain.events import PaperKind
from app.domain.sheet_papers import ReportContent
from app.print_ports import PaperMaker
from app.services.day_export import write_sheets
from app.services.papers import REPORTS, PaperContents
from app.services.print_jobs import NUMBERLESS, next_reprint, select_jobs
from app.services.shift_reports import sheets_of
from app.storage.errors import StoreError
from app.storage.projections import subject_id
from app.storage.store import Store

_OF_CASES = (
    PaperKind.RECEIPT, PaperKind.ACCEPTANCE, PaperKind.NOTICE, PaperKind.REJECTION,
    PaperKind.DEFERRAL_PROMISE, PaperKind.PROMISE, PaperKind.TRANSFER, PaperKind.LIMIT_NOTICE,
    PaperKind.DELIVERY_RETURN, PaperKind.COLLECTION, PaperKind.GUIDE,
)  # fmt: skip


class Pictures(Protocol):
    """The pages of one paper. Used from one thread."""

    @property
    def count(self) -> int: ...

    def size(self, page: int) -> tuple[float, float]:
        """In millimetres."""
        ...

    def draw(self, page: int, dpi: float) -> tuple[int, int, bytes]:
        """Width, height and their RGB bytes, rows one after another."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A paper that can be printed. ``reprint`` n where it would be 补打 n, and needs a reason;
    ``state`` of its last job, "" where there is none."""

    paper: PaperKind
    about: str
    number: str = ""
    reprint: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """``warning`` names characters that no font here can draw."""

    pictures: Pictures
    warning: AppError | None = None


class SheetDesk:
    def __init__(
        self,
        store: Store,
        contents: PaperContents,
        press: PaperMaker,
        warn: Callable[[str], AppError | None],
        open_pictures: Callable[[str, bytes], Pictures],
        today: Callable[[], date],
    ) -> None:
        self._store = store
        self._contents = contents
        self._press = press
        self._warn = warn
        self._open_pictures = open_pictures
        self._today = today

    def offered(self, cases: Sequence[str] = (), bundle: str = "") -> tuple[Offer, ...]:
        """What can be printed of these cases and their bundle, and of the day at this window.

        Whether a paper can be made is asked of its content, the one place that knows; of a day
        there is always one.
        """
        wanted = [(PaperKind.BUNDLE_RECEIPT, f"bundle:{bundle}")] if bundle else []
        form = f"bundle:{bundle}" if bundle else next((f"case:{one}" for one in cases), "")
        wanted += [(paper, f"case:{case}") for case in cases for paper in _OF_CASES]
        wanted += [(PaperKind.APPLICATION_FORM, form)] if form else []
        wanted = [(paper, about) for paper, about in wanted if self._has(paper, about)]
        today = self._today()
        wanted += [(paper, f"day:{today.isoformat()}") for paper in REPORTS]
        # What came in and went out is mostly asked for on the next morning.
        yesterday = today - timedelta(days=1)
        wanted.append((PaperKind.BALANCE_REPORT, f"day:{yesterday.isoformat()}"))
        return tuple(self._offer(paper, about) for paper, about in wanted)

    def show(
        self, paper: PaperKind, about: str, *, reprint: int = 0, apart: bool = False,
        half: bool = False,
    ) -> Shown:  # fmt: skip
        """As it would come out. Raises AppError (PRN code) where it cannot be made."""
        content = self._contents.content(paper, about)
        media_type, data = self._press.make(content, reprint, apart=apart, half=half)
        warning = self._warn("".join(_texts(asdict(content))))
        return Shown(pictures=self._open_pictures(media_type, data), warning=warning)

    def pictures(self, data: bytes) -> Pictures:
        """Of a PDF that was made here."""
        return self._open_pictures("application/pdf", data)

    def save(self, paper: PaperKind, about: str, folder: Path) -> Path:
        """A report of a day as a workbook in ``folder``. Raises ExportFailed, NotReady for any
        other paper."""
        content = self._contents.content(paper, about)
        if not isinstance(content, ReportContent):
            raise NotReady(need="report")
        file = folder / f"{paper.value}-{subject_id(about)}.xlsx"
        write_sheets(file, sheets_of(content))
        return file

    def _has(self, paper: PaperKind, about: str) -> bool:
        try:
            self._contents.content(paper, about)
        except StoreError:
            raise
        except AppError:
            return False
        return True

    def _offer(self, paper: PaperKind, about: str) -> Offer:
        with self._store.read() as connection:
            jobs = select_jobs(
                connection, "WHERE j.about = ? AND j.paper = ? ORDER BY j.id DESC LIMIT 1", about,
                paper.value,
            )  # fmt: skip
            again = 0 if paper in NUMBERLESS else next_reprint(connection, paper, about)
        last = jobs[0] if jobs else None
        failed = last is not None and last.state == "failed"
        return Offer(
            paper=paper, about=about, number=last.number if last else "",
            reprint=last.reprint if last and failed else again, state=last.state if last else "",
        )  # fmt: skip


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
