"""Install signed lists whole or not at all, and open the catalogue from what is installed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.domain.bundle import Bundle
from app.domain.catalogue import Item, list_hash
from app.domain.decoding import decode
from app.domain.errors import AppError, Blame
from app.services.catalogue import Catalogue, load_lists
from app.services.catalogue_faults import CatalogueFaults, highest, list_faults
from app.services.catalogue_json import Listed

if TYPE_CHECKING:  # nothing to verify, nothing to load: most starts have no installed list
    from app.services.catalogue_signing import PublicKey

_FOLDER = "catalogue"
_KEYS = "trusted_keys.json"
_Key = tuple[str, int]


class ListOlder(AppError):
    """A newer list of this unit, or a higher version of an item, is installed already."""

    code = "CAT-23"
    blame = Blame.PERSON


class InstalledDamaged(AppError):
    """An installed list that cannot be read any more: what was installed before it counts."""

    code = "CAT-25"
    blame = Blame.MACHINE


def open_catalogue(items: Path, home: Path, *, on: date) -> Catalogue:
    """The hall's items and bundles, and every installed list in force on that day.

    A list that cannot be used leaves a warning, never an empty window. Raises CatalogueFaults
    only for the hall's own items.
    """
    own = load_lists(items)
    files = installed_files(home)
    if not files:
        return Catalogue(own.items, bundles=own.bundles, on=on)
    from app.services.catalogue_signing import read_signed

    found = _Versions(own)
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
            found.add(signed.listed)
    return Catalogue(
        found.items.values(), bundles=found.bundles.values(), on=on, warnings=tuple(warnings)
    )


def install_list(file: Path, home: Path, items: Path) -> Listed:
    """Verify a signed list and keep it; what counted before stays on any failure.

    Raises ListUnsigned, ListAltered, KeyUnknown, ListOlder, CatalogueFaults and NotWritten.
    """
    from app.services.catalogue_signing import decode_file

    data, raw = decode_file(file)
    return install_signed(data, raw, file.name, home, items)


def install_signed(data: bytes, raw: Any, name: str, home: Path, items: Path) -> Listed:
    """The same for a list that was read already: ``data`` is what it was read from."""
    from app.services.catalogue_export import make_folder, write_whole
    from app.services.catalogue_signing import read_signed, verify_signed

    trusted = trusted_keys(home)
    signed = verify_signed(raw, trusted, name)
    known = _Versions(load_lists(items))
    for installed in installed_files(home):
        try:
            other = read_signed(installed, trusted)
        except AppError:
            continue  # damaged: said when the catalogue is opened
        if other.unit == signed.unit and other.signed_at > signed.signed_at:
            raise ListOlder(unit=signed.unit[:60])
        known.add(other.listed)
    faults = _changed(signed.listed.items, known.items)
    faults += _changed(signed.listed.bundles, known.bundles)
    faults += list_faults(signed.listed, highest(known.items.values()))
    if faults:
        raise CatalogueFaults(tuple(f"{name}: {fault}" for fault in faults))
    _check_not_older(signed.listed.items, known.items)
    _check_not_older(signed.listed.bundles, known.bundles)
    folder = home / _FOLDER
    make_folder(folder)
    stamp = signed.signed_at.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(data).hexdigest()[:12]
    write_whole(folder / f"{stamp}-{signed.key_id}-{digest}.json", data)
    return signed.listed


class _Versions:
    """Every version of every item and bundle; what is added later counts."""

    def __init__(self, listed: Listed) -> None:
        self.items: dict[_Key, Item] = {}
        self.bundles: dict[_Key, Bundle] = {}
        self.add(listed)

    def add(self, listed: Listed) -> None:
        self.items |= {(item.code, item.version): item for item in listed.items}
        self.bundles |= {(bundle.code, bundle.version): bundle for bundle in listed.bundles}


def _changed(offered: Sequence[Item | Bundle], known: Mapping[_Key, Item | Bundle]) -> list[str]:
    """A version once published never changes."""
    newest = _newest(known)
    return [
        f"{one.code}: version {one.version} is published already with other"
        f" content; give the changed list version {newest[one.code] + 1}"
        for one in offered
        if (former := known.get((one.code, one.version))) is not None
        and list_hash(former) != list_hash(one)
    ]


def _check_not_older(offered: Sequence[Item | Bundle], known: Mapping[_Key, Item | Bundle]) -> None:
    """None goes back. Raises ListOlder."""
    newest = _newest(known)
    for code, version in _newest({(one.code, one.version): one for one in offered}).items():
        if version < newest.get(code, 0):
            raise ListOlder(unit=code)


def _newest(known: Iterable[_Key]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for code, version in known:
        newest[code] = max(version, newest.get(code, 0))
    return newest


def trusted_keys(home: Path) -> tuple[PublicKey, ...]:
    """Raises BadKeyFile where the file is there and cannot be used."""
    from app.services.catalogue_signing import BadKeyFile, PublicKey

    file = home / _KEYS
    try:
        return decode(file.read_bytes(), tuple[PublicKey, ...])
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


def installed_files(home: Path) -> list[Path]:
    """In the order in which they were signed."""
    try:
        return sorted(
            file for file in (home / _FOLDER).glob("*.json") if not file.name.startswith(".")
        )
    except OSError:
        return []
