"""Every foreseen failure has a sentence and a next step in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import string

import app
import printers
import sync
import ui
from app.domain.errors import AppError
from app.texts import explain, sentences


def every_failure() -> set[type[AppError]]:
    for package in (app, printers, sync, ui):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    found: set[type[AppError]] = set()
    left: list[type[AppError]] = [AppError]
    while left:
        failure = left.pop()
        found.add(failure)
        left += failure.__subclasses__()
    return {f for f in found if f.__module__.partition(".")[0] in {"app", "printers", "sync", "ui"}}


def test_every_code_has_its_sentences() -> None:
    failures = every_failure()
    assert len(failures) > 40
    table = sentences()
    missing = sorted(f"{f.code} {f.__name__}" for f in failures if f.code not in table)
    assert missing == []
    for code, texts in table.items():
        assert set(texts) == {"zh", "en"}, code
        for text in texts.values():
            assert text["message"].strip(), code
            assert text["next_step"].strip(), code


def test_codes_stand_for_one_failure_each() -> None:
    codes: dict[str, str] = {}
    for failure in every_failure():
        if "code" in failure.__dict__:
            assert failure.code not in codes, (failure.code, failure, codes[failure.code])
            codes[failure.code] = failure.__name__


def test_both_languages_have_the_same_holes() -> None:
    def holes(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for code, texts in sentences().items():
        for part in ("message", "next_step"):
            assert holes(texts["zh"][part]) == holes(texts["en"][part]), code


def test_an_unfilled_hole_is_a_dash_and_an_unknown_code_has_the_general_sentence() -> None:
    assert "—" in explain("DOM-06", {}).message or "{" not in explain("DOM-06", {}).message
    assert explain("NO-SUCH", {}).message == explain("APP-00", {}).message
    assert explain("NO-SUCH", {}).code == "NO-SUCH"
