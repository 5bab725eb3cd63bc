"""Enrol this device at the back office, and know by what it is known there.

The token is kept with the secrets under the name of the chain (install) that it speaks for: so a
chain that is taken over by a new one and the token for it change in the same moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import msgspec

from app.domain.decoding import decode
from app.domain.errors import AppError, Blame
from app.ports import Access, AskEnrolment, Enrolled, EnrolmentAsked, Secrets
from app.storage.rechain import rechain
from app.storage.store import Store

USUAL_URL = "http://127.0.0.1:8765"
_BEGUN = "enrolment"
_FRESH_SECONDS = 5.0  # another program may enrol this device while this one runs


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentState:
    """``url`` is where it would be asked now."""

    device: str
    install: str
    enrolled: bool
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentDone:
    """``sealed_anew``: how many facts that waited go out under the new chain."""

    device: str
    hall: str
    url: str
    sealed_anew: int = 0


class SecretsUnusable(AppError):
    """The keyring or key file took or gave nothing: the device is what it was before."""

    code = "DEV-SECRETS"
    blame = Blame.MACHINE
    retryable = True


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Of one chain."""

    url: str = ""
    token: str = ""
    verify: bool | str = True


class _Begun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An enrolment under way. ``device`` once the new chain's token is kept."""

    install: str = ""
    device: str = ""


class Enrolment:
    """Safe to use from several threads. ``url`` and ``authorities`` are the settings', which
    count before what was said at enrolment.

    Every method may raise SecretsUnusable and StoreError.
    """

    def __init__(
        self, store: Callable[[], Store], secrets: Secrets, ask: AskEnrolment, *, url: str = "",
        authorities: str = "", version: str = "", random: Callable[[int], bytes],
    ) -> None:  # fmt: skip
        self._store = store
        self._secrets = secrets
        self._ask = ask
        self._url = url
        self._authorities = authorities
        self._version = version
        self._random = random
        self._enrolling = Lock()  # held while the back office is asked
        self._lock = Lock()
        self._kept: tuple[str, float, Access] | None = None  # of this install, until when

    def access(self) -> Access:
        """An ``AccessSource``. Raises AppError where the storage fails."""
        with self._lock:
            install, now = self._store().install, time.monotonic()
            if self._kept is None or self._kept[0] != install or self._kept[1] < now:
                if self._kept is None:
                    self._finish()
                    install = self._store().install
                self._kept = (install, now + _FRESH_SECONDS, self._load(install))
            return self._kept[2]

    def state(self) -> EnrolmentState:
        access, store = self.access(), self._store()
        return EnrolmentState(
            device=store.device, install=store.install, enrolled=access.token != "", url=access.url
        )

    def enrol(self, url: str, code: str, fingerprint: str = "") -> EnrolmentDone:
        """Spend the code. Blocking: not on the GUI's or the database's lane.

        Raises AppError; then the device is what it was before.
        """
        url = url or self.access().url
        with self._enrolling:
            self._finish()
            store = self._store()
            device, install = store.identity()
            # An answer can be lost: who asks again with the same code must be the same.
            following = self._begun().install or self._random(8).hex()
            self._keep_begun(_Begun(install=following))
            enrolled = self._ask(
                EnrolmentAsked(
                    url=url, code=code, fingerprint=fingerprint, authorities=self._authorities,
                    install=following, former_device=device, former_install=install,
                    version=self._version,
                )
            )  # fmt: skip
            sealed = 0
            if _can_go_on(store, enrolled):
                self._keep(install, enrolled.access)
                self._keep_begun(_Begun())
            else:
                self._keep(following, enrolled.access)
                self._keep_begun(_Begun(install=following, device=enrolled.device))
                sealed = self._finish()
            with self._lock:
                self._kept = None
        return EnrolmentDone(
            device=enrolled.device, hall=enrolled.hall, url=enrolled.access.url, sealed_anew=sealed
        )

    def _finish(self) -> int:
        """Whatever stopped it, an enrolment whose token is here is brought to its end: either the
        former chain is written with the former token, or the new one with the new."""
        begun = self._begun()
        sealed = 0
        if begun.device:
            sealed = rechain(self._store(), device=begun.device, install=begun.install)
            self._keep_begun(_Begun())
        return sealed

    def _begun(self) -> _Begun:
        try:
            return decode(self._read(_BEGUN) or "{}", _Begun)
        except (msgspec.MsgspecError, ValueError):
            return _Begun()

    def _keep_begun(self, begun: _Begun) -> None:
        self._write(_BEGUN, msgspec.json.encode(begun).decode())

    def _keep(self, install: str, access: Access) -> None:
        kept = _Kept(url=access.url, token=access.token, verify=access.verify)
        self._write(_name(install), msgspec.json.encode(kept).decode())

    def _read(self, name: str) -> str:
        try:
            return self._secrets.get(name) or ""
        except OSError:
            raise SecretsUnusable from None

    def _write(self, name: str, value: str) -> None:
        try:
            self._secrets.set(name, value)
        except OSError:
            raise SecretsUnusable from None

    def _load(self, install: str) -> Access:
        try:
            kept = decode(self._read(_name(install)) or "{}", _Kept)
        except (msgspec.MsgspecError, ValueError):
            kept = _Kept()  # as if never enrolled: a new code mends it
        return Access(
            url=self._url or kept.url or USUAL_URL, token=kept.token,
            verify=self._authorities or kept.verify or True,
        )  # fmt: skip


def _can_go_on(store: Store, enrolled: Enrolled) -> bool:
    """Whether the back office's end of this chain is a piece of it, and not a copy's."""
    if enrolled.device != store.device or enrolled.set_aside:
        return False
    if not enrolled.acknowledged:
        return True
    last = store.entries(after=enrolled.acknowledged - 1, limit=1)
    return bool(last) and (last[0].seq, last[0].hash) == (enrolled.acknowledged, enrolled.head)


def _name(install: str) -> str:
    return f"backoffice:{install}"
