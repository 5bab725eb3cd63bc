"""Work goes to one thread in order; answers come back to the GUI thread, or not at all."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from weakref import finalize

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.domain.errors import AppError, NoOneWaiting
from ui.kit.lane import Lane


@pytest.fixture
def lane(qtbot: QtBot) -> Iterator[Lane]:
    lane = Lane("test")
    yield lane
    lane.stop()


def unwanted(error: AppError) -> None:
    pytest.fail(f"failed: {error}")


def refuse() -> None:
    raise NoOneWaiting


def test_answers_arrive_in_order_on_the_gui_thread(lane: Lane, qtbot: QtBot) -> None:
    answers: list[int] = []
    threads: list[object] = []

    def done(value: int) -> None:
        answers.append(value)
        threads.append(threading.current_thread())

    for number in range(20):
        lane.submit(lambda n=number: n, done, unwanted)  # type: ignore[misc]  # default argument binds the number
    assert answers == []
    qtbot.waitUntil(lambda: len(answers) == 20)
    assert answers == list(range(20))
    assert set(threads) == {threading.main_thread()}


def test_work_is_not_done_on_the_gui_thread(lane: Lane, qtbot: QtBot) -> None:
    names: list[str] = []
    lane.submit(lambda: threading.current_thread().name, names.append, unwanted)
    qtbot.waitUntil(lambda: names == ["lane-test"])


def test_foreseen_failure_goes_to_failed(lane: Lane, qtbot: QtBot) -> None:
    failures: list[AppError] = []
    lane.submit(refuse, lambda _: pytest.fail("was done"), failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], NoOneWaiting)


def test_bug_is_told_once_without_its_values(
    lane: Lane, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble() -> None:
        raise ValueError("张示例 379901198803040115")

    with caplog.at_level(logging.ERROR), qtbot.waitSignal(lane.bug) as told:
        lane.submit(stumble, lambda _: None, lambda _: None)
    assert told.args is not None
    assert str(told.args[0]) in caplog.text
    assert "stumble" in caplog.text
    assert "张示例" not in caplog.text
    answers: list[int] = []
    lane.submit(lambda: 1, answers.append, unwanted)
    qtbot.waitUntil(lambda: answers == [1])  # the lane goes on


def test_answer_is_dropped_when_its_receiver_has_gone(lane: Lane, qtbot: QtBot) -> None:
    owner = QObject()
    gate = threading.Event()
    answers: list[bool] = []
    lane.submit(lambda: gate.wait(5), answers.append, unwanted, owner)
    owner.deleteLater()
    qtbot.wait(20)
    gate.set()
    after: list[int] = []
    lane.submit(lambda: 1, after.append, unwanted)
    qtbot.waitUntil(lambda: after == [1])
    assert answers == []


class Receiver(QObject):
    """What a page is to the lane: it has a timer, and its work refers to it."""

    def __init__(self, gone: list[str]) -> None:
        super().__init__()
        self.answers: list[object] = []
        finalize(self, lambda: gone.append(threading.current_thread().name))

    def ask(self, lane: Lane, outcome: Callable[[], object]) -> None:
        lane.submit(lambda: self.work(outcome), self.done, self.done)

    def work(self, outcome: Callable[[], object]) -> object:
        try:
            return outcome()
        except OSError as error:
            raise NoOneWaiting from error

    def done(self, answer: object) -> None:
        self.answers.append(answer)


def broken() -> None:
    raise OSError


def stumble() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("outcome", [list, refuse, broken, stumble])
def test_nothing_of_the_screen_is_destroyed_on_the_lane(
    lane: Lane, qtbot: QtBot, outcome: Callable[[], object]
) -> None:
    """A timer destroyed there goes on in the GUI thread, and fires into what is gone."""
    gone: list[str] = []
    for _ in range(50):
        receiver = Receiver(gone)
        receiver.ask(lane, outcome)
        del receiver
    gc.collect()
    qtbot.waitUntil(lambda: len(gone) == 50)
    lane.stop()
    assert set(gone) == {threading.main_thread().name}
