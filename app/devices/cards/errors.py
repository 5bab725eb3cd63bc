"""Name every way in which reading a card can fail; each has its code, sentence and next step.

``details`` never hold what a card said: only ports, status words and field names.
"""

from __future__ import annotations

from app.domain.errors import AppError, Blame


class CardError(AppError):
    """A card could not be read."""

    code = "CARD-FAILED"
    blame = Blame.DEVICE
    retryable = True


class CardBug(CardError):
    """A driver met something that it was not written for."""

    code = "CARD-BUG"
    blame = Blame.MACHINE


class CardCancelled(CardError):
    """The clerk stopped the read."""

    code = "CARD-CANCELLED"
    blame = Blame.PERSON


class CardBusy(CardError):
    """A read is already running."""

    code = "CARD-BUSY"
    blame = Blame.PERSON


class ReaderClosed(CardError):
    """The reader was closed; nothing can be read with it any more."""

    code = "CARD-CLOSED"
    blame = Blame.MACHINE
    retryable = False


class BadSpecification(CardError):
    """The reader's specification cannot be understood."""

    code = "CARD-SPECIFICATION"
    blame = Blame.PERSON
    retryable = False


class NoSuchPerson(CardError):
    """The simulated reader knows no such person, or the person has no identity card."""

    code = "CARD-NO-SUCH-PERSON"
    blame = Blame.PERSON
    retryable = False


class BadPeople(CardError):
    """The file of simulated people does not hold, or a person does not fit on the card."""

    code = "CARD-PEOPLE-FILE"
    blame = Blame.DATA
    retryable = False


class BadScript(CardError):
    """A line of a simulated reader's script cannot be played; ``line`` is its number."""

    code = "CARD-SCRIPT"
    blame = Blame.DATA
    retryable = False


# -- the way to the reader ----------------------------------------------------------------------


class PortMissing(CardError):
    """The serial port is not there."""

    code = "CARD-PORT-MISSING"


class PortBusy(CardError):
    """Another program holds the serial port."""

    code = "CARD-PORT-BUSY"
    blame = Blame.MACHINE


class PortDenied(CardError):
    """This user may not open the serial port."""

    code = "CARD-PORT-DENIED"
    blame = Blame.MACHINE
    retryable = False


class PortInvalid(CardError):
    """The path is there, but it is no serial port."""

    code = "CARD-PORT-INVALID"
    blame = Blame.PERSON
    retryable = False


class UsbMissing(CardError):
    """The system's USB library (libusb) is not installed."""

    code = "CARD-USB-MISSING"
    blame = Blame.MACHINE
    retryable = False


class UsbReaderMissing(CardError):
    """No USB reader of this model is connected."""

    code = "CARD-USB-NONE"


class UsbDenied(CardError):
    """This user may not open the USB reader."""

    code = "CARD-USB-DENIED"
    blame = Blame.MACHINE
    retryable = False


class UsbBusy(CardError):
    """Another program holds the USB reader."""

    code = "CARD-USB-BUSY"
    blame = Blame.MACHINE


class VendorMissing(CardError):
    """The vendor's library is not at its path."""

    code = "CARD-VENDOR-MISSING"
    blame = Blame.MACHINE
    retryable = False


class VendorBits(CardError):
    """The vendor's library is of ``bits`` bits, this program is not, and no helper is installed."""

    code = "CARD-VENDOR-BITS"
    blame = Blame.MACHINE
    retryable = False


class VendorUnusable(CardError):
    """The vendor's library cannot be loaded, or lacks a function (``why``)."""

    code = "CARD-VENDOR-UNUSABLE"
    blame = Blame.MACHINE
    retryable = False


class ReaderGone(CardError):
    """The reader vanished while in use (cable, power)."""

    code = "CARD-READER-GONE"


class NoAnswer(CardError):
    """Not one byte came back: reader off, wrong port, or another kind of device."""

    code = "CARD-NO-ANSWER"


class Garbage(CardError):
    """Bytes came back, but no frame: wrong speed or another kind of device."""

    code = "CARD-GARBAGE"


class ReplyIncomplete(CardError):
    """A frame began and did not end."""

    code = "CARD-INCOMPLETE"


class BadChecksum(CardError):
    """A reply's XOR does not hold."""

    code = "CARD-CHECKSUM"


class BadLength(CardError):
    """A reply's length is impossible."""

    code = "CARD-LENGTH"


# -- the card, as the SAM module reports it -----------------------------------------------------


class NoCard(CardError):
    """No card came within the time."""

    code = "CARD-NO-CARD"
    blame = Blame.PERSON


class CardPulled(CardError):
    """The card was taken away during the read (SW3 41, or the chip reader lost it)."""

    code = "CARD-PULLED"
    blame = Blame.PERSON


class NoneFound(CardError):
    """The module finds no card (SW3 80) where one was just found."""

    code = "CARD-NOT-FOUND"
    blame = Blame.PERSON


class SelectFailed(CardError):
    """The card could not be selected (SW3 81)."""

    code = "CARD-SELECT-FAILED"


class SamSaysChecksum(CardError):
    """The module got our command with a wrong checksum (SW3 10)."""

    code = "CARD-SAM-CHECKSUM"


class SamSaysLength(CardError):
    """The module got our command with a wrong length (SW3 11)."""

    code = "CARD-SAM-LENGTH"


class SamRefusesCommand(CardError):
    """The module does not take this command now (SW3 21)."""

    code = "CARD-SAM-COMMAND"


class SamUnknownCommand(CardError):
    """The module does not know this command (SW3 24)."""

    code = "CARD-SAM-UNKNOWN"
    retryable = False


class CardRefusesSam(CardError):
    """The card does not accept the module (SW3 31)."""

    code = "CARD-REFUSES-READER"


class SamRefusesCard(CardError):
    """The module does not accept the card: it may not be genuine (SW3 32)."""

    code = "CARD-NOT-GENUINE"
    blame = Blame.PERSON


class InfoCheckFailed(CardError):
    """The content of the card does not pass the module's check (SW3 33)."""

    code = "CARD-CONTENT-CHECK"


class WrongCardType(CardError):
    """Some other card lies on the reader (SW3 40)."""

    code = "CARD-WRONG-TYPE"
    blame = Blame.PERSON


class SamRandomFailed(CardError):
    """The module could not make a random number (SW3 47)."""

    code = "CARD-SAM-RANDOM"


class SamSelfTestFailed(CardError):
    """The module's self-test failed (SW3 60)."""

    code = "CARD-SAM-SELF-TEST"
    retryable = False


class SamUnlicensed(CardError):
    """The module is not authorised (SW3 66)."""

    code = "CARD-SAM-UNLICENSED"
    retryable = False


class NoContent(CardError):
    """The card does not hold what was asked for (SW3 91)."""

    code = "CARD-NO-CONTENT"


class SamStatus(CardError):
    """A status that the protocol does not name; ``sw3`` shows it."""

    code = "CARD-SAM-STATUS"


# -- what the card says -------------------------------------------------------------------------


class ContentInvalid(CardError):
    """The reply is well framed, but its parts do not add up to text and photo."""

    code = "CARD-CONTENT"
    blame = Blame.DATA


class TextInvalid(CardError):
    """A field of the card's text cannot be; ``field`` names it."""

    code = "CARD-TEXT"
    blame = Blame.DATA


class TextContradicts(CardError):
    """Number, birth, sex or dates of the card contradict each other; ``field`` names which."""

    code = "CARD-CONTRADICTION"
    blame = Blame.DATA
