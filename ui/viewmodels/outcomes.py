"""Order the outcomes for the decision column, with their keys. Pure."""

from __future__ import annotations

from app.domain.case import CaseState
from app.domain.checklist import Outcome

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

OUTCOME_OF: dict[CaseState, Outcome] = {
    CaseState.ACCEPTED: Outcome.ACCEPT,
    CaseState.ACCEPTED_DEFERRED: Outcome.ACCEPT_DEFERRED,
    CaseState.ACCEPTED_ON_PROMISE: Outcome.ACCEPT_ON_PROMISE,
    CaseState.NOTICED: Outcome.NOTICE,
    CaseState.REJECTED: Outcome.REJECT,
    CaseState.RECEIVED: Outcome.RECEIVE_ONLY,
}
