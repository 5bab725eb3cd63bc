"""Say every sentence of the screen in the language of this clerk; Chinese is the source.

Sentences stand where they are used, whole, with named holes: ``say("还差 {n} 份", n=2)``.
``resources/texts/ui.en.ts`` carries the English ones (Qt Linguist); ``ui.en.qm`` is what the
program loads, made by ``python -m ui.kit.collect_texts``.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTranslator

CONTEXT = "OneWindow"


def say(source: str, /, **holes: str | int) -> str:
    """The sentence in the installed language, its holes filled. ``source`` must be a literal."""
    text = QCoreApplication.translate(CONTEXT, source)
    return text.format(**holes) if holes else text


def in_english() -> bool:
    """For data that has names in both languages."""
    return say("中文") != "中文"


def install_language(app: QCoreApplication, language: str, texts: Path) -> QTranslator | None:
    """Load ``ui.<language>.qm`` from ``texts``; None for Chinese or where there is no such file.

    Call it before the first window is built.
    """
    if language == "zh":
        return None
    translator = QTranslator(app)
    if not translator.load(str(texts / f"ui.{language}.qm")):
        return None
    app.installTranslator(translator)
    return translator
