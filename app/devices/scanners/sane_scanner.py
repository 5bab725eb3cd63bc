"""Scan through SANE, the scanner interface of Linux, by python-sane.

Only in the device host: a backend may hang or crash, and then the host is ended.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any, Final

from app.devices.scanners import errors
from app.devices.scanners.errors import ScanCancelled, ScannerError
from app.devices.scanners.family import Scan
from app.devices.scanners.page_file import page_file
from app.domain.scan_page import ScanMode
from app.scan_ports import PaperSource, ScannerInfo

# What libsane says, in part; python-sane has the words only.
_FAILURES: Final[tuple[tuple[str, type[ScannerError]], ...]] = (
    ("out of documents", errors.NoPaper),
    ("jammed", errors.PaperJam),
    ("cover is open", errors.CoverOpen),
    ("busy", errors.ScannerBusy),
    ("denied", errors.ScannerDenied),
    ("cancel", ScanCancelled),
    ("i/o", errors.ScannerSilent),
    ("invalid argument", errors.ScannerMissing),
)
_MODES: Final = {
    ScanMode.COLOUR: ("color", "24bit color", "colour"),
    ScanMode.GREY: ("gray", "grayscale", "true gray", "8bit gray", "grey"),
    ScanMode.BLACK: ("gray", "grayscale", "true gray"),  # made black and white when it is filed
}
_FEEDERS: Final = ("automatic document feeder", "adf", "feeder", "adf front")
_DUPLEX: Final = ("adf duplex", "duplex", "automatic document feeder(duplex)", "feeder duplex")
_GLASS: Final = ("flatbed", "normal", "platen")
_WHOLE: Final = 1  # kind of an option: yes or no is 0, a part 2, text 3
_A4: Final = {"br_x": 210.0, "br_y": 297.0}


class SaneScanner:
    def __init__(self, rest: str) -> None:
        self._name, *told = rest.split(";")
        self._told = [one.partition("=")[::2] for one in told]

    def scan(
        self, order: Scan, keep: Callable[[bytes], None], coming: Callable[[int], None],
        cancelled: Event,
    ) -> None:  # fmt: skip
        sane = _sane()
        with _coded(), contextlib.closing(sane.open(self._name)) as device:
            feeds = self._prepare(device, order)
            for number in range(order.most if feeds else 1):
                if cancelled.is_set():
                    raise ScanCancelled
                try:
                    picture = _page(device, coming, cancelled)
                except errors.NoPaper:
                    if number:
                        return
                    raise
                keep(page_file(picture, order.dpi))

    def probe(self, cancelled: Event) -> None:  # noqa: ARG002 - opening cannot be stopped
        sane = _sane()
        with _coded(), contextlib.closing(sane.open(self._name)):
            pass

    def _prepare(self, device: Any, order: Scan) -> bool:
        """Whether it feeds; options that the device does not have are left alone."""
        options = {option[1].replace("-", "_"): option for option in device.get_options()}
        source = _source(_choices(options, "source"), order.paper)
        _set(device, options, "source", source)
        _set(device, options, "mode", _named(_choices(options, "mode"), _MODES[order.mode]))
        if "resolution" in options:
            _set(device, options, "resolution", _near(options["resolution"][8], order.dpi))
        for edge, most in _A4.items():
            limits = options[edge][8] if edge in options else None
            if isinstance(limits, tuple):
                _set(device, options, edge, min(most, float(limits[1])))
        for name, value in self._told:
            known = options.get(name.strip().replace("-", "_"))
            if known is None:
                raise errors.BadScanner(spec=f"{self._name};{name}"[:80])
            setattr(device, known[1].replace("-", "_"), _typed(known[4], value))
        return source.lower() not in _GLASS if source else False


def find_sane() -> tuple[ScannerInfo, ...]:
    """Raises NoSane."""
    sane = _sane()
    with _coded():
        found = sane.get_devices()
    return tuple(
        ScannerInfo(spec=f"sane:{name}", name=f"{vendor} {model}".strip())
        for name, vendor, model, _ in found
    )


def _sane() -> Any:
    try:
        import sane
    except ImportError:
        raise errors.NoSane from None
    sane.init()
    return sane


def _page(device: Any, coming: Callable[[int], None], cancelled: Event) -> Any:
    def progress(line: int, lines: int) -> None:
        if cancelled.is_set():
            raise ScanCancelled
        coming(100 * line // lines if lines > 0 else 0)

    try:
        with _coded():
            device.start()
            return device.snap(no_cancel=True, progress=progress)
    except BaseException:
        with contextlib.suppress(Exception):
            device.cancel()
        raise


@contextlib.contextmanager
def _coded() -> Iterator[None]:
    """libsane's words as codes."""
    try:
        yield
    except (ScannerError, OSError, MemoryError):
        raise
    except Exception as error:
        # python-sane's own kind and RuntimeError; the words are libsane's and say no personal data
        words = str(error)
        kind = next((kind for part, kind in _FAILURES if part in words.lower()), None)
        if kind is None:
            if type(error).__module__ not in {"_sane", "sane"} and not isinstance(
                error, RuntimeError
            ):
                raise
            raise ScannerError(what=words[:80]) from None
        raise kind from None


def _set(device: Any, options: dict[str, Any], name: str, value: str | float) -> None:
    """Where the device has the option, and it is active with the others as they are."""
    if name in options and value != "":
        whole = options[name][4] == _WHOLE
        with contextlib.suppress(AttributeError):
            setattr(device, name, round(value) if whole and not isinstance(value, str) else value)


def _choices(options: dict[str, Any], name: str) -> list[str]:
    limits = options[name][8] if name in options else None
    return [str(one) for one in limits] if isinstance(limits, list) else []


def _named(choices: list[str], names: tuple[str, ...]) -> str:
    lower = {choice.lower(): choice for choice in reversed(choices)}
    return next((lower[name] for name in names if name in lower), "")


def _source(choices: list[str], paper: PaperSource) -> str:
    feeder, glass = _named(choices, _FEEDERS), _named(choices, _GLASS)
    match paper:
        case PaperSource.GLASS:
            return glass
        case PaperSource.DUPLEX:
            return _named(choices, _DUPLEX) or feeder
        case PaperSource.FEEDER:
            return feeder
        case _:  # who has a feeder puts paper in it
            return feeder or glass


def _near(limits: Any, dpi: int) -> float:
    if isinstance(limits, list) and limits:
        return float(min(limits, key=lambda one: abs(float(one) - dpi)))
    if isinstance(limits, tuple):
        return float(max(limits[0], min(limits[1], dpi)))
    return float(dpi)


def _typed(kind: int, value: str) -> Any:
    try:
        match kind:
            case 0:
                return int(value.strip().lower() in {"1", "yes", "true"})
            case 1:  # _WHOLE
                return int(value)
            case 2:
                return float(value)
            case _:
                return value
    except ValueError:
        raise errors.BadScanner(spec=value[:80]) from None
