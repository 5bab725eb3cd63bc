"""Decide the settings: defaults < machine policy < user, where policy can lock a key.

Files are TOML: the policy at ``/etc/onewindow/policy.toml`` (Windows:
``%PROGRAMDATA%\\OneWindow\\policy.toml``), the user's at ``HOME/settings.toml``. A key listed in
the policy's ``locked`` keeps the policy's value.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from app.domain.errors import AppError, Blame

_MOST_DAYS = 3650


class BadSettings(AppError):
    """A settings file that cannot be read, or a key with a wrong value."""

    code = "CFG-01"
    blame = Blame.DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``reader``, ``scanner`` (``docs/devices.md``) and printers (``docs/printing.md``) are
    specifications.

    An empty ``hall`` means the demo hall; an empty ``document_printer`` or ``slip_printer`` the
    folder ``HOME/papers``.
    """

    window: str = "W01"  # which window of the hall this device stands at
    hall: str = ""  # folder with hall.json and items/
    reader: str = "pcsc, usb"  # all that are named wait for the card
    scanner: str = ""
    scan_folder: str = (
        ""  # whose files are taken into the tray, as a network scanner puts them there
    )
    photo_decoder: str = ""  # the vendor's program for the photo on identity cards
    document_printer: str = ""
    slip_printer: str = ""
    slip_model: str = "80"  # a name in resources/slip_printers.json
    backoffice_url: str = ""  # where the back office is now, if not where this device enrolled
    backoffice_ca: str = ""  # file of the hall's own authorities, instead of a pinned certificate
    theme: str = "system"  # system, light, dark
    language: str = "zh"  # zh, en
    board_layout: str = "calls"  # of ``onewindow board``: calls, list, window, portrait
    voice: str = "zh"  # languages it speaks, in order, of zh, yue, en; "" for none
    voice_volume: int = 80  # of 100
    voice_speed: int = 150  # words a minute
    voice_times: int = 2  # that a call is spoken
    forget_days: int = 30  # other windows' cases at rest are forgotten here then


def program_version() -> str:
    # Only who asks pays for it: its parser of mail headers would load before the window opens.
    from importlib.metadata import version

    return version("onewindow")


def default_home() -> Path:
    import platformdirs  # with archives and temporary files: not for who names a folder

    return Path(platformdirs.user_data_dir("onewindow", appauthor=False))


def policy_file() -> Path:
    if os.name == "nt":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "OneWindow" / "policy.toml"
    return Path("/etc/onewindow/policy.toml")


def locked_keys(policy: Path | None = None) -> frozenset[str]:
    """What the machine's policy has decided for good. Raises BadSettings."""
    locked = _read(policy or policy_file()).get("locked", [])
    return frozenset(str(key) for key in locked) if isinstance(locked, list) else frozenset()


def load_settings(home: Path, policy: Path | None = None) -> Settings:
    """Raises BadSettings naming the file and key."""
    policy = policy or policy_file()
    machine = _read(policy)
    locked = machine.pop("locked", [])
    if not isinstance(locked, list):
        raise BadSettings(file=policy.name, key="locked")
    user = {k: v for k, v in _read(home / "settings.toml").items() if k not in locked}
    merged = _checked(machine, policy.name) | _checked(user, "settings.toml")
    return Settings(**merged)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeError, tomllib.TOMLDecodeError):
        raise BadSettings(file=path.name, key="—") from None


def _checked(values: Mapping[str, Any], file: str) -> dict[str, Any]:
    known = {field.name: field.default for field in fields(Settings)}
    for key, value in values.items():
        if key not in known or type(value) is not type(known[key]):
            raise BadSettings(file=file, key=key[:40])
        if isinstance(value, int) and not 1 <= value <= _MOST_DAYS:
            raise BadSettings(file=file, key=key)
    return dict(values)
