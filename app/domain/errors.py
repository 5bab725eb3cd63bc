"""Name what can go wrong for reasons outside the code: a code, a blame and a next step each.

The sentences (Chinese and English, message and next step) live in ``resources/texts/errors.*.json``
under the same code; a test demands one for every subclass. A bug is not an :class:`AppError`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Blame(StrEnum):
    """Who can mend it."""

    PERSON = "person"
    DEVICE = "device"
    NETWORK = "network"
    DATA = "data"
    MACHINE = "machine"


class AppError(Exception):
    """A foreseen failure that a user may read.

    ``details`` fill the named holes of the sentence; they must hold no personal data,
    because the code and details go to the log.
    """

    code: ClassVar[str] = "APP-00"
    blame: ClassVar[Blame] = Blame.MACHINE
    retryable: ClassVar[bool] = False

    def __init__(self, **details: str | int) -> None:
        super().__init__(self.code, details)
        self.details: dict[str, str | int] = details

    def __str__(self) -> str:
        if not self.details:
            return self.code
        shown = ", ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.code} ({shown})"


class DomainError(AppError):
    """An act that the rules of the hall or the law do not allow."""

    code = "DOM-00"
    blame = Blame.PERSON


class OutcomeNotOpen(DomainError):
    """The checklist does not allow this outcome now."""

    code = "DOM-01"


class UnknownMaterial(DomainError):
    """The frozen list names no such material: nothing may be demanded or ticked beyond it."""

    code = "DOM-02"


class UnknownAnswer(DomainError):
    """No such question, or no such option, in the frozen list."""

    code = "DOM-03"


class CaseClosed(DomainError):
    """The case is decided; nothing more may be recorded at this counter."""

    code = "DOM-04"


class NotReady(DomainError):
    """Something must come first (applicant, item, answers)."""

    code = "DOM-05"


class InvalidIdentity(DomainError):
    """A typed number, name or date does not hold."""

    code = "DOM-06"


class TicketNotOpen(DomainError):
    """The ticket's state does not allow this act."""

    code = "DOM-07"


class NoOneWaiting(DomainError):
    """No ticket that this window may call."""

    code = "DOM-08"


class ReasonNeeded(DomainError):
    """This act needs a reason, and for a rejection its legal basis."""

    code = "DOM-09"


class SecondDemand(DomainError):
    """A later notice may not ask for what the first could have named (行政许可法 art. 32)."""

    code = "DOM-10"


class NothingNewToTell(DomainError):
    """Everything missing was told before: the first notice stands, a second one is not due."""

    code = "DOM-11"


class NoticeTooLate(DomainError):
    """The days for a notice have passed: the case counts as accepted (行政许可法 art. 32)."""

    code = "DOM-12"


class BeyondTheList(DomainError):
    """Nothing may be found wanting that the list does not ask for under these answers."""

    code = "DOM-13"


class StoredUnusable(DomainError):
    """A kept licence or earlier material that the list does not take, or that has run out."""

    code = "DOM-14"


class BundleFixed(DomainError):
    """The items of a bundle are decided together; this act is for a single case."""

    code = "DOM-15"


class OtherPerson(DomainError):
    """The card says otherwise than what is recorded of this person: the clerk chooses."""

    code = "DOM-16"


class HandOverIncomplete(DomainError):
    """The record of a delivery lacks ``field``, which this way of delivery may not leave out."""

    code = "DOM-17"


class DeliveryStands(DomainError):
    """What was signed for on the screen, or was recorded on an earlier day, is not taken back."""

    code = "DOM-18"


class SignatureUnusable(DomainError):
    """What was written is no signature; ``why`` is empty, short, long or broken."""

    code = "DOM-19"


class PaperChanged(DomainError):
    """The paper is not any more the one that was shown to be signed."""

    code = "DOM-20"


class BadCatalogue(AppError):
    """An item list that cannot be used; ``place`` says where."""

    code = "CAT-01"
    blame = Blame.DATA


class ItemNotFound(AppError):
    """No item has this code."""

    code = "CAT-02"
    blame = Blame.PERSON


class ListChanged(AppError):
    """The list of this version is not the one that the case froze: it was altered in place."""

    code = "CAT-FROZEN"
    blame = Blame.DATA


class BadEntry(AppError):
    """A journal entry that cannot be read or does not fit its hash."""

    code = "JRN-01"
    blame = Blame.DATA


class ChainBroken(AppError):
    """The device's chain does not verify from ``seq`` on."""

    code = "JRN-02"
    blame = Blame.DATA


class NotSent(AppError):
    """A printer failure that promises that nothing left: the job may be tried again."""

    code = "PRN-NOT-SENT"
    blame = Blame.DEVICE
    retryable = True


class SignInRefused(AppError):
    """Unknown clerk, wrong password or a window this hall does not have."""

    code = "SIGN-01"
    blame = Blame.PERSON


class NumbersExhausted(AppError):
    """The leased block of case numbers is used up and the back office cannot be reached."""

    code = "NUM-01"
    blame = Blame.NETWORK
    retryable = True
