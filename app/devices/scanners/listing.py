"""Turn a scanner's specification into a scanner, and find those that are connected.

``sane:NAME[;OPTION=VALUE…]`` (a device of the system's scanner interface), ``escl:URL`` (a network
scanner, ``http://HOST[:PORT]/eSCL``) or ``simulated`` (the demo hall's).
"""

from __future__ import annotations

from app.devices.scanners.errors import BadScanner
from app.devices.scanners.family import Source
from app.scan_ports import ScannerInfo

_LONGEST = 300


def open_source(spec: str) -> Source:
    """Opens nothing yet. Raises BadScanner."""
    kind, _, rest = spec.strip().partition(":")
    if len(spec) > _LONGEST or not spec.isprintable():
        raise BadScanner(spec=spec[:80])
    if kind == "sane" and rest:
        from app.devices.scanners.sane_scanner import SaneScanner

        return SaneScanner(rest)
    if kind == "escl" and rest.startswith(("http://", "https://")):
        from app.devices.scanners.escl import EsclScanner

        return EsclScanner(rest)
    if kind == "simulated" and not rest:
        from app.devices.simulators.paper_stack import PaperStack

        return PaperStack()
    raise BadScanner(spec=spec[:80])


def find_scanners() -> tuple[ScannerInfo, ...]:
    """Those of the system's interface, which also finds network scanners where sane-airscan is
    installed. Raises NoSane."""
    from app.devices.scanners.sane_scanner import find_sane

    return find_sane()
