"""Real parts that several floors are tested with: a running pcscd with its virtual reader."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.devices.cards.errors import CardError
from app.devices.cards.pcsc import pcsc_reader_names
from app.devices.simulators.chip_card import VPCD_PORT
from tests.devices.card_people import wait_until_empty

# Before Qt is loaded anywhere: tests that want a display say so themselves.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

INSTALL = "install the virtual chip card reader: apt-get install pcscd vsmartcard-vpcd"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="thousands of seeds and hundreds of kills")
    parser.addoption("--seed", type=int, help="play this one simulated hall, and tell what happens")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Files stay whole when several processes share the run, and what needs the machine's one
    virtual card reader stays in one of them. The longest go first, so that none ends alone.

    The groups are given before xdist looks for them, the order after all others have shuffled.
    """
    for item in items:
        alone = "pcscd" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("card reader" if alone else str(item.path)))
        if config.getoption("--soak"):
            item.add_marker(pytest.mark.timeout(0), append=False)
    yield
    items.sort(key=lambda item: item.path.parent.name not in {"journey", "simulation"})


@pytest.fixture(scope="session")
def longer(request: pytest.FixtureRequest) -> int:
    """How many times longer simulations and kill series run: 1, or 30 in a soak."""
    return 30 if request.config.getoption("--soak") else 1


def _virtual_readers() -> list[str]:
    try:
        return [name for name in pcsc_reader_names() if "Virtual PCD" in name]
    except CardError:
        return []


def _listens(port: int) -> bool:
    """Asked without connecting, because connecting inserts a card."""
    local = f"0100007F:{port:04X}", f"00000000:{port:04X}"
    lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    return any(line.split()[1] in local and line.split()[3] == "0A" for line in lines)


@pytest.fixture(scope="session")
def pcscd() -> Iterator[None]:
    """pcscd with the virtual reader: the running one, or one started and stopped here.

    There is one virtual reader per machine: a lock keeps two test runs apart.
    """
    with (Path(tempfile.gettempdir()) / "onewindow-pcscd-tests.lock").open("w") as lock:
        deadline = time.monotonic() + 100
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    pytest.fail("another test run keeps the virtual chip card reader busy")
                time.sleep(0.1)
        if _virtual_readers():
            yield
            return
        program = shutil.which("pcscd") or shutil.which("pcscd", path="/usr/sbin:/sbin")
        if program is None:
            pytest.fail(INSTALL)
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                [program, "--foreground"], stdout=output, stderr=subprocess.STDOUT
            )
            try:
                deadline = time.monotonic() + 10
                while not (_virtual_readers() and _listens(VPCD_PORT)):
                    if process.poll() is not None or time.monotonic() > deadline:
                        output.seek(0)
                        said = output.read().decode(errors="replace")[-500:]
                        pytest.fail(f"pcscd shows no virtual reader; {INSTALL}\n{said}")
                    time.sleep(0.05)
                yield
            finally:
                process.terminate()
                process.wait(10)


@pytest.fixture
def empty_reader(pcscd: None) -> None:
    wait_until_empty()
