"""Say which papers can be printed now, and show each as it will come out, before it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

from app.domain.errors import AppError
from app.domain.events import PaperKind
from app.print_ports import PaperMaker
from app.services.papers import PaperContents
from app.services.print_jobs import NUMBERLESS, next_reprint, select_jobs
from app.storage.errors import StoreError
from app.storage.store import Store

_OF_CASES = (
    PaperKind.RECEIPT, PaperKind.ACCEPTANCE, PaperKind.NOTICE, PaperKind.REJECTION,
    PaperKind.DEFERRAL_PROMISE, PaperKind.PROMISE, PaperKind.TRANSFER, PaperKind.LIMIT_NOTICE,
    PaperKind.DELIVERY_RETURN, PaperKind.COLLECTION, PaperKind.GUIDE,
)  # fmt: skip
_OF_DAYS = (PaperKind.SHIFT_REPORT, PaperKind.DAY_PAPERS, PaperKind.SPARED_REPORT)


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

        Whether a paper can be made is asked of its content, the one place that knows.
        """
        wanted = [(PaperKind.BUNDLE_RECEIPT, f"bundle:{bundle}")] if bundle else []
        form = f"bundle:{bundle}" if bundle else next((f"case:{one}" for one in cases), "")
        wanted += [(paper, f"case:{case}") for case in cases for paper in _OF_CASES]
        wanted += [(PaperKind.APPLICATION_FORM, form)] if form else []
        wanted += [(paper, f"day:{self._today().isoformat()}") for paper in _OF_DAYS]
        return tuple(
            self._offer(paper, about) for paper, about in wanted if self._has(paper, about)
        )

    def show(
        self, paper: PaperKind, about: str, *, reprint: int = 0, apart: bool = False,
        half: bool = False,
    ) -> Shown:  # fmt: skip
        """As it would come out. Raises AppError (PRN code) where it cannot be made."""
        content = self._contents.content(paper, about)
        media_type, data = self._press.make(content, reprint, apart=apart, half=half)
        warning = self._warn("".join(_texts(asdict(content))))
        return Shown(pictures=self._open_pictures(media_type, data), warning=warning)

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
