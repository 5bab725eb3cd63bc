"""Open a document with codes and title, and close it with materials, signatures and seal."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.papers import CaseHead
from printers.documents.fonts import FontBook
from printers.documents.parts import (
    draw_bare_opening,
    draw_body,
    draw_materials,
    draw_opening,
)
from printers.documents.sheet import Sheets
from printers.documents.signing import Signing, closing_height, draw_notes, draw_signatures
from printers.documents.text import Typesetter, clean
from printers.wording import Sentences, Wording


class Frame:
    """What every document has around its own content. ``apart`` is set for each document: whether
    it is made once for each of its copies, which are named in their footers; ``half``, whether on
    half sheets."""

    apart = False
    half = False

    def __init__(self, wording: Wording, fonts: FontBook) -> None:
        self.wording = wording
        self.common = wording.of("common")
        self._fonts = fonts

    def open(
        self, head: CaseHead, words: Sentences, title: str, reprint: int, *, under_title: str = ""
    ) -> Sheets:
        running = f"{head.hall.name}　{title}（续）　{head.number}"
        version = f"用语 {words.paper} {words.version}"
        copies = words.list("copy_names") if self.apart and words.has("copy_names") else ("",)
        sheets = Sheets(
            Typesetter(self._fonts), running=running, version=version, copies=copies,
            half=self.half,
        )  # fmt: skip
        draw_opening(sheets, head, title, self.common, reprint=reprint, under_title=under_title)
        return sheets

    def open_bare(self, hall: str, words: Sentences, title: str, reprint: int) -> Sheets:
        """A document about no case: no codes."""
        running = f"{hall}　{title}（续）"
        version = f"用语 {words.paper} {words.version}"
        sheets = Sheets(Typesetter(self._fonts), running=running, version=version, half=self.half)
        draw_bare_opening(sheets, hall, title, self.common, reprint=reprint)
        return sheets

    def finish_bare(self, sheets: Sheets, title: str, hall: str) -> bytes:
        return sheets.finish(title=clean(title), author=clean(hall))

    def provisional(self, sheets: Sheets, provisional: bool) -> None:
        if provisional:
            draw_body(sheets, self.common, "provisional")

    def tail(
        self,
        sheets: Sheets,
        head: CaseHead,
        words: Sentences,
        signing: Signing,
        notes: Sequence[str] = (),
    ) -> float:
        """The height of what ``end`` draws."""
        return closing_height(sheets, head, words, self.common, signing, notes)

    def close(
        self,
        sheets: Sheets,
        head: CaseHead,
        words: Sentences,
        title: str,
        signing: Signing,
        materials: str,
        notes: Sequence[str] = (),
        signed: str = "",
    ) -> bytes:
        """The materials under their heading, then the end; a seal never stands alone. ``signed`` is
        the text of the code that proves the paper."""
        tail = self.tail(sheets, head, words, signing, notes)
        draw_materials(sheets, materials, head.materials, tail=tail)
        return self.end(sheets, head, words, title, signing, notes, signed)

    def end(
        self,
        sheets: Sheets,
        head: CaseHead,
        words: Sentences,
        title: str,
        signing: Signing,
        notes: Sequence[str] = (),
        signed: str = "",
    ) -> bytes:
        """Notes, signatures, proof and seal."""
        draw_notes(sheets, notes)
        draw_signatures(sheets, head, words, self.common, signing, signed)
        return self.finish(sheets, head, title, signed)

    def finish(self, sheets: Sheets, head: CaseHead, title: str, signed: str = "") -> bytes:
        """Metadata name paper, number, hall and proof, never a person."""
        title = f"{title} {head.number}".strip()
        return sheets.finish(title=title, author=clean(head.hall.name), keywords=signed)
