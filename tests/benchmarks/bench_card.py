"""From card to fields: what the program adds to the device's own time, at every speed.

The reader's simulator sends each byte as slowly as the wire would, and counts that time; what is
beyond it is ours, in the device host, between the processes and at the window. The last line is the
real screen: from the card to the applicant on the case, saved; there the simulator is a process of
its own, as a device would be: beside a screen that draws it would be kept waiting by it.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt

from app.demo.back_office import EmbeddedBackOffice
from app.devices.cards.hosted import HostedReader
from app.devices.cards.serial_sam import BAUD_RATES
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.chip_card import ChipCard
from app.devices.simulators.other_chips import CcidIdentity
from app.devices.simulators.sam import SimulatedSamReader
from app.ports import ReadDone, ReaderStep, ReadProgress
from tests.devices.card_people import CLOCK, RESIDENT, Ears, wait_until_empty
from tests.journey.bad_drivers import Window
from tests.journey.hall import open_client
from tests.smart_cards import SmartCardService, stand_alone

LIMIT = 0.030
ROUNDS = 21
_now = time.monotonic


def _read(sam: SimulatedSamReader, begin: Callable[[], Ears]) -> tuple[float, float]:
    """(seconds beyond the device's, the device's own)."""
    sam.lift()
    ears = begin()
    while ears.messages.qsize() < 2:  # it waits for the card
        time.sleep(0.001)
    time.sleep(0.05)
    own, placed = sam.sending, time.monotonic()
    sam.place(RESIDENT)
    assert isinstance(ears.until_end()[-1], ReadDone)
    own = sam.sending - own
    return time.monotonic() - placed - own, own


def _at(baud: int) -> None:
    sam = SimulatedSamReader(baud=baud, paced=True)
    host = DeviceHost(random=Random(1))
    reader = HostedReader(host, f"serial:{sam.start()}", CLOCK)

    def begin() -> Ears:
        ears = Ears()
        reader.start(1, 30, ears.tell)
        return ears

    rounds = [_read(sam, begin) for _ in range(ROUNDS if baud > 20000 else 5)]
    beyond = statistics.median(b for b, _ in rounds)
    own = statistics.median(o for _, o in rounds)
    fine = "" if beyond <= LIMIT else "  OVER"
    print(
        f"{baud:6} baud: {beyond * 1000:.0f} ms beyond the device's own {own * 1000:.0f} ms,"
        f" the look for the card every 20 ms included (limit 30){fine}",
        flush=True,
    )
    host.close()
    sam.stop()


def _in_a_chip_reader(kind: str) -> None:
    """From the card's being found by the service, whose time it takes, to the fields."""
    service = SmartCardService()
    service.start()
    host = DeviceHost(random=Random(1))
    reader = HostedReader(host, "pcsc", CLOCK)
    times = []
    for _ in range(ROUNDS):
        card = (ChipCard if kind == "社保卡" else CcidIdentity)(RESIDENT, port=service.port)
        ears = Ears()
        reader.start(1, 30, ears.tell)
        while ears.messages.qsize() < 2:  # it waits for the card
            time.sleep(0.001)
        card.insert()
        found = 0.0
        while True:
            message = ears.messages.get(timeout=10)
            if isinstance(message, ReadDone):
                times.append(_now() - found)
                break
            assert isinstance(message, ReadProgress), message
            if message.step is ReaderStep.SELECTING:
                found = _now()
        card.remove()
        wait_until_empty()
    beyond = statistics.median(times)
    fine = "" if beyond <= LIMIT else "  OVER"
    print(
        f"{kind} over PC/SC: {beyond * 1000:.0f} ms from found to fields, each APDU's way through"
        f" the service included (limit 30){fine}",
        flush=True,
    )
    host.close()
    service.stop()


def _device(line: Connection) -> None:
    """The reader apart: ``True`` lays the card on, ``False`` lifts it, None ends it; each answers
    the seconds that it has spent sending."""
    sam = SimulatedSamReader(baud=115200, paced=True)
    line.send(sam.start())
    while (laid := line.recv()) is not None:
        if laid:
            sam.place(RESIDENT)
        else:
            sam.lift()
        line.send(sam.sending)
    sam.stop()


def _tell(line: Connection, laid: bool) -> float:
    line.send(laid)
    sending: float = line.recv()
    return sending


def _at_the_window() -> None:
    line, far = multiprocessing.get_context("spawn").Pipe()
    device = multiprocessing.get_context("spawn").Process(target=_device, args=(far,), daemon=True)
    device.start()
    with tempfile.TemporaryDirectory() as folder:
        office = EmbeddedBackOffice(Path(folder) / "office", demo_line=5)
        office.start()
        client = open_client(Path(folder) / "window", office)
        idle = SimulatedSamReader()
        window = Window(client, idle)
        try:
            hands = window.hands
            hands.wait(lambda: client.outbox.numbers_left() > 0, "numbers")
            window.use(f"serial:{line.recv()}")
            window.open_case()
            heard: list[float] = []
            hands.model.card.card_read.connect(lambda _card: heard.append(_now()))
            said, shown = [], []
            for _ in range(7):
                hands.press(Qt.Key.Key_F8)
                hands.wait(lambda: window.waiting_for_card, "waiting")
                placed = _now()
                own = _tell(line, True)
                hands.wait(lambda: hands.case.applicant is not None, "applicant")
                saved = _now()
                own = _tell(line, False) - own
                shown.append(saved - placed - own)
                said.append(heard[-1] - placed - own)
                hands.finish_open_case()
                hands.call_next()
            print(
                f"at the window: {statistics.median(said) * 1000:.0f} ms from card to fields"
                f" (limit 30), {statistics.median(shown) * 1000:.0f} ms until saved on the case"
                " and shown, beyond the device's own",
                flush=True,
            )
        finally:
            window.close()
            idle.stop()
            line.send(None)
            device.join()
            office.kill()


def main() -> None:
    for baud in BAUD_RATES:
        _at(baud)
    stand_alone()
    for kind in ("社保卡", "identity card"):
        _in_a_chip_reader(kind)
    _at_the_window()


if __name__ == "__main__":
    main()
