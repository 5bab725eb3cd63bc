"""Name what can go wrong between a paper's content and the paper itself.

Subclasses of :class:`app.domain.errors.NotSent` promise that nothing left for the printer. The
others either stop before a printer is asked at all (fonts, wording, fields), describe a printer's
condition, or (``PrintDoubted``) say that nobody knows whether paper came out.
"""

from __future__ import annotations

from app.domain.errors import AppError, Blame, NotSent


class PaperError(AppError):
    """A paper that cannot be laid out; no printer was asked."""

    code = "PRN-PAPER"
    blame = Blame.DATA


class FontsMissing(PaperError):
    """No usable TrueType font for Chinese text was found; ``packages`` is the line that helps."""

    code = "PRN-FONT"
    blame = Blame.MACHINE


class GlyphsMissing(PaperError):
    """No font has these characters; they are printed as 〓 with their code points."""

    code = "PRN-GLYPH"


class WordingBroken(PaperError):
    """A file of legal sentences that cannot be used; ``place`` and ``problem`` say why."""

    code = "PRN-WORDING"


class FieldMissing(PaperError):
    """The content leaves a field empty that this paper must carry."""

    code = "PRN-FIELD"


class BadCaseNumber(PaperError):
    """The case number cannot be drawn as a Code 128 that fits the page and still scans."""

    code = "PRN-BARCODE"


class BadProgressAddress(PaperError):
    """The progress address cannot be drawn as a QR code that still scans."""

    code = "PRN-QR"


class BadSlip(PaperError):
    """Bytes that are not a slip of ours: the preview does not know this command."""

    code = "PRN-SLIP"


class BadPrinterSpecification(AppError):
    """Not ``folder:PATH``, ``ipp://HOST[:PORT]/PATH`` or ``ipps://…``."""

    code = "PRN-SPEC"
    blame = Blame.PERSON


class FolderUnusable(NotSent):
    """The printing folder cannot be made or written."""

    code = "PRN-FOLDER"
    blame = Blame.MACHINE


class FolderFull(NotSent):
    """No room on the disk of the printing folder."""

    code = "PRN-DISK-FULL"
    blame = Blame.MACHINE


class PrinterUnreachable(NotSent):
    """Nobody answers at the printer's address."""

    code = "PRN-UNREACHABLE"


class PrinterRefused(NotSent):
    """The printer answered and did not take the job; ``status`` is its own word for it."""

    code = "PRN-REFUSED"


class FormatNotTaken(NotSent):
    """This printer does not take this kind of paper."""

    code = "PRN-FORMAT"
    retryable = False


class JobAborted(NotSent):
    """The printer took the job and gave it up before any sheet was printed."""

    code = "PRN-ABORTED"


class PrintDoubted(AppError):
    """The job left, and no answer came: a person must look whether paper came out."""

    code = "PRN-DOUBT"
    blame = Blame.DEVICE


class PrinterCondition(AppError):
    """What a printer reports about itself; used as a status code, never raised by a send."""

    code = "PRN-CONDITION"
    blame = Blame.DEVICE
    retryable = True


class PaperOut(PrinterCondition):
    code = "PRN-PAPER-OUT"


class CoverOpen(PrinterCondition):
    code = "PRN-COVER-OPEN"


class PaperJam(PrinterCondition):
    code = "PRN-JAM"


class TonerOut(PrinterCondition):
    code = "PRN-TONER"


class PrinterOffline(PrinterCondition):
    """A queue answers, but not the printer behind it."""

    code = "PRN-OFFLINE"


class PrinterStopped(PrinterCondition):
    """Stopped or paused for another reason; ``reason`` is the printer's keyword."""

    code = "PRN-STOPPED"


class SlipPaperOut(NotSent):
    """The roll of the slip printer is used up; it was asked before anything was sent."""

    code = "PRN-SLIP-PAPER-OUT"


class SlipCoverOpen(NotSent):
    code = "PRN-SLIP-COVER"


class SlipPrinterOffline(NotSent):
    """The slip printer answers that it is offline, without naming a cause."""

    code = "PRN-SLIP-OFFLINE"


class SlipPrinterBroken(NotSent):
    """A stuck knife, an overheated head or another error of the device."""

    code = "PRN-SLIP-ERROR"


class SlipPrinterSilent(NotSent):
    """The wire is open and no status comes back: nothing was sent."""

    code = "PRN-SLIP-SILENT"


class SlipPaperLow(PrinterCondition):
    """The roll is nearly used up; the printer still prints."""

    code = "PRN-SLIP-LOW"
