"""Ask a printer something over IPP (RFC 8010): one message there, one answer back, both bounded.

The messages are built and read by pyipp; the wire is requests, because its errors tell whether
anything left: a refused connection is safe to repeat, a silence after sending is not.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from pyipp.enums import IppOperation
from pyipp.parser import parse
from pyipp.serializer import encode_dict
from urllib3.exceptions import HTTPError, NewConnectionError

from printers.errors import FormatNotTaken, PrintDoubted, PrinterRefused, PrinterUnreachable

_CONNECT_SECONDS = 3.0
_LARGEST_ANSWER = 1024 * 1024
_NOT_POSSIBLE = 0x0400  # status codes from here on are errors
_NOT_FOUND = 0x0406
_FORMAT_NOT_SUPPORTED = 0x040A
_VALUES_NOT_SUPPORTED = 0x040B
_END_OF_ATTRIBUTES = 0x03
_FIRST_VALUE_TAG = 0x10


class JobForgotten(PrinterRefused):
    """The printer knows no job of this number any more."""


class IppWire:
    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        self._uri = uri
        scheme = "https" if parts.scheme == "ipps" else "http"
        self._url = f"{scheme}://{parts.hostname}:{parts.port or 631}{parts.path or '/ipp/print'}"

    def ask(
        self,
        operation: IppOperation,
        attributes: dict[str, Any],
        *,
        seconds: float,
        data: bytes = b"",
        job: Mapping[str, Any] | None = None,
        tray: str = "",
        size: tuple[int, int] = (0, 0),
    ) -> dict[str, Any]:
        """``job`` are attributes of the job itself, ``tray`` its media-source,
        ``size`` of its media in hundredths of a millimetre. Raises
        PrinterUnreachable, PrinterRefused, JobForgotten, FormatNotTaken, PrintDoubted."""
        message = {
            "version": (1, 1),
            "operation": operation,
            "operation-attributes-tag": {
                "attributes-charset": "utf-8",
                "attributes-natural-language": "zh-cn",
                "printer-uri": self._uri,
                **attributes,
            },
            "job-attributes-tag": {} if job is None and (tray or any(size)) else job,
        }
        head = encode_dict(message)[:-1]  # the end of attributes follows the media
        body = (
            head
            + (_media(tray, size) if tray or any(size) else b"")
            + bytes((_END_OF_ATTRIBUTES,))
            + data
        )
        session = requests.Session()
        session.trust_env = False  # a web proxy has no business between desk and printer
        try:
            response = session.post(
                self._url,
                data=body,
                # A kept connection may be dead by the next job, and then nobody knows what left.
                headers={"Content-Type": "application/ipp", "Connection": "close"},
                timeout=(_CONNECT_SECONDS, seconds),
                allow_redirects=False,
                stream=True,
            )
            with response:
                content = _content(response, within=seconds)
        except requests.ConnectTimeout:
            raise PrinterUnreachable(printer=self._uri) from None
        except requests.ConnectionError as error:
            if _never_connected(error):
                raise PrinterUnreachable(printer=self._uri) from None
            raise PrintDoubted(printer=self._uri) from None
        except (requests.RequestException, HTTPError):
            raise PrintDoubted(printer=self._uri) from None
        if content is None or response.status_code >= requests.codes.server_error:
            raise PrintDoubted(printer=self._uri)
        if response.status_code != requests.codes.ok:
            raise PrinterRefused(printer=self._uri, status=f"HTTP {response.status_code}")
        return self._read(content)

    def _read(self, content: bytes) -> dict[str, Any]:
        if not _well_framed(content):
            raise PrintDoubted(printer=self._uri)
        try:
            answer: dict[str, Any] = parse(content)
            status = int(answer["status-code"])
        except Exception:  # noqa: BLE001 - pyipp's parser raises whatever broken bytes provoke
            raise PrintDoubted(printer=self._uri) from None
        unsupported = answer["unsupported-attributes"]
        if status == _FORMAT_NOT_SUPPORTED or (
            status == _VALUES_NOT_SUPPORTED and any("document-format" in u for u in unsupported)
        ):
            raise FormatNotTaken(printer=self._uri)
        if status == _NOT_FOUND:
            raise JobForgotten(printer=self._uri, status=f"IPP {status:#06x}")
        if status >= _NOT_POSSIBLE:
            raise PrinterRefused(printer=self._uri, status=f"IPP {status:#06x}")
        return answer


def _content(response: requests.Response, *, within: float) -> bytes | None:
    """None for an answer that is too long or drips in too slowly to be one."""
    end, parts, size = time.monotonic() + within, [], 0
    while part := response.raw.read1(65536):
        parts.append(part)
        size += len(part)
        if size > _LARGEST_ANSWER or time.monotonic() > end:
            return None
    return b"".join(parts)


def _well_framed(content: bytes) -> bool:
    """Every length stays inside (RFC 8010 3.1): pyipp reads them signed and could go in circles."""
    at = 8  # version, status, request id
    while at < len(content):
        tag = content[at]
        at += 1
        if tag == _END_OF_ATTRIBUTES:
            return True
        if tag < _FIRST_VALUE_TAG:
            continue
        for _ in ("name", "value"):
            length = int.from_bytes(content[at : at + 2], "big")
            at += 2 + length
            if length > 0x7FFF:
                return False
    return False


def _never_connected(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _media(tray: str, size: tuple[int, int]) -> bytes:
    """``media-col`` with a media-size (hundredths of a millimetre), a media-source or both (PWG
    5100.7), which pyipp cannot write."""

    def value(tag: int, name: bytes, said: bytes) -> bytes:
        return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(said)) + said

    def member(name: bytes, tag: int, said: bytes) -> bytes:
        return value(0x4A, b"", name) + value(tag, b"", said)

    body = b""
    if any(size):
        body += member(b"media-size", 0x34, b"")
        body += member(b"x-dimension", 0x21, struct.pack(">i", size[0]))
        body += member(b"y-dimension", 0x21, struct.pack(">i", size[1])) + value(0x37, b"", b"")
    if tray:
        body += member(b"media-source", 0x44, tray.encode())
    return value(0x34, b"media-col", b"") + body + value(0x37, b"", b"")
