"""The line between one window and the back office: it loses, doubles, delays, cuts and spoils.

While a request is on its way all others act: cases are saved, other windows are served, either end
may die. What comes in late meets a back office that has gone on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from random import Random

import zstandard

from sync import blobs, wire
from sync.client.blob_answers import BlobAsk, BlobReply
from sync.client.round import Post, Reply
from sync.devices import CLOCK_HEADER, SKEW_HEADER
from sync.errors import Unreachable
from tests.simulation.office import Answer, Ask, SimulatedOffice
from tests.simulation.schedule import MachineClock, Schedule

Alive = Callable[[], None]  # raises where who asked is dead by now


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How likely each fate of an exchange is; the rest goes well."""

    lost: float = 0.0  # the request
    unheard: float = 0.0  # the answer, after all was done
    late: float = 0.0  # it comes in when nobody waits for its answer any more
    twice: float = 0.0  # something between repeats the request
    cut: float = 0.0  # within the request's body
    halved: float = 0.0  # the answer ends early, and who carried it did not mind
    gateway: float = 0.0  # something between answers by itself
    office_dies: float = 0.0  # while it works on it, or before it answers
    last_words: float = 0.0  # it answers, and loses its power at once

    @classmethod
    def drawn(cls, chance: Random) -> Weather:
        """Some fates often, others never: lines that differ find more than an average one."""

        def rate(most: float) -> float:
            return chance.uniform(0.0, most) if chance.random() < 0.6 else 0.0

        return cls(
            lost=rate(0.2), unheard=rate(0.25), late=rate(0.2), twice=rate(0.15), cut=rate(0.1),
            halved=rate(0.08), gateway=rate(0.08), office_dies=rate(0.03),
            last_words=rate(0.03),
        )  # fmt: skip


FAIR = Weather()
_FATES = tuple(one.name for one in fields(Weather))


class Line:
    """What the lanes of one window send by."""

    def __init__(
        self, name: str, office: SimulatedOffice, schedule: Schedule, clock: MachineClock,
        chance: Random,
    ) -> None:  # fmt: skip
        self.weather = FAIR
        self.up = True
        self.under_way = 0  # requests that will come in late
        self._name = name
        self._office = office
        self._schedule = schedule
        self._clock = clock
        self._chance = chance

    # -- the lanes ----------------------------------------------------------------------------

    def push(self, post: Post, token: str, alive: Alive) -> Reply:
        told = {"content-type": post.content_type, CLOCK_HEADER: self._clock.now().isoformat()}
        if post.encoding:
            told["content-encoding"] = post.encoding
        answer = self._carry("POST", post.path, told, post.body, token, alive)
        skew = answer.headers.get(SKEW_HEADER.lower())
        return Reply(status=answer.status, body=answer.body, skew=int(skew) if skew else None)

    def pull(self, path: str, token: str, alive: Alive) -> Reply:
        answer = self._carry("GET", path, {"accept-encoding": "zstd"}, b"", token, alive)
        body = answer.body
        if answer.headers.get("content-encoding") == "zstd":
            try:
                body = zstandard.ZstdDecompressor().decompress(body, max_output_size=1 << 26)
            except zstandard.ZstdError:
                raise Unreachable from None
        return Reply(status=answer.status, body=body)

    def bring(self, ask: BlobAsk, token: str, alive: Alive) -> BlobReply:
        body = b"".join(ask.body)
        answer = self._carry(ask.method, ask.path, dict(ask.headers), body, token, alive)
        said = answer.headers.get(blobs.COMPLETE_HEADER.lower(), "")
        return BlobReply(
            status=answer.status, body=answer.body,
            offset=blobs.read_count(answer.headers.get(blobs.OFFSET_HEADER.lower(), "")),
            complete=said == blobs.YES if said in {blobs.YES, blobs.NO} else None,
        )  # fmt: skip

    def enrol(self, path: str, body: bytes, alive: Alive) -> Answer:
        return self._carry("POST", path, {"content-type": "application/json"}, body, "", alive)

    # -- its fates ----------------------------------------------------------------------------

    def _carry(
        self, method: str, address: str, headers: dict[str, str], body: bytes, token: str,
        alive: Alive,
    ) -> Answer:  # fmt: skip
        """Raises Unreachable, and what ``alive`` raises."""
        told = {
            wire.PROTOCOL_HEADER.lower(): str(wire.PROTOCOL), "user-agent": "onewindow/0.1.0",
            **headers,
        }  # fmt: skip
        if token:
            told["authorization"] = f"Bearer {token}"
        ask = Ask(method=method, address=address, headers=told, body=body)
        try:
            answer = self._travel(ask)
        except Unreachable:
            alive()
            self._say(f"{ask.name} broke")
            raise
        alive()
        self._say(f"{ask.name} {answer.status}")
        return answer

    def _say(self, what: str) -> None:
        self._schedule.say(f"{self._name} {what}")

    def _travel(self, ask: Ask) -> Answer:
        chance, office = self._chance, self._office
        fate = self._fate()
        self._schedule.run(chance.uniform(0.001, 0.3))
        if fate == "lost" or not self.up:
            self._schedule.run(chance.uniform(0.0, 4.0))
            raise Unreachable
        if fate == "late":
            self.under_way += 1
            self._schedule.after(chance.uniform(0.5, 30.0), lambda: self._come_late(ask))
            raise Unreachable
        if fate == "gateway":
            return Answer(status=chance.choice([413, 429, 502, 503, 504]), body=b"<html>")
        if fate == "cut":
            return office.ask(ask, cut=chance.randrange(len(ask.body) + 1))
        if fate == "office_dies" and chance.random() < 0.7:
            answer = office.ask(ask, dies_after=chance.randrange(1, 6))
        else:
            answer = office.ask(ask)
        if fate == "office_dies":
            office.die(power=chance.random() < 0.6)
            raise Unreachable
        if fate == "last_words":
            office.die(power=True)
        if fate == "twice":
            self._schedule.run(chance.uniform(0.0, 0.5))
            answer = chance.choice([answer, office.ask(ask)])
        self._schedule.run(chance.uniform(0.001, 0.3))
        if fate == "unheard" or not self.up:
            raise Unreachable
        if fate == "halved":
            half = answer.body[: len(answer.body) // 2]
            return Answer(status=answer.status, body=half, headers=answer.headers)
        return answer

    def _come_late(self, ask: Ask) -> None:
        self.under_way -= 1
        self._say(f"{ask.name} comes in late")
        try:
            self._office.ask(ask)
        except Unreachable:
            return

    def _fate(self) -> str:
        left = self._chance.random()
        for name in _FATES:
            left -= getattr(self.weather, name)
            if left < 0:
                return name
        return ""
