"""Spend a one-time code at the back office for this device's token; pin its certificate."""

from __future__ import annotations

import hashlib
import socket
import ssl
from contextlib import closing
from urllib.parse import urlsplit

import msgspec

from app.domain.decoding import decode
from app.ports import Access, Enrolled, EnrolmentAsked
from sync import errors
from sync.client.round import Post, Reply
from sync.client.transport import CONNECT_SECONDS, PIN, HttpTransport
from sync.devices import ENROL_PATH, EnrolAnswer, EnrolRequest, tidy_code, tidy_fingerprint
from sync.wire import ErrorAnswer, is_name

_LONGEST_SECONDS = 15.0
_LARGEST = 64 * 1024
_TOLD: dict[str, type[errors.SyncError]] = {
    kind.code: kind
    for kind in (
        errors.BadCode, errors.TooMany, errors.TooOld, errors.TooNew, errors.ServerTrouble,
    )
}  # fmt: skip


def ask_enrolment(asked: EnrolmentAsked) -> Enrolled:
    """The device's new token. Blocking.

    Raises BadCode, TooMany, TooOld, TooNew, ServerTrouble, Unreachable, BadAnswer, UnknownAddress,
    and UnknownCertificate before the code is sent to somebody whose certificate nobody vouches for.
    """
    url = check_url(asked.url)
    verify: bool | str = asked.authorities or True
    if asked.fingerprint:
        pin = tidy_fingerprint(asked.fingerprint)
        if not pin:
            raise errors.UnknownCertificate(fingerprint="—")
        verify = PIN + pin
    request = EnrolRequest(
        code=tidy_code(asked.code), install=asked.install, former_device=asked.former_device,
        former_install=asked.former_install, version=asked.version,
    )  # fmt: skip
    try:
        answer = _ask(Access(url=url, token="", verify=verify), request)
    except errors.BadCertificate:
        raise errors.UnknownCertificate(fingerprint=_fingerprint(url)) from None
    if answer.fingerprint and url.startswith("https:") and not asked.authorities:
        verify = PIN + answer.fingerprint
    access = Access(url=url, token=answer.token, verify=verify)
    _greet(access)
    return Enrolled(
        access=access, device=answer.device, hall=answer.hall, acknowledged=answer.acknowledged,
        head=answer.head, set_aside=answer.set_aside,
    )  # fmt: skip


def check_url(url: str) -> str:
    """Without what follows the port. Raises UnknownAddress."""
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise errors.UnknownAddress from None
    if not good or parts.username or parts.query or parts.fragment:
        raise errors.UnknownAddress
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _ask(access: Access, request: EnrolRequest) -> EnrolAnswer:
    post = Post(
        path=ENROL_PATH, body=msgspec.json.encode(request), content_type="application/json",
        largest=_LARGEST,
    )  # fmt: skip
    with closing(HttpTransport(access, longest=_LONGEST_SECONDS)) as transport:
        reply = transport(post)
    if reply.status != 200:
        raise _refusal(reply)
    try:
        answer = decode(reply.body, EnrolAnswer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise errors.BadAnswer from None
    good = is_name(answer.device, 64) and is_name(answer.token, 200) and answer.token.isascii()
    pin = answer.fingerprint
    if not good or answer.acknowledged < 0 or (pin and tidy_fingerprint(pin) != pin):
        raise errors.BadAnswer
    return answer


def _refusal(reply: Reply) -> errors.SyncError:
    try:
        told = decode(reply.body, ErrorAnswer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return errors.BadAnswer()
    return _TOLD.get(told.code, errors.BadAnswer)()


def _greet(access: Access) -> None:
    """Whoever stands between and shows a certificate of its own is found out here."""
    with closing(HttpTransport(access, longest=_LONGEST_SECONDS)) as transport:
        if transport.get("/health", _LARGEST).status != 200:
            raise errors.BadAnswer


def _fingerprint(url: str) -> str:
    """Of the certificate that is shown there, for a person to compare."""
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is sent: it is only looked at
    try:
        with (
            socket.create_connection(
                (parts.hostname or "", parts.port or 443), CONNECT_SECONDS
            ) as line,
            context.wrap_socket(line, server_hostname=parts.hostname) as shown,
        ):
            certificate = shown.getpeercert(binary_form=True) or b""
    except (OSError, ValueError):
        return "—"
    digest = hashlib.sha256(certificate).hexdigest().upper()
    return ":".join(digest[place : place + 2] for place in range(0, 64, 2))
