from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.back_office import EmbeddedBackOffice
from tests.printing.conftest import bus, driverless, open_folder, print_server

__all__ = ["bus", "driverless", "open_folder", "print_server"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[EmbeddedBackOffice]:
    """A back office process with twenty people in its line."""
    office = EmbeddedBackOffice(tmp_path / "office", demo_line=20)
    office.start()
    yield office
    office.kill()
