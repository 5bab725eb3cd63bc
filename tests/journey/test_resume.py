"""Everything goes on by itself within seconds of the network's return: facts, scans, the feed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from app.demo.back_office import EmbeddedBackOffice
from app.ports import Access, LinkState
from sync.client.round import Pace, Patience, TurnKind
from sync.client.transport import CONNECT_SECONDS
from tests.journey.hall import begin, open_client, read_card, sign_in, wait_until
from tests.storage.test_space import jpeg
from tests.sync.black_hole import VanishingLine

PROMISED = 5.0  # seconds
TOLERATED = 15.0  # on a machine that does much else
AWAY = 8.0  # long enough for the pauses to have grown


def test_a_pause_and_a_vain_attempt_are_shorter_than_promised() -> None:
    for seed in range(500):
        pace = Pace(Random(seed), Patience())
        pauses = [pace.after(TurnKind.FAILED) for _ in range(60)]
        assert max(pauses) + CONNECT_SECONDS < PROMISED
        assert min(pauses[10:]) > 1.0  # nobody is asked without end
        assert pauses[0] <= 0.25  # an answer that was only lost is asked for again soon
        pace.after(TurnKind.MOVED)
        assert pace.after(TurnKind.FAILED) <= 0.25


@dataclass
class Line:
    """What lies between the window and the back office, in one of the ways in which it goes."""

    office: EmbeddedBackOffice
    url: str
    go: Callable[[], None]
    come: Callable[[], None]
    named: bool = True  # the back office's name is known


@contextmanager
def stopped_server(office: EmbeddedBackOffice) -> Iterator[Line]:
    yield Line(office, office.url, office.kill, office.start)


@contextmanager
def vanished_network(office: EmbeddedBackOffice) -> Iterator[Line]:
    there = VanishingLine(int(office.url.rpartition(":")[2]))
    yield Line(office, there.url, there.vanish, there.come_back)
    there.close()


@contextmanager
def name_unknown(office: EmbeddedBackOffice) -> Iterator[Line]:
    there = VanishingLine(int(office.url.rpartition(":")[2]))
    line = Line(office, there.url, lambda: None, lambda: None)

    def go() -> None:
        line.named = False
        there.vanish()

    def come() -> None:
        there.come_back()
        line.named = True

    line.go, line.come = go, come
    yield line
    there.close()


Way = Callable[[EmbeddedBackOffice], AbstractContextManager[Line]]
WAYS: tuple[Way, ...] = (stopped_server, vanished_network, name_unknown)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_all_lanes_go_on_after_the_lines_return(
    tmp_path: Path, office: EmbeddedBackOffice, way: Way
) -> None:
    with way(office) as line:
        other = open_client(tmp_path / "other", office, window="W02")
        client = open_client(tmp_path / "window", office)
        told = client.enrolment.access

        def access() -> Access:
            return replace(told(), url=line.url if line.named else "http://backoffice.invalid:1")

        client.enrolment.access = access  # type: ignore[method-assign]  # the cable, not the client
        for one in (other, client):
            one.sync.start()
        client.feed.start()
        client.uploads.start()
        wait_until(lambda: client.outbox.numbers_left() > 0, 20, "numbers")
        wait_until(lambda: client.outbox.counts() == (0, 0), 20, "all is sent")
        session, card = sign_in(client), read_card(client)
        case = begin(client, session, card, client.catalogue.find("养犬登记")[0].code)
        wait_until(lambda: client.outbox.counts() == (0, 0), 20, "the case is sent")

        line.go()
        material = client.matters.item(case).materials[0].id
        client.attachments.add(session, case.id, material, jpeg(300_000))
        wait_until(lambda: client.sync.status().link is LinkState.OFFLINE, 20, "it is noticed")
        time.sleep(AWAY)
        if way is not stopped_server:
            elsewhere = begin(other, sign_in(other, "1002", "W02"), card, case.item)
            wait_until(lambda: other.outbox.counts() == (0, 0), 20, "another window's case")
        else:
            elsewhere = case
        line.come()
        back = time.monotonic()
        took: dict[str, float] = {}
        arrived: dict[str, Callable[[], bool]] = {
            "facts": lambda: client.outbox.counts() == (0, 0),
            "scans": lambda: client.uploads.progress().files_left == 0,
            "feed": lambda: (
                client.store.find_case(elsewhere.id) is not None and client.feed.last.code == ""
            ),
        }
        while len(took) < len(arrived):
            passed = time.monotonic() - back
            assert passed < TOLERATED, f"only {took}"
            took |= {name: passed for name, done in arrived.items() if name not in took and done()}
            time.sleep(0.02)
        print(way.__name__, {name: round(seconds, 2) for name, seconds in took.items()})
        for one in (other, client):
            one.sync.stop()
        client.feed.stop(10)
        client.uploads.stop()
