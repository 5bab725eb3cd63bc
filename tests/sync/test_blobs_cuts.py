"""Wherever a line or a process breaks, scans go on where they stood and repeat one part at most."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync import blobs
from tests.proxy import GOOD, Line, Proxy
from tests.sync.blob_world import PageWindow, jpeg, lacking, page_window, png, sha_of, stored
from tests.sync.world import Forked, Nursery, enrolled, free_port, wait_until

_AROUND = 10_000  # bytes of one request's headers or question, generously


@contextmanager
def through(office: Forked, home: Path, lanes: int = 1) -> Iterator[tuple[Proxy, PageWindow]]:
    """A window whose only way to the back office is a proxy."""
    token = enrolled(office, "W01")
    with Proxy(office.port) as proxy, page_window(home, proxy.url, token, lanes=lanes) as window:
        yield proxy, window


def arrived_whole(office: Forked, window: PageWindow, case: str, scans: list[bytes]) -> None:
    """Nothing lost, nothing twice, nothing stuck, nothing left behind, and both sides know."""
    wait_until(window.all_there, 60)
    wait_until(window.settled)
    assert stored(office) == {sha_of(scan): scan for scan in scans}
    assert [path for path in office.data.glob("blobs/parts/**/*") if path.is_file()] == []
    assert lacking(office, case) == {case: []}
    wait_until(lambda: window.lanes.progress().files_left == 0)
    assert window.lanes.progress().code == ""


KINDS: dict[str, Callable[[int], Line]] = {
    "cut_up": lambda place: Line(cut_up=place),
    "half_up": lambda place: Line(half_up=place),
    "cut_down": lambda place: Line(cut_down=place),
    "half_down": lambda place: Line(half_down=place),
}
# Bytes of each connection: nothing, within the request's first line, its headers, just behind
# them, within the first piece, within a chunk, at the edge of one, within the next.
PLACES = (0, 10, 120, 400, 5_000, 100_000, blobs.PART, 700_000)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["cut_up", "half_up"])
def test_a_line_that_breaks_there_on_the_way_up(
    tmp_path: Path, nursery: Nursery, kind: str, place: int
) -> None:
    scans = [jpeg(1_400_000), jpeg(300_000), png()]
    with (
        nursery.served(tmp_path / "data") as office,
        through(office, tmp_path / "w") as (proxy, window),
    ):
        window.scan("c1", scans)
        proxy.be(KINDS[kind](place))
        window.start()
        breaks = 3 if place < blobs.PART else 1
        wait_until(lambda: proxy.done[kind] >= breaks, what="the line breaks")
        proxy.be(GOOD)
        arrived_whole(office, window, "c1", scans)


@pytest.mark.parametrize("place", [0, 10, 60, 150, 400])
@pytest.mark.parametrize("kind", ["cut_down", "half_down"])
def test_a_line_that_breaks_there_on_the_way_down(
    tmp_path: Path, nursery: Nursery, kind: str, place: int
) -> None:
    """What was taken in is not sent again, though its answer was lost."""
    scans = [jpeg(1_400_000), jpeg(300_000), png()]
    with (
        nursery.served(tmp_path / "data") as office,
        through(office, tmp_path / "w") as (proxy, window),
    ):
        window.scan("c1", scans)
        proxy.be(KINDS[kind](place))
        window.start()
        wait_until(lambda: proxy.done[kind] >= 3, what="the line breaks thrice")
        proxy.be(GOOD)
        arrived_whole(office, window, "c1", scans)


def test_a_black_hole_in_the_middle_is_left_and_sending_goes_on(
    tmp_path: Path, nursery: Nursery
) -> None:
    scan = jpeg(6_000_000)
    with (
        nursery.served(tmp_path / "data") as office,
        through(office, tmp_path / "w") as (proxy, window),
    ):
        window.scan("c1", [scan])
        proxy.be(Line(piece=65536, delay=0.004))
        window.start()
        wait_until(lambda: proxy.carried["up"] > 1_000_000)
        proxy.be(Line(hole=True))
        wait_until(lambda: window.lanes.progress().code == "SYNC-OFFLINE", 60)
        assert window.lanes.progress().files_left == 1
        proxy.be(GOOD)
        arrived_whole(office, window, "c1", [scan])


def test_random_faults_lose_double_and_hold_up_nothing(tmp_path: Path, nursery: Nursery) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    scans = [
        jpeg(chance.choice((20_000, 300_000, 1_100_000, 2_500_000)), seed=n) for n in range(30)
    ]
    with (
        nursery.served(tmp_path / "data") as office,
        through(office, tmp_path / "w", lanes=3) as (proxy, window),
    ):
        window.scan("c1", scans)
        window.start()
        for _ in range(40):
            proxy.be(_fault(chance))
            time.sleep(chance.uniform(0.01, 0.12))
            if chance.random() < 0.4:
                proxy.be(Line(piece=32768, delay=0.001))
                time.sleep(chance.uniform(0.01, 0.1))
        proxy.be(GOOD)
        try:
            arrived_whole(office, window, "c1", scans)
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise
        assert proxy.done["cut_up"] + proxy.done["cut_down"] + proxy.done["reset"] > 5


def _fault(chance: random.Random) -> Line:
    size = chance.choice((0, 50, 300, 2_000, 60_000, 400_000))
    return chance.choice(
        (
            Line(cut_up=size), Line(cut_down=size % 1000), Line(half_up=size),
            Line(half_down=size % 1000), Line(refuse=True), Line(hole=True),
            Line(delay=0.01, piece=8192),
        )
    )  # fmt: skip


# -- how much is repeated -------------------------------------------------------------------------


def test_a_cut_repeats_at_most_one_part(tmp_path: Path, nursery: Nursery) -> None:
    scan = jpeg(20 * 1024 * 1024)
    cuts = 6
    with (
        nursery.served(tmp_path / "data") as office,
        through(office, tmp_path / "w") as (proxy, window),
    ):
        window.scan("c1", [scan])
        proxy.be(Line(piece=65536, delay=0.0005))
        window.start()
        for number in range(1, cuts + 1):
            wait_until(lambda least=number * 2_500_000: proxy.carried["up"] > least, 40)  # type: ignore[misc]
            proxy.reset()
        arrived_whole(office, window, "c1", [scan])
        assert proxy.done["reset"] >= cuts
        # The back office keeps what came of a part before the cut: hardly anything is repeated.
        assert proxy.carried["up"] - len(scan) <= cuts * 100_000 + _AROUND * 40


SENDER = """
import sys
from pathlib import Path
from tests.sync.blob_world import PageWindow
window = PageWindow(Path(sys.argv[1]), sys.argv[2], sys.argv[3], lanes=1)
window.start()
print("up", flush=True)
window.lanes._threads[0].join()
"""


def test_a_client_killed_within_a_part_repeats_at_most_that_part(
    tmp_path: Path, nursery: Nursery
) -> None:
    scan = jpeg(12_000_000)
    kills = 4
    with nursery.served(tmp_path / "data") as office, Proxy(office.port) as proxy:
        token = enrolled(office, "W01")
        with page_window(tmp_path / "w", proxy.url, token) as window:
            window.scan("c1", [scan])
        proxy.be(Line(piece=65536, delay=0.001))
        for number in range(1, kills + 1):
            process = subprocess.Popen(
                [sys.executable, "-c", SENDER, str(tmp_path / "w"), proxy.url, token],
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            wait_until(lambda least=number * 2_000_000: proxy.carried["up"] > least, 40)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
        assert stored(office) == {}
        proxy.be(GOOD)
        with page_window(tmp_path / "w", proxy.url, token, lanes=1) as window:
            window.start()
            arrived_whole(office, window, "c1", [scan])
        assert proxy.carried["up"] - len(scan) <= kills * 100_000 + _AROUND * 40


def test_a_back_office_killed_within_a_part_repeats_at_most_that_part(
    tmp_path: Path, nursery: Nursery
) -> None:
    scan = jpeg(12_000_000)
    kills = 4
    office = Forked(nursery, tmp_path / "data", free_port(), 0)
    office.start()
    wait_until(office.answers)
    try:
        with through(office, tmp_path / "w") as (proxy, window):
            window.scan("c1", [scan])
            proxy.be(Line(piece=65536, delay=0.001))
            window.start()
            for number in range(1, kills + 1):
                wait_until(lambda least=number * 2_000_000: proxy.carried["up"] > least, 40)  # type: ignore[misc]
                office.kill()
                assert stored(office) == {}
                office.start()
                wait_until(office.answers)
            proxy.be(GOOD)
            arrived_whole(office, window, "c1", [scan])
            # What it had received and not yet written dies with it: one part each time.
            allowed = kills * blobs.MAX_PART + _AROUND * 60
            assert proxy.carried["up"] - len(scan) <= allowed
    finally:
        office.kill()


def test_many_scans_share_one_connection(tmp_path: Path, nursery: Nursery) -> None:
    """A greeting for each scan would cost more than the scan over a far line."""
    with (
        nursery.served(tmp_path / "data") as office,
        through(office, tmp_path / "w") as (proxy, window),
    ):
        scans = [jpeg(size, seed=n) for n, size in enumerate((20_000, 400_000, 1_500_000) * 5)]
        window.scan("c1", scans)
        window.lanes.start()
        wait_until(window.all_there)
        assert proxy.done["connections"] == 1
