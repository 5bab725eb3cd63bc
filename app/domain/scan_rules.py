"""Decide how the pages of a material are kept: colours, resolution, kind of file, size. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.catalogue import Material, MaterialType
from app.domain.scan_page import ScanMode


class Output(StrEnum):
    PDF = "pdf"  # all pages in one file
    JPEG = "jpeg"  # one file for each page


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRule:
    """``dpi`` is the most that is kept, ``megabytes`` the most of one file."""

    mode: ScanMode = ScanMode.GREY
    dpi: int = 200
    output: Output = Output.PDF
    megabytes: float = 5.0

    def sound(self) -> bool:
        return 72 <= self.dpi <= 600 and 0.05 <= self.megabytes <= 20

    @property
    def most_bytes(self) -> int:
        return int(self.megabytes * 2**20)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRules:
    """The narrowest that names a material holds: its id, else its 材料类型, else ``default``."""

    default: ScanRule = ScanRule()
    types: dict[MaterialType, ScanRule] = field(
        default_factory=lambda: {MaterialType.CERTIFICATE: ScanRule(mode=ScanMode.COLOUR)}
    )
    materials: dict[str, ScanRule] = field(default_factory=dict)

    def rule(self, material: Material) -> ScanRule:
        named = self.materials.get(material.id)
        return named or self.types.get(material.type) or self.default

    def sound(self) -> bool:
        every = (self.default, *self.types.values(), *self.materials.values())
        return all(rule.sound() for rule in every)
