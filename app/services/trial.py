"""Try a list: what an item asks for under some answers, and what is missing. No case is made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.domain.catalogue import Item, MaterialForm
from app.domain.checklist import Evidence, Outcome, check_answer, check_material, evaluate
from app.domain.errors import AppError, Blame


class BadTrial(AppError):
    """An answer or material not written as asked."""

    code = "CAT-05"
    blame = Blame.PERSON


_MOST = 9999


def try_list(item: Item, answers: Iterable[str], have: Iterable[str], on: date) -> dict[str, Any]:
    """``answers`` as ``QUESTION=OPTION`` (repeat for several options), ``have`` as
    ``MATERIAL[:originals[:copies]]`` (without counts: all that the list asks for).

    Raises BadTrial, UnknownAnswer, UnknownMaterial.
    """
    chosen: dict[str, frozenset[str]] = {}
    for text in answers:
        question, equals, option = text.partition("=")
        if not equals:
            raise BadTrial(text=text[:60])
        chosen[question] = chosen.get(question, frozenset()) | {option}
    for question, options in chosen.items():
        check_answer(item, question, options)
    evaluation = evaluate(item, chosen, dict(_evidence(item, text) for text in have), on=on)
    rows = [
        {
            "material": row.material.id,
            "name": row.material.name,
            "required": row.required,
            "because": row.because,
            "wanted": {
                "originals": row.material.originals,
                "copies": row.material.copies,
                "form": row.material.form.value,
            },
            "state": row.state.value,
        }
        for row in evaluation.rows
    ]
    return {
        "item": item.code,
        "version": item.version,
        "rows": rows,
        "missing": [row.material.id for row in evaluation.missing],
        "outcomes": [outcome.value for outcome in Outcome if outcome in evaluation.outcomes],
    }


def _evidence(item: Item, text: str) -> tuple[str, Evidence]:
    name, *counts = text.split(":")
    material = check_material(item, name)
    if len(counts) > 2 or not all(c.isascii() and c.isdigit() and int(c) <= _MOST for c in counts):
        raise BadTrial(text=text[:60])
    originals = int(counts[0]) if counts else material.originals
    copies = int(counts[1]) if len(counts) > 1 else (0 if counts else material.copies)
    # Typed counts say nothing of the form; the form asked for is meant.
    form = MaterialForm.PAPER if material.form is MaterialForm.EITHER else material.form
    return name, Evidence(originals=originals, copies=copies, form=form)
