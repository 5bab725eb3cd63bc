"""Order the outcomes for the decision column, with their keys and papers. Pure."""

from __future__ import annotations

from app.domain.case import CaseState
from app.domain.checklist import Outcome
from app.domain.events import PaperKind

# Top to bottom as on the screen; places never move, so that hands learn them.
ORDER: tuple[tuple[Outcome, str], ...] = (
    (Outcome.EACH, "Ctrl+S"),  # of a bundle, where a single item has 受理
    (Outcome.ACCEPT, "Ctrl+S"),
    (Outcome.ACCEPT_DEFERRED, "Ctrl+L"),
    (Outcome.ACCEPT_ON_PROMISE, "Ctrl+K"),
    (Outcome.NOTICE, "Ctrl+B"),
    (Outcome.RECEIVE_ONLY, "Ctrl+R"),
    (Outcome.REJECT, "Ctrl+D"),
)

PAPER_OF: dict[Outcome, PaperKind] = {
    Outcome.ACCEPT: PaperKind.ACCEPTANCE,
    Outcome.ACCEPT_DEFERRED: PaperKind.ACCEPTANCE,
    Outcome.ACCEPT_ON_PROMISE: PaperKind.ACCEPTANCE,
    Outcome.NOTICE: PaperKind.NOTICE,
    Outcome.REJECT: PaperKind.REJECTION,
    Outcome.RECEIVE_ONLY: PaperKind.RECEIPT,
    Outcome.EACH: PaperKind.BUNDLE_RECEIPT,
}

OUTCOME_OF: dict[CaseState, Outcome] = {
    CaseState.ACCEPTED: Outcome.ACCEPT,
    CaseState.ACCEPTED_DEFERRED: Outcome.ACCEPT_DEFERRED,
    CaseState.ACCEPTED_ON_PROMISE: Outcome.ACCEPT_ON_PROMISE,
    CaseState.NOTICED: Outcome.NOTICE,
    CaseState.REJECTED: Outcome.REJECT,
    CaseState.RECEIVED: Outcome.RECEIVE_ONLY,
}
