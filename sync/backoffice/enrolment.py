"""Give devices their tokens for one-time codes, and know them again by their tokens.

A code is shown once and kept as a salted scrypt digest; a token is random enough for its SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.journal import GENESIS
from sync.backoffice import lineage
from sync.backoffice.database import Database, Transaction
from sync.devices import (
    CODE_ALPHABET,
    CODE_LENGTH,
    CODE_NAME,
    LONGEST_CODE_MINUTES,
    SHORTEST_CODE_MINUTES,
    CodeAsked,
    EnrolAnswer,
    EnrolRequest,
    tidy_code,
)
from sync.errors import BadCode, BadRequest, OtherDevice
from sync.wire import is_name

MOST_TRIES = 8  # of one code, right or wrong
LONGEST_DEVICE = 64

_FRESH_SECONDS = 2.0  # how long another process may still admit a token that was ended
_KNOWN = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Who speaks. ``revoked`` only where the asker said that it takes such a device too."""

    device: str
    revoked: bool = False
    used: bool = True  # whether the device has spoken with this token before
    digest: str = ""  # of its token

    def check(self, device: str) -> None:
        """What it brings is its own. Raises OtherDevice."""
        if device != self.device:
            raise OtherDevice


# -- codes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """``text`` is shown once, the rest is stored."""

    text: str
    salt: str
    digest: str

    @property
    def name(self) -> str:
        return self.text[:CODE_NAME]


def make_code(random: Callable[[int], bytes]) -> NewCode:
    """Slow on purpose: not for the event loop."""
    text = ""
    whole = len(CODE_ALPHABET) * (256 // len(CODE_ALPHABET))  # so that each sign is as likely
    while len(text) < CODE_LENGTH:
        byte = random(1)[0]
        text += CODE_ALPHABET[byte % len(CODE_ALPHABET)] if byte < whole else ""
    salt = random(16).hex()
    return NewCode(text=text, salt=salt, digest=_digest(text[CODE_NAME:], salt))


def _digest(secret: str, salt: str) -> str:
    return hashlib.scrypt(secret.encode(), salt=bytes.fromhex(salt), n=2**13, r=8, p=1).hex()


def keep_code(connection: Transaction, asked: CodeAsked, code: NewCode, now: datetime) -> str:
    """Returns when it ends. An earlier code of the device that nobody used ends now.

    Raises BadRequest.
    """
    minutes = SHORTEST_CODE_MINUTES <= asked.minutes <= LONGEST_CODE_MINUTES
    if not is_name(asked.device, LONGEST_DEVICE) or not minutes:
        raise BadRequest
    ends_at = (now + timedelta(minutes=asked.minutes)).isoformat()
    connection.execute(
        "DELETE FROM enrol_codes WHERE name = ? OR ends_at < ? OR (device = ? AND install = '')",
        (code.name, now.isoformat(), asked.device),
    )
    connection.execute(
        "INSERT INTO enrol_codes (name, salt, digest, device, made_at, ends_at)"
        " VALUES (?,?,?,?,?,?)",
        (code.name, code.salt, code.digest, asked.device, now.isoformat(), ends_at),
    )
    return ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTry:
    """What one try is checked against; counted before it is, so that many at once gain nothing."""

    salt: str
    digest: str

    def fits(self, code: str) -> bool:
        """Slow on purpose: not for the event loop."""
        return hmac.compare_digest(_digest(code[CODE_NAME:], self.salt), self.digest)


def check_enrol(asked: EnrolRequest) -> str:
    """The code as it was made. Raises BadRequest, BadCode."""
    former = (asked.former_device, asked.former_install)
    if not is_name(asked.install) or not all(not name or is_name(name) for name in former):
        raise BadRequest
    if asked.version and not is_name(asked.version, 64):
        raise BadRequest
    code = tidy_code(asked.code)
    if len(code) != CODE_LENGTH or not set(code) <= set(CODE_ALPHABET):
        raise BadCode
    return code


def count_try(connection: Transaction, code: str, now: datetime) -> CodeTry | None:
    """None where there is no such code, it has ended, or was tried too often."""
    name = code[:CODE_NAME]
    counted = connection.execute(
        "UPDATE enrol_codes SET tries = tries + 1 WHERE name = ? AND ends_at > ? AND tries < ?",
        (name, now.isoformat(), MOST_TRIES),
    ).rowcount
    if not counted:
        return None
    row = connection.execute(
        "SELECT salt, digest FROM enrol_codes WHERE name = ?", (name,)
    ).fetchone()
    return CodeTry(salt=row[0], digest=row[1])


# -- tokens ---------------------------------------------------------------------------------------


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def grant(
    connection: Transaction, asked: EnrolRequest, code: str, token: str, now: datetime
) -> EnrolAnswer:
    """Spend the code, whose secret was found right: the device's former tokens end.

    The same install may spend it once more until it has spoken with its token: an answer can be
    lost. Raises BadCode.
    """
    row = connection.execute(
        "SELECT device, install FROM enrol_codes WHERE name = ? AND ends_at > ?",
        (code[:CODE_NAME], now.isoformat()),
    ).fetchone()
    if row is None or row[1] not in {"", asked.install}:
        raise BadCode
    device = str(row[0])
    if row[1] and _was_used(connection, device, asked.install):
        raise BadCode
    at = now.isoformat()
    connection.execute(
        "UPDATE enrol_codes SET install = ? WHERE name = ?", (asked.install, code[:CODE_NAME])
    )
    end_tokens(connection, device, now)
    connection.execute(
        "INSERT INTO device_tokens (token, device, install, given_at) VALUES (?,?,?,?)",
        (token_digest(token), device, asked.install, at),
    )
    connection.execute(
        "INSERT INTO devices (device, install, enrolled_at, version) VALUES (?,?,?,?)"
        " ON CONFLICT (device) DO UPDATE SET install = excluded.install,"
        " enrolled_at = excluded.enrolled_at, revoked_at = '', version = excluded.version",
        (device, asked.install, at, asked.version),
    )
    former = (asked.former_device, asked.former_install)
    if all(former) and lineage.may_succeed(connection, device, former):
        lineage.note_succession(connection, (device, asked.install), former, now)
    acknowledged, head, set_aside = _standing(connection, device, asked.former_install)
    return EnrolAnswer(
        device=device, token=token, acknowledged=acknowledged, head=head, set_aside=set_aside
    )


def _was_used(connection: Transaction, device: str, install: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM device_tokens WHERE device = ? AND install = ? AND used = 1",
        (device, install),
    )
    return found.fetchone() is not None


def _standing(connection: Transaction, device: str, install: str) -> tuple[int, str, str]:
    row = connection.execute(
        "SELECT acknowledged, head, set_aside FROM chains WHERE device = ? AND install = ?",
        (device, install),
    ).fetchone()
    return (0, GENESIS, "") if row is None else (row[0], row[1], row[2])


def end_tokens(connection: Transaction, device: str, now: datetime) -> None:
    connection.execute(
        "UPDATE device_tokens SET ended_at = ? WHERE device = ? AND ended_at = ''",
        (now.isoformat(), device),
    )


def revoke(connection: Transaction, device: str, now: datetime) -> bool:
    """Whether there was such a device that could still speak."""
    end_tokens(connection, device, now)
    return (
        connection.execute(
            "UPDATE devices SET revoked_at = ? WHERE device = ? AND revoked_at = ''",
            (now.isoformat(), device),
        ).rowcount
        > 0
    )


def release(connection: Transaction, device: str, install: str) -> bool:
    """Take from a chain again that was set aside; a true fork is set aside anew at once."""
    return (
        connection.execute(
            "UPDATE chains SET set_aside = '', fault = ''"
            " WHERE device = ? AND install = ? AND set_aside <> ''",
            (device, install),
        ).rowcount
        > 0
    )


def note_act(connection: Transaction, act: str, device: str, actor: str, now: datetime) -> None:
    connection.execute(
        "INSERT INTO device_acts (at, act, device, actor) VALUES (?,?,?,?)"
        " ON CONFLICT (at, act, device) DO NOTHING",
        (now.isoformat(), act, device, actor),
    )


class KnownTokens:
    """Finds a device by its token; what was found is believed for two seconds."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._known: OrderedDict[str, tuple[float, Admitted]] = OrderedDict()

    def find(self, token: str) -> Admitted | None:
        digest = token_digest(token)
        until, admitted = self._known.get(digest, (0.0, None))
        if admitted is not None and self._monotonic() < until:
            return admitted
        with self._database.read() as reader:
            row = reader.execute(
                "SELECT device, ended_at, used FROM device_tokens WHERE token = ?", (digest,)
            ).fetchone()
        if row is None:
            self._known.pop(digest, None)
            return None
        found = Admitted(device=row[0], revoked=row[1] != "", used=row[2] == 1, digest=digest)
        self._known[digest] = (self._monotonic() + _FRESH_SECONDS, found)
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Something about tokens was changed here."""
        self._known.clear()
