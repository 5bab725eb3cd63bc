"""What is told of a reader without reading a card with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.devices.cards.chip_errors import NoReader, PcscMissing
from app.devices.cards.errors import PortMissing, ReaderGone, UsbReaderMissing, VendorMissing
from app.ports import DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderInfo:
    """``specification`` opens it; ``code`` is "" when ready, else an error code with a sentence.

    ``module`` is the number of its SAM module, "" where it has none or was not asked.
    """

    specification: str
    name: str
    state: DeviceState
    code: str = ""
    details: dict[str, str | int] = field(default_factory=dict)
    module: str = ""


READER_MISSING = (
    PcscMissing, PortMissing, NoReader, ReaderGone, UsbReaderMissing, VendorMissing,
)  # fmt: skip
"""After these the reader is not there; after others it is, well or faulty."""
