"""Name every way in which a chip card, or the way to it through PC/SC, can fail."""

from __future__ import annotations

from app.devices.cards.errors import CardError
from app.domain.errors import Blame


class PcscMissing(CardError):
    """The PC/SC service does not run or is not installed."""

    code = "CARD-PCSC-MISSING"
    blame = Blame.MACHINE


class PcscDenied(CardError):
    """The PC/SC service refuses this user (polkit), or went away while it was greeted."""

    code = "CARD-PCSC-DENIED"
    blame = Blame.MACHINE


class PcscFailed(CardError):
    """The PC/SC service reports something else; ``status`` shows it."""

    code = "CARD-PCSC-FAILED"
    blame = Blame.MACHINE


class NoReader(CardError):
    """No chip card reader (of that name) is connected."""

    code = "CARD-NO-READER"


class CardMute(CardError):
    """A card is in the reader and does not answer: upside down, or its chip is dead."""

    code = "CARD-MUTE"
    blame = Blame.PERSON


class CardInUse(CardError):
    """Another program holds the card."""

    code = "CARD-IN-USE"
    blame = Blame.MACHINE


class CardUnknown(CardError):
    """The chip is of no kind that is read here; ``atr`` names its type, which no card has alone."""

    code = "CARD-UNKNOWN"
    blame = Blame.PERSON


class BankCard(CardError):
    """A bank card, or another for payment."""

    code = "CARD-BANK"
    blame = Blame.PERSON


class TravelChip(CardError):
    """The chip of a passport or a travel permit, whose printed lines are read instead."""

    code = "CARD-TRAVEL-CHIP"
    blame = Blame.PERSON


class StorageCard(CardError):
    """A card that only stores (door, bus, meals); ``kind`` is its type's name."""

    code = "CARD-STORAGE"
    blame = Blame.PERSON


class CardLocked(CardError):
    """The chip gives its data only after authentication (third generation, many regions)."""

    code = "CARD-LOCKED"
    retryable = False


class ChipStatus(CardError):
    """The chip answered with a status that stops the read; ``sw`` shows it."""

    code = "CARD-CHIP-STATUS"
