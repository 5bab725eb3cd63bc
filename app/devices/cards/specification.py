"""Turn a reader's specification into a reader.

``serial:PATH[@BAUD]``, ``usb[:VVVV:PPPP]`` (vendor and product in hex), ``pcsc[:NAME]`` (part of
the reader's name), ``sdtapi:PATH[@PORT]`` and ``termb:PATH[@PORT]`` (a vendor's library),
``simulated[:PERSON]`` or ``bad:HOW``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.devices.cards.driver import Driver
from app.devices.cards.errors import BadSpecification, NoSuchPerson
from app.devices.cards.pcsc import PcscDriver
from app.devices.cards.serial_sam import BAUD_RATES, SerialSamDriver
from app.devices.cards.textblock import LAYOUTS
from app.devices.simulators.people import SimulatedCard
from app.ports import Clock

NOBODY: Mapping[str, SimulatedCard] = MappingProxyType({})


def open_driver(spec: str, clock: Clock, *, people: Mapping[str, SimulatedCard] = NOBODY) -> Driver:
    """The driver for a specification; opens no port yet.

    ``people`` are the cards that ``simulated:PERSON`` may lie on the reader; without PERSON the
    first of them. Raises BadSpecification, NoSuchPerson.
    """
    kind, _, rest = spec.strip().partition(":")
    if kind == "serial":
        path, baud = _path_and_baud(spec, rest)
        return SerialSamDriver(path, clock, baud=baud)
    if kind == "usb":
        from app.devices.cards.usb_sam import UsbSamDriver, parse_model

        return UsbSamDriver(parse_model(rest.strip()), clock)
    if kind == "pcsc":
        return PcscDriver(rest.strip(), clock)
    if kind in {"sdtapi", "termb"}:
        from app.devices.cards.helper import vendor_driver

        return vendor_driver(spec, clock)
    if kind == "bad":
        from app.devices.simulators.bad_driver import BadDriver

        return BadDriver(rest)
    if kind == "simulated":
        # The simulator needs pseudo-terminals; a Windows client without them runs all else.
        from app.devices.cards.simulated import SimulatedDriver

        return SimulatedDriver(_person(rest.strip(), people), clock)
    raise BadSpecification(spec=spec[:80])


def _path_and_baud(spec: str, rest: str) -> tuple[str, int | None]:
    path, at, baud_text = rest.rpartition("@")
    baud: int | None = None
    if not at:
        path = rest
    elif baud_text.isascii() and baud_text.isdigit() and len(baud_text) <= 6:
        baud = int(baud_text)
    else:
        raise BadSpecification(spec=spec[:80])
    if not path.strip() or "\0" in path or baud not in {None, *BAUD_RATES}:
        raise BadSpecification(spec=spec[:80])
    return path.strip(), baud


def _person(person: str, people: Mapping[str, SimulatedCard]) -> tuple[str, SimulatedCard]:
    for name, card in people.items():
        if card.document in LAYOUTS and person in {"", name}:
            return name, card
    raise NoSuchPerson(person=person[:80])
