"""Wire scanning: the tray of pages, and the rules of the hall by which they are filed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.bootstrap import Client
    from app.domain.scan_rules import ScanRules
    from app.scan_ports import Scanner
    from app.services.scan_intake import ScanIntake
    from app.services.scan_tray import ScanTray


def open_tray(client: Client) -> ScanTray:
    from app.services.scan_rule_file import load_scan_rules
    from app.services.scan_tray import ScanTray
    from app.storage.tray_table import TrayTable

    @cache
    def rules() -> ScanRules:
        return load_scan_rules(client.hall_folder)

    return ScanTray(
        client.matters, TrayTable(client.store, client.shelf), client.attachments,
        rules=rules, check_room=client.room.check, prove=client.prove_receipt,
    )  # fmt: skip


def open_scanner(client: Client, spec: str) -> Scanner:
    from app.devices.scanners.hosted import HostedScanner
    from app.devices.scanners.spool import Spool, spool_key
    from app.storage.secrets import database_key

    _ = client.store  # first: it refuses a database whose key is gone
    key = spool_key(database_key(client.home, client.secrets, client.random))
    return HostedScanner(client.devices, spec, Spool(client.home / "scan-spool", key))


def open_intake(client: Client) -> ScanIntake:
    from app.services.scan_intake import ScanIntake

    folder = client.settings.scan_folder
    return ScanIntake(client.tray, lambda: client.scanner, Path(folder) if folder else None)
