"""Name what can befall the device host, whatever hangs on it."""

from __future__ import annotations

from app.domain.errors import AppError, Blame


class DeviceHostError(AppError):
    """The process that drives readers and scanners could not do an order."""

    code = "DEV-FAILED"
    blame = Blame.DEVICE
    retryable = True


class HostNotStarted(DeviceHostError):
    """The process cannot be started, or ends before it says a word."""

    code = "DEV-START"
    blame = Blame.MACHINE


class HostCrashed(DeviceHostError):
    """The process ended in the middle of an order; ``how`` shows the signal or exit code."""

    code = "DEV-CRASHED"


class DeviceHung(DeviceHostError):
    """The driver, or the whole process, gave no sign of life; it was ended."""

    code = "DEV-HUNG"


class HostFlooded(DeviceHostError):
    """The process sent more than anybody can have asked for; it was ended."""

    code = "DEV-FLOOD"


class HostGarbled(DeviceHostError):
    """The process said what it cannot mean; it was ended."""

    code = "DEV-GARBLED"


class HostRestarting(DeviceHostError):
    """The process has failed several times; the next start is ``seconds`` away."""

    code = "DEV-RESTARTING"


class DeviceInUse(DeviceHostError):
    """The device already has an order, or too many devices have one."""

    code = "DEV-BUSY"
    blame = Blame.PERSON


class OrderCancelled(DeviceHostError):
    """The clerk stopped it."""

    code = "DEV-CANCELLED"
    blame = Blame.PERSON


class HostClosed(DeviceHostError):
    """The window is closing."""

    code = "DEV-CLOSED"
    blame = Blame.MACHINE
    retryable = False


class DriverBug(DeviceHostError):
    """A driver met something that it was not written for; ``kind`` names it."""

    code = "DEV-BUG"
    blame = Blame.MACHINE
