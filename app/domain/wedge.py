"""Tell what a scanner types (键盘口扫描枪, 机读区阅读器) from what a person types. Pure.

A scanner's characters follow each other within a few milliseconds, many at once, and mostly end
with Enter. What comes so quickly is held back until it is known what it is: a person's keys are
given on after a moment, a scanner's never reach the screen, where single letters are acts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

GAP = 40  # milliseconds: nobody types so many characters each within this time
NEXT_LINE = 150  # milliseconds that a scanner may rest between the lines of one reading
_LEAST = 6  # characters of a line that ends with Enter
_LEAST_OPEN = 10  # of one that does not
_MOST = 4096  # a key held by a book is no reading


class Fate(StrEnum):
    """What becomes of a key: GIVEN on to the screen, HELD back, or EATEN for good."""

    GIVEN = "given"
    HELD = "held"
    EATEN = "eaten"


@dataclass(slots=True)
class Wedge:
    """Hears keys and rests in their order; times in milliseconds, of any clock that only rises."""

    _held: list[str] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _last: int = -(10**9)

    @property
    def waits(self) -> int:
        """After how many milliseconds of rest ``rest`` is to be called; 0 for never."""
        return GAP if self._held else NEXT_LINE if self._lines else 0

    def character(self, text: str, at: int) -> Fate:
        """One character; call ``rest`` before it, where more time than ``waits`` has gone by."""
        if not text.isprintable() or len(text) != 1 or len(self._held) >= _MOST:
            return Fate.GIVEN
        self._held.append(text)
        self._last = at
        return Fate.HELD

    def enter(self, at: int) -> Fate:
        """EATEN where it ends a scanned line; else give on what is held, then this."""
        if at - self._last > GAP or len(self._held) < _LEAST:
            return Fate.GIVEN
        self._lines.append("".join(self._held))
        self._held.clear()
        self._last = at
        return Fate.EATEN

    def give_up(self) -> str:
        """The held characters, which a person typed; nothing is held any more."""
        text = "".join(self._held)
        self._held.clear()
        return text

    def rest(self) -> tuple[str, tuple[str, ...]]:
        """Nothing came for a while. Returns (characters to give on, lines that were scanned)."""
        if len(self._held) >= _LEAST_OPEN:
            self._lines.append("".join(self._held))
            self._held.clear()
        lines = tuple(self._lines) if not self._held or self._lines else ()
        self._lines.clear()
        return self.give_up(), lines
