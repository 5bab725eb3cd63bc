"""Sign what a receipt states, and decide whether a signed receipt may be believed. No network.

The text of the second QR code is ``OW1:`` and base32 of 8 bytes of the key's name, the statement
(MessagePack) and 64 bytes of Ed25519 signature over both: letters and digits alone, so that a code
packs it densely and a person may type or paste it.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.domain.errors import AppError, Blame
from app.domain.receipt_statement import FORMAT, ReceiptStatement
from app.services.catalogue_signing import Ed25519, PublicKey, SigningKey, public_of, read_key

PREFIX = "OW1:"
_KEY_ID, _SIGNATURE = 8, 64
_TEXT = re.compile(r"OW1:[A-Z2-7]{100,4000}")
_MOST_BYTES = 64 * 2**20
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")
_SCHEME = Ed25519()


class ReceiptUnreadable(AppError):
    """Nothing here is a signed receipt, or not of a kind that this program knows."""

    code = "RCT-01"
    blame = Blame.DATA


class ReceiptAltered(AppError):
    """The signature is not that of this statement: a digit was changed, or it is forged."""

    code = "RCT-02"
    blame = Blame.DATA


class ReceiptKeyUnknown(AppError):
    """Signed with a key that nobody entered here."""

    code = "RCT-03"
    blame = Blame.PERSON


def receipt_key(seed: bytes) -> SigningKey:
    """This device's key; ``seed`` is 32 secret bytes."""
    return SigningKey(scheme=_SCHEME.name, private=seed)


def sign_receipt(statement: ReceiptStatement, key: SigningKey) -> str:
    """The text of the second code: the same statement and key give the same text."""
    body = bytes.fromhex(public_of(key).key_id) + msgspec.msgpack.encode(statement)
    signed = body + _SCHEME.sign(key.private, _SIGNED_AS + body)
    return PREFIX + b32encode(signed).decode().rstrip("=")


# A signature over a receipt is never one over anything else that this key may sign some day.
_SIGNED_AS = b"onewindow receipt 1\0"


def verify_receipt(text: str, trusted: Iterable[PublicKey]) -> tuple[ReceiptStatement, PublicKey]:
    """What is stated, and by whose key.

    Raises ReceiptUnreadable, ReceiptKeyUnknown, ReceiptAltered.
    """
    body, signature = _parts(text)
    named = body[:_KEY_ID].hex()
    key = next((one for one in trusted if one.scheme == _SCHEME.name and one.key_id == named), None)
    if key is None:
        raise ReceiptKeyUnknown(key=named)
    if not _SCHEME.verify(key.public, signature, _SIGNED_AS + body):
        raise ReceiptAltered
    return _statement(body), key


def stated_number(text: str) -> str:
    """The case's number that a signed text states, to look for it: proves nothing. Raises
    ReceiptUnreadable, ReceiptAltered."""
    return _statement(_parts(text)[0]).number


def _parts(text: str) -> tuple[bytes, bytes]:
    """What is signed, and the signature."""
    text = "".join(text.split()).upper()
    if _TEXT.fullmatch(text) is None:
        raise ReceiptUnreadable
    coded = text.removeprefix(PREFIX)
    try:
        signed = b32decode(coded + "=" * (-len(coded) % 8))
    except ValueError:
        raise ReceiptUnreadable from None
    if b32encode(signed).decode().rstrip("=") != coded:
        raise ReceiptAltered  # the last letter has bits that count for nothing: one text a receipt
    return signed[:-_SIGNATURE], signed[-_SIGNATURE:]


def _statement(body: bytes) -> ReceiptStatement:
    try:
        statement = msgspec.msgpack.decode(body[_KEY_ID:], type=ReceiptStatement)
        statement.time  # noqa: B018  a time that no calendar has is none of ours
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError, OSError, ValueError):
        raise ReceiptUnreadable from None
    if statement.format != FORMAT:
        raise ReceiptUnreadable
    return statement


def read_receipt(source: str) -> str:
    """The signed text in ``source``: itself, or what stands in the text, PDF or picture file of
    that name. Raises ReceiptUnreadable."""
    if source.strip().upper().startswith(PREFIX):
        return source
    try:
        path = Path(source)
        if path.stat().st_size > _MOST_BYTES:
            raise ReceiptUnreadable
        data = path.read_bytes()
    except (OSError, ValueError):  # also a name that no file can have
        raise ReceiptUnreadable from None
    found = _TEXT.search(data.decode("latin-1"))
    if found:
        return found.group()
    if data.startswith(_PICTURES):
        return _in_picture(data)
    raise ReceiptUnreadable


def _in_picture(data: bytes) -> str:
    from io import BytesIO

    import zxingcpp
    from PIL import Image

    try:
        with Image.open(BytesIO(data)) as picture:
            codes = zxingcpp.read_barcodes(picture.convert("L"))
    except (OSError, ValueError, Image.DecompressionBombError, SyntaxError):
        raise ReceiptUnreadable from None
    texts = (code.text for code in codes)
    found = next((text for text in texts if text.startswith(PREFIX)), None)
    if found is None:
        raise ReceiptUnreadable
    return found


# -- whom to believe ----------------------------------------------------------------------------

KEYS = "receipt-keys"


def trusted_keys(home: Path, own: SigningKey | None = None) -> tuple[PublicKey, ...]:
    """This device's own key and those entered here. Raises BadKeyFile, naming the file."""
    files = sorted((home / KEYS).glob("*.json"))
    entered = tuple(read_key(file, PublicKey) for file in files)
    return (*((public_of(own),) if own else ()), *entered)


def trust_key(home: Path, file: Path) -> PublicKey:
    """Enter the public key of another window. Raises BadKeyFile."""
    key: PublicKey = read_key(file, PublicKey)
    folder = home / KEYS
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{key.key_id}.part"
    part.write_bytes(msgspec.json.encode(key))
    part.replace(folder / f"{key.key_id}.json")
    return key
