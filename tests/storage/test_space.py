"""A disk that fills up stops new work first, and in the middle of an act it spoils nothing."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.domain.case import Case, CaseState
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.services.decision_desk import DecisionDesk
from app.services.sign_in import Session
from app.storage.attachments import AttachmentShelf
from app.storage.errors import DiskFull
from app.storage.outbox import Refusal
from app.storage.projections import PROJECTIONS
from app.storage.space import MB, DiskRoom, Room, RoomLimits, RoomLow, judge_room
from app.texts import explain
from tests.journey.hall import begin, bring_everything, read_card, serve, sign_in, wait_until

_STEP = 4096
RECEIVE = Decision(outcome=Outcome.RECEIVE_ONLY)


def jpeg(size: int) -> bytes:
    """As much of a JPEG as its kind is told by."""
    return b"\xff\xd8\xff\xe0" + os.urandom(size - 8) + b"\xff\xda\xff\xd9"


# -- deciding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "room"),
    [
        (None, Room.UNKNOWN), (0, Room.SHORT), (99, Room.SHORT), (100, Room.LOW),
        (499, Room.LOW), (500, Room.ENOUGH), (10**15, Room.ENOUGH),
    ],
)  # fmt: skip
def test_the_room_is_judged_by_two_limits(free: int | None, room: Room) -> None:
    assert judge_room(free, RoomLimits(low=500, short=100)) is room


def test_a_folder_that_cannot_be_asked_stops_nobody(tmp_path: Path) -> None:
    room = DiskRoom(tmp_path / "gone" / "away")
    assert room.state().room is Room.UNKNOWN
    room.check()


def test_below_the_second_limit_nothing_new_begins_and_what_is_open_is_finished(
    tmp_path: Path,
) -> None:
    client = Client(tmp_path, Settings())
    free = [10_000 * MB]
    client.__dict__["room"] = DiskRoom(tmp_path, free=lambda _: free[0])
    client.outbox.lease_numbers(1, 9)
    session, card = sign_in(client), read_card(client)
    case = begin(client, session, card, client.catalogue.find("养犬登记")[0].code)
    material = client.matters.item(case).materials[0].id
    business = client.queue.businesses()[0].id
    begun: tuple[Callable[[], object], ...] = (
        lambda: client.reception.open_case(session),
        lambda: client.queue.take(session, business),
        lambda: client.attachments.add(session, case.id, material, jpeg(1000)),
    )
    free[0] = 99 * MB
    before = client.store.verify()
    for act in begun:
        with pytest.raises(RoomLow) as refused:
            act()
        said = explain(refused.value.code, refused.value.details)
        assert "99 MB" in said.message
        assert "100 MB" in said.message
        assert said.next_step
    assert client.store.verify() == before
    case = bring_everything(client, session, case)
    decided = client.decisions.decide(session, case.id, Decision(outcome=Outcome.ACCEPT))
    assert decided.number
    assert client.papers.run_pending() == 1
    assert [job.state for job in client.papers.jobs()] == ["printed"]
    client.outbox.acknowledge(client.store.verify()[0], [])
    assert client.outbox.counts() == (0, 0)
    free[0] = 101 * MB  # and at once it goes on
    for act in begun[:2]:
        act()
    client.store.close()


# -- a disk that is really full --------------------------------------------------------------------


class Disk(Protocol):
    home: Path

    def fill(self, leave: int) -> None:
        """From now on about ``leave`` more bytes can be written."""

    def clear(self) -> None: ...


class SmallDisk:
    """A tmpfs of its own, and a file that takes the room."""

    def __init__(self, mount: Path) -> None:
        self.home = mount / "home"
        self._filler = mount / "filler"

    def fill(self, leave: int) -> None:
        self._filler.unlink(missing_ok=True)
        free = os.statvfs(self.home)
        with contextlib.suppress(OSError), self._filler.open("wb") as file:
            file.truncate(0)
            os.posix_fallocate(file.fileno(), 0, max(1, free.f_bavail * free.f_frsize - leave))

    def clear(self) -> None:
        self._filler.unlink(missing_ok=True)


class ShortFiles:
    """No file may grow beyond a size; for who may not mount. The log that grows is met first."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._usual = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, leave: int) -> None:
        log = self.home / "onewindow.db-wal"
        limit = (log.stat().st_size if log.exists() else 0) + leave
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, self._usual[1]))

    def clear(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._usual)


@pytest.fixture(params=["small disk", "short files"] if os.geteuid() == 0 else ["short files"])
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Disk]:
    if request.param == "short files":
        short = ShortFiles(tmp_path / "home")
        yield short
        short.clear()
        return
    mount = tmp_path / "mount"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount], check=True)
    try:
        yield SmallDisk(mount)
    finally:
        subprocess.run(["umount", mount], check=True)


def tables(client: Client) -> dict[str, list[tuple[object, ...]]]:
    with client.store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").all() == [("ok",)]
        return {
            name: connection.exec_driver_sql(f"SELECT * FROM {name}").all()
            for name in (*PROJECTIONS, "journal", "set_aside", "blobs")
        }


def until_there_is_room(client: Client, disk: Disk, act: Callable[[], object]) -> int:
    """Try with ever more room. Each refusal is clear and leaves everything as it was. Returns how
    many there were."""
    refusals = 0
    before = tables(client)
    for leave in range(0, 400 * _STEP, _STEP):
        disk.fill(leave)
        try:
            act()
        except DiskFull as refused:
            refusals += 1
            said = explain(refused.code, refused.details)
            assert "磁盘" in said.message
            assert said.next_step
            disk.clear()
            assert tables(client) == before
        else:
            disk.clear()
            client.store.verify()
            return refusals
    pytest.fail("no room was enough")


class Hall:
    def __init__(self, disk: Disk) -> None:
        self.client = Client(disk.home, Settings())
        # The limits are for real disks; here the disk is met in the middle of each act.
        self.client.__dict__["room"] = DiskRoom(disk.home, free=lambda _: None)
        self.client.outbox.lease_numbers(1, 50)
        self.session: Session = sign_in(self.client)
        self.card = read_card(self.client)
        self.items = self.client.catalogue.items()

    def open(self) -> Case:
        code = self.client.catalogue.find("养犬登记")[0].code
        return begin(self.client, self.session, self.card, code)


@pytest.fixture
def hall(disk: Disk) -> Iterator[Hall]:
    opened = Hall(disk)
    yield opened
    opened.client.store.close()


def test_every_act_at_the_counter(hall: Hall, disk: Disk) -> None:
    client, session = hall.client, hall.session
    case = hall.open()
    rows = client.matters.item(case).materials
    decisions: DecisionDesk = client.decisions
    acts: dict[str, Callable[[], object]] = {
        "sign in": lambda: sign_in(client),
        "take": lambda: client.queue.take(session, client.queue.businesses()[0].id),
        "call": lambda: client.queue.call_next(session),
        "open": lambda: client.reception.open_case(session),
        "identify": lambda: client.parties.identify(session, case.id, hall.card),
        "choose": lambda: client.reception.choose(session, case.id, case.item),
        "receive": lambda: client.reception.receive(session, case.id, rows[0].id, 1, 0),
        "scan": lambda: client.attachments.add(session, case.id, rows[0].id, jpeg(60_000)),
        "decide": lambda: decisions.decide(session, case.id, RECEIVE),
        "lease": lambda: client.outbox.lease_numbers(1000, 1100),
        "acknowledge": lambda: client.outbox.acknowledge(
            client.store.verify()[0], [Refusal(seq=2, code="SYNC-NOT-APPLIED")]
        ),
    }
    refused = {name: until_there_is_room(client, disk, act) for name, act in acts.items()}
    assert all(refused.values()), refused  # each was met by a full disk
    found = client.store.find_case(case.id)
    assert found is not None
    assert found.state is CaseState.RECEIVED
    assert found.evidence[rows[0].id].scans
    # And the window goes on, without having been started again.
    served = serve(client, session, hall.card, hall.items[0])
    assert served.number
    kept = tables(client)
    client.store.rebuild()
    assert tables(client) == kept


def test_papers_come_out_once_there_is_room_and_only_once(hall: Hall, disk: Disk) -> None:
    """Also where the disk fills between the sheet and its record; the lane goes on by itself."""
    client, session = hall.client, hall.session
    rounds: list[None] = []
    lane = client.print_lane(lambda: rounds.append(None))
    lane.start()
    wait_until(lambda: bool(rounds), 10, "the lane begins")
    jobs: list[str] = []

    def states() -> dict[str, str]:
        return {one.id: one.state for one in client.papers.jobs()}

    for leave in (0, 3 * _STEP, 6 * _STEP, 8 * _STEP, 11 * _STEP, 20 * _STEP, 40 * _STEP):
        case = hall.open()
        disk.fill(leave + 40 * _STEP)
        rounds.clear()
        with contextlib.suppress(DiskFull):
            jobs += client.decisions.decide(session, case.id, RECEIVE).jobs
        disk.fill(leave)
        wait_until(lambda: bool(rounds) or set(states().values()) == {"printed"}, 20, "tried")
        disk.clear()
        wait_until(lambda: set(states().values()) <= {"printed", "failed"}, 20, "came to an end")
        for one in client.papers.jobs():
            if one.state == "failed":
                assert explain(one.code, {"printer": one.printer, "folder": "papers"}).message
                client.papers.retry(session, one.id)
        wait_until(lambda: set(states().values()) == {"printed"}, 20, "all printed")
    lane.stop()
    assert len(jobs) >= 5
    assert set(states()) == set(jobs)
    papers = disk.home / "papers"
    assert len(list(papers.glob("*.pdf"))) == len(jobs)
    assert not list(papers.glob("*.part"))


def test_scans_leave_nothing_half_written(hall: Hall, disk: Disk) -> None:
    client, session = hall.client, hall.session
    case = hall.open()
    material = client.matters.item(case).materials[0].id
    shelf: AttachmentShelf = client.shelf
    for leave in (0, 100, _STEP, 30 * _STEP, 200 * _STEP):
        disk.fill(leave)
        with pytest.raises(DiskFull):
            client.attachments.add(session, case.id, material, jpeg(4 * MB))
        disk.clear()
        assert not list((disk.home / "attachments").rglob("*.part"))
    client.attachments.add(session, case.id, material, jpeg(4 * MB))
    (page,) = client.attachments.pages_of(case.id)
    assert len(shelf.read(page.sha)) == 4 * MB
