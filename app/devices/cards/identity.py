"""Read one identity card in a conversation with a SAM module, whatever line leads to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from app.devices.cards.errors import TextInvalid
from app.devices.cards.sam import SamContent, SamConversation
from app.devices.cards.textblock import newest_address, parse_text_block
from app.devices.cards.timing import hall_day
from app.domain.person import CardRead, DocumentKind
from app.ports import Clock, ReaderStep

POLL: Final = 0.02  # seconds between two looks for a card; a longer wait would be felt


def read_identity_card(
    sam: SamConversation,
    clock: Clock,
    reader: str,
    timeout: float,
    step: Callable[[ReaderStep], None],
    *,
    poll: float = POLL,
) -> CardRead:
    """Find, select, read. Raises CardError; nothing of a card that cannot be is given."""
    sam.check_module()
    sam.wait_for_card(timeout, poll, step)
    step(ReaderStep.READING)
    content = sam.read_content()
    card = identity_card(content, clock, reader)
    if card.document is DocumentKind.RESIDENT:
        card = replace(card, newest_address=_moved_to(sam))
    return card


def identity_card(content: SamContent, clock: Clock, reader: str) -> CardRead:
    """Raises TextInvalid, TextContradicts."""
    now = clock.now()
    text = parse_text_block(content.text, hall_day(now))
    return CardRead(
        document=text.document,
        person=text.person,
        issuer=text.issuer,
        valid_from=text.valid_from,
        valid_to=text.valid_to,
        reader=reader,
        read_at=now,
        text_block=content.text,
        photo=content.photo if content.photo.strip(b"\0") else None,
        permit_number=text.permit_number,
        times=text.times,
    )


def _moved_to(sam: SamConversation) -> str:
    """An addition that many cards lack: where it cannot be, the card is good without it."""
    try:
        return newest_address(sam.read_newest_address())
    except TextInvalid:
        return ""
