"""Play a script of chip cards and faults in the virtual reader, for trying out and for tests.

    python -m app.devices.simulators.chip_script SCRIPT [PORT]

A line of the script is an act and what it needs; ``#`` begins a remark:

    social zhang-shili       identity zhang-shili (behind a CCID reader)
    bank                     passport        door            unknown
    remove                   wait 0.5        mend
    pull_after 3             refuse 6982     upside_down (of the next card)
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import resources
from app.devices.cards.errors import BadPeople, BadScript
from app.devices.simulators.chip_card import VPCD_PORT, ChipCard
from app.devices.simulators.other_chips import PAYMENT, TRAVEL, CcidIdentity, NamedChip, StorageChip
from app.devices.simulators.people import SimulatedCard, load_people

_LONGEST_WAIT: Final = 3600.0  # seconds


class ChipScript:
    """One reader at ``port``, in which one card is at a time."""

    def __init__(self, people: Mapping[str, SimulatedCard], port: int = VPCD_PORT) -> None:
        self._people = people
        self._port = port
        self._card: ChipCard | None = None
        self._faults: list[tuple[str, str]] = []

    def play(self, script: str) -> Iterator[str]:
        """Do line after line and tell each when it is done. Raises BadScript naming the line, and
        OSError where no virtual reader listens."""
        for number, line in enumerate(script.splitlines(), 1):
            act, _, needs = line.partition("#")[0].strip().partition(" ")
            if not act:
                continue
            try:
                self._do(act, needs.strip())
            except (ValueError, KeyError, BadPeople):
                raise BadScript(line=number) from None
            yield f"{act} {needs}".strip()

    def close(self) -> None:
        if self._card is not None:
            self._card.remove()
            self._card = None

    def _do(self, act: str, needs: str) -> None:
        """Raises ValueError, KeyError, BadPeople, OSError."""
        match act:
            case "remove":
                self.close()
            case "wait":
                time.sleep(min(float(needs), _LONGEST_WAIT))
            case "mend":
                self._faults = []
                if self._card is not None:
                    self._card.mend()
            case "pull_after" | "refuse" | "upside_down":
                self._check(act, needs)
                self._faults.append((act, needs))
            case _:
                card = self._made(act, needs)
                for fault, how in self._faults:
                    _ail(card, fault, how)
                self.close()
                self._card = card
                card.insert()

    def _check(self, act: str, needs: str) -> None:
        _ail(ChipCard(None), act, needs)

    def _made(self, act: str, needs: str) -> ChipCard:
        match act:
            case "social":
                return ChipCard(self._people[needs], port=self._port)
            case "identity":
                return CcidIdentity(self._people[needs], port=self._port)
            case "bank":
                return NamedChip(PAYMENT, port=self._port)
            case "passport":
                return NamedChip(TRAVEL, port=self._port)
            case "door":
                return StorageChip(port=self._port)
            case "unknown":
                return ChipCard(None, port=self._port)
        raise ValueError(act)


def _ail(card: ChipCard, fault: str, how: str) -> None:
    match fault:
        case "pull_after":
            card.pull_after(int(how))
        case "refuse":
            status = int(how, 16)
            for instruction in (0xB2, 0xB0):  # of a 社保卡 and of an identity card
                card.refuse(status & 0xFFFF, instruction)
        case "upside_down":
            card.upside_down()


def main() -> None:
    script, *port = sys.argv[1:]
    file = resources.FOLDER / "demo_hall" / "people.json"
    people = load_people(file.read_text(encoding="utf-8"))
    player = ChipScript(people, int(port[0]) if port else VPCD_PORT)
    try:
        for done in player.play(Path(script).read_text(encoding="utf-8")):
            print(done, flush=True)
    finally:
        player.close()


if __name__ == "__main__":
    main()
