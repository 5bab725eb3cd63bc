from __future__ import annotations

import os

# Before Qt starts: these tests drive real widgets on a machine without a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.hall import Hall
from ui.pages.widgets.look import load_font


@pytest.fixture(scope="session")
def screen(qapp: QApplication) -> QApplication:
    load_font()
    return qapp


@pytest.fixture
def open_hall(
    screen: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Hall]]:
    """Opens the window over a fresh home; closes what was opened."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    opened: list[Hall] = []

    def make(**wanted: object) -> Hall:
        hall = Hall(tmp_path / f"home{len(opened)}", **wanted)  # type: ignore[arg-type]  # passed on
        opened.append(hall)
        return hall

    yield make
    for hall in opened:
        hall.close()


@pytest.fixture
def hall(open_hall: Callable[..., Hall]) -> Hall:
    return open_hall()
