"""The demo hall's hand causes faults in the simulated reader; the screen says what to do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.demo.back_office import EmbeddedBackOffice
from app.demo.hall import ReaderTrainer
from app.devices.simulators.sam import SimulatedSamReader
from app.texts import explain
from tests.journey.bad_drivers import Window
from tests.journey.hall import open_client
from ui.viewmodels.services import ReaderFault

TOLD = {
    ReaderFault.UNPLUGGED: "CARD-PORT-MISSING",
    ReaderFault.SILENT: "CARD-NO-ANSWER",
    ReaderFault.CARD_PULLED: "CARD-PULLED",
    ReaderFault.SPOILT: "CARD-CHECKSUM",
    ReaderFault.NOT_GENUINE: "CARD-NOT-GENUINE",
    ReaderFault.WRONG_CARD: "CARD-WRONG-TYPE",
    ReaderFault.UNLICENSED: "CARD-SAM-UNLICENSED",
}


def test_every_fault_is_told_and_passes(
    qapp: QApplication, tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    path = str(tmp_path / "reader")
    client = open_client(tmp_path / "window", office, reader=f"serial:{path}")
    sam = SimulatedSamReader(link=tmp_path / "reader")
    sam.start()
    trainer = ReaderTrainer(sam, dict(client.people))
    window = Window(client, sam)
    try:
        hands = window.hands
        hands.wait(lambda: client.outbox.numbers_left() > 0, "numbers")
        window.open_case()
        card = hands.model.card
        assert set(TOLD) | {ReaderFault.NONE} == set(ReaderFault)
        for fault, code in TOLD.items():
            trainer.place("zhang-shili")
            trainer.cause(fault)
            hands.press(Qt.Key.Key_F8)
            hands.wait(lambda: not card.state.reading, fault.value)
            said = explain(code, {"port": path, "sw3": "32"})
            assert card.state.note is not None
            assert (card.state.note.message, card.state.note.next_step) == (
                said.message,
                said.next_step,
            )
            trainer.cause(ReaderFault.NONE)
        assert hands.case.applicant is None
        trainer.lift()  # else it is read at once, and placed anew in the midst of that
        hands.read_card("zhang-shili")
        assert hands.case.applicant is not None
        # Unplugged between two readings: the status line tells before somebody wants to read.
        status = window.screen.window.status_model
        trainer.cause(ReaderFault.UNPLUGGED)
        gone = explain("CARD-PORT-MISSING", {"port": path}).message
        hands.wait(lambda: gone in status.state.reader[0], "told")
        trainer.cause(ReaderFault.NONE)
        hands.wait(lambda: gone not in status.state.reader[0], "back")
    finally:
        window.close()
        sam.stop()
        qapp.processEvents()
