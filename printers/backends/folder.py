"""Print into a folder: whole files or none, one file a job; slips with a picture beside them."""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from pathlib import Path

from app.print_ports import PLAIN, Fate, PrinterState, PrinterStatus, Sending
from printers.errors import FolderFull, FolderUnusable, FormatNotTaken, PaperError

_SUFFIX = {"application/pdf": ".pdf", "application/vnd.escpos": ".escpos"}
_LONGEST_TITLE = 50  # four bytes a character at worst, and 255 bytes to a name


class FolderPrinter:
    """``folder`` is made when first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return f"folder:{self._folder}"

    def accepts(self, media_type: str) -> bool:
        return media_type in _SUFFIX

    def send(self, job: str, title: str, media_type: str, data: bytes, how: Sending = PLAIN) -> str:
        """Returns the file's name. Raises FolderFull, FolderUnusable; then no file is there.

        The same job again replaces its own file and no other: there is one file a job.
        """
        del how  # a file is one copy, from no tray
        if media_type not in _SUFFIX:
            raise FormatNotTaken(printer=self.name)
        known = self.find(job)
        name = known or f"{_plain(title)}-{_plain(job)[-12:]}{_SUFFIX[media_type]}"
        target = self._folder / name
        picture = target.with_suffix(".png")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if media_type == "application/vnd.escpos" and (drawn := _picture(data)):
                _write_whole(picture, drawn)
            _write_whole(target, data)
        except OSError as error:
            if not known:
                with suppress(OSError):
                    picture.unlink(missing_ok=True)
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise FolderFull(folder=self._folder.name) from None
            reason = os.strerror(error.errno) if error.errno else "?"
            raise FolderUnusable(folder=self._folder.name, reason=reason) from None
        return target.name

    def find(self, job: str) -> str | None:
        """A file is there whole or not at all, so this printer knows while it sees its folder."""
        if self._folder.exists() and not os.access(self._folder, os.R_OK | os.X_OK):
            return None
        tail = f"-{_plain(job)[-12:]}"
        names = sorted(file.name for file in self._folder.glob(f"*{tail}.*"))
        return next((name for name in names if name.endswith(tuple(_SUFFIX.values()))), "")

    def follow(self, job: str, place: str, how: Sending = PLAIN) -> Fate:
        del job, place, how
        return Fate.OUT

    def withdraw(self, job: str, place: str) -> Fate:
        return self.follow(job, place)

    def trays(self) -> tuple[str, ...]:
        return ()

    def status(self) -> PrinterStatus:
        there = self._folder if self._folder.exists() else self._folder.parent
        while not there.exists() and there != there.parent:
            there = there.parent
        if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
            return PrinterStatus(state=PrinterState.READY)
        return PrinterStatus(
            state=PrinterState.FAULTY,
            code=FolderUnusable.code,
            details={"folder": self._folder.name, "reason": os.strerror(errno.EACCES)},
        )


def _plain(text: str) -> str:
    """A file name's part: letters, digits and hanzi; nothing that a path could mean."""
    return re.sub(r"[^\w（）-]+", "_", text)[:_LONGEST_TITLE] or "_"


def _write_whole(target: Path, data: bytes) -> None:
    """Beside, to the disk, then renamed: a reader sees the whole file or none, also after a cut."""
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _picture(data: bytes) -> bytes:
    """Of a slip; empty where it cannot be drawn, for the slip itself can still be kept."""
    from printers.documents.fonts import FontBook, FontRole
    from printers.slips.render import render_slip

    try:
        font = FontBook.from_folders().path_of(FontRole.HEI, FontRole.BODY)
        return render_slip(data, font).png()
    except PaperError:
        return b""
