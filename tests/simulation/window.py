"""A window without threads: the real store, journal, rounds, feed and shelf, that may die."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import msgspec

from app.domain.case_events import MaterialReceived
from app.domain.errors import AppError
from app.domain.events import ClerkSignedIn
from app.ports import Access, Clock, Enrolled, EnrolmentAsked
from app.services.enrolment import Enrolment
from app.storage.attachments import AttachmentShelf
from app.storage.blob_files import BlobFiles, attachment_key
from app.storage.inbox import FeedPage, Inbox
from app.storage.outbox import Outbox, Refusal
from app.storage.secrets import FileSecrets
from app.storage.store import Saved, Store
from sync.client.blobs import BlobRounds
from sync.client.feed import Feed, Pull, PullKind
from sync.client.round import LeaseAims, Rounds, Turn, TurnKind
from sync.devices import ENROL_PATH, EnrolAnswer, EnrolRequest
from sync.errors import BadAnswer
from tests.simulation.line import HostileLine, Trace
from tests.simulation.office import SimulatedOffice
from tests.sync.coming_back import noticed_case

KEY = b"k" * 32
_MOST_TURNS = 400  # of one round: more never end

_T = TypeVar("_T")


class Dead(Exception):
    """The window's power went."""


class _Mortal:
    """What may die before or after it wrote."""

    chance: Random | None = None

    def write(self, work: Callable[[], _T]) -> _T:
        fate = self.chance.random() if self.chance else 1.0
        if fate < 0.03:
            raise Dead
        done = work()
        if fate < 0.06:
            raise Dead
        return done


class MortalOutbox(Outbox):
    def __init__(self, store: Store, fate: _Mortal) -> None:
        super().__init__(store)
        self._fate = fate

    def acknowledge(self, through: int, refused: Sequence[Refusal], install: str = "") -> None:
        self._fate.write(lambda: super(MortalOutbox, self).acknowledge(through, refused, install))

    def lease_numbers(self, first: int, last: int, install: str = "") -> None:
        self._fate.write(lambda: super(MortalOutbox, self).lease_numbers(first, last, install))

    def lease_ticket(
        self, ticket_id: str, number: str, business: str, taken_at: datetime, priority: str,
        install: str = "",
    ) -> None:  # fmt: skip
        self._fate.write(
            lambda: super(MortalOutbox, self).lease_ticket(
                ticket_id, number, business, taken_at, priority, install
            )
        )


class MortalInbox(Inbox):
    def __init__(self, store: Store, fate: _Mortal) -> None:
        super().__init__(store)
        self._fate = fate

    def take(self, page: FeedPage) -> bool:
        return self._fate.write(lambda: super(MortalInbox, self).take(page))


class SimulatedWindow:
    """Opens at once. ``saved`` has the id of every fact whose saving has returned."""

    def __init__(
        self, home: Path, device: str, office: SimulatedOffice, clock: Clock, chance: Random,
        trace: Trace,
    ) -> None:  # fmt: skip
        self.home, self.name = home, device
        self.saved: set[str] = set()
        self._clock = clock
        self._chance = chance
        self._trace = trace
        self._fate = _Mortal()
        self.line = HostileLine(office, self._token, chance, self._note)
        self.open()

    def _note(self, what: str) -> None:
        self._trace(f"{self.name} {what}")

    # -- its life -----------------------------------------------------------------------------

    def open(self) -> None:
        self.store = Store.open(
            self.home, KEY, device=self.name, clock=self._clock, random=self._chance.randbytes
        )
        self.store.subscribe(self._remember)
        self.enrolment = Enrolment(
            lambda: self.store, FileSecrets(self.home), self._ask_enrolment,
            random=self._chance.randbytes,
        )  # fmt: skip
        self.outbox = MortalOutbox(self.store, self._fate)
        self.inbox = MortalInbox(self.store, self._fate)
        files = BlobFiles(self.home / "attachments", attachment_key(KEY), self._chance.randbytes)
        self.shelf = AttachmentShelf(self.store, files)
        self.rounds = Rounds(
            outbox=self.outbox, send=self.line.push, new_id=self.store.new_id,
            aims=LeaseAims(numbers_low=10, tickets=0),
        )  # fmt: skip
        self.feed = Feed(inbox=self.inbox, ask=self.line.pull)
        self.uploads = BlobRounds(shelf=self.shelf, now=self._clock.now)

    def close(self) -> None:
        self.store.close()

    def lose_power(self) -> None:
        self._note("lost its power")
        self.close()
        self.open()

    def copy_disk(self, to: Path) -> None:
        self.close()
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.home, to)
        self.open()

    def restore_disk(self, image: Path) -> None:
        self._note("was restored from an image")
        self.close()
        shutil.rmtree(self.home)
        shutil.copytree(image, self.home)
        self.open()

    def fill_disk(self, *, full: bool) -> None:
        """As far as SQLCipher asks for more pages."""
        size = 1 if full else 1073741823
        with self.store.read() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {size}")

    def calm(self) -> None:
        """The morning after: nothing fails any more, and somebody signs in."""
        self._fate.chance = None
        self.line.calm = self.line.up = True
        self.lose_power()  # the program is started once more, and the disk has room again
        with self.store.begin() as unit:
            unit.append(
                ClerkSignedIn(clerk="1001", window=self.store.device), subject="session",
                actor="1001",
            )  # fmt: skip

    def endanger(self) -> None:
        self._fate.chance = self._chance

    def _remember(self, saved: Saved) -> None:
        self.saved |= {entry.id for entry, _ in saved}

    def _token(self) -> str:
        return self.enrolment.access().token

    # -- the lanes ----------------------------------------------------------------------------

    def push(self) -> Turn:
        """A round, as the worker drives it. Storage errors pass through, as there."""
        self.rounds.begin()
        for _ in range(_MOST_TURNS):
            turn = self.rounds.turn()
            if turn.kind is not TurnKind.MOVED:
                self._note(f"push {turn.kind} {turn.code}")
                return turn
        raise AssertionError(f"{self.name}: a round that never ends")

    def pull(self, most: int = _MOST_TURNS) -> Pull:
        for _ in range(most):
            pull = self.feed.turn(0)
            if pull.kind not in {PullKind.MORE, PullKind.TAKEN}:
                break
        else:
            assert most < _MOST_TURNS, f"{self.name}: a feed that never ends"
        self.inbox.sweep()
        self._note(f"pull {pull.kind} {pull.code}")
        return pull

    def upload(self) -> Turn:
        """One look, and every scan that it plans."""
        turn = Turn(kind=TurnKind.QUIET)
        for _ in range(_MOST_TURNS):
            turn = self.uploads.plan(self.line.bring)
            if turn.kind is not TurnKind.MOVED:
                break
            while (upload := self.uploads.take()) is not None:
                step = Turn(kind=TurnKind.MOVED)
                while step.kind is TurnKind.MOVED:
                    step = self.uploads.step(upload, self.line.bring)
                self.uploads.drop(upload)
                if step.kind is not TurnKind.QUIET:
                    self.uploads.forget_plan()
                    turn = step
                    break
            if turn.kind in {TurnKind.FAILED, TurnKind.BLOCKED}:
                break
        self._note(f"upload {turn.kind} {turn.code}")
        return turn

    # -- people at the window -----------------------------------------------------------------

    def scan(self, case_id: str, content: bytes, media: str) -> None:
        """A new case with one scanned page, as the counter saves it."""
        sha = self.shelf.keep(content)
        with self.store.begin() as unit:
            self.shelf.name(unit.connection, sha, len(content), media)
            *begun, _notice = noticed_case(self.store.device, "")
            page = MaterialReceived(material="M1", originals=1, copies=0, scans=(sha,))
            for event in (*begun, page):
                unit.append(event, subject=f"case:{case_id}", actor="1001")

    def enrol(self, code: str) -> None:
        """Raises AppError; then the device is what it was."""
        self.enrolment.enrol("http://office", code)

    def _ask_enrolment(self, asked: EnrolmentAsked) -> Enrolled:
        request = EnrolRequest(
            code=asked.code.replace("-", ""), install=asked.install,
            former_device=asked.former_device, former_install=asked.former_install,
        )  # fmt: skip
        answer = self.line.enrol(ENROL_PATH, msgspec.json.encode(request))
        try:
            said = msgspec.json.decode(answer.body, type=EnrolAnswer)
        except msgspec.MsgspecError:
            raise BadAnswer from None
        return Enrolled(
            access=Access(url=asked.url, token=said.token), device=said.device, hall=said.hall,
            acknowledged=said.acknowledged, head=said.head, set_aside=said.set_aside,
        )  # fmt: skip

    # -- what is in it ------------------------------------------------------------------------

    def serial(self) -> int | None:
        with self.store.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT next FROM number_blocks WHERE next <= last ORDER BY first LIMIT 1"
            ).one_or_none()
        return None if row is None else int(row[0])

    def rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self.store.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values).all()]


def is_out_of_room(error: AppError) -> bool:
    return error.code.startswith("STO-")
