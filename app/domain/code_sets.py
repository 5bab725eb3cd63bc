"""Name the codes of the trade's code sets and turn national codes into a platform's own. Pure.

Codes are text and never numbers: "01" and "1" are two codes. Which code means what is data,
because platforms disagree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.errors import AppError, Blame


class UnknownCode(AppError):
    """A code set, a code or a platform that the tables do not name."""

    code = "CAT-10"
    blame = Blame.DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSet:
    """``own`` are the words that item files use for a code; ``extensible`` is a pattern of codes
    that the standard leaves to the regions (GB/T 39046 A.1: 11-19, 21-29)."""

    name: str
    source: str
    codes: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    extensible: str = ""

    def __contains__(self, code: str) -> bool:
        return code in self.codes or bool(
            self.extensible and re.fullmatch(self.extensible, code, re.ASCII)
        )

    def own_word(self, code: str) -> str:
        """The item file's word for a code; the code itself where there is none."""
        return next((word for word, known in self.own.items() if known == code), code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What one platform calls things; ``joiner`` stands between several codes in one field."""

    name: str
    note: str
    joiner: str
    sets: Mapping[str, CodeSet]
    maps: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSets:
    """The national sets, and each platform's differences from them."""

    sets: Mapping[str, CodeSet]
    platforms: Mapping[str, Platform]

    def get(self, name: str) -> CodeSet:
        """Raises UnknownCode."""
        try:
            return self.sets[name]
        except KeyError:
            raise UnknownCode(set=name[:40], value="") from None

    def name(self, name: str, code: str) -> str:
        """The code's name; a region's own code has none and is shown as it is.

        An item file's word (``paper``) may stand for its code. Raises UnknownCode.
        """
        known = self.get(name)
        code = known.own.get(code, code)
        if code not in known:
            raise UnknownCode(set=known.name, value=code[:40])
        return known.codes.get(code, code)

    def map(self, platform: str, name: str, code: str) -> str:
        """The platform's code for a national one; a set without a mapping is the same there.

        Raises UnknownCode, also for a code that the platform has no counterpart for.
        """
        known = self.get(name)
        code = known.own.get(code, code)
        if code not in known:
            raise UnknownCode(set=known.name, value=code[:40])
        try:
            mapping = self.platforms[platform].maps.get(name)
        except KeyError:
            raise UnknownCode(set=platform[:40], value=code[:40]) from None
        if mapping is None:
            return code
        try:
            return mapping[code]
        except KeyError:
            raise UnknownCode(set=f"{platform} {known.name}", value=code[:40]) from None

    def map_several(self, platform: str, name: str, codes: tuple[str, ...]) -> str:
        """Several codes in one field, joined as the platform wants it. Raises UnknownCode."""
        mapped = [self.map(platform, name, code) for code in codes]
        return self.platforms[platform].joiner.join(mapped)
