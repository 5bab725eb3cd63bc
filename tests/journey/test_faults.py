"""A hundred faults to a hall of real processes over each database, and what is left in the end.

Windows serve without a break and note what was saved; each has a line of its own that is cut, held
up and slowed; windows, back office and PostgreSQL are killed, frozen and stopped, several at the
same time. Then all is well again, and everything must come to rest: nothing lost, nothing doubled,
nothing stuck. The list of faults comes from a seed, which is printed.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from threading import Event

import pytest

from tests.journey.faulty_ends import Ends
from tests.journey.faulty_hall import Office, OfficeFaults, Window, WindowFaults
from tests.postgres import postgres_server

WINDOWS = 5
AT_EACH_WINDOW = 18
AT_THE_OFFICE = 15
TRIES = 30
REST_SECONDS = 90.0


def faults_of(kinds: Sequence[str], count: int, chance: Random) -> list[str]:
    """Each kind about as often, in any order."""
    whole = [*kinds] * (count // len(kinds) + 1)
    chance.shuffle(whole)
    return whole[:count]


def play(
    befall: Callable[[str], bool], faults: Sequence[str], chance: Random, over: Event
) -> Counter[str]:
    """One after the other, with a little peace in between; those that bit. One that fell into
    silence, as a cut while the back office is away, comes once more."""
    bit: Counter[str] = Counter()
    try:
        for kind in faults:
            for _ in range(TRIES):
                if over.is_set():  # another lane has failed
                    return bit
                done = befall(kind)
                over.wait(chance.uniform(0.1, 0.8))
                if done:
                    bit[kind] += 1
                    break
    except BaseException:
        over.set()
        raise
    return bit


@contextmanager
def hall(folder: Path, office: Office, chance: Random) -> Iterator[list[Window]]:
    windows: list[Window] = []
    try:
        office.start()
        windows.extend(
            Window(folder, f"W{number:02d}", office, chance.getrandbits(32))
            for number in range(1, WINDOWS + 1)
        )
        for window in windows:
            window.start()
        for window in windows:
            window.wait_until_it_serves()
        yield windows
    finally:
        for window in windows:
            window.close()
        office.close()


def check_nothing_is_lost(folder: Path, office: Office, seed: int) -> None:
    chance = Random(seed)
    with hall(folder, office, chance) as windows:
        began, over = time.monotonic(), Event()
        injected: Counter[str] = Counter()
        planned: Counter[str] = Counter()
        with ThreadPoolExecutor(WINDOWS + 1) as lanes:
            played = []
            for window in windows:
                own = Random(chance.getrandbits(32))
                faults = faults_of(WindowFaults.KINDS, AT_EACH_WINDOW, own)
                befall = WindowFaults(window, own).befall
                planned += Counter(faults)
                played.append(lanes.submit(play, befall, faults, own, over))
            own = Random(chance.getrandbits(32))
            there = OfficeFaults(office, own)
            faults = faults_of(there.kinds, AT_THE_OFFICE, own)
            planned += Counter(faults)
            played.append(lanes.submit(play, there.befall, faults, own, over))
            for one in played:
                injected += one.result()
        suffered = time.monotonic() - began
        calm = time.monotonic()
        for window in windows:
            window.wait_until_it_serves()  # some have just been killed and come again
            window.send(signal.SIGUSR1)
        for window in windows:
            assert window.line() == b"quiet\n", window.device
        with closing(Ends(office, windows)) as ends:
            last = ""
            while left := ends.unsettled():
                last = left
                assert time.monotonic() - calm < REST_SECONDS, left
                time.sleep(0.05)
            rested = time.monotonic() - calm
            for window in windows:
                window.check_alive()
            seen = ends.check()
    print(
        f"{injected.total()} faults in {suffered:.0f} s: {dict(sorted(injected.items()))}; "
        f"at rest after {rested:.1f} s with {dict(seen)}, last: {last}"
    )
    assert injected == planned
    assert injected.total() >= 100
    assert injected.keys() == {*WindowFaults.KINDS, *there.kinds}
    assert seen["noted"] > 20 * injected.total()
    assert seen["refused"] > 0
    assert seen["scans"] > 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_hundred_faults_lose_double_and_hold_up_nothing(
    tmp_path: Path, database: str, longer: int
) -> None:
    given = int(os.environ.get("ONEWINDOW_FAULTS", "0"))
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server()) if database == "postgresql" else None
        for number in range(longer):
            seed = given or int.from_bytes(os.urandom(4), "big")
            print(f"seed {seed}: again with ONEWINDOW_FAULTS={seed}")
            folder = tmp_path / str(number)
            check_nothing_is_lost(folder, Office(folder / "office", postgres), seed)
            shutil.rmtree(folder)  # some hundred scans
