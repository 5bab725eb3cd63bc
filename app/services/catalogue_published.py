"""Take up the lists that the hall's back office publishes: each by its unit's signature alone."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from app.domain.errors import AppError
from app.services.catalogue_signing import ListUnsigned, canonical, decode_file, is_signed
from app.services.catalogue_store import install_signed, installed_files


def take_up_published(file: Path, home: Path, items: Path) -> int:
    """Install what is not installed yet; returns how many lists that were.

    A list that cannot be believed leaves the others as they are: all are tried, and then the first
    refusal is raised, as ``install_list`` raises it.
    """
    _, raw = decode_file(file)
    lists = raw.get("lists") if isinstance(raw, dict) else None
    if not isinstance(lists, list) or not all(map(is_signed, lists)):
        raise ListUnsigned(file=file.name)
    refused: list[AppError] = []
    count = 0
    for signed in sorted(lists, key=_signed_at):
        data = canonical(signed) + b"\n"
        if _is_installed(data, home):
            continue
        try:
            install_signed(data, signed, file.name, home, items)
            count += 1
        except AppError as error:
            refused.append(error)
    if refused:
        raise refused[0]
    return count


def _signed_at(signed: Any) -> str:
    """A unit's lists are taken up in the order in which it signed them."""
    content = signed["list"]
    return str(content.get("signed_at", "")) if isinstance(content, dict) else ""


def _is_installed(data: bytes, home: Path) -> bool:
    ending = f"-{hashlib.sha256(data).hexdigest()[:12]}.json"
    return any(file.name.endswith(ending) for file in installed_files(home))
