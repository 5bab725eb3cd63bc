"""Clean, measure and break lines of Chinese and Latin text, each run in a font that has it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from printers.documents.fonts import GETA, FontBook

NO_LINE_START = frozenset("，。、；：？！）》〉」』】〕”’…—·％%,.;:?!)]}")
NO_LINE_END = frozenset("（《〈「『【〔“‘([{□■")
OF_A_DATE = frozenset("年月日")  # stay with their digits
# What the eye takes for one word; a break inside is the last resort.
WORD_EXTRA = frozenset("-_./:@&=#+'*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """Size and leading in points."""

    size: float
    leading: float
    bold: bool = False
    grey: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that one font draws; ``width`` in em."""

    font: str
    text: str
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One set line. ``width`` in points; ``ends`` marks the last line of a paragraph."""

    runs: tuple[Run, ...]
    width: float
    glyphs: int
    ends: bool
    indent: float = 0.0


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    font: str
    width: float


def clean(text: str) -> str:
    """One visible line: no controls, no bidi or zero-width marks, no variation selectors.

    Line ends and tabs become spaces. Nothing is normalised: a compatibility ideograph in a name
    is that person's character.
    """
    if text.isprintable() and text.isascii():
        return text
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if char in "\t\n\v\f\r\x85" or category in ("Zl", "Zp"):
            kept.append(" ")
        elif category == "Zs":
            kept.append(char if char == "\u3000" else " ")
        elif category in ("Cc", "Cf") or _variation(char):
            continue
        else:
            kept.append(char)
    return "".join(kept)


def _variation(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


class Typesetter:
    """Sets text in the fonts of a book. Measures are remembered per character by the book."""

    def __init__(self, fonts: FontBook) -> None:
        self._fonts = fonts
        self._wrapped: dict[tuple[str, TextStyle, float, float], tuple[Line, ...]] = {}

    def width(self, text: str, style: TextStyle) -> float:
        return sum(glyph.width for glyph in self._glyphs(clean(text), style)) * style.size

    def line(self, text: str, style: TextStyle) -> Line:
        """All on one line, however wide."""
        return _line(self._glyphs(clean(text), style), style, ends=True)

    def fit(self, text: str, style: TextStyle, width: float) -> Line:
        """On one line of at most ``width``, cut with … where it must be."""
        glyphs = self._glyphs(clean(text), style)
        if sum(g.width for g in glyphs) * style.size <= width:
            return _line(glyphs, style, ends=True)
        dots = self._glyphs("…", style)
        room = width / style.size - sum(g.width for g in dots)
        kept: list[_Glyph] = []
        for glyph in glyphs:
            room -= glyph.width
            if room < 0:
                break
            kept.append(glyph)
        return _line([*kept, *dots], style, ends=True)

    def wrap(
        self, text: str, style: TextStyle, width: float, *, first_indent: float = 0.0
    ) -> tuple[Line, ...]:
        """Lines of at most ``width`` points; at least one, also for empty text.

        Remembered, because a layout measures first and draws later.
        """
        key = (text, style, width, first_indent)
        if key not in self._wrapped:
            self._wrapped[key] = self._wrap(text, style, width, first_indent)
        return self._wrapped[key]

    def _wrap(
        self, text: str, style: TextStyle, width: float, first_indent: float
    ) -> tuple[Line, ...]:
        glyphs = self._glyphs(clean(text).strip(" "), style)
        lines: list[Line] = []
        start, indent = 0, first_indent
        while True:
            end = _break(glyphs, start, (width - indent) / style.size)
            row = glyphs[start:end]
            while row and row[-1].char == " ":
                row = row[:-1]
            lines.append(_line(row, style, ends=end >= len(glyphs), indent=indent))
            start = end
            while start < len(glyphs) and glyphs[start].char == " ":
                start += 1
            indent = 0.0
            if start >= len(glyphs):
                break
        if not lines[-1].ends:  # only spaces were left after it
            last = lines[-1]
            lines[-1] = Line(last.runs, last.width, last.glyphs, True, last.indent)
        return tuple(lines)

    def _glyphs(self, text: str, style: TextStyle) -> list[_Glyph]:
        out = []
        for char in text:
            found = self._fonts.glyph(char, bold=style.bold)
            if found:
                out.append(_Glyph(char, found[0].name, found[1]))
            else:
                for stand_in in f"{GETA}[U+{ord(char):04X}]":
                    have = self._fonts.glyph(stand_in, bold=style.bold)
                    if have:
                        out.append(_Glyph(stand_in, have[0].name, have[1]))
        return out


def _wordlike(char: str) -> bool:
    return (char.isalnum() and ord(char) < 0x2E80) or char in WORD_EXTRA


def _break(glyphs: Sequence[_Glyph], start: int, room: float) -> int:
    """Where the next line begins: the last lawful break that fits, else wherever it is full."""
    used = 0.0
    end = start
    while end < len(glyphs) and used + glyphs[end].width <= room + 1e-6:
        used += glyphs[end].width
        end += 1
    if end >= len(glyphs):
        return len(glyphs)
    if end == start:
        return start + 1  # a glyph wider than the line still has to go somewhere
    for at in range(end, start, -1):
        if _may_break(glyphs[at - 1].char, glyphs[at].char):
            return at
    return end


def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return True
    if after in NO_LINE_START or before in NO_LINE_END:
        return False
    if after in OF_A_DATE and before.isdigit():
        return False
    return not (_wordlike(before) and _wordlike(after))


def _line(glyphs: Sequence[_Glyph], style: TextStyle, *, ends: bool, indent: float = 0.0) -> Line:
    runs: list[Run] = []
    font, width = "", 0.0
    chars: list[str] = []
    for glyph in glyphs:
        if glyph.font != font and chars:
            runs.append(Run(font, "".join(chars), width))
            chars, width = [], 0.0
        font = glyph.font
        chars.append(glyph.char)
        width += glyph.width
    if chars:
        runs.append(Run(font, "".join(chars), width))
    total = sum(run.width for run in runs) * style.size
    return Line(tuple(runs), total, len(glyphs), ends, indent)
