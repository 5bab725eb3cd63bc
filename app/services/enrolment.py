"""Enrol this device at the back office, and know by what it is known there.

The token is kept with the secrets under the name of the chain (install) that it speaks for: so a
chain that is taken over by a new one and the token for it change in the same moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from app.ports import Access, AskEnrolment, EnrolmentAsked, Secrets
from app.storage.store import Store

USUAL_URL = "http://127.0.0.1:8765"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentState:
    """``url`` is where it would be asked now."""

    device: str
    install: str
    enrolled: bool
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentDone:
    device: str
    hall: str
    url: str


class Enrolment:
    """Safe to use from several threads. ``url`` and ``authorities`` are the settings', which
    count before what was said at enrolment."""

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
        self._lock = Lock()
        self._kept: tuple[str, Access] | None = None  # of this install

    def access(self) -> Access:
        """An ``AccessSource``. Raises AppError where the storage fails."""
        install = self._store().install
        with self._lock:
            if self._kept is None or self._kept[0] != install:
                self._kept = (install, self._load(install))
            return self._kept[1]

    def state(self) -> EnrolmentState:
        access, store = self.access(), self._store()
        return EnrolmentState(
            device=store.device, install=store.install, enrolled=access.token != "", url=access.url
        )

    def enrol(self, url: str, code: str, fingerprint: str = "") -> EnrolmentDone:
        """Spend the code. Blocking: not on the GUI's or the database's lane.

        Raises AppError; then the device is what it was before.
        """
        store = self._store()
        enrolled = self._ask(
            EnrolmentAsked(
                url=url or self.access().url, code=code, fingerprint=fingerprint,
                authorities=self._authorities, install=self._random(8).hex(),
                former_device=store.device, former_install=store.install, version=self._version,
            )
        )  # fmt: skip
        access = enrolled.access
        kept = {"url": access.url, "token": access.token, "verify": access.verify}
        with self._lock:
            self._secrets.set(_name(store.install), json.dumps(kept))
            self._kept = None
        return EnrolmentDone(device=enrolled.device, hall=enrolled.hall, url=access.url)

    def _load(self, install: str) -> Access:
        kept: dict[str, object] = {}
        try:
            loaded = json.loads(self._secrets.get(_name(install)) or "{}")
            kept = loaded if isinstance(loaded, dict) else {}
        except ValueError:
            kept = {}  # as if never enrolled: a new code mends it
        verify = kept.get("verify", True)
        return Access(
            url=self._url or str(kept.get("url", USUAL_URL)),
            token=str(kept.get("token", "")),
            verify=self._authorities or (verify if isinstance(verify, str) else True),
        )


def _name(install: str) -> str:
    return f"backoffice:{install}"
