"""Speak HTTP with the back office: one session, both timeouts, no answer larger than allowed."""

from __future__ import annotations

import time

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from sync.client.round import Post, Reply
from sync.errors import BadAnswer, Unreachable
from sync.wire import PROTOCOL, PROTOCOL_HEADER

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 15.0  # a body that only drips; silence on the line ends it after a third


class HttpTransport:
    """A ``Send``. Belongs to one thread. ``verify`` is True or the path of the hall's own CA.

    ``longest`` is how many seconds a whole answer may take, a third of them without a byte.
    """

    def __init__(
        self, *, base_url: str, token: str, verify: bool | str = True,
        longest: float = ANSWER_SECONDS,
    ) -> None:  # fmt: skip
        self._base = base_url.rstrip("/")
        self._verify = verify
        self._longest = longest
        self._session = requests.Session()
        # A proxy or .netrc of the machine's environment must never see or replace the token.
        self._session.trust_env = False
        self._session.headers.update(
            {
                "Authorization": f"Bearer {token}",
                PROTOCOL_HEADER: str(PROTOCOL),
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            }
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1))

    def __call__(self, post: Post) -> Reply:
        """Raises Unreachable where no complete answer came, BadAnswer where it is too large."""
        headers = {"Content-Type": post.content_type}
        if post.encoding:
            headers["Content-Encoding"] = post.encoding
        return self._ask("POST", post.path, headers, post.body, post.largest)

    def get(self, path: str, largest: int, known: str = "") -> Reply:
        """``known`` is the ETag of what is here already: the same again is answered 304."""
        return self._ask("GET", path, {"If-None-Match": known} if known else {}, None, largest)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None, largest: int
    ) -> Reply:
        until = time.monotonic() + self._longest
        try:
            with self._session.request(
                method, self._base + path, data=body, headers=headers, stream=True,
                timeout=(CONNECT_SECONDS, self._longest / 3), verify=self._verify,
                allow_redirects=False,
            ) as response:  # fmt: skip
                content = b"" if response.status_code == 304 else _read(response, largest, until)
                return Reply(status=response.status_code, body=content)
        except (requests.RequestException, HTTPError, OSError, ValueError):
            # HTTPError: a body cut short, read past requests. Nothing of the texts is needed.
            raise Unreachable from None

    def close(self) -> None:
        self._session.close()


def _read(response: requests.Response, largest: int, until: float) -> bytes:
    declared = response.headers.get("Content-Length", "")
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "")
    if not chunked and not declared.isdigit():
        raise Unreachable  # cut within the headers: nothing says where the answer ends
    parts: list[bytes] = []
    size = 0
    # read1: what has arrived, so that the deadline is looked at however slowly it drips.
    while part := response.raw.read1(64 * 1024):
        size += len(part)
        if size > largest:
            raise BadAnswer
        if time.monotonic() > until:
            raise Unreachable
        parts.append(part)
    if not chunked and size != int(declared):
        raise Unreachable
    return b"".join(parts)
