"""Bring pages into the tray, wherever they come from: scanner, file, clipboard, watched folder.

Each page is kept first and looked at then; a page of nobody that states a case's number goes to
that case.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from app.domain.errors import AppError, Blame
from app.domain.scan_page import TrayPage
from app.scan_ports import Scanner, ScanProgress, ScanWish
from app.services.attachments import SourceUnreadable
from app.services.scan_tray import ScanTray
from app.storage.scan_kinds import (
    MAX_SCAN,
    PDF,
    SNIFFED,
    ScanRefused,
    ScanSizeWrong,
    TooManyPages,
    sniff,
)

log = logging.getLogger(__name__)

_QUIET = 2.0  # seconds a file lies unchanged before it counts as whole
_MOST_FILES = 50  # of one look
REFUSED = "refused"  # folder for files that are no pages

Came = Callable[[TrayPage], None]


class FolderUnreadable(AppError):
    """The watched folder is not there, or may not be read."""

    code = "SCAN-FOLDER"
    blame = Blame.MACHINE
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where pages go; ``instead_of`` is a page that is taken anew, by the first that comes."""

    case_id: str = ""
    material: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderLook:
    """What one look into the watched folder brought; ``refused`` are (file, code)."""

    pages: int = 0
    refused: tuple[tuple[str, str], ...] = ()


class ScanIntake:
    """Blocks for as long as paper takes: on a lane of its own."""

    def __init__(self, tray: ScanTray, scanner: Callable[[], Scanner], folder: Path | None) -> None:
        """``folder`` is watched, None for none."""
        self._tray = tray
        self._scanner = scanner
        self._folder = folder

    def scan(
        self, target: Target, wish: ScanWish, *, came: Came,
        tell: Callable[[ScanProgress], None] = lambda _: None, cancelled: Event | None = None,
    ) -> int:  # fmt: skip
        """How many pages came. Raises AppError; what came before stays."""
        scanner = self._scanner()
        taking = _Taking(self._tray, target, scanner.name, came)
        return scanner.scan(
            wish, target.case_id, keep=taking.keep, tell=tell, cancelled=cancelled or Event()
        )

    def add_file(self, target: Target, path: Path, *, came: Came) -> int:
        """A picture, or each page of a PDF or TIFF. Raises AppError."""
        taking = _Taking(self._tray, target, "file", came)
        try:
            with path.open("rb") as file:
                head = file.read(SNIFFED)
                if sniff(head) != PDF:
                    content = head + file.read(MAX_SCAN + 1 - len(head))
        except (OSError, ValueError):
            raise SourceUnreadable from None
        if sniff(head) == PDF:
            return self._scanner().take_apart(
                str(path.absolute()), target.case_id, keep=taking.keep
            )
        if not content:
            raise ScanSizeWrong(most=MAX_SCAN // 2**20)
        taking.keep(content)
        return taking.count

    def add_content(
        self, target: Target, content: bytes, *, came: Came, source: str = "paste"
    ) -> int:
        """What was pasted, or seen by a camera. Raises AppError."""
        taking = _Taking(self._tray, target, source, came)
        taking.keep(content)
        return taking.count

    def left_over(self, *, came: Came) -> int:
        """Pages that were scanned before a kill. Raises AppError."""

        def keep(case_id: str, content: bytes) -> None:
            try:
                _Taking(self._tray, Target(case_id=case_id), "spool", came).keep(content)
            except TooManyPages:
                raise  # it is one, and there will be room
            except ScanRefused as error:
                log.warning("what was left in the scan spool is no page: %s", error.code)

        return self._scanner().left_over(keep)

    def look_in_folder(self, target: Target, *, came: Came) -> FolderLook:
        """Take what lies there whole; a file goes once its pages are safe. What is no page goes
        into a folder beside. Raises FolderUnreadable, and DiskFull and the like."""
        if self._folder is None:
            return FolderLook()
        pages, refused = 0, []
        for path in _whole_files(self._folder):
            try:
                pages += self.add_file(target, path, came=came)
            except AppError as error:
                if error.blame is not Blame.DATA:
                    raise  # the machine's or the device's: the file waits
                refused.append((path.name, error.code))
                _put_aside(path)
            else:
                with suppress(OSError):
                    path.unlink()
        return FolderLook(pages=pages, refused=tuple(refused))


class _Taking:
    """The pages of one act, one after the other."""

    def __init__(self, tray: ScanTray, target: Target, source: str, came: Came) -> None:
        self._tray, self._target, self._source, self._came = tray, target, source, came
        self._instead_of = target.instead_of
        self.count = 0

    def keep(self, content: bytes) -> None:
        target = self._target
        for page in self._tray.take(
            target.case_id, content, source=self._source, material=target.material,
            instead_of=self._instead_of,
        ):  # fmt: skip
            self._instead_of = ""
            self.count += 1
            self._came(page)
            seen = self._tray.look(page.id)
            if seen.seen.other_case and not seen.case_id:
                self._tray.give([seen.id], seen.seen.other_case)
            self._came(seen)


def _whole_files(folder: Path) -> list[Path]:
    """Oldest first; only files of the folder itself, no links."""
    before = time.time() - _QUIET
    found = []
    try:
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                status = path.lstat()
                plain = path.is_file() and not path.is_symlink()
                if plain and not path.name.startswith(".") and status.st_mtime < before:
                    found.append((status.st_mtime, path))
    except OSError:
        raise FolderUnreadable from None
    return [path for _, path in sorted(found)[:_MOST_FILES]]


def _put_aside(path: Path) -> None:
    with suppress(OSError):
        (path.parent / REFUSED).mkdir(exist_ok=True)
        path.replace(path.parent / REFUSED / path.name)
