"""Add scanned pages to the materials of a case, and say of each page where it is.

A page is a file (PDF, JPEG, PNG or TIFF) under the SHA-256 of its bytes. What lies on the counter
(originals, copies, what was found wrong) is not changed by pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.domain.case import Case
from app.domain.case_events import MaterialFaulted, MaterialReceived
from app.domain.catalogue import MaterialForm
from app.domain.checklist import Evidence, check_material
from app.domain.errors import AppError, Blame, NotReady
from app.ports import PageSource, Uploads
from app.services.matter import Fact, Matter, Matters
from app.services.sign_in import Session
from app.services.thumbnails import thumbnail
from app.storage.attachments import AttachmentShelf, PageRow
from app.storage.blob_files import PageDamaged
from app.storage.database import Statements
from app.storage.scan_kinds import MAX_SCAN, MAX_SCANS, ScanSizeWrong, TooManyPages, check_scan
from app.storage.store import Unit


class PageGone(AppError):
    """The material no longer has this page: it was removed or given back meanwhile."""

    code = "ATT-GONE"
    blame = Blame.PERSON


class PageElsewhere(AppError):
    """The page was scanned at another window and no copy is here."""

    code = "ATT-ELSEWHERE"
    blame = Blame.NETWORK
    retryable = True


class SourceUnreadable(AppError):
    """The file to be added cannot be read."""

    code = "ATT-SOURCE"
    blame = Blame.MACHINE


class PageState(StrEnum):
    HERE = "here"  # on this computer only
    UNDER_WAY = "under_way"
    THERE = "there"  # at the back office, checked
    ELSEWHERE = "elsewhere"  # with another window; the back office may lack it
    REFUSED = "refused"  # will not arrive without a person; ``code`` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``number`` counts 1, 2, 3… within the material. ``size`` (bytes) and ``media`` are 0 and ""
    of a page that was never here. ``percent`` of it has arrived. ``local``: it can be read now."""

    material: str
    number: int
    sha: str
    size: int
    media: str
    state: PageState
    percent: int = 0
    code: str = ""
    local: bool = True


class Attachments:
    """``uploads`` is woken by what is added, and knows what is under way."""

    def __init__(
        self, matters: Matters, shelf: AttachmentShelf, *,
        uploads: Callable[[], Uploads] | None = None,
        source: Callable[[], PageSource] | None = None,
        check_room: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        """``check_room`` raises RoomLow while nothing new may be begun."""
        self._check_room = check_room
        self._matters = matters
        self._shelf = shelf
        self._uploads = uploads
        self._source = source

    def add(self, session: Session, case_id: str, material: str, source: Path | bytes) -> Matter:
        """One more page at the end of this material's pages; in a bundle, for each item that asks
        for it. A promise that stood for the material ends: it was brought after all.

        Raises ScanRefused, SourceUnreadable, RoomLow, DiskFull, UnknownMaterial, NotReady,
        CaseClosed; then nothing was added. Reads and encrypts up to 20 MB: not on the GUI's lane.
        """
        content = source if isinstance(source, bytes) else _read(source)
        return self.add_all(session, case_id, material, [content])

    def add_all(
        self, session: Session, case_id: str, material: str, contents: Sequence[bytes], *,
        also: Callable[[Statements], None] = lambda _: None,
    ) -> Matter:  # fmt: skip
        """The same for several files in one transaction, which ``also`` joins."""
        self._check_room()
        kept = [
            (self._shelf.keep(content), len(content), media)
            for content, media in [(content, check_scan(content)) for content in contents]
        ]
        shas = tuple(sha for sha, _, _ in kept)

        def make(unit: Unit, matter: Matter) -> Iterator[Fact]:
            for sha, size, media in kept:
                self._shelf.name(unit.connection, sha, size, media)
            also(unit.connection)
            for part, own in _listed(matter).materials_meant(material):
                form = check_material(part.item, own).form
                brought = part.case.evidence.get(own)
                if brought is None:
                    paper = form is not MaterialForm.ELECTRONIC
                    brought = Evidence(form=MaterialForm.PAPER if paper else form)
                if len(brought.scans) + len(shas) > MAX_SCANS:
                    raise TooManyPages(most=MAX_SCANS)
                yield from _with_scans(part.case, own, brought, (*brought.scans, *shas))

        matter = self._matters.record(session, case_id, make)
        if self._uploads is not None:
            self._uploads().wake()
        return matter

    def remove(
        self, session: Session, case_id: str, material: str, number: int, sha: str
    ) -> Matter:
        """Take page ``number`` of the material away again; ``sha`` is what was shown there.

        Raises PageGone where it is not there any more, CaseClosed.
        """

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            removed = False
            for part, own in _listed(matter).materials_meant(material):
                brought = part.case.evidence.get(own, Evidence())
                scans = _without(brought.scans, number, sha)
                if scans is not None:
                    removed = True
                    yield from _with_scans(part.case, own, brought, scans)
            if not removed:
                raise PageGone

        return self._matters.record(session, case_id, make)

    def read(self, sha: str) -> bytes:
        """For the preview. Raises PageElsewhere where no copy is here, PageDamaged."""
        if not self._shelf.holds(sha):
            raise PageElsewhere
        return self._shelf.read(sha)

    def preview(self, sha: str, *, far: bool = False) -> bytes:
        """A small PNG, b"" of a PDF. Raises what ``read`` raises, or ``fetch`` where it may come
        from ``far``."""
        return thumbnail(self.fetch(sha) if far else self.read(sha))

    def fetch(self, sha: str) -> bytes:
        """The same, and from the back office where no sound copy is here; keeps a copy. Blocks for
        seconds: not on the GUI's or the database's lane. Raises AppError."""
        if self._source is None:
            return self.read(sha)
        with suppress(PageElsewhere, PageDamaged):
            return self.read(sha)
        content = self._source().fetch(sha)
        self._shelf.keep_copy(content, check_scan(content))
        return content

    def pages_of(self, case_id: str) -> tuple[Page, ...]:
        """Of one case, by material and page. For a bundle ask each of its cases."""
        moving = self._uploads().progress().under_way if self._uploads is not None else {}
        return tuple(_page(row, moving.get(row.sha)) for row in self._shelf.pages(case_id))

    def lacking(self, case_id: str) -> tuple[Page, ...]:
        """Pages that the back office does not have yet: until then the case is not complete."""
        return tuple(p for p in self.pages_of(case_id) if p.state is not PageState.THERE)


def _read(path: Path) -> bytes:
    """At most a byte more than is allowed: the check says the rest."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SCAN + 1)
    except OSError:
        raise SourceUnreadable from None
    if not content:
        raise ScanSizeWrong(most=MAX_SCAN // 2**20)
    return content


def _listed(matter: Matter) -> Matter:
    if not matter.parts:
        raise NotReady(need="item")
    return matter


def _with_scans(
    case: Case, material: str, brought: Evidence, scans: tuple[str, ...]
) -> Iterable[Fact]:
    """The same totals with other pages; what was found wrong stays so."""
    received = MaterialReceived(
        material=material, originals=brought.originals, copies=brought.copies, form=brought.form,
        scans=scans,
    )  # fmt: skip
    yield case.id, received
    if brought.fault:
        yield case.id, MaterialFaulted(material=material, reason=brought.fault)


def _without(scans: tuple[str, ...], number: int, sha: str) -> tuple[str, ...] | None:
    """None where the page is not among them. In a bundle it may have another place."""
    if sha not in scans:
        return None
    at = number - 1
    place = at if 0 <= at < len(scans) and scans[at] == sha else scans.index(sha)
    return scans[:place] + scans[place + 1 :]


_STATES = {
    "there": PageState.THERE,
    "refused": PageState.REFUSED,
    "elsewhere": PageState.ELSEWHERE,
    "": PageState.ELSEWHERE,
}


def _page(row: PageRow, moving: int | None) -> Page:
    """``moving`` is how much of it has arrived, None where it is not under way now."""
    arrived = row.sent if moving is None else moving
    percent = 100 * min(arrived, row.size) // row.size if row.size else 0
    state = _STATES.get(row.state)
    if state is None:
        going = moving is not None or arrived > 0
        state = PageState.UNDER_WAY if going else PageState.HERE
    return Page(
        material=row.material, number=row.number, sha=row.sha, size=row.size, media=row.media,
        state=state, percent=100 if state is PageState.THERE else percent, code=row.code,
        local=row.local,
    )  # fmt: skip
