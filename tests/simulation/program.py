"""The client's program at one window, from its start to its death, without threads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from sqlalchemy import event as happening

from app.domain.case_events import MaterialReceived
from app.domain.errors import AppError
from app.domain.event import Event
from app.ports import Access, Enrolled, EnrolmentAsked
from app.services.enrolment import Enrolment
from app.storage.attachments import AttachmentShelf
from app.storage.blob_files import BlobFiles, attachment_key
from app.storage.inbox import Inbox
from app.storage.outbox import Outbox
from app.storage.secrets import FileSecrets
from app.storage.store import Saved, Store
from sync.client.blob_answers import BlobAsk, BlobReply
from sync.client.blobs import BlobRounds
from sync.client.feed import Feed, PullKind
from sync.client.round import LeaseAims, Pace, Patience, Post, Reply, Rounds, Turn, TurnKind
from sync.devices import ENROL_PATH, EnrolAnswer, EnrolRequest
from sync.errors import BadAnswer
from sync.people import (
    HISTORY_PATH,
    WAITING_PATH,
    HistoryAnswer,
    HolderAsked,
    NumberAsked,
    WaitingAnswer,
)
from sync.queue import TakenAnswer
from tests.simulation.disk import FULL, ROOM, committed_frames
from tests.simulation.schedule import Schedule
from tests.sync.coming_back import PERSON, noticed_case

if TYPE_CHECKING:
    from tests.simulation.window import SimulatedWindow

FILE = "onewindow.db"
KEY = b"k" * 32
LANES = ("push", "feed", "scans")
AIMS = LeaseAims(numbers_low=5, tickets=2)
PATIENCE = Patience(first=0.5, longest=4.0, blocked=6.0, poll=8.0)

_Answer = TypeVar("_Answer", WaitingAnswer, HistoryAnswer)
_T = TypeVar("_T")
_MOST_TURNS = 400  # of one round: more never end
_LIKE = {
    PullKind.MORE: TurnKind.MOVED, PullKind.TAKEN: TurnKind.MOVED, PullKind.QUIET: TurnKind.QUIET,
    PullKind.FAILED: TurnKind.FAILED, PullKind.BLOCKED: TurnKind.BLOCKED,
    PullKind.ABSENT: TurnKind.BLOCKED,
}  # fmt: skip


class WindowDied(BaseException):
    """No handler of the product may take it for an error."""


class Program:
    def __init__(
        self, window: SimulatedWindow, home: Path, schedule: Schedule, chance: Random
    ) -> None:
        self.alive = True
        self.last = dict.fromkeys(LANES, Turn(kind=TurnKind.FAILED))
        self._window = window
        self._home = home
        self._schedule = schedule
        self._chance = chance
        self._enrolling = False
        self._plans = dict.fromkeys(LANES, 0)  # the number of the one that counts
        self._under_way: set[str] = set()
        self._woken: set[str] = set()
        self.store = Store.open(
            home, KEY, device=window.name, clock=window.clock, random=chance.randbytes
        )
        happening.listen(self.store.engine.pool, "checkout", self._touch)
        self.enrolment = Enrolment(
            lambda: self.store, FileSecrets(home), self._ask_enrolment, random=chance.randbytes
        )
        self.outbox = Outbox(self.store)
        self.inbox = Inbox(self.store)
        files = BlobFiles(home / "attachments", attachment_key(KEY), chance.randbytes)
        self.shelf = AttachmentShelf(self.store, files)
        self.rounds = Rounds(
            outbox=self.outbox, send=self._send, new_id=self.store.new_id, aims=AIMS
        )
        self.feed = Feed(inbox=self.inbox, ask=self._ask)
        self.uploads = BlobRounds(shelf=self.shelf, now=window.clock.now)
        pace = Random(chance.random())
        self._paces = {lane: Pace(pace, PATIENCE) for lane in LANES}

    def begin(self) -> None:
        self.store.subscribe(self._hear)
        for lane in LANES:
            self._plan(lane, self._chance.uniform(0.0, 0.5))

    def _hear(self, _: Saved) -> None:
        self._wake("push")
        self._wake("scans")

    def end(self) -> None:
        self.alive = False
        self.store.close()

    def survive(self, act: Callable[[], None]) -> None:
        """Do it; the window may die of it. What the product refuses is told."""
        try:
            act()
        except WindowDied:
            assert not self.alive  # no other window's death comes here
        except AppError as error:
            self._window.say(f"{error.code}")

    def _touch(self, *_: object) -> None:
        """Every transaction begins here."""
        if self.alive and self._window.risk and self._chance.random() < self._window.risk:
            self._window.die(power=self._chance.random() < 0.5)
            raise WindowDied

    def _check_alive(self) -> None:
        if not self.alive:
            raise WindowDied

    # -- its disk -----------------------------------------------------------------------------

    def durable_frames(self) -> int:
        """Of the write-ahead log."""
        with self.store.read() as connection:
            mode = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        return committed_frames(self._home / FILE)[0] if mode >= FULL else 0

    def fill_disk(self, *, full: bool) -> None:
        """As far as SQLCipher asks for more pages."""
        with self.store.read() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if full else ROOM}")

    # -- the line -----------------------------------------------------------------------------

    def _token(self) -> str:
        return self.enrolment.access().token

    def _send(self, post: Post) -> Reply:
        return self._window.line.push(post, self._token(), self._check_alive)

    def _ask(self, path: str, _largest: int) -> Reply:
        return self._window.line.pull(path, self._token(), self._check_alive)

    def _bring(self, ask: BlobAsk) -> BlobReply:
        return self._window.line.bring(ask, self._token(), self._check_alive)

    def _ask_enrolment(self, asked: EnrolmentAsked) -> Enrolled:
        request = EnrolRequest(
            code=asked.code.replace("-", ""), install=asked.install,
            former_device=asked.former_device, former_install=asked.former_install,
        )  # fmt: skip
        body = msgspec.json.encode(request)
        answer = self._window.line.enrol(ENROL_PATH, body, self._check_alive)
        try:
            said = msgspec.json.decode(answer.body, type=EnrolAnswer)
        except msgspec.MsgspecError:
            raise BadAnswer from None
        return Enrolled(
            access=Access(url=asked.url, token=said.token), device=said.device, hall=said.hall,
            acknowledged=said.acknowledged, head=said.head, set_aside=said.set_aside,
        )  # fmt: skip

    # -- its lanes ----------------------------------------------------------------------------

    def _plan(self, lane: str, seconds: float) -> None:
        """Its next turn, instead of any that was planned before."""
        self._plans[lane] += 1
        plan = self._plans[lane]

        def go_on() -> None:
            if not self.alive or self._plans[lane] != plan:
                return
            self._under_way.add(lane)
            self._woken.discard(lane)
            self.survive(lambda: self._turn(lane))
            self._under_way.discard(lane)
            if self.alive:
                kind = self.last[lane].kind
                pause = self._paces[lane].after(kind)
                self._plan(lane, 0.0 if kind is TurnKind.QUIET and lane in self._woken else pause)

        self._schedule.after(seconds, go_on)

    def _wake(self, lane: str) -> None:
        """Something was saved. A failing line is not hurried."""
        self._woken.add(lane)
        if lane not in self._under_way and self.last[lane].kind is TurnKind.QUIET:
            self._plan(lane, 0.0)

    def _turn(self, lane: str) -> None:
        try:
            turn = {"push": self._push, "feed": self._pull, "scans": self._upload}[lane]()
        except AppError as error:  # as the workers do
            turn = Turn(kind=TurnKind.FAILED, code=error.code)
        if turn != self.last[lane]:
            self._window.say(f"{lane} {turn.kind} {turn.code}")
        self.last[lane] = turn

    def _push(self) -> Turn:
        """A round."""
        self.rounds.begin()
        for _ in range(_MOST_TURNS):
            turn = self.rounds.turn()
            if turn.kind is not TurnKind.MOVED:
                return turn
        raise AssertionError(f"{self._window.name}: a round that never ends")

    def _pull(self) -> Turn:
        """One answer."""
        pull = self.feed.turn(0)
        if pull.kind is PullKind.QUIET:
            self.inbox.sweep()
        return Turn(kind=_LIKE[pull.kind], code=pull.code)

    def _upload(self) -> Turn:
        """One look, and every scan that it plans."""
        for _ in range(_MOST_TURNS):
            turn = self.uploads.plan(self._bring)
            if turn.kind is not TurnKind.MOVED:
                return turn
            while (upload := self.uploads.take()) is not None:
                step = Turn(kind=TurnKind.MOVED)
                try:
                    while step.kind is TurnKind.MOVED:
                        step = self.uploads.step(upload, self._bring)
                finally:
                    self.uploads.drop(upload)
                if step.kind is not TurnKind.QUIET:
                    self.uploads.forget_plan()
                    return step
        raise AssertionError(f"{self._window.name}: a lane of scans that never ends")

    # -- people at the window -----------------------------------------------------------------

    def save(self, subject: str, *events: Event, actor: str = "1001") -> None:
        """One transaction."""
        with self.store.begin() as unit:
            for event in events:
                unit.append(event, subject=subject, actor=actor)

    def ask_line(self, path: str, asked: msgspec.Struct) -> TakenAnswer:
        """What a kiosk asks. Raises AppError where there is no answer."""
        return self._answered(path, asked, TakenAnswer)

    def scan(self, case_id: str, content: bytes, media: str) -> None:
        """A new case with one scanned page, as the counter saves it."""
        sha = self.shelf.keep(content)
        with self.store.begin() as unit:
            self.shelf.name(unit.connection, sha, len(content), media)
            *begun, _notice = noticed_case(self.store.device, "")
            page = MaterialReceived(material="M1", originals=1, copies=0, scans=(sha,))
            for event in (*begun, page):
                unit.append(event, subject=f"case:{case_id}", actor="1001")

    def look_up(self, chance: Random) -> None:
        """The applicant of a case of any window comes here: its facts are fetched. Raises AppError
        also where it went on here meanwhile; then nothing of it is kept."""
        waiting = self._asked(WAITING_PATH, HolderAsked(holder=PERSON), WaitingAnswer).cases
        if waiting:
            number = chance.choice(waiting).number
            asked = NumberAsked(number=number or "-")
            self.store.take_in(self._asked(HISTORY_PATH, asked, HistoryAnswer).entries)

    def _asked(self, path: str, asked: msgspec.Struct, kind: type[_Answer]) -> _Answer:
        return self._answered(path, asked, kind)

    def _answered(self, path: str, asked: msgspec.Struct, kind: type[_T]) -> _T:
        body = msgspec.json.encode(asked)
        reply = self._send(Post(path=path, body=body, content_type="application/json"))
        try:
            return msgspec.json.decode(reply.body, type=kind)
        except msgspec.MsgspecError:
            raise BadAnswer from None

    def enrol(self, code: str) -> None:
        """Raises AppError; then the device is what it was."""
        if self._enrolling:
            return
        self._enrolling = True
        try:
            self.enrolment.enrol("http://office", code)
        finally:
            self._enrolling = False

    # -- what is in it ------------------------------------------------------------------------

    def serial(self) -> int | None:
        rows = self.rows(
            "SELECT next FROM number_blocks WHERE next <= last "
            "AND first NOT IN (SELECT first FROM closed_blocks) ORDER BY first LIMIT 1"
        )
        return int(rows[0][0]) if rows else None

    def scans_wait(self) -> bool:
        wait = "SELECT 1 FROM blobs WHERE local = 1 AND state = 'waiting'"
        return bool(self.rows(wait + " AND sha IN (SELECT sha FROM case_materials)"))

    def all_ids(self) -> set[str]:
        return {row[0] for row in self.rows("SELECT id FROM journal")}

    def acknowledged_ids(self) -> set[str]:
        """Of what the back office was heard to have."""
        return {
            row[0]
            for row in self.rows(
                "SELECT id FROM journal j WHERE install <> (SELECT install FROM chain)"
                " OR seq <= (SELECT acknowledged FROM chain)"
            )
        }

    def rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self.store.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values).all()]
