"""The tray: scanned pages are kept first, then looked at, put in order, and filed.

A page is durable and encrypted when ``take`` returns; a kill at any later moment loses no page. The
file for a material is made from the pages as they lie, and the fact that files it and the pages'
leaving the tray are one transaction.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from app.domain.catalogue import Material
from app.domain.checklist import RowState
from app.domain.errors import AppError, NotReady, UnknownMaterial
from app.domain.scan_page import GENUINE, Box, Edits, ScanMode, TrayPage, moved
from app.domain.scan_rules import Output, ScanRule, ScanRules
from app.domain.scan_stack import case_number, separator_of, split
from app.services.attachments import Attachments
from app.services.matter import Matter, Matters
from app.services.receipt_signing import PREFIX
from app.services.scan_imaging import Picture, draw, in_mode, measure, open_picture, single_pictures
from app.services.scan_looks import look_at
from app.services.scan_output import Drawn, make_jpeg, make_pdf
from app.services.sign_in import Session
from app.storage.database import Statements
from app.storage.scan_kinds import MAX_SCANS, TooManyPages
from app.storage.tray_table import NewPage, TrayTable

PROOF = 1100  # pixels of the longer side of a page on the screen
THUMB = 150


class ScanTray:
    """Reads, draws and writes files: not on the GUI's lane."""

    def __init__(
        self, matters: Matters, table: TrayTable, attachments: Attachments, *,
        rules: Callable[[], ScanRules], check_room: Callable[[], object] = lambda: None,
        prove: Callable[[str], object],
    ) -> None:  # fmt: skip
        """``check_room`` raises RoomLow while nothing new may be begun; ``prove`` raises where the
        text of a signed receipt is not genuine."""
        self._matters = matters
        self._table = table
        self._attachments = attachments
        self._rules = rules
        self._check_room = check_room
        self._prove = prove

    # -- pages come -----------------------------------------------------------------------------

    def take(
        self,
        case_id: str,
        content: bytes,
        *,
        source: str,
        material: str = "",
        instead_of: str = "",
    ) -> Iterator[TrayPage]:
        """Each page of the file, once it is safe. ``instead_of`` is the page that is taken anew.

        Raises ScanRefused, RoomLow, DiskFull, TooManyPages; what came before stays.
        """
        self._check_room()
        there = len(self._table.pages(case_id))
        for picture in single_pictures(content):
            if there >= MAX_SCANS and not instead_of:
                raise TooManyPages(most=MAX_SCANS)
            width, height, dpi = measure(picture)
            sha = self._table.keep(picture)
            page = NewPage(
                case_id=case_id, material=material, sha=sha, source=source[:60], width=width,
                height=height, dpi=dpi,
            )  # fmt: skip
            yield self._table.add(page, instead_of)
            there, instead_of = there + 1, ""

    def look(self, page: str) -> TrayPage:
        """What is on it: flaws, tilt, barcodes and whose. Raises TrayPageGone, ScanRefused."""
        one = self._table.get(page)
        seen = look_at(self._table.picture(one.sha))
        case = self._case_of(seen.codes)
        seen = replace(
            seen, other_case=case if case != one.case_id else "", receipt=self._proven(seen.codes)
        )
        return self._table.change(page, lambda now: replace(now, seen=seen))

    # -- what lies in it ------------------------------------------------------------------------

    def pages(self, case_id: str) -> tuple[TrayPage, ...]:
        return self._table.pages(case_id)

    def counts(self) -> dict[str, int]:
        """Pages that wait, by case; "" for pages that belong to none yet."""
        return self._table.counts()

    def proof(self, page: str, *, longest: int = PROOF, mode: ScanMode | None = None) -> bytes:
        """A PNG of the page as it will be filed. Raises TrayPageGone, PageDamaged, ScanRefused."""
        one = self._table.get(page)
        picture = open_picture(self._table.picture(one.sha), longest=longest)
        if picture.mode == "1":
            picture = picture.convert("L")
        picture.thumbnail((longest * 2, longest * 2))
        shown = draw(picture, one.edits)
        shown.thumbnail((longest, longest))
        made = io.BytesIO()
        in_mode(shown, one.edits.mode or mode).save(made, "PNG", compress_level=1)
        return made.getvalue()

    # -- what a clerk does ----------------------------------------------------------------------

    def turn(self, page: str, by: int) -> TrayPage:
        return self._edit(page, lambda one: one.edits.turned(by))

    def straighten(self, page: str) -> TrayPage:
        """As ``look`` saw it; a page that was straightened lies again as it came."""
        return self._edit(
            page, lambda one: replace(one.edits, tilt=0.0 if one.edits.tilt else one.seen.tilt)
        )

    def tilt(self, page: str, by: float) -> TrayPage:
        return self._edit(page, lambda one: one.edits.tilted(by))

    def crop(self, page: str, box: Box | None) -> TrayPage:
        """``box`` of the page as it lies now, uncut; None for the whole page. One that is no part
        of a page changes nothing."""
        sound = box is None or box.sound()
        return self._edit(page, lambda one: replace(one.edits, crop=box) if sound else one.edits)

    def crop_to_content(self, page: str) -> TrayPage:
        """To what ``look`` saw lying there; a page that was cut is whole again."""

        def cut(one: TrayPage) -> Edits:
            if one.edits.crop is not None or one.seen.content is None:
                return replace(one.edits, crop=None)
            lying = Edits(crop=one.seen.content).turned(one.edits.turn)
            return replace(one.edits, crop=lying.crop)

        return self._edit(page, cut)

    def colour(self, page: str, mode: ScanMode | None) -> TrayPage:
        return self._edit(page, lambda one: replace(one.edits, mode=mode))

    def move(self, case_id: str, page: str, to: int) -> tuple[TrayPage, ...]:
        return self._table.order(case_id, lambda order: moved(order, page, to))

    def remove(self, pages: Sequence[str]) -> None:
        """Raises TrayPageGone."""
        self._table.remove(pages)

    def assign(self, pages: Sequence[str], material: str) -> None:
        for page in pages:
            self._table.change(page, lambda one: replace(one, material=material))

    def give(self, pages: Sequence[str], case_id: str) -> None:
        """To another case, of no material yet."""
        self._table.give(pages, case_id)
        for page in pages:
            self._table.change(page, _at_home)

    def split(self, case_id: str, first: str) -> int:
        """Give the pages to materials by the separator sheets among them, which go. Returns how
        many sheets there were; without one nothing changes."""
        pages = self._table.pages(case_id)
        found = split(pages, self.materials(case_id), first)
        if not found.separators:
            return 0
        for page, material in found.materials.items():
            self._table.change(page, partial(_of_material, material))
        self._table.remove(found.separators)
        return len(found.separators)

    def materials(self, case_id: str) -> dict[int, str]:
        """The ids of the materials that are asked for, by their number in the list. Raises
        NotReady."""
        evaluation = self._matters.load(case_id).evaluation
        if evaluation is None:
            raise NotReady(need="item")
        rows = enumerate(evaluation.rows, 1)
        return {
            number: row.material.id
            for number, row in rows
            if row.state is not RowState.NOT_REQUIRED
        }

    def rule(self, case_id: str, material: str) -> ScanRule:
        """Raises NotReady, UnknownMaterial."""
        return self._rule(self._matters.load(case_id), material)

    # -- filing ---------------------------------------------------------------------------------

    def file(self, session: Session, case_id: str, pages: Sequence[str], material: str) -> Matter:
        """Make the file, or the files, of these pages and put them with the material; pages with
        a material of their own go there. Separator sheets are left out and go.

        Each material's pages are one transaction. Raises ScanRefused, TrayPageGone, NotReady,
        UnknownMaterial, CaseClosed, DiskFull: of that material nothing was filed then.
        """
        stacks: dict[str, list[TrayPage]] = defaultdict(list)
        sheets = []
        matter = self._matters.load(case_id)
        known = {each.id for each in self._listed(matter)}  # the item may have been changed
        for page in map(self._table.get, pages):
            if separator_of(page.seen.codes) is None:
                stacks[page.material if page.material in known else material].append(page)
            else:
                sheets.append(page.id)
        for wanted, stack in stacks.items():
            files = self._files(stack, self._rule(matter, wanted))
            taken = [page.id for page in stack]
            matter = self._attachments.add_all(
                session, case_id, wanted, files, also=partial(self._leave, taken)
            )
        if sheets:
            self._table.remove(sheets)
        return matter

    def make(self, pages: Sequence[str], rule: ScanRule) -> list[bytes]:
        """The files that filing would make. Raises ScanRefused, TrayPageGone."""
        return self._files([self._table.get(page) for page in pages], rule)

    # -------------------------------------------------------------------------------------------

    def _case_of(self, codes: Sequence[str]) -> str:
        """The case whose number a barcode states, "" where none here has it."""
        known = (self._table.find_case(number) for number in map(case_number, codes) if number)
        return next(filter(None, known), "")

    def _proven(self, codes: Sequence[str]) -> str:
        """What the signature of a receipt on the page says, with no network."""
        signed = next((code for code in codes if code.upper().startswith(PREFIX)), "")
        if not signed:
            return ""
        try:
            self._prove(signed)
        except AppError as error:
            return error.code
        return GENUINE

    def _edit(self, page: str, edit: Callable[[TrayPage], Edits]) -> TrayPage:
        return self._table.change(page, lambda one: replace(one, edits=edit(one)))

    def _leave(self, pages: Sequence[str], connection: Statements) -> None:
        self._table.remove_in(connection, pages)

    def _files(self, pages: Sequence[TrayPage], rule: ScanRule) -> list[bytes]:
        drawn = [
            Drawn(
                draw=partial(self._draw, page, rule),
                dpi=min(page.dpi, rule.dpi) if page.dpi else 0,
            )
            for page in pages
        ]
        if rule.output is Output.JPEG:
            return [make_jpeg(one, rule) for one in drawn]
        return [make_pdf(drawn, rule)]

    def _draw(self, page: TrayPage, rule: ScanRule) -> Picture:
        picture = open_picture(self._table.picture(page.sha))
        return draw(picture, page.edits, mode=rule.mode, dpi=page.dpi, most_dpi=rule.dpi)

    def _rule(self, matter: Matter, material: str) -> ScanRule:
        found = next((each for each in self._listed(matter) if each.id == material), None)
        if found is None:
            raise UnknownMaterial(material=material)
        return self._rules().rule(found)

    @staticmethod
    def _listed(matter: Matter) -> tuple[Material, ...]:
        if matter.evaluation is None:
            raise NotReady(need="item")
        return tuple(row.material for row in matter.evaluation.rows)


def _at_home(page: TrayPage) -> TrayPage:
    return replace(page, seen=replace(page.seen, other_case=""))


def _of_material(material: str, page: TrayPage) -> TrayPage:
    return replace(page, material=material)
