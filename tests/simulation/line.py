"""The line between one window and the back office: it loses, doubles, delays, cuts and spoils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import zstandard

from sync import blobs, wire
from sync.client.blob_answers import BlobAsk, BlobReply
from sync.client.round import Post, Reply
from sync.errors import Unreachable
from tests.simulation.office import Answer, LineBroke, SimulatedOffice

Trace = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Sent:
    method: str
    address: str
    headers: Mapping[str, str]
    body: bytes


class HostileLine:
    """Implements what the three lanes send by. ``calm`` lets everything through at once."""

    def __init__(
        self, office: SimulatedOffice, token: Callable[[], str], chance: Random, trace: Trace
    ) -> None:
        self._office = office
        self._token = token
        self._chance = chance
        self._trace = trace
        self._late: list[_Sent] = []
        self.calm = False
        self.up = True

    # -- the lanes ----------------------------------------------------------------------------

    def push(self, post: Post) -> Reply:
        told = {"content-type": post.content_type}
        if post.encoding:
            told["content-encoding"] = post.encoding
        answer = self._carry("POST", post.path, told, post.body)
        return Reply(status=answer.status, body=answer.body)

    def pull(self, path: str, _largest: int) -> Reply:
        answer = self._carry("GET", path, {"accept-encoding": "zstd"}, b"")
        body = answer.body
        if answer.headers.get("content-encoding") == "zstd":
            try:
                body = zstandard.ZstdDecompressor().decompress(body, max_output_size=1 << 26)
            except zstandard.ZstdError:
                raise Unreachable from None
        return Reply(status=answer.status, body=body)

    def bring(self, ask: BlobAsk) -> BlobReply:
        answer = self._carry(ask.method, ask.path, dict(ask.headers), b"".join(ask.body))
        said = answer.headers.get(blobs.COMPLETE_HEADER.lower(), "")
        return BlobReply(
            status=answer.status, body=answer.body,
            offset=blobs.read_count(answer.headers.get(blobs.OFFSET_HEADER.lower(), "")),
            complete=said == blobs.YES if said in {blobs.YES, blobs.NO} else None,
        )  # fmt: skip

    def enrol(self, path: str, body: bytes) -> Answer:
        return self._carry("POST", path, {"content-type": "application/json"}, body)

    # -- its moods ----------------------------------------------------------------------------

    def _carry(self, method: str, address: str, headers: dict[str, str], body: bytes) -> Answer:
        """Raises Unreachable."""
        told = {wire.PROTOCOL_HEADER.lower(): str(wire.PROTOCOL), **headers}
        if token := self._token():
            told["authorization"] = f"Bearer {token}"
        sent = _Sent(method, address, told, body)
        if not self.up:
            raise Unreachable
        try:
            answer = self._deliver(sent) if self.calm else self._moody(sent)
        except LineBroke:
            self._trace(f"{method} {address.partition('?')[0]} broke")
            raise Unreachable from None
        self._trace(f"{method} {address.partition('?')[0]} {answer.status}")
        return answer

    def _deliver(self, sent: _Sent, *, cut: int | None = None, dies_after: int = 0) -> Answer:
        return self._office.ask(
            sent.method, sent.address, sent.headers, sent.body, cut=cut, dies_after=dies_after
        )

    def _moody(self, sent: _Sent) -> Answer:
        chance = self._chance
        if self._late and chance.random() < 0.4:
            self._quietly(self._late.pop(chance.randrange(len(self._late))))
        fate = chance.random()
        if fate < 0.06:
            raise LineBroke  # the request was lost
        if fate < 0.10:
            self._late.append(sent)
            raise LineBroke  # it comes in long after, behind others
        if fate < 0.14:
            return Answer(status=chance.choice([413, 429, 502, 503]), body=b"")  # a gateway's
        if fate < 0.18:
            return self._deliver(sent, cut=chance.randrange(len(sent.body) + 1))
        if fate < 0.21:
            return self._deliver(sent, dies_after=chance.randrange(1, 6))
        answer = self._deliver(sent)
        if fate < 0.24:
            self._office.lose_power()
            raise LineBroke  # all was done, and nobody was told
        if fate < 0.32:
            raise LineBroke  # the answer was lost
        if fate < 0.37:
            return self._deliver(sent)  # doubled on the way: the second answer arrives
        if fate < 0.40:
            return Answer(
                status=answer.status, body=answer.body[: len(answer.body) // 2],
                headers=answer.headers,
            )  # fmt: skip
        return answer

    def _quietly(self, sent: _Sent) -> None:
        with suppress(LineBroke):
            self._deliver(sent)
