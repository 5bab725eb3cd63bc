"""Find TrueType fonts for Chinese text and choose, character by character, one that has the glyph.

reportlab embeds TrueType outlines only, so CFF fonts (Noto CJK, Source Han) are passed over. The
order of the search is the caller's folders (a bundle), then where Debian and Windows keep theirs.
"""

from __future__ import annotations

import os
import re
import struct
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from printers.errors import FontsMissing, GlyphsMissing

PACKAGES = "fonts-lxgw-wenkai fonts-wqy-microhei fonts-hanazono"
GETA = "〓"  # U+3013, the printers' own mark for a character that is not in the case


class FontRole(StrEnum):
    BODY = "body"  # kai or fangsong, as official papers have it
    BOLD = "bold"
    HEI = "hei"
    RARE = "rare"
    RARE_SUPPLEMENTARY = "rare_supplementary"


# Best first. A name is looked for in every folder of the search.
CANDIDATES: dict[FontRole, tuple[str, ...]] = {
    FontRole.BODY: ("LXGWWenKai-Regular.ttf", "simfang.ttf", "simkai.ttf", "simsun.ttc"),
    FontRole.BOLD: ("LXGWWenKai-Bold.ttf", "LXGWWenKai-Medium.ttf", "simhei.ttf"),
    FontRole.HEI: ("wqy-microhei.ttc", "simhei.ttf", "msyh.ttc"),
    FontRole.RARE: ("HanaMinA.ttf", "simsun.ttc"),
    FontRole.RARE_SUPPLEMENTARY: ("HanaMinB.ttf", "simsunb.ttf"),
}

SYSTEM_FOLDERS = (
    Path("/usr/share/fonts/truetype/lxgw-wenkai"),
    Path("/usr/share/fonts/truetype/wqy"),
    Path("/usr/share/fonts/truetype/hanazono"),
    Path("/usr/local/share/fonts"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFont:
    """One role of the search: ``path`` is None where nothing usable was found."""

    role: FontRole
    path: Path | None
    what_to_do: str  # "" when found, else the package that has it

    @property
    def found(self) -> bool:
        return self.path is not None


def _search_folders(folders: Sequence[Path]) -> list[Path]:
    windows = os.environ.get("WINDIR") or os.environ.get("SYSTEMROOT")
    return [*folders, *SYSTEM_FOLDERS, *([Path(windows) / "Fonts"] if windows else [])]


def _has_truetype_outlines(path: Path) -> bool:
    """The first face has a ``glyf`` table; anything unreadable has not."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
            if start[:4] == b"ttcf":
                (offset,) = struct.unpack(">I", start[12:16])
                file.seek(offset)
                start = file.read(16)
                file.seek(offset + 12)
            else:
                file.seek(12)
            (tables,) = struct.unpack(">H", start[4:6])
            names = {file.read(16)[:4] for _ in range(min(tables, 64))}
    except (OSError, struct.error):
        return False
    return start[:4] in (b"\x00\x01\x00\x00", b"true") and b"glyf" in names


def find_fonts(folders: Sequence[Path] = ()) -> tuple[FoundFont, ...]:
    """What the machine has for each role; reads only headers, so a doctor may call it."""
    search = _search_folders(folders)
    packages = {
        FontRole.BODY: "fonts-lxgw-wenkai", FontRole.BOLD: "fonts-lxgw-wenkai",
        FontRole.HEI: "fonts-wqy-microhei",
        FontRole.RARE: "fonts-hanazono", FontRole.RARE_SUPPLEMENTARY: "fonts-hanazono",
    }  # fmt: skip
    answers = []
    for role, names in CANDIDATES.items():
        path = next(
            (
                folder / name
                for name in names
                for folder in search
                if _has_truetype_outlines(folder / name)
            ),
            None,
        )
        step = "" if path else f"apt-get install {packages[role]}"
        answers.append(FoundFont(role=role, path=path, what_to_do=step))
    return tuple(answers)


_BEYOND = re.compile(r"<([0-9A-F]{2})> <([0-9A-F]{5,6})>")


class SearchableFont(TTFont):
    """Says of characters beyond the basic plane what they are in UTF-16, as PDF wants it: else
    nobody finds or copies a rare name."""

    def addObjects(self, doc: Any) -> None:
        super().addObjects(doc)
        for name, one in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:") and isinstance(one.content, str):
                one.content = _BEYOND.sub(_in_pairs, one.content)


def _in_pairs(found: re.Match[str]) -> str:
    return f"<{found[1]}> <{chr(int(found[2], 16)).encode('utf-16-be').hex().upper()}>"


class Face:
    """One registered font: which characters it has and how wide they are (in em)."""

    def __init__(self, name: str, font: TTFont) -> None:
        face: Any = font.face
        self.name = name
        self.glyphs: dict[int, int] = face.charToGlyph
        self._widths: dict[int, float] = face.charWidths
        self._default: float = face.defaultWidth

    def width(self, char: str) -> float:
        return self._widths.get(ord(char), self._default) / 1000


_LOADING = threading.Lock()  # reportlab keeps one registry of fonts for the whole process


def _load_face(path: Path) -> Face:
    name = f"onewindow-{path.stem}"
    with _LOADING:
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(
                SearchableFont(name, str(path), subfontIndex=0, asciiReadable=False, shapable=False)
            )
        font: Any = pdfmetrics.getFont(name)
    return Face(name, font)


def _printable(char: str) -> bool:
    """Private-use and surrogate code points mean something else in every font: never drawn."""
    return unicodedata.category(char) not in ("Co", "Cs", "Cn")


class FontBook:
    """The fonts of this machine, loaded when the first character needs them.

    A character is drawn by the body (or bold) font, else hei, else HanaMinA, else HanaMinB.
    """

    def __init__(self, found: Sequence[FoundFont]) -> None:
        self._paths = {font.role: font.path for font in found if font.path}
        self._faces: dict[Path, Face | None] = {}
        self._chosen: dict[tuple[str, bool], tuple[Face, float] | None] = {}

    @classmethod
    def from_folders(cls, folders: Sequence[Path] = ()) -> FontBook:
        return cls(find_fonts(folders))

    def path_of(self, *roles: FontRole) -> Path:
        """The first of the roles that is there. Raises FontsMissing."""
        for role in roles or tuple(FontRole):
            if role in self._paths:
                return self._paths[role]
        raise FontsMissing(packages=PACKAGES)

    def check(self) -> None:
        """Raises FontsMissing when there is nothing to set Chinese text in."""
        self.path_of(FontRole.BODY, FontRole.HEI, FontRole.BOLD, FontRole.RARE)

    def glyph(self, char: str, *, bold: bool) -> tuple[Face, float] | None:
        """The face that has this character, and its width in em; None where no font has it."""
        key = (char, bold)
        if key not in self._chosen:
            self._chosen[key] = self._choose(char, bold=bold)
        return self._chosen[key]

    def path_for(self, char: str) -> Path | None:
        """The font file that draws this character on a slip; None where no font has it."""
        if not _printable(char):
            return None
        for role in (FontRole.HEI, FontRole.BODY, FontRole.RARE, FontRole.RARE_SUPPLEMENTARY):
            path = self._paths.get(role)
            face = self._face(path) if path else None
            if path and face and ord(char) in face.glyphs:
                return path
        return None

    def missing_glyphs(self, text: str) -> str:
        """The characters of ``text``, each once, that no font here can draw."""
        visible = (char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Mn"))
        return "".join(dict.fromkeys(c for c in visible if self.glyph(c, bold=False) is None))

    def warning(self, text: str) -> GlyphsMissing | None:
        """The coded warning to show beside a paper that carries such characters."""
        missing = self.missing_glyphs(text)
        if not missing:
            return None
        points = " ".join(f"U+{ord(char):04X}" for char in missing[:8])
        return GlyphsMissing(count=len(missing), points=points)

    def _choose(self, char: str, *, bold: bool) -> tuple[Face, float] | None:
        if not _printable(char):
            return None
        first = FontRole.BOLD if bold else FontRole.BODY
        for role in (first, *(role for role in FontRole if role not in (first, FontRole.BOLD))):
            path = self._paths.get(role)
            face = self._face(path) if path else None
            if face and ord(char) in face.glyphs:
                return face, face.width(char)
        return None

    def _face(self, path: Path) -> Face | None:
        """None for a font that turns out to be broken: the next one of the chain serves."""
        if path not in self._faces:
            try:
                self._faces[path] = _load_face(path)
            except (TTFError, OSError, struct.error, KeyError, IndexError):
                self._faces[path] = None
        return self._faces[path]
