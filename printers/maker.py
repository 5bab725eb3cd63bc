"""Make the bytes of any paper: PDF for documents, ESC/POS for slips."""

from __future__ import annotations

from threading import Lock

from app.domain.papers import Paper, TicketSlipContent
from printers.documents.casepapers import CasePapers
from printers.documents.fonts import FontBook
from printers.errors import GlyphsMissing
from printers.slips.page import make_slip_page
from printers.slips.profile import SlipProfile
from printers.slips.ticket import make_ticket_slip
from printers.wording import Wording

PDF = "application/pdf"
ESCPOS = "application/vnd.escpos"


class PaperPress:
    """The PaperMaker port. From any thread: the fonts serve one document at a time, and
    the others wait."""

    def __init__(
        self,
        wording: Wording,
        fonts: FontBook,
        *,
        slip_profile: SlipProfile | None = None,
    ) -> None:
        self._wording = wording
        self._fonts = fonts
        self._slip_profile = slip_profile or SlipProfile()
        self._papers = CasePapers(wording, fonts)
        self._making = Lock()

    def make(
        self, paper: Paper, reprint: int = 0, *, apart: bool = False, half: bool = False
    ) -> tuple[str, bytes]:
        """(media type, bytes); ``reprint`` n marks the paper 补打, ``apart`` makes each copy of a
        document and names it (申请人联, 件袋联, 留档联), ``half`` sets it on A5. Raises
        PaperError."""
        with self._making:
            if isinstance(paper, TicketSlipContent):
                words, profile = self._wording.of("slip"), self._slip_profile
                if profile.page:
                    width = profile.width
                    page = make_slip_page(paper, words, self._fonts, width, reprint=reprint)
                    return PDF, page
                return ESCPOS, make_ticket_slip(
                    paper, words, self._fonts, profile, reprint=reprint
                )  # fmt: skip
            return PDF, self._papers.make(paper, reprint, apart=apart, half=half)

    def wording(self, paper: str) -> str:
        """The version of a paper's sentences, as it stands in its footer."""
        words = self._wording.of(paper)
        return f"{words.paper} {words.version}"

    def warning(self, text: str) -> GlyphsMissing | None:
        """What to show beside a paper with characters that no font here can draw."""
        return self._fonts.warning(text)
