"""Name what can go wrong with the store."""

from __future__ import annotations

from app.domain.errors import AppError, Blame


class StoreError(AppError):
    """The local database failed for a reason without its own code."""

    code = "STO-00"
    blame = Blame.MACHINE


class KeyRefused(StoreError):
    """The file is not a database under this key (wrong key, or not a database at all)."""

    code = "STO-01"


class KeyMissing(StoreError):
    """There is a database, but no key for it in the keyring or key file."""

    code = "STO-02"


class DiskFull(StoreError):
    """No room: nothing was saved by this act, everything before it is safe."""

    code = "STO-03"
    retryable = True


class StoreBusy(StoreError):
    """Another program holds the database longer than the patience set."""

    code = "STO-04"
    retryable = True


class StoreTooNew(StoreError):
    """The database was written by a newer program."""

    code = "STO-05"


class StoreDamaged(StoreError):
    """SQLite reports a damaged file."""

    code = "STO-06"
