"""What the scan page is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.services.scan_intake import ScanIntake
    from app.services.scan_tray import ScanTray
    from ui.kit.lane import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanParts:
    """``scan_lane`` waits for paper; ``page_lane`` draws and files pages meanwhile."""

    tray: ScanTray
    intake: ScanIntake
    scan_lane: Lane
    page_lane: Lane
    watches: bool = False  # a folder
