"""Keep what the back office publishes beside the window's data, fresh while the line stands."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from app.domain.errors import AppError
from sync.client.transport import HttpTransport
from sync.errors import BadAnswer, NotPublished, SyncError
from sync.published import PublishedKind, version_tag

_log = logging.getLogger("onewindow.sync")

EVERY_SECONDS = 600.0


class PublishedKeeper:
    """Belongs to one thread. A broken or missing answer leaves the last good file."""

    def __init__(
        self, kind: PublishedKind, file: Path, transport: HttpTransport,
        monotonic: Callable[[], float] = time.monotonic, *,
        on_kept: Callable[[Path], None] | None = None,
    ) -> None:  # fmt: skip
        """``on_kept`` hears of a new file once it is there, and with the first look of one from
        before: the program may have died in between. What it raises is only logged."""
        self._kind = kind
        self._file = file
        self._transport = transport
        self._on_kept = on_kept
        self._monotonic = monotonic
        self._due = monotonic()
        self._begun = False
        self._told = ""  # the tag for which it was fetched out of turn

    @property
    def name(self) -> str:
        return self._kind.name

    def hear(self, tag: str) -> None:
        """The feed says that this is published: where it is not what is here, it is fetched with
        the next look, once; a list that cannot be taken waits its ten minutes."""
        if tag and tag not in (self._told, self._tag()):
            self._told = tag
            self._due = self._monotonic()

    def look(self) -> None:
        """Fetch the file where the last look is long enough ago. Called where the line stands.

        Raises nothing: the journal must flow whatever becomes of this file.
        """
        if self._monotonic() < self._due:
            return
        self._due = self._monotonic() + EVERY_SECONDS
        if not self._begun:
            self._begun = True
            if self._file.exists():
                self._tell()
        try:
            self._fetch()
        except SyncError as error:
            _log.info("%s not taken %s", self._kind.name, error.code)
        except OSError as error:
            _log.warning("%s not kept: %s", self._kind.name, type(error).__name__)

    def _fetch(self) -> None:
        reply = self._transport.get(self._kind.path, self._kind.largest, known=self._tag())
        if reply.status == 304:
            return
        if reply.status == 404:
            raise NotPublished
        if reply.status != 200:
            raise BadAnswer
        try:
            self._kind.tidied(reply.body)
        except (ValueError, RecursionError):
            raise BadAnswer from None
        self._write(reply.body)
        _log.info("%s: %d bytes", self._kind.name, len(reply.body))
        self._tell()

    def _tell(self) -> None:
        if self._on_kept is not None:
            try:
                self._on_kept(self._file)
            except AppError as error:
                _log.warning("%s not taken up %s", self._kind.name, error.code)

    def _tag(self) -> str:
        try:
            return version_tag(self._file.read_bytes())
        except OSError:
            return ""

    def _write(self, content: bytes) -> None:
        """Whole or not at all, also when the power goes."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
