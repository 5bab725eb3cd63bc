"""One script of every fault, played by a process of its own at every speed and read by the host."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.devices.cards.errors import BadScript
from app.devices.cards.hosted import HostedReader
from app.devices.cards.serial_sam import BAUD_RATES
from app.devices.host.supervisor import DeviceHost
from app.devices.simulators.sam import SimulatedSamReader
from app.devices.simulators.sam_script import play
from tests.devices.card_people import CLOCK, RESIDENT, code_of, read

FAULTS = {
    "place zhang-shili": {""},
    "place zhang-shili\nwrong_checksum": {"CARD-CHECKSUM"},
    "place zhang-shili\npull_card_after 600": {"CARD-PULLED"},
    "place zhang-shili\ncut_short 700": {"CARD-INCOMPLETE"},
    "place zhang-shili\nstatus 33": {"CARD-CONTENT-CHECK"},
    "place zhang-shili\nstatus 66": {"CARD-SAM-UNLICENSED"},
    "impossible": {"CARD-TEXT"},
    "garbage": {"CARD-GARBAGE"},
    "mute": {"CARD-NO-ANSWER"},
    # The reply itself may come whole before the rest.
    "place zhang-shili\nflood 10485760": {"", "CARD-CHECKSUM", "CARD-GARBAGE", "CARD-LENGTH"},
    "unplug": {"CARD-PORT-MISSING"},
}


@pytest.fixture
def host() -> Iterator[DeviceHost]:
    opened = DeviceHost(random=Random(1))
    yield opened
    opened.close()


@pytest.mark.parametrize("baud", BAUD_RATES)
def test_every_fault_at_every_speed_has_its_code_and_passes(
    host: DeviceHost, tmp_path: Path, baud: int
) -> None:
    link = tmp_path / "reader"
    reader = HostedReader(host, f"serial:{link}", CLOCK)
    for script, codes in FAULTS.items():
        file = tmp_path / "script"
        file.write_text(f"{script}\nwait 600\n", encoding="utf-8")
        with subprocess.Popen(
            [sys.executable, "-m", "app.devices.simulators.sam_script", file, link, str(baud)],
            stdout=subprocess.PIPE, text=True,
        ) as player:  # fmt: skip
            assert player.stdout is not None
            for line in script.splitlines():
                assert player.stdout.readline().strip() == line
            assert code_of(read(reader)) in codes, script
            player.kill()
        link.unlink(missing_ok=True)
    (process,) = host.processes()
    assert process  # none of it took the host along


@pytest.mark.parametrize("line", ["fly", "place nobody", "wait long", "cut_short", "status zz"])
def test_a_line_that_cannot_be_played_is_named(sam: SimulatedSamReader, line: str) -> None:
    with pytest.raises(BadScript) as failed:
        list(play(sam, {"a": RESIDENT}, f"# a remark\nplace a\n{line}\n"))
    assert failed.value.details == {"line": 3}
