"""Name what a device and the back office say to each other about who the device is."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

ENROL_PATH = "/v1/devices/enrol"
CODES_PATH = "/api/devices/codes"
DEVICES_PATH = "/api/devices"

CLOCK_HEADER = "X-OneWindow-Clock"  # the device's time, ISO 8601 with offset
SKEW_HEADER = "X-OneWindow-Skew"  # of an answer: whole seconds that this clock is ahead
LARGE_SKEW = 300  # seconds from which a clock is called wrong

MAX_QUARANTINE = 100_000  # entries of one withdrawn device
MAX_QUARANTINE_BYTES = 256 * 1024 * 1024
MAX_ENROL = 4096  # bytes of such a request
SHORTEST_CODE_MINUTES = 15
LONGEST_CODE_MINUTES = 3 * 24 * 60
USUAL_CODE_MINUTES = 60

# No letters or digits that look alike: 0/O, 1/I/L.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_NAME = 4  # the first characters name the code, the rest is its secret
CODE_LENGTH = 12

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class CodeAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An administrator wants a one-time code for ``device``, good for so many minutes (15 minutes
    to 3 days)."""

    device: str
    minutes: int = USUAL_CODE_MINUTES


class CodeAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Shown this once; the back office keeps only what it needs to check it. ``fingerprint`` is
    the SHA-256 of the back office's certificate in hex, "" where it does not speak TLS itself."""

    device: str
    code: str
    ends_at: str
    fingerprint: str = ""


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``install`` names the chain that will be written if the former one cannot go on; until the
    token was used, the same code and install may ask again. ``former_device`` and
    ``former_install`` name the chain that there is, ``version`` the program."""

    code: str
    install: str
    former_device: str = ""
    former_install: str = ""
    version: str = ""


class EnrolAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``token`` is shown this once. ``acknowledged``, ``head`` and ``set_aside`` (a code) say how
    the chain (``device``, ``former_install``) stands here; ``fingerprint`` as in CodeAnswer."""

    device: str
    token: str
    hall: str = ""
    acknowledged: int = 0
    head: str = ""
    set_aside: str = ""
    fingerprint: str = ""


def tidy_code(typed: str) -> str:
    """As it was made: capitals, without the hyphens and spaces that help to read it."""
    return "".join(typed.upper().replace("-", "").split())


def show_code(code: str) -> str:
    """In groups of four, to be read out and typed."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def tidy_fingerprint(typed: str) -> str:
    """64 lower-case hex digits, "" where it is none."""
    plain = "".join(typed.lower().replace(":", "").split())
    return plain if _FINGERPRINT.fullmatch(plain) else ""


def seconds_ahead(told: str, now: datetime) -> int | None:
    """How far a clock told in the header is ahead of ``now``; None where it tells nothing."""
    try:
        at = datetime.fromisoformat(told) if len(told) <= 40 else None
    except ValueError:
        return None
    return (
        round((at - now).total_seconds()) if at is not None and at.utcoffset() is not None else None
    )
