"""Let a clerk sign in to a window by staff number and password (argon2id), also offline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import SignInRefused
from app.domain.hall import Hall, Role, StaffMember, Window

if TYPE_CHECKING:
    # The sign-in page must show the hall's windows before the database, or any fact, is loaded.
    from app.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who works at which window now. ``actor`` is what the journal records."""

    staff_id: str
    name: str
    role: Role
    window: Window

    @property
    def actor(self) -> str:
        return self.staff_id

    @property
    def supervises(self) -> bool:
        return self.role is Role.SUPERVISOR


class SignIn:
    def __init__(self, store: Store, hall: Hall) -> None:
        self._store = store
        self._hall = hall

    def windows(self) -> tuple[Window, ...]:
        return self._hall.windows

    def staff(self) -> tuple[StaffMember, ...]:
        """Those who work at windows."""
        return tuple(one for one in self._hall.staff if one.role is not Role.REVIEWER)

    def sign_in(self, staff_id: str, password: str, window_id: str) -> Session:
        """Raises SignInRefused, the same for an unknown number and a wrong password."""
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError

        from app.domain.events import ClerkSignedIn

        member = next((m for m in self.staff() if m.id == staff_id.strip()), None)
        window = next((w for w in self._hall.windows if w.id == window_id), None)
        if member is None or window is None:
            raise SignInRefused
        try:
            PasswordHasher().verify(member.password_hash, password)
        except (Argon2Error, InvalidHashError):
            raise SignInRefused from None
        session = Session(staff_id=member.id, name=member.name, role=member.role, window=window)
        with self._store.begin() as unit:
            unit.append(
                ClerkSignedIn(clerk=member.id, window=window.id),
                subject="session",
                actor=session.actor,
            )
        return session

    def sign_out(self, session: Session) -> None:
        from app.domain.events import ClerkSignedOut

        with self._store.begin() as unit:
            unit.append(
                ClerkSignedOut(clerk=session.staff_id), subject="session", actor=session.actor
            )
