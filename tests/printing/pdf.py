"""Read a PDF back with other people's programs: poppler and zxing."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.printing.cups import program

POINTS_PER_MM = 72 / 25.4


def _run(name: str, *arguments: str) -> bytes:
    try:
        found = program(name)
    except pytest.fail.Exception:
        pytest.fail(f"{name} is missing: apt-get install poppler-utils")
    return subprocess.run([found, *arguments], capture_output=True, check=True, timeout=60).stdout


class ReadBack:
    """One PDF, as a reader sees it."""

    def __init__(self, data: bytes, folder: Path) -> None:
        self._file = folder / "read-back.pdf"
        self._file.write_bytes(data)

    def text(self, page: int | None = None) -> str:
        """Normalised and without spaces, because a reader's notion of both is its own."""
        which = ["-f", str(page), "-l", str(page)] if page else []
        text = _run("pdftotext", "-layout", *which, str(self._file), "-").decode()
        return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))

    def pages(self) -> int:
        return int(self.info()["Pages"])

    def info(self) -> dict[str, str]:
        lines = _run("pdfinfo", "-isodates", str(self._file)).decode().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def picture(self, page: int = 1, dpi: int = 150) -> Image.Image:
        png = _run(
            "pdftoppm", "-r", str(dpi), "-png", "-gray", "-f", str(page), "-l", str(page),
            str(self._file),
        )  # fmt: skip
        return Image.open(BytesIO(png)).convert("L")

    def codes(self, page: int = 1, dpi: int = 150) -> set[tuple[str, str]]:
        found = zxingcpp.read_barcodes(self.picture(page, dpi))
        return {(code.format.name, code.text) for code in found}

    def fonts(self) -> list[tuple[str, bool, bool]]:
        """(name, embedded, subset)."""
        lines = _run("pdffonts", str(self._file)).decode().splitlines()
        at = lines[0].index("emb")
        rows = [(line.split()[0], line[at : at + 11].split()) for line in lines[2:]]
        return [(name, flags[0] == "yes", flags[1] == "yes") for name, flags in rows]

    def words(self) -> list[tuple[float, float, float, float]]:
        """Each word's box, in points from the upper left corner."""
        html = _run("pdftotext", "-bbox", str(self._file), "-").decode(errors="replace")
        boxes = re.findall(r'xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)"', html)
        return [(float(a), float(b), float(c), float(d)) for a, b, c, d in boxes]
