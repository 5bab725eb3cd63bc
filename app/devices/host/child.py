"""The device host's own side: hear orders, hand them to the lanes, answer pings, end with the
window.

Standard output belongs to the protocol, so what vendor libraries print goes nowhere.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading

from app.devices.host.errors import DeviceInUse, HostGarbled
from app.devices.host.family import family
from app.devices.host.lane import DeviceLane
from app.devices.host.wire import (
    BadFrame,
    Cancel,
    Failed,
    Hello,
    Log,
    Message,
    Ping,
    Pong,
    Quit,
    Start,
    ToHost,
    Unframer,
    frame,
)

_MOST_DEVICES = 32
_LAST_WAIT = 1.0  # seconds for drivers to let go of their devices
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve the window at standard input and output until it quits or dies."""
    hears, speaks = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the window's to answer
    if sys.platform == "linux":
        # A driver that hangs with the interpreter's lock would outlive its window, device in hand.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.nice(5)  # where the machine has much to do, the screen goes first
    host = _Host(speaks)
    try:
        host.serve(hears)
    finally:
        # A hung driver's thread must not keep the process.
        os._exit(0)


class _Host:
    def __init__(self, speaks: int) -> None:
        self._speaks = speaks
        self._speaking = threading.Lock()
        self._lanes: dict[tuple[str, str], DeviceLane] = {}

    def serve(self, hears: int) -> None:
        logging.basicConfig(handlers=[_ToWindow(self)], level=logging.WARNING)
        self.send(Hello(number=os.getpid()))
        unframer = Unframer(ToHost)
        while data := os.read(hears, 65536):
            for message in unframer.feed(data):
                if isinstance(message, Quit):
                    self._close()
                    return
                self._do(message)

    def send(self, message: Message) -> None:
        try:
            data = frame(message)
        except BadFrame:
            data = frame(Failed(number=message.number, code=HostGarbled.code))
        with self._speaking:
            try:
                while data:
                    data = data[os.write(self._speaks, data) :]
            except OSError:
                os._exit(0)  # the window has gone

    def _do(self, message: Start | Cancel | Ping) -> None:
        match message:
            case Ping():
                self.send(Pong(number=message.number))
            case Cancel():
                for each in self._lanes.values():
                    each.cancel(message.number)
            case Start():
                place = (message.family, message.device)
                lane = self._lane(place)
                if lane is not None:
                    lane.start(message.number, message.order)
                else:
                    self.send(Failed(number=message.number, code=DeviceInUse.code))

    def _lane(self, place: tuple[str, str]) -> DeviceLane | None:
        if place not in self._lanes and len(self._lanes) < _MOST_DEVICES:
            name, device = place
            self._lanes[place] = DeviceLane(device, family(name), self.send)
        return self._lanes.get(place)

    def _close(self) -> None:
        closing = [
            threading.Thread(target=lane.close, args=(_LAST_WAIT,), daemon=True)
            for lane in self._lanes.values()
        ]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(_LAST_WAIT)


class _ToWindow(logging.Handler):
    """Warnings and errors of the drivers reach the window's log."""

    def __init__(self, host: _Host) -> None:
        super().__init__()
        self._host = host

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("app."):  # a library's own words may hold what a card said
            self._host.send(Log(level=record.levelno, text=record.getMessage()[:500]))
