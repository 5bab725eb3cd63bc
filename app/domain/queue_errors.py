"""What a hall's line refuses. Each has a sentence for the clerk, the supervisor or the kiosk."""

from __future__ import annotations

from app.domain.errors import DomainError


class LineClosed(DomainError):
    """No number of this business is given now; ``opens`` is the hour, or ''."""

    code = "QUE-01"


class QuotaSpent(DomainError):
    """排队号已取完, for this part of the day."""

    code = "QUE-02"


class ReturnTooLate(DomainError):
    """Passed over too long ago or too often: a new number is needed."""

    code = "QUE-03"


class HallIsHalted(DomainError):
    """Emergency: nothing is called and no number given until the hall goes on."""

    code = "QUE-04"


class BadPolicy(DomainError):
    """A queue policy that cannot be used; ``place`` says where."""

    code = "QUE-05"


class UnknownPriority(DomainError):
    """The hall's policy has no such reason for priority."""

    code = "QUE-06"


class NothingToUndo(DomainError):
    """The last act cannot be taken back, or there is none."""

    code = "QUE-07"


class SupervisorNeeded(DomainError):
    """Only a supervisor may do this."""

    code = "QUE-08"


class AlreadyRated(DomainError):
    """一次一评: this service has its rating."""

    code = "QUE-09"


class NoSuchTicket(DomainError):
    """No ticket of today has this number."""

    code = "QUE-10"


class NoSuchBooking(DomainError):
    """No booking has this code, or the card read is another person's."""

    code = "QUE-11"


class BookingNotNow(DomainError):
    """A booking may be checked in for some time before and after it only."""

    code = "QUE-12"


class NoSuchLine(DomainError):
    """The hall has no such business."""

    code = "QUE-13"


class NotAKiosk(DomainError):
    """This device is no kiosk of the hall."""

    code = "QUE-15"
