"""Name how a department's own system fails, and why one of its answers waits for a supervisor."""

from __future__ import annotations

from app.domain.errors import AppError, Blame


class LineError(AppError):
    """What has to do with a department's own system."""

    code = "LINE-00"
    blame = Blame.NETWORK


class LineTrouble(LineError):
    """It does not answer, or not as agreed: it is tried again, slower each time."""

    code = "LINE-01"
    retryable = True


class LineRefused(LineError):
    """It will not take the case as it is (``status``): tried again, but a person should look."""

    code = "LINE-02"


class AnswerUnreadable(LineError):
    """An answer that cannot be read."""

    code = "LINE-03"
    blame = Blame.DATA


class AnswerUnknown(LineError):
    """An answer about no case that this line was given, or under another ticket or number."""

    code = "LINE-04"
    blame = Blame.DATA


class AnswerElsewhere(LineError):
    """An answer about a case of another department."""

    code = "LINE-05"
    blame = Blame.DATA


class AnswerContradicts(LineError):
    """Another answer to the same question than the one that was taken."""

    code = "LINE-06"
    blame = Blame.DATA


class AnswerLate(LineError):
    """The case is not with this line any more: a supervisor gave it to somebody else."""

    code = "LINE-07"
    blame = Blame.DATA


class AnswerIncomplete(LineError):
    """A decision without a result, or a supplement that asks for nothing."""

    code = "LINE-08"
    blame = Blame.DATA
