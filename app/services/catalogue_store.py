"""Install signed lists whole or not at all, and open the catalogue from what is installed."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.domain.catalogue import Item, list_hash
from app.domain.errors import AppError, Blame
from app.services.catalogue import Catalogue, CatalogueFaults, load_bundles, load_items

if TYPE_CHECKING:  # nothing to verify, nothing to load: most starts have no installed list
    from app.services.catalogue_signing import PublicKey

_FOLDER = "catalogue"
_KEYS = "trusted_keys.json"


class ListOlder(AppError):
    """A newer list of this unit, or a higher version of an item, is installed already."""

    code = "CAT-23"
    blame = Blame.PERSON


class InstalledDamaged(AppError):
    """An installed list that cannot be read any more: what was installed before it counts."""

    code = "CAT-25"
    blame = Blame.MACHINE


def open_catalogue(items: Path, home: Path, *, on: date) -> Catalogue:
    """The hall's items and every installed list in force on that day.

    A list that cannot be used leaves a warning, never an empty window. Raises CatalogueFaults
    only for the hall's own items.
    """
    found = {(item.code, item.version): item for item in load_items(items)}
    bundles = load_bundles(items.parent / "bundles")
    files = _installed(home)
    if not files:
        return Catalogue(found.values(), bundles=bundles, on=on)
    from app.services.catalogue_signing import read_signed

    warnings: list[AppError] = []
    try:
        trusted = trusted_keys(home)
    except AppError as error:
        trusted = ()
        warnings.append(error)
    for file in files:
        try:
            signed = read_signed(file, trusted)
        except AppError as error:
            warnings.append(InstalledDamaged(file=file.name, reason=error.code))
            continue
        if signed.effective_from <= on:
            found |= {(item.code, item.version): item for item in signed.items}
    return Catalogue(found.values(), bundles=bundles, on=on, warnings=tuple(warnings))


def install_list(file: Path, home: Path, items: Path) -> tuple[Item, ...]:
    """Verify a signed list and keep it; what counted before stays on any failure.

    Raises ListUnsigned, ListAltered, KeyUnknown, ListOlder, CatalogueFaults and NotWritten.
    """
    from app.services.catalogue_export import make_folder, write_whole
    from app.services.catalogue_signing import decode_file, read_signed, verify_signed

    trusted = trusted_keys(home)
    data, raw = decode_file(file)
    signed = verify_signed(raw, trusted, file.name)
    known = {(item.code, item.version): item for item in load_items(items)}
    for installed in _installed(home):
        try:
            other = read_signed(installed, trusted)
        except AppError:
            continue  # damaged: said when the catalogue is opened
        if other.unit == signed.unit and other.signed_at > signed.signed_at:
            raise ListOlder(unit=signed.unit[:60])
        known |= {(item.code, item.version): item for item in other.items}
    _check_versions(signed.items, known, file.name)
    folder = home / _FOLDER
    make_folder(folder)
    stamp = signed.signed_at.strftime("%Y%m%dT%H%M%SZ")
    name = f"{stamp}-{signed.key_id}-{hashlib.sha256(data).hexdigest()[:12]}.json"
    write_whole(folder / name, data)
    return signed.items


def _check_versions(items: tuple[Item, ...], known: dict[tuple[str, int], Item], name: str) -> None:
    """A version once published never changes, and none goes back."""
    newest: dict[str, int] = {}
    for code, version in known:
        newest[code] = max(version, newest.get(code, 0))
    offered: dict[str, int] = {}
    faults = []
    for item in items:
        offered[item.code] = max(item.version, offered.get(item.code, 0))
        former = known.get((item.code, item.version))
        if former is not None and list_hash(former) != list_hash(item):
            faults.append(
                f"{name}: {item.code}: version {item.version} is published already with other"
                f" content; give the changed list version {newest[item.code] + 1}"
            )
    if faults:
        raise CatalogueFaults(tuple(faults))
    for code, version in offered.items():
        if version < newest.get(code, 0):
            raise ListOlder(unit=code)


def trusted_keys(home: Path) -> tuple[PublicKey, ...]:
    """Raises BadKeyFile where the file is there and cannot be used."""
    from app.services.catalogue_signing import BadKeyFile, PublicKey

    file = home / _KEYS
    try:
        return msgspec.json.decode(file.read_bytes(), type=tuple[PublicKey, ...])
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BadKeyFile(file=file.name, reason=error.strerror or "") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        raise BadKeyFile(file=file.name, reason="格式不对") from None


def trust_key(home: Path, key: PublicKey) -> None:
    """Believe lists that this key signs for its unit. Raises BadKeyFile and NotWritten."""
    from app.services.catalogue_export import make_folder, write_whole

    keys = [one for one in trusted_keys(home) if (one.key_id, one.unit) != (key.key_id, key.unit)]
    make_folder(home)
    write_whole(home / _KEYS, msgspec.json.format(msgspec.json.encode([*keys, key])) + b"\n")


def _installed(home: Path) -> list[Path]:
    """In the order in which they were signed."""
    try:
        return sorted(
            file for file in (home / _FOLDER).glob("*.json") if not file.name.startswith(".")
        )
    except OSError:
        return []
