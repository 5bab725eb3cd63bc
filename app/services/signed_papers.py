"""Which papers are signed on the screen, and how a paper looks with its signature and without."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import replace

from app.domain.case_events import DocumentSigned, NoticeHanded, ResultHanded, ResultReturned
from app.domain.events import PaperKind
from app.domain.hall import HALL_ZONE
from app.domain.papers import CasePaper, Paper, ScreenSignature
from app.services.paper_stages import Fact

SIGNABLE = (
    PaperKind.RECEIPT, PaperKind.ACCEPTANCE, PaperKind.NOTICE, PaperKind.REJECTION,
    PaperKind.DEFERRAL_PROMISE, PaperKind.DELIVERY_RETURN, PaperKind.COLLECTION,
)  # fmt: skip
# What these say stands on the paper: a signature from before is not one of the paper as it is now.
_CHANGED_BY: dict[PaperKind, tuple[type, ...]] = {
    PaperKind.NOTICE: (NoticeHanded,),
    PaperKind.DELIVERY_RETURN: (NoticeHanded, ResultHanded, ResultReturned),
    PaperKind.COLLECTION: (ResultHanded, ResultReturned),
}


def with_signature(paper: Paper, kind: PaperKind, later: Sequence[Fact]) -> Paper:
    """With the last signature among the facts after its decision, if the paper has one."""
    if kind not in SIGNABLE or not isinstance(paper, CasePaper):
        return paper
    signed: DocumentSigned | None = None
    for fact in later:
        if isinstance(fact.event, DocumentSigned) and fact.event.paper == kind.value:
            signed = fact.event
        elif isinstance(fact.event, _CHANGED_BY.get(kind, ())):
            signed = None
    if signed is None:
        return paper
    signature = ScreenSignature(
        image=decoded_image(signed), document=signed.document,
        at=signed.at.astimezone(HALL_ZONE),
    )  # fmt: skip
    return replace(paper, head=replace(paper.head, signature=signature))


def without_signature(paper: Paper) -> Paper:
    """Byte for byte what was shown to be signed."""
    if not isinstance(paper, CasePaper):
        return paper
    return replace(paper, head=replace(paper.head, signature=None))


def decoded_image(signed: DocumentSigned) -> bytes:
    """Empty where the record holds no picture: then no paper is printed with it."""
    try:
        return b64decode(signed.image, validate=True)
    except (NotBase64, ValueError):
        return b""
