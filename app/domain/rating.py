"""好差评: five levels with their reasons, and what of a rating is due by when. Pure.

国办发〔2019〕51号: on site one rating for each service occasion (一次一评), given by the applicant
alone; each 差评 is called back, and set right within 15 working days.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.decoding import decode
from app.domain.errors import BadEntry

BAD = 2  # and below: 差评
RECTIFY_DAYS = 15  # working days
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingReason:
    id: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingLevel:
    """``score`` 5 非常满意 … 1 非常不满意."""

    score: int
    name: str
    name_en: str
    reasons: tuple[RatingReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingLevels:
    levels: tuple[RatingLevel, ...]

    def get(self, score: int) -> RatingLevel:
        """Raises KeyError."""
        return {one.score: one for one in self.levels}[score]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One service at one window: its ticket, "" without one, and the cases decided in it."""

    ticket: str
    cases: tuple[str, ...]

    @property
    def id(self) -> str:
        """What makes it one: two ratings of it would have the same subject."""
        return self.ticket or self.cases[0]


def read_levels(data: bytes) -> RatingLevels:
    """All five, each once, with reasons named once. Raises BadEntry, msgspec.DecodeError."""
    levels = decode(data, RatingLevels)
    scores = [one.score for one in levels.levels]
    named = all(
        one.reasons and len({reason.id for reason in one.reasons}) == len(one.reasons)
        for one in levels.levels
    )
    if sorted(scores) != [1, 2, 3, 4, 5] or not named:
        raise BadEntry(kind="RatingLevels", version=1)
    return levels
