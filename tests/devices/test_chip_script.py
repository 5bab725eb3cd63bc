"""One script of all chip cards and faults, played by a process of its own, read in the host."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.devices.cards.errors import BadScript
from app.devices.cards.hosted import HostedReader
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.chip_script import ChipScript
from tests.devices.card_people import CLOCK, RESIDENT, code_of, read, wait_until_empty
from tests.smart_cards import SmartCardService

FAULTS = {
    "social zhang-shili": "",
    "identity zhang-shili": "",
    "upside_down\nsocial zhang-shili": "CARD-MUTE",
    "pull_after 4\nsocial zhang-shili": "CARD-PULLED",
    "pull_after 4\nidentity zhang-shili": "CARD-PULLED",
    "refuse 6982\nsocial zhang-shili": "CARD-LOCKED",
    "refuse 6982\nmend\nsocial zhang-shili": "",
    "bank": "CARD-BANK",
    "passport": "CARD-TRAVEL-CHIP",
    "door": "CARD-STORAGE",
    "unknown": "CARD-UNKNOWN",
}


@pytest.fixture
def host() -> Iterator[DeviceHost]:
    opened = DeviceHost(random=Random(1))
    yield opened
    opened.close()


def test_every_card_and_fault_has_its_code_and_passes(
    host: DeviceHost, empty_reader: SmartCardService, tmp_path: Path
) -> None:
    reader = HostedReader(host, "pcsc", CLOCK)
    for script, code in FAULTS.items():
        file = tmp_path / "script"
        file.write_text(f"{script}\nwait 3600", encoding="utf-8")
        arguments = [str(file), str(empty_reader.port)]
        with subprocess.Popen(
            [sys.executable, "-m", "app.devices.simulators.chip_script", *arguments],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        ) as player:  # fmt: skip
            assert code_of(read(reader, timeout=15)) == code, script
            player.kill()
        wait_until_empty()


@pytest.mark.parametrize(
    "line",
    ["social nobody", "social", "dance", "wait soon", "pull_after x", "refuse xyz", "identity"],
)
def test_a_line_that_cannot_be_played_is_named(line: str) -> None:
    player = ChipScript({"zhang": RESIDENT})
    with pytest.raises(BadScript) as caught:
        list(player.play(f"# first\n\n{line}\n"))
    assert caught.value.details == {"line": 3}
