"""Let reviewers and supervisors sign in to the departments' pages, and know them by a cookie.

The cookie holds a random name and its signature by the back office's own secret; what it stands
for is in the database, so that every server process knows it and signing out ends it. A sign-in
ends by itself after its hours, after half an hour without a request, and with the password it was
made with.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import SignInRefused
from app.domain.hall import Hall, Role, StaffMember
from sync.backoffice.database import Transaction
from sync.backoffice.departments.errors import SignInTooOften

COOKIE = "desk"
_HOURS = 10
_IDLE_SECONDS = 30 * 60
_NOTED_SECONDS = 60  # how exactly the last request is remembered
_MINUTES = 10
# Wrong passwords within these minutes: for one staff number from one address, from one address, and
# for one staff number in all (so many that nobody shuts a colleague out from one place).
_TRIES, _TRIES_FROM, _TRIES_FOR = 6, 30, 60
_LONGEST_PASSWORD = 200

# Of a password that nobody knows: an unknown staff number takes as long as a wrong password.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=3,p=1$5zi2Bk4hIrmf24UUf2tRow$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who asks. ``secret`` binds the forms that are drawn for this sign-in."""

    member: StaffMember
    name: str
    secret: bytes

    @property
    def supervises(self) -> bool:
        return self.member.role is Role.SUPERVISOR

    def form_token(self, page: str) -> str:
        return _form_token(self.secret, self.name, page)


class Sessions:
    """``key`` is the back office's secret."""

    def __init__(self, hall: Hall, key: str, random: Callable[[int], bytes]) -> None:
        self._staff = {
            one.id: one for one in hall.staff if one.role in {Role.REVIEWER, Role.SUPERVISOR}
        }
        self._secret = hmac.digest(key.encode(), b"departments", hashlib.sha256)
        self._random = random

    # -- signing in ---------------------------------------------------------------------------

    def check(self, staff_id: str, password: str) -> StaffMember:
        """Slow on purpose: not on the event loop. Raises SignInRefused, always the same way."""
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError

        member = self._staff.get(staff_id.strip())
        try:
            PasswordHasher().verify(
                member.password_hash if member else _NOBODY, password[:_LONGEST_PASSWORD]
            )
        except (Argon2Error, InvalidHashError):
            raise SignInRefused from None
        if member is None:
            raise SignInRefused
        return member

    def count_try(
        self, connection: Transaction, staff_id: str, address: str, now: datetime
    ) -> None:
        """Before the password is looked at; ``forgive`` takes it back. Raises SignInTooOften."""
        minute = int(now.timestamp()) // 60
        connection.execute("DELETE FROM desk_tries WHERE minute <= ?", (minute - _MINUTES,))
        for who, most in _counted(staff_id, address):
            row = connection.execute(
                "SELECT coalesce(sum(count), 0) FROM desk_tries WHERE who = ?", (who,)
            ).fetchone()
            if int(row[0]) >= most:
                raise SignInTooOften(minutes=_MINUTES)
        for who, _ in _counted(staff_id, address):
            connection.execute(
                "INSERT INTO desk_tries (who, minute, count) VALUES (?,?,1)"
                " ON CONFLICT (who, minute) DO UPDATE SET count = desk_tries.count + 1",
                (who, minute),
            )

    def open(
        self, connection: Transaction, member: StaffMember, address: str, now: datetime
    ) -> str:
        """A new sign-in; returns the cookie. What was counted for it is forgiven."""
        name = self._random(24).hex()
        moment = int(now.timestamp())
        connection.execute("DELETE FROM desk_sessions WHERE ends_at <= ?", (moment,))
        connection.execute(
            "INSERT INTO desk_sessions (name, staff, password, seen_at, ends_at)"
            " VALUES (?,?,?,?,?)",
            (_kept(name), member.id, _kept(member.password_hash), moment, moment + _HOURS * 3600),
        )
        for who, _ in _counted(member.id, address):
            connection.execute(
                "UPDATE desk_tries SET count = count - 1 WHERE who = ? AND minute ="
                " (SELECT max(minute) FROM desk_tries WHERE who = ?) AND count > 0",
                (who, who),
            )
        return f"{name}.{self._sign(name)}"

    def close(self, connection: Transaction, who: SignedIn) -> None:
        connection.execute("DELETE FROM desk_sessions WHERE name = ?", (_kept(who.name),))

    # -- being known --------------------------------------------------------------------------

    def find(
        self, connection: Transaction, cookie: str, now: datetime
    ) -> tuple[SignedIn, bool] | None:
        """Who this cookie stands for, and whether ``touch`` is due. None for nobody."""
        name, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(name).encode()):
            return None
        row = connection.execute(
            "SELECT staff, password, seen_at, ends_at FROM desk_sessions WHERE name = ?",
            (_kept(name),),
        ).fetchone()
        if row is None:
            return None
        staff, password, seen_at, ends_at = row
        member, moment = self._staff.get(staff), int(now.timestamp())
        if member is None or _kept(member.password_hash) != password:
            return None
        if moment >= ends_at or moment - seen_at >= _IDLE_SECONDS:
            return None
        who = SignedIn(member=member, name=name, secret=self._secret)
        return who, moment - seen_at >= _NOTED_SECONDS

    def former_token(self, cookie: str, page: str) -> str:
        """What was drawn into this page for a sign-in of ours, also one that has ended; "" for what
        never was one."""
        name, _, signature = cookie.partition(".")
        right = hmac.compare_digest(signature.encode(), self._sign(name).encode())
        return _form_token(self._secret, name, page) if right else ""

    def touch(self, connection: Transaction, who: SignedIn, now: datetime) -> None:
        connection.execute(
            "UPDATE desk_sessions SET seen_at = ? WHERE name = ?",
            (int(now.timestamp()), _kept(who.name)),
        )

    def _sign(self, name: str) -> str:
        return hmac.digest(self._secret, name.encode(), hashlib.sha256).hex()


def _form_token(secret: bytes, name: str, page: str) -> str:
    """Only who could read the page knows it: another site can send a form, but not read."""
    return hmac.digest(secret, f"{name} {page}".encode(), hashlib.sha256).hex()


def _counted(staff_id: str, address: str) -> tuple[tuple[str, int], ...]:
    """Who is counted, and how often it may be wrong. What was typed is not kept as it is: people
    type passwords where numbers belong."""
    typed = hashlib.sha256(staff_id.strip().encode()).hexdigest()[:32]
    place = address[:64]
    return (
        (f"{typed} {place}", _TRIES), (f"from {place}", _TRIES_FROM), (f"for {typed}", _TRIES_FOR)
    )  # fmt: skip


def _kept(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
