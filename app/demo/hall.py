"""Set the demo hall up: back office, simulated reader where there is no real one, a home folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import Client, resources_folder
from app.config import load_settings
from app.demo.back_office import EmbeddedBackOffice

if TYPE_CHECKING:
    from app.devices.simulators.people import SimulatedCard
    from app.devices.simulators.sam import SimulatedSamReader
    from ui.viewmodels.services import ReaderFault

WAITING = 14


class ReaderTrainer:
    """The hand that puts a person's card on the simulated reader and takes it away."""

    def __init__(self, sam: SimulatedSamReader, people: dict[str, SimulatedCard]) -> None:
        self._sam = sam
        self._people = people

    def people(self) -> Sequence[tuple[str, str]]:
        return [(id_, card.name or card.name_latin) for id_, card in self._people.items()]

    def place(self, person_id: str) -> None:
        self._sam.lift()
        self._sam.place(self._people[person_id])

    def lift(self) -> None:
        self._sam.lift()

    def cause(self, fault: ReaderFault) -> None:
        from ui.viewmodels.services import ReaderFault

        self._sam.mend()
        match fault:
            case ReaderFault.UNPLUGGED:
                self._sam.unplug()
                return
            case ReaderFault.SILENT:
                self._sam.mute()
            case ReaderFault.CARD_PULLED:
                self._sam.pull_card_after(bytes=600)
            case ReaderFault.SPOILT:
                self._sam.wrong_checksum()
            case ReaderFault.NOT_GENUINE:
                self._sam.answer_status(0x32)
            case ReaderFault.WRONG_CARD:
                self._sam.answer_status(0x40)
            case ReaderFault.UNLICENSED:
                self._sam.answer_status(0x66)
        if not self._sam.path:
            self._sam.start()


class DemoHall:
    """One window of the demo hall over ``home``; ``close`` ends everything it started."""

    def __init__(self, home: Path, *, simulate: bool = False) -> None:
        """``simulate`` keeps real readers out, so that a played job is the same everywhere."""
        chosen = load_settings(home)
        hall = Path(chosen.hall) if chosen.hall else resources_folder() / "demo_hall"
        _furnish(home / "office", hall)
        self.office = EmbeddedBackOffice(home / "office", demo_line=WAITING)
        self.office.start()
        self.trainer: ReaderTrainer | None = None
        self._sam: SimulatedSamReader | None = None
        settings = replace(chosen, backoffice_url=self.office.url)
        if "reader" not in _given(home):
            real = "" if simulate else _real_reader()
            settings = replace(settings, reader=real or f"serial:{self._plug_in(home)}")
        if "scanner" not in _given(home):
            settings = replace(settings, scanner="simulated")
        self.client = Client(home, settings)
        # Each time, as an installer does once: the folder of the one may be older than the other's.
        code = self.office.new_code(self.client.store.device)
        self.client.enrolment.enrol(self.office.url, code)
        if self._sam is not None:
            self.trainer = ReaderTrainer(self._sam, dict(self.client.people))

    def _plug_in(self, home: Path) -> str:
        from app.devices.simulators.sam import SimulatedSamReader

        self._sam = SimulatedSamReader(link=home / "reader")
        return self._sam.start()

    def close(self) -> None:
        if self._sam is not None:
            self._sam.stop()
        self.office.stop()


def _furnish(office: Path, hall: Path) -> None:
    """What a hall's back office is given from outside: e-licences and the list of bad credit.

    What somebody has put there meanwhile stays.
    """
    office.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("licences.json", "bars.json"):
        if (hall / name).is_file() and not (office / name).exists():
            shutil.copyfile(hall / name, office / name)


def _given(home: Path) -> str:
    """The text of the user's settings: a reader named there is used as it is."""
    try:
        return (home / "settings.toml").read_text(encoding="utf-8")
    except OSError:
        return ""


def _real_reader() -> str:
    """A PC/SC reader that is really there; serial ports are not guessed at."""
    from app.devices.cards.listing import list_readers
    from app.ports import DeviceState

    for reader in list_readers():
        chip = reader.specification.startswith("pcsc:") and reader.state is DeviceState.READY
        if chip and "virtual" not in reader.name.lower():
            return reader.specification
    return ""
