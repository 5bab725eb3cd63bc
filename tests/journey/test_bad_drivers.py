"""A reader's driver hangs, crashes or floods in the middle of a case: the case goes on."""

from __future__ import annotations

from pathlib import Path
from random import Random

from PySide6.QtWidgets import QApplication

from app.demo.back_office import EmbeddedBackOffice
from app.devices.host.slot import Watch
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.sam import SimulatedSamReader
from app.domain.checklist import Outcome
from app.texts import explain
from tests.journey.bad_drivers import WAYS, Window
from tests.journey.hall import open_client


def test_the_case_outlives_every_bad_driver(
    qapp: QApplication, tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    client = open_client(tmp_path / "window", office)
    watch = Watch(ping=0.2, silence=2.0, cancel=1.0)
    client.__dict__["devices"] = DeviceHost(random=Random(1), watch=watch)
    sam = SimulatedSamReader()
    window = Window(client, sam)
    try:
        hands = window.hands
        hands.wait(lambda: client.outbox.numbers_left() > 0, "numbers")
        case_id = window.open_case()
        for way, code in WAYS.items():
            told, pause = window.suffer(way)
            # What stands before the first hole: the details are the driver's.
            assert told.partition("（")[0] == explain(code, {}).message.partition("（")[0] * bool(
                code
            )
            # The figure itself is a benchmark's; here only that nothing stood still.
            assert pause < 1.0, way
            assert hands.case.case_id == case_id
            assert hands.case.open
        # A good reader at last, and the same case to its end.
        window.use(f"serial:{sam.start()}")
        hands.read_card("ayiguli-ceshi")
        hands.find_item("spjyxk")
        hands.answer_first_options()
        hands.bring()
        number = hands.decide(Outcome.ACCEPT)
        case = client.store.find_case(case_id)
        assert case is not None
        assert case.number == number
    finally:
        window.close()
        sam.stop()
        qapp.processEvents()
