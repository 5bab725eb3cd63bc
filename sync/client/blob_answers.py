"""Put questions about scans on the wire, and believe no answer unchecked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from app.domain.decoding import decode
from app.storage.attachments import WaitingBlob
from sync import blobs, errors, wire
from sync.client.round import Turn, TurnKind


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobAsk:
    """One request to the back office; ``body`` in pieces."""

    method: str
    path: str
    body: Sequence[bytes] = ()
    headers: tuple[tuple[str, str], ...] = ()
    largest: int = 64 * 1024  # bytes of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobReply:
    """What came back, complete; ``offset`` and ``complete`` where its headers say so."""

    status: int
    body: bytes = b""
    offset: int | None = None
    complete: bool | None = None


SendBlob = Callable[[BlobAsk], BlobReply]  # raises Unreachable, BadAnswer
_Answer = TypeVar("_Answer", blobs.MissingAnswer, blobs.LackingAnswer, wire.ErrorAnswer)


FINAL = frozenset({errors.BlobSize.code, errors.BlobKind.code, errors.BlobHash.code})


def post(path: str, asked: msgspec.Struct) -> BlobAsk:
    return BlobAsk(
        method="POST", path=path, body=(msgspec.json.encode(asked),),
        headers=(("Content-Type", "application/json"),), largest=wire.MAX_ANSWER,
    )  # fmt: skip


def decoded_answer(body: bytes, kind: type[_Answer]) -> _Answer:
    try:
        return decode(body, kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise errors.BadAnswer from None


def code_of(reply: BlobReply) -> str:
    """The code of a refusal, "" where a gateway answered in its own words."""
    try:
        code = decoded_answer(reply.body, wire.ErrorAnswer).code
    except errors.BadAnswer:
        return ""
    return code if wire.CODE.fullmatch(code) else ""


def not_taken(reply: BlobReply) -> Turn:
    if reply.status == 429 or reply.status >= 500:
        return Turn(kind=TurnKind.FAILED, code=errors.ServerTrouble.code)
    code = code_of(reply)
    if reply.status in {404, 405} and not code:
        code = errors.TooNew.code  # a back office from before there were scans
    if reply.status == 401:
        code = errors.NotEnrolled.code
    return Turn(kind=TurnKind.BLOCKED, code=code or errors.BadAnswer.code)


def check_missing(
    answer: blobs.MissingAnswer, about: Sequence[WaitingBlob]
) -> tuple[dict[str, int], dict[str, str]]:
    """Raises BadAnswer unless it is about these scans, each at most once."""
    sizes = {blob.sha: blob.size for blob in about}
    missing = {one.sha: one.offset for one in answer.missing}
    refused = {one.sha: one.code for one in answer.refused}
    named = len(answer.missing) + len(answer.refused)
    if len({*missing, *refused}) != named or not {*missing, *refused} <= sizes.keys():
        raise errors.BadAnswer
    if not all(0 <= offset <= sizes[sha] for sha, offset in missing.items()):
        raise errors.BadAnswer
    if not all(wire.CODE.fullmatch(code) for code in refused.values()):
        raise errors.BadAnswer
    return missing, refused
