"""Name why cases cannot be given to the national platform."""

from __future__ import annotations

from app.domain.errors import AppError, Blame


class ExchangeError(AppError):
    """What has to do with the exchange tables."""

    code = "EXC-00"
    blame = Blame.DATA


class ExchangeUnset(ExchangeError):
    """``exchange.json`` is not there: nobody said under which source this hall reports."""

    code = "EXC-01"
    blame = Blame.MACHINE


class BadExchange(ExchangeError):
    """``exchange.json`` or a shipped table cannot be used; ``place`` says where."""

    code = "EXC-02"
    blame = Blame.MACHINE


class NoSuchBatch(ExchangeError):
    """No batch of this number was made."""

    code = "EXC-03"
    blame = Blame.PERSON


class NoDatabase(ExchangeError):
    """The folder holds no database: another folder, or PostgreSQL, whose address was not given."""

    code = "EXC-04"
    blame = Blame.PERSON
