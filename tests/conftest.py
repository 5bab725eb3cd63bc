"""Real parts that several floors are tested with: a running pcscd with virtual readers."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from tests.devices.card_people import wait_until_empty
from tests.smart_cards import SmartCardService, stand_alone

# Before Qt is loaded anywhere: tests that want a display say so themselves.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

stand_alone()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="thousands of seeds and hundreds of kills")
    parser.addoption("--seed", type=int, help="play this one simulated hall, and tell what happens")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Files stay whole when several processes share the run. The longest go first, so that none
    ends alone.

    The groups are given before xdist looks for them, the order after all others have shuffled.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(str(item.path)))
        if config.getoption("--soak"):
            item.add_marker(pytest.mark.timeout(0), append=False)
    yield
    items.sort(key=lambda item: item.path.parent.name not in {"journey", "simulation"})


@pytest.fixture(scope="session")
def longer(request: pytest.FixtureRequest) -> int:
    """How many times longer simulations and kill series run: 1, or 30 in a soak."""
    return 30 if request.config.getoption("--soak") else 1


@pytest.fixture(scope="session")
def pcscd() -> Iterator[SmartCardService]:
    """A running smart card service with two virtual readers, for this process alone."""
    service = SmartCardService()
    service.start()
    yield service
    service.stop()


@pytest.fixture
def empty_reader(pcscd: SmartCardService) -> SmartCardService:
    wait_until_empty()
    return pcscd


@pytest.fixture(autouse=True)
def widgets_are_collected_here(request: pytest.FixtureRequest) -> Iterator[None]:
    """As in the program (``ui.kit.heartbeat``): never on a worker's thread."""
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()
