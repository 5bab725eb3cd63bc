"""Read a simulated person's card: a simulated SAM reader on a pseudo-terminal, the real driver."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.devices.cards.serial_sam import SerialSamDriver
from app.devices.simulators.people import SimulatedCard
from app.devices.simulators.sam import SimulatedSamReader
from app.domain.person import CardRead
from app.ports import Clock, ReaderStep


class SimulatedDriver:
    """Plugs the simulator in at the first read; each read lifts the card and places it again."""

    def __init__(self, person: tuple[str, SimulatedCard], clock: Clock) -> None:
        name, self._card = person
        self.name = f"simulated:{name}"
        self._clock = clock
        self.simulator = SimulatedSamReader()
        self._driver: SerialSamDriver | None = None

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        if self._driver is None:
            path = self.simulator.start()
            self._driver = SerialSamDriver(path, self._clock, name=self.name)
        self.simulator.place(self._card)
        return self._driver.read(timeout, step, cancelled)

    def close(self) -> None:
        self.simulator.stop()
