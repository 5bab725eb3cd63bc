"""Name what sync can refuse or fail at, on either side, and the HTTP status that carries it."""

from __future__ import annotations

from typing import ClassVar

from app.domain.errors import AppError, Blame


class SyncError(AppError):
    """``status`` is the HTTP status that answers it, 0 for codes that never answer a request."""

    code = "SYNC-00"
    blame = Blame.NETWORK
    status: ClassVar[int] = 0


# -- the whole request is answered with one of these ----------------------------------------------


class BadBatch(SyncError):
    """The push body is not NDJSON of entries of one chain; nothing of it was stored."""

    code = "SYNC-BAD-BATCH"
    blame = Blame.DATA
    status = 400


class BadRequest(SyncError):
    """Headers or a lease request that cannot be read."""

    code = "SYNC-BAD-REQUEST"
    blame = Blame.DATA
    status = 400


class TooNew(SyncError):
    """The client speaks a protocol that this back office does not know yet."""

    code = "SYNC-TOO-NEW"
    blame = Blame.MACHINE
    status = 400


class NotEnrolled(SyncError):
    """No token, or none that this back office gave."""

    code = "SYNC-NOT-ENROLLED"
    blame = Blame.MACHINE
    status = 401


class BadCode(SyncError):
    """No such enrolment code: mistyped, used, ended, or tried too often. Nobody is told which."""

    code = "SYNC-CODE"
    blame = Blame.DATA
    status = 403


class OtherDevice(SyncError):
    """A device brings or asks for what is another's."""

    code = "SYNC-OTHER-DEVICE"
    blame = Blame.MACHINE
    status = 403


class Revoked(SyncError):
    """The device's access was withdrawn: nothing comes down to it."""

    code = "SYNC-REVOKED"
    blame = Blame.MACHINE
    status = 403


class Quarantined(SyncError):
    """What a withdrawn device sent is kept apart, undecided, until a supervisor acts."""

    code = "SYNC-QUARANTINED"
    blame = Blame.MACHINE
    status = 403


class TooMany(SyncError):
    """Asked too often from one address; later it may be asked again."""

    code = "SYNC-TOO-MANY"
    retryable = True
    status = 429


class NotPublished(SyncError):
    """The back office has no such list yet."""

    code = "SYNC-NOT-PUBLISHED"
    status = 404


class Gap(SyncError):
    """An entry is missing between what is stored and what was sent; nothing was stored."""

    code = "SYNC-GAP"
    blame = Blame.DATA
    status = 409


class Fork(SyncError):
    """Two different entries claim one place of a chain: a restored or copied disk. Set aside."""

    code = "SYNC-FORK"
    blame = Blame.MACHINE
    status = 409


class BrokenChain(SyncError):
    """An entry does not follow from the stored head; nothing was stored."""

    code = "SYNC-CHAIN"
    blame = Blame.DATA
    status = 409


class TooLarge(SyncError):
    """More than a request may carry; the client halves its batch."""

    code = "SYNC-TOO-LARGE"
    blame = Blame.DATA
    status = 413


class TooOld(SyncError):
    """The client must be updated first; its data stays with it."""

    code = "SYNC-TOO-OLD"
    blame = Blame.MACHINE
    status = 426


class ServerTrouble(SyncError):
    """The back office cannot store at the moment (busy, disk full)."""

    code = "SYNC-SERVER"
    blame = Blame.MACHINE
    retryable = True
    status = 503


# -- a scan ---------------------------------------------------------------------------------------


class BlobUnknown(SyncError):
    """The back office has no such scan, or not all of it."""

    code = "SYNC-BLOB-UNKNOWN"
    blame = Blame.DATA
    status = 404


class BlobOffset(SyncError):
    """The scan does not stand at this offset; ``Upload-Offset`` of the answer says where."""

    code = "SYNC-BLOB-OFFSET"
    blame = Blame.DATA
    status = 409


class BlobSize(SyncError):
    """Empty, or larger than a scan may be."""

    code = "SYNC-BLOB-SIZE"
    blame = Blame.DATA
    status = 413


class BlobKind(SyncError):
    """Neither PDF, JPEG, PNG nor TIFF by its first bytes, or not what it was said to be."""

    code = "SYNC-BLOB-KIND"
    blame = Blame.DATA
    status = 415


class BlobRange(SyncError):
    """The scan has no such bytes."""

    code = "SYNC-BLOB-RANGE"
    blame = Blame.DATA
    status = 416


class BlobHash(SyncError):
    """The bytes that came are not those that the name promises; nothing of them was kept."""

    code = "SYNC-BLOB-HASH"
    blame = Blame.DATA
    status = 422


# -- one event is refused or parked with one of these ---------------------------------------------


class EventError(SyncError):
    """Answers one event inside an accepted batch (HTTP 200)."""

    code = "SYNC-EVENT"
    blame = Blame.DATA


class IdReused(EventError):
    """This event id already names another fact."""

    code = "SYNC-ID-REUSED"


class NumberNotLeased(EventError):
    """The case number or block was never leased to this device."""

    code = "SYNC-NUMBER-NOT-LEASED"


class NumberUsed(EventError):
    """Another case already has this number."""

    code = "SYNC-NUMBER-USED"


class TicketElsewhere(EventError):
    """This ticket is not held by this device."""

    code = "SYNC-TICKET-ELSEWHERE"


class CaseElsewhere(EventError):
    """Another window has this case open: what was recorded here meanwhile is not mixed in."""

    code = "SYNC-CASE-ELSEWHERE"


class NotApplied(EventError):
    """The event breaks the back office's own rules in a way that has no code of its own."""

    code = "SYNC-NOT-APPLIED"


class Parked(EventError):
    """A newer kind of event, or one that follows such: kept until the back office is updated."""

    code = "SYNC-PARKED"


# -- the client's own -----------------------------------------------------------------------------


class Unreachable(SyncError):
    """No answer: refused, timed out, or cut in the middle."""

    code = "SYNC-OFFLINE"
    retryable = True


class BadCertificate(Unreachable):
    """Who answers does not show the back office's certificate: nothing was sent to it."""

    code = "SYNC-CERTIFICATE"
    blame = Blame.MACHINE


class UnknownCertificate(SyncError):
    """Nobody vouches for the certificate shown: a person compares its ``fingerprint`` first."""

    code = "SYNC-CERTIFICATE-UNKNOWN"
    blame = Blame.MACHINE


class UnknownAddress(SyncError):
    """The address typed is not one of a back office."""

    code = "SYNC-ADDRESS"
    blame = Blame.DATA


class BadAnswer(SyncError):
    """Something answered, but not with what this protocol allows."""

    code = "SYNC-BAD-ANSWER"


class RecordsUnavailable(SyncError):
    """Nobody could say now what is known of a person or a case; ``cause`` is the code of why."""

    code = "SYNC-RECORDS"
    retryable = True


class LocalTrouble(SyncError):
    """The window's own storage could not be read or written by sync."""

    code = "SYNC-LOCAL"
    blame = Blame.MACHINE
    retryable = True


# -- the back office's own start ------------------------------------------------------------------


class StoreTooNew(SyncError):
    """The data was written by a newer back office; also one that was upgraded meanwhile."""

    code = "SYNC-STORE-NEWER"
    blame = Blame.MACHINE
    status = 503


class StoreUnreachable(SyncError):
    """The database cannot be opened: no such server, no right to it, or the file is broken.

    ``cause`` is the driver's own short code.
    """

    code = "SYNC-STORE"
    blame = Blame.MACHINE
    retryable = True


class PortTaken(SyncError):
    """The port cannot be listened on."""

    code = "SYNC-PORT"
    blame = Blame.MACHINE


class DiskFull(SyncError):
    """Almost nothing is left of the disk of the back office's folder."""

    code = "SYNC-DISK"
    blame = Blame.MACHINE
    retryable = True
    status = 503


class CertificateUnusable(SyncError):
    """The back office's TLS certificate or key cannot be read, or they do not belong together."""

    code = "SYNC-TLS"
    blame = Blame.MACHINE


class PlainAddress(SyncError):
    """Names and numbers of people would cross the hall's network unencrypted."""

    code = "SYNC-PLAIN"
    blame = Blame.MACHINE


class ManyProcesses(SyncError):
    """Several server processes want PostgreSQL, and a system that can fork."""

    code = "SYNC-PROCESSES"
    blame = Blame.MACHINE
