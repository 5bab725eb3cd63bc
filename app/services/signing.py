"""Let a paper be signed on the applicant's screen, and prove later what was signed.

The signature is bound to the paper as it was shown: its PDF without any signature, byte for byte,
which the same facts make again at any time. Image and binding are one fact: half of it is never
saved.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from app.domain import case as cases
from app.domain.case import Case
from app.domain.case_events import DocumentSigned, SignatureRefused
from app.domain.errors import NotReady, PaperChanged, SignatureUnusable
from app.domain.events import PaperKind
from app.domain.hall import HALL_ZONE
from app.domain.papers import CasePaper, CollectionContent, DeliveryReturnContent
from app.domain.signature import (
    HEIGHT,
    MOST_IMAGE,
    WIDTH,
    Pen,
    Stroke,
    check_strokes,
    dots,
)
from app.print_ports import PaperMaker
from app.services.papers import PaperContents
from app.services.sign_in import Session
from app.services.signed_papers import SIGNABLE, decoded_image, without_signature
from app.storage.folding import facts_about
from app.storage.projections import subject_id
from app.storage.store import Store, Unit

_MOST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """A paper as it is shown to be signed. ``data`` is its PDF, ``document`` the SHA-256 of it;
    ``again``: it was signed before, and signing it once more needs a reason."""

    paper: PaperKind
    about: str
    number: str
    signer: str
    data: bytes
    document: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, and whether it holds."""

    name: str
    holds: bool
    said: str


class SigningDesk:
    """``wording`` gives the version of a paper's sentences, as it stands in its footer."""

    def __init__(
        self, store: Store, contents: PaperContents, press: PaperMaker,
        wording: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._store = store
        self._contents = contents
        self._press = press
        self._wording = wording

    def ask(self, paper: PaperKind, about: str) -> ToSign:
        """Raises NotReady where there is no such paper or nobody signs it, PaperError."""
        if paper not in SIGNABLE:
            raise NotReady(need="paper")
        content = without_signature(self._contents.content(paper, about))
        if not isinstance(content, CasePaper):
            raise NotReady(need="paper")
        data = self._press.make(content)[1]
        document = hashlib.sha256(data).hexdigest()
        case = self._store.find_case(subject_id(about))
        return ToSign(
            paper=paper, about=about, number=content.head.number, signer=_signer(content),
            data=data, document=document,
            again=case is not None and case.signed.get(paper.value) == document,
        )  # fmt: skip

    def sign(
        self, session: Session, shown: ToSign, strokes: Sequence[Stroke], pen: Pen,
        reason: str = "",
    ) -> None:  # fmt: skip
        """Raises SignatureUnusable, PaperChanged where the paper is not any more what was shown,
        ReasonNeeded where it was signed before."""
        lasted = check_strokes(strokes)
        image = picture(strokes)
        if self.ask(shown.paper, shown.about).document != shown.document:
            raise PaperChanged
        at = self._store.clock.now().astimezone(HALL_ZONE)
        signed = DocumentSigned(
            paper=shown.paper.value, number=shown.number, document=shown.document,
            wording=self._wording(shown.paper.value), signer=shown.signer,
            image=b64encode(image).decode(), strokes=len(strokes), lasted=lasted, pen=pen,
            by=session.staff_id, at=at, reason=_plain(reason),
        )  # fmt: skip
        with self._store.begin() as unit:
            _record(unit, session, shown, signed)

    def refuse(self, session: Session, shown: ToSign, reason: str, witness: str) -> None:
        """拒签. Raises ReasonNeeded without a reason or a witness."""
        at = self._store.clock.now().astimezone(HALL_ZONE)
        refused = SignatureRefused(
            paper=shown.paper.value, number=shown.number, signer=shown.signer,
            reason=_plain(reason), witness=_plain(witness), by=session.staff_id, at=at,
        )  # fmt: skip
        with self._store.begin() as unit:
            _record(unit, session, shown, refused)

    # -- proving --------------------------------------------------------------------------------

    def signatures(self, case_id: str) -> tuple[DocumentSigned, ...]:
        """All that stand on record, the oldest first."""
        with self._store.read() as connection:
            facts = facts_about(connection, case_id)
        return tuple(event for _, event in facts if isinstance(event, DocumentSigned))

    def verify(
        self, case_id: str, signed: DocumentSigned, *, pdf: bytes | None = None,
        image: bytes | None = None,
    ) -> tuple[Finding, ...]:  # fmt: skip
        """Whether the paper that the facts make today is the one that was signed; whether ``pdf``
        is it, and whether ``image`` is the signature."""
        found = [self._of_today(case_id, signed)]
        if pdf is not None:
            same = hashlib.sha256(pdf).hexdigest() == signed.document
            said = "就是签署时的文书" if same else "不是签署时的文书，有改动"
            found.append(Finding(name="所给文书", holds=same, said=said))
        kept = decoded_image(signed)
        holds = _is_picture(kept)
        said = "签名图完整" if holds else "签名图读不出来"
        found.append(Finding(name="签名图", holds=holds, said=said))
        if image is not None:
            same = image == kept
            said = "与记录的签名图相同" if same else "与记录的签名图不同"
            found.append(Finding(name="所给签名图", holds=same, said=said))
        return tuple(found)

    def _of_today(self, case_id: str, signed: DocumentSigned) -> Finding:
        name = "按记录重做的文书"
        try:
            today = self.ask(PaperKind(signed.paper), f"case:{case_id}").document
        except NotReady:
            return Finding(name=name, holds=False, said="现在的记录做不出这份文书")
        if today == signed.document:
            return Finding(name=name, holds=True, said="与签署时逐字节相同")
        wording = self._wording(signed.paper)
        if signed.wording != wording:
            said = f"不同：签署时用语 {signed.wording}，现在 {wording}，请用 --pdf 给出原件"
        else:
            said = "不同：签署以后记录有变动，或者记录被改过"
        return Finding(name=name, holds=False, said=said)


def picture(strokes: Sequence[Stroke]) -> bytes:
    """Black on nothing, a PNG of one bit a point. Raises SignatureUnusable where it is too much."""
    from PIL import Image, ImageDraw

    ink = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(ink)
    for x, y, radius in dots(strokes):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    flat = ink.point(lambda value: 0 if value < 128 else 1, "P")
    flat.putpalette([0, 0, 0, 255, 255, 255])
    out = BytesIO()
    flat.save(out, "PNG", bits=1, transparency=1, optimize=True)
    if len(out.getvalue()) > MOST_IMAGE:
        raise SignatureUnusable(why="long")
    return out.getvalue()


def _record(
    unit: Unit, session: Session, shown: ToSign, fact: DocumentSigned | SignatureRefused
) -> None:
    case_id = subject_id(shown.about)
    case: Case | None = unit.find_case(case_id)
    cases.apply(case, case_id, fact)
    unit.append(fact, subject=shown.about, actor=session.actor)


def _signer(paper: CasePaper) -> str:
    """Who takes it; before that is known, who applied or came for them."""
    if isinstance(paper, CollectionContent | DeliveryReturnContent) and paper.handed is not None:
        return paper.handed.to
    return paper.head.agent or paper.head.applicant


def _is_picture(data: bytes) -> bool:
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return image.size == (WIDTH, HEIGHT)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def _plain(text: str) -> str:
    return " ".join(text.split())[:_MOST_TEXT]
