"""Decide colours and sizes: two themes from one style sheet with named holes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template


class ThemeMode(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Tone(StrEnum):
    """Colours with a meaning; never alone, always with a word."""

    NEUTRAL = "neutral"
    ACT = "act"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Every pair of text and ground below has a contrast of at least 4.5:1 (a test computes it)."""

    name: str
    ground: str
    card: str
    line: str
    text: str
    muted: str
    faint: str  # text of what is impossible now
    act: str
    act_text: str
    act_hover: str
    act_soft: str
    act_ink: str
    hover: str
    cap: str
    cap_text: str
    good: str
    good_ink: str
    warn: str
    warn_ink: str
    bad: str
    bad_ink: str
    paper: str = "#ffffff"
    paper_ink: str = "#16191d"
    paper_line: str = "#d9dde3"

    def tone(self, tone: Tone) -> tuple[str, str]:
        """(ground, ink)."""
        return {
            Tone.NEUTRAL: (self.cap, self.cap_text),
            Tone.ACT: (self.act_soft, self.act_ink),
            Tone.GOOD: (self.good, self.good_ink),
            Tone.WARN: (self.warn, self.warn_ink),
            Tone.BAD: (self.bad, self.bad_ink),
        }[tone]


LIGHT = Theme(
    name="light", ground="#f2f4f6", card="#ffffff", line="#dce0e5", text="#16191d",
    muted="#5a6370", faint="#6b7480", act="#0b5cad", act_text="#ffffff", act_hover="#094f96",
    act_soft="#e4effb", act_ink="#0a4f96", hover="#f4f7fa", cap="#edf0f3", cap_text="#4c5561",
    good="#e2f4e8", good_ink="#14663a", warn="#fff0d6", warn_ink="#7a4a00", bad="#fde6e6",
    bad_ink="#a5161d",
)  # fmt: skip

DARK = Theme(
    name="dark", ground="#101316", card="#1a1f25", line="#313941", text="#eef1f4",
    muted="#a3adb8", faint="#8b95a1", act="#6cb0f8", act_text="#0b1a2a", act_hover="#8ac1fb",
    act_soft="#16304d", act_ink="#9cccff", hover="#20262d", cap="#262d35", cap_text="#b4bdc7",
    good="#15331f", good_ink="#7fd99f", warn="#3a2a0c", warn_ink="#f3c069", bad="#421a1c",
    bad_ink="#ff9d9d",
)  # fmt: skip


def choose_theme(mode: ThemeMode, system_is_dark: bool) -> Theme:
    if mode is ThemeMode.SYSTEM:
        return DARK if system_is_dark else LIGHT
    return DARK if mode is ThemeMode.DARK else LIGHT


@cache
def _template(folder: Path) -> Template:
    return Template((folder / "onewindow.qss").read_text(encoding="utf-8"))


@cache
def style_sheet(theme: Theme, folder: Path) -> str:
    """The style sheet of a theme. Raises KeyError where the template names an unknown token."""
    return _template(folder).substitute(asdict(theme))


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two ``#rrggbb`` colours."""

    def luminance(colour: str) -> float:
        def channel(value: int) -> float:
            share = value / 255
            return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

        red, green, blue = (channel(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)
