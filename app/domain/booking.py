"""A booking (预约) names its person by a digest: nobody else checks in with its code. Pure."""

from __future__ import annotations

import hashlib


def booking_digest(code: str, id_number: str) -> str:
    """SHA-256, in hex, of the code, a colon and the identity number in capitals."""
    return hashlib.sha256(f"{code}:{id_number.strip().upper()}".encode()).hexdigest()
