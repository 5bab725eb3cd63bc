"""Name what can befall a scanner."""

from __future__ import annotations

from app.domain.errors import AppError, Blame


class ScannerError(AppError):
    """A scanner did not do what it was asked; ``what`` is its own word for it."""

    code = "SCAN-FAILED"
    blame = Blame.DEVICE
    retryable = True


class BadScanner(ScannerError):
    """The setting names no scanner."""

    code = "SCAN-SPECIFICATION"
    blame = Blame.MACHINE
    retryable = False


class NoScannerSet(ScannerError):
    """The settings name none."""

    code = "SCAN-NONE"
    blame = Blame.MACHINE
    retryable = False


class NoSane(ScannerError):
    """The system's scanner interface, or its Python part, is not installed."""

    code = "SCAN-NO-SANE"
    blame = Blame.MACHINE
    retryable = False


class ScannerMissing(ScannerError):
    """Not connected, not switched on, or not to be reached."""

    code = "SCAN-MISSING"


class ScannerBusy(ScannerError):
    """Another program, or somebody at the device itself, has it."""

    code = "SCAN-BUSY"


class ScannerDenied(ScannerError):
    """This user may not open it."""

    code = "SCAN-DENIED"
    blame = Blame.MACHINE


class NoPaper(ScannerError):
    """Nothing lies in the feeder."""

    code = "SCAN-NO-PAPER"
    blame = Blame.PERSON


class PaperJam(ScannerError):
    """Paper is stuck; ``pages`` came before it."""

    code = "SCAN-JAM"
    blame = Blame.PERSON


class CoverOpen(ScannerError):
    """The cover is open."""

    code = "SCAN-COVER"
    blame = Blame.PERSON


class ScannerSilent(ScannerError):
    """It does not answer in time, or the cable or network was lost in the middle."""

    code = "SCAN-SILENT"


class ScannerGarbled(ScannerError):
    """It answers what no scanner answers."""

    code = "SCAN-GARBLED"


class ScanCancelled(ScannerError):
    """The clerk stopped it."""

    code = "SCAN-CANCELLED"
    blame = Blame.PERSON


class PdfBroken(ScannerError):
    """The PDF cannot be opened, needs a password, or has no pages."""

    code = "SCAN-PDF-BROKEN"
    blame = Blame.DATA
    retryable = False
