"""Sign a list for the unit that publishes it, and decide whether a signed list may be believed."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from app.domain.decoding import convert, decode
from app.domain.errors import AppError, Blame
from app.services.catalogue_faults import CatalogueFaults, list_faults
from app.services.catalogue_json import (
    Listed,
    UnreadableItems,
    decode_json,
    read_bytes,
    read_lists,
)

FORMAT = "onewindow-list-1"


class ListUnsigned(AppError):
    """A list that nobody signed: it may be checked and compared, never used."""

    code = "CAT-20"
    blame = Blame.DATA


class ListAltered(AppError):
    """The signature is not that of this content."""

    code = "CAT-21"
    blame = Blame.DATA


class KeyUnknown(AppError):
    """Signed with a key that this client does not trust for that unit."""

    code = "CAT-22"
    blame = Blame.PERSON


class BadKeyFile(AppError):
    """A key file, or the file of trusted keys, that cannot be used."""

    code = "CAT-24"
    blame = Blame.DATA


class SignatureScheme(Protocol):
    """A way to sign; keys and signatures are raw bytes."""

    @property
    def name(self) -> str: ...

    def public_key(self, private: bytes) -> bytes:
        """Raises ValueError where the private key is none."""
        ...

    def sign(self, private: bytes, data: bytes) -> bytes: ...

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool: ...


class Ed25519:
    """RFC 8032; a private key is 32 random bytes."""

    name = "ed25519"

    def public_key(self, private: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def sign(self, private: bytes, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(private).sign(data)

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


SCHEMES: Mapping[str, SignatureScheme] = {Ed25519.name: Ed25519()}


class SigningKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The publishing unit's secret, as its file holds it."""

    scheme: str
    private: bytes


class PublicKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be shown to everybody; ``unit`` is set where the key is trusted for one."""

    scheme: str
    public: bytes
    unit: str = ""

    @property
    def key_id(self) -> str:
        return hashlib.sha256(self.scheme.encode() + b":" + self.public).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedList:
    """``signed_at`` orders a unit's lists; before ``effective_from`` none of its items count."""

    unit: str
    scheme: str
    key_id: str
    signed_at: datetime
    effective_from: date
    listed: Listed


def canonical(value: Any) -> bytes:
    """JSON with sorted names and no blanks: the same content gives the same bytes.

    Raises UnicodeEncodeError for half a character.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def public_of(key: SigningKey) -> PublicKey:
    """Raises BadKeyFile."""
    scheme = SCHEMES.get(key.scheme)
    try:
        if scheme is not None:
            return PublicKey(scheme=key.scheme, public=scheme.public_key(key.private))
    except ValueError:
        pass
    raise BadKeyFile(file="", reason=key.scheme[:20])


def read_key(file: Path, kind: type[SigningKey | PublicKey]) -> Any:
    """Raises BadKeyFile; what a private key's file holds is never shown."""
    try:
        return decode(file.read_bytes(), kind)
    except OSError as error:
        raise BadKeyFile(file=file.name, reason=error.strerror or "") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        raise BadKeyFile(file=file.name, reason="格式不对") from None


def sign_list(
    listed: Listed, *, key: SigningKey, unit: str, effective_from: date, at: datetime
) -> bytes:
    """A signed list file. Raises BadKeyFile."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "unit": unit,
        "scheme": key.scheme,
        "key_id": public_of(key).key_id,
        "signed_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "effective_from": effective_from.isoformat(),
        "items": msgspec.to_builtins(listed.items),
    }
    if listed.bundles:  # a list without any is one that older programs read, too
        content["bundles"] = msgspec.to_builtins(listed.bundles)
    signature = SCHEMES[key.scheme].sign(key.private, canonical(content))
    signed = {"list": content, "signature": b64encode(signature).decode()}
    return canonical(signed) + b"\n"


def is_signed(raw: Any) -> bool:
    return isinstance(raw, dict) and raw.keys() == {"list", "signature"}


def read_signed(file: Path, trusted: Iterable[PublicKey]) -> SignedList:
    """The list of a file that a trusted unit signed.

    Raises ListUnsigned, KeyUnknown, ListAltered and CatalogueFaults.
    """
    return verify_signed(decode_file(file)[1], trusted, file.name)


def decode_file(file: Path) -> tuple[bytes, Any]:
    """The bytes that were judged, and what they say. Raises CatalogueFaults."""
    try:
        data = read_bytes(file)
        return data, decode_json(data)
    except UnreadableItems as unreadable:
        raise CatalogueFaults(
            tuple(f"{file.name}: {fault}" for fault in unreadable.faults)
        ) from None


def verify_signed(raw: Any, trusted: Iterable[PublicKey], name: str) -> SignedList:
    """The signature is checked before anything of the content is looked at more closely."""
    if not is_signed(raw) or not isinstance(raw["list"], dict):
        raise ListUnsigned(file=name)
    content = raw["list"]
    said = {field: content.get(field) for field in ("unit", "scheme", "key_id")}
    key = next(
        (
            one
            for one in trusted
            if said == {"unit": one.unit, "scheme": one.scheme, "key_id": one.key_id}
        ),
        None,
    )
    if key is None or key.scheme not in SCHEMES:
        raise KeyUnknown(unit=str(said["unit"])[:60], key=str(said["key_id"])[:16])
    try:
        signature = b64decode(raw["signature"], validate=True)
        genuine = SCHEMES[key.scheme].verify(key.public, signature, canonical(content))
    except (ValueError, TypeError, RecursionError):
        genuine = False
    if not genuine:
        raise ListAltered(file=name)
    return _content(content, name)


def _content(content: dict[str, Any], name: str) -> SignedList:
    fields = {"format", "unit", "scheme", "key_id", "signed_at", "effective_from", "items"}
    try:
        if content.keys() - {"bundles"} != fields or content["format"] != FORMAT:
            raise UnreadableItems("not a list of this format")
        try:
            signed_at = convert(content["signed_at"], datetime)
            effective_from = convert(content["effective_from"], date)
        except msgspec.ValidationError as error:
            raise UnreadableItems(str(error)) from None
        if signed_at.tzinfo is None:
            raise UnreadableItems("signed_at: no zone")
        listed = read_lists({"items": content["items"], "bundles": content.get("bundles", [])})
        faults = list(list_faults(listed))
        if faults:
            raise UnreadableItems(*faults)
    except UnreadableItems as unreadable:
        raise CatalogueFaults(tuple(f"{name}: {fault}" for fault in unreadable.faults)) from None
    return SignedList(
        unit=content["unit"],
        scheme=content["scheme"],
        key_id=content["key_id"],
        signed_at=signed_at,
        effective_from=effective_from,
        listed=listed,
    )
