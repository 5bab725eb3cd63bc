"""Ask everything that scanning needs how it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

from app.bootstrap import Client
from app.doctor import Finding, Health
from app.domain.errors import AppError
from app.texts import explain


def scanning_findings(client: Client) -> Iterator[Finding]:
    yield from _scanner(client)
    yield from _folder(client)
    yield _rules(client)
    waiting = client.tray.counts()
    yield Finding(
        component="scan tray", found=True, state=Health.OK,
        detail=f"{sum(waiting.values())} pages of {len(waiting)} cases",
    )  # fmt: skip


def _scanner(client: Client) -> Iterator[Finding]:
    """Files, the watched folder and the clipboard work without one, so none is no fault. One that
    is set up is asked, in a device host of its own: it may hang or crash."""
    from app.devices.host.supervisor import DeviceHost
    from app.devices.scanners.hosted import HostedScanner, find_scanners
    from app.devices.scanners.spool import Spool

    spec = client.settings.scanner
    with closing(DeviceHost(random=Random(client.random(8)))) as host:
        scanner = HostedScanner(host, spec, Spool(client.home / "scan-spool", b""))
        try:
            scanner.probe()
            yield Finding(component="scanner", found=True, state=Health.OK, detail=spec)
        except AppError as error:
            yield _finding("scanner", error, spec, Health.WARN if spec else Health.OK)
        try:
            found = find_scanners(host)
        except AppError as error:
            yield _finding("scanner interface", error, "", Health.OK)
            return
    for other in found:
        if other.spec != spec:
            detail = f"{other.spec} {other.name}"
            yield Finding(component="other scanner", found=True, state=Health.OK, detail=detail)


def _folder(client: Client) -> Iterator[Finding]:
    from app.services.scan_intake import FolderUnreadable

    if not client.settings.scan_folder:
        return
    folder = Path(client.settings.scan_folder)
    if folder.is_dir():
        yield Finding(component="scan folder", found=True, state=Health.OK, detail=str(folder))
    else:
        yield _finding("scan folder", FolderUnreadable(), str(folder), Health.WARN)


def _rules(client: Client) -> Finding:
    from app.services.scan_rule_file import NAME, load_scan_rules

    try:
        rules = load_scan_rules(client.hall_folder)
    except AppError as error:
        return _finding("scan rules", error, NAME, Health.WARN)
    own = len(rules.types) + len(rules.materials)
    return Finding(component="scan rules", found=True, state=Health.OK, detail=f"{own} rules")


def _finding(component: str, error: AppError, what: str, state: Health) -> Finding:
    said = explain(error.code, error.details)
    return Finding(
        component=component, found=False, state=state,
        detail=f"{what} {error.code} {said.message}".strip(), next_step=said.next_step,
    )  # fmt: skip
