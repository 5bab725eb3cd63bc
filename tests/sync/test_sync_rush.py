"""When more long batches come than can be decided soon: later, unread, and nothing for nobody."""

from __future__ import annotations

import asyncio
import http.client
import random
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
import uvicorn

from app.ports import Access
from sync.backoffice.app import create_app
from sync.backoffice.database import Transaction
from sync.backoffice.office import Office
from sync.backoffice.room import LARGEST, MOST_HELD, MOST_WAITING, Room
from sync.backoffice.settings import Settings
from sync.client.round import MOST_LATER, Pace, Patience, Post, TurnKind
from sync.client.transport import HttpTransport
from sync.errors import ServerTrouble
from sync.wire import BATCH_TYPE, MAX_EVENTS, PUSH_PATH, encode_batch
from tests.sync.hall import HALL, SealedChain
from tests.sync.world import Answering, free_port, wait_until

_THIRD = MOST_WAITING // 3  # as much as one may count


class Held(Answering):
    """A back office in this process, whose lane of writes can be held up."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        app = create_app(Settings(data=data, hall=HALL))
        self._office: Office = app.office
        config = uvicorn.Config(app, port=self.port, log_config=None, lifespan="on")
        self._server = uvicorn.Server(config)
        self._serving = threading.Thread(target=self._server.run)
        self._free = threading.Event()
        self._holding: threading.Thread | None = None

    def start(self) -> None:
        self._serving.start()
        wait_until(lambda: self._server.started)

    def hold(self) -> None:
        held = threading.Event()

        def work(_: Transaction) -> None:
            held.set()
            assert self._free.wait(60)

        self._holding = threading.Thread(target=lambda: asyncio.run(self._office.write(work)))
        self._holding.start()
        assert held.wait(60)

    def let_go(self) -> None:
        self._free.set()
        if self._holding:
            self._holding.join(60)

    def stop(self) -> None:
        self.let_go()
        self._server.should_exit = True
        self._serving.join(60)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Held]:
    served = Held(tmp_path / "data")
    served.start()
    yield served
    served.stop()


def _long_body(install: str) -> bytes:
    chain = SealedChain("W01", install)
    while len(chain.entries) < MAX_EVENTS:
        chain.add_case(f"{install}-{len(chain.entries)}", 1)  # refused, but for their openings
    sent, body = encode_batch(chain.entries[:MAX_EVENTS])
    assert len(sent) == MAX_EVENTS
    return body


def _post(office: Held, body: bytes, headers: dict[str, str]) -> requests.Response:
    return requests.post(office.url + PUSH_PATH, data=body, headers=headers, timeout=60)


def test_too_many_long_batches_are_put_off_and_all_get_in(office: Held) -> None:
    body = _long_body("i1")
    fit = MOST_WAITING // len(body)
    headers = office.headers("W01") | {"Content-Encoding": "zstd"}
    office.hold()
    with ThreadPoolExecutor(2 * fit) as many:
        asked: list[Future[requests.Response]] = [
            many.submit(_post, office, body, headers) for _ in range(2 * fit)
        ]

        def put_off() -> list[requests.Response]:
            return [one.result() for one in asked if one.done()]

        wait_until(lambda: len(put_off()) >= fit // 2, 60, "some are put off while it is busy")
        for answer in put_off():
            assert answer.status_code == 503
            assert answer.json() == {"code": "SYNC-SERVER"}
            assert answer.headers["Retry-After"] == "1"
        assert len(put_off()) < 2 * fit
        office.let_go()
        answers = [one.result() for one in asked]
    taken = {answer.text for answer in answers if answer.status_code == 200}
    assert len(taken) == 1  # each time the same answer
    assert {answer.status_code for answer in answers} == {200, 503}
    assert _post(office, body, headers).text in taken


def test_a_batch_whose_window_has_gone_is_not_decided(office: Held) -> None:
    bodies = {f"i{n}": _long_body(f"i{n}") for n in range(1, 7)}
    headers = office.headers("W01") | {"Content-Encoding": "zstd"}
    office.hold()
    lines = []
    for install in ("i1", "i2", "i3", "i4", "i5"):
        line = http.client.HTTPConnection("127.0.0.1", office.port)
        line.request("POST", PUSH_PATH, bodies[install], headers)
        lines.append(line)
        assert office.get("/health/live").ok  # so its turn has come to be read
    for line in lines:
        assert isinstance(line.sock, socket.socket)
        line.close()
    with ThreadPoolExecutor(1) as one:
        stays = one.submit(_post, office, bodies["i6"], headers)
        assert office.get("/health/live").ok
        office.let_go()
        assert stays.result().status_code == 200
    # Two may have been on their way already; after them, in turn, came the one that stayed.
    decided = {chain["install"] for chain in office.chains()}
    assert decided <= {"i1", "i2", "i6"}
    assert "i6" in decided


# -- the room itself -------------------------------------------------------------------------------


def test_the_room_is_counted_in_bytes() -> None:
    room = Room()
    assert _THIRD == LARGEST
    with room.place(_THIRD), room.place(None), room.place(_THIRD - 10):
        with room.place(10), pytest.raises(ServerTrouble), room.place(1):
            pass
        with room.place(10):
            pass
    with room.place(100 * MOST_WAITING):  # one is let in, however large
        pass


def test_the_slower_it_goes_the_fewer_are_let_in() -> None:
    """Two seconds of work are let in, by how long the last ones took; one always is."""
    clock = [0.0]
    room = Room(lambda: clock[0])

    async def work(seconds: float) -> None:
        async with room.turn(100_000):
            clock[0] += seconds

    def let_in() -> int:
        with ExitStack() as inside:
            for count in range(1000):
                try:
                    inside.enter_context(room.place(100_000))
                except ServerTrouble:
                    return count
        return 1000

    async def play() -> None:
        assert let_in() == MOST_WAITING // 100_000
        for seconds, expected in ((0.4, 10), (40.0, 1), (0.04, MOST_WAITING // 100_000)):
            for _ in range(100):
                await work(seconds)
            assert expected - 1 <= let_in() <= expected

    asyncio.run(play())


def test_who_is_read_slowly_steps_aside_and_comes_back() -> None:
    room = Room()
    with room.place(_THIRD) as slow, room.place(_THIRD), room.place(_THIRD // 2):
        slow.step_aside()
        slow.step_aside()
        with room.place(_THIRD):
            slow.come_back()  # it has been read: it waits for nobody's leave
            slow.come_back()
            with pytest.raises(ServerTrouble), room.place(1):
                pass
        with room.place(_THIRD // 2):
            pass
    for _ in range(3):
        with room.place(_THIRD), room.place(_THIRD), room.place(_THIRD):
            pass


def test_those_who_stepped_aside_are_not_without_end() -> None:
    room = Room()
    places = [room.place(_THIRD) for _ in range(MOST_HELD // _THIRD)]
    for place in places:
        place.__enter__().step_aside()
    with pytest.raises(ServerTrouble), room.place(1):
        pass
    for place in places:
        place.__exit__(None, None, None)


# -- the window ------------------------------------------------------------------------------------


def test_a_window_waits_as_long_as_it_is_told_and_no_longer_than_is_sound() -> None:
    for seed in range(50):
        pace = Pace(random.Random(seed), Patience())
        assert 0.1 <= pace.after(TurnKind.FAILED) <= 0.25
        assert 3 <= pace.after(TurnKind.FAILED, 3) <= 4.5
        assert MOST_LATER <= pace.after(TurnKind.FAILED, 10**8) <= 1.5 * MOST_LATER
        assert pace.after(TurnKind.MOVED, 3) == 0


@pytest.mark.parametrize(
    ("told", "later"), [("7", 7), ("", 0), ("-1", 0), ("soon", 0), ("9" * 12, 0), ("1.5", 0)]
)
def test_only_whole_seconds_are_taken_for_a_time(
    told: str, later: int, answering: Callable[[str], str]
) -> None:
    transport = HttpTransport(lambda: Access(url=answering(told), token="t"))
    reply = transport(Post(path=PUSH_PATH, body=b"x", content_type=BATCH_TYPE))
    assert (reply.status, reply.later) == (503, later)
    transport.close()


@pytest.fixture
def answering() -> Iterator[Callable[[str], str]]:
    """Starts a server that answers once with this Retry-After; gives its address."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(told: str) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def answer() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(65536)
                head = f"HTTP/1.1 503 Busy\r\nRetry-After: {told}\r\nContent-Length: 0\r\n\r\n"
                line.sendall(head.encode())
                line.recv(65536)

        threads.append(threading.Thread(target=answer))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for thread in threads:
        thread.join(20)
    for listener in listeners:
        listener.close()
