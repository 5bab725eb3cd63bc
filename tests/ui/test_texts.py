"""Every sentence of the screen exists in both languages, with the same holes."""

from __future__ import annotations

import string
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from ui.kit.collect_texts import (
    ROOT,
    TS,
    compile_translations,
    read_translations,
    sentences_in,
    write_translations,
)
from ui.kit.texts import install_language, say


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_english_is_complete_and_has_nothing_old() -> None:
    translated = read_translations(TS)
    assert set(translated) == set(sentences_in(ROOT / "ui")), "python -m ui.kit.collect_texts"
    assert [source for source, text in translated.items() if not text] == []


def test_english_has_the_same_holes() -> None:
    for source, text in read_translations(TS).items():
        assert holes(text) == holes(source), source


def test_compiled_file_is_the_one_of_the_sentences(tmp_path: Path) -> None:
    compile_translations(TS, tmp_path / "fresh.qm")
    assert (tmp_path / "fresh.qm").read_bytes() == TS.with_suffix(".qm").read_bytes()


def test_collector_keeps_translations_and_marks_new_ones(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text('say("甲")\nsay("乙 {n}", n=2)\nother("丙")\n', "utf-8")
    found = sentences_in(tmp_path)
    assert found == ["甲", "乙 {n}"]
    file = tmp_path / "x.ts"
    assert write_translations(file, found, {"甲": "one"}) == 1
    assert read_translations(file) == {"甲": "one", "乙 {n}": ""}


def test_language_is_installed(screen: QApplication) -> None:
    assert say("还差 {n} 份，现在不能受理", n=2) == "还差 2 份，现在不能受理"
    assert install_language(screen, "zh", TS.parent) is None
    assert install_language(screen, "xx", TS.parent) is None
    translator = install_language(screen, "en", TS.parent)
    assert translator is not None
    try:
        assert say("还差 {n} 份，现在不能受理", n=2) == "2 missing, cannot be accepted now"
    finally:
        QCoreApplication.removeTranslator(translator)
