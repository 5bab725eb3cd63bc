"""Name every address of the back office once: what it takes, gives and refuses.

The OpenAPI page, the table in ``docs/protocol.md`` and the tests are made from this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from sync import blobs, devices, errors, feed, health, people, published, queue, wire
from sync.errors import SyncError

JSON = "application/json"
HTML = "text/html"
FORM = "application/x-www-form-urlencoded"

_ASKED = (
    errors.BadRequest, errors.TooNew, errors.NotEnrolled, errors.TooOld, errors.TooLarge,
    errors.ServerTrouble, errors.Revoked,
)  # fmt: skip
_CHAIN = (errors.Gap, errors.Fork, errors.BrokenChain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Of the address (``path``), behind the question mark (``query``) or a header."""

    name: str
    place: Literal["path", "query", "header"]
    says: str
    pattern: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``takes`` and ``gives`` are messages (JSON) or media types, None for nothing.

    ``admits``: a ``device`` by its token, the ``hall`` by the administrator's token, a
    ``password`` (the same token, for browsers), ``staff`` by the cookie of their sign-in (a browser
    without it is sent there), ``anyone``.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "HEAD"]
    path: str
    says: str
    admits: Literal["device", "hall", "password", "staff", "anyone"] = "device"
    takes: type[msgspec.Struct] | str | None = None
    gives: type[msgspec.Struct] | str | None = JSON
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    refuses: tuple[type[SyncError], ...] = ()


_CASE = Parameter(name="case_id", place="path", says="of the case", required=True)
SPOKEN = Parameter(
    name=wire.PROTOCOL_HEADER, place="header", says="the version the client speaks",
    pattern="^[0-9]{1,5}$", required=True,
)  # fmt: skip
_BLOB = Parameter(
    name="sha", place="path", says="SHA-256 of the scan's bytes, lower-case hex",
    pattern="^[0-9a-f]{64}$", required=True,
)  # fmt: skip
_SENT = (*_ASKED, errors.BlobHash, errors.BlobKind)

_TAG = Parameter(name="If-None-Match", place="header", says="the ETag of what is here already")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        method="POST", path=wire.PUSH_PATH, says="Bring entries of one chain.",
        takes=wire.BATCH_TYPE, gives=wire.PushAnswer,
        parameters=(
            Parameter(
                name="Content-Encoding", place="header", says="`zstd`, or `identity`",
                pattern="^(zstd|identity)$",
            ),
        ),
        refuses=(*_ASKED, errors.BadBatch, errors.OtherDevice, errors.Quarantined, *_CHAIN),
    ),
    Endpoint(
        method="POST", path=wire.LEASE_PATH, says="Get case numbers and tickets.",
        takes=wire.LeaseRequest, gives=wire.LeaseAnswer,
        refuses=(*_ASKED, errors.OtherDevice, errors.Fork),
    ),
    Endpoint(
        method="POST", path=devices.ENROL_PATH, says="Get a device's token for a one-time code.",
        admits="anyone", takes=devices.EnrolRequest, gives=devices.EnrolAnswer,
        parameters=(SPOKEN,),
        refuses=(
            errors.BadRequest, errors.TooNew, errors.BadCode, errors.TooLarge, errors.TooOld,
            errors.TooMany, errors.ServerTrouble,
        ),
    ),
    Endpoint(
        method="POST", path=people.LICENCES_PATH, says="E-licences of a person or organisation.",
        takes=people.HolderAsked, gives=people.LicencesAnswer, refuses=_ASKED,
    ),
    Endpoint(
        method="POST", path=people.WAITING_PATH, says="Cases that wait for this person.",
        takes=people.HolderAsked, gives=people.WaitingAnswer, refuses=_ASKED,
    ),
    Endpoint(
        method="POST", path=people.HISTORY_PATH, says="All facts about one case and its bundle.",
        takes=people.NumberAsked, gives=people.HistoryAnswer, refuses=_ASKED,
    ),
    Endpoint(
        method="GET", path=feed.FEED_PATH, says="What the hall recorded since; waits for it.",
        gives=feed.FeedAnswer,
        parameters=(
            Parameter(
                name="install", place="query", says="the asker's chain", required=True,
                pattern="^[!-~]{1,128}$",
            ),
            Parameter(
                name="cursor", place="query", says="as the last answer gave it, or nothing",
                pattern="^([0-9a-f]{16}[.][0-9]{1,16}([.][0-9a-f]{8})?)?$",
            ),
            Parameter(
                name="wait", place="query", says=f"seconds, {feed.MAX_WAIT} at most",
                pattern="^[0-9]{1,3}$",
            ),
            Parameter(name="Accept-Encoding", place="header", says="`zstd` where it is taken"),
        ),
        refuses=_ASKED,
    ),
    Endpoint(
        method="GET", path=queue.VIEW_PATH, says="How the hall's line stands; waits for a change.",
        gives=queue.ViewAnswer,
        parameters=(
            Parameter(
                name="after", place="query", says="the version that is known, or -1",
                pattern="^-?[0-9]{1,15}$",
            ),
            Parameter(
                name="wait", place="query", says=f"seconds, {queue.MAX_VIEW_WAIT} at most",
                pattern="^[0-9]{1,3}$",
            ),
            Parameter(
                name="tickets", place="query", says="`1` for all of today's", pattern="^1?$"
            ),
        ),
        refuses=_ASKED,
    ),
    Endpoint(
        method="GET", path=queue.DAYS_PATH,
        says=f"Totals of the last {queue.MAX_DAYS} days, or the tickets of one; nobody is named.",
        gives=queue.DaysAnswer,
        parameters=(
            Parameter(
                name="day", place="query", says="the day, or nothing for the totals",
                pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
            ),
        ),
        refuses=_ASKED,
    ),
    Endpoint(
        method="POST", path=queue.TAKE_PATH, says="Take a number; the same request, the same one.",
        takes=queue.TakeAsked, gives=queue.TakenAnswer, refuses=_ASKED,
    ),
    Endpoint(
        method="POST", path=queue.RETURN_PATH,
        says="Somebody passed over, or on hold, is back and waits again.",
        takes=queue.TicketAsked, gives=queue.TakenAnswer, refuses=_ASKED,
    ),
    Endpoint(
        method="POST", path=queue.REPRINT_PATH, says="What a slip says, once more; counted.",
        takes=queue.TicketAsked, gives=queue.TakenAnswer, refuses=_ASKED,
    ),
    Endpoint(
        method="GET", path=published.BARS.path, says="Who has unrepaired bad credit.",
        gives=published.PublishedBars, parameters=(_TAG,),
        refuses=(*_ASKED, errors.NotPublished),
    ),
    Endpoint(
        method="GET", path=published.CALENDAR.path, says="Working days of the published years.",
        gives=published.PublishedCalendar, parameters=(_TAG,),
        refuses=(*_ASKED, errors.NotPublished),
    ),
    Endpoint(
        method="POST", path=blobs.MISSING_PATH, says="Which of these scans are not there yet.",
        takes=blobs.MissingAsked, gives=blobs.MissingAnswer, refuses=_ASKED,
    ),
    Endpoint(
        method="POST", path=blobs.LACKING_PATH, says="Which pages these cases lack.",
        takes=blobs.LackingAsked, gives=blobs.LackingAnswer, refuses=_ASKED,
    ),
    Endpoint(
        method="PUT", path=blobs.BLOB_PATH, says="Bring a whole scan.",
        takes="*/*", gives=None, status=201, parameters=(_BLOB,), refuses=_SENT,
    ),
    Endpoint(
        method="PATCH", path=blobs.BLOB_PATH, says="Bring the next part of a scan.",
        takes=blobs.PART_TYPE, gives=None, status=204,
        parameters=(
            _BLOB,
            Parameter(
                name=blobs.OFFSET_HEADER, place="header", says="bytes that are there already",
                pattern="^[0-9]{1,15}$", required=True,
            ),
            Parameter(
                name=blobs.LENGTH_HEADER, place="header", says="bytes of the whole scan",
                pattern="^[0-9]{1,15}$", required=True,
            ),
            Parameter(
                name=blobs.COMPLETE_HEADER, place="header",
                says="`?1` where this part is the last, else `?0`",
                pattern=r"^\?[01]$", required=True,
            ),
        ),
        refuses=(*_SENT, errors.BlobOffset, errors.BlobSize),
    ),
    Endpoint(
        method="HEAD", path=blobs.BLOB_PATH, says="How much of a scan is there.", gives=None,
        status=204, parameters=(_BLOB,), refuses=_ASKED,
    ),
    Endpoint(
        method="GET", path=blobs.BLOB_PATH, says="A scan, or one range of its bytes (206).",
        gives="*/*",
        parameters=(
            _BLOB, Parameter(name="Range", place="header", says="one range, like `bytes=0-99`")
        ),
        refuses=(*_ASKED, errors.BlobUnknown, errors.BlobRange),
    ),
    Endpoint(
        method="GET", path=published.CATALOGUE.path, says="The signed lists of items.",
        gives=published.PublishedCatalogue, parameters=(_TAG,),
        refuses=(*_ASKED, errors.NotPublished),
    ),
    Endpoint(
        method="GET", path="/", says="Cases as they arrive, chains, exceptions, leases.",
        admits="anyone", gives=HTML,
    ),
    Endpoint(
        method="GET", path="/demands", admits="password", gives=HTML,
        says="Attempts to demand beyond the list or once more.",
    ),
    Endpoint(
        method="GET", path="/devices", admits="password", gives=HTML,
        says="Who may speak, how their chains and clocks stand, what is quarantined.",
    ),
    Endpoint(
        method="POST", path="/devices", admits="password", takes=FORM, gives=HTML,
        says="An act on that page: `act` is code, revoke, release, take-up or dismiss.",
        refuses=(errors.BadRequest, errors.TooLarge, errors.ServerTrouble),
    ),
    Endpoint(
        method="GET", path="/desk/sign-in", admits="anyone", gives=HTML,
        says="Where reviewers and supervisors sign in.",
    ),
    Endpoint(
        method="POST", path="/desk/sign-in", admits="anyone", takes=FORM, gives=HTML,
        says="Sign in by staff number and password; 401 where they do not fit, 429 after too many.",
        refuses=(errors.TooLarge, errors.ServerTrouble),
    ),
    Endpoint(
        method="POST", path="/desk/sign-out", admits="staff", takes=FORM, gives=HTML,
        says="End this sign-in.", refuses=(errors.ServerTrouble,),
    ),
    Endpoint(
        method="GET", path="/desk", admits="staff", gives=HTML,
        says="A reviewer's own cases, the most urgent first.",
    ),
    Endpoint(
        method="GET", path="/desk/cases/{case_id}", admits="staff", gives=HTML,
        says="One case whole, and what may be done with it; 404 for another reviewer's. On record.",
        parameters=(_CASE,), refuses=(errors.ServerTrouble,),
    ),
    Endpoint(
        method="POST", path="/desk/cases/{case_id}", admits="staff", takes=FORM, gives=HTML,
        says="An act on that page: `act` is review, finish, supplement, pause, resume or extend;"
        " 409 with the page, what was typed and the reason where it cannot be done, 401 with what"
        " was typed after the sign-in has ended.",
        parameters=(_CASE,), refuses=(errors.BadRequest, errors.ServerTrouble),
    ),
    Endpoint(
        method="GET", path="/desk/cases/{case_id}/scans/{sha}", admits="staff",
        gives="application/octet-stream",
        says="A scan of that case. On record.",
        parameters=(
            _CASE, Parameter(name="sha", place="path", says="SHA-256 of the scan", required=True),
        ),
        refuses=(errors.BadRequest, errors.BlobUnknown, errors.BlobRange, errors.ServerTrouble),
    ),
    Endpoint(
        method="GET", path="/desk/office", admits="staff", gives=HTML,
        says="Supervisors: who is away, who has which case.",
        parameters=(
            Parameter(name="number", place="query", says="A case number or its end, to find it."),
        ),
    ),
    Endpoint(
        method="POST", path="/desk/office", admits="staff", takes=FORM, gives=HTML,
        says="An act on that page: `act` is away, back or give.",
        refuses=(errors.BadRequest, errors.ServerTrouble),
    ),
    Endpoint(
        method="GET", path="/desk/office/lines", admits="staff", gives=HTML,
        says="Supervisors: how the departments' own systems stand, and which of their answers were"
        " not taken.",
    ),
    Endpoint(
        method="POST", path="/desk/office/lines", admits="staff", takes=FORM, gives=HTML,
        says="An act on that page: `act` is again, dismiss or now.",
        refuses=(errors.BadRequest, errors.ServerTrouble),
    ),
    Endpoint(
        method="GET", path="/orders", admits="password", gives=HTML,
        says="What supervisors told the windows, and cases that lie open at one.",
    ),
    Endpoint(
        method="POST", path="/orders", admits="password", takes=FORM, gives=HTML,
        says="An act on that page: `act` is order, end or free.",
        refuses=(errors.BadRequest, errors.TooLarge, errors.ServerTrouble),
    ),
    Endpoint(
        method="GET", path="/ratings", admits="password", gives=HTML,
        says="差评: what applicants found wrong, and by when it must be set right.",
    ),
    Endpoint(
        method="POST", path="/ratings", admits="password", takes=FORM, gives=HTML,
        says="What was done about one: `step` is called_back or rectified.",
        refuses=(errors.BadRequest, errors.TooLarge, errors.ServerTrouble),
    ),
    Endpoint(
        method="GET", path="/progress/{number}", admits="anyone", gives=HTML,
        says="How a case or bundle stands, to who knows its check; 404 for anything else, 429 when"
        " asked too often.",
        parameters=(
            Parameter(name="number", place="path", says="of the case or bundle", required=True),
            Parameter(name="check", place="query", says="six characters of the receipt"),
        ),
    ),
    Endpoint(
        method="GET", path=queue.FOLLOW_PATH, admits="anyone", gives=HTML,
        says="How a ticket of today stands, to who knows its check; 404 for anything else, 429"
        " when asked too often.",
        parameters=(
            Parameter(name="number", place="path", says="of the slip", required=True),
            Parameter(name="check", place="query", says="six characters of the slip"),
        ),
    ),
    Endpoint(
        method="GET", path=health.HEALTH_PATH, admits="anyone", gives=health.HealthAnswer,
        says="Whether it can do its work: 200 or 503, each with this answer.",
        refuses=(errors.ServerTrouble, errors.StoreTooNew, errors.DiskFull),
    ),
    Endpoint(
        method="GET", path=health.ALIVE_PATH, admits="anyone", gives=health.HealthAnswer,
        says="Whether the process answers at all; asks neither database nor disk.",
    ),
    Endpoint(
        method="GET", path=health.METRICS_PATH, admits="hall", gives=health.METRICS_TYPE,
        says="What is counted and measured, for Prometheus.",
        refuses=(errors.NotEnrolled, errors.ServerTrouble),
    ),
    Endpoint(
        method="GET", path="/api/cases", admits="hall",
        says="Cases changed after a place, at most 500, in order.",
        parameters=(
            Parameter(name="after", place="query", says="their `changed`", pattern="^[0-9]{1,15}$"),
        ),
        refuses=(errors.NotEnrolled, errors.BadRequest),
    ),
    Endpoint(
        method="GET", path=devices.DEVICES_PATH, admits="hall",
        says="Devices that were enrolled, when last seen, their programs and clocks.",
        refuses=(errors.NotEnrolled,),
    ),
    Endpoint(
        method="POST", path=devices.CODES_PATH, admits="hall",
        says="Make a one-time code for a device.",
        takes=devices.CodeAsked, gives=devices.CodeAnswer,
        refuses=(
            errors.NotEnrolled, errors.BadRequest, errors.TooLarge, errors.ServerTrouble,
        ),
    ),
    Endpoint(
        method="POST", path=queue.BOOKINGS_PATH, admits="hall",
        says="Bring bookings (预约) for people to check in with.",
        takes=queue.BookingsBrought, gives=queue.BookingsAnswer,
        refuses=(
            errors.NotEnrolled, errors.BadRequest, errors.TooLarge, errors.ServerTrouble,
        ),
    ),
    Endpoint(
        method="GET", path="/api/chains", admits="hall", says="How far each chain is complete.",
        refuses=(errors.NotEnrolled,),
    ),
    Endpoint(
        method="GET", path="/openapi.json", admits="anyone", says="This list, for machines."
    ),
    Endpoint(
        method="GET", path="/reference", admits="anyone", gives=HTML,
        says="This list, for people.",
    ),
)  # fmt: skip
