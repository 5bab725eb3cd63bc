"""Bring ``resources/texts/ui.en.ts`` up to date with the code, and make its ``.qm``.

Run ``python -m ui.kit.collect_texts`` after a sentence changed; then translate what is marked
unfinished (Qt Linguist opens the file) and run it again.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from ui.kit.texts import CONTEXT

ROOT = Path(__file__).resolve().parents[2]
TS = ROOT / "resources" / "texts" / "ui.en.ts"


def sentences_in(folder: Path) -> list[str]:
    """Every literal given to ``say``, in the order of files and lines, each once."""
    found: dict[str, None] = {}
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if not called or not isinstance(node, ast.Call) or not node.args:
                continue
            name, first = node.func, node.args[0]
            if isinstance(name, ast.Name) and name.id == "say" and isinstance(first, ast.Constant):
                found[str(first.value)] = None
    return list(found)


def read_translations(file: Path) -> dict[str, str]:
    """Source -> translation; "" where it is unfinished."""
    if not file.exists():
        return {}
    root = ET.parse(file).getroot()  # noqa: S314  # our own file, from our own repository
    pairs = {}
    for message in root.iter("message"):
        translation = message.find("translation")
        done = translation is not None and translation.get("type") != "unfinished"
        text = (translation.text or "") if translation is not None and done else ""
        pairs[message.findtext("source", "")] = text
    return pairs


def write_translations(file: Path, sources: list[str], known: dict[str, str]) -> int:
    """Returns how many are unfinished."""
    root = ET.Element("TS", version="2.1", language="en", sourcelanguage="zh")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    unfinished = 0
    for source in sources:
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = source
        translation = ET.SubElement(message, "translation")
        translation.text = known.get(source, "")
        if not translation.text:
            translation.set("type", "unfinished")
            unfinished += 1
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    file.write_text(head + text + "\n", encoding="utf-8")
    return unfinished


def compile_translations(file: Path, target: Path) -> None:
    tool = Path(sys.executable).with_name("pyside6-lrelease")
    subprocess.run([tool, "-silent", file, "-qm", target], check=True)  # noqa: S603  # our own tool


def main() -> int:
    unfinished = write_translations(TS, sentences_in(ROOT / "ui"), read_translations(TS))
    compile_translations(TS, TS.with_suffix(".qm"))
    print(f"{TS.name}: {unfinished} unfinished")
    return 1 if unfinished else 0


if __name__ == "__main__":
    sys.exit(main())
