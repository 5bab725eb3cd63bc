"""Ask every component how it is: found, version, state, and what to do next."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from app.bootstrap import Client, resources_folder
from app.domain.errors import AppError
from app.ports import DeviceState
from app.print_ports import PrinterState
from app.texts import explain

LITTLE_SPACE = 500 * 1024 * 1024  # bytes; below it a day's papers and scans may not fit


class Health(StrEnum):
    """``warn`` lets the window work without that part; ``fail`` does not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    component: str
    found: bool
    version: str = ""
    state: Health
    detail: str = ""
    next_step: str = ""


Check = Callable[[Client], Iterator[Finding]]


def examine(client: Client, language: str = "zh") -> tuple[Finding, ...]:
    """Run all checks; a check that fails is a finding, never an exception."""
    findings: list[Finding] = []
    for component, check, needed in _CHECKS:
        try:
            findings += check(client)
        except AppError as error:
            said = explain(error.code, error.details, language)
            findings.append(
                Finding(
                    component=component, found=False, state=Health.FAIL if needed else Health.WARN,
                    detail=f"{error.code} {said.message}", next_step=said.next_step,
                )
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - the doctor must finish its round
            findings.append(
                Finding(
                    component=component, found=False, state=Health.FAIL if needed else Health.WARN,
                    detail=f"{type(error).__name__}", next_step="reinstall the program",
                )
            )  # fmt: skip
    return tuple(findings)


def _python(_client: Client) -> Iterator[Finding]:
    yield Finding(
        component="python", found=True, version=sys.version.split()[0], state=Health.OK,
        detail="frozen" if getattr(sys, "frozen", False) else sys.executable,
    )  # fmt: skip


def _qt(_client: Client) -> Iterator[Finding]:
    import PySide6
    from PySide6.QtCore import qVersion

    yield Finding(
        component="qt", found=True, version=qVersion(), state=Health.OK,
        detail=f"PySide6 {PySide6.__version__}",
    )  # fmt: skip


def _database(client: Client) -> Iterator[Finding]:
    secrets = client.secrets
    yield Finding(component="secrets", found=True, state=Health.OK, detail=secrets.place)
    with client.store.read() as connection:
        cipher = connection.exec_driver_sql("PRAGMA cipher_version").scalar_one()
    yield Finding(
        component="database", found=True, version=f"SQLCipher {cipher}", state=Health.OK,
        detail=str(client.home / "onewindow.db"),
    )  # fmt: skip
    seq, head = client.store.verify()
    yield Finding(
        component="journal", found=True, version=f"seq {seq}", state=Health.OK,
        detail=f"{client.store.device}/{client.store.install} head {head[:12]}",
    )  # fmt: skip


def _hall(client: Client) -> Iterator[Finding]:
    hall, catalogue = client.hall, client.catalogue
    yield Finding(
        component="hall", found=True, state=Health.OK,
        detail=f"{hall.head.name}: {len(hall.windows)} windows, {len(hall.staff)} staff",
    )  # fmt: skip
    yield Finding(
        component="catalogue", found=True, state=Health.OK, detail=f"{len(catalogue)} items"
    )
    for warning in catalogue.warnings:
        said = explain(warning.code, warning.details)
        yield Finding(
            component="published list",
            found=False,
            state=Health.WARN,
            detail=f"{warning.code} {said.message}",
            next_step=said.next_step,
        )


def _calendar(client: Client) -> Iterator[Finding]:
    years = sorted(client.work.published_years)
    published = client.clock.now().year in client.work.published_years
    yield Finding(
        component="calendar", found=True, version=f"{years[0]}-{years[-1]}",
        state=Health.OK if published else Health.WARN,
        next_step="" if published else explain("CAL-01", {}).next_step,
    )  # fmt: skip


def _hall_files(client: Client) -> Iterator[Finding]:
    """The hall's own files beside the shipped ones: what is wrong with them is left out."""
    faults = [("calendar", fault) for fault in client.calendar().faults]
    if fault := client.clock_settings().fault:
        faults.append(("clocks", fault))
    for component, fault in faults:
        code = "CAT-03" if component == "calendar" else "CLK-04"
        said = explain(code, {"place": fault})
        yield Finding(
            component=component, found=False, state=Health.WARN, detail=f"{code} {said.message}",
            next_step=said.next_step,
        )  # fmt: skip
    known = client.standing.check(())
    yield Finding(
        component="list of bad credit", found=bool(known.published), version=known.published,
        state=Health.OK if known.published else Health.WARN,
        next_step="" if known.published else explain("SYNC-OFFLINE", {}).next_step,
    )  # fmt: skip


def _fonts(client: Client) -> Iterator[Finding]:
    from printers.documents.fonts import find_fonts

    for font in find_fonts([resources_folder() / "fonts"]):
        yield Finding(
            component=f"font {font.role.value}", found=font.found,
            version=font.path.name if font.path else "",
            state=Health.OK if font.found else Health.WARN, next_step=font.what_to_do,
        )  # fmt: skip
    press = client.press
    yield Finding(component="documents", found=True, state=Health.OK, detail=type(press).__name__)


def _printers(client: Client) -> Iterator[Finding]:
    for name, status in client.papers.status().items():
        said = explain(status.code, status.details) if status.code else None
        ready = status.state in {PrinterState.READY, PrinterState.BUSY}
        yield Finding(
            component="printer", found=status.state is not PrinterState.MISSING,
            state=Health.OK if ready else Health.WARN,
            detail=f"{name} {said.message if said else ''}".strip(),
            next_step=said.next_step if said else "",
        )  # fmt: skip


def _readers(client: Client) -> Iterator[Finding]:
    """Through the device host: a driver that hangs or crashes is a finding like others."""
    from contextlib import closing

    from app.devices.cards.asking import find_readers, probe_readers
    from app.devices.host.supervisor import DeviceHost

    with closing(DeviceHost(random=Random(client.random(8)))) as host:
        found = find_readers(host)
        yield Finding(component="device host", found=True, state=Health.OK)
        own = probe_readers(host, client.settings.reader, client.clock.now())
    some = any(info.state is DeviceState.READY for info in own)
    for info in own:
        said = explain(info.code, info.details) if info.code else None
        ready = info.state is DeviceState.READY
        number = f"SAM {info.module}" if info.module else ""
        what = f"{info.code} {said.message}" if said else number
        yield Finding(
            component="card reader", found=info.state is not DeviceState.MISSING,
            # One that works is enough: the others are named for when they are wanted.
            state=Health.OK if ready or some else Health.WARN,
            detail=f"{info.specification} {what}".strip(),
            next_step=said.next_step if said else "",
        )  # fmt: skip
    yield from _photo_decoder(client.settings.photo_decoder)
    names = {info.specification for info in own}
    for other in found:
        if other.state is DeviceState.READY and other.specification not in names:
            yield Finding(
                component="other reader", found=True, state=Health.OK,
                detail=f"{other.specification} {other.name}",
            )  # fmt: skip


def _photo_decoder(command: str) -> Iterator[Finding]:
    """Only where one is set: most halls have none, and the screen says so at each card."""
    if command.strip():
        try:
            found = shutil.which(shlex.split(command, posix=os.name == "posix")[0]) is not None
        except ValueError:
            found = False
        yield Finding(
            component="card photo", found=found, state=Health.OK if found else Health.WARN,
            detail=command, next_step="" if found else "请管理员核对设置中的 photo_decoder。",
        )  # fmt: skip


def _scanning(client: Client) -> Iterator[Finding]:
    from app.doctor_scan import scanning_findings

    yield from scanning_findings(client)


def _back_office(client: Client) -> Iterator[Finding]:
    from contextlib import closing

    from sync.client.transport import HttpTransport

    access = client.enrolment.access()
    waiting, refused = client.outbox.counts()
    code = "" if access.token else "SYNC-NOT-ENROLLED"
    version, reached = "", False
    try:
        with closing(HttpTransport(access, longest=6.0)) as transport:
            health = json.loads(transport.get("/health", 64 * 1024).body)
        version, reached = str(health["version"]), health["ok"] is True
    except AppError as error:
        code = error.code
    except (ValueError, LookupError, TypeError):
        code = "SYNC-BAD-ANSWER"
    yield Finding(
        component="back office", found=reached, version=version,
        state=Health.WARN if code or refused else Health.OK,
        detail=f"{access.url} ({waiting} waiting, {refused} refused) {code}".strip(),
        next_step=explain(code, {}).next_step if code else "",
    )  # fmt: skip


def _voice(client: Client) -> Iterator[Finding]:
    """Only the board speaks; it works without."""
    from app.devices.voice.espeak import VoiceMissing, find_player, voices_here

    here, player = voices_here(), find_player()
    wanted = [part.strip() for part in client.settings.voice.split(",") if part.strip()]
    missing = "" if here else "espeak-ng"
    missing = missing or ("" if player else "aplay")
    missing = missing or ", ".join(one for one in wanted if one not in here)
    said = explain(VoiceMissing.code, {"part": missing}) if missing and wanted else None
    yield Finding(
        component="voice", found=bool(here and player), state=Health.WARN if said else Health.OK,
        detail=f"{VoiceMissing.code} {said.message}" if said else ", ".join(here),
        next_step=said.next_step if said else "",
    )  # fmt: skip


def _disk(client: Client) -> Iterator[Finding]:
    free = shutil.disk_usage(client.home).free
    enough = free >= LITTLE_SPACE
    yield Finding(
        component="disk", found=True, version=f"{free // 2**20} MB free",
        state=Health.OK if enough else Health.FAIL,
        next_step="" if enough else explain("STO-03", {}).next_step,
    )  # fmt: skip


_CHECKS: tuple[tuple[str, Check, bool], ...] = (
    ("python", _python, True),
    ("qt", _qt, True),
    ("database", _database, True),
    ("hall", _hall, True),
    ("calendar", _calendar, True),
    ("hall files", _hall_files, True),
    ("fonts", _fonts, True),
    ("printers", _printers, False),
    ("card reader", _readers, False),
    ("scanner", _scanning, False),
    ("back office", _back_office, False),
    ("voice", _voice, False),
    ("disk", _disk, True),
)
