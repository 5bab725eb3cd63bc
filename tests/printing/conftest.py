"""Real parts for the printing tests: fonts, a print server, a printer program."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from printers.documents.fonts import PACKAGES, FontBook, FontRole, find_fonts
from printers.maker import PaperPress
from printers.wording import Wording
from tests.printing.cups import Bus, DriverlessPrinter, PrintServer, RawListener

# Two cores are shared with everything else here: a slow moment is no failure.
settings.register_profile("papers", deadline=None)
settings.load_profile("papers")


@pytest.fixture(scope="session")
def fonts() -> FontBook:
    lacking = [font.role for font in find_fonts() if not font.found]
    if lacking:
        pytest.fail(f"no font for {', '.join(lacking)}: apt-get install {PACKAGES}")
    return FontBook.from_folders()


@pytest.fixture(scope="session")
def hei(fonts: FontBook) -> Path:
    return fonts.path_of(FontRole.HEI)


@pytest.fixture(scope="session")
def wording() -> Wording:
    return Wording.packaged()


@pytest.fixture(scope="session")
def press(wording: Wording, fonts: FontBook) -> PaperPress:
    return PaperPress(wording, fonts)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """Short and open to the print server's user: its sockets and filters need both."""
    folder = Path(tempfile.mkdtemp(prefix="ow-print-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def bus(open_folder: Path) -> Iterator[Bus]:
    running = Bus(open_folder)
    yield running
    running.stop()


@pytest.fixture
def driverless(bus: Bus, tmp_path: Path) -> Iterator[DriverlessPrinter]:
    printer = DriverlessPrinter(tmp_path, bus)
    printer.start()
    yield printer
    printer.kill()


@pytest.fixture(scope="session")
def print_server(open_folder: Path) -> Iterator[PrintServer]:
    root = open_folder / "cups"
    root.mkdir()
    server = PrintServer(root)
    yield server
    server.stop()


@pytest.fixture
def listener() -> Iterator[RawListener]:
    running = RawListener()
    yield running
    running.stop()
