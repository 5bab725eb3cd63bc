"""Play a script of cards and faults on the simulated SAM reader, for trying out and for tests.

    python -m app.devices.simulators.sam_script SCRIPT LINK [BAUD]

plugs the reader in at the path LINK (read it with ``--reader serial:LINK``). A line of the script
is an act and what it needs; ``#`` begins a remark:

    place zhang-shili        lift              wait 0.5        asked 3 (wait until asked to read)
    wrong_checksum           mute              garbage         mend
    pull_card_after 600      cut_short 700     delay 0.3       flood 10485760
    status 33 (hex)          impossible        unplug          plug
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import resources
from app.devices.cards.errors import BadScript
from app.devices.simulators.people import SimulatedCard, load_people
from app.devices.simulators.sam import SimulatedSamReader

_LONGEST_WAIT: Final = 3600.0  # seconds
_IMPOSSIBLE: Final = bytes(range(256))  # a well framed text that nobody's card can hold


def play(
    sam: SimulatedSamReader, people: Mapping[str, SimulatedCard], script: str
) -> Iterator[str]:
    """Do line after line and tell each when it is done. Raises BadScript naming the line."""
    for number, line in enumerate(script.splitlines(), 1):
        act, _, needs = line.partition("#")[0].strip().partition(" ")
        if not act:
            continue
        try:
            _do(sam, people, act, needs.strip())
        except (ValueError, KeyError):
            raise BadScript(line=number) from None
        yield f"{act} {needs}".strip()


def _do(sam: SimulatedSamReader, people: Mapping[str, SimulatedCard], act: str, needs: str) -> None:
    """Raises ValueError, KeyError."""
    match act:
        case "place":
            sam.place(people[needs])
        case "impossible":
            sam.place_block(_IMPOSSIBLE, bytes(1024))
        case "wait":
            time.sleep(min(float(needs), _LONGEST_WAIT))
        case "asked":
            wanted, end = int(needs), time.monotonic() + _LONGEST_WAIT
            while sam.asked < wanted and time.monotonic() < end:
                time.sleep(0.01)
        case "status":
            sam.answer_status(int(needs, 16))
        case "pull_card_after" | "cut_short" | "flood":
            getattr(sam, act)(int(needs))
        case "delay":
            sam.delay(float(needs))
        case "unplug":
            sam.stop()
        case "plug":
            sam.start()
        case "lift" | "wrong_checksum" | "mute" | "garbage" | "mend":
            getattr(sam, act)()
        case _:
            raise ValueError(act)


def main() -> None:
    script, link, *baud = sys.argv[1:]
    file = resources.FOLDER / "demo_hall" / "people.json"
    people = load_people(file.read_text(encoding="utf-8"))
    sam = SimulatedSamReader(link=Path(link), baud=int(baud[0]) if baud else None)
    sam.start()
    try:
        for done in play(sam, people, Path(script).read_text(encoding="utf-8")):
            print(done, flush=True)
    finally:
        sam.stop()


if __name__ == "__main__":
    main()
