"""With a second batch on its way, whatever comes first, late, twice or never: nothing is lost,
doubled or set aside, and no person hears of it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.ports import Access
from app.storage.outbox import Outbox
from app.storage.store import Store
from sync import wire
from sync.client.lanes import LANES, Lanes
from sync.client.round import LeaseAims, Post, Reply, Rounds, Turn, TurnKind
from sync.client.transport import HttpTransport
from sync.errors import Unreachable
from tests.sync.clerk import World
from tests.sync.feeding import SocketlessHall
from tests.sync.hall import accepted_case
from tests.sync.world import BadLine, Nursery, wait_until, window_at

CASES = 420  # of five facts: more than four batches
SEEDS = 24


class _Way:
    """One request under way."""

    def __init__(self, line: Disorder, post: Post) -> None:
        self.post = post
        self._line = line
        self._reply: Reply | None = None

    def arrive(self, office: SocketlessHall, chance: random.Random | None) -> None:
        """Without ``chance`` it is taken and answered."""
        fate = chance.random() if chance else 1.0
        if fate < 0.08:
            return  # never
        self._reply = office.answer(self.post)
        if fate < 0.16:
            self._reply = office.answer(self.post)  # doubled on the way
        elif fate < 0.24:
            self._reply = None  # the answer was lost
        elif fate < 0.28:
            self._reply = Reply(status=503, body=b"")

    def reply(self) -> Reply:
        self._line.deliver(self)
        if self._reply is None:
            raise Unreachable
        return self._reply


class Disorder:
    """Two requests under way, of which the second may come first; ``calm`` keeps their order."""

    def __init__(self, office: SocketlessHall, chance: random.Random) -> None:
        self._office = office
        self._chance = chance
        self._waiting: list[_Way] = []
        self.calm = False
        self.turned = False  # the later one always comes first
        self.lost = 0  # so many of the next ones never come
        self.sent: list[tuple[int, int]] = []  # first and last place of each batch
        self.most = 0  # under way at once

    def __call__(self, post: Post) -> Reply:
        way = _Way(self, post)
        way.arrive(self._office, None if self.calm else self._chance)
        return way.reply()

    def begin(self, post: Post) -> Callable[[], Reply] | None:
        if not self.calm and self._chance.random() < 0.05:
            return None  # both lanes are taken
        entries = wire.decode_batch(post.body)
        self.sent.append((entries[0].seq, entries[-1].seq))
        way = _Way(self, post)
        self._waiting.append(way)
        self.most = max(self.most, len(self._waiting))
        return way.reply

    def deliver(self, wanted: _Way) -> None:
        while wanted in self._waiting:
            turned = self.turned or (not self.calm and self._chance.random() < 0.3)
            way = self._waiting.pop(-1 if turned else 0)
            if self.lost:
                self.lost -= 1
                continue
            way.arrive(self._office, None if self.calm else self._chance)


class Window:
    """Many cases waiting, the real intake, and the line between them."""

    def __init__(self, home: Path, seed: int = 1) -> None:
        chance, clock = random.Random(seed), World()
        (home / "office").mkdir(parents=True)
        self.office = SocketlessHall(home / "office" / "backoffice.db", clock.now)
        self.line = Disorder(self.office, chance)
        self.store = Store.open(
            home / "window", b"k" * 32, device="W01", clock=clock, random=chance.randbytes
        )
        self.outbox = Outbox(self.store)
        self.rounds = Rounds(
            outbox=self.outbox, send=self.line, new_id=self.store.new_id,
            aims=LeaseAims(numbers_low=0, tickets=0), begin=self.line.begin,
        )  # fmt: skip

        with self.office.database.write() as connection:
            connection.execute(
                "INSERT INTO number_blocks (first, last, device, install, given_at)"
                " VALUES (?, ?, ?, ?, '')",
                (1, CASES, self.store.device, self.store.install),
            )
        self.outbox.lease_numbers(1, CASES)

    def record(self, count: int, first: int = 0) -> None:
        """With leased numbers, or with those from ``first`` on."""
        with self.store.read() as connection:
            blocks = connection.exec_driver_sql("SELECT next, last FROM number_blocks").all()
        leased = [serial for start, last in blocks for serial in range(start, last + 1)]
        serials = range(first, first + count) if first else leased[:count]
        with self.store.begin() as unit:
            for serial in serials:
                subject = f"case:{self.store.new_id()}"
                for event in accepted_case(serial):
                    unit.append(event, subject=subject, actor="C01")

    def round(self) -> Turn:
        self.rounds.begin()
        for _ in range(200):
            turn = self.rounds.turn()
            if turn.kind is not TurnKind.MOVED:
                return turn
        raise AssertionError("a round that never ends")

    def close(self) -> None:
        self.store.close()
        self.office.database.close()


@pytest.fixture
def window(tmp_path: Path) -> Window:
    return Window(tmp_path)


def _all_is_there(window: Window, cases: int) -> None:
    seq, head = window.store.verify()
    assert window.outbox.counts() == (0, 0)
    assert window.office.rows("SELECT acknowledged, head, set_aside FROM chains") == [
        (seq, head, "")
    ]
    assert window.office.rows("SELECT count(*), count(DISTINCT number) FROM cases") == [
        (cases, cases)
    ]


def test_the_next_batch_leaves_before_the_answer_and_never_a_third(window: Window) -> None:
    window.record(CASES)
    window.line.calm = True
    assert window.round().kind is TurnKind.QUIET
    places = [place for first, last in window.line.sent for place in range(first, last + 1)]
    assert places == list(range(1, len(places) + 1))  # each once, in order
    assert len(window.line.sent) > CASES * 5 // wire.MAX_EVENTS
    assert window.line.most == 2
    _all_is_there(window, CASES)
    window.close()


def test_a_batch_that_came_too_soon_is_sent_again_in_its_turn(window: Window) -> None:
    window.record(CASES)
    window.line.calm = window.line.turned = True
    assert window.round().kind is TurnKind.QUIET
    second = window.line.sent[1]
    assert window.line.sent.count(second) == 2  # a gap when it came before the first
    # The third was on its way behind it; from then on each waits for its turn.
    assert len(window.line.sent) == len(set(window.line.sent)) + 2
    _all_is_there(window, CASES)
    window.close()


def test_refusals_in_both_are_told(window: Window) -> None:
    window.record(CASES, first=10**6)  # numbers that nobody leased
    window.line.calm = True
    assert window.round().kind is TurnKind.QUIET
    assert window.line.most == 2
    assert window.outbox.counts() == (0, CASES)
    window.close()


def test_a_lost_batch_takes_the_next_one_with_it(window: Window) -> None:
    window.record(CASES)
    window.line.calm = True
    window.line.lost = 1
    assert window.round().kind is TurnKind.FAILED
    assert window.outbox.acknowledged() < window.line.sent[0][0]
    assert window.round().kind is TurnKind.QUIET
    again = [one for one in window.line.sent if one[0] == window.line.sent[0][0]]
    assert len(again) == 2
    assert again[1][1] == again[0][1] // 2  # the line may have been too slow for so much
    _all_is_there(window, CASES)
    window.close()


@pytest.mark.parametrize("part", range(2))
def test_any_disorder_converges(tmp_path: Path, part: int, longer: int) -> None:
    seeds = SEEDS * longer
    for seed in range(part * seeds // 2, (part + 1) * seeds // 2):
        window = Window(tmp_path / str(seed), seed)
        window.record(CASES)
        for _ in range(12):
            assert window.round().kind in {TurnKind.QUIET, TurnKind.FAILED}, f"seed {seed}"
        window.line.calm = True
        assert window.round().kind is TurnKind.QUIET, f"seed {seed}"
        _all_is_there(window, CASES)
        window.close()


# -- the real lanes --------------------------------------------------------------------------------


def _record(store: Store, serials: range) -> None:
    with store.begin() as unit:
        for serial in serials:
            subject = f"case:{store.new_id()}"
            for event in accepted_case(serial):
                unit.append(event, subject=subject, actor="C01")


def test_all_arrives_over_a_line_that_is_cut_and_slow(nursery: Nursery, tmp_path: Path) -> None:
    with nursery.served(tmp_path / "office") as office:
        line = BadLine(office.port)
        line.up()
        token = office.headers("W01")["Authorization"].removeprefix("Bearer ")
        aims = LeaseAims(numbers_low=CASES, tickets=0)
        with window_at(tmp_path / "w", line.url, token, aims) as window:
            window.worker.start()
            wait_until(lambda: window.outbox.numbers_left() >= CASES, 30, "numbers")
            first = window.next_serial()
            line.pause, line.piece = 0.002, 4096
            _record(window.store, range(first, first + CASES))
            wait_until(lambda: window.worker.status().waiting < CASES * 4, 30, "some of it is in")
            line.down()
            line.up()
            line.cut_answer_after = 300
            wait_until(lambda: window.worker.status().code != "", 30, "the cut is seen")
            line.cut_answer_after = None
            line.down()
            line.up()
            wait_until(window.settled, 30, "all is in")
            seq, head = window.store.verify()
        line.down()
        chain = office.chains()[0]
        assert (chain["acknowledged"], chain["head"], chain["set_aside"]) == (seq, head, "")
        assert len(office.cases()) == CASES


class _Held(HttpTransport):
    """Answers when told to, and notes in which order requests left."""

    def __init__(self, answer: threading.Event, left: list[bytes]) -> None:
        super().__init__(Access(url="http://127.0.0.1:9", token=""))
        self._answer, self._posts = answer, left

    def __call__(self, post: Post, left: threading.Event | None = None) -> Reply:
        self._posts.append(post.body)
        assert left is not None
        if len(self._posts) == 1:
            threading.Event().wait(0.1)  # a slow sender
            assert len(self._posts) == 1, "the second left before the first"
        left.set()
        self._answer.wait(10)
        if post.body == b"2":
            raise Unreachable
        return Reply(status=200, body=post.body)


def test_two_lanes_leave_in_order_and_a_third_has_to_wait() -> None:
    answer, left = threading.Event(), list[bytes]()
    lanes = Lanes(lambda: _Held(answer, left))
    posts = [Post(path="/", body=b"%d" % n, content_type="") for n in range(1, 5)]
    first, second, third = (lanes(post) for post in posts[:3])
    assert first is not None
    assert second is not None
    assert third is None
    assert LANES == 2
    answer.set()
    assert first().body == b"1"
    with pytest.raises(Unreachable):
        second()
    fourth = lanes(posts[3])
    assert fourth is not None
    assert fourth().body == b"4"
    assert left == [b"1", b"2", b"4"]
    lanes.close()
