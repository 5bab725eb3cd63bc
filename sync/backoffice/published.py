"""Serve the lists that are published to every window, as whoever publishes them put them there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import zstandard
from fastapi import FastAPI, Request, Response

from sync import wire
from sync.backoffice.office import Office
from sync.backoffice.records import KeptFile
from sync.errors import NotPublished, SyncError
from sync.published import KINDS, PublishedKind, version_tag


class PublishedFile:
    """A file of the back office's folder; read again when it has changed."""

    def __init__(self, kind: PublishedKind, folder: Path) -> None:
        self._kind = kind
        self._file = KeptFile(folder / kind.file, self._parse)

    def get(self) -> tuple[bytes, str]:
        """(JSON compressed by zstd, ETag of the JSON). Raises NotPublished, ServerTrouble."""
        found = self._file.get()
        if found is None:
            raise NotPublished
        return found

    def _parse(self, content: bytes) -> tuple[bytes, str]:
        answer = self._kind.tidied(content)
        if len(answer) > self._kind.largest:
            raise ValueError
        return zstandard.ZstdCompressor(level=6).compress(answer), version_tag(answer)


class PublishedShelf:
    """All that is published; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.files: Mapping[PublishedKind, PublishedFile] = {
            kind: PublishedFile(kind, folder) for kind in KINDS
        }

    def tags(self) -> dict[str, str]:
        """The ETag of each list by its name, of those that are there and can be used."""
        return dict(self._tags())

    def _tags(self) -> Iterator[tuple[str, str]]:
        for kind, file in self.files.items():
            try:
                yield kind.name, file.get()[1]
            except SyncError:
                continue  # said in the log and to whoever asks for it


def add_published(app: FastAPI, office: Office, shelf: PublishedShelf) -> None:
    for kind, file in shelf.files.items():
        _add(app, office, kind, file)


def _add(app: FastAPI, office: Office, kind: PublishedKind, file: PublishedFile) -> None:
    @app.get(kind.path, name=kind.name)
    async def answer(request: Request) -> Response:
        office.admit(request)
        packed, tag = await office.read(lambda _: file.get())
        headers = {
            wire.PROTOCOL_HEADER: str(wire.PROTOCOL), "ETag": tag, "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
        }  # fmt: skip
        if request.headers.get("if-none-match", "") == tag:
            return Response(status_code=304, headers=headers)
        if "zstd" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "zstd"
            return Response(packed, media_type="application/json", headers=headers)
        plain = await office.read(lambda _: zstandard.ZstdDecompressor().decompress(packed))
        return Response(plain, media_type="application/json", headers=headers)
