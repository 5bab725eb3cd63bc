"""Drive the upload of scans one exchange at a time: what to ask, what to send, what answers mean.

No threads, no sleeping, no sockets and no clock of its own: the worker does that, and a simulation
may. ``plan`` asks what the back office lacks; lanes ``take`` uploads and ``step`` them to their
end. One scan that is not taken, or cannot be read here, holds up no other.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from app.domain.errors import AppError
from app.storage.attachments import WaitingBlob
from app.storage.blob_files import PageDamaged
from sync import blobs, errors
from sync.client.blob_answers import (
    FINAL,
    BlobAsk,
    BlobReply,
    SendBlob,
    check_missing,
    code_of,
    decoded_answer,
    not_taken,
    post,
)
from sync.client.blob_shelf import Scan, Shelf
from sync.client.blob_upload import MIN_PART, Line, Upload
from sync.client.round import Turn, TurnKind

_ASK_AGAIN_HOURS = 6
_LEARN_SECONDS = 60
_SWEEP_HOURS = 12
_NOTE_AT_ONCE = 16
_NOTE_AFTER = timedelta(seconds=0.5)
_MOST_REWINDS = 3  # 409 in a row without a byte of progress


class BlobRounds:
    """Safe to be used by several lanes; storage errors pass through."""

    def __init__(self, *, shelf: Shelf, now: Callable[[], datetime]) -> None:
        self.line = Line()
        self._shelf = shelf
        self._now = now
        self._lock = threading.Lock()
        self._planned: deque[Upload] = deque()
        self._taken: dict[str, Upload] = {}
        self._books = threading.Lock()  # of what is written down
        self._arrived: list[Upload] = []  # not written down yet
        self._since = now()
        self._late: set[str] = set()  # did not get through: the others go first
        self._swept: datetime | None = None

    # -- what is to do ------------------------------------------------------------------------

    def plan(self, send: SendBlob) -> Turn:
        """At most one exchange. MOVED where it brought work or news, QUIET where all is done."""
        try:
            self.note_arrivals()
            with self._lock:
                passing = frozenset(self._taken) | {one.blob.sha for one in self._planned}
            waiting = self._shelf.waiting(blobs.MAX_BLOBS_ASKED, passing)
            if waiting:
                return self._plan(waiting, send)
            return self._look_around(send)
        except errors.Unreachable as error:
            self.line.broke()
            return Turn(kind=TurnKind.FAILED, code=error.code)
        except errors.BadAnswer as error:
            return Turn(kind=TurnKind.BLOCKED, code=error.code)

    def take(self) -> Upload | None:
        """The next planned upload; it is the caller's until ``drop``."""
        with self._lock:
            if not self._planned:
                return None
            upload = self._planned.popleft()
            self._taken[upload.blob.sha] = upload
            return upload

    def drop(self, upload: Upload) -> None:
        """Done with it, or not now: what is not done is planned anew."""
        upload.close()
        with self._lock:
            self._taken.pop(upload.blob.sha, None)
            if upload.there:
                if not self._arrived:
                    self._since = self._now()
                self._arrived.append(upload)

    def forget_plan(self) -> None:
        """After a failure the back office is asked anew."""
        with self._lock:
            self._planned.clear()

    def under_way(self) -> list[Upload]:
        with self._lock:
            return list(self._taken.values())

    def backlog(self) -> tuple[int, int, int]:
        """(scans waiting, their bytes that the meter has not been told of, scans refused)"""
        with self._books:  # nothing becomes settled meanwhile
            files, left, refused = self._shelf.backlog()
            with self._lock:
                passing = [*self._taken.values(), *self._arrived]
                left -= sum(one.metered - one.before for one in passing)
                return files - len(self._arrived), left, refused

    def _plan(self, waiting: list[WaitingBlob], send: SendBlob) -> Turn:
        found = self._ask_missing(waiting, send)
        if isinstance(found, Turn):
            return found
        missing, refused = found
        there = [b.sha for b in waiting if b.sha not in missing and b.sha not in refused]
        if there:
            self._shelf.arrived(there)
        for sha, code in refused.items():
            self._shelf.refused(sha, code)
        uploads = [Upload(b, missing[b.sha]) for b in waiting if b.sha in missing]
        uploads.sort(key=lambda upload: upload.blob.sha in self._late)
        for upload in uploads:
            if upload.offset:
                self._shelf.sent(upload.blob.sha, upload.offset)
        with self._lock:
            self._planned.extend(uploads)
        return Turn(kind=TurnKind.MOVED)

    def _ask_missing(
        self, about: Sequence[WaitingBlob], send: SendBlob
    ) -> tuple[dict[str, int], dict[str, str]] | Turn:
        """(offsets of what is missing, codes of what is refused), or why there is no answer."""
        asked = blobs.MissingAsked(
            blobs=tuple(blobs.BlobClaim(sha=b.sha, size=b.size, media=b.media) for b in about)
        )
        reply = send(post(blobs.MISSING_PATH, asked))
        if reply.status != 200:
            return not_taken(reply)
        return check_missing(decoded_answer(reply.body, blobs.MissingAnswer), about)

    # -- one upload ---------------------------------------------------------------------------

    def step(self, upload: Upload, send: SendBlob) -> Turn:
        """At most one exchange. MOVED: go on with it; QUIET: it is done with, one way or the
        other; FAILED and BLOCKED: drop it, wait, and plan again."""
        turn = self._step(upload, send)
        if turn.kind in {TurnKind.FAILED, TurnKind.BLOCKED}:
            self._late.add(upload.blob.sha)
        else:
            self._late.discard(upload.blob.sha)
        return turn

    def _step(self, upload: Upload, send: SendBlob) -> Turn:
        try:
            if upload.scan is None:
                upload.scan = self._shelf.open(upload.blob.sha)
                if upload.scan.size != upload.blob.size:
                    raise PageDamaged
            ask, size = self._next_part(upload, upload.scan)
            reply = send(ask)
            return self._judge(upload, reply, size)
        except PageDamaged as error:
            self._shelf.refused(upload.blob.sha, error.code)
            return Turn(kind=TurnKind.QUIET)
        except errors.Unreachable as error:
            self.line.broke()
            self._note_offset(upload)
            return Turn(kind=TurnKind.FAILED, code=error.code)
        except errors.BadAnswer as error:
            return Turn(kind=TurnKind.BLOCKED, code=error.code)

    def _next_part(self, upload: Upload, scan: Scan) -> tuple[BlobAsk, int]:
        blob = upload.blob
        if upload.offset == 0 and self.line.takes_whole(blob.size):
            whole = scan.read(0, blob.size)
            headers = (("Content-Type", blob.media),)
            path = blobs.blob_path(blob.sha)
            return BlobAsk(method="PUT", path=path, body=whole, headers=headers), blob.size
        part = scan.read(upload.offset, self.line.part)
        size = sum(map(len, part))
        last = upload.offset + size == blob.size
        return BlobAsk(
            method="PATCH", path=blobs.blob_path(blob.sha), body=part,
            headers=(
                ("Content-Type", blobs.PART_TYPE),
                (blobs.OFFSET_HEADER, str(upload.offset)),
                (blobs.LENGTH_HEADER, str(blob.size)),
                (blobs.COMPLETE_HEADER, blobs.YES if last else blobs.NO),
            ),
        ), size  # fmt: skip

    def _judge(self, upload: Upload, reply: BlobReply, size: int) -> Turn:
        blob = upload.blob
        match reply.status:
            case 200 | 201 | 204:
                return self._taken_in(upload, reply, size)
            case 409:
                return self._rewind(upload, reply)
            case 422 if code_of(reply) == errors.BlobHash.code and not upload.again:
                upload.again = True  # its start may have been spoilt there: once from the beginning
                upload.offset = 0
                return Turn(kind=TurnKind.MOVED)
            case 413 if code_of(reply) != errors.BlobSize.code and size > MIN_PART:
                self.line.broke()  # a gateway in between takes less than the back office
                return Turn(kind=TurnKind.MOVED)
            case 413 | 415 | 422:
                code = code_of(reply)
                if code not in FINAL:
                    raise errors.BadAnswer
                self._shelf.refused(blob.sha, code)
                return Turn(kind=TurnKind.QUIET)
        self._note_offset(upload)
        return not_taken(reply)

    def _taken_in(self, upload: Upload, reply: BlobReply, size: int) -> Turn:
        """Believed only where it is about what was sent."""
        reached, end = reply.offset, upload.offset + size
        if reached is None or reply.complete is None:
            raise errors.BadAnswer
        if reply.complete:
            if reached != upload.blob.size:
                raise errors.BadAnswer
            upload.offset, upload.there = reached, True
            return Turn(kind=TurnKind.QUIET)
        if not upload.offset < reached <= end or reached == upload.blob.size:
            raise errors.BadAnswer
        if reached < end:
            self.line.broke()
        upload.offset, upload.rewinds = reached, 0
        return Turn(kind=TurnKind.MOVED)

    def note_due_arrivals(self) -> None:
        """Written down a few at a time: what a kill leaves out is asked for anew."""
        with self._lock:
            last = not self._planned and not self._taken
            old = self._now() - self._since > _NOTE_AFTER
            due = self._arrived and (last or old or len(self._arrived) >= _NOTE_AT_ONCE)
        if due:
            self.note_arrivals()

    def note_arrivals(self) -> None:
        with self._books:
            with self._lock:
                arrived, self._arrived = self._arrived, []
            if arrived:
                self._shelf.arrived([upload.blob.sha for upload in arrived])

    def _rewind(self, upload: Upload, reply: BlobReply) -> Turn:
        upload.rewinds += 1
        if reply.offset is None or reply.offset > upload.blob.size:
            raise errors.BadAnswer
        if upload.rewinds > _MOST_REWINDS or reply.offset == upload.offset:
            return Turn(kind=TurnKind.FAILED, code=errors.BlobOffset.code)
        upload.offset = reply.offset
        return Turn(kind=TurnKind.MOVED)

    def _note_offset(self, upload: Upload) -> None:
        if upload.offset > upload.before:
            with suppress(AppError):  # only shown: the back office is asked before it goes on
                self._shelf.sent(upload.blob.sha, upload.offset)

    # -- when nothing waits -------------------------------------------------------------------

    def _look_around(self, send: SendBlob) -> Turn:
        """Learn where other windows' pages are, make sure of what arrived, throw away what may."""
        now = self._now()
        cases = self._shelf.cases_to_ask(
            now - timedelta(seconds=_LEARN_SECONDS), blobs.MAX_CASES_ASKED
        )
        if cases:
            return self._learn(cases, send)
        again = self._shelf.to_ask_again(
            now - timedelta(hours=_ASK_AGAIN_HOURS), blobs.MAX_BLOBS_ASKED
        )
        if again:
            return self._make_sure(again, send)
        if self._swept is None or now - self._swept > timedelta(hours=_SWEEP_HOURS):
            disposable = self._shelf.disposable(blobs.MAX_BLOBS_ASKED)
            if disposable:
                return self._make_sure(disposable, send, drop=True)
            self._shelf.sweep()
            self._swept = now
        return Turn(kind=TurnKind.QUIET)

    def _learn(self, cases: list[str], send: SendBlob) -> Turn:
        reply = send(post(blobs.LACKING_PATH, blobs.LackingAsked(cases=tuple(cases))))
        if reply.status != 200:
            return not_taken(reply)
        answer = decoded_answer(reply.body, blobs.LackingAnswer)
        known = {one.id: one for one in answer.cases}
        if not set(known) <= set(cases):
            raise errors.BadAnswer
        for case_id in cases:
            one = known.get(case_id)
            pages = frozenset(page.sha for page in one.pages) if one else None
            self._shelf.learn(case_id, pages)
        return Turn(kind=TurnKind.MOVED)

    def _make_sure(self, about: list[WaitingBlob], send: SendBlob, *, drop: bool = False) -> Turn:
        found = self._ask_missing(about, send)
        if isinstance(found, Turn):
            return found
        lost = {*found[0], *found[1]}
        there = [blob.sha for blob in about if blob.sha not in lost]
        if lost:  # the back office was restored from a copy: it gets them again
            self._shelf.missing(lost)
        if there:
            self._shelf.arrived(there)
        if there and drop:
            self._shelf.drop_copies(there)
        return Turn(kind=TurnKind.MOVED)
